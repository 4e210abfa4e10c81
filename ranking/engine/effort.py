"""How much it would take: votes that would separate two items, votes whose removal would swap them."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from ranking.engine.bradley_terry import PairFit, fit_pairs
from ranking.engine.comparisons import PairCounts
from ranking.engine.errors import NotConverged
from ranking.engine.newton import solve_on_sum_zero

Floats = NDArray[np.float64]

_EQUAL: Final = 1e-9
"""Strengths closer than this, in logits, are equal: the accuracy of a fit."""


@dataclass(frozen=True, slots=True)
class Separation:
    """Two neighbours, and the votes that would tell them apart.

    Attributes
    ----------
    gap, error : between them, logits. separated : whether the gap exceeds its interval already.
    direct : further votes between just these two until it would, if the gap is what it seems; None if the gap is 0.
    spread : further votes of the whole board, drawn as so far; None likewise.
    """

    better: str
    worse: str
    gap: float
    error: float
    separated: bool
    direct: int | None
    spread: int | None


def votes_to_separate(
    names: tuple[str, str], gap: float, variance: float, information: float, votes: float, level: float
) -> Separation:
    """Say how many votes separate two items.

    A vote between them adds `information` to the precision of their gap; votes drawn as so far shrink its variance
    in proportion. Both take the estimated gap for the true one, so they are forecasts, not promises.

    Parameters
    ----------
    gap, variance : of theta, logits, from `covariance`. information : p (1 - p) of a vote between them, corrected
        for votes that are less spread. votes : on the board so far.
    """
    needed = (float(ndtri(0.5 + level / 2)) / gap) ** 2 if gap != 0 else np.inf
    precision = 1 / variance if variance > 0 else np.inf
    separated = bool(precision >= needed)
    direct = 0 if separated else _whole((needed - precision) / information)
    spread = 0 if separated else _whole(votes * (needed / precision - 1))
    return Separation(*names, abs(gap), variance**0.5, separated, direct, spread)


def _whole(votes: float) -> int | None:
    return int(np.ceil(votes)) if np.isfinite(votes) else None


@dataclass(frozen=True, slots=True)
class Fragility:
    """The fewest votes found whose removal swaps two neighbours.

    Attributes
    ----------
    removed : how many; None where no removal that leaves a board was found. share : of all votes that tell something.
    """

    better: str
    worse: str
    removed: int | None
    share: float | None


def fragility(fit: PairFit, better: int, worse: int) -> Fragility:
    """Find how few votes hold one item above another.

    The influence of a vote on the gap is (e_i - e_j)' J^-1 times its score. The votes that hold the gap open most
    are removed first, as many as the first-order sum needs; then counts are refitted exactly and votes added or put
    back until the smallest number that swaps the two is found (Broderick, Giordano and Meager 2020).

    Parameters
    ----------
    fit : on whole votes. better, worse : numbers of two items with theta[better] >= theta[worse].
    """
    counts = fit.likelihood.counts
    order, reach = _most_holding(fit, better, worse)
    names = (counts.items[better], counts.items[worse])
    gap = float(fit.theta[better] - fit.theta[worse])
    total = float(counts.games.sum()) / 2
    first = int(np.searchsorted(reach, gap)) + 1
    found = _smallest_swap(fit, (better, worse), order, min(first, len(order)))
    return Fragility(*names, found, None if found is None else found / total)


def _most_holding(fit: PairFit, better: int, worse: int) -> tuple[NDArray[np.int64], Floats]:
    """Return cells of the stacked count tables, one entry a vote, most holding first; and the gap's cumulative loss."""
    counts, size = fit.likelihood.counts, fit.items
    contrast = np.zeros(len(fit.maximum.point))
    contrast[better], contrast[worse] = 1.0, -1.0
    pull = solve_on_sum_zero(fit.hessian, contrast, size)
    terms = fit.likelihood.terms(fit.maximum.point)
    direction = pull[:size, None] - pull[None, :size]
    tie_pull = float(pull[size]) if len(pull) > size else 0.0
    wins = direction * terms.win.by_gap + tie_pull * terms.win.by_tie
    ties = direction * terms.tie.by_gap + tie_pull * terms.tie.by_tie
    effect = np.concatenate([wins.ravel(), ties.ravel()])
    number = np.concatenate([counts.wins.ravel(), np.triu(counts.ties).ravel()]).astype(np.int64)
    cells = np.flatnonzero((effect > 0) & (number > 0))
    cells = cells[np.argsort(-effect[cells], kind="stable")]
    order = np.repeat(cells, number[cells])
    return order, np.cumsum(effect[order])


def _smallest_swap(fit: PairFit, pair: tuple[int, int], order: NDArray[np.int64], guess: int) -> int | None:
    """Return the least k for which removing the first k votes of `order` swaps the pair: bracket, then halve."""
    if not len(order):
        return None
    low, high, step = 0, guess, max(1, guess // 8)
    while not _swaps(fit, pair, order[:high]):
        if high == len(order):
            return None
        low, high, step = high, min(len(order), high + step), 2 * step
    if low == 0 and high > 1:
        back = max(0, high - max(1, guess // 8))
        low, high = (back, high) if not _swaps(fit, pair, order[:back]) else (0, back)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _swaps(fit, pair, order[:middle]) else (middle, high)
    return high


def _swaps(fit: PairFit, pair: tuple[int, int], removed: NDArray[np.int64]) -> bool:
    counts, size = fit.likelihood.counts, fit.items
    taken = np.bincount(removed, minlength=2 * size * size).astype(np.float64).reshape(2, size, size)
    left = PairCounts.from_arrays(counts.items, counts.wins - taken[0], counts.ties - taken[1] - taken[1].T)
    try:
        theta = fit_pairs(left, fit.likelihood.model, fit.likelihood.prior_strength, fit.maximum.point).theta
    except NotConverged:
        # Without these votes the two are not comparable at all.
        return True
    return bool(theta[pair[0]] <= theta[pair[1]] + _EQUAL)
