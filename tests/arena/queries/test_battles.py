"""What matchmaking knows: who answered what, what a rater has seen, what is believed."""

from datetime import timedelta

import numpy as np
import pytest
from django.core.cache import cache
from django.utils import timezone

from arena.matchmaking.posterior import laplace_posterior
from arena.matchmaking.state import MatchState
from arena.models import BattleState, Contest, ContestantState, PromptState, Rater, RaterKind
from arena.queries.battles import Catalogue, catalogue, matchmaking_state, seen_by
from tests.factories import (
    make_arena,
    make_battle,
    make_contest,
    make_contestant,
    make_prompt,
    make_rater,
    make_response,
    make_vote,
)

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def everything(stock: Catalogue) -> np.ndarray:
    return np.ones(stock.prompts.size, dtype=bool)


def state_of(contest: Contest, rater: Rater | None = None) -> MatchState:
    stock = catalogue(contest)
    return matchmaking_state(contest, rater or make_rater(), stock, everything(stock), timezone.now())


def answered(*texts: tuple[str | None, ...]) -> Contest:
    """A contest in which the columns are contestants and the rows are prompts; None is no answer."""
    contest = make_contest()
    cast = [make_contestant(contest) for _ in texts[0]]
    for row in texts:
        prompt = make_prompt(contest)
        for contestant, text in zip(cast, row, strict=True):
            if text is not None:
                make_response(prompt, contestant, text)
    return contest


def test_the_catalogue_holds_every_answer_in_its_place():
    contest = make_arena(contestants=3, prompts=2)
    stock = catalogue(contest)
    assert stock.contestants.tolist() == list(contest.contestants.order_by("id").values_list("id", flat=True))
    assert stock.prompts.tolist() == list(contest.prompts.order_by("id").values_list("id", flat=True))
    for response in contest.responses.all():
        row = stock.prompts.tolist().index(response.prompt_id)
        column = stock.contestants.tolist().index(response.contestant_id)
        assert stock.responses[row, column] == response.pk


def test_texts_are_equal_numbers_exactly_where_they_are_equal():
    stock = catalogue(answered(("a", "a", "b"), ("a", "c", None)))
    assert stock.texts[0, 0] == stock.texts[0, 1] != stock.texts[0, 2]
    assert stock.texts[1, 0] != stock.texts[1, 1]
    assert stock.texts[1, 2] == -1
    assert stock.responses[1, 2] == 0


def test_comparable_counts_prompts_that_both_answered_in_different_words():
    stock = catalogue(answered(("a", "a", "b"), ("a", "c", None), ("a", "b", "c")))
    assert stock.comparable(everything(stock)).tolist() == [[0, 2, 2], [2, 0, 2], [2, 2, 0]]
    only_the_second = np.array([False, True, False])
    assert stock.comparable(only_the_second).tolist() == [[0, 1, 0], [1, 0, 0], [0, 0, 0]]


def test_shared_rows_agree_with_the_counts():
    stock = catalogue(answered(("a", "a", "b"), ("a", "c", None), ("a", "b", "c")))
    assert stock.shared_rows(0, 1).tolist() == [False, True, True]
    assert stock.shared_rows(1, 0).tolist() == [False, True, True]
    assert stock.shared_rows(0, 2).tolist() == [True, False, True]
    counts = stock.comparable(everything(stock))
    assert all(stock.shared_rows(i, j).sum() == counts[i, j] for i in range(3) for j in range(3) if i != j)


def test_an_empty_contest_has_an_empty_catalogue():
    stock = catalogue(make_contest())
    assert (stock.contestants.size, stock.prompts.size, stock.responses.shape) == (0, 0, (0, 0))
    assert stock.comparable(everything(stock)).shape == (0, 0)


def test_only_first_samples_of_active_contestants_on_good_prompts_are_in_stock():
    contest = make_arena(contestants=3, prompts=3)
    good, suspect, junk = contest.prompts.order_by("id")
    prompts = contest.prompts.filter(pk__in=(suspect.pk, junk.pk))
    for prompt, state in zip(prompts.order_by("id"), (PromptState.SUSPECT, PromptState.JUNK), strict=True):
        prompt.state = state
        prompt.save()
    active, paused, retired = contest.contestants.order_by("id")
    contest.contestants.filter(pk=paused.pk).update(state=ContestantState.PAUSED)
    contest.contestants.filter(pk=retired.pk).update(state=ContestantState.RETIRED)
    make_response(good, active, "another go", sample=1)
    stock = catalogue(contest)
    assert stock.prompts.tolist() == [good.pk]
    assert stock.contestants.tolist() == [active.pk]
    assert stock.responses.tolist() == [[good.responses.get(contestant=active, sample=0).pk]]


