"""Which columns of a file are read, and as what."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from ranking.columns.outcomes import outcome_of, unknown_outcome
from ranking.engine.comparisons import Outcome
from ranking.files.errors import BadVotesFile

COLUMNS: Final = ("contestant_a", "contestant_b", "outcome")
OPTIONAL: Final = ("score", "rater", "prompt", "weight", "time")
"""Read where a file has them; `score` (of a: 1, 0.5, 0) only where it is named, and then instead of `outcome`."""


def parse_outcome(text: Any) -> Outcome:
    """Return the outcome that a file's word means; raises BadVotesFile for a word that is not in SPELLINGS."""
    outcome = outcome_of(text)
    if outcome is None:
        raise BadVotesFile(unknown_outcome(text))
    return outcome


@dataclass(frozen=True, slots=True)
class Layout:
    """What is wanted of a file.

    Attributes
    ----------
    columns : names in the file for those of COLUMNS and OPTIONAL that are called otherwise there; an empty one leaves an
        optional column out.
    covariates : column of each covariate by its name: the difference a minus b, or a pair `column_a`, `column_b`.
    optional : those of OPTIONAL that are of use; others are not read, unless they are named in `columns`.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    covariates: Mapping[str, str] = field(default_factory=dict)
    optional: Collection[str] = OPTIONAL

    def __post_init__(self) -> None:
        unknown = sorted(set(self.columns) - {*COLUMNS, *OPTIONAL})
        if unknown:
            known = ", ".join((*COLUMNS, *OPTIONAL))
            raise BadVotesFile(f"{', '.join(unknown)}: no column of votes is called so; the names are {known}.")
        needed = COLUMNS[:2] if self.columns.get("score") else COLUMNS
        empty = [role for role in needed if not self.columns.get(role, role)]
        if empty:
            raise BadVotesFile(f"{', '.join(empty)} cannot be left out; name the column: {empty[0]}=COLUMN.")

    def resolve(self, present: Collection[str]) -> "Columns":
        """Return which column of a file with the given ones is what; what is missing shows when rows are read."""
        named = {role: self.columns.get(role, role) for role in COLUMNS}
        if self.columns.get("score"):
            named.pop("outcome")
            named["score"] = self.columns["score"]
        for role in OPTIONAL[1:]:
            column = self.columns.get(role, role)
            if column and (role in self.columns or (role in self.optional and column in present)):
                named[role] = column
        return Columns(named, {name: _sides(column, present) for name, column in self.covariates.items()})


@dataclass(frozen=True, slots=True)
class Columns:
    """Columns of one file: by role, and of each covariate one with differences or two with the sides."""

    named: Mapping[str, str]
    covariates: Mapping[str, tuple[str, ...]]

    def all(self) -> tuple[str, ...]:
        """Return every column to read, each once."""
        sides = (column for columns in self.covariates.values() for column in columns)
        return tuple(dict.fromkeys((*self.named.values(), *sides)))


def _sides(column: str, present: Collection[str]) -> tuple[str, ...]:
    pair = (f"{column}_a", f"{column}_b")
    return pair if column not in present and set(pair) <= set(present) else (column,)


def parse_columns(text: str, known: Sequence[str] = ()) -> dict[str, str]:
    """Return NAME=COLUMN,... as a mapping; raises BadVotesFile for anything else, or a name that is not known."""
    parts = [part.partition("=") for part in text.split(",")]
    pairs = {name.strip(): column.strip() for name, sign, column in parts if sign}
    if len(pairs) != len(parts) or (known and set(pairs) - set(known)):
        among = f" with names among {', '.join(known)}" if known else ""
        raise BadVotesFile(f"write NAME=COLUMN,...{among}")
    return pairs
