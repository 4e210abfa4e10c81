"""A batch of a file, checked and as numbers; the first row at fault is told with what to do."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ranking.columns.encode import Encoded, encode
from ranking.columns.names import MISSING, NameTable, clean_name, differ_in_case
from ranking.columns.outcomes import UNKNOWN, outcome_numbers, unknown_outcome
from ranking.files.batches import Batch
from ranking.files.errors import BadVotesFile
from ranking.files.layout import Columns
from ranking.files.numbers import numbers_of, scores_of, times_of

Floats = NDArray[np.float64]
Ints = NDArray[np.integer[Any]]
Truths = NDArray[np.bool_]

EXAMPLE: Final = "--columns contestant_a=model_x,contestant_b=model_y,outcome=winner"


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some votes: (N,) columns, contestants by their number in the table of names; covariates (N, sides)."""

    a: Ints
    b: Ints
    outcome: Ints
    weight: Floats | None
    rater: Ints | None
    prompt: Ints | None
    time: Floats | None
    covariates: Floats | None


@dataclass(slots=True)
class Names:
    """The names that a file has shown so far."""

    contestants: NameTable = field(default_factory=NameTable)
    raters: NameTable = field(default_factory=NameTable)
    prompts: NameTable = field(default_factory=NameTable)


def checked(path: Path, batch: Batch, columns: Columns, names: Names) -> Chunk:
    """Return the votes of a batch; its names are added to `names`.

    Raises
    ------
    BadVotesFile
        With the first row that is no vote: something is missing, a word is unknown, a number is none, a contestant
        meets itself or differs from another only in case.
    """
    known = len(names.contestants.places)
    reader = _Reader(batch, columns, len(batch.numbers))
    found = reader.read(names)
    if reader.faults:
        # What is missing in a row is told before anything else of that row.
        row, _, reason = min(reader.faults, key=lambda fault: fault[:2])
        raise BadVotesFile(f"{path.name}, {batch.place(row)}: {reason}")
    twin = names.contestants.near_twin(known)
    if twin is not None:
        row = min(_first_row(reader.encoded(role), twin[1]) for role in ("contestant_a", "contestant_b"))
        raise BadVotesFile(f"{path.name}, {batch.place(row)}: {differ_in_case(*twin)}.")
    return found


