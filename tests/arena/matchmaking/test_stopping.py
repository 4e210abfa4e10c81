"""What is settled, and what further votes are expected to settle."""

from dataclasses import replace

import numpy as np
import pytest

from arena.matchmaking.beliefs import fit_beliefs
from arena.matchmaking.draw import pair_probabilities
from arena.matchmaking.forecast import GoalSettings, forecast_votes
from arena.matchmaking.policies import vote_information
from arena.matchmaking.settings import PolicySettings
from arena.matchmaking.state import MatchState
from arena.matchmaking.stopping import half_widths, neighbours, open_contestants, own_errors


def state_of(theta: list[float], games: float = 60.0) -> MatchState:
    """Everybody met everybody `games` times, and won what the strengths say."""
    strengths = np.array(theta)
    win = 1 / (1 + np.exp(-(strengths[:, None] - strengths[None, :])))
    score = games * win
    np.fill_diagonal(score, 0)
    found = fit_beliefs(score, np.zeros_like(score), prior_sd=20.0)
    allowed = ~np.eye(len(theta), dtype=bool)
    return MatchState(found.theta, found.foreseen, score + score.T, np.zeros_like(score), allowed)


def test_the_width_of_two_is_that_of_the_gap_between_them():
    state = state_of([0.5, -0.5], 50.0)
    win = 1 / (1 + np.exp(-1.0))
    error = np.sqrt(1 / (50 * win * (1 - win))) / 2
    assert own_errors(state.covariance) == pytest.approx([error, error], rel=1e-3)
    assert half_widths(state.covariance) == pytest.approx([1.96 * error * 400 / np.log(10)] * 2, rel=1e-3)


def test_neighbours_are_named_from_the_top_and_separated_by_their_interval():
    state = state_of([0.0, 3.0, 0.01, -3.0])
    pairs, separated = neighbours(state.theta, state.covariance, 4)
    assert pairs.tolist() == [[1, 2], [2, 0], [0, 3]]
    assert separated.tolist() == [True, False, True]


def test_what_is_open_depends_on_the_goal():
    state = state_of([0.0, 3.0, 0.01, -3.0])
    known = (state.theta, state.covariance)
    assert open_contestants(*known, "none", 5, None) is None
    assert open_contestants(*known, "neighbours", 4, None).tolist() == [True, False, True, False]
    # Among the first two nothing is open: they are far apart.
    assert not open_contestants(*known, "neighbours", 2, None).any()
    widths = half_widths(state.covariance)
    between = float(np.sort(widths)[1:3].mean())
    assert open_contestants(*known, "interval", 5, between).tolist() == (widths > between).tolist()


def test_a_forecast_begins_now_and_intervals_only_narrow():
    told = forecast_votes(state_of([1.0, 0.5, 0.0, -0.5, -1.0], 4.0), PolicySettings(), GoalSettings())
    assert told.steps[0].votes == 0
    assert told.steps[0].mean_width == pytest.approx(
        half_widths(state_of([1.0, 0.5, 0.0, -0.5, -1.0], 4.0).covariance).mean()
    )
    widths = [step.mean_width for step in told.steps]
    assert widths == sorted(widths, reverse=True)
    assert all(pair.votes is not None for pair in told.pairs)


def test_a_forecast_of_uniform_votes_between_two_is_the_closed_form():
    """Two contestants with gap 1: votes n until 1 = 1.96 / sqrt(n p q)."""
    state = state_of([0.5, -0.5], 2.0)
    told = forecast_votes(state, PolicySettings("uniform"), GoalSettings())
    win = 1 / (1 + np.exp(-1.0))
    needed = 1.96**2 / (win * (1 - win)) - 2
    # Told at the end of the step in which it happens.
    before = max(step.votes for step in told.steps if step.votes < told.pairs[0].votes)
    assert before < needed <= told.pairs[0].votes


def test_what_is_expected_is_what_the_policy_brings_on_average():
    state, policy = state_of([0.6, 0.3, 0.0, -0.9], 10.0), PolicySettings()
    told = forecast_votes(state, policy, GoalSettings(), horizon=10)
    information = 10 * pair_probabilities(state, policy) * vote_information(state.theta)
    precision = np.linalg.inv(state.covariance) + np.diag(information.sum(axis=1)) - information
    assert [step.votes for step in told.steps] == [0, 10]
    assert told.steps[1].mean_width == pytest.approx(half_widths(np.linalg.inv(precision)).mean())


def test_equals_are_never_separated():
    told = forecast_votes(state_of([1.0, 0.0, 0.0, -1.0]), PolicySettings(), GoalSettings())
    pairs = {pair.place: pair for pair in told.pairs}
    assert pairs[2].votes is None or pairs[2].votes > 10_000
    assert told.goal is None


def test_the_goal_is_reached_when_everything_it_names_is():
    state = state_of([1.0, 0.4, 0.0, -1.0], 10.0)
    now = half_widths(state.covariance).max()
    told = forecast_votes(state, PolicySettings(), GoalSettings("interval", width=now / 2))
    reached = next(step for step in told.steps if step.votes == told.goal)
    assert reached.widest <= now / 2
    assert forecast_votes(state, PolicySettings(), GoalSettings("interval", width=now * 2)).goal == 0


def test_a_budget_is_where_the_forecast_ends():
    told = forecast_votes(state_of([1.0, 0.4, 0.0, -1.0], 10.0), PolicySettings(), GoalSettings(), horizon=137)
    assert told.horizon == 137
    # Pairs are told whatever the budget.
    assert all(pair.votes for pair in told.pairs)
    assert forecast_votes(state_of([1.0, 0.0]), PolicySettings(), GoalSettings(), horizon=0).horizon == 0


def test_a_goal_brings_votes_to_what_is_open():
    state = state_of([3.0, 0.3, 0.0, -3.0, -6.0], 30.0)
    free = pair_probabilities(state, PolicySettings())
    unsettled = open_contestants(state.theta, state.covariance, "neighbours", 5, None)
    aimed = pair_probabilities(replace(state, open=unsettled), PolicySettings())
    touching = unsettled[:, None] | unsettled[None, :]
    assert np.triu(aimed)[touching[:]].sum() > np.triu(free)[touching[:]].sum()
