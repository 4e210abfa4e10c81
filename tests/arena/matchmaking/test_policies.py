"""Pairs are drawn with the probability that is written down, never by arg max."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2

from arena.matchmaking.beliefs import fit_beliefs
from arena.matchmaking.draw import draw_pair, pair_probabilities
from arena.matchmaking.errors import MatchmakingError, NoPairLeft
from arena.matchmaking.goals import mean_variance_weights, order_weights, top_weights
from arena.matchmaking.matrices import gap_variance
from arena.matchmaking.policies import POLICIES, goal_weights, vote_information
from arena.matchmaking.settings import SHARPNESS, PolicySettings
from arena.matchmaking.state import MatchState


def state_of(m: int, seed: int = 0) -> MatchState:
    rng = np.random.default_rng(seed)
    score = rng.integers(0, 12, (m, m)).astype(float)
    np.fill_diagonal(score, 0)
    beliefs = fit_beliefs(score, np.zeros((m, m)))
    allowed = ~np.eye(m, dtype=bool)
    return MatchState(beliefs.theta, beliefs.foreseen, score + score.T, np.zeros((m, m)), allowed)


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
    beliefs = fit_beliefs(score, np.zeros((5, 5)))
    state = MatchState(beliefs.theta, beliefs.foreseen, score + score.T, np.zeros((5, 5)), ~np.eye(5, dtype=bool))
    table = pair_probabilities(state, PolicySettings(share_cap=1.0))
    assert table[4].sum() > 0.9


def one_more_vote(state: MatchState, i: int, j: int) -> np.ndarray:
    """The covariance after the information of one vote on a pair, by inverting the information."""
    contrast = np.zeros(state.theta.size)
    contrast[i], contrast[j] = 1, -1
    bits = vote_information(state.theta)[i, j]
    return np.linalg.inv(np.linalg.inv(state.covariance) + bits * np.outer(contrast, contrast))


@pytest.mark.parametrize("name", ["information", "order", "top_k"])
def test_the_gain_is_what_one_vote_takes_off_the_goal(name):
    state, settings = state_of(6), PolicySettings(name, top_k=2)
    weights = goal_weights(state.theta, state.covariance, settings)
    gain = POLICIES[name](state, settings)
    for i, j in ((0, 1), (2, 5), (3, 4)):
        fall = np.trace(weights @ (state.covariance - one_more_vote(state, i, j)))
        assert gain[i, j] == pytest.approx(fall)


@pytest.mark.parametrize("name", ["information", "order", "top_k"])
def test_leverage_kept_elsewhere_gives_the_same_gain(name):
    state, settings = state_of(6), PolicySettings(name, top_k=2)
    weights = goal_weights(state.theta, state.covariance, settings)
    kept = replace(state, leverage=state.covariance @ weights @ state.covariance)
    assert POLICIES[name](kept, settings) == pytest.approx(POLICIES[name](state, settings))


def test_the_goal_of_information_is_the_variance_around_the_mean():
    covariance = state_of(4).covariance
    centred = np.eye(4) - 0.25
    assert np.trace(mean_variance_weights(4) @ covariance) == pytest.approx(np.trace(centred @ covariance @ centred.T))


def test_the_weight_of_a_pair_is_how_fast_its_wrong_order_becomes_less_likely():
    """The slope in v of E Phi(-|gap| / sqrt v) over gaps around d, by numbers instead of by the formula."""
    state = state_of(4)
    weights = order_weights(state.theta, state.covariance)
    rng = np.random.default_rng(8)
    noise = rng.normal(size=400_000)

    def slope(i: int, j: int) -> float:
        d, v = state.theta[i] - state.theta[j], gap_variance(state.covariance)[i, j]
        gap = np.abs(d + np.sqrt(v) * noise)
        return float(np.mean(np.exp(-(gap**2) / 2 / v) * gap) / v**1.5)

    pairs = [(0, 1), (0, 2), (1, 3)]
    ratios = [-weights[i, j] / slope(i, j) for i, j in pairs]
    assert ratios == pytest.approx([ratios[0]] * 3, rel=0.02)


def test_nobody_outside_the_reach_of_the_top_matters_to_it():
    state = state_of(4)
    far = replace(state, theta=np.array([4.0, 3.9, -4.0, -4.1]), covariance=np.eye(4) * 0.01)
    weights = top_weights(far.theta, far.covariance, 2)
    assert abs(weights[2, 3]) < 1e-9 * abs(weights[0, 1])
    assert top_weights(far.theta, far.covariance, 4) == pytest.approx(order_weights(far.theta, far.covariance))


def test_information_of_a_vote_is_largest_between_equals_and_survives_extremes():
    table = vote_information(np.array([0.0, 0.0, 2.0, 900.0]))
    assert table[0, 1] == pytest.approx(0.25)
    win = 1 / (1 + np.exp(-2))
    assert table[0, 2] == table[2, 0] == pytest.approx(win * (1 - win))
    assert np.isfinite(table).all()


def test_balanced_draws_what_was_asked_least():
    state = state_of(4)
    votes = np.full((4, 4), 20.0)
    np.fill_diagonal(votes, 0)
    votes[1, 2] = votes[2, 1] = 3
    table = pair_probabilities(replace(state, votes=votes), PolicySettings("balanced", share_cap=1.0))
    assert table[1, 2] > 0.8
    out = np.zeros((4, 4))
    out[1, 2] = out[2, 1] = 17
    again = pair_probabilities(replace(state, votes=votes, pending=out), PolicySettings("balanced", share_cap=1.0))
    assert again[1, 2] == pytest.approx(1 / 6)


def test_active_draws_touch_what_is_open_while_anything_is():
    state = state_of(5)
    one = np.array([False, True, False, False, False])
    table = pair_probabilities(replace(state, open=one), PolicySettings(floor=0.1, share_cap=1.0))
    assert table[1].sum() == pytest.approx(0.9 + 0.1 * 4 / 10)
    settled = replace(state, open=np.zeros(5, dtype=bool))
    assert pair_probabilities(settled, PolicySettings()) == pytest.approx(pair_probabilities(state, PolicySettings()))


@given(st.integers(0, 30), st.sampled_from(sorted(SHARPNESS)), st.floats(0.31, 1))
def test_no_share_exceeds_the_cap(seed, name, cap):
    state = state_of(12, seed)
    new = state.covariance.copy()
    new[:2], new[:, :2] = 0, 0
    new[[0, 1], [0, 1]] = 4
    settings = PolicySettings(name, share_cap=cap)
    table = pair_probabilities(replace(state, covariance=new), settings)
    assert np.triu(table).sum() == pytest.approx(1)
    assert table.sum(axis=1).max() <= cap * 1.01


def test_the_cap_keeps_the_odds_between_the_pairs_of_one_contestant():
    state = state_of(12)
    new = state.covariance.copy()
    new[0], new[:, 0] = 0, 0
    new[0, 0] = 4
    newcomer = replace(state, covariance=new)
    free, capped = (pair_probabilities(newcomer, PolicySettings(floor=1e-9, share_cap=cap))[0] for cap in (1, 0.3))
    assert free.sum() > 0.9
    assert capped.sum() == pytest.approx(0.3, rel=1e-3)
    assert capped[1:] / capped[1:].sum() == pytest.approx(free[1:] / free[1:].sum(), rel=1e-6)


def test_a_cap_that_cannot_be_kept_stops_nothing():
    state = state_of(6)
    star = np.zeros((6, 6), dtype=bool)
    star[0, 1:] = star[1:, 0] = True
    table = pair_probabilities(replace(state, allowed=star), PolicySettings(share_cap=0.3))
    assert table[0].sum() == pytest.approx(1)


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
    small, tiny = (
        pair_probabilities(replace(state, covariance=state.covariance * scale), PolicySettings())
        for scale in (1e-12, 1e-90)
    )
    assert tiny == pytest.approx(small)
    assert tiny[0, 1] != pytest.approx(tiny[0, 2])


def test_no_pair_left_is_an_error():
    state = replace(state_of(3), allowed=np.zeros((3, 3), dtype=bool))
    with pytest.raises(NoPairLeft):
        draw_pair(state, PolicySettings(), np.random.default_rng(0))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"name": "guess"}, "Unknown policy 'guess'; choose one of balanced, information, order, top_k, uniform"),
        ({"floor": 0.0}, "above 0"),
        ({"floor": 1.5}, "at most 1"),
        ({"sharpness": 0.0}, "above 0"),
        ({"share_cap": 0.0}, "share cap"),
        ({"top_k": 0}, "at least 1"),
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


def test_nobody_meets_itself():
    with pytest.raises(MatchmakingError, match="itself"):
        replace(state_of(3), allowed=np.ones((3, 3), dtype=bool))


def test_where_a_draw_stands_among_all_is_uniform():
    """The reason's `rarer` plus a random part of `as_rare`: what the audit relies on."""
    state, settings, rng = state_of(5), PolicySettings(), np.random.default_rng(4)
    reasons = [draw_pair(state, settings, rng).reason for _ in range(3000)]
    places = np.array([reason.rarer + rng.random() * reason.as_rare for reason in reasons])
    counts = np.histogram(places, bins=10, range=(0, 1))[0]
    assert chi2.sf(((counts - 300) ** 2 / 300).sum(), df=9) > 0.001
    assert {reason.pairs for reason in reasons} == {10}


def test_whole_and_broken_powers_agree():
    state = state_of(5)
    whole, near = (pair_probabilities(state, PolicySettings(sharpness=power)) for power in (5.0, 5.0 + 1e-12))
    assert whole == pytest.approx(near)
