"""Votes of one rater or on one prompt are alike: clustered intervals know it, and say what they need."""

import numpy as np
import pytest

from ranking import (
    BadComparisons,
    BoardSettings,
    Comparisons,
    PairCounts,
    cluster_covariance,
    compute_standings,
    fit_bradley_terry,
    fit_davidson,
    sandwich_covariance,
)
from ranking.engine.newton import inverse_on_sum_zero
from tests.ranking.samples import scores_of, weights_of

KINDS = ("none", "rater", "prompt", "rater_and_prompt")


def crowd(votes: int, seed: int, raters: int = 20, prompts: int = 15, weighted: bool = False) -> Comparisons:
    rng = np.random.default_rng(seed)
    a = rng.integers(0, 4, votes)
    b = (a + rng.integers(1, 4, votes)) % 4
    return Comparisons.from_arrays(
        "abcd",
        a,
        b,
        rng.integers(0, 4, votes),
        weight=rng.uniform(0.3, 2, votes) if weighted else None,
        rater=rng.integers(0, raters, votes) * 7 + 3,
        prompt=rng.integers(0, prompts, votes),
    )


def by_hand(comparisons: Comparisons, theta: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """The clustered sandwich as the textbook writes it: a loop over clusters."""
    design, score = scores_of(comparisons)
    weight, told = weights_of(comparisons), comparisons.outcome != 3
    p = 1 / (1 + np.exp(-design @ theta))
    bread = np.linalg.pinv((design * (weight * p * (1 - p))[:, None]).T @ design)
    rows = design * (weight * (score - p))[:, None]
    groups = np.unique(labels)
    sums = np.array([rows[labels[told] == group].sum(axis=0) for group in groups])
    return np.asarray(bread @ (sums.T @ sums) @ bread * len(groups) / (len(groups) - 1))


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("kind", ["rater", "prompt"])
def test_one_way_is_the_sum_over_clusters(kind, weighted):
    comparisons = crowd(500, seed=1, weighted=weighted)
    fit = fit_bradley_terry(comparisons.pair_counts())
    expected = by_hand(comparisons, fit.theta, getattr(comparisons, kind))
    assert cluster_covariance(fit, comparisons, kind) == pytest.approx(expected, rel=1e-6, abs=1e-9)


def test_two_way_adds_both_and_takes_off_what_they_share():
    comparisons = crowd(600, seed=2)
    fit = fit_bradley_terry(comparisons.pair_counts())
    both = comparisons.rater * 1000 + comparisons.prompt
    parts = [by_hand(comparisons, fit.theta, labels) for labels in (comparisons.rater, comparisons.prompt, both)]
    expected = parts[0] + parts[1] - parts[2]
    found = cluster_covariance(fit, comparisons, "rater_and_prompt")
    if np.linalg.eigvalsh(expected).min() > -1e-12:
        assert found == pytest.approx(expected, rel=1e-6, abs=1e-9)
    assert np.linalg.eigvalsh(found).min() > -1e-12


@pytest.mark.parametrize("fit_of", [fit_bradley_terry, fit_davidson])
def test_every_vote_its_own_cluster_is_the_sandwich_from_counts(fit_of):
    comparisons = crowd(400, seed=3)
    fit = fit_of(comparisons.pair_counts())
    by_rows = cluster_covariance(fit, comparisons, "none") * 399 / 400
    assert by_rows == pytest.approx(sandwich_covariance(fit), rel=1e-6, abs=1e-10)


def test_a_vote_that_its_rater_repeats_adds_nothing():
    once = crowd(300, seed=4)
    own = Comparisons.from_arrays("abcd", once.a, once.b, once.outcome, rater=np.arange(300))
    rows = np.repeat(np.arange(300), 5)
    often = own.picked(rows)
    single, repeated = (compute_standings(data, BoardSettings(clusters="rater")) for data in (own, often))
    assert repeated.covariance == pytest.approx(single.covariance)
    blind = compute_standings(often)
    assert np.diag(blind.covariance) == pytest.approx(np.diag(single.covariance) / 5, rel=0.02)


def test_labels_of_clusters_are_only_names():
    comparisons = crowd(300, seed=5)
    renamed = Comparisons.from_arrays(
        "abcd", comparisons.a, comparisons.b, comparisons.outcome, rater=10**12 - 17 * comparisons.rater
    )
    fit = fit_bradley_terry(comparisons.pair_counts())
    assert cluster_covariance(fit, renamed, "rater") == pytest.approx(cluster_covariance(fit, comparisons, "rater"))


@pytest.mark.parametrize("kind", KINDS)
def test_strengths_do_not_depend_on_the_clusters(kind):
    comparisons = crowd(300, seed=6)
    standings = compute_standings(comparisons, BoardSettings(clusters=kind))
    assert standings.theta == pytest.approx(compute_standings(comparisons).theta)
    assert standings.covariance.sum(axis=1) == pytest.approx(np.zeros(4), abs=1e-9)


def test_what_clusters_need_is_asked_for():
    plain = Comparisons.from_arrays("ab", [0, 0, 1], [1, 1, 0], [0, 1, 2])
    with pytest.raises(BadComparisons, match="need to know the rater of every vote"):
        compute_standings(plain, BoardSettings(clusters="rater"))
    with pytest.raises(BadComparisons, match="row by row"):
        compute_standings(PairCounts.from_arrays("ab", [[0, 3], [3, 0]]), BoardSettings(clusters="prompt"))
    with pytest.raises(BadComparisons, match="Unknown clusters 'weekday'"):
        cluster_covariance(fit_bradley_terry(plain.pair_counts()), plain, "weekday")


def test_one_cluster_is_not_enough():
    alone = Comparisons.from_arrays("ab", [0, 0, 1], [1, 1, 0], [0, 1, 2], rater=[4, 4, 4])
    with pytest.raises(BadComparisons, match=r"1 cluster\(s\)"):
        compute_standings(alone, BoardSettings(clusters="rater"))


def test_the_inverse_serves_more_parameters_than_strengths():
    comparisons = crowd(400, seed=8)
    fit = fit_davidson(comparisons.pair_counts())
    inverse = inverse_on_sum_zero(fit.hessian, 4)
    assert inverse == pytest.approx(np.linalg.pinv(fit.hessian, rcond=1e-12), rel=1e-6, abs=1e-9)
