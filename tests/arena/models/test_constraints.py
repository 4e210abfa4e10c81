"""The database itself refuses facts that cannot be, whoever writes them."""

from typing import Any

import pytest
from django.utils import timezone

from arena.models import (
    Battle,
    Board,
    Contest,
    Contestant,
    JudgeCall,
    Prompt,
    ProviderEndpoint,
    Rater,
    Response,
    Run,
    TalkAnswer,
    Vote,
)
from tests.arena.models.refusals import refuse
from tests.factories import (
    make_arena,
    make_battle,
    make_contestant,
    make_endpoint,
    make_judge,
    make_prompt,
    make_rater,
    make_response,
    make_staff,
    make_talk,
    make_user,
    make_vote,
)

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def contest() -> Contest:
    return make_arena(contestants=3, prompts=2)


def battle_fields(contest: Contest) -> dict[str, Any]:
    prompt = contest.prompts.order_by("id")[0]
    first, second = prompt.responses.order_by("id")[:2]
    return {
        "contest": contest,
        "prompt": prompt,
        "response_a": first,
        "response_b": second,
        "contestant_a": first.contestant,
        "contestant_b": second.contestant,
        "rater": make_rater(),
        "policy": "test/1",
    }


def test_a_proper_battle_is_accepted(contest):
    assert Battle.objects.create(**battle_fields(contest)).pk


def test_a_battle_of_a_contestant_with_itself(contest):
    fields = battle_fields(contest)
    fields["response_b"], fields["contestant_b"] = fields["response_a"], fields["contestant_a"]
    refuse(Battle.objects.create, **fields)


def test_a_battle_whose_response_answers_another_prompt(contest):
    fields = battle_fields(contest)
    other = contest.prompts.order_by("id")[1]
    fields["response_a"] = other.responses.get(contestant=fields["contestant_a"])
    refuse(Battle.objects.create, **fields)


def test_a_battle_whose_response_is_of_another_contestant(contest):
    fields = battle_fields(contest)
    fields["contestant_a"] = contest.contestants.order_by("id")[2]
    refuse(Battle.objects.create, **fields)


def test_a_battle_on_a_prompt_of_another_contest(contest):
    fields = battle_fields(contest)
    fields["contest"] = make_arena(slug="coffee")
    refuse(Battle.objects.create, **fields)


def test_a_battle_moved_to_another_response_afterwards(contest):
    battle = make_battle(contest)
    stranger = contest.prompts.order_by("id")[1].responses.first()
    refuse(Battle.objects.filter(pk=battle.pk).update, response_a=stranger)


def test_a_response_of_another_contests_contestant(contest):
    stranger = make_contestant(make_arena(slug="coffee"))
    prompt = make_prompt(contest)
    refuse(Response.objects.create, contest=contest, prompt=prompt, contestant=stranger, origin="imported")


@pytest.mark.parametrize("propensity", [0, -0.1, 1.1])
def test_a_propensity_that_is_no_probability(contest, propensity):
    refuse(Battle.objects.create, **battle_fields(contest), propensity=propensity)


def test_a_closed_battle_without_a_time(contest):
    refuse(Battle.objects.create, **battle_fields(contest), state="voted")


def test_an_open_battle_with_a_closing_time(contest):
    refuse(Battle.objects.create, **battle_fields(contest), closed_at=timezone.now())


def test_an_unknown_state(contest):
    refuse(Battle.objects.create, **battle_fields(contest), state="lost", closed_at=timezone.now())


def test_a_second_vote_on_a_battle(contest):
    vote = make_vote(make_battle(contest))
    refuse(Vote.objects.create, battle=vote.battle, outcome="B")


@pytest.mark.parametrize("outcome", ["", "a", "LEFT", "SKIP"])
def test_an_unknown_outcome(contest, outcome):
    refuse(Vote.objects.create, battle=make_battle(contest), outcome=outcome)


