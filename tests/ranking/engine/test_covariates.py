"""Covariates of votes: by what share one response has more, in standard deviations; sides change the sign alone."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ranking.engine.covariates import relative_difference, style_covariates

FEATURES = arrays(np.float64, (6, 2), elements=st.integers(0, 500).map(float))


def test_the_difference_is_a_share_and_zero_where_both_are_zero():
    first, second = np.array([3.0, 0, 0, 5, 2]), np.array([1.0, 0, 4, 5, 0])
    assert relative_difference(first, second).tolist() == [0.5, 0, -1, 0, 1]


def test_a_unit_is_a_standard_deviation_over_the_votes():
    first, second = np.array([[3.0], [1], [2]]), np.array([[1.0], [3], [2]])
    # Differences 1/2, -1/2, 0: standard deviation around zero sqrt(1/6).
    assert style_covariates(first, second).ravel() == pytest.approx([np.sqrt(1.5), -np.sqrt(1.5), 0])


def test_a_vote_of_weight_two_is_two_votes():
    first, second = np.array([[3.0], [9]]), np.array([[1.0], [1]])
    weighed = style_covariates(first, second, np.array([2.0, 1.0]))
    twice = style_covariates(first[[0, 0, 1]], second[[0, 0, 1]])
    assert weighed.ravel() == pytest.approx(twice.ravel()[1:])


def test_a_feature_that_tells_nobody_apart_stays_zero():
    assert style_covariates(np.ones((4, 1)), np.ones((4, 1))).tolist() == [[0]] * 4


def test_no_votes_have_no_covariates():
    assert style_covariates(np.empty((0, 3)), np.empty((0, 3))).shape == (0, 3)


@given(FEATURES, FEATURES, st.lists(st.booleans(), min_size=6, max_size=6))
def test_swapping_the_sides_of_any_votes_changes_their_sign_and_nothing_else(first, second, swapped):
    turned = np.array(swapped)[:, None]
    plain = style_covariates(first, second)
    other = style_covariates(np.where(turned, second, first), np.where(turned, first, second))
    assert other.tolist() == np.where(turned, -plain, plain).tolist()


@given(FEATURES, FEATURES, st.integers(2, 9))
def test_units_of_a_feature_do_not_matter(first, second, factor):
    assert style_covariates(first * factor, second * factor) == pytest.approx(style_covariates(first, second))


@given(FEATURES, FEATURES)
def test_every_column_has_mean_square_one_or_is_zero(first, second):
    squares = (style_covariates(first, second) ** 2).mean(axis=0)
    assert all(value == 0 or value == pytest.approx(1) for value in squares)
