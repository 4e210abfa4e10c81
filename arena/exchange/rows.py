"""Rows of CSV and JSON lines files, with their line numbers, and what can be wrong with a field."""

import csv
import json
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from arena.exchange.errors import BadFile, Problem, bad_file

SPELLINGS: Final = {
    "a": "A",
    "left": "A",
    "model_a": "A",
    "b": "B",
    "right": "B",
    "model_b": "B",
    "tie": "TIE",
    "both_bad": "BOTH_BAD",
    "tie (bothbad)": "BOTH_BAD",
}
"""Accepted outcomes, in any case; everything else is an error and never a tie."""


class Collector:
    """Gathers the problems of one file, so that all of them are told at once."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []

    def refuse(self, line: int, reason: str) -> None:
        """Note why a line is refused."""
        self.problems.append(Problem(self.file, line, reason))

    def finish(self) -> None:
        """Raise BadFile if any line was refused."""
        if self.problems:
            raise BadFile(self.problems)


def csv_rows(path: Path, required: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield (line, row) of a CSV file with a header; raises BadFile where columns or fields are missing."""
    collector = Collector(path.name)
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream, strict=True)
            missing = [name for name in required if name not in (reader.fieldnames or [])]
            if missing:
                raise bad_file(path.name, f"has no column {', '.join(missing)}", line=1)
            for row in reader:
                if None in row or None in row.values():
                    collector.refuse(reader.line_num, "has not as many fields as the header")
                else:
                    yield reader.line_num, row
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise bad_file(path.name, f"cannot be read: {error}") from error
    collector.finish()


def json_rows(path: Path, required: tuple[str, ...]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield (line, object) of a JSON lines file; raises BadFile with every line that cannot be read."""
    collector = Collector(path.name)
    try:
        with path.open(encoding="utf-8-sig") as stream:
            for number, line in enumerate(stream, start=1):
                if not line.strip():
                    continue
                row = _object(line)
                if row is None:
                    collector.refuse(number, "is not a JSON object")
                elif any(name not in row for name in required):
                    collector.refuse(number, f"has no {', '.join(name for name in required if name not in row)}")
                else:
                    yield number, row
    except (OSError, UnicodeDecodeError) as error:
        raise bad_file(path.name, f"cannot be read: {error}") from error
    collector.finish()


def _object(line: str) -> dict[str, Any] | None:
    try:
        row = json.loads(line)
    except ValueError:
        return None
    return row if isinstance(row, dict) else None


def slug_of(name: str) -> str:
    """Return a short key of plain letters, digits and dashes made from a name; never empty."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:80].strip("-") or "unnamed"


def distinct_slugs(names: list[str]) -> dict[str, str]:
    """Return a slug for each name; where two would be equal the later one is numbered."""
    slugs: dict[str, str] = {}
    for name in names:
        base, number = slug_of(name), 1
        slug = base
        while slug in slugs.values():
            number += 1
            slug = f"{base[:75]}-{number}"
        slugs[name] = slug
    return slugs
