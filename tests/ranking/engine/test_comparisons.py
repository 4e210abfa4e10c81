"""Votes and counts are checked once, when they are made."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ranking import BadComparisons, BadOutcome, Comparisons, Outcome, PairCounts, RankingError, TooFewItems
from tests.ranking.samples import Row, counts_of, rows


def counted_by_hand(votes: list[Row], keys: str) -> dict[str, np.ndarray]:
    tables = {name: np.zeros((len(keys), len(keys))) for name in ("wins", "ties", "both_bad")}
    for first, second, outcome in votes:
        i, j = keys.index(first), keys.index(second)
        if outcome is Outcome.A:
            tables["wins"][i, j] += 1
        elif outcome is Outcome.B:
            tables["wins"][j, i] += 1
        else:
            table = tables["ties" if outcome is Outcome.TIE else "both_bad"]
            table[i, j] += 1
            table[j, i] += 1
    return tables


def test_the_codes_of_outcomes_stay_what_they_are():
    assert {outcome.name: outcome.value for outcome in Outcome} == {"A": 0, "B": 1, "TIE": 2, "BOTH_BAD": 3}


@given(rows(), st.randoms(use_true_random=False))
@settings(deadline=None)
def test_counts_are_those_of_a_count_by_hand_in_any_order(votes, random):
    random.shuffle(votes)
    counts = Comparisons.from_rows(votes, items="abcde").pair_counts()
    for name, table in counted_by_hand(votes, "abcde").items():
        assert np.array_equal(getattr(counts, name), table), name


def test_score_counts_a_tie_as_half_a_win_and_both_bad_as_nothing():
    counts = counts_of([[0, 3], [1, 0]], ties=[[0, 4], [4, 0]], both_bad=[[0, 9], [9, 0]])
    assert counts.score.tolist() == [[0, 5], [3, 0]]
    assert counts.games.tolist() == [[0, 8], [8, 0]]


def test_weights_are_summed_and_their_squares_too():
    counts = Comparisons.from_arrays("ab", [0, 1, 0], [1, 0, 1], [0, 1, 2], weight=[2, 3, 0.5]).pair_counts()
    assert counts.wins[0, 1] == 5
    assert counts.wins_squared[0, 1] == 13
    assert counts.ties[0, 1] == counts.ties[1, 0] == 0.5
    assert counts.ties_squared[0, 1] == 0.25


def test_squared_weights_default_to_votes_of_weight_one():
    counts = counts_of([[0, 3], [1, 0]], ties=[[0, 4], [4, 0]])
    assert np.array_equal(counts.wins_squared, counts.wins)
    assert np.array_equal(counts.ties_squared, counts.ties)


def test_items_are_the_keys_in_sorted_order_unless_given():
    votes = [("pear", "apple", Outcome.A)]
    assert Comparisons.from_rows(votes).items == ("apple", "pear")
    assert Comparisons.from_rows(votes, items=["pear", "fig", "apple"]).items == ("pear", "fig", "apple")


@given(rows(), rows())
@settings(deadline=None)
def test_the_counts_of_two_batches_add_up_to_those_of_all(first, second):
    together = Comparisons.from_rows(first + second, items="abcde").pair_counts()
    added = sum_of(first) + sum_of(second)
    for name in ("wins", "ties", "both_bad", "wins_squared", "ties_squared"):
        assert np.array_equal(getattr(added, name), getattr(together, name)), name


def sum_of(votes: list[Row]) -> PairCounts:
    return Comparisons.from_rows(votes, items="abcde").pair_counts()


def test_counts_of_different_items_are_not_added():
    with pytest.raises(BadComparisons, match="same list of items"):
        counts_of([[0, 1], [1, 0]]) + counts_of([[0, 1], [1, 0]], items=["b", "a"])


def test_a_restriction_keeps_what_happened_among_the_kept():
    counts = counts_of([[0, 1, 2], [3, 0, 4], [5, 6, 0]], ties=[[0, 7, 8], [7, 0, 9], [8, 9, 0]])
    kept = counts.restricted_to(np.array([True, False, True]))
    assert kept.items == ("a", "c")
    assert kept.wins.tolist() == [[0, 2], [5, 0]]
    assert kept.ties.tolist() == [[0, 8], [8, 0]]


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"a": [0, 0], "b": [1, 0]}, "Comparison 1: an item is compared with itself"),
        ({"a": [0, 2], "b": [1, 1]}, "a names no item"),
        ({"a": [0, 0], "b": [1, -1]}, "b names no item"),
        ({"a": [0], "b": [1, 1]}, "b has shape"),
        ({"a": [0, 0], "b": [1, 1], "weight": [1, -0.5]}, "weight is negative"),
        ({"a": [0, 0], "b": [1, 1], "weight": [1, float("nan")]}, "not a number"),
        ({"a": [0, 0], "b": [1, 1], "weight": [1, float("inf")]}, "not a number"),
        ({"a": [0, 0], "b": [1, 1], "weight": [1]}, "weight has shape"),
        ({"a": [0, 0], "b": [1, 1], "rater": [1, 2, 3]}, "rater has shape"),
        ({"a": [0, 0], "b": [1, 1], "prompt": [1]}, "prompt has shape"),
    ],
)
def test_columns_that_contradict_themselves_are_refused(columns, reason):
    with pytest.raises(BadComparisons, match=reason):
        Comparisons.from_arrays("ab", outcome=[0, 1], **columns)


@pytest.mark.parametrize("outcome", [-1, 4, 99])
def test_an_unknown_outcome_is_refused_and_never_read_as_a_tie(outcome):
    with pytest.raises(BadOutcome, match=f"Comparison 1: the outcome is none of .*: {outcome} "):
        Comparisons.from_arrays("ab", [0, 0], [1, 1], [0, outcome])


@pytest.mark.parametrize("items", [[], ["a"]])
def test_fewer_than_two_items_are_refused(items):
    with pytest.raises(TooFewItems, match="at least two"):
        Comparisons.from_rows([], items=items)


def test_two_items_of_one_key_are_refused():
    with pytest.raises(BadComparisons, match="'b' appears twice"):
        Comparisons.from_rows([("a", "b", Outcome.A)], items=["a", "b", "b"])


def test_a_compared_key_that_is_no_item_is_named():
    with pytest.raises(BadComparisons, match=r"^c: compared, but not among the items"):
        Comparisons.from_rows([("a", "c", Outcome.A)], items=["a", "b"])


@pytest.mark.parametrize(
    ("tables", "reason"),
    [
        ({"wins": [[0, 1, 2], [1, 0, 2]]}, "wins has shape"),
        ({"wins": [[0, -1], [1, 0]]}, "wins holds a negative count"),
        ({"wins": [[0, float("nan")], [1, 0]]}, "not a number"),
        ({"wins": [[1, 1], [1, 0]]}, "wins compares an item with itself"),
        ({"wins": [[0, 1], [1, 0]], "ties": [[0, 1], [2, 0]]}, "ties must be symmetric"),
        ({"wins": [[0, 1], [1, 0]], "both_bad": [[0, 1], [0, 0]]}, "both_bad must be symmetric"),
        ({"wins": [[0, 1], [1, 0]], "ties": [[0, 1, 1]] * 3}, "ties has shape"),
    ],
)
def test_tables_that_contradict_themselves_are_refused(tables, reason):
    with pytest.raises(BadComparisons, match=reason):
        PairCounts.from_arrays("ab", **tables)


def test_counts_do_not_change_with_the_array_they_were_made_from():
    wins = np.array([[0.0, 3.0], [1.0, 0.0]])
    counts = PairCounts.from_arrays("ab", wins)
    wins[0, 1] = 77
    assert counts.wins[0, 1] == 3


def test_every_refusal_is_one_kind_of_error():
    assert issubclass(BadComparisons, RankingError)
    assert issubclass(BadOutcome, RankingError)
    assert issubclass(TooFewItems, RankingError)
