"""Other methods than Bradley-Terry: Elo over orders, baselines, choices among many."""

import choix
import numpy as np
import pytest

from ranking import (
    BadComparisons,
    BoardSettings,
    Comparisons,
    NotConverged,
    PairCounts,
    TooFewItems,
    average_elo,
    average_win_rate,
    compute_standings,
    fit_bradley_terry,
    fit_choice,
    fit_rankings,
    rank_centrality,
    replay_elo,
    simulate_comparisons,
)
from tests.ranking.samples import counts_of

THETA = np.array([0.9, 0.3, -0.3, -0.9])


def votes_of(number: int, seed: int, **rates: float) -> Comparisons:
    return simulate_comparisons("abcd", THETA, number, np.random.default_rng(seed), **rates)


def test_the_mean_over_orders_hardly_moves_where_one_order_does():
    comparisons = votes_of(800, seed=1)
    once, again = (average_elo(comparisons, k=32, orders=60, seed=seed) for seed in (2, 3))
    assert once.orders == 60
    assert (once.spread > 10).all()
    assert np.abs(once.mean - again.mean).max() < once.spread.max()
    reverse = comparisons.picked(np.arange(800)[::-1])
    assert np.abs(replay_elo(comparisons, k=32) - replay_elo(reverse, k=32)).max() > 10


def test_elo_as_a_board_has_intervals_and_says_that_order_matters():
    comparisons = votes_of(600, seed=4)
    sequential = compute_standings(comparisons, BoardSettings(method="elo", elo_orders=1, replicates=20))
    by_key = dict(zip("abcd", replay_elo(comparisons), strict=True))
    assert {row.item: row.rating for row in sequential.rows} == pytest.approx(by_key)
    assert all(row.lower < row.rating < row.upper for row in sequential.rows)
    assert "Elo with step 4 in the order of the votes, the one method for which order matters" in sequential.explain()
    averaged = compute_standings(comparisons, BoardSettings(method="elo", replicates=20))
    assert "mean over 20 random orders" in averaged.explain()


def test_a_win_rate_is_the_mean_over_the_opponents_met():
    counts = counts_of([[0, 3, 1], [1, 0, 0], [1, 0, 0]], ties=[[0, 0, 2], [0, 0, 0], [2, 0, 0]])
    assert average_win_rate(counts) == pytest.approx([(3 / 4 + 2 / 4) / 2, 1 / 4, 1 / 2])
    lonely = counts_of([[0, 1, 0], [1, 0, 0], [0, 0, 0]])
    assert np.isnan(average_win_rate(lonely)[2])


def test_rank_centrality_is_that_of_choix():
    comparisons = votes_of(500, seed=5)
    pairs = [
        (a, b) if outcome == 0 else (b, a)
        for a, b, outcome in zip(comparisons.a, comparisons.b, comparisons.outcome, strict=True)
    ]
    other = choix.rank_centrality(4, pairs)
    assert rank_centrality(comparisons.pair_counts()) == pytest.approx(other - other.mean(), abs=1e-8)


def test_rank_centrality_of_expected_counts_are_the_strengths():
    p = 1 / (1 + np.exp(THETA[None, :] - THETA[:, None])) * (1 - np.eye(4))
    assert rank_centrality(PairCounts.from_arrays("abcd", 100 * p)) == pytest.approx(THETA, abs=1e-9)


def test_rank_centrality_refuses_islands():
    islands = counts_of([[0, 2, 0, 0], [2, 0, 0, 0], [0, 0, 0, 2], [0, 0, 2, 0]])
    with pytest.raises(NotConverged, match="one connected group"):
        rank_centrality(islands)


@pytest.mark.parametrize("method", ["win_rate", "rank_centrality"])
def test_baselines_make_boards_in_the_same_order(method):
    comparisons = votes_of(3000, seed=6, tie_rate=0.1)
    standings = compute_standings(comparisons, BoardSettings(method=method, replicates=40))
    assert [row.item for row in standings.rows] == list("abcd")
    assert all(row.lower < row.rating < row.upper for row in standings.rows)
    assert standings.fit is None
    assert standings.diagnose(comparisons) is None
    with pytest.raises(BadComparisons, match="row by row"):
        compute_standings(comparisons.pair_counts(), BoardSettings(method=method))


def test_choices_between_two_are_bradley_terry():
    comparisons = votes_of(400, seed=7)
    choices = [
        (a, [b]) if outcome == 0 else (b, [a])
        for a, b, outcome in zip(comparisons.a, comparisons.b, comparisons.outcome, strict=True)
    ]
    assert fit_choice(4, choices) == pytest.approx(fit_bradley_terry(comparisons.pair_counts()).theta, abs=1e-8)


def test_choices_among_many_find_the_strengths():
    rng = np.random.default_rng(8)
    choices = []
    for _ in range(6000):
        shown = rng.permutation(4)[:3]
        chance = np.exp(THETA[shown])
        winner = int(rng.choice(shown, p=chance / chance.sum()))
        choices.append((winner, [int(k) for k in shown if k != winner]))
    assert fit_choice(4, choices) == pytest.approx(THETA, abs=0.12)


def test_rankings_find_the_strengths():
    rng = np.random.default_rng(9)
    rankings = [np.argsort(-(THETA + rng.gumbel(size=4))).tolist() for _ in range(3000)]
    assert fit_rankings(4, rankings) == pytest.approx(THETA, abs=0.12)


@pytest.mark.parametrize(
    ("choices", "error", "reason"),
    [
        ([(0, [])], TooFewItems, "at least two"),
        ([(0, [9])], BadComparisons, "numbered from 0 to 3"),
        ([(0, [0, 1])], BadComparisons, "against itself|with itself"),
        ([(0, [1])], NotConverged, "no finite estimate"),
    ],
)
def test_choices_that_say_nothing_are_refused(choices, error, reason):
    with pytest.raises(error, match=reason):
        fit_choice(4, choices)
