"""Drift: did the same items fare differently in different stretches of time?"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc, ndtr

from ranking.engine.bradley_terry import PairFit
from ranking.engine.comparisons import Comparisons, PairCounts
from ranking.engine.goodness import residuals
from ranking.engine.likelihood import PairLikelihood
from ranking.engine.scale import POINTS_PER_LOGIT

Floats = NDArray[np.float64]

FEWEST: Final = 20
"""Votes of a window from which on it is compared with others."""


@dataclass(frozen=True, slots=True)
class Drift:
    """Whether one set of strengths holds for all windows of time.

    Attributes
    ----------
    windows : how many. chi_square, degrees, p_value : of the score test that strengths are the same in all.
    item, change, item_p_value : who moved most between the first and the last window, by how many points, and the
        p-value of that (Bonferroni over items). None where nobody was compared in both.
    """

    windows: int
    chi_square: float
    degrees: int
    p_value: float | None
    item: str | None
    change: float | None
    item_p_value: float | None


def time_windows(comparisons: Comparisons, windows: int) -> tuple[PairCounts, ...]:
    """Return the counts of `windows` stretches of equally many votes, in the order of the rows."""
    parts = np.array_split(np.arange(len(comparisons.a)), windows)
    return tuple(comparisons.picked(rows).pair_counts() for rows in parts)


def drift(fit: PairFit, windows: Sequence[PairCounts]) -> Drift:
    """Test whether strengths are the same in all windows.

    sum over windows of g' (dispersion * H)^+ g, with gradient and Hessian of each window at the joint estimate: chi^2
    with sum rank(H) - rank(H of all) degrees of freedom (Rao's score test).

    Parameters
    ----------
    windows : counts that add up to those of the fit, over the same items.
    """
    dispersion = residuals(fit).dispersion
    steps = [_one_step(fit, counts) for counts in windows]
    statistic = sum(step.statistic for step in steps) / dispersion
    degrees = sum(step.rank for step in steps) - (fit.items - 1)
    item, change, item_p = _most_moved(fit, steps[0], steps[-1], dispersion)
    enough = min(float(counts.games.sum()) / 2 for counts in windows) >= FEWEST
    p_value = float(chdtrc(degrees, statistic)) if degrees >= 1 and enough else None
    return Drift(len(windows), statistic, degrees, p_value, item, change, item_p)


@dataclass(frozen=True, slots=True)
class _Step:
    """From the joint estimate to that of a window: (M,) change of strengths, their variances, the test's summand."""

    change: Floats
    variance: Floats
    statistic: float
    rank: int


def _one_step(fit: PairFit, counts: PairCounts) -> _Step:
    slope = PairLikelihood(counts, fit.likelihood.model).evaluate(fit.maximum.point)
    size = fit.items
    values, vectors = np.linalg.eigh(slope.hessian[:size, :size])
    kept = values > 1e-9 * max(float(values.max()), 1e-300)
    inverse = (vectors[:, kept] / values[kept]) @ vectors[:, kept].T
    gradient = -slope.gradient[:size]
    change = np.asarray(inverse @ gradient)
    played = counts.games.sum(axis=1) > 0
    variance = np.where(played, np.diag(inverse), np.inf)
    return _Step(change, variance, float(gradient @ change), int(kept.sum()))


def _most_moved(
    fit: PairFit, first: _Step, last: _Step, dispersion: float
) -> tuple[str | None, float | None, float | None]:
    variance = dispersion * (first.variance + last.variance)
    moved = last.change - first.change
    clear = np.where(np.isfinite(variance), np.abs(moved) / np.sqrt(np.maximum(variance, 1e-300)), 0.0)
    most = int(np.argmax(clear))
    if clear[most] == 0:
        return None, None, None
    p_value = min(1.0, 2 * fit.items * float(ndtr(-clear[most])))
    return fit.likelihood.counts.items[most], POINTS_PER_LOGIT * float(moved[most]), p_value