class _Reader:
    """Reads the columns of a batch and gathers what is wrong with them: (row, order of telling, reason)."""

    def __init__(self, batch: Batch, columns: Columns, rows: int) -> None:
        self.batch, self.columns, self.rows = batch, columns, rows
        self.faults: list[tuple[int, int, str]] = []
        self._encoded: dict[str, Encoded] = {}
        self._absent: dict[str, Truths] = {}

    def read(self, names: Names) -> Chunk:
        a, b = (self._named(role, names.contestants) for role in ("contestant_a", "contestant_b"))
        outcome = self._scores() if "score" in self.columns.named else self._outcomes()
        chunk = Chunk(
            a=a,
            b=b,
            outcome=outcome,
            weight=self._optional("weight", lambda role: self._floats(role, numbers_of)),
            rater=self._optional("rater", lambda role: self._named(role, names.raters)),
            prompt=self._optional("prompt", lambda role: self._named(role, names.prompts)),
            time=self._optional("time", lambda role: self._floats(role, times_of)),
            covariates=self._covariates(),
        )
        self._tell_missing()
        self._fault((a == b) & (a != MISSING), 1, self._itself)
        if chunk.weight is not None:
            wrong = ~(np.isfinite(chunk.weight) & (chunk.weight >= 0))
            self._fault(wrong, 3, lambda row: f"weight {self._shown('weight', row)} is not a number from 0 on.")
        return chunk

    def encoded(self, role: str) -> Encoded:
        """Return a column of words; all missing where the file does not have it."""
        if role not in self._encoded:
            column = self.batch.columns.get(self.columns.named[role])
            self._encoded[role] = Encoded(np.full(self.rows, -1), []) if column is None else encode(column)
        return self._encoded[role]

    def _optional(self, role: str, read: Callable[[str], Any]) -> Any:
        return read(role) if role in self.columns.named else None

    def _named(self, role: str, table: NameTable) -> Ints:
        lookup = table.lookup(self.encoded(role))
        narrow = lookup.astype(np.int32)
        if (lookup[self.encoded(role).used()] == MISSING).any():
            self._absent[role] = self.encoded(role).through(lookup) == MISSING
        return self.encoded(role).through(narrow)

    def _outcomes(self) -> Ints:
        encoded = self.encoded("outcome")
        lookup = outcome_numbers(encoded.values)
        outcome = encoded.through(lookup)
        if (lookup[encoded.used()] == UNKNOWN).any():
            empty = np.array([*(clean_name(value) == "" for value in encoded.values), True])
            self._absent["outcome"] = encoded.through(empty)
            wrong = (outcome == UNKNOWN) & ~self._absent["outcome"]
            self._fault(wrong, 2, lambda row: f"{unknown_outcome(encoded.values[encoded.codes[row]])}.")
        return outcome

    def _scores(self) -> Ints:
        column = self.batch.columns.get(self.columns.named["score"])
        if column is None:
            self._absent["score"] = np.ones(self.rows, dtype=np.bool_)
            return np.full(self.rows, UNKNOWN)
        outcome = scores_of(column)
        say = "score {} is none of 1 (contestant_a won), 0.5 (tie) and 0 (contestant_b won)."
        self._fault(outcome == UNKNOWN, 2, lambda row: say.format(self._shown("score", row)))
        return outcome

    def _floats(self, role: str, read: Callable[[Any], Floats]) -> Floats:
        column = self.batch.columns.get(self.columns.named[role])
        if column is None:
            self._absent[role] = np.ones(self.rows, dtype=np.bool_)
            return np.zeros(self.rows)
        found = read(column)
        if role == "time":
            say = "time {} is neither a number nor a date like 2026-01-31T12:00; --columns time= leaves times out."
            self._fault(~np.isfinite(found), 4, lambda row: say.format(self._shown(role, row)))
        return found

    def _covariates(self) -> Floats | None:
        if not self.columns.covariates:
            return None
        sides = [column for columns in self.columns.covariates.values() for column in columns]
        return np.stack([self._covariate(column) for column in sides], axis=1)

    def _covariate(self, name: str) -> Floats:
        column = self.batch.columns.get(name)
        if column is None:
            reason = (
                f"no column {name}. Covariate NAME needs a column NAME, or NAME_a and NAME_b; NAME=COLUMN renames it."
            )
            self._fault(np.ones(self.rows, dtype=np.bool_), 5, lambda _: reason)
            return np.zeros(self.rows)
        found = numbers_of(column)
        self._fault(~np.isfinite(found), 5, lambda row: f"{name} {_value(column, row)} is not a number.")
        sided = any(name in columns and len(columns) == 2 for columns in self.columns.covariates.values())
        negative = (found < 0) & sided
        say = "is negative; of two sides only numbers from 0 on have a relative difference."
        self._fault(negative, 5, lambda row: f"{name} {_value(column, row)} {say}")
        return found

    def _tell_missing(self) -> None:
        def say(row: int) -> str:
            missing = [role for role in self.columns.named if self._lacks(role, row)]
            told = f"no {', '.join(self.columns.named[role] for role in missing)}."
            if set(missing) <= {"rater", "prompt"}:
                return f"{told} Give every vote one, or leave the column out by --columns {missing[0]}= alone."
            return f"{told} Name other columns by --columns, for example {EXAMPLE}."

        for absent in self._absent.values():
            self._fault(absent, 0, say)

    def _lacks(self, role: str, row: int) -> bool:
        return role in self._absent and bool(self._absent[role][row])

    def _itself(self, row: int) -> str:
        encoded = self.encoded("contestant_a")
        return f"{clean_name(encoded.values[encoded.codes[row]])!r} is compared with itself."

    def _shown(self, role: str, row: int) -> str:
        return _value(self.batch.columns[self.columns.named[role]], row)

    def _fault(self, wrong: Truths, order: int, say: Callable[[int], str]) -> None:
        if wrong.any():
            row = int(np.argmax(wrong))
            self.faults.append((row, order, say(row)))


def _value(column: Any, row: int) -> str:
    value = column[row]
    return repr(value.as_py() if hasattr(value, "as_py") else value)


def _first_row(encoded: Encoded, name: str) -> int:
    named = np.array([*(clean_name(value) == name for value in encoded.values), False])
    rows = np.flatnonzero(encoded.through(named))
    return int(rows[0]) if rows.size else len(encoded.codes)
