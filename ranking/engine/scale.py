"""Logits and points: points = anchor + 400 / ln(10) * theta, the scale that Elo made familiar."""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

Floats = NDArray[np.float64]

POINTS_PER_LOGIT: Final = 400 / math.log(10)
"""173.7 points a logit; 400 points are odds of ten to one."""


def to_points(theta: Floats | float, anchor: float = 1000.0) -> Floats:
    """Return ratings in points; `anchor` is the rating of strength 0, the mean of the rated items."""
    return np.asarray(anchor + POINTS_PER_LOGIT * np.asarray(theta, dtype=np.float64))


def from_points(points: Floats, anchor: float = 1000.0) -> Floats:
    """Return strengths in logits; the inverse of `to_points`."""
    return np.asarray((np.asarray(points, dtype=np.float64) - anchor) / POINTS_PER_LOGIT)


def win_probability(theta: Floats) -> Floats:
    """Return the (M, M) probabilities that row beats column in a decided comparison (Bradley and Terry 1952)."""
    theta = np.asarray(theta, dtype=np.float64)
    return np.asarray(expit(theta[:, None] - theta[None, :]))
