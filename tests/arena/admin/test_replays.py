"""A replay is asked for from a contest, waits for a worker, and is then shown by one figure at a time."""

import re

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from arena.models import Run, RunKind, RunState, Vote
from arena.queries.replay_results import ReplayResult, figure_named
from arena.services.leaderboards import ensure_boards
from arena.services.matchmaking import change_matchmaking
from arena.services.replay_plans import ReplayPlan, as_run
from arena.services.runs import claim_run, perform_run, request_run
from tests.arena.replayed import small_plan
from tests.factories import make_arena, make_staff, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.database]

SENT = {
    "policies": ["information", "order"],
    "votes": 60,
    "repetitions": 2,
    "board": "human",
    "in_flight": 0,
    "abandoned": 0,
    "seed": 0,
}


@pytest.fixture
def contest(rated_contest):
    return rated_contest


@pytest.fixture
def ada():
    return make_staff()


@pytest.fixture
def staff(client, ada):
    client.force_login(ada)
    return client


def form_of(contest) -> str:
    return reverse("admin:arena_contest_replay", args=[contest.pk])


def page_of(run) -> str:
    return reverse("admin:arena_run_replay", args=[run.pk])


def clerk(client, *permissions: str):
    user = make_user("clerk", is_staff=True)
    user.user_permissions.add(*Permission.objects.filter(codename__in=permissions, content_type__app_label="arena"))
    client.force_login(user)
    return client


def played(contest, **wish) -> Run:
    request_run(RunKind.REPLAY, contest, parameters=as_run(small_plan(contest, **wish)))
    claimed = claim_run()
    assert claimed is not None
    return perform_run(claimed)


# --- Asking ----------------------------------------------------------------------------------------
def test_the_action_on_one_contest_and_the_link_on_its_page_lead_to_the_form(staff, contest):
    listed = reverse("admin:arena_contest_changelist")
    sent = {"action": "replay", "_selected_action": [contest.pk]}
    assert staff.post(listed, sent)["Location"] == form_of(contest)
    page = staff.get(reverse("admin:arena_contest_change", args=[contest.pk])).content.decode()
    assert f'<a href="{form_of(contest)}">Replay matchmaking policies</a>' in page
    sent["_selected_action"].append(make_arena(slug="coffee").pk)
    answer = staff.post(listed, sent, follow=True)
    assert "Choose one contest" in " ".join(map(str, answer.context["messages"]))
    assert staff.get(reverse("admin:arena_contest_add")).status_code == 200


def test_the_form_offers_policies_with_their_sentences_boards_and_contestants(staff, contest):
    change_matchmaking(contest, None, policy="balanced")
    answer = staff.get(form_of(contest))
    form, page = answer.context["form"], answer.content.decode()
    assert "Order: the fewest wrong orders between neighbours on the board" in page
    assert form["policies"].value() == ["balanced", "uniform"]
    assert form.fields["board"].choices == [("human", "People")]
    slugs = set(contest.contestants.values_list("slug", flat=True))
    assert {slug for slug, _ in form.fields["newcomer"].choices} == {"", *slugs}


def test_what_is_asked_for_becomes_a_run_that_waits_for_a_worker(staff, ada, contest):
    newcomer = contest.contestants.order_by("id")[1].slug
    answer = staff.post(form_of(contest), {**SENT, "newcomer": newcomer, "in_flight": 2, "abandoned": 0.1, "seed": 4})
    run = Run.objects.get()
    assert answer["Location"] == page_of(run)
    assert (run.kind, run.contest, run.requested_by, run.state) == (RunKind.REPLAY, contest, ada, RunState.QUEUED)
    plan = ReplayPlan.from_dict(run.parameters)
    assert [one.name for one in plan.policies] == ["information", "order", "uniform"]
    assert (plan.newcomer, plan.in_flight, plan.abandoned, plan.seed, plan.repetitions) == (1, 2, 0.1, 4, 2)
    assert perform_run(claim_run()).state == RunState.DONE


def test_repetitions_may_be_left_to_the_machine_and_strengths_as_they_are(staff, contest):
    staff.post(form_of(contest), {**SENT, "repetitions": "", "as_published": "on"})
    parameters = Run.objects.get().parameters
    assert parameters["repetitions"] == 100
    assert "taken as published" in parameters["notes"][1]


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"policies": []}, "This field is required"),
        ({"policies": ["clever"]}, "clever is not one of the available choices"),
        ({"votes": 0}, "greater than or equal to 1"),
        ({"repetitions": 1}, "greater than or equal to 2"),
        ({"board": "nobody"}, "nobody is not one of the available choices"),
        ({"newcomer": "nobody"}, "nobody is not one of the available choices"),
        ({"abandoned": 1}, "less than or equal to 0.9"),
        ({"votes": 1_000_000, "repetitions": 1000}, "and a run may take about 20 min: ask for fewer votes"),
    ],
)
def test_what_cannot_be_replayed_is_said_on_the_form(staff, contest, changes, why):
    assert why in staff.post(form_of(contest), {**SENT, **changes}).content.decode()
    assert not Run.objects.exists()


