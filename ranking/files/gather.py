"""Votes of many batches together: as rows, or only counted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ranking.columns.names import NameTable
from ranking.engine.comparisons import Comparisons, Outcome, PairCounts
from ranking.engine.covariates import style_covariates
from ranking.files.chunks import Chunk

Floats = NDArray[np.float64]


@dataclass(slots=True)
class Tally:
    """Sums of weights by outcome and ordered pair, over a number of contestants that grows.

    Memory grows with the square of the contestants, and not with the votes.
    """

    sums: Floats = field(default_factory=lambda: np.zeros((len(Outcome), 0, 0)))
    squares: Floats | None = None

    def add(self, chunk: Chunk, contestants: int) -> None:
        """Count the votes of a chunk whose contestants have numbers below `contestants`."""
        self._grow(contestants)
        weight = chunk.weight
        if weight is None:
            self.sums += self._counted(chunk, None)
            return
        self.squares = np.zeros_like(self.sums) if self.squares is None else self.squares
        self.sums += self._counted(chunk, weight)
        self.squares += self._counted(chunk, weight**2)

    def counts(self, names: NameTable) -> PairCounts:
        """Return the counts, items in sorted order."""
        items, _ = names.sorted()
        order = [names.places[name] for name in items]
        wins, ties, both_bad = _tables(self.sums, order)
        if self.squares is None:
            return PairCounts(items, wins, ties, both_bad, wins, ties)
        wins_squared, ties_squared, _ = _tables(self.squares, order)
        return PairCounts(items, wins, ties, both_bad, wins_squared, ties_squared)

    def _grow(self, contestants: int) -> None:
        more = contestants - self.sums.shape[1]
        if more > 0:
            pad = ((0, 0), (0, more), (0, more))
            self.sums = np.pad(self.sums, pad)
            self.squares = None if self.squares is None else np.pad(self.squares, pad)

    def _counted(self, chunk: Chunk, weight: Floats | None) -> Floats:
        size = self.sums.shape[1]
        code = (chunk.outcome.astype(np.int64) * size + chunk.a) * size + chunk.b
        counted = np.bincount(code, weights=weight, minlength=self.sums.size)
        return np.asarray(counted.reshape(self.sums.shape), dtype=np.float64)


def _tables(sums: Floats, order: Sequence[int]) -> tuple[Floats, Floats, Floats]:
    block = np.ix_(range(len(sums)), order, order)
    sides = sums[block]
    ties, both_bad = sides[Outcome.TIE], sides[Outcome.BOTH_BAD]
    return sides[Outcome.A] + sides[Outcome.B].T, ties + ties.T, both_bad + both_bad.T


def joined(chunks: Sequence[Chunk], names: NameTable, covariates: Mapping[str, Sequence[str]]) -> Comparisons:
    """Return the votes of all chunks as rows, by time where times are known, else as they stand.

    Parameters
    ----------
    covariates : columns of each covariate by its name, one or two.
    """
    items, place = names.sorted()
    time = _column(chunks, "time")
    order = None if time is None else np.argsort(time, kind="stable")

    def column(name: str) -> Any:
        whole = _column(chunks, name)
        return whole if whole is None or order is None else whole[order]

    a, b, outcome, weight = (column(name) for name in ("a", "b", "outcome", "weight"))
    none: tuple[Any, ...] = (np.zeros(0, dtype=np.int64),) * 3
    a, b, outcome = none if a is None else (place[a], place[b], outcome)
    measured = None if not covariates or not chunks else scaled(column("covariates"), covariates, weight)
    names_of_covariates = tuple(covariates) if measured is not None else ()
    rater, prompt = column("rater"), column("prompt")
    return Comparisons.from_arrays(items, a, b, outcome, weight, rater, prompt, measured, names_of_covariates)


def _column(chunks: Sequence[Chunk], name: str) -> Any:
    parts = [getattr(chunk, name) for chunk in chunks]
    return None if not parts or parts[0] is None else np.concatenate(parts)


def scaled(sides: Floats, covariates: Mapping[str, Sequence[str]], weight: Floats | None) -> Floats:
    """Return (N, K) covariates from their columns: differences as they are, two sides as a relative difference.

    Of two sides as `style_covariates` has it: (f_a - f_b) / (f_a + f_b) in standard deviations around zero.
    """
    columns, begin = [], 0
    for names in covariates.values():
        part = sides[:, begin : begin + len(names)]
        columns.append(part if len(names) == 1 else style_covariates(part[:, :1], part[:, 1:], weight))
        begin += len(names)
    return np.hstack(columns)
