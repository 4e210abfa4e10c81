"""Intervals cover what they say they cover: checked on boards whose truth is known."""

import numpy as np
import pytest

from ranking import PairCounts, compute_standings, simulate_comparisons
from ranking.engine.bradley_terry import fit_bradley_terry

ITEMS = ("a", "b", "c", "d", "e", "f")
THETA = np.array([0.9, 0.5, 0.1, -0.1, -0.4, -1.0])


def covered(standings, truth: np.ndarray) -> np.ndarray:
    by_key = dict(zip(ITEMS, truth, strict=True))
    points = {key: 1000 + 400 / np.log(10) * value for key, value in by_key.items()}
    return np.array([row.lower <= points[row.item] <= row.upper for row in standings.rows])


def share_covered(tie_rate: float, votes: int, boards: int, seed: int) -> float:
    rng = np.random.default_rng(seed)
    truth = strengths_with_half_wins(THETA, tie_rate)
    shares = [
        covered(compute_standings(simulate_comparisons(ITEMS, THETA, votes, rng, tie_rate=tie_rate)), truth).mean()
        for _ in range(boards)
    ]
    return float(np.mean(shares))


def strengths_with_half_wins(theta: np.ndarray, tie_rate: float) -> np.ndarray:
    """What the fit tends to as votes grow: the fit of the expected counts."""
    p = 1 / (1 + np.exp(theta[None, :] - theta[:, None]))
    expected = (1 - tie_rate) * p
    ties = np.full_like(p, tie_rate)
    for table in (expected, ties):
        np.fill_diagonal(table, 0)
    return fit_bradley_terry(PairCounts.from_arrays(ITEMS, expected * 1000, ties * 1000)).theta


# 250 boards of 6 intervals: the share has a Monte Carlo error below 1 %, since intervals of a board go together.
@pytest.mark.parametrize("tie_rate", [0.0, 0.3])
def test_intervals_of_95_percent_cover_93_to_97(tie_rate):
    assert 0.93 <= share_covered(tie_rate, votes=500, boards=250, seed=17) <= 0.97


def test_the_interval_of_a_difference_covers_too():
    rng = np.random.default_rng(23)
    hits = 0
    for _ in range(250):
        gap, half = compute_standings(simulate_comparisons(ITEMS, THETA, 400, rng)).difference("b", "e")
        hits += abs(gap - 400 / np.log(10) * 0.9) <= half
    # Three Monte Carlo standard deviations around 95 %.
    assert 0.908 <= hits / 250 <= 0.992
