"""Synthetic comparisons of items whose strengths are known."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from ranking.engine.comparisons import Comparisons, Outcome


def simulate_comparisons(
    items: Sequence[str],
    theta: NDArray[np.float64],
    votes: int,
    rng: np.random.Generator,
    *,
    tie_rate: float = 0.0,
    both_bad_rate: float = 0.0,
) -> Comparisons:
    """Draw votes between uniformly drawn pairs.

    Parameters
    ----------
    theta : (M,) strengths in logits.
    tie_rate, both_bad_rate : shares of votes that are TIE and BOTH_BAD, whatever the pair. The rest is decided
        by Bradley-Terry. Ties that ignore the gap keep the order and shrink the half-win scale.
    """
    a = rng.integers(0, len(items), votes)
    b = (a + rng.integers(1, len(items), votes)) % len(items)
    decided = np.where(rng.random(votes) < expit(theta[a] - theta[b]), Outcome.A, Outcome.B)
    kind = rng.random(votes)
    outcome = np.where(kind < tie_rate, Outcome.TIE, decided)
    outcome = np.where((kind >= tie_rate) & (kind < tie_rate + both_bad_rate), Outcome.BOTH_BAD, outcome)
    return Comparisons.from_arrays(items, a, b, outcome)
