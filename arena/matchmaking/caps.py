"""No contestant takes more than its share of the battles."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from arena.matchmaking.settings import PolicySettings

Floats = NDArray[np.float64]

_ROUNDS: Final = 8
_STEPS: Final = 50
_CLOSE: Final = 1e-6
_NOTHING: Final = 1e-9
_MET: Final = 1e-3
_FARTHEST: Final = 5.0
"""Longest step of a logarithm: far from the solution the curvature is that of another place."""


def cap_shares(active: Floats, allowed: NDArray[np.bool_], settings: PolicySettings) -> Floats:
    """Return active probabilities under which no contestant takes part in more than its share of all battles.

    The rows and columns of those above the cap are scaled down and everything else is scaled up (as iterative
    proportional fitting does), which keeps the odds between the pairs of one contestant as they were. Where the allowed
    pairs leave no room for that, because all of them touch one contestant, the share stays what it must be.

    Parameters
    ----------
    active : (M, M) symmetric probabilities of unordered pairs, each standing twice. They sum to 2.
    allowed : (M, M) the pairs over which the floor is uniform; the floor counts towards the share.
    """
    cap = settings.cap(len(active))
    share = active.sum(axis=1)
    limit = _limits(allowed, settings, cap)
    over = share > limit * (1 + _CLOSE)
    if cap >= 1 or not over.any():
        return active
    active = _with_room(active, allowed, ~over)
    scale = np.ones(len(active))
    for _ in range(_ROUNDS):
        chosen = np.flatnonzero(over)
        inside = active[np.ix_(chosen, chosen)]
        # What is left is one lump, so that a pass costs little.
        outward = active[chosen].sum(axis=1) - inside.sum(axis=1)
        lump = active.sum() / 2 - outward.sum() - inside.sum() / 2
        if lump < _NOTHING**2:
            break
        scale[chosen] = _factors(inside, outward, lump, limit[chosen])
        share = scale * (active @ scale)
        share *= 2 / share.sum()
        beyond = share > limit * (1 + _CLOSE)
        if not (beyond & ~over).any():
            break
        over |= beyond
    scaled = active * scale[:, None]
    scaled *= scale[None, :]
    scaled *= 2 / scaled.sum()
    return np.asarray(scaled)


def _limits(allowed: NDArray[np.bool_], settings: PolicySettings, cap: float) -> Floats:
    """Return (M,) the largest share of the active draws that keeps the share of all draws below the cap."""
    fair = allowed.sum(axis=1) / (np.count_nonzero(allowed) / 2)
    return np.asarray(np.maximum((cap - settings.floor * fair) / max(1 - settings.floor, _CLOSE), 0.0))


def _with_room(active: Floats, allowed: NDArray[np.bool_], rest: NDArray[np.bool_]) -> Floats:
    """Return the same probabilities with a trace on allowed pairs of the rest, where nothing was wanted of them."""
    among = rest[:, None] & rest[None, :]
    if np.sum(active, where=among) > _NOTHING:
        return active
    return np.asarray(active + _NOTHING * (allowed & among))


def _factors(inside: Floats, outward: Floats, lump: float, limit: Floats) -> Floats:
    """Return by what to scale each of the capped so that all of them meet their limits, to a thousandth.

    The logarithms of the factors minimise log(total) - limit . x, which is convex: its slope is how far the shares are
    above their limits, its curvature their covariance. Newton's method needs a handful of steps.
    """
    # Begun near where the capped weigh as much as the rest.
    x = np.log(np.minimum(lump / np.maximum(outward, _NOTHING), 1.0))
    value, slope, curvature = _dual(x, inside, outward, lump, limit)
    for _ in range(_STEPS):
        if np.abs(slope).max() < _MET * limit.min():
            break
        step = np.linalg.solve(curvature, slope)
        length = min(1.0, _FARTHEST / float(np.abs(step).max()))
        tried = _dual(x - length * step, inside, outward, lump, limit)
        while tried[0] > value and length > _MET:
            length /= 2
            tried = _dual(x - length * step, inside, outward, lump, limit)
        x = x - length * step
        value, slope, curvature = tried
    return np.asarray(np.exp(x))


def _dual(x: Floats, inside: Floats, outward: Floats, lump: float, limit: Floats) -> tuple[float, Floats, Floats]:
    """Return value, slope and curvature of what `_factors` minimises."""
    factor = np.exp(x)
    pairs = inside * factor[:, None] * factor[None, :]
    single = factor * outward
    share = pairs.sum(axis=1) + single
    total = float(pairs.sum() / 2 + single.sum() + lump)
    share = share / total
    curvature = pairs / total + np.diag(share) - np.outer(share, share) + _NOTHING * np.eye(len(x))
    return float(np.log(total) - limit @ x), share - limit, curvature
