"""A board is counted, fitted and published; nothing is published twice, and what prevents it is told on the board."""

import math
from datetime import timedelta

import pytest

from arena.models import Board, Contest, PromptState, Vote, VoteOutcome
from arena.services import leaderboards
from arena.services.leaderboards import refresh_contest, refresh_leaderboard
from arena.services.votes import restore_vote, void_vote
from ranking.models import Snapshot
from ranking.store import latest
from tests.arena.services.duels import NOON, add_votes, duellists, gap, make_duel, people
from tests.factories import (
    make_arena,
    make_styled_arena,
    make_user,
    vote_between,
)

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def test_the_first_refresh_publishes_what_the_votes_say():
    contest = make_duel(wins=3, losses=1)
    done = refresh_leaderboard(people(contest), NOON)
    assert (done.created, done.problem, done.board.key) == (True, "", "tea/human")
    assert latest("tea/human") == done.snapshot
    assert (done.snapshot.published_at, done.snapshot.votes) == (NOON, 4)
    # Of two, the odds are the wins themselves: 400 points for ten to one.
    assert gap(done.snapshot, contest) == pytest.approx(400 * math.log10(3))
    assert sum(row.rating for row in done.snapshot.ratings.all()) == pytest.approx(2000)


def test_unchanged_votes_publish_nothing_new():
    board = people(make_duel())
    first = refresh_leaderboard(board, NOON)
    again = refresh_leaderboard(board, NOON + timedelta(minutes=1))
    assert (again.snapshot, again.created) == (first.snapshot, False)
    assert Snapshot.objects.count() == 1
    board.refresh_from_db()
    assert board.checked_at == NOON + timedelta(minutes=1)


def test_a_new_vote_publishes_a_new_snapshot_beside_the_old_one():
    contest = make_duel(wins=3, losses=1)
    first = refresh_leaderboard(people(contest), NOON).snapshot
    add_votes(contest, wins=0, losses=2)
    second = refresh_leaderboard(people(contest), NOON + timedelta(minutes=1))
    assert second.created
    assert gap(second.snapshot, contest) == pytest.approx(0)
    assert list(Snapshot.objects.order_by("published_at")) == [first, second.snapshot]
    assert gap(first, contest) == pytest.approx(400 * math.log10(3))


def test_a_voided_vote_leaves_the_board_and_a_restored_one_comes_back_with_the_same_content():
    contest, ada = make_duel(wins=3, losses=1), make_user()
    vote = Vote.objects.filter(outcome="A")[0]
    with_it = refresh_leaderboard(people(contest)).snapshot
    void_vote(vote, ada, "A trial.")
    without = refresh_leaderboard(people(contest)).snapshot
    restore_vote(vote, ada, "It was none.")
    back = refresh_leaderboard(people(contest))
    assert gap(without, contest) == pytest.approx(400 * math.log10(2))
    assert back.created
    assert back.snapshot.content_hash == with_it.content_hash != without.content_hash


def test_a_vote_counts_by_its_weight():
    contest = make_duel(wins=2, losses=1)
    Vote.objects.filter(outcome="B").update(integrity_weight=0.5, integrity_reason="too_fast")
    snapshot = refresh_leaderboard(people(contest)).snapshot
    assert snapshot.votes == 2.5
    assert gap(snapshot, contest) == pytest.approx(400 * math.log10(4))


def test_votes_on_junk_leave_the_board():
    contest = make_duel()
    contest.prompts.update(state=PromptState.JUNK)
    done = refresh_leaderboard(people(contest))
    assert done.snapshot is None
    assert done.problem


def test_what_prevents_a_board_is_written_on_it_and_cleared_when_it_is_gone():
    contest = make_arena(contestants=2, prompts=1)
    board = people(contest)
    stuck = refresh_leaderboard(board, NOON)
    board.refresh_from_db()
    assert (stuck.snapshot, stuck.created) == (None, False)
    assert board.problem == stuck.problem != ""
    assert board.checked_at == NOON
    add_votes(contest, wins=1, losses=1)
    refresh_leaderboard(board, NOON + timedelta(minutes=1))
    board.refresh_from_db()
    assert (board.problem, board.checked_at) == ("", NOON + timedelta(minutes=1))


