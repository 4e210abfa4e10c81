"""Choosers that know the true strengths: how far anybody could get.

Each takes the pair whose vote lowers its goal most, with the covariance that the pairs asked so far have at the truth.
For the mean interval that is close to a bound, as information depends on the asked pairs alone. For orders it is a
reference: whoever sees the votes may react to their noise, which this one does not.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from arena.matchmaking.beliefs import Beliefs, expected_information, fit_around, hand_out
from arena.matchmaking.goals import mean_variance_weights
from arena.matchmaking.matrices import gap_variance
from arena.matchmaking.policies import vote_information
from arena.matchmaking.state import MatchState
from arena.matchmaking.worlds import World

Floats = NDArray[np.float64]

_PRECISION = 1e-2
"""Of a prior around the truth: the first pairs need some covariance."""


@dataclass(slots=True)
class Oracle:
    """Greedy with the truth. Goals: `interval`, `order`, `top`."""

    world: World
    goal: str
    truth: Floats
    known: Beliefs | None = None
    chosen: int = 0

    @classmethod
    def of(cls, world: World, goal: str) -> "Oracle":
        """Return the oracle of a world."""
        return cls(world, goal, world.board())

    @property
    def label(self) -> str:
        """As tables call it."""
        return f"oracle, {self.goal}"

    def choose(self, state: MatchState, rng: np.random.Generator) -> tuple[int, int]:
        """Return the pair that lowers the goal most."""
        if self.known is None or self.chosen % self.world.size == 0:
            self.known = self._known(state)
        covariance = self.known.foreseen
        leverage = covariance @ self._weights(covariance) @ covariance
        information = vote_information(self.truth)
        gain = information * gap_variance(leverage) / (1 + information * gap_variance(covariance))
        # Equal gains are told apart by chance.
        gain = np.where(state.allowed, gain, -1.0) * (1 + 1e-9 * rng.random(gain.shape))
        i, j = divmod(int(np.argmax(gain)), self.world.size)
        self.known = hand_out(self.known, i, j, expected_information(self.truth, i, j))
        self.chosen += 1
        return i, j

    def hear(self, i: int, j: int, score: float) -> None:
        """What is answered tells it nothing."""

    def _known(self, state: MatchState) -> Beliefs:
        """Return the truth with what the votes and the battles that are out are worth there."""
        games = state.votes + state.pending
        win = expit(self.truth[:, None] - self.truth[None, :])
        precision = np.eye(self.world.size) * _PRECISION
        return fit_around(games * win, np.zeros_like(games), self.truth, precision)

    def _weights(self, covariance: Floats) -> Floats:
        """Return (M, M) the slope of the goal by the covariance; see `arena.matchmaking.goals`."""
        if self.goal == "interval":
            return mean_variance_weights(self.world.size)
        gap = np.abs(self.truth[:, None] - self.truth[None, :])
        # Nobody has a gap to itself; ones keep the division defined, and the diagonal is cleared below.
        variance = gap_variance(covariance) + np.eye(self.world.size)
        slope = gap * np.exp(-(gap**2) / (2 * variance)) / variance**1.5
        if self.goal == "top":
            inside = np.isin(np.arange(self.world.size), np.argsort(-self.truth)[: self.world.top_k])
            slope = slope * (inside[:, None] | inside[None, :])
        np.fill_diagonal(slope, 0.0)
        return np.diag(slope.sum(axis=1)) - slope
