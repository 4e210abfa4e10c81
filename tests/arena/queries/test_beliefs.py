"""Beliefs follow the votes without counting them again, and come to the same in every process."""

from datetime import timedelta

import numpy as np
import pytest
from django.utils import timezone

from arena.matchmaking.memory import Rules
from arena.models import Battle, BattleState, Contest, ContestantState, KeptBeliefs, VoteOutcome
from arena.queries import beliefs
from arena.queries.beliefs import Followed, count_beliefs, follow_beliefs, raters_key
from arena.queries.catalogue import catalogue
from arena.services.battles import open_battle, skip_battle
from arena.services.beliefs import rebuild_beliefs
from arena.services.votes import cast_vote, void_vote
from tests.factories import (
    make_arena,
    make_battle,
    make_category,
    make_contestant,
    make_rater,
    make_response,
    make_staff,
    make_vote,
)

pytestmark = [pytest.mark.django_db, pytest.mark.database]

RULES = Rules()


@pytest.fixture(autouse=True)
def _no_memory():
    forget()


def forget() -> None:
    """As a process that has just begun."""
    beliefs._FOLLOWED.clear()


def follow(contest: Contest, raters: str = "human") -> Followed:
    return follow_beliefs(contest, catalogue(contest), raters, RULES, timezone.now())


def voted(contest: Contest, outcomes: str = "A") -> None:
    for outcome in outcomes.split():
        rater = make_rater()
        cast_vote(open_battle(contest, rater).token, rater, VoteOutcome(outcome))


def test_a_vote_is_followed_and_not_counted_twice():
    contest = make_arena(contestants=3, prompts=2)
    assert follow(contest).memory.votes.sum() == 0
    voted(contest, "A B TIE")
    for _ in range(3):
        assert follow(contest).memory.votes.sum() == 6


def test_following_comes_close_to_counting():
    contest = make_arena(contestants=3, prompts=4)
    for outcome in ["A", "B", "A", "TIE", "A", "BOTH_BAD", "B", "A"]:
        voted(contest, outcome)
        follow(contest)
    followed, counted = follow(contest).memory, count_beliefs(contest, "human", RULES).memory
    assert followed.score.tolist() == counted.score.tolist()
    assert followed.votes.tolist() == counted.votes.tolist()
    assert followed.beliefs.theta == pytest.approx(counted.beliefs.theta, abs=0.05)
    assert followed.beliefs.foreseen == pytest.approx(counted.beliefs.foreseen, rel=0.1, abs=0.05)


def test_two_processes_that_follow_the_same_votes_believe_the_same():
    contest = make_arena(contestants=3, prompts=4)
    mine: dict = {}
    for outcome in ["A", "B", "A"]:
        voted(contest, outcome)
        mine = dict(beliefs._FOLLOWED)
    forget()
    other = follow(contest)
    beliefs._FOLLOWED.update(mine)
    again = follow(contest)
    assert again.memory.score.tolist() == other.memory.score.tolist()
    assert again.memory.beliefs.theta == pytest.approx(other.memory.beliefs.theta, abs=0.1)


