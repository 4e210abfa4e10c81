"""Two boards side by side."""

import numpy as np
import pytest
from scipy.stats import kendalltau, norm

from ranking import Comparisons, Outcome, TooFewItems, compare_standings, compute_standings, simulate_comparisons
from ranking.differences import holm
from ranking.engine.scale import POINTS_PER_LOGIT
from tests.ranking.samples import even_pair


def board(theta, seed, votes=2000, names="abcdef"):
    rng = np.random.default_rng(seed)
    return compute_standings(simulate_comparisons(names[: len(theta)], np.array(theta, dtype=float), votes, rng))


def test_holm_by_hand():
    assert holm(np.array([0.01, 0.04, 0.03])) == pytest.approx([0.03, 0.06, 0.06])
    assert holm(np.array([0.9, 0.8])).tolist() == [1.0, 1.0]
    assert holm(np.zeros(0)).tolist() == []


def test_differences_are_those_of_ratings_around_the_common_mean():
    first, second = board([1, 0, -1, 0.5], 1), board([0, 0, 1], 2, names="abx")
    found = compare_standings(first, second)
    a, b = (first.rated.index(name) for name in "ab")
    gap = {row.item: row for row in found.rows}
    assert set(gap) == {"a", "b"}
    half_gaps = [
        (board.theta[board.rated.index("a")] - board.theta[board.rated.index("b")]) / 2 for board in (first, second)
    ]
    assert gap["a"].difference == pytest.approx(POINTS_PER_LOGIT * (half_gaps[1] - half_gaps[0]))
    assert gap["a"].first - gap["b"].first == pytest.approx(first.difference("a", "b")[0])
    # Of two common items the difference is half a contrast, so its variance is a quarter of the contrasts' sum.
    halves = [board.difference("a", "b")[1] for board in (first, second)]
    assert gap["a"].upper - gap["a"].difference == pytest.approx(np.hypot(*halves) / 2)
    z = gap["a"].difference / ((gap["a"].upper - gap["a"].difference) / norm.ppf(0.975))
    assert gap["a"].p_value == pytest.approx(2 * norm.sf(abs(z)))
    assert (found.only_first, found.only_second) == (("c", "d"), ("x",))
    assert a != b


def test_rank_correlations_are_those_of_scipy():
    first, second = board([2, 1, 0, -1, -2], 1), board([2, 0, 1, -2, -1], 2)
    found = compare_standings(first, second)
    assert found.kendall == pytest.approx(kendalltau(first.theta, second.theta).statistic)
    assert found.kendall == pytest.approx(0.6)


def test_exchanging_the_boards_changes_signs_only():
    first, second = board([1, 0, -1], 1), board([0, 0, 0], 2)
    there, back = compare_standings(first, second), compare_standings(second, first)
    assert [row.difference for row in there.rows] == pytest.approx([-row.difference for row in back.rows])
    assert [row.adjusted for row in there.rows] == pytest.approx([row.adjusted for row in back.rows])


def test_boards_of_the_same_truth_rarely_differ_and_others_do():
    wrong = [
        any(row.significant for row in same.rows)
        for same in (
            compare_standings(board([1, 0, -1], 2 * seed, 400), board([1, 0, -1], 2 * seed + 1, 400))
            for seed in range(40)
        )
    ]
    assert sum(wrong) <= 6
    assert all(
        row.significant
        for row in compare_standings(board([1, 0, -1], 1), board([-1, 0.3, 1], 2)).rows
        if row.item != "b"
    )


def test_a_board_of_equals_has_no_rank_correlation():
    equal = compute_standings(Comparisons.from_rows([*even_pair("a", "b"), *even_pair("b", "c"), *even_pair("c", "a")]))
    found = compare_standings(equal, board([1, 0, -1], 1))
    assert (found.kendall, found.spearman, found.kendall_p_value) == (None, None, None)
    assert "cannot be compared" in found.explain()


def test_fewer_than_two_common_items_are_refused():
    other = compute_standings(Comparisons.from_rows([*even_pair("a", "y"), ("y", "a", Outcome.TIE)]))
    with pytest.raises(TooFewItems, match="1 contestant"):
        compare_standings(board([1, 0], 1), other)
