"""Worlds hold what is true, and their voters vote by it."""

import numpy as np
import pytest

from arena.matchmaking.errors import MatchmakingError
from arena.matchmaking.voters import Voters, head_start
from arena.matchmaking.worlds import STANDARD, World, even_ties_for, standard_world

THETA = np.array([1.0, 0.2, -0.3, -0.9])


@pytest.mark.parametrize("name", STANDARD)
def test_a_standard_world_comes_again_with_its_seed(name):
    one, same, other = standard_world(name, 3), standard_world(name, 3), standard_world(name, 4)
    assert one.name == name
    assert np.array_equal(one.theta, same.theta)
    assert np.array_equal(one.win_probabilities(), same.win_probabilities())
    assert not np.array_equal(one.theta, other.theta)


def test_calm_and_busy_worlds_have_the_same_strengths():
    assert np.array_equal(standard_world("e30", 5).theta, standard_world("e30x", 5).theta)


def test_the_tight_top_is_tight():
    gaps = (
        -np.diff(np.array([standard_world("c60", seed).theta for seed in range(200)])).mean(axis=0) * 400 / np.log(10)
    )
    assert gaps[:10].mean() == pytest.approx(4, rel=0.1)
    assert gaps[10:30].mean() == pytest.approx(6, rel=0.1)
    assert gaps[30:].mean() == pytest.approx(10, rel=0.1)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"theta": np.array([1.0])}, "two contestants or more"),
        ({"even_ties": 0.6}, "from 0 to 1/2"),
        ({"abandoned": 1.0}, "below 1"),
        ({"in_flight": -1}, "fewer than none"),
        ({"newcomer": 4}, "no contestant 4 among 4"),
        ({"deviations": np.ones((4, 4))}, "antisymmetric"),
    ],
)
def test_worlds_that_make_no_sense_are_refused(values, message):
    with pytest.raises(MatchmakingError, match=message):
        World(**{"name": "odd", "theta": THETA, **values})


def test_an_unknown_world_is_refused():
    with pytest.raises(MatchmakingError, match="Unknown world 'z9'; choose one of a20, "):
        standard_world("z9", 1)


def test_a_board_without_deviations_is_the_strengths():
    assert World("plain", THETA + 3).board() == pytest.approx(THETA)


def test_a_board_of_circles_balances_every_score():
    noise = np.triu(np.random.default_rng(1).normal(0, 0.4, (4, 4)), 1)
    world = World("circles", THETA, deviations=noise - noise.T)
    win, board = world.win_probabilities(), world.board()
    expected = 1 / (1 + np.exp(board[None, :] - board[:, None]))
    off = ~np.eye(4, dtype=bool)
    assert win + win.T == pytest.approx(np.ones((4, 4)))
    assert (win * off).sum(axis=1) == pytest.approx((expected * off).sum(axis=1), abs=1e-8)
    assert board != pytest.approx(THETA)


def test_ties_are_as_frequent_as_asked_for_and_leave_the_score():
    world = World("tied", THETA, even_ties_for(THETA, 0.2))
    games = np.triu(np.full((4, 4), 50_000), 1)
    wins, ties = Voters.of(world).answers(games, np.random.default_rng(2))
    assert np.array_equal(ties, ties.T)
    assert np.array_equal(np.triu(wins + wins.T + ties, 1), games)
    # Standard errors are 0.0007 and at most 0.0022.
    assert ties.sum() / 2 / games.sum() == pytest.approx(0.2, abs=0.004)
    upper = np.triu_indices(4, 1)
    assert ((wins + ties / 2) / 50_000)[upper] == pytest.approx(world.win_probabilities()[upper], abs=0.01)


def test_one_vote_is_like_many():
    voters, rng = Voters.of(World("tied", THETA, 0.4)), np.random.default_rng(3)
    said = np.array([voters.answer(0, 2, rng) for _ in range(4000)])
    assert set(said) == {0.0, 0.5, 1.0}
    # Standard errors are below 0.008.
    assert said.mean() == pytest.approx(voters.win[0, 2], abs=0.03)
    assert np.mean(said == 0.5) == pytest.approx(2 * voters.half_tie[0, 2], abs=0.03)


def test_a_settled_board_has_its_votes_and_the_newcomer_none():
    world = World("settled", np.append(THETA, 0.0), 0.2, settled=300, newcomer=4)
    wins, ties = head_start(world, Voters.of(world), np.random.default_rng(4))
    games = wins + wins.T + ties
    assert games[4].sum() == 0
    assert games.sum() == 4 * 300
    # Of 600 votes each takes part in 300; the standard deviation is 12.
    assert np.abs(games[:4].sum(axis=1) - 300).max() < 60


def test_a_new_board_begins_without_votes():
    world = World("new", THETA)
    wins, ties = head_start(world, Voters.of(world), np.random.default_rng(5))
    assert not wins.any()
    assert not ties.any()
