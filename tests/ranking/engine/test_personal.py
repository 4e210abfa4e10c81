"""One rater's own strengths: near the board's without reason to differ, and away from it with one."""

import numpy as np
import pytest
from scipy.special import expit

from ranking.engine.personal import SPREADS, personal_strengths

THETA = np.linspace(1, -1, 8)


def cast(theta, votes: int, seed: int):
    """Votes of somebody whose strengths are these."""
    rng = np.random.default_rng(seed)
    first = rng.integers(theta.size, size=votes)
    second = (first + rng.integers(1, theta.size, size=votes)) % theta.size
    return first, second, (rng.random(votes) < expit(theta[first] - theta[second])).astype(float)


def test_without_votes_nobody_differs():
    found = personal_strengths(THETA, np.array([], dtype=int), np.array([], dtype=int), np.array([]))
    assert found.deviation == pytest.approx(np.zeros(8))


def test_who_votes_as_the_board_hardly_differs():
    found = personal_strengths(THETA, *cast(THETA, 400, seed=1))
    assert np.abs(found.deviation).max() < 0.3


def test_another_taste_is_found_and_its_intervals_hold_it():
    taste = THETA.copy()
    taste[5] += 2.0
    found = personal_strengths(THETA, *cast(taste, 1000, seed=2))
    assert found.deviation.argmax() == 5
    wanted = (taste - THETA) - (taste - THETA).mean()
    assert (np.abs(found.deviation - wanted) < 3 * found.error).all()
    assert found.spread > SPREADS[5]


def test_exchanging_the_sides_of_votes_changes_nothing():
    first, second, points = cast(THETA, 60, seed=3)
    one, other = personal_strengths(THETA, first, second, points), personal_strengths(THETA, second, first, 1 - points)
    assert one.deviation == pytest.approx(other.deviation)


def test_intervals_cover_the_taste_of_many_raters_about_as_often_as_they_say():
    rng, inside = np.random.default_rng(4), []
    for seed in range(60):
        taste = THETA + rng.normal(0, 0.7, THETA.size)
        found = personal_strengths(THETA, *cast(taste, 120, seed=seed))
        wanted = (taste - THETA) - (taste - THETA).mean()
        inside.append(np.abs(found.deviation - found.deviation.mean() - wanted) < 1.96 * found.error)
    assert 0.88 < np.mean(inside) < 0.995
