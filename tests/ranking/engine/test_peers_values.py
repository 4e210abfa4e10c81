"""Numbers that arena-rank 0.1.1 (LMArena's engine, Apache-2.0) gives for 688 made-up votes: ours are the same.

Its intervals carry a ridge of 1e-5 a vote, so they agree to a thousandth of a point and not further.
"""

import numpy as np
import pytest

from ranking import POINTS_PER_LOGIT, BoardSettings, Comparisons, compute_standings

BLOCKS = [("A", "B", 300, 200, 100), ("B", "C", 25, 15, 8), ("A", "C", 18, 9, 3), ("B", "A", 4, 6, 0)]


@pytest.fixture(scope="module")
def votes() -> Comparisons:
    """Each block wins, then losses, then ties; two covariates made of the row number."""
    rows = [
        ("ABC".index(first), "ABC".index(second), outcome)
        for first, second, *numbers in BLOCKS
        for outcome, number in enumerate(numbers)
        for _ in range(number)
    ]
    a, b, outcome = (np.array(column) for column in zip(*rows, strict=True))
    i = np.arange(len(a))
    x = np.column_stack([np.sin(i), np.cos(3 * i) + (a == 0)])
    z = (x - x.mean(axis=0)) / x.std(axis=0)
    return Comparisons.from_arrays("ABC", a, b, outcome, covariates=z, covariate_names=("one", "two"))


def told(standings) -> tuple[list[float], list[float]]:
    rows = sorted(standings.rows, key=lambda row: row.item)
    return [row.rating for row in rows], [row.upper - row.rating for row in rows]


def test_ratings_and_intervals(votes):
    ratings, halves = told(compute_standings(votes))
    assert ratings == pytest.approx([1060.193505, 1002.231752, 937.574742], abs=2e-6)
    assert halves == pytest.approx([28.239355, 26.993147, 49.191674], abs=0.02)


def test_with_covariates(votes):
    standings = compute_standings(votes, BoardSettings(covariates=("one", "two")))
    ratings, halves = told(standings)
    assert ratings == pytest.approx([1060.001506, 1001.822449, 938.176045], abs=2e-6)
    assert halves == pytest.approx([28.572575, 28.258901, 50.811815], abs=0.02)
    assert [c.value for c in standings.coefficients] == pytest.approx([0.00898546, -0.00768481], abs=1e-8)
    # A covariate that only one contestant's battles carry is hard to tell from that contestant.
    assert all(c.standard_error * POINTS_PER_LOGIT > 10 for c in standings.coefficients)