def test_a_board_that_became_impossible_keeps_its_last_snapshot():
    contest, ada = make_duel(wins=2, losses=1), make_user()
    kept = refresh_leaderboard(people(contest)).snapshot
    void_vote(Vote.objects.get(outcome="B"), ada, "A trial.")
    done = refresh_leaderboard(people(contest))
    assert done.snapshot is None
    assert people(contest).problem == done.problem != ""
    assert latest("tea/human") == kept
    assert Snapshot.objects.count() == 1


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"levle": 0.9}, "Unknown board setting: levle"),
        ({"method": "chess"}, "method is 'chess'; use one of bradley_terry"),
        ({"covariates": ["colour"]}, "There is no style feature 'colour'; there are: bold"),
        ({"covariates": ["headers"]}, "Covariate 'headers' is collinear"),
        ({"level": "high"}, "level is 'high'; it must be a number"),
        ({"prior_strength": None}, "prior_strength is None; it must be a number"),
        ({"anchor": [1000]}, "anchor is (1000,); it must be a number"),
        ({"seed": -1}, "seed is -1; it must be a whole number"),
        ({"seed": 0.5}, "seed is 0.5; it must be a whole number"),
    ],
)
def test_settings_that_cannot_be_used_are_a_problem_of_their_board_alone(values, reason):
    contest = make_duel()
    good = people(contest)
    Board.objects.create(contest=contest, slug="odd", name="Odd", rater_kind="human", settings=values, position=9)
    by_slug = {refresh.board.slug: refresh for refresh in refresh_contest(contest)}
    assert by_slug["human"].created
    assert by_slug["human"].board == good
    assert by_slug["odd"].problem.startswith(reason)


def test_a_board_of_other_settings_publishes_other_numbers_of_the_same_votes():
    contest = make_duel(wins=3, losses=1)
    Board.objects.create(
        contest=contest,
        slug="shrunk",
        name="Shrunk",
        rater_kind="human",
        settings={"prior_strength": 1.0, "anchor": 1500.0},
        position=9,
    )
    by_slug = {refresh.board.slug: refresh.snapshot for refresh in refresh_contest(contest)}
    assert 0 < gap(by_slug["shrunk"], contest) < gap(by_slug["human"], contest)
    assert sum(row.rating for row in by_slug["shrunk"].ratings.all()) == pytest.approx(3000)
    assert by_slug["shrunk"].settings["prior_strength"] == 1.0


# --- No work for what did not change ---------------------------------------------------------------
def test_unchanged_votes_and_settings_are_neither_counted_nor_fitted(monkeypatch):
    board = people(make_duel())
    first = refresh_leaderboard(board, NOON)

    def work(*_args: object) -> None:
        raise AssertionError("nothing changed")

    monkeypatch.setattr(leaderboards, "tally", work)
    monkeypatch.setattr(leaderboards, "compute_standings", work)
    again = refresh_leaderboard(board, NOON + timedelta(minutes=1))
    assert (again.snapshot, again.created, again.problem) == (first.snapshot, False, "")
    add_votes(board.contest, 1, 0)
    with pytest.raises(AssertionError, match="nothing changed"):
        refresh_leaderboard(board)


def test_other_votes_that_give_the_same_board_are_looked_at_once(monkeypatch):
    contest, ada = make_duel(wins=3, losses=1), make_user()
    first = refresh_leaderboard(people(contest)).snapshot
    void_vote(Vote.objects.filter(outcome="A")[0], ada, "A trial.")
    add_votes(contest, wins=1, losses=0)
    second = refresh_leaderboard(people(contest))
    assert (second.snapshot, second.created) == (first, False)
    monkeypatch.setattr(leaderboards, "tally", None)
    assert refresh_leaderboard(people(contest)).snapshot == first


def test_a_problem_that_is_gone_is_cleared_even_where_the_votes_are_those_of_the_snapshot():
    board = people(make_duel())
    refresh_leaderboard(board)
    Board.objects.filter(pk=board.pk).update(settings={"levle": 1})
    assert refresh_leaderboard(people(board.contest)).problem
    Board.objects.filter(pk=board.pk).update(settings={})
    done = refresh_leaderboard(people(board.contest))
    assert (done.created, done.problem, people(board.contest).problem) == (False, "", "")


# --- Style, clusters, checks -----------------------------------------------------------------------
def styled(contest: Contest, slug: str = "styled", **settings: object) -> Board:
    return Board.objects.create(contest=contest, slug=slug, name=slug, rater_kind="human", settings=settings)


def test_style_control_measures_what_was_not_measured_and_publishes_both_ratings():
    contest = make_styled_arena()
    assert not contest.responses.filter(features__isnull=False).exists()
    done = refresh_leaderboard(styled(contest, covariates=["tokens", "headers"]))
    assert done.problem == ""
    assert contest.responses.filter(features__isnull=True).count() == 0
    tokens, headers = done.snapshot.coefficients
    assert (tokens["name"], headers["name"]) == ("tokens", "headers")
    assert 0 < tokens["lower"] < tokens["value"] < tokens["upper"]
    plain = refresh_leaderboard(people(contest)).snapshot
    expected = dict(plain.ratings.values_list("item_key", "rating"))
    found = dict(done.snapshot.ratings.values_list("item_key", "plain_rating"))
    assert found == pytest.approx(expected)
    assert sorted(done.snapshot.ratings.values_list("plain_rank", flat=True)) == sorted(
        plain.ratings.values_list("rank", flat=True)
    )
    assert plain.coefficients == []
    assert set(plain.ratings.values_list("plain_rating", flat=True)) == {None}


