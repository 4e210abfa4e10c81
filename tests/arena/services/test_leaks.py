"""Responses that name their author are found when they are written, later where they were not, and again after a change."""

import io

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from arena.integrity import leaks as rules
from arena.integrity.leaks import MARK, find_leaks
from arena.models import Contest, PromptState, Response, VoteOutcome
from arena.queries.catalogue import catalogue
from arena.queries.leaks import author_names, blind_text, contest_cast, leaks_of
from arena.queries.pages import blind_battle
from arena.services import leaks as service
from arena.services.contests import mark_prompts
from arena.services.imports import import_bundle
from arena.services.leaks import ASKS, find_all_leaks, flag_prompts
from arena.services.votes import cast_vote
from arena.tasks import find_new_leaks
from tests.arena.services.test_features import Steps
from tests.arena.services.test_import_bundle import tea
from tests.factories import make_battle, make_contest, make_contestant, make_prompt, make_rater, make_response

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def contest() -> Contest:
    """Two contestants; the first response names its author, the second does not."""
    contest = make_contest()
    prompt = make_prompt(contest)
    make_response(prompt, make_contestant(contest, "Claude 2", organisation="Anthropic"), "I am Claude. Three minutes.")
    make_response(prompt, make_contestant(contest, "Quokka 9000b"), "Three minutes, says Claude Monet.")
    return contest


def stored() -> list[list[dict[str, object]] | None]:
    return list(Response.objects.order_by("id").values_list("leaks", flat=True))


def test_what_was_not_looked_through_is_looked_through_once(contest):
    steps = Steps()
    report = find_all_leaks(progress=steps)
    assert (report.looked_at, report.leaking, report.flagged) == (2, 1, 0)
    assert (steps.total, sum(steps.steps)) == (2, 2)
    assert stored() == [[{"start": 5, "end": 11, "kind": "self", "what": "Claude"}], []]
    assert find_all_leaks(contest).looked_at == 0


def test_other_rules_and_other_names_are_looked_for_again(contest, monkeypatch):
    find_all_leaks()
    make_contestant(contest, "Newcomer 5")
    assert find_all_leaks(contest).looked_at == 2
    monkeypatch.setattr(rules, "VERSION", rules.VERSION + 1)
    assert find_all_leaks(contest).looked_at == 2
    assert find_all_leaks(contest).looked_at == 0


def test_an_interrupted_work_goes_on_where_it_was(contest, monkeypatch):
    monkeypatch.setattr(service, "BATCH", 1)

    class Stop(Steps):
        def advance(self, n: int = 1) -> None:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        find_all_leaks(progress=Stop())
    assert find_all_leaks().looked_at == 1


def test_names_are_hidden_before_the_vote_whether_they_were_looked_for_or_not(contest):
    battle = make_battle(contest)
    for _ in range(2):
        shown = blind_battle(battle)
        assert "Claude" not in shown.response_a
        assert f"I am {MARK}. Three minutes." in shown.response_a
        assert "Claude Monet" in shown.response_b
        find_all_leaks()
        battle.refresh_from_db()


def test_what_was_found_by_older_rules_is_not_relied_upon(contest):
    Response.objects.update(leaks=[], leaks_version="0.old")
    response = Response.objects.order_by("id")[0]
    assert leaks_of(response) == find_leaks(
        response.text, author_names(contest_cast(contest.pk), response.contestant_id)
    )
    assert MARK in blind_text(response)


@pytest.mark.parametrize(("policy", "weight"), [(None, 1.0), ("mask", 1.0), ("weigh", 0.5), ("exclude", 1.0)])
def test_a_vote_counts_half_only_where_the_contest_says_so(contest, policy, weight):
    Contest.objects.update(leak_policy=policy)
    battle = make_battle(contest, make_rater())
    vote = cast_vote(battle.token, battle.rater, VoteOutcome.A).vote
    assert (vote.integrity_weight, vote.integrity_reason) == (weight, "" if weight == 1 else "identity_leak")


