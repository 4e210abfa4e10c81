"""Ranks that admit what is not known."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from ranking.engine.covariance import contrast_variance

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

DRAWS: Final = 2000
FEWEST_DRAWS: Final = 400
"""With many items draws cost more than they add: 2,000 up to 630 items, fewer above, never fewer than this."""
_MOST_GAPS: Final = 400_000_000


@dataclass(frozen=True, slots=True)
class RankRanges:
    """Ranks from 1, and the ranges that hold all true ranks together with the stated probability.

    Attributes
    ----------
    rank, low, high : (M,) from 1. tier : (M,) from 1. better : (M, M), row is surely better than column.
    """

    better: NDArray[np.bool_]
    tier: Ints
    rank: Ints
    low: Ints
    high: Ints


def point_ranks(theta: Floats) -> Ints:
    """Return ranks from 1 by falling strength; equal strengths share the better rank."""
    return np.asarray(1 + (theta[None, :] > theta[:, None] + 1e-12).sum(axis=1), dtype=np.int64)


def rank_ranges(theta: Floats, covariance: Floats, level: float, seed: int) -> RankRanges:
    """Return simultaneous rank ranges.

    All pairs are tested at once: |theta_i - theta_j| / se_ij against the `level` quantile of the largest such
    statistic under N(0, V), by step-down (Romano and Wolf 2005): what is rejected is taken out and the quantile
    is drawn again. The range of i is [1 + items surely better, M - items surely worse].
    """
    better = surely_better(theta, covariance, level, seed)
    size = len(theta)
    return RankRanges(
        better=better,
        tier=tiers(better, theta),
        rank=point_ranks(theta),
        low=np.asarray(1 + better.sum(axis=0), dtype=np.int64),
        high=np.asarray(size - better.sum(axis=1), dtype=np.int64),
    )


def surely_better(theta: Floats, covariance: Floats, level: float, seed: int) -> NDArray[np.bool_]:
    """Return (M, M) truth values: row is better than column, all statements together with probability `level`."""
    size = len(theta)
    error = np.sqrt(contrast_variance(covariance))
    gap = theta[:, None] - theta[None, :]
    statistic = np.divide(np.abs(gap), error, out=np.zeros_like(gap), where=error > 0)
    number = max(FEWEST_DRAWS, min(DRAWS, _MOST_GAPS // max(size * (size - 1) // 2, 1)))
    draws = _draws(covariance, number, seed)
    # A quantile of draws is not exact; it is taken two standard errors high, so that it errs on the safe side.
    safe = min(1.0, level + 2 * np.sqrt(level * (1 - level) / number))
    left = np.triu(error > 0, 1)
    while left.any():
        newly = left & (statistic > np.quantile(_largest(draws, left, error), safe))
        if not newly.any():
            break
        left &= ~newly
    rejected = np.triu(error > 0, 1) & ~left
    return np.asarray((rejected | rejected.T) & (gap > 0))


def tiers(better: NDArray[np.bool_], theta: Floats) -> Ints:
    """Return (M,) tiers from 1: whoever is not surely worse than the leader, then the same among those left.

    Parameters
    ----------
    better : (M, M), row is surely better than column (`surely_better`).
    """
    tier = np.zeros(len(theta), dtype=np.int64)
    number = 0
    while (tier == 0).any():
        number += 1
        left = np.flatnonzero(tier == 0)
        leader = left[np.argmax(theta[left])]
        tier[left[~better[leader, left]]] = number
    return tier


def probability_better(theta: Floats, covariance: Floats) -> Floats:
    """Return (M, M) P(row is truly stronger than column), from the normal approximation; 1/2 on the diagonal."""
    error = np.sqrt(contrast_variance(covariance))
    gap = theta[:, None] - theta[None, :]
    score = np.divide(gap, error, out=np.where(gap == 0, 0.0, np.sign(gap) * np.inf), where=error > 0)
    return np.asarray(ndtr(score))


def rank_distribution(theta: Floats, covariance: Floats, seed: int = 0) -> Floats:
    """Return (M, M) probabilities that the item of the row has the true rank of the column, 1 first.

    From draws of N(theta, V): what a flat prior would make of the estimate. Rows and columns sum to one.
    """
    drawn = theta + _draws(covariance, DRAWS, seed)
    place = np.argsort(np.argsort(-drawn, axis=1), axis=1)
    size = len(theta)
    code = np.arange(size)[None, :] * size + place
    return np.asarray(np.bincount(code.ravel(), minlength=size * size).reshape(size, size) / DRAWS)


def rank_upper_bounds(lower: Floats, upper: Floats) -> Ints:
    """Return 1 + the number of items whose lower bound lies above my upper bound, as other boards define rank."""
    return np.asarray(1 + (lower[None, :] > upper[:, None]).sum(axis=1), dtype=np.int64)


def _largest(draws: Floats, left: NDArray[np.bool_], error: Floats) -> Floats:
    """Return the largest studentised gap of each draw among the pairs left."""
    # Item by item, in single precision: a quantile of draws is not known to more than three digits anyway.
    columns = np.ascontiguousarray(draws.T, dtype=np.float32)
    largest = np.zeros(len(draws), dtype=np.float32)
    for item in np.flatnonzero(left.any(axis=1)):
        others = np.flatnonzero(left[item])
        gaps = np.abs(columns[others] - columns[item]) / error[item, others, None].astype(np.float32)
        np.maximum(largest, gaps.max(axis=0), out=largest)
    return largest.astype(np.float64)


def _draws(covariance: Floats, number: int, seed: int) -> Floats:
    values, vectors = np.linalg.eigh(covariance)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    noise = np.random.default_rng(seed).standard_normal((number, len(covariance)))
    return np.asarray(noise @ root.T)
