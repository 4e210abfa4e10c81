"""Sequential Elo, held against the textbook's loop."""

import numpy as np
import pytest
from hypothesis import given, settings

from ranking import Comparisons, Outcome, compute_standings, replay_elo, simulate_comparisons
from tests.ranking.samples import rows


def by_the_textbook(votes, items, k, initial):
    rating = dict.fromkeys(items, initial)
    for first, second, outcome in votes:
        if outcome is Outcome.BOTH_BAD:
            continue
        expected = 10 ** (rating[first] / 400) / (10 ** (rating[first] / 400) + 10 ** (rating[second] / 400))
        score = {Outcome.A: 1, Outcome.B: 0, Outcome.TIE: 0.5}[outcome]
        rating[first], rating[second] = rating[first] + k * (score - expected), rating[second] - k * (score - expected)
    return [rating[item] for item in items]


@given(rows())
@settings(deadline=None)
def test_it_is_the_loop_of_the_textbook(votes):
    found = replay_elo(Comparisons.from_rows(votes, items="abcde"), k=24, initial=1500)
    assert found == pytest.approx(by_the_textbook(votes, "abcde", 24, 1500))


@given(rows())
@settings(deadline=None)
def test_points_are_only_passed_on(votes):
    assert replay_elo(Comparisons.from_rows(votes, items="abcde")).sum() == pytest.approx(5000)


def test_one_win_between_equals_moves_half_of_k():
    assert replay_elo(Comparisons.from_rows([("a", "b", Outcome.A)]), k=32).tolist() == [1016, 984]


def test_a_vote_of_weight_zero_moves_nobody():
    comparisons = Comparisons.from_arrays("ab", [0, 0], [1, 1], [0, 0], weight=[0, 0])
    assert replay_elo(comparisons).tolist() == [1000, 1000]


def test_the_order_of_votes_matters_here_and_only_here():
    votes = simulate_comparisons("abc", np.array([1.0, 0, -1]), 60, np.random.default_rng(0))
    backwards = Comparisons.from_arrays(votes.items, votes.a[::-1], votes.b[::-1], votes.outcome[::-1])
    assert np.abs(replay_elo(votes, k=32) - replay_elo(backwards, k=32)).max() > 1
    assert compute_standings(votes).to_dict() == compute_standings(backwards).to_dict()
