"""What an unreadable file says: every problem with its place."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

SHOWN: Final = 20


@dataclass(frozen=True, slots=True)
class Problem:
    """One refused row: file, line (from 1; 0 for the file as a whole) and why."""

    file: str
    line: int
    reason: str

    def __str__(self) -> str:
        place = f"{self.file}, line {self.line}" if self.line else self.file
        return f"{place}: {self.reason}"


class BadFile(ValueError):
    """A file was refused as a whole; nothing of it was taken."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        lines = [str(problem) for problem in self.problems[:SHOWN]]
        if len(self.problems) > SHOWN:
            lines.append(f"... and {len(self.problems) - SHOWN} more problems.")
        super().__init__("\n".join(lines))


def bad_file(file: str, reason: str, line: int = 0) -> BadFile:
    """Return the error for a single problem."""
    return BadFile([Problem(file, line, reason)])
