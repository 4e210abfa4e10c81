"""One-sided bounds for items without a finite estimate: how weak an undefeated item could still be."""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import log_expit, ndtri

Floats = NDArray[np.float64]


def undefeated_bound(theta: Floats, games: Floats, level: float) -> float:
    """Return the strength below which an item that won all its games lies with probability 1 - level at most.

    The likelihood of n_j wins over items of strength theta_j is prod sigma(x - theta_j)^n_j; its supremum is 1, at
    infinity. The bound is the x at which twice its logarithm has fallen by the square of the one-sided normal
    quantile (profile likelihood; the rated group is held at its estimate, which these games do not enter).

    Parameters
    ----------
    theta : (M,) strengths of the rated group. games : (M,) games won against each. level : of the one-sided bound.
    """
    fall = float(ndtri(level)) ** 2
    met = games > 0

    def excess(x: float) -> float:
        return float(-2 * (games[met] * log_expit(x - theta[met])).sum()) - fall

    low, high = float(theta[met].min()) - 1, float(theta[met].max()) + 1
    while excess(low) < 0:
        low -= 2
    while excess(high) > 0:
        high += 2
    return float(brentq(excess, low, high))
