"""Which goal is reached, and for whom it is still open."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from arena.matchmaking.matrices import own_variance

Floats = NDArray[np.float64]
Truths = NDArray[np.bool_]

POINTS_PER_LOGIT: Final = 400 / np.log(10)
SURE: Final = 1.959963984540054
"""Standard deviations of a 95 % interval."""


def own_errors(covariance: Floats) -> Floats:
    """Return (M,) standard deviations of the strengths against their mean, in logits."""
    return np.asarray(np.sqrt(own_variance(covariance)))


def half_widths(covariance: Floats) -> Floats:
    """Return (M,) half widths of 95 % intervals, in points."""
    return np.asarray(SURE * POINTS_PER_LOGIT * own_errors(covariance))


def neighbours(theta: Floats, covariance: Floats, places: int) -> tuple[NDArray[np.intp], Truths]:
    """Return (n, 2) neighbours, the stronger first, among the first `places`; and whether 95 % intervals of their
    gaps leave out zero."""
    order = np.argsort(-theta, kind="stable")[:places]
    better, worse = order[:-1], order[1:]
    variance = covariance[better, better] + covariance[worse, worse] - 2 * covariance[better, worse]
    separated = theta[better] - theta[worse] > SURE * np.sqrt(np.maximum(variance, 0.0))
    return np.column_stack([better, worse]), np.asarray(separated)


def open_contestants(theta: Floats, covariance: Floats, goal: str, top_k: int, width: float | None) -> Truths | None:
    """Return (M,) truth values: contestants for whom the goal is not reached yet; None where there is no goal.

    Parameters
    ----------
    goal : neighbours: all neighbours among the first `top_k` are separated. interval: every 95 % interval reaches at
        most `width` points either way. Anything else is no goal.
    """
    if goal == "neighbours":
        pairs, separated = neighbours(theta, covariance, top_k)
        unsettled: Truths = np.zeros(theta.size, dtype=bool)
        unsettled[pairs[~separated].ravel()] = True
        return unsettled
    if goal == "interval" and width is not None:
        return np.asarray(half_widths(covariance) > width)
    return None
