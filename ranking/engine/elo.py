"""Sequential Elo: the one method whose result depends on the order of the votes."""

import numpy as np
from numpy.typing import NDArray

from ranking.engine.comparisons import Comparisons, Outcome

_SCORE = {Outcome.A: 1.0, Outcome.B: 0.0, Outcome.TIE: 0.5}


def replay_elo(comparisons: Comparisons, k: float = 4.0, initial: float = 1000.0) -> NDArray[np.float64]:
    """Return (M,) Elo ratings after replaying the votes in their order.

    Each vote moves both ratings by weight * k * (score - expected), expected = 1 / (1 + 10^((R_b - R_a) / 400))
    (Elo 1978). BOTH_BAD moves nothing. No interval comes with it: shuffling the votes shows how far it can be
    trusted.
    """
    ratings = [initial] * len(comparisons.items)
    columns = (
        comparisons.a.tolist(),
        comparisons.b.tolist(),
        comparisons.outcome.tolist(),
        comparisons.weight.tolist(),
    )
    for a, b, outcome, weight in zip(*columns, strict=True):
        if outcome == Outcome.BOTH_BAD:
            continue
        expected = 1 / (1 + 10 ** ((ratings[b] - ratings[a]) / 400))
        change = weight * k * (_SCORE[Outcome(outcome)] - expected)
        ratings[a] += change
        ratings[b] -= change
    return np.array(ratings)
