"""Comparisons (a row a vote) and PairCounts (sufficient statistics), validated once, here."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ranking.engine.errors import BadComparisons, BadOutcome, TooFewItems

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


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
        for name in ("wins", "ties", "both_bad", "wins_squared", "ties_squared"):
            _check_table(name, getattr(self, name), len(self.items), symmetric=not name.startswith("wins"))

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
        block = np.ix_(keep, keep)
        return PairCounts(
            items=tuple(item for item, kept in zip(self.items, keep, strict=True) if kept),
            wins=self.wins[block],
            ties=self.ties[block],
            both_bad=self.both_bad[block],
            wins_squared=self.wins_squared[block],
            ties_squared=self.ties_squared[block],
        )

    def __add__(self, other: "PairCounts") -> "PairCounts":
        """Return the counts of both batches; the items must be the same in the same order."""
        if self.items != other.items:
            raise BadComparisons("Counts of different items cannot be added; give both the same list of items.")
        names = ("wins", "ties", "both_bad", "wins_squared", "ties_squared")
        return PairCounts(self.items, **{name: getattr(self, name) + getattr(other, name) for name in names})


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
    """

    items: tuple[str, ...]
    a: Ints
    b: Ints
    outcome: Ints
    weight: Floats
    rater: Ints | None = None
    prompt: Ints | None = None

    def __post_init__(self) -> None:
        _check_items(self.items)
        rows = self.a.shape
        for name in ("b", "outcome", "weight", "rater", "prompt"):
            column = getattr(self, name)
            if column is not None and column.shape != rows:
                raise BadComparisons(f"{name} has shape {column.shape}, but a has {rows}; give one value a comparison.")
        for name in ("a", "b"):
            _refuse_rows((getattr(self, name) < 0) | (getattr(self, name) >= len(self.items)), f"{name} names no item")
        _refuse_rows(self.a == self.b, "an item is compared with itself")
        _refuse_rows(~(np.isfinite(self.weight) & (self.weight >= 0)), "the weight is negative or not a number")
        if not np.isin(self.outcome, list(Outcome)).all():
            first = int(np.flatnonzero(~np.isin(self.outcome, list(Outcome)))[0])
            raise BadOutcome(f"Comparison {first}: outcome {self.outcome[first]} is none of 0 (A), 1 (B), 2 (TIE), 3.")

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
    ) -> "Comparisons":
        """Return comparisons from columns of equal length; weights default to 1."""
        first = np.asarray(a, dtype=np.int64)
        return cls(
            items=tuple(items),
            a=first,
            b=np.asarray(b, dtype=np.int64),
            outcome=np.asarray(outcome, dtype=np.int64),
            weight=np.ones(first.shape) if weight is None else np.asarray(weight, dtype=np.float64),
            rater=None if rater is None else np.asarray(rater, dtype=np.int64),
            prompt=None if prompt is None else np.asarray(prompt, dtype=np.int64),
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

    def pair_counts(self) -> PairCounts:
        """Return the sufficient statistics; one pass over the rows, whatever their order."""
        won, lost, tied, bad = (self.outcome == code for code in Outcome)
        squared = self.weight**2
        return PairCounts(
            items=self.items,
            wins=self._table(won, self.weight) + self._table(lost, self.weight).T,
            ties=_symmetric(self._table(tied, self.weight)),
            both_bad=_symmetric(self._table(bad, self.weight)),
            wins_squared=self._table(won, squared) + self._table(lost, squared).T,
            ties_squared=_symmetric(self._table(tied, squared)),
        )

    def _table(self, rows: NDArray[np.bool_], weight: Floats) -> Floats:
        m = len(self.items)
        flat = np.bincount(self.a[rows] * m + self.b[rows], weights=weight[rows], minlength=m * m)
        return np.asarray(flat.reshape(m, m))


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
    if symmetric and not np.allclose(table, table.T):
        raise BadComparisons(f"{name} must be symmetric: a tie has no direction.")


def _refuse_rows(wrong: NDArray[np.bool_], reason: str) -> None:
    if wrong.any():
        raise BadComparisons(f"Comparison {int(np.flatnonzero(wrong)[0])}: {reason} ({int(wrong.sum())} such rows).")