def test_without_a_published_board_there_is_no_form(staff):
    contest = make_arena(slug="fresh")
    ensure_boards(contest)
    page = staff.get(form_of(contest)).content.decode()
    assert "No board of this contest has been published yet" in page
    assert 'name="votes"' not in page
    staff.post(form_of(contest), SENT)
    assert not Run.objects.exists()


# --- Waiting ---------------------------------------------------------------------------------------
def test_a_run_that_waits_or_is_under_way_says_so_and_looks_again(staff, contest):
    run = request_run(RunKind.REPLAY, contest, parameters=as_run(small_plan(contest)))
    page = staff.get(page_of(run)).content.decode()
    assert "Queued. Waiting for a worker." in page
    assert 'hx-trigger="every 2s"' in page
    assert '<a href="?">Look again</a>' in page
    claim_run()
    assert "Running. Just begun." in staff.get(page_of(run)).content.decode()
    Run.objects.filter(pk=run.pk).update(total=2400, done=1200)
    page = staff.get(page_of(run), headers={"HX-Request": "true"}).content.decode()
    assert "Running. 1,200 of 2,400 votes replayed." in page
    assert re.search(r'<progress[^>]* max="2400" value="1200"', page)


def test_a_run_that_failed_says_why_and_looks_no_more(staff, contest):
    run = request_run(RunKind.REPLAY, contest, parameters=as_run(small_plan(contest)))
    Run.objects.filter(pk=run.pk).update(state=RunState.FAILED, message="It broke off.")
    page = staff.get(page_of(run)).content.decode()
    assert "Failed. It broke off." in page
    assert "hx-" not in page


# --- Showing ---------------------------------------------------------------------------------------
def test_a_finished_replay_is_shown_in_a_sentence_a_picture_and_a_table(staff, contest):
    run = played(contest)
    result = ReplayResult.from_dict(run.result)
    answer = staff.get(page_of(run))
    page = answer.content.decode()
    assert result.sentences("interval")[0] in page
    assert all(note.split("'")[0] in page for note in result.notes)
    assert page.count("<polyline") == 2
    assert '<title id="curves-title">Interval by votes</title>' in page
    cells = re.findall(r"<t[hd][^>]*>([^<]*)</t[hd]>", page[page.index("<table class=") :])
    assert cells[:3] == ["Votes", "information", "uniform"]
    assert cells[-3:] == ["60", *(f"{curve.values['interval'][-1]:.1f}" for curve in result.curves)]
    assert "hx-" not in page
    assert "<script" not in page.split('id="replay"')[1]


@pytest.mark.parametrize("figure", ["order", "top", "coverage", "slope"])
def test_other_figures_are_a_link_away(staff, contest, figure):
    run = played(contest)
    page = staff.get(page_of(run), {"figure": figure}).content.decode()
    assert f'<a href="?figure={figure}" aria-current="page">' in page
    assert len(re.findall(r'"\?figure=\w+" aria-current="page"', page)) == 1
    result = ReplayResult.from_dict(run.result)
    assert f"<td>{figure_named(figure).text(result.curves[0].values[figure][-1])}</td>" in page


def test_a_newcomer_has_its_figure_where_there_is_one(staff, contest):
    assert "figure=newcomer" not in staff.get(page_of(played(contest))).content.decode()
    run = played(contest, newcomer="")
    assert "half-width of the newcomer" in staff.get(page_of(run), {"figure": "newcomer"}).content.decode().lower()


def test_a_figure_that_there_is_not_is_the_first_one(staff, contest):
    page = staff.get(page_of(played(contest)), {"figure": "newcomer\0"}).content.decode()
    assert '<a href="?figure=interval" aria-current="page">' in page


def test_the_list_of_runs_leads_to_replays_and_keeps_their_numbers_short(staff, contest):
    run = played(contest)
    request_run(RunKind.REFRESH, contest)
    page = staff.get(reverse("admin:arena_run_changelist")).content.decode()
    assert page.count(">curves</a>") == 1
    row = staff.get(reverse("admin:arena_run_change", args=[run.pk])).content.decode()
    assert f'<a href="{page_of(run)}">curves</a>' in row
    assert "savings" not in row


# --- Who may ---------------------------------------------------------------------------------------
def test_whoever_may_view_runs_may_look_and_nobody_else(client, contest):
    run = played(contest)
    assert client.get(page_of(run)).status_code == 302
    assert clerk(client, "view_contest").get(page_of(run)).status_code == 403
    assert client.get(form_of(contest)).status_code == 403


def test_viewing_is_not_asking(client, contest):
    run = played(contest)
    viewer = clerk(client, "view_run", "view_contest")
    assert viewer.get(page_of(run)).status_code == 200
    assert viewer.get(form_of(contest)).status_code == 403
    assert viewer.post(form_of(contest), SENT).status_code == 403
    assert Run.objects.count() == 1


def test_only_replays_have_this_page(staff, contest):
    assert staff.get(page_of(request_run(RunKind.REFRESH, contest))).status_code == 404
    assert staff.get(reverse("admin:arena_contest_replay", args=[0])).status_code == 404


def test_replaying_casts_no_vote(staff, contest):
    before = Vote.objects.count()
    played(contest)
    assert Vote.objects.count() == before
