"""The referee's figures are what pen and paper give."""

from dataclasses import astuple

import numpy as np
import pytest
from scipy.stats import norm

from arena.matchmaking.referee import NORMAL_95, Referee
from arena.matchmaking.worlds import World

THETA = np.array([1.1, 0.6, 0.2, -0.3, -0.6, -1.0])


def expected_votes(world: World, games: float) -> tuple[np.ndarray, np.ndarray]:
    """Wins and ties as they are expected of so many votes on every pair."""
    win = world.win_probabilities()
    half = 2 * world.even_ties * win * (1 - win)
    off = ~np.eye(world.size, dtype=bool)
    return games * (win - half) * off, games * 2 * half * off


def test_the_fit_of_two_contestants_in_closed_form():
    wins, ties = np.array([[0.0, 50.0], [20.0, 0.0]]), np.array([[0.0, 10.0], [10.0, 0.0]])
    world = World("two", np.array([0.3, -0.3]))
    found = Referee.of(world).judge_fit(wins, ties)
    score = 55 / 80
    gap = np.log(score / (1 - score))
    spread = 50 * (1 - score) ** 2 + 20 * score**2 + 10 * (0.5 - score) ** 2
    error = np.sqrt(spread) / (80 * score * (1 - score))
    # Each strength is half of the gap.
    assert found.half_width == pytest.approx(NORMAL_95 * error / 2)
    assert found.slope == pytest.approx(gap / 0.6)
    assert found.rmse == pytest.approx(abs(gap - 0.6) / 2)
    assert found.coverage == float(abs(gap - 0.6) < NORMAL_95 * error)
    assert (found.tau, found.false_separations) == (1.0, 0.0)


def test_what_two_contestants_votes_are_worth_in_closed_form():
    world = World("two", np.array([0.3, -0.3]), even_ties=0.4, newcomer=1, top_k=1)
    found = Referee.of(world).judge_design(np.array([[0.0, 80.0], [80.0, 0.0]]))
    win = 1 / (1 + np.exp(-0.6))
    # Ties take 2/5 off the variance of a vote.
    error = np.sqrt(0.6 / (80 * win * (1 - win)))
    wrong = norm.cdf(-0.6 / error)
    assert found.expected_tau == pytest.approx(1 - 2 * wrong)
    assert found.top_inversions == pytest.approx(wrong)
    assert found.newcomer_half_width == pytest.approx(NORMAL_95 * error / 2)


def test_four_times_the_votes_halve_the_intervals():
    world = World("six", THETA, even_ties=0.2, newcomer=0)
    referee, (wins, ties) = Referee.of(world), expected_votes(World("six", THETA, even_ties=0.2), 25)
    few, many = referee.judge_fit(wins, ties), referee.judge_fit(4 * wins, 4 * ties)
    assert many.half_width == pytest.approx(few.half_width / 2)
    games = wins + wins.T + ties
    one, other = referee.judge_design(games), referee.judge_design(4 * games)
    assert other.newcomer_half_width == pytest.approx(one.newcomer_half_width / 2)
    assert other.expected_tau > one.expected_tau
    assert other.top_inversions < one.top_inversions


def test_the_design_foretells_the_fit():
    world = World("six", THETA, even_ties=0.2)
    wins, ties = expected_votes(world, 25)
    referee = Referee.of(world)
    found, covariance = referee.judge_fit(wins, ties), referee.design_covariance(wins + wins.T + ties)
    assert found.half_width == pytest.approx(NORMAL_95 * np.sqrt(covariance.diagonal()).mean())
    assert (found.tau, found.coverage, found.false_separations) == (1.0, 1.0, 0.0)
    assert found.slope == pytest.approx(1)
    assert found.rmse == pytest.approx(0, abs=1e-6)


def test_a_board_upside_down_is_wrong_about_everything():
    wins, ties = expected_votes(World("reversed", -THETA), 10_000)
    found = Referee.of(World("six", THETA)).judge_fit(wins, ties)
    assert (found.tau, found.coverage, found.false_separations) == (-1.0, 0.0, 1.0)
    assert found.slope == pytest.approx(-1)


def test_only_pairs_that_touch_the_top_count_there():
    games = np.full((6, 6), 5.0) * ~np.eye(6, dtype=bool)
    counted = [Referee.of(World("six", THETA, top_k=k)).judge_design(games).top_inversions for k in range(1, 7)]
    assert counted == sorted(counted)
    everything = Referee.of(World("six", THETA)).judge_design(games)
    assert counted[-1] == pytest.approx(15 * (1 - everything.expected_tau) / 2)


def test_what_is_not_connected_is_no_number():
    wins, ties = expected_votes(World("six", THETA), 25)
    apart = np.ones((6, 6), dtype=bool)
    apart[:3, 3:] = apart[3:, :3] = False
    referee = Referee.of(World("six", THETA, newcomer=5))
    assert np.isnan(astuple(referee.judge_fit(wins * apart, ties))).all()
    assert np.isnan(astuple(referee.judge_design(apart * (wins + wins.T)))).all()


def test_who_lost_everything_has_no_rating_but_its_pairs_were_worth_something():
    wins, ties = expected_votes(World("six", THETA), 25)
    wins[5] = 0
    referee = Referee.of(World("six", THETA))
    assert np.isnan(astuple(referee.judge_fit(wins, ties))).all()
    assert np.isfinite(referee.judge_design(wins + wins.T).expected_tau)


def test_circles_spread_the_estimates_more():
    noise = np.triu(np.full((6, 6), 1.0), 1)
    noise[0, 5] = -1.5
    world = World("circles", THETA, deviations=noise - noise.T)
    referee, games = Referee.of(world), 5.0 * ~np.eye(6, dtype=bool)
    straight = Referee.of(World("straight", world.board()))
    assert referee.truth == pytest.approx(straight.truth)
    # The variance of a vote under the board's model is p (1 - p) and more than the pair's own; beside it stands the
    # square of by how much the pair deviates. Together they are what is expected of the vote's squared score.
    score = 1 / (1 + np.exp(referee.truth[None, :] - referee.truth[:, None]))
    win = world.win_probabilities()
    squared = win * (1 - score) ** 2 + (1 - win) * score**2
    assert referee.win * (1 - referee.win) + (referee.win - score) ** 2 == pytest.approx(squared)
    assert not np.allclose(referee.design_covariance(games), straight.design_covariance(games))
