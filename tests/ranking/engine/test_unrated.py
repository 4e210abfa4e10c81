"""Who cannot be put on the scale gets no number, and the reason instead."""

import numpy as np
import pytest
from hypothesis import given, settings
from scipy.stats import norm

from ranking import BoardSettings, Comparisons, Disconnected, Outcome, Standings, compute_standings
from tests.ranking.samples import Row, even_pair, repeat, rows

CORE = [*even_pair("a", "b"), *even_pair("b", "c"), *even_pair("a", "c")]


def standings_with(votes: list[Row], items: str | None = None, prior: float = 0.0) -> Standings:
    return compute_standings(Comparisons.from_rows([*CORE, *votes], items), BoardSettings(prior_strength=prior))


def row_of(standings: Standings, item: str):
    return next(row for row in standings.rows if row.item == item)


def notice_of(standings: Standings, code: str):
    return next(notice for notice in standings.notices if notice.code == code)


def assert_unrated(row) -> None:
    names = ("rating", "lower", "upper", "rank", "rank_low", "rank_high", "rank_ub", "theta", "standard_error")
    assert [getattr(row, name) for name in names] == [None] * len(names)


@pytest.mark.parametrize(
    ("votes", "code", "note"),
    [
        (repeat("z", "a", Outcome.A, 30), "never_lost", "Never lost or tied against the rated group"),
        (repeat("a", "z", Outcome.A, 30), "never_won", "Never won or tied against the rated group"),
        (even_pair("z", "y", 2), "unconnected", "No comparison connects it"),
    ],
)
def test_an_item_without_a_finite_estimate_is_unrated_with_the_reason(votes, code, note):
    standings = standings_with(votes)
    row = row_of(standings, "z")
    assert_unrated(row)
    assert row.note.startswith(note)
    assert row.votes == sum("z" in vote[:2] for vote in votes)
    notice = notice_of(standings, code)
    assert "z" in notice.items
    assert "z" in notice.message


def test_who_won_everything_gets_a_one_sided_bound_that_more_wins_raise():
    few, many_wins = (row_of(standings_with(repeat("z", "a", Outcome.A, n)), "z") for n in (5, 50))
    # Of n wins over an equal: 2 n log(1 + e^-x) = 1.645^2, so x = -log(e^(1.645^2 / 2n) - 1); a stands at 1000.
    closed = [1000 - 400 / np.log(10) * np.log(np.expm1(norm.ppf(0.95) ** 2 / (2 * n))) for n in (5, 50)]
    assert [few.at_least, many_wins.at_least] == pytest.approx(closed)
    assert few.at_most is None
    assert f"At least {few.at_least:.0f} points with 95% confidence" in few.note


def test_who_lost_everything_gets_the_mirrored_bound():
    winner = row_of(standings_with(repeat("z", "a", Outcome.A, 7)), "z")
    loser = row_of(standings_with(repeat("a", "z", Outcome.A, 7)), "z")
    assert loser.at_most - 1000 == pytest.approx(1000 - winner.at_least)
    assert loser.at_least is None


def test_who_never_met_the_group_gets_no_bound():
    for votes in (even_pair("z", "y"), [*repeat("z", "y", Outcome.A, 3), *repeat("y", "a", Outcome.A, 3)]):
        row = row_of(standings_with(votes), "z")
        assert (row.at_least, row.at_most) == (None, None)


def test_groups_that_nothing_connects_are_ranked_apart_each_on_a_scale_of_its_own():
    standings = standings_with([*repeat("y", "z", Outcome.A, 30), *repeat("z", "y", Outcome.A, 10)])
    (apart,) = standings.apart
    assert apart.rated == ("y", "z")
    assert [row.rank for row in apart.rows] == [1, 2]
    assert apart.rows[0].rating - apart.rows[1].rating == pytest.approx(400 * np.log10(3))
    assert np.mean([row.rating for row in apart.rows]) == pytest.approx(1000)
    assert_unrated(row_of(standings, "y"))


def test_a_small_group_that_the_settings_ask_too_much_of_does_not_keep_the_others_from_their_board():
    votes = [*CORE, *repeat("a", "b", Outcome.TIE, 3), *even_pair("y", "z")]
    standings = compute_standings(Comparisons.from_rows(votes), BoardSettings(tie_model="davidson"))
    assert standings.rated == ("a", "b", "c")
    assert standings.apart == ()
    told = notice_of(standings, "not_ranked_apart")
    assert told.items == ("y", "z")
    assert "y, z could not be ranked apart: A model of ties needs both ties and decided votes" in told.message