@pytest.mark.parametrize(("weight", "reason"), [(1.5, "manual"), (-0.1, "manual"), (0.5, ""), (1.0, "manual")])
def test_a_weight_out_of_range_or_without_its_reason(contest, weight, reason):
    refuse(
        Vote.objects.create,
        battle=make_battle(contest),
        outcome="A",
        integrity_weight=weight,
        integrity_reason=reason,
    )


def test_a_voided_vote_without_a_reason(contest):
    refuse(Vote.objects.create, battle=make_battle(contest), outcome="A", voided_at=timezone.now())


def test_a_reason_to_void_without_a_voided_vote(contest):
    refuse(Vote.objects.create, battle=make_battle(contest), outcome="A", void_reason="bot")


def test_two_answers_with_the_same_number(contest):
    response = contest.responses.first()
    refuse(make_response, prompt=response.prompt, contestant=response.contestant)


def test_a_log_probability_above_zero(contest):
    prompt = make_prompt(contest)
    refuse(make_response, prompt=prompt, contestant=contest.contestants.first(), mean_logprob=0.1)


def test_two_contestants_of_one_name(contest):
    name = contest.contestants.first().name
    refuse(Contestant.objects.create, contest=contest, slug="another", name=name)


def test_an_empty_prompt(contest):
    refuse(Prompt.objects.create, contest=contest, slug="empty", text="")


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "human"},
        {"kind": "judge", "external_key": "x"},
        {"kind": "simulated", "browser_key": "x"},
        {"kind": "robot", "external_key": "x"},
    ],
)
def test_a_rater_whose_kind_and_identity_disagree(fields):
    refuse(Rater.objects.create, **fields)


def test_a_judge_behind_a_human(contest):
    refuse(Rater.objects.create, kind="human", judge=make_judge())


def test_an_account_behind_two_raters():
    user = make_user()
    Rater.objects.create(kind="human", user=user)
    refuse(Rater.objects.create, kind="human", user=user)


def test_a_judges_board_without_a_judge(contest):
    refuse(Board.objects.create, contest=contest, slug="x", name="X", rater_kind="judge")


def test_a_humans_board_with_a_judge(contest):
    refuse(Board.objects.create, contest=contest, slug="x", name="X", rater_kind="human", judge=make_judge())


@pytest.mark.parametrize(
    "fields", [{"verdict": "", "failure": ""}, {"verdict": "A", "failure": "late"}, {"verdict": "maybe"}]
)
def test_a_call_that_is_neither_verdict_nor_failure(contest, fields):
    refuse(JudgeCall.objects.create, battle=make_battle(contest), judge=make_judge(), order="AB", **fields)


def test_a_judging_run_without_a_judge(contest):
    refuse(Run.objects.create, kind="judge", contest=contest)


@pytest.mark.parametrize(
    "fields",
    [{"state": "asleep"}, {"preference": "C"}, {"state": "writing", "asked": ""}],
    ids=["state", "word", "mute"],
)
def test_a_talk_that_makes_no_sense(contest, fields):
    refuse(make_talk, contest=contest, staff=make_staff(), **fields)


def test_a_talk_of_a_contestant_with_itself_or_answered_twice(contest):
    one, staff = contest.contestants.order_by("id")[0], make_staff()
    refuse(make_talk, contest=contest, staff=staff, contestant_a=one, contestant_b=one)
    talk = make_talk(contest, staff)
    refuse(TalkAnswer.objects.create, talk=talk, turn=0, contestant=talk.contestant_a, asked="Again?")


def test_two_providers_of_one_name(contest):
    row = make_endpoint("lab")
    refuse(ProviderEndpoint.objects.create, name=row.name, base_url=row.base_url)
    refuse(ProviderEndpoint.objects.create, name="", base_url=row.base_url)


def test_public_ids_are_long_and_sort_by_time(contest):
    ids = list(contest.prompts.order_by("id").values_list("public_id", flat=True))
    assert ids == sorted(ids)
    assert all(len(public_id) == 32 for public_id in ids)
