"""Comparisons (a row a vote) and PairCounts (sufficient statistics), validated once, here."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ranking.engine.errors import BadComparisons, BadOutcome, RankingError, TooFewItems

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_ROWS_AT_ONCE: Final = 1 << 19


class Outcome(IntEnum):
    """What was said of items a and b."""

    A = 0
    B = 1
    TIE = 2
    BOTH_BAD = 3


@dataclass(frozen=True, slots=True)
class PairCounts:
    """How often each pair ended how: all that a fit without covariates and without order needs.

    Attributes
    ----------
    items : M distinct keys.
    wins : (M, M) total weight of comparisons that row won against column.
    ties, both_bad : (M, M) symmetric total weights.
    wins_squared, ties_squared : the same with squared weights, for the sandwich covariance; equal to the
        counts where every weight is 1.
    """

    items: tuple[str, ...]
    wins: Floats
    ties: Floats
    both_bad: Floats
    wins_squared: Floats
    ties_squared: Floats

    def __post_init__(self) -> None:
        _check_items(self.items)
        seen: list[Floats] = []
        for name in ("wins", "ties", "both_bad", "wins_squared", "ties_squared"):
            table = getattr(self, name)
            # Where every weight is 1 the squared tables are the plain ones.
            if not any(table is other for other in seen):
                _check_table(name, table, len(self.items), symmetric=not name.startswith("wins"))
            seen.append(table)

    @classmethod
    def from_arrays(
        cls,
        items: Sequence[str],
        wins: ArrayLike,
        ties: ArrayLike | None = None,
        both_bad: ArrayLike | None = None,
        *,
        wins_squared: ArrayLike | None = None,
        ties_squared: ArrayLike | None = None,
    ) -> "PairCounts":
        """Return counts from (M, M) arrays; what is left out is zero, squared weights default to weight 1.

        Raises
        ------
        BadComparisons, TooFewItems
            If shapes disagree, a count is negative or not a number, or a diagonal is not zero.
        """
        table = np.array(wins, dtype=np.float64)
        ties = np.zeros_like(table) if ties is None else np.array(ties, dtype=np.float64)
        both_bad = np.zeros_like(table) if both_bad is None else np.array(both_bad, dtype=np.float64)
        return cls(
            items=tuple(items),
            wins=table,
            ties=ties,
            both_bad=both_bad,
            wins_squared=table if wins_squared is None else np.array(wins_squared, dtype=np.float64),
            ties_squared=ties if ties_squared is None else np.array(ties_squared, dtype=np.float64),
        )

    @property
    def score(self) -> Floats:
        """(M, M) points of row against column: a win 1, a tie 1/2. BOTH_BAD says nothing of the gap."""
        return self.wins + self.ties / 2

    @property
    def games(self) -> Floats:
        """(M, M) symmetric total weight of the comparisons that tell something of the gap."""
        return np.asarray(self.wins + self.wins.T + self.ties)

    def restricted_to(self, keep: NDArray[np.bool_]) -> "PairCounts":
        """Return the counts among some of the items; `keep` is (M,) truth values."""
        if keep.all():
            return self
        block = np.ix_(keep, keep)
        wins, ties = self.wins[block], self.ties[block]
        return PairCounts(
            items=tuple(item for item, kept in zip(self.items, keep, strict=True) if kept),
            wins=wins,
            ties=ties,
            both_bad=self.both_bad[block],
            wins_squared=wins if self.wins_squared is self.wins else self.wins_squared[block],
            ties_squared=ties if self.ties_squared is self.ties else self.ties_squared[block],
        )

    def with_both_bad_as_ties(self) -> "PairCounts":
        """Return the counts with BOTH_BAD counted as TIE; as exact as whole votes are."""
        return PairCounts.from_arrays(
            self.items,
            self.wins,
            self.ties + self.both_bad,
            wins_squared=self.wins_squared,
            ties_squared=self.ties_squared + self.both_bad,
        )

    def __add__(self, other: "PairCounts") -> "PairCounts":
        """Return the counts of both batches; the items must be the same in the same order."""
        if self.items != other.items:
            raise BadComparisons("Counts of different items cannot be added; give both the same list of items.")
        wins, ties, both_bad = self.wins + other.wins, self.ties + other.ties, self.both_bad + other.both_bad
        if all(one.wins_squared is one.wins and one.ties_squared is one.ties for one in (self, other)):
            return PairCounts(self.items, wins, ties, both_bad, wins, ties)
        squared = (self.wins_squared + other.wins_squared, self.ties_squared + other.ties_squared)
        return PairCounts(self.items, wins, ties, both_bad, *squared)


@dataclass(frozen=True, slots=True)
class SideCounts:
    """How the side fared, whoever stood on it.

    Attributes
    ----------
    games : (M, M) weight of the votes with row on side A against column that tell something of the gap.
    score : (M, M) points of row in these, a tie half.
    """

    games: Floats
    score: Floats


@dataclass(frozen=True, slots=True)
class Comparisons:
    """One row a vote.

    Attributes
    ----------
    items : M distinct keys.
    a, b : (N,) indices of the compared items.
    outcome : (N,) values of Outcome, from the side of a.
    weight : (N,) not negative.
    rater, prompt : (N,) cluster numbers, where known.
    covariates : (N, K) of each vote, from the side of a: they change sign when the sides are swapped. None without.
    covariate_names : K names.

    The rows stand in the order in which the votes were cast; only Elo and drift look at it.
    """

    items: tuple[str, ...]
    a: Ints
    b: Ints
    outcome: Ints
    weight: Floats
    rater: Ints | None = None
    prompt: Ints | None = None
    covariates: Floats | None = None
    covariate_names: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _check_items(self.items)
        rows = self.a.shape
        for name in ("b", "outcome", "weight", "rater", "prompt"):
            column = getattr(self, name)
            if column is not None and column.shape != rows:
                raise BadComparisons(f"{name} has shape {column.shape}, but a has {rows}; give one value a comparison.")
        for name in ("a", "b"):
            _refuse_outside(getattr(self, name), len(self.items), f"{name} names no item", BadComparisons)
        _refuse_rows(self.a == self.b, "an item is compared with itself")
        if not self.unweighted:
            _refuse_rows(~(np.isfinite(self.weight) & (self.weight >= 0)), "the weight is negative or not a number")
        _refuse_outside(self.outcome, len(Outcome), "the outcome is none of 0 (A), 1 (B), 2 (TIE), 3", BadOutcome)
        self._check_covariates()

    def _check_covariates(self) -> None:
        width = len(self.covariate_names)
        if self.covariates is None:
            if width:
                raise BadComparisons(f"Covariates {', '.join(self.covariate_names)} are named but not given.")
            return
        if self.covariates.shape != (len(self.a), width):
            raise BadComparisons(
                f"covariates have shape {self.covariates.shape}; {len(self.a)} votes with {width} named covariates need "
                f"({len(self.a)}, {width})."
            )
        if not np.isfinite(self.covariates).all():
            _refuse_rows(np.asarray(~np.isfinite(self.covariates).all(axis=1)), "a covariate is not a number")

    @classmethod
    def from_arrays(
        cls,
        items: Sequence[str],
        a: ArrayLike,
        b: ArrayLike,
        outcome: ArrayLike,
        weight: ArrayLike | None = None,
        rater: ArrayLike | None = None,
        prompt: ArrayLike | None = None,
        covariates: ArrayLike | None = None,
        covariate_names: Sequence[str] = (),
    ) -> "Comparisons":
        """Return comparisons from columns of equal length; weights default to 1. Whole arrays are not copied."""
        first = np.asarray(a, dtype=np.int64)
        return cls(
            items=tuple(items),
            a=first,
            b=np.asarray(b, dtype=np.int64),
            outcome=np.asarray(outcome, dtype=np.int64),
            # One number seen N times: ten million weights of 1 need no memory.
            weight=np.broadcast_to(1.0, first.shape) if weight is None else np.asarray(weight, dtype=np.float64),
            rater=None if rater is None else np.asarray(rater, dtype=np.int64),
            prompt=None if prompt is None else np.asarray(prompt, dtype=np.int64),
            covariates=None if covariates is None else np.asarray(covariates, dtype=np.float64),
            covariate_names=tuple(covariate_names),
        )

    @classmethod
    def from_rows(cls, rows: Iterable[tuple[str, str, Outcome]], items: Sequence[str] | None = None) -> "Comparisons":
        """Return comparisons from (key of a, key of b, outcome); items default to the keys in sorted order."""
        listed = list(rows)
        keys = tuple(items) if items is not None else tuple(sorted({key for row in listed for key in row[:2]}))
        place = {key: index for index, key in enumerate(keys)}
        unknown = sorted({key for row in listed for key in row[:2]} - set(place))
        if unknown:
            raise BadComparisons(f"{', '.join(unknown[:5])}: compared, but not among the items.")
        return cls.from_arrays(
            keys,
            [place[first] for first, _, _ in listed],
            [place[second] for _, second, _ in listed],
            [int(outcome) for _, _, outcome in listed],
        )

    @property
    def unweighted(self) -> bool:
        """Whether every weight is the one number 1 of `from_arrays`, so that whole votes can be counted."""
        return self.weight.strides == (0,) and bool(self.weight.size == 0 or self.weight[0] == 1)

    def pair_counts(self) -> PairCounts:
        """Return the sufficient statistics; one pass over the rows, whatever their order."""
        tables = self._tables(None if self.unweighted else self.weight)
        wins, ties = tables[Outcome.A] + tables[Outcome.B].T, _symmetric(tables[Outcome.TIE])
        both_bad = _symmetric(tables[Outcome.BOTH_BAD])
        if self.unweighted:
            return PairCounts(self.items, wins, ties, both_bad, wins, ties)
        squared = self._tables(self.weight**2)
        wins_squared, ties_squared = squared[Outcome.A] + squared[Outcome.B].T, _symmetric(squared[Outcome.TIE])
        return PairCounts(self.items, wins, ties, both_bad, wins_squared, ties_squared)

    def side_counts(self) -> SideCounts:
        """Return how the side fared on which a response was shown."""
        tables = self._tables(None if self.unweighted else self.weight)
        return SideCounts(
            games=tables[Outcome.A] + tables[Outcome.B] + tables[Outcome.TIE],
            score=tables[Outcome.A] + tables[Outcome.TIE] / 2,
        )

    def restricted_to(self, keep: NDArray[np.bool_]) -> "Comparisons":
        """Return the votes between some of the items; `keep` is (M,) truth values."""
        if keep.all():
            return self
        rows = np.flatnonzero(keep[self.a] & keep[self.b])
        number = np.cumsum(keep) - 1
        picked = self.picked(rows)
        return replace(
            picked,
            items=tuple(item for item, kept in zip(self.items, keep, strict=True) if kept),
            a=number[picked.a],
            b=number[picked.b],
        )

    def with_covariates(self, names: Sequence[str]) -> "Comparisons":
        """Return the votes with some of their covariates, in the given order; raises BadComparisons for an unknown one."""
        missing = [name for name in names if name not in self.covariate_names]
        if missing or self.covariates is None:
            known = ", ".join(self.covariate_names) or "none"
            raise BadComparisons(f"The votes have no covariate {', '.join(missing)}; they have: {known}.")
        columns = [self.covariate_names.index(name) for name in names]
        return replace(self, covariates=self.covariates[:, columns], covariate_names=tuple(names))

    def with_both_bad_as_ties(self) -> "Comparisons":
        """Return the votes with BOTH_BAD counted as TIE."""
        return replace(self, outcome=np.where(self.outcome == Outcome.BOTH_BAD, int(Outcome.TIE), self.outcome))

    def picked(self, rows: Ints) -> "Comparisons":
        """Return some of the votes, in the order of the given (R,) row numbers."""
        columns: dict[str, Any] = {
            name: None if getattr(self, name) is None else getattr(self, name)[rows]
            for name in ("a", "b", "outcome", "rater", "prompt", "covariates")
        }
        weight = np.broadcast_to(1.0, rows.shape) if self.unweighted else self.weight[rows]
        return replace(self, weight=weight, **columns)

    def _tables(self, weight: Floats | None) -> Floats:
        """Return (4, M, M) sums of weights by outcome and ordered pair, a slice of rows at a time."""
        m = len(self.items)
        cells = len(Outcome) * m * m
        flat = np.zeros(cells)
        if len(self.a) * 8 < cells:
            # Few votes of many items: touch their cells and no others.
            np.add.at(flat, (self.outcome * m + self.a) * m + self.b, 1.0 if weight is None else weight)
            return flat.reshape(len(Outcome), m, m)
        slice_rows = max(_ROWS_AT_ONCE, cells)
        for begin in range(0, len(self.a), slice_rows):
            rows = slice(begin, begin + slice_rows)
            code = (self.outcome[rows] * m + self.a[rows]) * m + self.b[rows]
            flat += np.bincount(code, weights=None if weight is None else weight[rows], minlength=cells)
        return np.asarray(flat.reshape(len(Outcome), m, m))


def _symmetric(table: Floats) -> Floats:
    return np.asarray(table + table.T)


def _check_items(items: tuple[str, ...]) -> None:
    if len(items) < 2:
        raise TooFewItems(f"{len(items)} item(s): at least two are needed to compare anything.")
    if len(set(items)) != len(items):
        twice = next(item for item in items if items.count(item) > 1)
        raise BadComparisons(f"Item {twice!r} appears twice; give each item one key.")


def _check_table(name: str, table: Floats, m: int, *, symmetric: bool) -> None:
    if table.shape != (m, m):
        raise BadComparisons(f"{name} has shape {table.shape}; {m} items need ({m}, {m}).")
    if not np.isfinite(table).all() or (table < 0).any():
        raise BadComparisons(f"{name} holds a negative count or one that is not a number.")
    if np.diag(table).any():
        raise BadComparisons(f"{name} compares an item with itself; its diagonal must be zero.")
    if symmetric and not (table == table.T).all() and not np.allclose(table, table.T):
        raise BadComparisons(f"{name} must be symmetric: a tie has no direction.")


def _refuse_outside(column: Ints, end: int, reason: str, error: type[RankingError]) -> None:
    if column.size and (column.min() < 0 or column.max() >= end):
        wrong = (column < 0) | (column >= end)
        first = int(np.flatnonzero(wrong)[0])
        raise error(f"Comparison {first}: {reason}: {column[first]} ({int(wrong.sum())} such rows).")


def _refuse_rows(wrong: NDArray[np.bool_], reason: str) -> None:
    if wrong.any():
        raise BadComparisons(f"Comparison {int(np.flatnonzero(wrong)[0])}: {reason} ({int(wrong.sum())} such rows).")
