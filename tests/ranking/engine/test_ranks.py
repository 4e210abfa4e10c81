"""Rank ranges: as wide as the doubt, all of them together as sure as they say."""

import numpy as np
import pytest
from scipy.stats import norm

from ranking import PairCounts, compute_standings, simulate_comparisons
from ranking.engine.ranks import DRAWS, point_ranks, rank_ranges, rank_upper_bounds, surely_better


def independent(theta: list[float], error: float) -> tuple[np.ndarray, np.ndarray]:
    """Strengths of equal error, their common mean taken out."""
    size = len(theta)
    centre = np.eye(size) - 1 / size
    return centre @ np.array(theta), error**2 * centre


def test_point_ranks_count_from_one_and_share_the_better_place():
    assert point_ranks(np.array([0.5, 2.0, 0.5, -3.0])).tolist() == [2, 1, 2, 4]
    assert point_ranks(np.array([1.0, 1.0 + 1e-15])).tolist() == [1, 1]


def test_far_apart_every_rank_is_sure():
    ranges = rank_ranges(*independent([3, 2, 1, 0], 0.01), level=0.95, seed=0)
    assert ranges.low.tolist() == ranges.high.tolist() == [1, 2, 3, 4]


def test_in_the_fog_every_rank_is_possible():
    ranges = rank_ranges(*independent([0.03, 0.02, 0.01, 0], 5.0), level=0.95, seed=0)
    assert ranges.low.tolist() == [1] * 4
    assert ranges.high.tolist() == [4] * 4


def test_of_two_items_the_bound_is_that_of_the_normal_distribution():
    error = 1.0  # of each; the gap's is sqrt(2)
    bound = norm.ppf(0.975) * np.sqrt(2)
    # 2000 draws know the bound to about 5 %.
    assert surely_better(*independent([1.08 * bound, 0], error), level=0.95, seed=0)[0, 1]
    assert not surely_better(*independent([0.92 * bound, 0], error), level=0.95, seed=0)[0, 1]


def test_many_comparisons_ask_for_more_than_one_does():
    """A gap that would convince between two items does not among twenty."""
    gap = 2.2 * np.sqrt(2)
    assert surely_better(*independent([gap, 0], 1.0), level=0.95, seed=0)[0, 1]
    assert not surely_better(*independent([gap] + [0] * 19, 1.0), level=0.95, seed=0).any()


def test_what_is_settled_is_not_asked_again():
    """Step-down: once the obvious pairs are out, one pair is left and needs no more than between two items."""
    single_step_bound = np.quantile(_largest_of_three(), 0.95)
    gap = 2.2
    assert norm.ppf(0.975) < gap < single_step_bound
    better = surely_better(*independent([40, gap * np.sqrt(2), 0], 1.0), level=0.95, seed=0)
    assert better[1, 2]


def _largest_of_three() -> np.ndarray:
    noise = np.random.default_rng(1).standard_normal((20_000, 3))
    return np.asarray(
        np.max([np.abs(noise[:, i] - noise[:, j]) / np.sqrt(2) for i, j in ((0, 1), (0, 2), (1, 2))], axis=0)
    )


def test_a_higher_level_never_narrows_a_range():
    theta, covariance = independent([1.5, 1.0, 0.4, 0.1, -0.9], 0.25)
    narrow, wide = (rank_ranges(theta, covariance, level, seed=0) for level in (0.5, 0.99))
    assert (wide.low <= narrow.low).all()
    assert (wide.high >= narrow.high).all()


def test_better_is_never_said_both_ways_nor_against_the_ratings():
    rng = np.random.default_rng(3)
    theta, covariance = independent(list(rng.normal(size=12)), 0.4)
    better = surely_better(theta, covariance, 0.95, seed=0)
    assert better.any()
    assert not (better & better.T).any()
    assert (theta[:, None] > theta[None, :])[better].all()


def test_exact_duplicates_are_never_separated():
    theta, covariance = np.array([0.5, 0.5, -1.0]), np.zeros((3, 3))
    covariance[2, 2] = 0.1
    assert not surely_better(theta, covariance, 0.95, seed=0)[:2, :2].any()


def test_the_seed_fixes_the_draws():
    theta, covariance = independent([0.6, 0.5, 0.3, 0.1, 0], 0.12)
    first, again = (rank_ranges(theta, covariance, 0.95, seed=9) for _ in range(2))
    assert first.low.tolist() == again.low.tolist()
    assert first.high.tolist() == again.high.tolist()
    assert DRAWS >= 2000


def test_upper_bounds_count_whose_interval_lies_wholly_above():
    lower, upper = np.array([10, 4, 0, 3.5]), np.array([12, 6, 3, 9.0])
    assert rank_upper_bounds(lower, upper).tolist() == [1, 2, 4, 2]


def test_intervals_that_touch_do_not_separate():
    assert rank_upper_bounds(np.array([5.0, 0.0]), np.array([9.0, 5.0])).tolist() == [1, 1]


@pytest.mark.parametrize("order", [[0, 1, 2, 3, 4, 5], [5, 3, 1, 0, 2, 4]])
def test_all_true_ranks_lie_in_their_ranges_as_often_as_promised(order):
    rng = np.random.default_rng(11)
    theta = np.array([0.6, 0.4, 0.15, 0.0, -0.4, -0.75])[order]
    items = [str(k) for k in range(6)]
    truth = dict(zip(items, point_ranks(theta).tolist(), strict=True))
    boards = 200
    held = 0
    for _ in range(boards):
        rows = compute_standings(simulate_comparisons(items, theta, 600, rng)).rows
        held += all(row.rank_low <= truth[row.item] <= row.rank_high for row in rows)
    # At least 95 %; three Monte Carlo standard deviations below is 90.4 %.
    assert held / boards > 0.904


def test_a_board_of_one_pair_has_ranges_too():
    counts = PairCounts.from_arrays("ab", [[0, 90], [10, 0]])
    assert [(row.rank_low, row.rank_high) for row in compute_standings(counts).rows] == [(1, 1), (2, 2)]
