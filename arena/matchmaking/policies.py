"""Policies: what a vote on each pair is expected to bring. One function a policy, all of the same shape."""

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from arena.matchmaking.goals import mean_variance_weights, order_weights, top_weights, with_intervals
from arena.matchmaking.matrices import gap_variance
from arena.matchmaking.settings import PolicySettings
from arena.matchmaking.state import MatchState

Floats = NDArray[np.float64]

ORDER_INTERVALS: Final = 0.2
TOP_INTERVALS: Final = 0.1
"""The share that the mean interval has in these two goals; measured by `benchmarks/matchmaking.py`."""

_STEEPEST: Final = 300.0
"""Strengths are cut here, in logits, so that their exponentials stay finite."""


def information_gain(state: MatchState, settings: PolicySettings) -> Floats:
    """Return by how much one vote lowers the sum of variances of all strengths (the greedy A-optimal choice)."""
    return _fall(state, lambda: mean_variance_weights(state.theta.size))


def order_gain(state: MatchState, settings: PolicySettings) -> Floats:
    """Return by how much one vote lowers the expected number of pairs in the wrong order, and a little the intervals."""
    return _fall(state, lambda: _order(state.theta, state.covariance))


def top_gain(state: MatchState, settings: PolicySettings) -> Floats:
    """Return the same of the wrong orders that touch the first top_k."""
    return _fall(state, lambda: _top(state.theta, state.covariance, settings.top_k))


def balanced_gain(state: MatchState, settings: PolicySettings) -> Floats:
    """Return 1 / (1 + n): pairs with fewer votes, given or still out, come first."""
    return np.asarray(1 / (1 + state.votes + state.pending))


def no_gain(state: MatchState, settings: PolicySettings) -> Floats:
    """Return ones: no pair is better than another."""
    return np.ones_like(state.covariance)


POLICIES: Final[dict[str, Callable[[MatchState, PolicySettings], Floats]]] = {
    "information": information_gain,
    "order": order_gain,
    "top_k": top_gain,
    "balanced": balanced_gain,
    "uniform": no_gain,
}


def goal_weights(theta: Floats, covariance: Floats, settings: PolicySettings) -> Floats | None:
    """Return the (M, M) weights of a policy's goal; None for policies that look at counts alone."""
    match settings.name:
        case "information":
            return mean_variance_weights(theta.size)
        case "order":
            return _order(theta, covariance)
        case "top_k":
            return _top(theta, covariance, settings.top_k)
    return None


def vote_information(theta: Floats) -> Floats:
    """Return (M, M) Fisher information p (1 - p) of one vote on each pair.

    Written as x_i x_j / (x_i + x_j)^2 with x = exp(theta): M exponentials instead of M^2.
    """
    strength = np.exp(np.clip(theta - theta.mean(), -_STEEPEST, _STEEPEST))
    both = strength[:, None] + strength[None, :]
    share = strength[:, None] / both
    return np.asarray(share * share.T)


def _order(theta: Floats, covariance: Floats) -> Floats:
    return with_intervals(order_weights(theta, covariance), covariance, ORDER_INTERVALS)


def _top(theta: Floats, covariance: Floats, top_k: int) -> Floats:
    return with_intervals(top_weights(theta, covariance, top_k), covariance, TOP_INTERVALS)


def _fall(state: MatchState, weights: Callable[[], Floats]) -> Floats:
    leverage = state.leverage
    if leverage is None:
        leverage = state.covariance @ weights() @ state.covariance
    information = vote_information(state.theta)
    return np.asarray(information * gap_variance(leverage) / (1 + information * gap_variance(state.covariance)))
