"""FastChat's way: contestants have weights, and some of them are each other's targets.

After `get_battle_pair` of FastChat (github.com/lm-sys/FastChat, `fastchat/serve/gradio_block_arena_anony.py`, Apache
2.0), retold: the first of a pair comes by its weight; of the others each counts with its weight, but the first one's
targets together with half of the weight of all. There the weights and targets are lists that the operators write by
hand. Here they are rules: a contestant with fewer than half of the median's votes has weight 5, the others 1, as the
arena's policy of December 2024 has it for newcomers; the targets are the four nearest by the strengths believed so far.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from arena.matchmaking.state import MatchState

NEW: Final = 5.0
TARGETS: Final = 4


@dataclass(frozen=True, slots=True)
class FastChat:
    """Chooses by weights and targets."""

    label: str = "FastChat's weights"

    def choose(self, state: MatchState, rng: np.random.Generator) -> tuple[int, int]:
        """Draw the first by weight, the second by weight or as a target."""
        votes = state.votes.sum(axis=1)
        weight = np.where(votes < np.median(votes) / 2, NEW, 1.0)
        size = len(weight)
        first = int(rng.choice(size, p=weight / weight.sum()))
        distance = np.abs(state.theta - state.theta[first])
        distance[first] = np.inf
        targets = np.argsort(distance, kind="stable")[: min(TARGETS, size - 1)]
        rival = weight.copy()
        rival[targets] = 0.5 * weight.sum() / len(targets)
        rival = np.where(state.allowed[first], rival, 0.0)
        return first, int(rng.choice(size, p=rival / rival.sum()))

    def hear(self, i: int, j: int, score: float) -> None:
        """Votes reach it by the state alone."""
