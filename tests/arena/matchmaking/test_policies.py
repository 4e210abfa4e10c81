"""Pairs are drawn with the probability that is written down, never by arg max."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2

from arena.matchmaking.errors import MatchmakingError, NoPairLeft
from arena.matchmaking.policies import PolicySettings, draw_pair, information_gain, pair_probabilities
from arena.matchmaking.posterior import laplace_posterior
from arena.matchmaking.state import MatchState


def state_of(m: int, seed: int = 0) -> MatchState:
    rng = np.random.default_rng(seed)
    score = rng.integers(0, 12, (m, m)).astype(float)
    np.fill_diagonal(score, 0)
    theta, covariance = laplace_posterior(score, np.zeros((m, m)))
    allowed = ~np.eye(m, dtype=bool)
    return MatchState(theta, covariance, score + score.T, np.zeros((m, m)), allowed)


@given(st.integers(2, 9), st.integers(0, 50), st.floats(0.01, 1))
def test_probabilities_sum_to_one_and_none_is_below_its_floor(m, seed, floor):
    table = pair_probabilities(state_of(m, seed), PolicySettings(floor=floor))
    pairs = table[np.triu_indices(m, 1)]
    assert pairs.sum() == pytest.approx(1)
    assert pairs.min() >= floor / pairs.size - 1e-12


def test_a_floor_of_one_is_uniform():
    table = pair_probabilities(state_of(5), PolicySettings(floor=1.0))
    assert table[np.triu_indices(5, 1)] == pytest.approx(np.full(10, 0.1))


def test_the_uniform_policy_is_uniform():
    table = pair_probabilities(state_of(5), PolicySettings(name="uniform"))
    assert table[np.triu_indices(5, 1)] == pytest.approx(np.full(10, 0.1))


def test_the_newcomer_is_asked_about_most():
    score = np.full((5, 5), 40.0)
    np.fill_diagonal(score, 0)
    score[4] = score[:, 4] = 0
    theta, covariance = laplace_posterior(score, np.zeros((5, 5)))
    state = MatchState(theta, covariance, score + score.T, np.zeros((5, 5)), ~np.eye(5, dtype=bool))
    table = pair_probabilities(state, PolicySettings())
    assert table[4].sum() > 0.9


def test_gain_is_information_times_variance_of_the_gap():
    state = state_of(3)
    i, j = np.array([0]), np.array([2])
    p = 1 / (1 + np.exp(-(state.theta[0] - state.theta[2])))
    contrast = np.array([1.0, 0.0, -1.0])
    expected = p * (1 - p) * (contrast @ state.covariance @ contrast)
    assert information_gain(state, i, j) == pytest.approx([expected])


def test_a_pair_that_is_not_allowed_is_never_drawn_and_the_rest_is_normalised_without_it():
    state = state_of(4)
    allowed = state.allowed.copy()
    allowed[0, 1] = allowed[1, 0] = False
    table = pair_probabilities(replace(state, allowed=allowed), PolicySettings())
    assert table[0, 1] == 0
    assert np.triu(table).sum() == pytest.approx(1)


def test_the_draw_tells_its_own_probability():
    state, settings = state_of(5), PolicySettings()
    table = pair_probabilities(state, settings)
    rng = np.random.default_rng(3)
    for _ in range(50):
        draw = draw_pair(state, settings, rng)
        assert draw.i < draw.j
        assert draw.propensity == pytest.approx(table[draw.i, draw.j])


def test_pairs_come_as_often_as_their_probability():
    state, settings = state_of(4), PolicySettings()
    table = pair_probabilities(state, settings)
    rng = np.random.default_rng(5)
    seen = np.zeros((4, 4))
    for _ in range(4000):
        draw = draw_pair(state, settings, rng)
        seen[draw.i, draw.j] += 1
    upper = np.triu_indices(4, 1)
    expected = 4000 * table[upper]
    assert chi2.sf(((seen[upper] - expected) ** 2 / expected).sum(), df=5) > 0.001


def test_branches_come_in_the_share_of_the_floor():
    rng = np.random.default_rng(9)
    floor = sum(draw_pair(state_of(4), PolicySettings(floor=0.25), rng).branch == "floor" for _ in range(800))
    # 800 draws at 1/4: outside of 140..260 with probability below 1e-5.
    assert 140 < floor < 260


def test_tiny_gains_are_still_told_apart():
    state = state_of(3)
    small = replace(state, covariance=state.covariance * 1e-90)
    assert pair_probabilities(small, PolicySettings()) == pytest.approx(pair_probabilities(state, PolicySettings()))


def test_no_pair_left_is_an_error():
    state = replace(state_of(3), allowed=np.zeros((3, 3), dtype=bool))
    with pytest.raises(NoPairLeft):
        draw_pair(state, PolicySettings(), np.random.default_rng(0))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"name": "guess"}, "Unknown policy 'guess'; choose one of information, uniform"),
        ({"floor": 0.0}, "above 0"),
        ({"floor": 1.5}, "at most 1"),
        ({"sharpness": 0.0}, "above 0"),
    ],
)
def test_settings_that_make_no_sense_are_refused(settings, message):
    with pytest.raises(MatchmakingError, match=message):
        PolicySettings(**settings)


def test_a_state_of_unequal_shapes_is_refused():
    with pytest.raises(MatchmakingError, match="votes has shape"):
        replace(state_of(3), votes=np.zeros((2, 2)))


def test_a_pair_has_no_direction():
    allowed = np.zeros((3, 3), dtype=bool)
    allowed[0, 1] = True
    with pytest.raises(MatchmakingError, match="symmetric"):
        replace(state_of(3), allowed=allowed)
