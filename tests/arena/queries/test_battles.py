"""What a policy may look at for one rater: beliefs from the right votes, and pairs that may be drawn."""

from datetime import timedelta

import numpy as np
import pytest
from django.utils import timezone

from arena.matchmaking.beliefs import fit_beliefs
from arena.matchmaking.state import MatchState
from arena.models import BattleState, Contest, ContestantState, PromptState, Rater, RaterKind
from arena.queries.battles import drawing_table
from arena.queries.catalogue import catalogue
from arena.queries.matchmaking import matchmaking_of
from tests.factories import (
    make_arena,
    make_battle,
    make_rater,
    make_vote,
)

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def state_of(contest: Contest, rater: Rater | None = None, rows: list[bool] | None = None) -> MatchState:
    stock = catalogue(contest)
    within = np.ones(stock.prompts.size, dtype=bool) if rows is None else np.array(rows)
    settings = matchmaking_of(contest)
    return drawing_table(contest, rater or make_rater(), stock, within, settings, timezone.now()).state


def test_votes_are_counted_both_ways_and_ties_are_half_a_win_each():
    contest = make_arena(contestants=3, prompts=1)
    for outcome in ("A", "A", "B", "TIE"):
        make_vote(make_battle(contest), outcome)
    state = state_of(contest)
    assert state.votes.tolist() == [[0, 4, 0], [4, 0, 0], [0, 0, 0]]
    fitted = fit_beliefs(np.array([[0, 2.5, 0], [1.5, 0, 0], [0, 0, 0.0]]), np.zeros((3, 3)))
    assert state.theta == pytest.approx(fitted.theta)
    assert state.covariance == pytest.approx(fitted.covariance)


def test_both_bad_is_a_vote_that_moves_no_belief():
    contest = make_arena(contestants=2, prompts=1)
    before = state_of(contest)
    make_vote(make_battle(contest), "BOTH_BAD")
    after = state_of(contest)
    assert after.votes.sum() == 2
    assert after.theta == pytest.approx(before.theta)
    assert after.covariance == pytest.approx(before.covariance)


def test_a_voided_vote_is_believed_no_longer():
    contest = make_arena(contestants=2, prompts=1)
    make_vote(make_battle(contest), "A", voided_at=timezone.now(), void_reason="a test")
    state = state_of(contest)
    assert state.votes.sum() == 0
    assert state.theta.tolist() == [0, 0]


def test_the_side_of_a_contestant_does_not_matter():
    contest = make_arena(contestants=2, prompts=1)
    pair = list(contest.responses.order_by("-id"))
    make_vote(make_battle(contest, responses=pair), "A")
    theta = state_of(contest).theta
    assert theta[1] > 0 > theta[0]


def test_a_judge_believes_its_own_votes_and_no_other_judges():
    contest = make_arena(contestants=2, prompts=1)
    mine, other, person = make_rater(RaterKind.JUDGE), make_rater(RaterKind.JUDGE), make_rater()
    make_vote(make_battle(contest, mine), "A")
    make_vote(make_battle(contest, other), "B")
    make_vote(make_battle(contest, person), "B")
    assert state_of(contest, mine).votes.sum() == 2
    assert state_of(contest, mine).theta[0] > 0
    assert state_of(contest, other).theta[0] < 0


def test_votes_of_other_contests_are_not_believed():
    tea, coffee = make_arena(slug="tea"), make_arena(slug="coffee")
    make_vote(make_battle(coffee), "A")
    assert state_of(tea).votes.sum() == 0


def test_votes_on_contestants_that_left_are_passed_over():
    contest = make_arena(contestants=3, prompts=1)
    make_vote(make_battle(contest), "A")
    make_battle(contest)
    gone = contest.contestants.order_by("id")[0]
    contest.contestants.filter(pk=gone.pk).update(state=ContestantState.RETIRED)
    state = state_of(contest)
    assert state.votes.tolist() == [[0, 0], [0, 0]]
    assert state.pending.sum() == 0


@pytest.mark.parametrize(
    ("minutes", "state", "pending"),
    [
        (5, BattleState.SERVED, 2),
        (None, BattleState.SERVED, 2),
        (-5, BattleState.SERVED, 0),
        (5, BattleState.SKIPPED, 0),
        (5, BattleState.EXPIRED, 0),
    ],
)
def test_a_battle_is_pending_while_its_vote_may_come(minutes, state, pending):
    contest, now = make_arena(contestants=2, prompts=1), timezone.now()
    expires = None if minutes is None else now + timedelta(minutes=minutes)
    closed = None if state == BattleState.SERVED else now
    make_battle(contest, expires_at=expires, state=state, closed_at=closed)
    assert state_of(contest).pending.sum() == pending


def test_pairs_are_allowed_while_this_rater_has_prompts_of_them_left():
    contest, rater = make_arena(contestants=3, prompts=2), make_rater()
    first, second = contest.prompts.order_by("id")
    everyone = [[False, True, True], [True, False, True], [True, True, False]]
    make_battle(contest, rater, prompt=first)
    assert state_of(contest, rater).allowed.tolist() == everyone
    make_battle(contest, rater, prompt=second, responses=list(second.responses.order_by("id")[:2])[::-1])
    assert state_of(contest, rater).allowed.tolist() == [
        [False, False, True],
        [False, False, True],
        [True, True, False],
    ]
    assert state_of(contest).allowed.tolist() == everyone


def test_only_the_chosen_prompts_allow_a_pair():
    contest, rater = make_arena(contestants=2, prompts=2), make_rater()
    first, _ = contest.prompts.order_by("id")
    make_battle(contest, rater, prompt=first)
    assert not state_of(contest, rater, [True, False]).allowed.any()
    assert state_of(contest, rater, [False, True]).allowed[0, 1]


def test_a_battle_on_what_is_no_longer_comparable_takes_nothing_off():
    """A rater who saw a pair on a prompt that is out of stock still has the other prompt."""
    contest, rater = make_arena(contestants=2, prompts=2), make_rater()
    first, _ = contest.prompts.order_by("id")
    make_battle(contest, rater, prompt=first)
    contest.prompts.filter(pk=first.pk).update(state=PromptState.JUNK)
    assert state_of(contest, rater).allowed[0, 1]


def test_the_state_takes_as_many_queries_for_many_contestants_as_for_few(django_assert_num_queries):
    for slug, contestants, prompts in (("small", 2, 1), ("large", 9, 4)):
        contest, rater = make_arena(contestants, prompts, slug=slug), make_rater()
        for prompt in contest.prompts.all():
            make_vote(make_battle(contest, rater, prompt=prompt), "A")
        state_of(contest, rater)
        with django_assert_num_queries(9):
            state_of(contest, rater)
