"""Synthetic comparisons of items whose strengths are known."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from ranking.engine.comparisons import Comparisons, Outcome
from ranking.engine.errors import RankingError


def simulate_comparisons(
    items: Sequence[str],
    theta: NDArray[np.float64],
    votes: int,
    rng: np.random.Generator,
    *,
    tie_rate: float = 0.0,
    both_bad_rate: float = 0.0,
    even_tie_rate: float = 0.0,
) -> Comparisons:
    """Draw votes between uniformly drawn pairs.

    Parameters
    ----------
    theta : (M,) strengths in logits.
    tie_rate, both_bad_rate : shares of votes that are TIE and BOTH_BAD, whatever the pair. The rest is decided
        by Bradley-Terry. Ties that ignore the gap keep the order and shrink the half-win scale.
    even_tie_rate : share of TIE between equals, up to 1/2; elsewhere it falls as 4 p (1 - p), and what becomes a
        tie is taken alike from the wins of both. The expected score stays p, so that the half-win scale is
        exact.

    Raises
    ------
    RankingError
        If a rate is none, or even_tie_rate is above 1/2.
    """
    if not (0 <= tie_rate + both_bad_rate <= 1 and min(tie_rate, both_bad_rate) >= 0 and 0 <= even_tie_rate <= 0.5):
        raise RankingError("Rates must lie between 0 and 1, together too, and even_tie_rate between 0 and 1/2.")
    a = rng.integers(0, len(items), votes)
    b = (a + rng.integers(1, len(items), votes)) % len(items)
    win = expit(theta[a] - theta[b])
    half_tie = 2 * even_tie_rate * win * (1 - win)
    fate = rng.random(votes)
    decided = np.where(fate < win - half_tie, Outcome.A, np.where(fate < win + half_tie, Outcome.TIE, Outcome.B))
    kind = rng.random(votes)
    outcome = np.where(kind < tie_rate, Outcome.TIE, decided)
    outcome = np.where((kind >= tie_rate) & (kind < tie_rate + both_bad_rate), Outcome.BOTH_BAD, outcome)
    return Comparisons.from_arrays(items, a, b, outcome)