def test_style_that_decides_everything_makes_the_rest_equal():
    contest = make_styled_arena(rounds=40)
    found = refresh_leaderboard(styled(contest, covariates=["tokens"])).snapshot
    first = refresh_leaderboard(people(contest)).snapshot
    assert found.content_hash != first.content_hash
    assert refresh_leaderboard(styled(contest, "again", covariates=["tokens"])).snapshot.content_hash == (
        found.content_hash
    )


def test_clusters_change_intervals_and_not_ratings():
    contest = make_styled_arena()
    plain = refresh_leaderboard(people(contest)).snapshot
    for clusters in ("rater", "prompt", "rater_and_prompt"):
        found = refresh_leaderboard(styled(contest, clusters.replace("_", "-"), clusters=clusters)).snapshot
        for row, other in zip(found.ratings.all(), plain.ratings.all(), strict=True):
            assert (row.item_key, row.rating) == (other.item_key, pytest.approx(other.rating))
            assert row.standard_error != pytest.approx(other.standard_error, rel=1e-6)


def test_ties_that_are_modelled_have_a_probability():
    contest = make_duel(wins=3, losses=2)
    one, two = duellists(contest)
    for _ in range(5):
        vote_between(contest, one, two, VoteOutcome.TIE)
    found = refresh_leaderboard(styled(contest, tie_model="davidson")).snapshot
    assert 0.4 < found.tie_probability < 0.6
    assert refresh_leaderboard(people(contest)).snapshot.tie_probability is None


@pytest.mark.parametrize("settings", [{}, {"clusters": "rater"}, {"both_bad": "tie"}, {"covariates": ["tokens"]}])
def test_what_was_checked_is_kept_in_numbers_and_sentences(settings):
    contest = make_styled_arena()
    one, two = duellists(contest)
    vote_between(contest, one, two, VoteOutcome.BOTH_BAD)
    found = refresh_leaderboard(styled(contest, **settings)).snapshot
    found.refresh_from_db()
    assert {"goodness", "cyclicity", "exposure", "side_bias", "drift"} <= set(found.diagnosis)
    assert found.diagnosis["side_bias"] is not None
    assert found.diagnosis["drift"]["windows"] >= 2
    codes = [notice["code"] for notice in found.notices]
    assert "exposure" in codes
    assert {"side_bias", "no_side_bias"} & set(codes)
    assert codes.index("few_votes") < codes.index("exposure") if "few_votes" in codes else True


def test_a_board_of_ties_alone_is_published_unchecked():
    contest = make_arena(contestants=2, prompts=1)
    one, two = duellists(contest)
    vote_between(contest, one, two, VoteOutcome.TIE)
    found = refresh_leaderboard(people(contest))
    assert (found.created, found.snapshot.diagnosis, gap(found.snapshot, contest)) == (True, None, 0)


@pytest.mark.parametrize("method", ["elo", "win_rate", "rank_centrality"])
def test_methods_for_comparison_are_published_without_checks(method):
    contest = make_styled_arena()
    found = refresh_leaderboard(styled(contest, method=method, replicates=20))
    assert found.problem == ""
    assert found.snapshot.diagnosis is None
    assert found.snapshot.ratings.filter(rating__isnull=False).count() == 3


def test_groups_without_a_connection_are_ranked_apart():
    contest = make_arena(contestants=5, prompts=1)
    cast = list(contest.contestants.order_by("id"))
    for one, two, wins in ((0, 1, 3), (1, 0, 1), (1, 2, 2), (2, 1, 1), (3, 4, 2), (4, 3, 1)):
        for _ in range(wins):
            vote_between(contest, cast[one], cast[two], VoteOutcome.A)
    found = refresh_leaderboard(people(contest)).snapshot
    [group] = found.apart
    assert [row["item"] for row in group["rows"]] == [cast[3].slug, cast[4].slug]
    assert group["rows"][0]["rating"] - group["rows"][1]["rating"] == pytest.approx(400 * math.log10(2))
    assert found.ratings.get(item_key=cast[3].slug).rating is None


def test_who_never_lost_has_a_lower_bound():
    contest = make_arena(contestants=3, prompts=1)
    cast = list(contest.contestants.order_by("id"))
    for one, two in ((0, 1), (1, 0), (2, 0), (2, 1)):
        vote_between(contest, cast[one], cast[two], VoteOutcome.A)
    row = refresh_leaderboard(people(contest)).snapshot.ratings.get(item_key=cast[2].slug)
    assert (row.rating, row.at_most) == (None, None)
    assert row.at_least is not None


# --- Which boards there are ------------------------------------------------------------------------
