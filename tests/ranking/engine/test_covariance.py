"""The sandwich from counts is the sandwich over votes, and close to what resampling finds."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ranking import Comparisons, simulate_comparisons
from ranking.engine.bradley_terry import fit_bradley_terry
from ranking.engine.covariance import contrast_variance, sandwich_covariance
from ranking.engine.newton import inverse_on_sum_zero
from tests.ranking.samples import connected_counts, connected_rows, counts_of, sandwich_by_rows


def covariance_of(comparisons: Comparisons) -> np.ndarray:
    counts = comparisons.pair_counts()
    return sandwich_covariance(fit_bradley_terry(counts))


@given(st.integers(1, 500), st.integers(1, 500))
@settings(deadline=None)
def test_of_two_items_the_variance_of_the_gap_is_one_over_npq(wins, losses):
    counts = counts_of([[0, wins], [losses, 0]])
    variance = contrast_variance(sandwich_covariance(fit_bradley_terry(counts)))[0, 1]
    assert variance == pytest.approx(1 / wins + 1 / losses)


def test_of_two_items_with_ties_the_variance_has_a_closed_form():
    wins, losses, ties = 9, 4, 7
    n, p = 20, (9 + 3.5) / 20
    spread = wins * (1 - p) ** 2 + losses * p**2 + ties * (0.5 - p) ** 2
    counts = counts_of([[0, wins], [losses, 0]], ties=[[0, ties], [ties, 0]])
    variance = contrast_variance(sandwich_covariance(fit_bradley_terry(counts)))[0, 1]
    assert variance == pytest.approx(spread / (n * p * (1 - p)) ** 2)


@given(connected_rows(), st.data())
@settings(deadline=None, max_examples=50)
def test_the_sandwich_from_counts_is_the_sum_over_weighted_votes(votes, data):
    plain = Comparisons.from_rows(votes)
    size = len(plain.a)
    weight = data.draw(st.lists(st.floats(0.125, 8), min_size=size, max_size=size))
    comparisons = Comparisons.from_arrays(plain.items, plain.a, plain.b, plain.outcome, weight)
    theta = fit_bradley_terry(comparisons.pair_counts()).theta
    assert covariance_of(comparisons) == pytest.approx(sandwich_by_rows(comparisons, theta), rel=1e-6, abs=1e-9)


@given(connected_counts())
@settings(deadline=None)
def test_a_covariance_is_symmetric_with_sum_zero_and_no_negative_direction(counts):
    covariance = sandwich_covariance(fit_bradley_terry(counts))
    scale = np.abs(covariance).max() + 1e-12
    assert covariance == pytest.approx(covariance.T, abs=1e-9 * scale)
    assert covariance.sum(axis=1) == pytest.approx(np.zeros(len(covariance)), abs=1e-7 * scale)
    assert np.linalg.eigvalsh(covariance).min() > -1e-8 * scale


def test_the_sandwich_agrees_with_resampling_the_votes():
    rng = np.random.default_rng(7)
    theta = np.array([0.9, 0.4, 0.0, -0.3, -1.0])
    comparisons = simulate_comparisons("abcde", theta, 3000, rng, tie_rate=0.2, both_bad_rate=0.05)
    replicates = []
    for _ in range(600):
        drawn = rng.integers(0, 3000, 3000)
        again = Comparisons.from_arrays("abcde", comparisons.a[drawn], comparisons.b[drawn], comparisons.outcome[drawn])
        replicates.append(fit_bradley_terry(again.pair_counts()).theta)
    ratio = np.sqrt(np.diag(covariance_of(comparisons))) / np.std(replicates, axis=0)
    # 600 replicates know a standard deviation to about 3 %.
    assert ratio == pytest.approx(np.ones(5), abs=0.1)


def test_four_times_the_votes_halve_the_error():
    once = counts_of([[0, 7, 3], [2, 0, 5], [4, 1, 0]], ties=[[0, 2, 0], [2, 0, 1], [0, 1, 0]])
    four = once + once + once + once
    small, large = (sandwich_covariance(fit_bradley_terry(counts)) for counts in (four, once))
    assert small == pytest.approx(large / 4)


def test_a_weight_is_not_evidence():
    # Three votes of weight 1 each know more than one vote of weight 3.
    columns = ("ab", [0, 0, 0, 0], [1, 1, 1, 1], [0, 0, 0, 1])
    plain = Comparisons.from_arrays(*columns)
    heavy = Comparisons.from_arrays(*columns, weight=[3.0] * 4)
    assert covariance_of(heavy) == pytest.approx(covariance_of(plain))


def test_an_item_of_few_votes_is_as_unsure_among_many_votes_of_others():
    """A penalty that grows with all votes would narrow the newcomer's interval."""
    few = np.zeros((3, 3))
    few[2, 0], few[0, 2] = 18, 12

    def error(votes_of_others: float) -> float:
        counts = counts_of(few + np.array([[0, 1, 0], [1, 0, 0], [0, 0, 0]]) * votes_of_others)
        return float(contrast_variance(sandwich_covariance(fit_bradley_terry(counts)))[2, 0])

    assert error(1_000_000) == pytest.approx(error(1_000), rel=1e-6)
    assert error(1_000_000) == pytest.approx(1 / 18 + 1 / 12, rel=1e-6)


@given(connected_counts())
@settings(deadline=None)
def test_the_inverse_is_that_of_moore_and_penrose(counts):
    laplacian = fit_bradley_terry(counts).hessian
    assert inverse_on_sum_zero(laplacian, len(laplacian)) == pytest.approx(
        np.linalg.pinv(laplacian, rcond=1e-12), rel=1e-6, abs=1e-8
    )


def test_the_variance_of_a_gap_is_never_negative_and_zero_against_oneself():
    covariance = np.array([[1.0, 1.0, 0.5], [1.0, 1.0 - 1e-17, 0.5], [0.5, 0.5, 2.0]])
    variance = contrast_variance(covariance)
    assert (variance >= 0).all()
    assert np.diag(variance).tolist() == [0, 0, 0]
    assert variance[0, 2] == pytest.approx(2.0)
