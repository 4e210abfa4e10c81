"""A vote is cast exactly once, by the rater to whom the battle was issued."""

from datetime import timedelta

import pytest
from django.utils import timezone

from arena.models import Battle, BattleState, ContestState, Vote, VoteOutcome
from arena.services.battles import open_battle, skip_battle
from arena.services.errors import BattleClosed, BattleNotFound, ContestClosed
from arena.services.votes import cast_vote
from tests.factories import make_arena, make_rater

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def battle() -> Battle:
    return open_battle(make_arena(), make_rater())


def test_a_vote_closes_its_battle_and_stores_what_was_said(battle):
    said = cast_vote(battle.token, battle.rater, VoteOutcome.TIE, tags=["clear"], comment="Both fine.")
    battle.refresh_from_db()
    assert said.created
    assert battle.state == BattleState.VOTED
    assert battle.closed_at is not None
    stored = Vote.objects.get()
    assert (stored.outcome, stored.tags, stored.comment) == ("TIE", ["clear"], "Both fine.")


@pytest.mark.parametrize("outcome", list(VoteOutcome))
def test_every_outcome_can_be_voted(battle, outcome):
    assert cast_vote(battle.token, battle.rater, outcome).vote.outcome == outcome


def test_a_repeat_gets_the_same_vote_and_stores_nothing(battle):
    first = cast_vote(battle.token, battle.rater, VoteOutcome.A)
    again = cast_vote(battle.token, battle.rater, VoteOutcome.A)
    assert (again.vote, again.created) == (first.vote, False)
    assert Vote.objects.count() == 1


def test_a_second_choice_does_not_overwrite_the_first(battle):
    cast_vote(battle.token, battle.rater, VoteOutcome.A)
    again = cast_vote(battle.token, battle.rater, VoteOutcome.B)
    assert again.vote.outcome == VoteOutcome.A
    assert Vote.objects.get().outcome == VoteOutcome.A


def test_the_time_taken_is_recorded(battle):
    said = cast_vote(battle.token, battle.rater, VoteOutcome.A, now=battle.served_at + timedelta(seconds=12.5))
    assert said.vote.duration_ms == 12_500


def test_a_clock_set_back_does_not_lose_the_vote(battle):
    said = cast_vote(battle.token, battle.rater, VoteOutcome.A, now=battle.served_at - timedelta(hours=1))
    assert said.vote.duration_ms == 0


def test_an_unknown_token_and_a_foreign_one_are_refused_alike(battle):
    stranger = make_rater()
    with pytest.raises(BattleNotFound) as unknown:
        cast_vote("no-such-token", stranger, VoteOutcome.A)
    with pytest.raises(BattleNotFound) as foreign:
        cast_vote(battle.token, stranger, VoteOutcome.A)
    assert str(unknown.value) == str(foreign.value)
    assert Vote.objects.count() == 0


def test_a_skipped_battle_takes_no_vote(battle):
    skip_battle(battle.token, battle.rater)
    with pytest.raises(BattleClosed, match="skipped"):
        cast_vote(battle.token, battle.rater, VoteOutcome.A)
    assert Vote.objects.count() == 0


def test_an_expired_battle_takes_no_vote_even_before_it_was_swept(battle):
    with pytest.raises(BattleClosed, match="expired"):
        cast_vote(battle.token, battle.rater, VoteOutcome.A, now=battle.expires_at)
    assert Vote.objects.count() == 0


def test_a_closed_contest_takes_no_vote(battle):
    battle.contest.state = ContestState.CLOSED
    battle.contest.save()
    with pytest.raises(ContestClosed):
        cast_vote(battle.token, battle.rater, VoteOutcome.A)
    assert Vote.objects.count() == 0


def test_a_vote_after_the_contest_closed_is_repeated_as_it_stood(battle):
    cast_vote(battle.token, battle.rater, VoteOutcome.B)
    battle.contest.state = ContestState.CLOSED
    battle.contest.save()
    again = cast_vote(battle.token, battle.rater, VoteOutcome.B, now=timezone.now())
    assert (again.created, again.vote.outcome) == (False, "B")