def test_a_vote_on_responses_that_name_nobody_counts_in_full(contest):
    Contest.objects.update(leak_policy="weigh")
    Response.objects.filter(text__startswith="I am").update(text="Four minutes.")
    battle = make_battle(contest, make_rater())
    assert cast_vote(battle.token, battle.rater, VoteOutcome.A).vote.integrity_weight == 1


def test_a_contest_may_draw_such_responses_no_more(contest):
    assert catalogue(contest).contestants.size == 2
    contest.leak_policy = "exclude"
    contest.save()
    assert catalogue(contest).contestants.size == 2
    find_all_leaks()
    assert catalogue(contest).contestants.size == 1
    contest.leak_policy = "mask"
    contest.save()
    assert catalogue(contest).contestants.size == 2


def test_a_prompt_that_asks_who_answers_is_drawn_no_more_until_an_admin_says_otherwise(contest):
    asking = make_prompt(contest, "Who are you?")
    junk = make_prompt(contest, "Which model are you?", state=PromptState.JUNK, state_reason="spam")
    assert flag_prompts(contest) == 1
    asking.refresh_from_db()
    junk.refresh_from_db()
    assert (asking.state, asking.state_reason, asking.asks_identity) == (PromptState.SUSPECT, ASKS, True)
    assert (junk.state, junk.state_reason) == (PromptState.JUNK, "spam")
    assert set(contest.prompts.filter(state=PromptState.GOOD).values_list("asks_identity", flat=True)) == {False}
    mark_prompts(contest.prompts.filter(pk=asking.pk), PromptState.GOOD)
    assert flag_prompts(contest) == 0
    assert find_all_leaks().flagged == 0
    asking.refresh_from_db()
    assert asking.state == PromptState.GOOD


def test_an_import_looks_through_what_it_writes():
    import_bundle(tea(), slug="imported")
    assert Response.objects.exists()
    assert not Response.objects.filter(leaks__isnull=True).exists()
    assert find_all_leaks().looked_at == 0
    assert not Contest.objects.get(slug="imported").prompts.filter(asks_identity__isnull=True).exists()


def test_the_command_says_what_it_found(contest):
    out = io.StringIO()
    make_prompt(contest, "Who are you?")
    call_command("find_leaks", "--contest", "tea", stdout=out)
    assert out.getvalue() == (
        "2 responses looked through; 1 name their author. 1 prompts ask who answers and are not drawn any more.\n"
    )
    with pytest.raises(CommandError, match="There is no contest 'cocoa'"):
        call_command("find_leaks", "--contest", "cocoa")


def test_by_schedule_a_name_that_comes_later_is_found_and_otherwise_next_to_nothing_is_asked(
    contest, django_assert_max_num_queries
):
    assert find_new_leaks() == 2
    assert stored()[1] == []
    with django_assert_max_num_queries(4):
        assert find_new_leaks() == 0
    make_contestant(contest, "Monet")
    assert find_new_leaks() == 2
    assert find_new_leaks() == 0


def test_by_schedule_new_responses_and_prompts_are_looked_through(contest):
    find_new_leaks()
    prompt = make_prompt(contest, "Which model are you?")
    make_response(prompt, contest.contestants.order_by("id")[0], "I am Claude.")
    assert find_new_leaks() == 1
    prompt.refresh_from_db()
    assert prompt.state == PromptState.SUSPECT


def test_a_conversation_that_grew_meanwhile_keeps_what_was_found_in_it(contest, monkeypatch):
    grown = Response.objects.order_by("pk").first()
    leak_fields = service.leak_fields
    found = leak_fields("Steep it. I am Claude.", author_names(contest_cast(contest.pk), grown.contestant_id), "")

    def reads_slowly(text, names, asked):
        Response.objects.filter(pk=grown.pk).update(text="Steep it. I am Claude.", **found)
        return leak_fields(text, names, asked)

    monkeypatch.setattr(service, "leak_fields", reads_slowly)
    find_all_leaks(contest)
    grown.refresh_from_db()
    assert grown.leaks == found["leaks"] != []
