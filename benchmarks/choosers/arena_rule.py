"""Chatbot Arena's rule: pairs in proportion to how much one vote more shortens the interval of their win rate.

Chiang et al. 2024 (arXiv 2403.04132), equation 9: P(k) is proportional to sqrt(S_k / n_k) - sqrt(S_k / (n_k + 1)), with the
variance S_k of a vote on the pair k and its votes n_k. The paper's S_k depends on which of a pair is named first; here
it is p (1 - p). Battles that are out count as votes, and one vote is added to all, since the rule has no value at none.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from arena.matchmaking.policies import vote_information
from arena.matchmaking.state import MatchState

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ArenaRule:
    """Chooses by the fall of each pair's own standard error."""

    label: str = "Chatbot Arena's rule"

    def probabilities(self, state: MatchState) -> Floats:
        """Return (M, M) symmetric weights of the pairs; each pair's stands twice, and they sum to 2."""
        games = 1 + state.votes + state.pending
        fall = np.sqrt(vote_information(state.theta)) * (games**-0.5 - (games + 1) ** -0.5)
        fall = np.where(state.allowed, fall, 0.0)
        return np.asarray(2 * fall / fall.sum())

    def choose(self, state: MatchState, rng: np.random.Generator) -> tuple[int, int]:
        """Draw a pair."""
        flat = np.cumsum(self.probabilities(state))
        cell = int(np.searchsorted(flat, rng.random() * flat[-1], side="right"))
        first, second = divmod(cell, len(state.theta))
        return first, second

    def hear(self, i: int, j: int, score: float) -> None:
        """Votes reach it by the state alone."""
