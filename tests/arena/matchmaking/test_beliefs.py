"""What is believed of the strengths."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.optimize import minimize
from scipy.special import log_expit

from arena.matchmaking.beliefs import (
    PRIOR_SD,
    Beliefs,
    expected_information,
    first_beliefs,
    fit_beliefs,
    hand_out,
    learn,
    take_back,
    with_newcomers,
)
from arena.matchmaking.errors import MatchmakingError
from arena.matchmaking.goals import order_weights

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
    for beliefs in (fit_beliefs(np.zeros((3, 3)), np.zeros((3, 3))), first_beliefs(3)):
        assert beliefs.theta == pytest.approx(np.zeros(3))
        assert beliefs.covariance == pytest.approx(np.eye(3) * PRIOR_SD**2)
        assert beliefs.foreseen == pytest.approx(beliefs.covariance)


@given(scores)
def test_the_mode_is_the_one_that_a_general_optimiser_finds(score):
    score = clean(score)
    theta = fit_beliefs(score, np.zeros_like(score)).theta
    assert theta == pytest.approx(by_general_optimiser(score), abs=1e-4)


@given(scores, st.randoms(use_true_random=False))
def test_the_order_of_the_contestants_does_not_matter(score, random):
    score = clean(score)
    order = list(range(len(score)))
    random.shuffle(order)
    found = fit_beliefs(score, np.zeros_like(score))
    shuffled = fit_beliefs(score[np.ix_(order, order)], np.zeros_like(score))
    assert shuffled.theta == pytest.approx(found.theta[order], abs=1e-7)
    assert shuffled.covariance == pytest.approx(found.covariance[np.ix_(order, order)], abs=1e-7)


def test_an_undefeated_contestant_stays_finite_and_uncertain():
    score = np.array([[0.0, 30.0], [0.0, 0.0]])
    found = fit_beliefs(score, np.zeros((2, 2)))
    assert 1 < found.theta[0] < 6
    assert found.covariance[0, 0] > 1


def voted(seed: int, size: int = 6, most: int = 9) -> np.ndarray:
    return clean(np.random.default_rng(seed).integers(0, most, (size, size)).astype(float))


def test_pending_battles_narrow_what_is_foreseen_and_leave_the_rest():
    score, pending = voted(1, 3), np.zeros((3, 3))
    pending[0, 1] = pending[1, 0] = 5.0
    without, found = fit_beliefs(score, np.zeros((3, 3))), fit_beliefs(score, pending)
    assert found.theta == pytest.approx(without.theta)
    assert found.covariance == pytest.approx(without.covariance)
    assert found.foreseen[0, 0] < without.foreseen[0, 0]


@given(st.integers(0, 200))
def test_handing_out_one_by_one_all_at_once_or_by_a_new_fit_is_the_same(seed):
    score, pending = voted(seed), np.zeros((6, 6))
    beliefs = fit_beliefs(score, pending)
    i, j = np.array([0, 1, 0, 4]), np.array([2, 3, 2, 5])
    information = np.array([expected_information(beliefs.theta, a, b) for a, b in zip(i, j, strict=True)])
    np.add.at(pending, (i, j), 1.0)
    at_once, one_by_one = hand_out(beliefs, i, j, information), beliefs
    for a, b, bits in zip(i, j, information, strict=True):
        one_by_one = hand_out(one_by_one, int(a), int(b), float(bits))
    fitted = fit_beliefs(score, pending + pending.T)
    assert at_once.foreseen == pytest.approx(fitted.foreseen, abs=1e-9)
    assert one_by_one.foreseen == pytest.approx(fitted.foreseen, abs=1e-9)
    assert take_back(at_once, i, j, information).foreseen == pytest.approx(beliefs.foreseen, abs=1e-9)


@given(st.integers(0, 200), st.sampled_from([0.0, 0.5, 1.0]))
def test_learning_a_vote_comes_close_to_a_new_fit(seed, outcome):
    score = voted(seed, most=30)
    learnt = learn(fit_beliefs(score, np.zeros((6, 6))), 1, 4, outcome)
    score[1, 4] += outcome
    score[4, 1] += 1 - outcome
    fitted = fit_beliefs(score, np.zeros((6, 6)))
    assert learnt.theta == pytest.approx(fitted.theta, abs=0.02)
    assert np.sqrt(learnt.covariance.diagonal()) == pytest.approx(np.sqrt(fitted.covariance.diagonal()), rel=0.02)
    assert learnt.foreseen == pytest.approx(learnt.covariance)


def test_a_vote_of_no_weight_teaches_nothing():
    beliefs = fit_beliefs(voted(3), np.zeros((6, 6)))
    learnt = learn(beliefs, 0, 1, 1.0, weight=0.0)
    assert learnt.theta == pytest.approx(beliefs.theta)
    assert learnt.covariance == pytest.approx(beliefs.covariance)


@given(st.integers(0, 200))
def test_the_leverage_that_is_kept_is_what_would_be_computed_anew(seed):
    beliefs = fit_beliefs(voted(seed), np.zeros((6, 6)))
    weights = order_weights(beliefs.theta, beliefs.covariance)
    kept = take_back(learn(hand_out(beliefs.watching(weights), 0, 3, 0.2), 1, 4, 1.0), 0, 3, 0.2)
    assert kept.leverage == pytest.approx(kept.foreseen @ weights @ kept.foreseen, abs=1e-9)


def test_newcomers_begin_in_the_middle_with_the_prior_and_leave_the_rest():
    beliefs = hand_out(fit_beliefs(voted(5), np.zeros((6, 6))), 0, 1, 0.25)
    wider = with_newcomers(beliefs, 8)
    assert wider.theta[:6] == pytest.approx(beliefs.theta)
    assert wider.theta[6:] == pytest.approx(beliefs.theta.mean())
    for now, before in ((wider.covariance, beliefs.covariance), (wider.foreseen, beliefs.foreseen)):
        assert now[:6, :6] == pytest.approx(before)
        assert now[6:, 6:] == pytest.approx(np.eye(2) * PRIOR_SD**2)
        assert not now[:6, 6:].any()
    assert with_newcomers(beliefs, 6) is beliefs


def test_beliefs_cannot_be_changed_in_place():
    beliefs: Beliefs = first_beliefs(2)
    with pytest.raises(AttributeError):
        beliefs.theta = np.ones(2)


def test_shapes_that_disagree_are_refused():
    with pytest.raises(MatchmakingError, match="same square"):
        fit_beliefs(np.zeros((2, 2)), np.zeros((3, 3)))
