"""Strength in a category: the board's strength and an offset, which is small until votes say otherwise."""

import numpy as np
from numpy.typing import NDArray

from arena.matchmaking.beliefs import PRIOR_SD, Beliefs, fit_around, fit_beliefs

Floats = NDArray[np.float64]


def fit_category(score: Floats, inside: Floats, offset_sd: float, prior_sd: float = PRIOR_SD) -> Beliefs:
    """Return beliefs about strengths in one category: theta_c = theta + delta_c, delta_c ~ N(0, offset_sd^2).

    Votes from outside tell theta; they reach the category as a normal prior of covariance C_outside + offset_sd^2 I.
    Votes from inside then tell theta_c. So a category without votes starts from the board, a little less sure of it,
    and one with many votes stands on its own; no vote counts twice. (A two-level normal model, as in Efron and
    Morris 1975; the other categories are one group, whose own offsets are taken to average out.)

    Parameters
    ----------
    score, inside : (M, M) points of row against column, on the whole board and in this category.
    offset_sd : how far strengths in a category are believed to lie from the board's, in logits.
    """
    nothing = np.zeros_like(score)
    outside = fit_beliefs(score - inside, nothing, prior_sd)
    spread = outside.covariance + offset_sd**2 * np.eye(len(score))
    precision = np.asarray(np.linalg.inv(spread), np.float64)
    return fit_around(inside, nothing, outside.theta, (precision + precision.T) / 2)