def test_what_is_out_is_a_row_and_not_a_timer():
    contest, rater = make_arena(contestants=3, prompts=3), make_rater()
    battle = open_battle(contest, rater)
    assert set(follow(contest).memory.waiting) == {battle.pk}
    skip_battle(battle.token, rater)
    late = make_battle(contest, expires_at=timezone.now() + timedelta(minutes=1))
    assert set(follow(contest).memory.waiting) == {late.pk}
    Battle.objects.filter(pk=late.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    after = follow(contest).memory
    assert not after.waiting
    assert after.beliefs.foreseen == pytest.approx(after.beliefs.covariance)


def test_a_restart_loses_nothing():
    contest, rater = make_arena(contestants=3, prompts=3), make_rater()
    voted(contest, "A A B")
    out = open_battle(contest, rater)
    before = follow(contest).memory
    forget()
    after = follow(contest).memory
    assert after.score.tolist() == before.score.tolist()
    assert set(after.waiting) == {out.pk}


def test_a_process_begins_with_what_was_kept_and_follows_from_there(django_assert_max_num_queries):
    contest = make_arena(contestants=3, prompts=4)
    voted(contest, "A B")
    assert rebuild_beliefs(contest, "human")
    voted(contest, "A")
    forget()
    stock = catalogue(contest)
    with django_assert_max_num_queries(4):
        found = follow_beliefs(contest, stock, "human", RULES, timezone.now())
    assert found.kept
    assert found.memory.votes.sum() == 6


def test_a_vote_that_was_voided_is_believed_until_the_next_rebuild():
    contest = make_arena(contestants=2, prompts=4)
    voted(contest, "A A")
    rebuild_beliefs(contest, "human")
    assert follow(contest).memory.score[0].sum() + follow(contest).memory.score[1].sum() == 2
    void_vote(contest.battles.first().vote, make_staff(), "a test")
    assert rebuild_beliefs(contest, "human")
    assert follow(contest).memory.score.sum() == 1


def test_nothing_is_rebuilt_while_nothing_changes():
    contest = make_arena(contestants=2, prompts=4)
    voted(contest, "A")
    assert rebuild_beliefs(contest, "human")
    row = KeptBeliefs.objects.get()
    assert not rebuild_beliefs(contest, "human")
    make_vote(make_battle(make_arena(slug="coffee")), "A")
    assert not rebuild_beliefs(contest, "human")
    again = KeptBeliefs.objects.get()
    assert again.built_at == row.built_at
    # How far the look reached is remembered, so that nobody searches votes of other contests again.
    assert again.last_vote > row.last_vote


def test_a_vote_whose_key_was_taken_before_the_last_one_is_still_found():
    """Another process took the smaller key first and commits later."""
    contest = make_arena(contestants=2, prompts=4)
    early, late = make_battle(contest), make_battle(contest, rater=make_rater())
    vote = make_vote(early, "A")
    key = vote.pk
    vote.delete()
    make_vote(late, "A")
    assert follow(contest).memory.votes.sum() == 2
    Battle.objects.filter(pk=early.pk).update(state=BattleState.VOTED, closed_at=timezone.now())
    early.refresh_from_db()
    type(vote).objects.create(pk=key, battle=early, outcome="B")
    assert follow(contest).memory.votes.sum() == 4


def test_many_new_votes_are_counted_at_once(monkeypatch):
    monkeypatch.setattr(beliefs, "MOST_AT_ONCE", 3)
    contest = make_arena(contestants=3, prompts=4)
    follow(contest)
    for _ in range(6):
        make_vote(make_battle(contest), "A")
    found = follow(contest)
    assert found.memory.votes.sum() == 12
    assert follow(contest).memory.votes.sum() == 12


def test_a_newcomer_starts_with_the_prior_and_the_rest_stays():
    contest = make_arena(contestants=3, prompts=2)
    voted(contest, "A B A")
    before = follow(contest)
    newcomer = make_contestant(contest)
    for prompt in contest.prompts.all():
        make_response(prompt, newcomer, f"new on {prompt.slug}")
    after = follow(contest)
    place = after.contestants.tolist().index(newcomer.pk)
    assert after.memory.beliefs.covariance[place, place] == pytest.approx(4.0)
    assert np.delete(after.memory.beliefs.theta, place) == pytest.approx(before.memory.beliefs.theta)


def test_votes_on_those_who_left_still_tell_of_the_others():
    contest = make_arena(contestants=3, prompts=1)
    strong, middle, weak = contest.responses.order_by("id")
    for winner, loser in ((strong, middle), (middle, weak)):
        for _ in range(4):
            make_vote(make_battle(contest, responses=(winner, loser)), "A")
    contest.contestants.filter(pk=middle.contestant_id).update(state=ContestantState.RETIRED)
    theta = follow(contest).memory.beliefs.theta
    assert theta[0] - theta[2] > 1


def test_a_new_category_starts_from_the_board():
    contest = make_arena(contestants=3, prompts=2)
    voted(contest, "A A B")
    follow(contest)
    category = make_category(contest, "maths")
    contest.prompts.order_by("id")[0].categories.add(category)
    found = follow(contest).memory
    assert found.categories[category.pk].theta == pytest.approx(found.beliefs.theta, abs=0.1)
    assert (found.categories[category.pk].covariance.diagonal() > found.beliefs.covariance.diagonal()).all()


def test_each_kind_of_raters_has_beliefs_of_its_own():
    judge = make_rater("judge")
    assert raters_key(make_rater()) == "human"
    assert raters_key(make_rater("simulated")) == "simulated"
    assert raters_key(judge) == f"judge:{judge.judge_id}"
    contest = make_arena(contestants=2, prompts=1)
    make_vote(make_battle(contest, judge), "A")
    assert follow(contest, raters_key(judge)).memory.votes.sum() == 2
    assert follow(contest).memory.votes.sum() == 0


def test_checks_and_repeats_teach_nothing():
    contest = make_arena(contestants=2, prompts=1)
    make_vote(make_battle(contest, purpose="repeat"), "A")
    make_battle(contest, purpose="check")
    found = follow(contest).memory
    assert found.votes.sum() == 0
    assert not found.waiting


def test_a_process_keeps_few_contests_in_memory(monkeypatch):
    monkeypatch.setattr(beliefs, "MOST_KEPT", 2)
    for slug in ("tea", "coffee", "cocoa"):
        follow(make_arena(slug=slug))
    assert len(beliefs._FOLLOWED) == 2
