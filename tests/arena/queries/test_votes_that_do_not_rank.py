"""Votes on attention checks and repeats tell of raters: no board, export or preference counts them, and all say so."""

import pytest

from arena.models import BattlePurpose, Board, Contest, Vote
from arena.queries.checks import tell_exclusions
from arena.queries.exports import export_bundle, preference_pairs, standing_votes
from arena.queries.selection import counted_votes, exclusions
from arena.queries.tally import comparisons, pair_counts
from arena.services.imports import import_bundle
from arena.services.leaderboards import ensure_boards, refresh_contest
from tests.factories import make_arena, make_battle, make_vote, make_voted_arena

pytestmark = [pytest.mark.django_db, pytest.mark.database]

BY_RULE = {"integrity_weight": 0, "integrity_reason": "identical"}


@pytest.fixture
def contest() -> Contest:
    """Fourteen votes that rank, two on checks, one on a repeat."""
    contest = make_voted_arena()
    for purpose in (BattlePurpose.CHECK, BattlePurpose.CHECK, BattlePurpose.REPEAT):
        make_vote(make_battle(contest, purpose=purpose), "B")
    return contest


def people(contest: Contest, **fields) -> Board:
    return Board.objects.create(contest=contest, **{"slug": "p", "name": "P", "rater_kind": "human", **fields})


def test_no_board_counts_them_and_every_board_tells_of_them(contest):
    for board in (people(contest), people(contest, slug="plain", use_integrity_weights=False)):
        found = exclusions(board)
        assert (counted_votes(board).count(), found.quality_checks, found.total) == (14, 3, 3)
        assert (
            tell_exclusions(found)
            == "Not counted: 3 on attention checks, repeats and calibration pairs, or given again after an undo."
        )
        assert (pair_counts(board).wins.sum(), comparisons(board).weight.sum()) == (12, 14)


def test_a_voided_one_is_told_as_voided(contest):
    vote = Vote.objects.filter(battle__purpose="repeat").get()
    vote.void_reason, vote.voided_at = "a test", vote.created_at
    vote.save()
    found = exclusions(people(contest))
    assert (found.voided, found.quality_checks) == (1, 2)


def test_ties_by_rule_count_nowhere_even_where_weights_are_left_aside():
    contest = make_voted_arena()
    make_vote(make_battle(contest), "TIE", **BY_RULE)
    found = exclusions(people(contest, use_integrity_weights=False))
    assert (found.identical, found.total) == (1, 1)
    assert tell_exclusions(found) == "Not counted: 1 recorded for equal texts."
    found = exclusions(people(contest, slug="weighed"))
    assert (found.identical, found.weightless) == (1, 0)


def test_a_published_board_is_the_same_with_and_without_them(contest):
    [refreshed] = refresh_contest(contest)
    assert refreshed.snapshot is not None
    make_vote(make_battle(contest, purpose=BattlePurpose.CHECK), "B")
    [again] = refresh_contest(contest)
    assert (again.created, again.snapshot) == (False, refreshed.snapshot)


@pytest.mark.parametrize("raters", [None, "human"])
def test_they_are_no_standing_votes(contest, raters):
    assert standing_votes(contest, raters).count() == 14
    ensure_boards(contest)
    assert standing_votes(contest, raters).count() == 14


def test_they_make_no_preference():
    contest = make_arena(contestants=2, prompts=1)
    make_vote(make_battle(contest), "A")
    for _ in range(2):
        make_vote(make_battle(contest, purpose=BattlePurpose.REPEAT), "B")
    [pair] = preference_pairs(contest, "human")
    assert (pair.votes_chosen, pair.votes_rejected) == (1, 0)


def test_they_leave_with_their_contest_and_count_as_little_where_they_arrive(contest):
    bundle = export_bundle(contest)
    assert sorted(vote.purpose for vote in bundle.votes) == [*[""] * 14, "check", "check", "repeat"]
    copy = import_bundle(bundle, slug="copy").contest
    assert exclusions(people(copy)) == exclusions(people(contest))
    one, other = (pair_counts(board) for board in (people(copy, slug="q"), people(contest, slug="q")))
    assert one.wins.tolist() == other.wins.tolist()


def test_the_api_tells_what_the_page_tells(contest, client):
    refresh_contest(contest)
    told = client.get("/api/v1/contests/tea/leaderboard/").json()["excluded"]
    assert (told["quality_checks"], told["identical"], sum(told.values())) == (3, 0, 3)
    assert len(client.get("/api/v1/contests/tea/votes/").json()["results"]) == 14
