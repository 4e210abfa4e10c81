"""What must not matter does not matter."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ranking import BoardSettings, Comparisons, Outcome, PairCounts, Standings, compute_standings
from tests.ranking.samples import KEYS, Row, connected_counts, connected_rows

OTHER_SIDE = {Outcome.A: Outcome.B, Outcome.B: Outcome.A, Outcome.TIE: Outcome.TIE, Outcome.BOTH_BAD: Outcome.BOTH_BAD}
MEASURED = ("rating", "lower", "upper", "votes", "wins", "losses", "ties", "both_bad", "win_rate")


def assert_same(found: Standings, expected: Standings) -> None:
    """Same numbers for the same keys; a millionth of a point is the accuracy promised."""
    theirs = {row.item: row for row in expected.rows}
    assert {row.item for row in found.rows} == set(theirs)
    for row in found.rows:
        for name in MEASURED:
            ours, other = getattr(row, name), getattr(theirs[row.item], name)
            assert (ours is None) == (other is None), (row.item, name)
            assert ours is None or ours == pytest.approx(other, abs=1e-6), (row.item, name)


@given(connected_rows())
@settings(deadline=None, max_examples=40)
def test_which_side_an_item_stood_on_does_not_matter(votes):
    swapped = [(second, first, OTHER_SIDE[outcome]) for first, second, outcome in votes]
    assert_same(standings_of(swapped), standings_of(votes))


@given(connected_rows(), st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=40)
def test_the_order_of_the_votes_does_not_matter(votes, random):
    shuffled = votes.copy()
    random.shuffle(shuffled)
    # Counts of whole votes are exact, so that not even the last digit moves.
    assert standings_of(shuffled).to_dict() == standings_of(votes).to_dict()


@given(connected_counts(), st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=40)
def test_the_order_of_the_items_does_not_matter(counts, random):
    order = list(range(len(counts.items)))
    random.shuffle(order)
    block = np.ix_(order, order)
    permuted = PairCounts.from_arrays(
        [counts.items[k] for k in order], counts.wins[block], counts.ties[block], counts.both_bad[block]
    )
    assert_same(compute_standings(permuted), compute_standings(counts))


@given(connected_rows())
@settings(deadline=None, max_examples=40)
def test_the_names_of_the_items_do_not_matter(votes):
    names = {key: f"model {key.upper()}" for key in KEYS}
    renamed = standings_of([(names[first], names[second], outcome) for first, second, outcome in votes])
    plain = standings_of(votes)
    assert [row.item for row in renamed.rows] == [names[row.item] for row in plain.rows]
    assert renamed.theta == pytest.approx(plain.theta, abs=1e-12)


@given(connected_rows(), st.data())
@settings(deadline=None, max_examples=40)
def test_a_vote_of_weight_two_rates_like_two_votes(votes, data):
    doubled = data.draw(st.lists(st.booleans(), min_size=len(votes), max_size=len(votes)))
    weighted = compute_standings(weighted_votes(votes, [2.0 if twice else 1.0 for twice in doubled]))
    written_twice = standings_of(votes + [vote for vote, twice in zip(votes, doubled, strict=True) if twice])
    assert weighted.theta == pytest.approx(written_twice.theta, abs=1e-8)
    assert [row.win_rate for row in weighted.rows] == pytest.approx([row.win_rate for row in written_twice.rows])


@given(connected_rows(), connected_rows())
@settings(deadline=None, max_examples=40)
def test_a_vote_of_weight_zero_is_not_there(votes, ghosts):
    weighted = compute_standings(weighted_votes(votes + ghosts, [1.0] * len(votes) + [0.0] * len(ghosts)))
    assert weighted.to_dict() == standings_of(votes).to_dict()


@given(connected_rows(), st.integers(0, 40))
@settings(deadline=None, max_examples=40)
def test_counting_in_two_batches_changes_nothing(votes, cut):
    batches = [Comparisons.from_rows(part, items=KEYS[:5]).pair_counts() for part in (votes[:cut], votes[cut:])]
    assert compute_standings(batches[0] + batches[1]).to_dict() == standings_of(votes).to_dict()


@given(connected_rows())
@settings(deadline=None, max_examples=25)
def test_turning_every_vote_around_mirrors_the_board(votes):
    mirrored = standings_of([(first, second, OTHER_SIDE[outcome]) for first, second, outcome in votes])
    plain = standings_of(votes)
    assert mirrored.theta == pytest.approx(-plain.theta, abs=1e-8)
    assert mirrored.covariance == pytest.approx(plain.covariance, rel=1e-6, abs=1e-9)


@given(connected_rows(), st.integers(1, 30))
@settings(deadline=None, max_examples=25)
def test_both_bad_moves_no_rating_and_is_counted(votes, times):
    more = standings_of([*votes, *[("a", "b", Outcome.BOTH_BAD)] * times])
    plain = standings_of(votes)
    assert more.theta == pytest.approx(plain.theta, abs=1e-12)
    assert more.covariance == pytest.approx(plain.covariance, abs=1e-12)
    assert more.both_bad == plain.both_bad + times
    assert more.votes == plain.votes + times


@given(connected_rows(), st.floats(-3000, 3000))
@settings(deadline=None, max_examples=25)
def test_the_anchor_moves_everybody_by_the_same(votes, anchor):
    moved, plain = standings_of(votes, BoardSettings(anchor=anchor)), standings_of(votes)
    for row, other in zip(moved.rows, plain.rows, strict=True):
        for name in ("rating", "lower", "upper"):
            assert getattr(row, name) - getattr(other, name) == pytest.approx(anchor - 1000, abs=1e-8)
        assert (row.rank, row.rank_low, row.rank_high) == (other.rank, other.rank_low, other.rank_high)


def standings_of(votes: list[Row], settings: BoardSettings | None = None) -> Standings:
    return compute_standings(
        Comparisons.from_rows(votes, items=sorted({key for vote in votes for key in vote[:2]})), settings
    )


def weighted_votes(votes: list[Row], weights: list[float]) -> Comparisons:
    plain = Comparisons.from_rows(votes)
    return Comparisons.from_arrays(plain.items, plain.a, plain.b, plain.outcome, weights)
