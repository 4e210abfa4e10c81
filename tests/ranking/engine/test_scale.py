"""Points and logits."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ranking import POINTS_PER_LOGIT, from_points, to_points, win_probability

logits = st.lists(st.floats(-30, 30), min_size=1, max_size=6).map(np.array)


@given(logits, st.floats(-5000, 5000))
def test_points_lead_back_to_logits(theta, anchor):
    assert from_points(to_points(theta, anchor), anchor) == pytest.approx(theta, abs=1e-9)


def test_four_hundred_points_are_odds_of_ten_to_one():
    p = win_probability(from_points(np.array([1400.0, 1000.0])))[0, 1]
    assert p / (1 - p) == pytest.approx(10)
    assert pytest.approx(400) == math.log(10) * POINTS_PER_LOGIT


def test_the_anchor_is_the_rating_of_strength_zero():
    assert to_points(np.zeros(2)).tolist() == [1000, 1000]
    assert to_points(np.zeros(1), anchor=1114).tolist() == [1114]


@given(logits)
def test_of_two_one_wins(theta):
    p = win_probability(theta)
    assert p + p.T == pytest.approx(np.ones(p.shape))
    assert np.diag(p) == pytest.approx(np.full(len(theta), 0.5))


def test_extreme_gaps_are_certain_and_warn_of_nothing():
    assert win_probability(np.array([2000.0, -2000.0])).tolist() == [[0.5, 1.0], [0.0, 0.5]]
