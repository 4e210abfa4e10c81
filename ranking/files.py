"""Files of votes: the one border where written outcomes become values."""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from ranking.engine.comparisons import Comparisons, Outcome
from ranking.engine.errors import RankingError

COLUMNS: Final = ("contestant_a", "contestant_b", "outcome")
SPELLINGS: Final[Mapping[str, Outcome]] = {
    "a": Outcome.A,
    "left": Outcome.A,
    "model_a": Outcome.A,
    "b": Outcome.B,
    "right": Outcome.B,
    "model_b": Outcome.B,
    "tie": Outcome.TIE,
    "both_bad": Outcome.BOTH_BAD,
    "tie (bothbad)": Outcome.BOTH_BAD,
}
"""Accepted outcomes, in any case. Everything else is an error."""


class BadVotesFile(RankingError):
    """A file of votes that cannot be read; the message names the line."""


def read_votes(path: Path, columns: Mapping[str, str] | None = None) -> Comparisons:
    """Read a CSV (.csv) or JSON lines (.jsonl) file of votes.

    Parameters
    ----------
    columns : names in the file for contestant_a, contestant_b and outcome, where they differ.

    Raises
    ------
    BadVotesFile
        With the line of the first row that cannot be read, and why.
    """
    named = {column: (columns or {}).get(column, column) for column in COLUMNS}
    votes = [_vote(path, line, row, named) for line, row in read_rows(path)]
    _refuse_near_twins(path, (key for vote in votes for key in vote[:2]))
    return Comparisons.from_rows(votes)


def read_rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield (line number, row) of a CSV or JSON lines file; raises BadVotesFile."""
    if path.suffix not in {".csv", ".jsonl"}:
        raise BadVotesFile(f"{path.name}: use a file that ends in .csv or .jsonl.")
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            yield from _csv_rows(path, stream) if path.suffix == ".csv" else _json_rows(path, stream)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadVotesFile(f"{path.name}: cannot be read: {error}") from error


def parse_outcome(text: Any) -> Outcome:
    """Return the outcome that a file's word means; raises BadVotesFile for a word that is not in SPELLINGS."""
    outcome = SPELLINGS.get(str(text).strip().casefold())
    if outcome is None:
        known = ", ".join(SPELLINGS)
        raise BadVotesFile(f"unknown outcome {text!r}; use one of {known}")
    return outcome


def _csv_rows(path: Path, stream: Iterable[str]) -> Iterator[tuple[int, dict[str, Any]]]:
    reader = csv.DictReader(stream, strict=True)
    for row in reader:
        if None in row or None in row.values():
            raise BadVotesFile(f"{path.name}, line {reader.line_num}: has not as many fields as the header.")
        yield reader.line_num, row


def _json_rows(path: Path, stream: Iterable[str]) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in enumerate(stream, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            raise BadVotesFile(f"{path.name}, line {number}: is not JSON: {error}") from error
        if not isinstance(row, dict):
            raise BadVotesFile(f"{path.name}, line {number}: is not an object.")
        yield number, row


def _vote(path: Path, line: int, row: Mapping[str, Any], named: Mapping[str, str]) -> tuple[str, str, Outcome]:
    missing = [name for name in named.values() if row.get(name) in (None, "")]
    if missing:
        raise BadVotesFile(
            f"{path.name}, line {line}: no {', '.join(missing)}. Name other columns by --columns, for example "
            f"--columns contestant_a=model_x,contestant_b=model_y,outcome=winner."
        )
    first, second = (" ".join(str(row[named[column]]).split()) for column in COLUMNS[:2])
    if first == second:
        raise BadVotesFile(f"{path.name}, line {line}: {first!r} is compared with itself.")
    try:
        return first, second, parse_outcome(row[named["outcome"]])
    except BadVotesFile as error:
        raise BadVotesFile(f"{path.name}, line {line}: {error}.") from error


def _refuse_near_twins(path: Path, names: Iterable[str]) -> None:
    folded: dict[str, str] = {}
    for name in names:
        twin = folded.setdefault(name.casefold(), name)
        if twin != name:
            raise BadVotesFile(f"{path.name}: {twin!r} and {name!r} differ only in case; write one name one way.")
