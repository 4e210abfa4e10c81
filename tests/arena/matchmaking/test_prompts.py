"""Which prompt a pair is compared on."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.matchmaking.beliefs import Beliefs, expected_information
from arena.matchmaking.errors import NoPairLeft
from arena.matchmaking.prompts import EXPERT, category_needs, prompt_probabilities

MEMBERSHIP = np.array([[True, False], [True, False], [False, True], [False, False], [True, True]])
ALL = np.ones(5, dtype=bool)
NOBODY = np.zeros(2, dtype=bool)


def beliefs(variance: float, gap: float = 0.0) -> Beliefs:
    covariance = np.eye(2) * variance
    return Beliefs(np.array([gap, 0.0]), covariance, covariance)


def test_a_category_of_wide_intervals_is_needed_more():
    needs = category_needs([beliefs(0.4), beliefs(0.1), None], beliefs(0.2), 0, 1)
    assert needs == pytest.approx(0.25 * 2 * np.array([0.4, 0.1, 0.2, 0.2]))


def test_a_category_in_which_the_winner_is_known_is_needed_less():
    even, uneven, _ = category_needs([beliefs(0.4), beliefs(0.4, gap=3.0)], beliefs(0.2), 0, 1)
    assert uneven / even == pytest.approx(4 * expected_information(np.array([3.0, 0.0]), 0, 1))


@given(st.lists(st.booleans(), min_size=5, max_size=5).filter(any), st.floats(0.01, 9), st.floats(0.01, 9))
def test_probabilities_sum_to_one_over_what_is_fresh(fresh, first, second):
    chances = prompt_probabilities(np.array(fresh), MEMBERSHIP, np.array([first, second, 1.0]), NOBODY)
    assert chances.sum() == pytest.approx(1)
    assert (chances[~np.array(fresh)] == 0).all()


def test_a_category_is_drawn_by_its_need_and_its_prompts_evenly():
    one_each = MEMBERSHIP[:4]
    chances = prompt_probabilities(np.ones(4, dtype=bool), one_each, np.array([2.0, 1.0, 1.0]), NOBODY)
    assert chances == pytest.approx([0.25, 0.25, 0.25, 0.25])
    chances = prompt_probabilities(np.ones(4, dtype=bool), one_each, np.array([6.0, 1.0, 1.0]), NOBODY)
    assert chances == pytest.approx([0.375, 0.375, 0.125, 0.125])


def test_a_prompt_of_two_categories_counts_in_both():
    chances = prompt_probabilities(ALL, MEMBERSHIP, np.array([1.0, 1.0, 1.0]), NOBODY)
    assert chances[4] == pytest.approx((1 / 3 + 1 / 2) / 3)


def test_experts_get_their_categories_more_often_and_others_still():
    at_home = np.array([True, False])
    chances = prompt_probabilities(np.ones(4, dtype=bool), MEMBERSHIP[:4], np.array([1.0, 1.0, 1.0]), at_home)
    assert chances[:2].sum() == pytest.approx(EXPERT / (EXPERT + 2))
    assert chances[2] > 0


def test_without_categories_every_prompt_has_the_same_chance():
    none = np.zeros((3, 0), dtype=bool)
    chances = prompt_probabilities(np.ones(3, dtype=bool), none, np.array([0.3]), np.zeros(0, dtype=bool))
    assert chances == pytest.approx([1 / 3] * 3)


def test_needs_of_zero_are_no_reason_to_draw_nothing():
    chances = prompt_probabilities(ALL, MEMBERSHIP, np.zeros(3), NOBODY)
    assert chances.sum() == pytest.approx(1)


def test_no_prompt_left_is_an_error():
    with pytest.raises(NoPairLeft):
        prompt_probabilities(np.zeros(5, dtype=bool), MEMBERSHIP, np.ones(3), NOBODY)
