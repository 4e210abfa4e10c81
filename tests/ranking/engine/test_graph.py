"""Who can be compared with whom: strong groups by wins and ties, weak ones by any comparison."""

import numpy as np
import pytest
from hypothesis import given, settings

from ranking import Comparisons, Outcome
from ranking.engine.graph import connectivity
from tests.ranking.samples import even_pair, repeat, rows


def groups(votes, items="abcde"):
    graph = connectivity(Comparisons.from_rows(votes, items=items).pair_counts())
    return graph, _as_sets(graph.strong, items), _as_sets(graph.weak, items)


def _as_sets(labels, items):
    return {frozenset(item for item, label in zip(items, labels, strict=True) if label == group) for group in labels}


def by_transitive_closure(beats: np.ndarray) -> np.ndarray:
    reach = beats | np.eye(len(beats), dtype=bool)
    for _ in range(len(beats)):
        reach = reach @ reach
    return reach


@given(rows(least=0))
@settings(deadline=None)
def test_a_strong_group_is_who_reaches_each_other(votes):
    graph, _, _ = groups(votes)
    reach = by_transitive_closure(graph.beats)
    together = graph.strong[:, None] == graph.strong[None, :]
    assert np.array_equal(together, reach & reach.T)


@given(rows(least=0))
@settings(deadline=None)
def test_a_weak_group_is_who_is_linked_at_all(votes):
    graph, _, _ = groups(votes)
    linked = by_transitive_closure(graph.beats | graph.beats.T)
    assert np.array_equal(graph.weak[:, None] == graph.weak[None, :], linked)


def test_a_ring_of_wins_is_one_group_and_a_chain_is_none():
    chain = [("a", "b", Outcome.A), ("b", "c", Outcome.A)]
    assert groups(chain, "abc")[1] == {frozenset("a"), frozenset("b"), frozenset("c")}
    assert groups([*chain, ("a", "c", Outcome.B)], "abc")[1] == {frozenset("abc")}


def test_a_tie_links_both_ways_and_both_bad_does_not_link():
    assert groups([("a", "b", Outcome.TIE)], "ab")[1] == {frozenset("ab")}
    assert groups([("a", "b", Outcome.BOTH_BAD)], "ab")[2] == {frozenset("a"), frozenset("b")}


@pytest.mark.parametrize("items", ["abcde", "edcba", "cadeb"])
def test_the_largest_group_is_chosen_whatever_the_order_of_items(items):
    votes = [*even_pair("a", "b"), *even_pair("b", "c"), *even_pair("d", "e", 100)]
    graph, _, _ = groups(votes, items)
    assert {item for item, kept in zip(items, graph.largest(), strict=True) if kept} == set("abc")


@pytest.mark.parametrize("items", ["abcde", "edcba"])
def test_of_equal_groups_the_one_more_compared_is_chosen(items):
    votes = [*even_pair("a", "b"), *even_pair("d", "e"), *repeat("d", "c", Outcome.A)]
    graph, _, _ = groups(votes, items)
    assert {item for item, kept in zip(items, graph.largest(), strict=True) if kept} == set("de")
