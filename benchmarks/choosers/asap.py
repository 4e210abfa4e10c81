"""ASAP's way: batches of pairs that form a spanning tree, so that each is informative and all are connected.

Mikhailiuk, Wilmot, Perez-Ortiz, Yue and Mantiuk 2021 ("Active sampling for pairwise comparisons via approximate message
passing and information gain maximization", ICPR; arXiv 2004.05691), retold: the gain of a pair is the expected sum of
Kullback-Leibler divergences of all marginal beliefs after its vote from those before, over both outcomes; a batch is the
minimum spanning tree of 1 / gain. ASAP gets its beliefs by message passing with a probit; here they are those of the
state, so that only the choice is compared.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.sparse.csgraph import minimum_spanning_tree
from scipy.special import expit

from arena.matchmaking.state import MatchState

Floats = NDArray[np.float64]


@dataclass(slots=True)
class Asap:
    """Hands out a batch in random order, then makes the next."""

    label: str = "ASAP (spanning tree)"
    batch: list[tuple[int, int]] = field(default_factory=list)

    def choose(self, state: MatchState, rng: np.random.Generator) -> tuple[int, int]:
        """Return the next pair of the batch."""
        if not self.batch:
            self.batch = spanning_batch(expected_divergence(state.theta, state.covariance), state.allowed)
            rng.shuffle(self.batch)
        return self.batch.pop()

    def hear(self, i: int, j: int, score: float) -> None:
        """Votes reach it by the state alone."""


def expected_divergence(theta: Floats, covariance: Floats) -> Floats:
    """Return (M, M) the expected sum of divergences of the marginals after one vote on each pair, in nats."""
    i, j = np.triu_indices(theta.size, 1)
    win = expit(theta[i] - theta[j])
    information = win * (1 - win)
    pull = covariance[i] - covariance[j]
    spread = 1 + information * (pull[np.arange(i.size), i] - pull[np.arange(i.size), j])
    moved = pull**2 / covariance.diagonal()
    shrunk = 1 - moved * (information / spread)[:, None]
    # The mean moves by pull (score - win) / spread; the expectation of (score - win)^2 is win (1 - win).
    shift = moved * (information / spread**2)[:, None]
    gain = np.zeros_like(covariance)
    gain[i, j] = gain[j, i] = ((shrunk + shift - 1 - np.log(shrunk)) / 2).sum(axis=1)
    return gain


def spanning_batch(gain: Floats, allowed: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return the pairs of the minimum spanning tree of 1 / gain over the allowed pairs."""
    cost = np.zeros_like(gain)
    cost[allowed] = 1 / np.maximum(gain[allowed], 1e-300)
    tree = minimum_spanning_tree(cost).tocoo()
    return [(int(first), int(second)) for first, second in zip(tree.row, tree.col, strict=True)]
