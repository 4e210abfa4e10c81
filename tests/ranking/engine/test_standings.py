"""The result of the engine: everything of a board in one frozen value."""

import json
from dataclasses import FrozenInstanceError

import numpy as np
import pytest
from hypothesis import given, settings
from scipy.stats import norm

from ranking import (
    POINTS_PER_LOGIT,
    BoardSettings,
    Comparisons,
    Outcome,
    compute_standings,
    simulate_comparisons,
    to_points,
    win_probability,
)
from tests.ranking.samples import connected_counts, counts_of, even_pair, repeat


@pytest.fixture
def tea():
    """Four items; black is best, water never beat anybody but once."""
    rng = np.random.default_rng(4)
    items = ("black", "green", "oolong", "water")
    theta = np.array([0.8, 0.3, 0.1, -1.2])
    return compute_standings(simulate_comparisons(items, theta, 500, rng, tie_rate=0.1, both_bad_rate=0.1))


def test_rows_stand_in_the_order_of_rank(tea):
    assert [row.rank for row in tea.rows] == [1, 2, 3, 4]
    ratings = [row.rating for row in tea.rows]
    assert ratings == sorted(ratings, reverse=True)
    assert tea.rows[0].item == "black"
    assert tea.rows[-1].item == "water"


def test_the_mean_of_the_rated_is_the_anchor(tea):
    assert np.mean([row.rating for row in tea.rows]) == pytest.approx(1000)
    assert tea.theta.sum() == pytest.approx(0, abs=1e-12)


def test_points_are_the_logits_on_another_scale(tea):
    for row in tea.rows:
        k = tea.rated.index(row.item)
        assert row.theta == tea.theta[k]
        assert row.rating == pytest.approx(1000 + POINTS_PER_LOGIT * row.theta)


@pytest.mark.parametrize("level", [0.5, 0.9, 0.99])
def test_an_interval_reaches_as_many_errors_as_its_level_asks(level):
    counts = counts_of([[0, 7, 3], [2, 0, 5], [4, 1, 0]])
    for row in compute_standings(counts, BoardSettings(level=level)).rows:
        half = norm.ppf(0.5 + level / 2) * row.standard_error * POINTS_PER_LOGIT
        assert row.upper - row.rating == pytest.approx(half)
        assert row.rating - row.lower == pytest.approx(half)


@given(connected_counts())
@settings(deadline=None, max_examples=30)
def test_every_rating_lies_in_its_interval_and_every_rank_in_its_range(counts):
    for row in compute_standings(counts).rows:
        assert row.lower <= row.rating <= row.upper
        assert 1 <= row.rank_low <= row.rank <= row.rank_high <= len(counts.items)
        assert row.rank_ub >= 1
        assert row.note == ""


def test_each_row_counts_what_happened_to_the_item():
    votes = [
        *repeat("a", "b", Outcome.A, 4),
        *repeat("b", "a", Outcome.A, 2),
        *repeat("a", "c", Outcome.TIE, 3),
        *repeat("c", "a", Outcome.BOTH_BAD, 5),
        *even_pair("b", "c", 1),
    ]
    standings = compute_standings(Comparisons.from_rows(votes))
    row = next(row for row in standings.rows if row.item == "a")
    assert (row.votes, row.wins, row.losses, row.ties, row.both_bad) == (14, 4, 2, 3, 5)
    assert row.win_rate == pytest.approx((4 + 1.5) / 9)
    assert (standings.votes, standings.both_bad) == (16, 5)


def test_the_matrix_of_win_probabilities_follows_the_ratings(tea):
    matrix = tea.win_probability()
    best, worst = tea.rated.index("black"), tea.rated.index("water")
    gap = tea.rows[0].rating - tea.rows[-1].rating
    assert matrix[best, worst] == pytest.approx(1 / (1 + 10 ** (-gap / 400)))
    assert matrix + matrix.T == pytest.approx(np.ones((4, 4)))
    assert np.array_equal(matrix, win_probability(tea.theta))


def test_a_difference_has_an_interval_of_its_own():
    counts = counts_of([[0, 30], [10, 0]])
    gap, half = compute_standings(counts).difference("a", "b")
    assert gap == pytest.approx(POINTS_PER_LOGIT * np.log(3))
    assert half == pytest.approx(POINTS_PER_LOGIT * norm.ppf(0.975) * np.sqrt(1 / 30 + 1 / 10))
    assert compute_standings(counts).difference("b", "a") == pytest.approx((-gap, half))
    assert compute_standings(counts).difference("a", "a") == (0, 0)


def test_a_newcomer_widens_no_difference_between_others():
    """Intervals around the mean grow with one unsure item; differences between others do not."""
    old = counts_of([[0, 300, 0], [250, 0, 0], [0, 0, 0]])
    new = counts_of([[0, 300, 1], [250, 0, 0], [1, 0, 0]])
    before = compute_standings(old).difference("a", "b")
    assert compute_standings(new).difference("a", "b") == pytest.approx(before)


def test_the_same_input_gives_the_same_output_to_the_last_digit(tea):
    rng = np.random.default_rng(4)
    comparisons = simulate_comparisons("abcdef", np.linspace(1, -1, 6), 300, rng)
    first, second = compute_standings(comparisons), compute_standings(comparisons.pair_counts())
    assert first.to_dict() == second.to_dict()


def test_standings_carry_their_settings_and_cannot_be_changed(tea):
    settings = BoardSettings(level=0.9, seed=5)
    standings = compute_standings(counts_of([[0, 2], [1, 0]]), settings)
    assert standings.settings is settings
    with pytest.raises(FrozenInstanceError):
        standings.votes = 0
    with pytest.raises(FrozenInstanceError):
        standings.rows[0].rating = 3813.0


def test_the_dictionary_is_plain_enough_for_json(tea):
    read_back = json.loads(json.dumps(tea.to_dict(), allow_nan=False))
    assert read_back == tea.to_dict()
    assert read_back["settings"] == BoardSettings().to_dict()
    assert set(read_back["rows"][0]) >= {"item", "rating", "lower", "upper", "rank_low", "rank_high", "win_rate"}


def test_the_explanation_names_what_was_counted_and_what_an_interval_covers(tea):
    text = tea.explain()
    for part in ("Bradley-Terry", "500 votes", f"{tea.both_bad:g} 'both bad'", "mean 1000", "95%", "sandwich"):
        assert part in text


def test_a_prior_pulls_ratings_together():
    counts = counts_of([[0, 9], [1, 0]])
    free, held = (compute_standings(counts, BoardSettings(prior_strength=prior)) for prior in (0.0, 4.0))
    assert 0 < held.difference("a", "b")[0] < free.difference("a", "b")[0]
    assert any(notice.code == "prior" for notice in held.notices)
    assert not any(notice.code == "prior" for notice in free.notices)


def test_points_and_strengths_are_inverse():
    assert to_points(np.array([0.0]), anchor=1500)[0] == 1500
