"""One pair, drawn with a probability that is known exactly. Never the arg max."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from arena.matchmaking.caps import cap_shares
from arena.matchmaking.errors import NoPairLeft
from arena.matchmaking.policies import POLICIES
from arena.matchmaking.reasons import Reason, reason_for
from arena.matchmaking.settings import PolicySettings
from arena.matchmaking.state import MatchState

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Draw:
    """One drawn pair i < j, the probability of that draw, the branch it came from and why."""

    i: int
    j: int
    propensity: float
    branch: str
    reason: Reason


def pair_probabilities(state: MatchState, settings: PolicySettings) -> Floats:
    """Return the (M, M) symmetric probabilities of drawing each unordered pair; each pair's stands twice.

    P = (1 - floor) gain^sharpness / sum + floor / m over the m allowed pairs; the first term so that nobody's share
    of battles exceeds the cap, where that can be.

    Raises
    ------
    NoPairLeft
        If no pair is allowed.
    """
    return _mixture(state, _active(state, settings), settings.floor)


def draw_pair(state: MatchState, settings: PolicySettings, rng: np.random.Generator) -> Draw:
    """Draw one allowed pair; see `pair_probabilities`.

    Raises
    ------
    NoPairLeft
        If no pair is allowed.
    """
    active = _active(state, settings)
    on_floor = bool(rng.random() < settings.floor)
    i, j = _draw_cell(state.allowed.astype(np.float64) if on_floor else active, rng)
    table = _mixture(state, active, settings.floor)
    branch = "floor" if on_floor else "active"
    # Rounding may take the only pair above one.
    propensity = min(float(table[i, j]), 1.0)
    return Draw(i, j, propensity, branch, reason_for(state, settings, table, (i, j), branch))


def _active(state: MatchState, settings: PolicySettings) -> Floats:
    """Return the (M, M) active part: symmetric, each pair's probability standing twice."""
    if not state.allowed.any():
        raise NoPairLeft("No pair of contestants is left to compare.")
    gain = np.where(_wanted(state), POLICIES[settings.name](state, settings), 0.0)
    largest = gain.max()
    # Scaled by the largest before the power, so that tiny gains do not all become zero.
    weight = _raised(gain / largest, settings.power) if largest > 0 else state.allowed.astype(np.float64)
    return cap_shares(weight * (2 / weight.sum()), state.allowed, settings)


def _wanted(state: MatchState) -> NDArray[np.bool_]:
    if state.open is None or not state.open.any():
        return state.allowed
    wanted = state.allowed & (state.open[:, None] | state.open[None, :])
    return wanted if wanted.any() else state.allowed


def _raised(base: Floats, power: float) -> Floats:
    """Return base ** power; whole powers by squaring, which is many times faster than the general power."""
    if power != int(power) or power > 64:
        return np.asarray(base**power)
    result, rest = None, int(power)
    while rest:
        if rest & 1:
            result = base if result is None else result * base
        rest >>= 1
        base = base * base if rest else base
    return np.ones_like(base) if result is None else result


def _mixture(state: MatchState, active: Floats, floor: float) -> Floats:
    pairs = np.count_nonzero(state.allowed) / 2
    return np.asarray((1 - floor) * active + (floor / pairs) * state.allowed)


def _draw_cell(table: Floats, rng: np.random.Generator) -> tuple[int, int]:
    """Draw an unordered pair from symmetric weights: a row by its sum, then a column of it."""
    first = _draw_index(table.sum(axis=1), rng)
    second = _draw_index(table[first], rng)
    return (first, second) if first < second else (second, first)


def _draw_index(weights: Floats, rng: np.random.Generator) -> int:
    ends = np.cumsum(weights)
    # Rounding may leave the target at the very end; the last index that has weight is then meant.
    place = int(np.searchsorted(ends, rng.random() * ends[-1], side="right"))
    return min(place, int(np.flatnonzero(weights)[-1]))