def test_the_catalogue_is_read_once_while_nothing_changes(django_assert_num_queries):
    contest = make_arena()
    with django_assert_num_queries(4):
        first = catalogue(contest)
    with django_assert_num_queries(3):
        again = catalogue(contest)
    assert again.responses.tolist() == first.responses.tolist()


def test_two_contests_do_not_share_a_catalogue():
    tea, coffee = make_arena(slug="tea"), make_arena(slug="coffee")
    assert set(catalogue(tea).contestants).isdisjoint(catalogue(coffee).contestants)


def test_a_new_answer_is_noticed():
    contest = answered(("a", "b"), ("a", None))
    assert catalogue(contest).comparable(np.ones(2, dtype=bool))[0, 1] == 1
    make_response(contest.prompts.order_by("id")[1], contest.contestants.order_by("id")[1], "c")
    assert catalogue(contest).comparable(np.ones(2, dtype=bool))[0, 1] == 2


def test_a_prompt_that_becomes_good_as_another_becomes_junk_is_noticed():
    """As many prompts, as many responses, the same newest one: only their names differ."""
    contest = make_arena(contestants=2, prompts=3)
    first, second, _ = contest.prompts.order_by("id")
    contest.prompts.filter(pk=first.pk).update(state=PromptState.JUNK)
    before = catalogue(contest)
    contest.prompts.filter(pk=first.pk).update(state=PromptState.GOOD)
    contest.prompts.filter(pk=second.pk).update(state=PromptState.JUNK)
    after = catalogue(contest)
    assert first.pk not in before.prompts
    assert first.pk in after.prompts
    assert second.pk not in after.prompts


def test_a_contestant_that_pauses_as_another_returns_is_noticed():
    contest = make_arena(contestants=3, prompts=1)
    first, second, _ = contest.contestants.order_by("id")
    contest.contestants.filter(pk=first.pk).update(state=ContestantState.PAUSED)
    assert first.pk not in catalogue(contest).contestants
    contest.contestants.filter(pk=first.pk).update(state=ContestantState.ACTIVE)
    contest.contestants.filter(pk=second.pk).update(state=ContestantState.PAUSED)
    assert second.pk not in catalogue(contest).contestants


def test_what_the_cache_lost_is_read_again():
    contest = make_arena()
    first = catalogue(contest)
    cache.clear()
    assert catalogue(contest).responses.tolist() == first.responses.tolist()


def test_a_rater_has_seen_every_battle_ever_handed_out_whatever_became_of_it():
    contest, rater = make_arena(contestants=2, prompts=4), make_rater()
    low, high = contest.contestants.order_by("id").values_list("id", flat=True)
    prompts = list(contest.prompts.order_by("id"))
    make_battle(contest, rater, prompt=prompts[0])
    make_vote(make_battle(contest, rater, prompt=prompts[1], responses=list(prompts[1].responses.order_by("-id"))))
    for prompt, state in zip(prompts[2:], (BattleState.SKIPPED, BattleState.EXPIRED), strict=True):
        make_battle(contest, rater, prompt=prompt, state=state, closed_at=timezone.now())
    make_battle(contest, make_rater(), prompt=prompts[0])
    assert seen_by(rater, contest) == {(prompt.pk, low, high) for prompt in prompts}


def test_a_rater_who_saw_nothing_has_seen_nothing():
    contest = make_arena()
    make_battle(contest)
    assert seen_by(make_rater(), contest) == set()


def test_votes_are_counted_both_ways_and_ties_are_half_a_win_each():
    contest = make_arena(contestants=3, prompts=1)
    for outcome in ("A", "A", "B", "TIE"):
        make_vote(make_battle(contest), outcome)
    state = state_of(contest)
    assert state.votes.tolist() == [[0, 4, 0], [4, 0, 0], [0, 0, 0]]
    theta, covariance = laplace_posterior(np.array([[0, 2.5, 0], [1.5, 0, 0], [0, 0, 0.0]]), np.zeros((3, 3)))
    assert state.theta == pytest.approx(theta)
    assert state.covariance == pytest.approx(covariance)


def test_both_bad_is_a_vote_that_moves_no_belief():
    contest = make_arena(contestants=2, prompts=1)
    before = state_of(contest)
    make_vote(make_battle(contest), "BOTH_BAD")
    after = state_of(contest)
    assert after.votes.sum() == 2
    assert after.theta.tolist() == before.theta.tolist()
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
    stock, now = catalogue(contest), timezone.now()
    assert not matchmaking_state(contest, rater, stock, np.array([True, False]), now).allowed.any()
    assert matchmaking_state(contest, rater, stock, np.array([False, True]), now).allowed[0, 1]


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
        stock = catalogue(contest)
        with django_assert_num_queries(3):
            matchmaking_state(contest, rater, stock, everything(stock), timezone.now())
