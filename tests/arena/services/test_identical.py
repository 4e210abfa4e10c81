"""Equal texts are recorded once as ties by rule, which nobody gave and nothing counts."""

import pytest
from django.core.cache import cache

from arena.models import Battle, BattleState, Contest, ContestState, PromptState, Rater, RaterKind, Vote, VoteOutcome
from arena.queries.exports import export_bundle, standing_votes
from arena.queries.pages import contest_cards, contest_page
from arena.queries.selection import counted_votes, exclusions
from arena.services.identical import RATER, record_identical_everywhere, record_identical_responses
from arena.services.imports import import_bundle
from arena.services.leaderboards import ensure_boards, refresh_changed
from arena.tasks import record_identical_responses as task
from tests.factories import (
    make_contest,
    make_contestant,
    make_prompt,
    make_rater,
    make_request,
    make_response,
    vote_between,
)

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def make_answers(*texts: tuple[str, ...], slug: str = "tea", **fields) -> Contest:
    """A contest with one prompt for each row of texts, and one contestant for each text of a row."""
    contest = make_contest(slug, **fields)
    cast = [make_contestant(contest) for _ in texts[0]]
    for row in texts:
        prompt = make_prompt(contest)
        for contestant, text in zip(cast, row, strict=True):
            make_response(prompt, contestant, text)
    return contest


def recorded(contest: Contest) -> list[tuple[int, int, int]]:
    """Return (prompt, contestant, contestant) of each tie by rule, counted from 0 in the order of birth."""
    prompts = list(contest.prompts.order_by("id").values_list("id", flat=True))
    cast = list(contest.contestants.order_by("id").values_list("id", flat=True))
    battles = Battle.objects.filter(contest=contest, policy="identical/1").order_by("id")
    return sorted(
        (prompts.index(one.prompt_id), cast.index(one.contestant_a_id), cast.index(one.contestant_b_id))
        for one in battles
    )


def test_each_pair_of_equal_texts_is_one_tie_by_rule():
    contest = make_answers(("x", "y", "x"), ("z", "z", "z"), ("x", "y", "z"))
    assert record_identical_responses(contest) == 4
    assert recorded(contest) == [(0, 0, 2), (1, 0, 1), (1, 0, 2), (1, 1, 2)]
    rater = Rater.objects.get()
    assert (rater.kind, rater.external_key) == (RaterKind.SIMULATED, RATER)
    for battle in Battle.objects.select_related("vote", "response_a", "response_b"):
        assert battle.response_a.text == battle.response_b.text
        assert (battle.rater, battle.state, battle.branch, battle.propensity) == (rater, BattleState.VOTED, "", None)
        assert (battle.reason, battle.purpose) == ({"source": "identical"}, None)
        vote = battle.vote
        assert (vote.outcome, vote.integrity_weight, vote.integrity_reason) == (VoteOutcome.TIE, 0, "identical")


def test_a_repetition_records_nothing_with_and_without_its_memory():
    contest = make_answers(("x", "x", "y"))
    assert [record_identical_responses(contest) for _ in range(2)] == [1, 0]
    cache.clear()
    assert record_identical_responses(contest) == 0
    assert Vote.objects.count() == 1


def test_only_what_is_new_is_recorded():
    contest = make_answers(("x", "x", "y"))
    record_identical_responses(contest)
    late = make_contestant(contest)
    make_response(contest.prompts.get(), late, "x")
    assert record_identical_responses(contest) == 2
    assert recorded(contest) == [(0, 0, 1), (0, 0, 3), (0, 1, 3)]


def test_a_limit_leaves_the_rest_to_the_next_call():
    contest = make_answers(*[("x", "x", "x")] * 3)
    assert [record_identical_responses(contest, limit=4) for _ in range(4)] == [4, 4, 1, 0]
    assert len(set(recorded(contest))) == 9


def test_case_and_white_space_make_texts_differ():
    contest = make_answers(("x", "X", "x "), ("é", "é", "e"))
    assert record_identical_responses(contest) == 1
    assert recorded(contest) == [(1, 0, 1)]


def test_texts_are_compared_within_a_prompt_and_a_contest():
    tea = make_answers(("x", "y"), ("y", "x"))
    make_answers(("x", "y"), slug="coffee")
    assert record_identical_responses(tea) == 0


def test_further_samples_and_prompts_that_are_not_good_are_left_out():
    contest = make_answers(("x", "y"), ("z", "z"))
    first, second = contest.prompts.order_by("id")
    make_response(first, contest.contestants.order_by("id")[1], "x", sample=1)
    second.state, second.state_reason = PromptState.SUSPECT, "odd"
    second.save()
    assert record_identical_responses(contest) == 0
    second.state, second.state_reason = PromptState.GOOD, ""
    second.save()
    assert record_identical_responses(contest) == 1


def test_it_asks_as_often_however_many_responses_there_are(django_assert_max_num_queries):
    # The first call of all enrols the rater.
    record_identical_responses(make_answers(("x", "x", "y")))
    larger = make_answers(*[("x", "x", "y")] * 20, slug="coffee")
    with django_assert_max_num_queries(9):
        assert record_identical_responses(larger) == 20
    with django_assert_max_num_queries(1):
        record_identical_responses(larger)


# --- What they do not do ---------------------------------------------------------------------------
def test_they_call_for_no_board_and_no_refresh():
    contest = make_answers(("x", "x", "y"))
    record_identical_responses(contest)
    assert refresh_changed() == []
    assert [board.slug for board in ensure_boards(contest)] == ["human"]


def test_they_are_no_votes_on_any_page():
    contest = make_answers(("x", "x", "y"))
    one, _, three = contest.contestants.order_by("id")
    vote_between(contest, one, three, "A")
    record_identical_responses(contest)
    assert Vote.objects.count() == 2
    assert contest_page(contest).card.votes == 1
    assert standing_votes(contest).count() == 1
    [card] = contest_cards(make_request())
    assert card.votes == 1


def test_they_are_told_on_a_board_of_simulated_votes():
    contest = make_answers(("x", "x", "y"), simulated=True)
    record_identical_responses(contest)
    assert ensure_boards(contest) == []
    one, _, three = contest.contestants.order_by("id")
    vote_between(contest, one, three, "A", rater=make_rater(RaterKind.SIMULATED))
    [board] = ensure_boards(contest)
    assert (board.slug, counted_votes(board).count(), exclusions(board).identical) == ("simulated", 1, 1)


def test_they_travel_with_their_contest_and_are_not_recorded_again_there():
    contest = make_answers(("x", "x", "y"))
    record_identical_responses(contest)
    copy = import_bundle(export_bundle(contest), slug="copy").contest
    assert recorded(copy) == recorded(contest)
    assert record_identical_responses(copy) == 0


# --- Every minute ----------------------------------------------------------------------------------
def test_the_regular_work_looks_at_open_contests_only():
    for slug, state in zip(("tea", "coffee", "water"), ContestState, strict=True):
        make_answers(("x", "x"), slug=slug, state=state)
    assert task() == 1
    assert Battle.objects.get().contest.state == ContestState.OPEN
    assert record_identical_everywhere() == 0
