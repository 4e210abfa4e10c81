"""Sequential Elo: the one method whose result depends on the order of the votes."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ranking.engine.comparisons import Comparisons, Ints, Outcome

Floats = NDArray[np.float64]

_SCORE = (1.0, 0.0, 0.5)


@dataclass(frozen=True, slots=True)
class EloOverOrders:
    """Elo ratings over random orders of the same votes.

    Attributes
    ----------
    mean : (M,) ratings. spread : (M,) standard deviations: how far the order alone moves a rating.
    orders : how many were replayed.
    """

    mean: Floats
    spread: Floats
    orders: int


def replay_elo(comparisons: Comparisons, k: float = 4.0, initial: float = 1000.0) -> Floats:
    """Return (M,) Elo ratings after replaying the votes in their order.

    Each vote moves both ratings by weight * k * (score - expected), expected = 1 / (1 + 10^((R_b - R_a) / 400))
    (Elo 1978). BOTH_BAD moves nothing. No interval comes with it: shuffling the votes shows how far it can be
    trusted.
    """
    return _replay(comparisons, np.arange(len(comparisons.a)), k, initial)


def average_elo(
    comparisons: Comparisons, k: float = 4.0, initial: float = 1000.0, orders: int = 100, seed: int = 0
) -> EloOverOrders:
    """Replay the votes in random orders; parameters as `replay_elo`, `orders` at least 2."""
    rng = np.random.default_rng(seed)
    replays = np.array([_replay(comparisons, rng.permutation(len(comparisons.a)), k, initial) for _ in range(orders)])
    return EloOverOrders(replays.mean(axis=0), replays.std(axis=0, ddof=1), orders)


def _replay(comparisons: Comparisons, order: Ints, k: float, initial: float) -> Floats:
    told = order[comparisons.outcome[order] != Outcome.BOTH_BAD]
    columns = (
        comparisons.a[told].tolist(),
        comparisons.b[told].tolist(),
        comparisons.outcome[told].tolist(),
        comparisons.weight[told].tolist(),
    )
    ratings = [float(initial)] * len(comparisons.items)
    for a, b, outcome, weight in zip(*columns, strict=True):
        expected = 1 / (1 + 10 ** ((ratings[b] - ratings[a]) / 400))
        change = weight * k * (_SCORE[outcome] - expected)
        ratings[a] += change
        ratings[b] -= change
    return np.array(ratings)
