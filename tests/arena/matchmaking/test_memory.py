"""A memory follows the log of battles and votes, and comes to what a fit of everything would say."""

from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.matchmaking.beliefs import fit_beliefs
from arena.matchmaking.categories import fit_category
from arena.matchmaking.memory import SMALL, Learnt, Memory, Rules, Waiting, follow, remember, widen

M = 6
RULES = Rules()


def counted(seed: int, most: int = 12) -> np.ndarray:
    score = np.random.default_rng(seed).integers(0, most, (M, M)).astype(float)
    np.fill_diagonal(score, 0)
    return score


def memory_of(score: np.ndarray, inside: Mapping[int, np.ndarray] | None = None) -> Memory:
    return remember(RULES, score, score + score.T, inside or {})


def refit(memory: Memory) -> tuple[np.ndarray, np.ndarray]:
    fitted = fit_beliefs(memory.score, memory.pending())
    return fitted.theta, fitted.foreseen


def test_what_is_out_is_folded_in_and_unfolded_when_it_is_out_no_more():
    memory = memory_of(counted(1))
    out = {7: Waiting(0, 1), 8: Waiting(2, 3), 9: Waiting(0, 1)}
    during = follow(memory, [], out)
    assert during.pending()[0, 1] == during.pending()[1, 0] == 2
    assert during.beliefs.foreseen == pytest.approx(refit(during)[1], abs=1e-9)
    after = follow(during, [], {})
    assert after.beliefs.foreseen == pytest.approx(memory.beliefs.foreseen, abs=1e-9)
    assert not after.waiting


def test_following_twice_with_nothing_new_changes_nothing():
    out = {7: Waiting(0, 1)}
    once = follow(memory_of(counted(2)), [], out)
    twice = follow(once, [], out)
    assert twice.beliefs is once.beliefs


@given(st.integers(0, 100))
def test_votes_taken_in_one_by_one_come_close_to_a_fit_of_all(seed):
    rng = np.random.default_rng(seed)
    memory = memory_of(counted(seed, most=30))
    for key in range(20):
        i, j = rng.choice(M, 2, replace=False)
        memory = follow(memory, [], {key: Waiting(int(i), int(j))})
        memory = follow(memory, [Learnt(int(i), int(j), float(rng.choice([0, 0.5, 1])))], {})
    theta, foreseen = refit(memory)
    assert memory.beliefs.theta == pytest.approx(theta, abs=0.05)
    assert np.sqrt(memory.beliefs.foreseen.diagonal()) == pytest.approx(np.sqrt(foreseen.diagonal()), rel=0.03)


@pytest.mark.parametrize(("votes_so_far", "new"), [(0, 1), (100, 20), (40_000, 50)])
def test_after_enough_votes_everything_is_fitted_anew(votes_so_far, new):
    score = counted(3) * 0 + votes_so_far / M / (M - 1)
    np.fill_diagonal(score, 0)
    memory = follow(memory_of(score), [], {1: Waiting(4, 5)})
    memory = follow(memory, [Learnt(0, 1, 1.0)] * new, {1: Waiting(4, 5)})
    theta, foreseen = refit(memory)
    assert memory.learnt == 0
    assert memory.beliefs.theta == pytest.approx(theta, abs=1e-9)
    assert memory.beliefs.foreseen == pytest.approx(foreseen, abs=1e-9)
    assert memory.score[0, 1] == pytest.approx(score[0, 1] + new)


def test_both_bad_is_a_vote_that_moves_no_belief():
    memory = memory_of(counted(4))
    after = follow(memory, [Learnt(0, 1, None)], {})
    assert after.beliefs.theta == pytest.approx(memory.beliefs.theta)
    assert after.votes[0, 1] == memory.votes[0, 1] + 1
    assert after.score == pytest.approx(memory.score)


def test_a_vote_of_half_weight_counts_half():
    memory = memory_of(counted(5))
    after = follow(memory, [Learnt(0, 1, 0.5, weight=0.5)], {})
    assert after.votes[0, 1] == memory.votes[0, 1] + 0.5
    assert after.score[0, 1] == memory.score[0, 1] + 0.25


def test_newcomers_take_their_places_and_nothing_else_moves():
    memory = follow(memory_of(counted(6), {3: np.floor(counted(6) / 2)}), [], {1: Waiting(0, 5)})
    places = np.array([0, 1, 2, 4, 5, 7])
    wider = widen(memory, places, 8)
    assert wider.beliefs.theta[places] == pytest.approx(memory.beliefs.theta)
    assert wider.beliefs.foreseen[np.ix_(places, places)] == pytest.approx(memory.beliefs.foreseen)
    assert wider.beliefs.covariance[3, 3] == pytest.approx(4.0)
    assert wider.waiting[1].j == 7
    assert wider.votes[0, 7] == memory.votes[0, 5]
    assert wider.inside[3].shape == (8, 8)
    assert follow(wider, [], {}).beliefs.foreseen[np.ix_(places, places)] == pytest.approx(
        memory_of(counted(6)).beliefs.foreseen, abs=1e-9
    )


def test_many_contestants_keep_the_leverage_of_their_goal_instead_of_categories():
    size = SMALL + 1
    score = np.ones((size, size)) - np.eye(size)
    memory = remember(RULES, score, 2 * score, {1: score / 2})
    assert memory.categories == {}
    weights = memory.beliefs.weights
    memory = follow(memory, [Learnt(0, 1, 1.0)], {5: Waiting(2, 3)})
    foreseen = memory.beliefs.foreseen
    assert memory.beliefs.leverage == pytest.approx(foreseen @ weights @ foreseen, abs=1e-9)


def test_a_category_without_votes_starts_from_the_board_a_little_less_sure():
    score = counted(8)
    board, category = fit_beliefs(score, np.zeros((M, M))), fit_category(score, np.zeros((M, M)), 0.3)
    assert category.theta == pytest.approx(board.theta, abs=1e-6)
    assert category.covariance == pytest.approx(board.covariance + 0.09 * np.eye(M), abs=1e-6)


def test_a_category_of_no_offset_is_the_board():
    score, inside = counted(9), np.floor(counted(9) / 2)
    board, category = fit_beliefs(score, np.zeros((M, M))), fit_category(score, inside, 1e-4)
    assert category.theta == pytest.approx(board.theta, abs=0.02)
    assert category.covariance == pytest.approx(board.covariance, rel=0.05, abs=1e-3)


def test_a_category_of_many_votes_stands_on_its_own():
    inside = counted(10) * 40
    board = counted(10)[::-1, ::-1] + inside
    alone, category = fit_beliefs(inside, np.zeros((M, M))), fit_category(board, inside, 3.0)
    assert category.theta - category.theta.mean() == pytest.approx(alone.theta - alone.theta.mean(), abs=0.05)


def test_votes_and_battles_reach_the_categories_of_their_prompts_alone():
    memory = memory_of(counted(11), {1: np.zeros((M, M)), 2: np.zeros((M, M))})
    after = follow(memory, [Learnt(0, 1, 1.0, categories=(1,))], {4: Waiting(2, 3, categories=(2,))})
    assert after.categories[1].theta[0] > memory.categories[1].theta[0]
    assert after.categories[2].theta == pytest.approx(memory.categories[2].theta)
    assert after.categories[2].foreseen[2, 2] < memory.categories[2].foreseen[2, 2]
    assert after.categories[1].foreseen[2, 2] == pytest.approx(memory.categories[1].foreseen[2, 2], abs=0.01)
    assert after.inside[1][0, 1] == 1
    assert follow(after, [], {}).categories[2].foreseen == pytest.approx(memory.categories[2].foreseen)
