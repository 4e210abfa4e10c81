"""What further votes are expected to settle, if strengths are what they seem and pairs are drawn as they are now."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from arena.matchmaking.draw import pair_probabilities
from arena.matchmaking.matrices import laplacian
from arena.matchmaking.policies import vote_information
from arena.matchmaking.settings import PolicySettings
from arena.matchmaking.state import MatchState
from arena.matchmaking.stopping import half_widths, neighbours, open_contestants

Floats = NDArray[np.float64]

GROWTH: Final = 0.15
"""Each step asks for this share of the votes so far again."""
MOST_STEPS: Final = 60
FEWER_STEPS: Final = 24
"""Of large contests, whose every step inverts a large matrix."""
LARGE: Final = 200


@dataclass(frozen=True, slots=True)
class GoalSettings:
    """When a contest has learnt enough: none, neighbours among the first `top_k`, or intervals of ± `width` points."""

    name: str = "none"
    top_k: int = 5
    width: float | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """After so many further votes: mean and widest half width of a 95 % interval, in points; neighbours separated."""

    votes: int
    mean_width: float
    widest: float
    separated: int


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Two that stand next to each other; `votes` more are expected to separate them, None where no end is in sight."""

    better: int
    worse: int
    place: int
    separated: bool
    votes: int | None


@dataclass(frozen=True, slots=True)
class Forecast:
    """The course that further votes are expected to take.

    Attributes
    ----------
    steps : the first one is now. pairs : of all neighbours on the board, the strongest first; numbers of contestants.
    goal : further votes until the goal is reached, 0 where it is; None where there is none or no end is in sight.
    """

    steps: tuple[Step, ...]
    pairs: tuple[Neighbours, ...]
    goal: int | None

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for storage."""
        return asdict(self)

    @property
    def horizon(self) -> int:
        """How many further votes the forecast looks ahead."""
        return self.steps[-1].votes


@dataclass(frozen=True, slots=True)
class _Moment:
    """What is settled after so many votes: of each two neighbours, and whether the goal is."""

    votes: int
    widths: Floats
    separated: NDArray[np.bool_]
    reached: bool | None

    def step(self) -> Step:
        return Step(self.votes, float(self.widths.mean()), float(self.widths.max()), int(self.separated.sum()))


def forecast_votes(
    state: MatchState, policy: PolicySettings, goal: GoalSettings, horizon: int | None = None
) -> Forecast:
    """Return what further votes are expected to settle.

    Each step spreads votes over pairs by the policy's own probabilities and adds the information that they are
    expected to bring, p (1 - p) each; strengths stay where they are believed to be. So a gap that is zero is never
    separated, and the forecast says nothing of luck: it is the middle of what may happen, not a promise.

    Parameters
    ----------
    state : what is believed now. The leverage that it may carry is not used.
    horizon : votes up to which the steps are told; by default until everything is settled, or until the steps are used
        up. What pairs and the goal take is told in any case.
    """
    course = list(_course(state, policy, goal, None))
    pairs, _ = neighbours(state.theta, state.covariance, state.theta.size)
    told = [_told(course, place, int(better), int(worse)) for place, (better, worse) in enumerate(pairs)]
    goal_votes = next((moment.votes for moment in course if moment.reached), None)
    within = course if horizon is None else list(_course(state, policy, goal, horizon))
    return Forecast(tuple(moment.step() for moment in within), tuple(told), goal_votes)


def _told(course: list[_Moment], place: int, better: int, worse: int) -> Neighbours:
    votes = next((moment.votes for moment in course if moment.separated[place]), None)
    return Neighbours(better, worse, place + 1, bool(course[0].separated[place]), votes)


def _course(state: MatchState, policy: PolicySettings, goal: GoalSettings, horizon: int | None) -> Iterator[_Moment]:
    large = state.theta.size > LARGE
    precision = np.asarray(np.linalg.inv(state.covariance), np.float64)
    before = float(state.votes.sum()) / 2
    votes = 0
    for _ in range(FEWER_STEPS if large else MOST_STEPS):
        unsettled = open_contestants(state.theta, state.covariance, goal.name, goal.top_k, goal.width)
        _, separated = neighbours(state.theta, state.covariance, state.theta.size)
        reached = None if unsettled is None else not unsettled.any()
        yield _Moment(votes, half_widths(state.covariance), separated, reached)
        if votes == horizon or (horizon is None and separated.all() and reached is not False):
            return
        ahead = max(round((before + votes) * GROWTH * (3 if large else 1)), 10)
        ahead = ahead if horizon is None else min(ahead, horizon - votes)
        state = replace(state, leverage=None, open=unsettled)
        information = ahead * pair_probabilities(state, policy) * vote_information(state.theta)
        # Rounding must not give one of a pair more than the other: over many steps that would grow.
        information = (information + information.T) / 2
        precision = precision + laplacian(information)
        votes += ahead
        state = replace(state, covariance=np.asarray(np.linalg.inv(precision), np.float64))
