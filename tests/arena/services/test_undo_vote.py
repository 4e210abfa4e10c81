"""A voter takes a vote back once, before going on, and is shown the same pair again."""

from datetime import timedelta

import pytest
from django.utils import timezone

from arena.models import (
    Battle,
    BattlePurpose,
    BattleState,
    Contest,
    ContestState,
    Rater,
    Vote,
    VoteCorrection,
    VoteOutcome,
)
from arena.queries.exports import standing_votes
from arena.queries.undo import UNDONE
from arena.services.battles import open_battle, skip_battle
from arena.services.errors import BattleNotFound, UndoRefused
from arena.services.undo import undo_vote
from arena.services.votes import cast_vote, restore_votes, void_vote
from tests.factories import make_arena, make_rater

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def voted() -> Battle:
    """A drawn battle on which its rater said A."""
    battle = open_battle(make_arena(), make_rater())
    cast_vote(battle.token, battle.rater, VoteOutcome.A)
    battle.refresh_from_db()
    return battle


def test_the_vote_is_void_and_the_log_says_why(voted):
    undo_vote(voted.token, voted.rater)
    vote = Vote.objects.get()
    assert vote.voided_at is not None
    assert (vote.voided_by, vote.void_reason) == (None, UNDONE)
    assert list(VoteCorrection.objects.values_list("verb", "by", "reason")) == [("void", None, UNDONE)]


def test_the_same_pair_is_shown_again_with_its_sides(voted):
    again = undo_vote(voted.token, voted.rater)
    for field in (*("contest", "prompt", "response_a", "response_b", "contestant_a", "contestant_b", "rater"),):
        assert getattr(again, field) == getattr(voted, field)
    assert (again.propensity, again.policy, again.served_at) == (voted.propensity, voted.policy, voted.served_at)
    assert again.reason == {**voted.reason, "again": voted.public_id}
    assert (again.state, again.branch, again.purpose) == (BattleState.SERVED, "", None)
    assert again.token != voted.token
    assert again.expires_at > timezone.now()


def test_it_is_the_battle_that_waits(voted):
    again = undo_vote(voted.token, voted.rater)
    assert open_battle(voted.contest, voted.rater) == again


def test_the_second_vote_takes_the_place_of_the_first(voted):
    again = undo_vote(voted.token, voted.rater)
    cast_vote(again.token, voted.rater, VoteOutcome.B)
    assert [vote.outcome for vote in standing_votes(voted.contest)] == ["B"]


def test_where_only_blind_votes_count_the_second_one_does_not(voted):
    Contest.objects.update(blind_only=True)
    again = undo_vote(voted.token, voted.rater)
    assert again.purpose == BattlePurpose.AGAIN
    cast_vote(again.token, voted.rater, VoteOutcome.B)
    assert not standing_votes(voted.contest).exists()


def test_undoing_twice_is_one_undo(voted):
    first = undo_vote(voted.token, voted.rater)
    assert undo_vote(voted.token, voted.rater) == first
    cast_vote(first.token, voted.rater, VoteOutcome.B)
    assert undo_vote(voted.token, voted.rater) == first
    assert Battle.objects.count() == 2
    assert VoteCorrection.objects.count() == 1


def test_the_vote_that_was_given_again_stands(voted):
    again = undo_vote(voted.token, voted.rater)
    cast_vote(again.token, voted.rater, VoteOutcome.B)
    with pytest.raises(UndoRefused, match="cannot be undone"):
        undo_vote(again.token, voted.rater)


def test_a_battle_that_merely_waits_does_not_hinder(voted):
    waiting = open_battle(voted.contest, voted.rater)
    again = undo_vote(voted.token, voted.rater)
    waiting.refresh_from_db()
    assert waiting.state == BattleState.SERVED
    cast_vote(again.token, voted.rater, VoteOutcome.B)
    assert open_battle(voted.contest, voted.rater) == waiting


def say_tie(token: str, rater: Rater) -> None:
    cast_vote(token, rater, VoteOutcome.TIE)


@pytest.mark.parametrize("go_on", [say_tie, skip_battle])
def test_whoever_went_on_cannot_undo(voted, go_on):
    go_on(open_battle(voted.contest, voted.rater).token, voted.rater)
    with pytest.raises(UndoRefused, match="gone on"):
        undo_vote(voted.token, voted.rater)
    assert not VoteCorrection.objects.exists()


def test_others_going_on_does_not_hinder(voted):
    other = open_battle(voted.contest, make_rater())
    cast_vote(other.token, other.rater, VoteOutcome.A)
    assert undo_vote(voted.token, voted.rater).rater == voted.rater


def test_after_ten_minutes_a_vote_stands(voted):
    with pytest.raises(UndoRefused, match="10 minutes"):
        undo_vote(voted.token, voted.rater, now=timezone.now() + timedelta(minutes=11))


def test_a_closed_contest_undoes_nothing(voted):
    Contest.objects.update(state=ContestState.CLOSED)
    with pytest.raises(UndoRefused, match="takes no votes now"):
        undo_vote(voted.token, voted.rater)


@pytest.mark.parametrize("purpose", [BattlePurpose.CHECK, BattlePurpose.REPEAT])
def test_checks_and_repeats_are_not_undone(voted, purpose):
    Battle.objects.update(purpose=purpose)
    with pytest.raises(UndoRefused):
        undo_vote(voted.token, voted.rater)


def test_without_a_vote_there_is_nothing_to_undo():
    battle = open_battle(make_arena(), make_rater())
    with pytest.raises(UndoRefused, match="no vote"):
        undo_vote(battle.token, battle.rater)


def test_a_foreign_battle_is_not_found(voted):
    with pytest.raises(BattleNotFound):
        undo_vote(voted.token, make_rater())


def test_what_an_admin_voided_is_not_undone(voted):
    void_vote(voted.vote, None, "bot")
    with pytest.raises(UndoRefused):
        undo_vote(voted.token, voted.rater)
    assert Battle.objects.count() == 1


def test_restoring_a_raters_votes_leaves_what_was_undone(voted):
    undo_vote(voted.token, voted.rater)
    assert restore_votes(Vote.objects.all(), None, "all is well") == 0
    assert Vote.objects.get().void_reason == UNDONE
