"""Synthetic votes follow the strengths and rates they are drawn with."""

import numpy as np
import pytest

from ranking import Outcome, RankingError, compute_standings, simulate_comparisons

THETA = np.array([1.0, 0.2, -0.4, -0.8])


def draw(votes=40_000, **rates):
    return simulate_comparisons("abcd", THETA, votes, np.random.default_rng(8), **rates)


def test_nobody_is_compared_with_oneself_and_every_pair_is_drawn_alike():
    comparisons = draw()
    counts = comparisons.pair_counts().games[np.triu_indices(4, 1)]
    assert counts.sum() == 40_000
    assert counts == pytest.approx(np.full(6, 40_000 / 6), rel=0.05)


def test_sides_are_balanced():
    comparisons = draw()
    assert np.bincount(comparisons.a) == pytest.approx(np.full(4, 10_000), rel=0.05)


def test_decided_votes_follow_bradley_terry():
    counts = draw().pair_counts()
    i, j = np.triu_indices(4, 1)
    share = (counts.wins / np.maximum(counts.games, 1))[i, j]
    assert share == pytest.approx(1 / (1 + np.exp(THETA[j] - THETA[i])), abs=0.02)


def test_ties_and_bad_pairs_come_at_their_rates():
    outcome = draw(tie_rate=0.2, both_bad_rate=0.1).outcome
    assert (outcome == Outcome.TIE).mean() == pytest.approx(0.2, abs=0.01)
    assert (outcome == Outcome.BOTH_BAD).mean() == pytest.approx(0.1, abs=0.01)


def test_the_strengths_are_found_again():
    assert compute_standings(draw()).theta == pytest.approx(THETA - THETA.mean(), abs=0.05)


def test_the_generator_fixes_the_votes():
    assert np.array_equal(draw(100).outcome, draw(100).outcome)


def test_ties_that_follow_the_gap_leave_the_expected_score_and_so_the_scale_as_it_is():
    comparisons = draw(even_tie_rate=0.4)
    counts = comparisons.pair_counts()
    i, j = np.triu_indices(4, 1)
    games = counts.games[i, j]
    win = 1 / (1 + np.exp(THETA[j] - THETA[i]))
    assert counts.ties[i, j] / games == pytest.approx(1.6 * win * (1 - win), abs=0.02)
    assert counts.score[i, j] / games == pytest.approx(win, abs=0.02)
    assert compute_standings(comparisons).theta == pytest.approx(THETA - THETA.mean(), abs=0.05)


@pytest.mark.parametrize("rates", [{"tie_rate": -0.1}, {"tie_rate": 0.6, "both_bad_rate": 0.6}, {"even_tie_rate": 0.6}])
def test_rates_that_are_none_are_refused(rates):
    with pytest.raises(RankingError, match="Rates must lie between 0 and 1"):
        draw(100, **rates)
