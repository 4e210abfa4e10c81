"""The bootstrap finds the spread that the closed forms state, for votes and for clusters of them."""

import numpy as np
import pytest

from ranking import (
    BadComparisons,
    BoardSettings,
    Comparisons,
    NotConverged,
    bootstrap_counts,
    bootstrap_rows,
    cluster_covariance,
    compute_standings,
    fit_bradley_terry,
    fit_davidson,
    sandwich_covariance,
    simulate_comparisons,
)

THETA = np.array([0.8, 0.3, -0.2, -0.9])


def votes_of(number: int, seed: int) -> Comparisons:
    return simulate_comparisons("abcd", THETA, number, np.random.default_rng(seed), tie_rate=0.2)


def errors(draws: np.ndarray) -> np.ndarray:
    return np.asarray(np.std(draws, axis=0, ddof=1))


@pytest.mark.parametrize("fit_of", [fit_bradley_terry, fit_davidson])
def test_redrawn_counts_spread_as_the_sandwich_says(fit_of):
    fit = fit_of(votes_of(2000, seed=1).pair_counts())
    draws = bootstrap_counts(fit, replicates=400, seed=2)
    assert draws.shape == (400, 4)
    assert draws.sum(axis=1) == pytest.approx(np.zeros(400), abs=1e-9)
    assert errors(draws) / np.sqrt(np.diag(sandwich_covariance(fit)))[:4] == pytest.approx(np.ones(4), abs=0.12)


def test_one_step_lands_close_to_the_whole_way():
    fit = fit_bradley_terry(votes_of(4000, seed=3).pair_counts())
    near, full = (bootstrap_counts(fit, 50, seed=4, one_step=step) for step in (True, False))
    assert np.abs(near - full).max() < 0.1 * errors(full).min()


def test_the_same_seed_redraws_the_same():
    fit = fit_bradley_terry(votes_of(500, seed=5).pair_counts())
    assert (bootstrap_counts(fit, 20, seed=6) == bootstrap_counts(fit, 20, seed=6)).all()
    assert (bootstrap_counts(fit, 20, seed=6) != bootstrap_counts(fit, 20, seed=7)).any()


def test_redrawn_raters_spread_as_the_clustered_sandwich_says():
    rng = np.random.default_rng(8)
    raters, each = 60, 15
    taste = rng.normal(0, 0.8, (raters, 4))
    rater = np.repeat(np.arange(raters), each)
    a = rng.integers(0, 4, raters * each)
    b = (a + rng.integers(1, 4, raters * each)) % 4
    gap = THETA[a] + taste[rater, a] - THETA[b] - taste[rater, b]
    outcome = (rng.random(raters * each) > 1 / (1 + np.exp(-gap))).astype(int)
    comparisons = Comparisons.from_arrays("abcd", a, b, outcome, rater=rater)
    fit = fit_bradley_terry(comparisons.pair_counts())
    closed = np.sqrt(np.diag(cluster_covariance(fit, comparisons, "rater")))
    drawn = compute_standings(
        comparisons, BoardSettings(clusters="rater", interval="bootstrap", replicates=400, seed=9)
    )
    assert np.sqrt(np.diag(drawn.covariance)) / closed == pytest.approx(np.ones(4), abs=0.15)
    assert "bootstrap, 400 redraws" in drawn.explain()
    independent = np.sqrt(np.diag(sandwich_covariance(fit)))
    assert (closed > 1.1 * independent).all()


def test_votes_of_a_drawn_cluster_come_all_and_in_order():
    comparisons = Comparisons.from_arrays("ab", [0] * 6, [1] * 6, [0, 1, 2, 0, 1, 2], rater=[5, 9, 5, 9, 5, 9])
    seen = []

    def remember(sample: Comparisons) -> np.ndarray:
        seen.append(sample.outcome.tolist())
        return np.zeros(2)

    bootstrap_rows(comparisons, remember, replicates=30, seed=1, clusters=comparisons.rater)
    of_five, of_nine = [0, 2, 1], [1, 0, 2]
    assert {tuple(order) for order in seen} <= {(*x, *y) for x in (of_five, of_nine) for y in (of_five, of_nine)}
    assert len({tuple(order) for order in seen}) == 4


def test_weighted_votes_are_redrawn_row_by_row_and_not_from_counts():
    plain = votes_of(600, seed=10)
    weighted = Comparisons.from_arrays(
        "abcd", plain.a, plain.b, plain.outcome, weight=np.random.default_rng(1).uniform(0.2, 1, 600)
    )
    with pytest.raises(BadComparisons, match="row by row"):
        bootstrap_counts(fit_bradley_terry(weighted.pair_counts()))
    standings = compute_standings(weighted, BoardSettings(interval="bootstrap", replicates=200, seed=3))
    closed = np.sqrt(np.diag(compute_standings(weighted).covariance))
    assert np.sqrt(np.diag(standings.covariance)) / closed == pytest.approx(np.ones(4), abs=0.2)


def test_two_kinds_of_clusters_cannot_be_redrawn_at_once():
    plain = votes_of(200, seed=11)
    twofold = Comparisons.from_arrays("abcd", plain.a, plain.b, plain.outcome, rater=plain.a, prompt=plain.b)
    settings = BoardSettings(interval="bootstrap", clusters="rater_and_prompt")
    with pytest.raises(BadComparisons, match="use interval sandwich for both"):
        compute_standings(twofold, settings)


def test_a_single_cluster_cannot_be_redrawn():
    plain = votes_of(200, seed=12)
    with pytest.raises(BadComparisons, match="at least two"):
        bootstrap_rows(plain, lambda sample: np.zeros(4), clusters=np.zeros(200, dtype=np.int64))


def test_few_votes_of_which_a_redraw_loses_the_only_win_are_told_what_to_do():
    few = Comparisons.from_rows([("a", "b", 0), ("a", "b", 0), ("b", "a", 0)])
    with pytest.raises(NotConverged, match="A redraw of the votes has no estimate"):
        compute_standings(few, BoardSettings(interval="bootstrap"))
