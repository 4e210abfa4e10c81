"""Policies: probabilities over the allowed pairs, and one draw from them. Never the arg max."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from arena.matchmaking.errors import MatchmakingError, NoPairLeft
from arena.matchmaking.reasons import Reason
from arena.matchmaking.state import MatchState

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class PolicySettings:
    """How pairs are drawn.

    Attributes
    ----------
    name : information or uniform.
    floor : share of draws that are uniform over the allowed pairs; keeps every propensity above zero.
    sharpness : power to which the gain is raised before it is normalised.
    """

    name: str = "information"
    floor: float = 0.1
    sharpness: float = 4.0

    def __post_init__(self) -> None:
        if self.name not in POLICIES:
            raise MatchmakingError(f"Unknown policy {self.name!r}; choose one of {', '.join(sorted(POLICIES))}.")
        if not 0 < self.floor <= 1:
            raise MatchmakingError(f"The floor is {self.floor}; it must be above 0 and at most 1.")
        if not self.sharpness > 0:
            raise MatchmakingError(f"The sharpness is {self.sharpness}; it must be above 0.")

    @property
    def label(self) -> str:
        """Name and version as stored with each battle."""
        return f"{self.name}/{VERSION}"


@dataclass(frozen=True, slots=True)
class Draw:
    """One drawn pair i < j, the probability of that draw, the branch it came from and why."""

    i: int
    j: int
    propensity: float
    branch: str
    reason: Reason


VERSION: Final = 1


def information_gain(state: MatchState, i: NDArray[np.intp], j: NDArray[np.intp]) -> Floats:
    """Return p (1 - p) Var(theta_i - theta_j): what one vote on each pair is expected to tell.

    The Fisher information of one vote times the variance of the gap that it informs about. A vote raises
    the log-determinant of the information by log(1 + p (1 - p) Var) (matrix determinant lemma); this is the
    first term of it, so the greedy D-optimal choice has the largest gain.
    """
    win = expit(state.theta[i] - state.theta[j])
    diagonal = np.diag(state.covariance)
    return np.asarray(win * (1 - win) * (diagonal[i] + diagonal[j] - 2 * state.covariance[i, j]))


def _no_gain(state: MatchState, i: NDArray[np.intp], j: NDArray[np.intp]) -> Floats:
    return np.ones(i.size)


POLICIES: Final[dict[str, Callable[[MatchState, NDArray[np.intp], NDArray[np.intp]], Floats]]] = {
    "information": information_gain,
    "uniform": _no_gain,
}


def pair_probabilities(state: MatchState, settings: PolicySettings) -> Floats:
    """Return the (M, M) symmetric probabilities of drawing each unordered pair; each pair's stands twice.

    P = (1 - floor) gain^sharpness / sum + floor / m over the m allowed pairs.

    Raises
    ------
    NoPairLeft
        If no pair is allowed.
    """
    i, j = state.pairs()
    table = np.zeros_like(state.covariance)
    table[i, j] = table[j, i] = _mixture(_active(state, settings, i, j), settings)
    return table


def draw_pair(state: MatchState, settings: PolicySettings, rng: np.random.Generator) -> Draw:
    """Draw one allowed pair; see `pair_probabilities`.

    Raises
    ------
    NoPairLeft
        If no pair is allowed.
    """
    i, j = state.pairs()
    active = _active(state, settings, i, j)
    on_floor = bool(rng.random() < settings.floor)
    k = int(rng.choice(i.size, p=None if on_floor else active))
    branch = "floor" if on_floor else "active"
    propensity = float(_mixture(active, settings)[k])
    reason = _reason(state, settings, int(i[k]), int(j[k]), branch)
    return Draw(i=int(i[k]), j=int(j[k]), propensity=propensity, branch=branch, reason=reason)


def _active(state: MatchState, settings: PolicySettings, i: NDArray[np.intp], j: NDArray[np.intp]) -> Floats:
    if i.size == 0:
        raise NoPairLeft("No pair of contestants is left to compare.")
    gain = POLICIES[settings.name](state, i, j)
    # Scaled by the largest before the power, so that tiny gains do not all become zero.
    weight = (gain / gain.max()) ** settings.sharpness
    return np.asarray(weight / weight.sum())


def _mixture(active: Floats, settings: PolicySettings) -> Floats:
    return (1 - settings.floor) * active + settings.floor / active.size


def _reason(state: MatchState, settings: PolicySettings, i: int, j: int, branch: str) -> Reason:
    gap = float(state.theta[i] - state.theta[j])
    contrast = state.covariance[i, i] + state.covariance[j, j] - 2 * state.covariance[i, j]
    return Reason(
        policy=settings.label,
        branch=branch,
        win_probability=float(expit(gap)),
        gap=gap,
        gap_error=float(np.sqrt(max(contrast, 0.0))),
        votes=round(float(state.votes[i, j])),
        pending=int(state.pending[i, j]),
    )
