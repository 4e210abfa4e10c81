"""Every page of the admin opens, in a bounded number of queries, and keeps what nobody may see to itself."""

from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.urls import reverse

from arena.models import (
    Board,
    CallOrder,
    Category,
    Contest,
    Judge,
    JudgeCall,
    KeptBeliefs,
    RaterKind,
    ReportKind,
    Run,
    RunKind,
    Talk,
    VoteOutcome,
)
from arena.services.consents import accept_terms
from arena.services.leaderboards import refresh_contest
from arena.services.matchmaking import change_matchmaking
from arena.services.raters import identify_browser
from arena.services.reports import report_problem
from arena.services.runs import request_run
from arena.services.terms import publish_terms
from arena.services.votes import void_vote
from tests.factories import (
    make_arena,
    make_battle,
    make_criterion,
    make_endpoint,
    make_group,
    make_invitation,
    make_judge,
    make_known_pair,
    make_live,
    make_member,
    make_rater,
    make_staff,
    make_talk,
    make_user,
    make_vote,
)

pytestmark = [pytest.mark.django_db, pytest.mark.database]

OURS: list[Any] = [model for model in admin.site._registry if model._meta.app_label in ("arena", "ranking")]
IDS = [model._meta.label for model in OURS]


def address(model, page: str, *args: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


@pytest.fixture
def staff(client):
    user = make_staff()
    client.force_login(user)
    return client


@pytest.fixture(scope="module")
def full(module_rows):
    """A contest with at least one row of everything."""
    contest = make_arena(contestants=3, prompts=2)
    Category.objects.create(contest=contest, slug="hot", name="Hot")
    make_criterion(contest)
    rater = identify_browser("the-key-of-a-browser")
    for prompt in contest.prompts.all():
        first, second, third = prompt.responses.order_by("id")
        make_vote(make_battle(contest, rater, prompt=prompt, responses=(first, second)), VoteOutcome.A)
        make_vote(make_battle(contest, rater, prompt=prompt, responses=(second, first)), VoteOutcome.A)
        make_vote(make_battle(contest, rater, prompt=prompt, responses=(second, third)), VoteOutcome.TIE)
    judge = make_judge()
    verdict = make_battle(contest, make_rater(RaterKind.JUDGE, judge=judge))
    JudgeCall.objects.create(battle=verdict, judge=judge, order=CallOrder.AB, verdict="A")
    void_vote(make_vote(verdict), make_user(), "a test")
    report_problem(verdict.token, verdict.rater, ReportKind.BROKEN, "It ends in the middle.")
    refresh_contest(contest)
    request_run(RunKind.REFRESH, contest)
    change_matchmaking(contest, None, check_rate=0.1)
    make_known_pair(contest)
    make_live(contest)
    make_talk(contest, make_user("talker", is_staff=True))
    make_endpoint(key="the-key-of-the-lab")
    make_member(make_group("panel", contest), rater)
    make_invitation(contest)
    KeptBeliefs.objects.create(contest=contest, raters="human", payload=b"\x80", mark="x")
    publish_terms("Be honest.")
    accept_terms(rater, 1)
    return contest.pk


@pytest.fixture
def full_contest(full):
    return Contest.objects.get(pk=full)


def test_every_fact_of_the_arena_is_in_the_admin() -> None:
    wanted = {*apps.get_app_config("arena").get_models()}
    wanted -= {model for model in wanted if model._meta.auto_created or model is Category}
    assert wanted <= set(OURS)


@pytest.mark.parametrize("model", OURS, ids=IDS)
def test_the_list_and_each_row_open(model, staff, full_contest) -> None:
    answer = staff.get(address(model, "changelist"))
    assert answer.status_code == 200
    assert model.objects.exists()
    for row in model.objects.all()[:2]:
        assert staff.get(address(model, "change", row.pk)).status_code == 200


@pytest.mark.parametrize("model", OURS, ids=IDS)
def test_a_search_opens(model, staff, full_contest) -> None:
    assert staff.get(address(model, "changelist"), {"q": "something"}).status_code == 200


@pytest.mark.parametrize("model", OURS, ids=IDS)
def test_the_list_asks_the_database_no_more_often_when_it_is_longer(
    model, staff, full_contest, django_assert_max_num_queries
) -> None:
    for slug in ("second", "third"):
        more = make_arena(contestants=4, prompts=3, slug=slug)
        for prompt in more.prompts.all():
            battle = make_battle(more, prompt=prompt)
            void_vote(make_vote(battle), None, "a test")
        request_run(RunKind.GENERATE, more)
        change_matchmaking(more, None, check_rate=0.1)
        make_known_pair(more)
        make_criterion(more)
        make_live(more)
        make_talk(more, make_user(f"talker-{slug}", is_staff=True))
        make_endpoint(f"lab-of-{slug}")
        make_member(make_group(f"panel-of-{slug}", more))
        make_invitation(more, group=make_group(f"class-of-{slug}", more))
        KeptBeliefs.objects.create(contest=more, raters="human", payload=b"\x80", mark="x")
        make_judge(f"judge-of-{slug}")
    with django_assert_max_num_queries(20):
        assert staff.get(address(model, "changelist")).status_code == 200


@pytest.mark.parametrize("model", OURS, ids=IDS)
def test_nobody_but_staff_gets_in(model, client, full_contest) -> None:
    assert client.get(address(model, "changelist")).status_code == 302
    client.force_login(make_user("visitor"))
    answer = client.get(address(model, "changelist"))
    assert (answer.status_code, "/admin/login/" in answer["Location"]) == (302, True)


def test_tokens_of_battles_and_keys_of_browsers_are_shown_to_nobody(staff, full_contest) -> None:
    open_battle = make_battle(full_contest, identify_browser("the-key-of-a-browser"))
    secrets = {open_battle.token, "the-key-of-a-browser", "the-key-of-the-lab", Talk.objects.get().token}
    for model in OURS:
        pages = [address(model, "changelist")]
        pages += [address(model, "change", row.pk) for row in model.objects.all()]
        for page in pages:
            text = staff.get(page).content.decode()
            assert not {secret for secret in secrets if secret in text}, page


def test_facts_can_be_neither_added_nor_changed_nor_deleted(staff, full_contest) -> None:
    frozen = ("battle", "vote", "votecorrection", "judgecall", "rater", "run", "matchmakingchange", "keptbeliefs")
    for name in (*frozen, "talk", "talkanswer"):
        model: Any = apps.get_model("arena", name)
        row = model.objects.order_by("id")[0]
        before = model.objects.filter(pk=row.pk).values().get()
        assert staff.get(address(model, "add")).status_code == 403
        assert staff.post(address(model, "change", row.pk), {"state": "skipped", "outcome": "B"}).status_code == 403
        assert staff.post(address(model, "delete", row.pk), {"post": "yes"}).status_code == 403
        assert model.objects.filter(pk=row.pk).values().get() == before


def test_snapshots_are_read_only(staff, full_contest) -> None:
    model: Any = apps.get_model("ranking", "snapshot")
    row = model.objects.order_by("id")[0]
    assert staff.get(address(model, "add")).status_code == 403
    assert staff.post(address(model, "delete", row.pk), {"post": "yes"}).status_code == 403


def test_what_has_votes_is_not_deleted(staff, full_contest) -> None:
    for row in (full_contest, full_contest.contestants.all()[0], full_contest.prompts.all()[0], Judge.objects.get()):
        staff.post(address(type(row), "delete", row.pk), {"post": "yes"})
        assert type(row).objects.filter(pk=row.pk).exists()
    assert Board.objects.exists()
    assert Run.objects.exists()