def test_an_item_without_votes_says_so():
    standings = standings_with([], items="abcn")
    row = row_of(standings, "n")
    assert_unrated(row)
    assert row.note == "No votes yet."
    assert row.win_rate is None
    assert notice_of(standings, "no_votes").items == ("n",)


def test_an_item_known_only_by_bad_pairs_is_unrated_but_counted():
    standings = standings_with(repeat("a", "z", Outcome.BOTH_BAD, 4))
    assert_unrated(row_of(standings, "z"))
    assert row_of(standings, "z").both_bad == 4
    assert row_of(standings, "a").both_bad == 4


def test_one_tie_is_enough_to_be_on_the_scale():
    row = row_of(standings_with([*repeat("z", "a", Outcome.A, 9), *repeat("z", "a", Outcome.TIE)]), "z")
    assert row.rank == 1
    assert row.note == ""


def test_votes_against_the_unrated_do_not_move_the_rated():
    alone = standings_with([])
    beside = standings_with([*repeat("z", "a", Outcome.A, 30), *repeat("c", "y", Outcome.A, 8)])
    for item in "abc":
        assert row_of(beside, item).rating == row_of(alone, item).rating
        assert row_of(beside, item).upper == row_of(alone, item).upper
    assert beside.rated == ("a", "b", "c")


def test_unrated_items_stand_below_the_rated_ones_by_name():
    standings = standings_with([*repeat("z", "a", Outcome.A), *repeat("y", "a", Outcome.A)], items="zyxcba")
    assert [row.item for row in standings.rows[3:]] == ["x", "y", "z"]


def test_of_two_islands_the_larger_is_rated():
    standings = standings_with(even_pair("y", "z", 1000))
    assert standings.rated == ("a", "b", "c")
    assert notice_of(standings, "unconnected").items == ("y", "z")


def test_a_chain_above_the_group_is_never_a_rating():
    standings = standings_with([*repeat("z", "y", Outcome.A, 3), *repeat("y", "a", Outcome.A, 3)])
    for item in "yz":
        assert_unrated(row_of(standings, item))
    assert notice_of(standings, "never_lost").items == ("y", "z")


@pytest.mark.parametrize(
    "votes",
    [
        repeat("a", "b", Outcome.A, 3),
        [*repeat("a", "b", Outcome.A, 3), *repeat("b", "c", Outcome.A, 3)],
        repeat("a", "b", Outcome.BOTH_BAD, 3),
        [],
    ],
    ids=["one sided", "a chain", "only bad", "no votes"],
)
def test_a_board_on_which_nobody_can_be_placed_is_refused(votes):
    with pytest.raises(Disconnected, match="More votes are needed"):
        compute_standings(Comparisons.from_rows(votes, items="abc"))


def test_how_many_votes_did_not_suffice_is_said_in_the_right_number() -> None:
    for votes, words in ((1, "^1 vote among 2 contestants leaves no"), (2, "^2 votes among 2 contestants leave no")):
        with pytest.raises(Disconnected, match=words):
            compute_standings(Comparisons.from_rows(repeat("a", "b", Outcome.A, votes)))


@pytest.mark.parametrize("votes", [repeat("z", "a", Outcome.A, 30), repeat("a", "z", Outcome.A, 30)])
def test_a_prior_holds_up_who_was_compared_and_says_so(votes):
    standings = standings_with(votes, prior=1.0)
    row = row_of(standings, "z")
    assert row.lower < row.rating < row.upper
    assert row.rank == (1 if votes[0][0] == "z" else 4)
    assert "virtual" in notice_of(standings, "prior").message


def test_no_prior_puts_two_islands_on_one_scale():
    standings = standings_with(even_pair("y", "z", 50), prior=5.0)
    assert standings.rated == ("a", "b", "c")
    assert_unrated(row_of(standings, "z"))


def test_few_votes_are_pointed_out():
    standings = standings_with([*even_pair("z", "a", 9)])
    assert "z" in notice_of(standings, "few_votes").items
    assert all(notice.code != "few_votes" for notice in many(standings).notices)


def many(standings: Standings) -> Standings:
    return compute_standings(Comparisons.from_rows(CORE * 5))


@given(rows())
@settings(deadline=None, max_examples=150)
def test_any_votes_give_finite_numbers_or_none_or_a_refusal(votes):
    try:
        standings = compute_standings(Comparisons.from_rows(votes, items="abcde"))
    except Disconnected:
        return
    for row in standings.rows:
        numbers = [row.rating, row.lower, row.upper, row.rank, row.theta, row.standard_error]
        if row.note:
            assert numbers == [None] * 6
        else:
            # No rating of a few dozen votes lies thousands of points away.
            assert all(abs(number) < 5000 for number in numbers)
