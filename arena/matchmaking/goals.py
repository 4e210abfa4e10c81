"""What a policy wants to shrink, as a matrix of weights L: the goal is trace(L C), linear in the covariance C.

A vote on the pair k lowers trace(L C) by p q e'C L C e / (1 + p q e'C e), by the Sherman-Morrison formula; so every
goal is one matrix, and every policy ranks pairs by the same expression.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from arena.matchmaking.matrices import gap_variance, laplacian, own_variance

Floats = NDArray[np.float64]

_LEAST_VARIANCE: Final = 1e-12


def mean_variance_weights(size: int) -> Floats:
    """Return (M, M) weights under which trace(L C) is the sum of the variances of strengths against their mean."""
    return np.eye(size) - 1.0 / size


def order_weights(theta: Floats, covariance: Floats) -> Floats:
    """Return (M, M) weights under which trace(L C) falls as the expected number of wrongly ordered pairs does.

    Two contestants whose gap is estimated with variance v stand in the wrong order with probability
    Phi(-|gap| / sqrt v). The gap itself is believed to be normal with mean d and variance v, so the derivative of the
    expected probability by v is, up to a constant, exp(-d^2 / 4v) E|N(d/2, v/2)| / v^(3/2). The Laplacian of these
    slopes is L.
    """
    return laplacian(_misrank_slope(theta, covariance))


def top_weights(theta: Floats, covariance: Floats, top_k: int) -> Floats:
    """Return the weights of `order_weights`, each times the probability that the pair touches the first `top_k`.

    Whether a contestant belongs to them is judged against the middle between the last inside and the first outside.
    """
    size = theta.size
    if top_k >= size:
        return order_weights(theta, covariance)
    ordered = np.sort(theta)
    cut = (ordered[size - top_k] + ordered[size - top_k - 1]) / 2
    # How well a strength is known against the mean of all: what they have in common moves the cut as well.
    own = own_variance(covariance)
    inside = ndtr((theta - cut) / np.sqrt(np.maximum(own, _LEAST_VARIANCE)))
    outside = 1 - inside
    return laplacian(_misrank_slope(theta, covariance) * (1 - outside[:, None] * outside[None, :]))


def with_intervals(weights: Floats, covariance: Floats, share: float) -> Floats:
    """Return weights of a goal of which a share is the mean interval, both as large as they are at this covariance.

    Whoever cares for orders alone forgets contestants whose place is clear, or far from the top, until no board of all
    of them can be fitted. A little care for every interval costs the order next to nothing.
    """
    intervals = mean_variance_weights(len(weights))
    worth, other = float(np.sum(weights * covariance)), float(np.sum(intervals * covariance))
    if worth <= 0:
        return intervals
    return np.asarray(weights + intervals * (share / (1 - share) * worth / other))


def _misrank_slope(theta: Floats, covariance: Floats) -> Floats:
    variance = np.maximum(gap_variance(covariance), _LEAST_VARIANCE)
    half = np.abs(theta[:, None] - theta[None, :]) / 2
    spread = np.sqrt(variance / 2)
    ratio = half / spread
    bell = np.exp(-(ratio**2) / 2)
    absolute = spread * np.sqrt(2 / np.pi) * bell + half * (2 * ndtr(ratio) - 1)
    return np.asarray(bell * absolute / variance**1.5)
