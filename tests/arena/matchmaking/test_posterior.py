"""What is believed of the strengths."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.optimize import minimize
from scipy.special import log_expit

from arena.matchmaking.errors import MatchmakingError
from arena.matchmaking.posterior import PRIOR_SD, laplace_posterior

scores = st.integers(2, 5).flatmap(lambda m: arrays(np.float64, (m, m), elements=st.integers(0, 20).map(float)))


def clean(score: np.ndarray) -> np.ndarray:
    score = score.copy()
    np.fill_diagonal(score, 0)
    return score


def by_general_optimiser(score: np.ndarray) -> np.ndarray:
    def loss(theta: np.ndarray) -> float:
        gap = theta[:, None] - theta[None, :]
        return float(-(score * log_expit(gap)).sum() + (theta**2).sum() / 2 / PRIOR_SD**2)

    return np.asarray(minimize(loss, np.zeros(len(score)), method="BFGS", options={"gtol": 1e-9}).x)


def test_without_votes_everybody_is_at_zero_with_the_variance_of_the_prior():
    theta, covariance = laplace_posterior(np.zeros((3, 3)), np.zeros((3, 3)))
    assert theta == pytest.approx(np.zeros(3))
    assert covariance == pytest.approx(np.eye(3) * PRIOR_SD**2)


@given(scores)
def test_the_mode_is_the_one_that_a_general_optimiser_finds(score):
    score = clean(score)
    theta, _ = laplace_posterior(score, np.zeros_like(score))
    assert theta == pytest.approx(by_general_optimiser(score), abs=1e-4)


@given(scores, st.randoms(use_true_random=False))
def test_the_order_of_the_contestants_does_not_matter(score, random):
    score = clean(score)
    order = list(range(len(score)))
    random.shuffle(order)
    theta, covariance = laplace_posterior(score, np.zeros_like(score))
    shuffled = score[np.ix_(order, order)]
    theta_2, covariance_2 = laplace_posterior(shuffled, np.zeros_like(score))
    assert theta_2 == pytest.approx(theta[order], abs=1e-7)
    assert covariance_2 == pytest.approx(covariance[np.ix_(order, order)], abs=1e-7)


def test_an_undefeated_contestant_stays_finite_and_uncertain():
    score = np.array([[0.0, 30.0], [0.0, 0.0]])
    theta, covariance = laplace_posterior(score, np.zeros((2, 2)))
    assert 1 < theta[0] < 6
    assert covariance[0, 0] > 1


def test_pending_battles_narrow_the_covariance_and_leave_the_mode():
    score = np.array([[0.0, 3.0, 1.0], [2.0, 0.0, 1.0], [2.0, 2.0, 0.0]])
    pending = np.array([[0.0, 5.0, 0.0], [5.0, 0.0, 0.0], [0.0, 0.0, 0.0]])
    theta, wide = laplace_posterior(score, np.zeros((3, 3)))
    theta_2, narrow = laplace_posterior(score, pending)
    assert theta_2 == pytest.approx(theta)
    assert narrow[0, 0] < wide[0, 0]


def test_shapes_that_disagree_are_refused():
    with pytest.raises(MatchmakingError, match="same square"):
        laplace_posterior(np.zeros((2, 2)), np.zeros((3, 3)))
