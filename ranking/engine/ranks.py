"""Ranks that admit what is not known."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ranking.engine.covariance import contrast_variance

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

DRAWS: Final = 2000
_CELLS: Final = 4_000_000


@dataclass(frozen=True, slots=True)
class RankRanges:
    """Ranks from 1, and the ranges that hold all true ranks together with the stated probability."""

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
        rank=point_ranks(theta),
        low=np.asarray(1 + better.sum(axis=0), dtype=np.int64),
        high=np.asarray(size - better.sum(axis=1), dtype=np.int64),
    )


def surely_better(theta: Floats, covariance: Floats, level: float, seed: int) -> NDArray[np.bool_]:
    """Return (M, M) truth values: row is better than column, all statements together with probability `level`."""
    i, j = np.triu_indices(len(theta), k=1)
    error = np.sqrt(contrast_variance(covariance)[i, j])
    gap = theta[i] - theta[j]
    statistic = np.abs(gap) / np.where(error > 0, error, np.inf)
    draws = _draws(covariance, seed)
    rejected = np.zeros(i.size, dtype=bool)
    while not rejected.all():
        left = ~rejected & (error > 0)
        bound = np.quantile(_largest(draws, i[left], j[left], error[left]), level) if left.any() else np.inf
        newly = ~rejected & (statistic > bound)
        if not newly.any():
            break
        rejected |= newly
    better = np.zeros(covariance.shape, dtype=bool)
    better[i, j] = rejected & (gap > 0)
    better[j, i] = rejected & (gap < 0)
    return better


def rank_upper_bounds(lower: Floats, upper: Floats) -> Ints:
    """Return 1 + the number of items whose lower bound lies above my upper bound, as other boards define rank."""
    return np.asarray(1 + (lower[None, :] > upper[:, None]).sum(axis=1), dtype=np.int64)


def _largest(draws: Floats, i: Ints, j: Ints, error: Floats) -> Floats:
    """Return the largest studentised gap of each draw, a slice of draws at a time to bound the memory."""
    slices = max(1, -(-draws.shape[0] * i.size // _CELLS))
    return np.concatenate(
        [(np.abs(part[:, i] - part[:, j]) / error).max(axis=1) for part in np.array_split(draws, slices)]
    )


def _draws(covariance: Floats, seed: int) -> Floats:
    values, vectors = np.linalg.eigh(covariance)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    noise = np.random.default_rng(seed).standard_normal((DRAWS, len(covariance)))
    return np.asarray(noise @ root.T)
