"""What an admin does to many rows at once: each action says what it did, and asks for a reason where one is due."""

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from arena.models import (
    Contest,
    Contestant,
    ContestantState,
    ContestState,
    Judge,
    Prompt,
    PromptState,
    RaterKind,
    Run,
    RunKind,
    RunState,
    Vote,
    VoteCorrection,
)
from arena.queries.selection import counted_votes
from arena.services.leaderboards import ensure_boards
from arena.services.runs import request_run
from tests.factories import make_arena, make_battle, make_judge, make_rater, make_staff, make_user, make_vote

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def ada():
    return make_staff("ada")


@pytest.fixture
def staff(client, ada):
    client.force_login(ada)
    return client


def act(client, action: str, rows, **fields):
    """Send an action of a list with its rows ticked; return the page that follows."""
    model = rows[0]._meta
    sent = {"action": action, "_selected_action": [row.pk for row in rows], **fields}
    return client.post(reverse(f"admin:arena_{model.model_name}_changelist"), sent, follow=True)


def confirm(client, action: str, rows, **fields):
    return act(client, action, rows, confirmed="yes", **fields)


def votes_of(contest: Contest, number: int, rater=None) -> list[Vote]:
    prompts = list(contest.prompts.order_by("id"))
    rater = rater or make_rater()
    return [make_vote(make_battle(contest, rater, prompt=prompts[k % len(prompts)])) for k in range(number)]


def said(answer) -> str:
    return " ".join(str(message) for message in answer.context["messages"])


# --- Contests and contestants ------------------------------------------------------------------------
@pytest.mark.parametrize(("action", "state"), [("pause", ContestantState.PAUSED), ("retire", ContestantState.RETIRED)])
def test_contestants_are_paused_retired_and_brought_back(staff, action, state) -> None:
    contest = make_arena(contestants=3)
    two = list(contest.contestants.order_by("id")[:2])
    assert said(act(staff, action, two)).startswith(f"2 {state.label.lower()}")
    assert [one.state for one in contest.contestants.order_by("id")] == [state, state, ContestantState.ACTIVE]
    act(staff, "activate", two)
    assert set(Contestant.objects.values_list("state", flat=True)) == {ContestantState.ACTIVE}


def test_a_bulk_action_is_in_the_admins_log(staff, ada) -> None:
    paused = make_arena().contestants.all()[0]
    act(staff, "pause", [paused])
    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_id) == (ada, str(paused.pk))
    assert "Pause" in entry.get_change_message()


@pytest.mark.parametrize(
    ("action", "state"), [("close", ContestState.CLOSED), ("hide", ContestState.DRAFT), ("open", ContestState.OPEN)]
)
def test_contests_are_opened_closed_and_hidden(staff, action, state) -> None:
    contest = make_arena(state=ContestState.CLOSED if state == ContestState.OPEN else ContestState.OPEN)
    act(staff, action, [contest])
    contest.refresh_from_db()
    assert contest.state == state


@pytest.mark.parametrize(("action", "kind"), [("refresh", RunKind.REFRESH), ("generate", RunKind.GENERATE)])
def test_long_work_on_a_contest_is_requested_as_a_run(staff, ada, action, kind) -> None:
    contest = make_arena()
    act(staff, action, [contest])
    run = Run.objects.get()
    assert (run.kind, run.contest, run.requested_by, run.state) == (kind, contest, ada, RunState.QUEUED)


def test_a_waiting_run_is_cancelled(staff) -> None:
    run = request_run(RunKind.REFRESH, make_arena())
    assert said(act(staff, "cancel", [run])).startswith("1 runs cancelled")
    run.refresh_from_db()
    assert run.state == RunState.CANCELLED
    assert said(act(staff, "cancel", [run])).startswith("0 runs cancelled")


# --- Prompts -----------------------------------------------------------------------------------------
def test_a_prompt_is_marked_as_junk_with_a_reason_and_its_votes_leave_the_board(staff) -> None:
    contest = make_arena(prompts=2)
    votes_of(contest, 4)
    [board] = ensure_boards(contest)
    junk = contest.prompts.order_by("id")[0]
    asked = act(staff, "mark_junk", [junk])
    assert "Why are these prompts junk?" in asked.content.decode()
    assert counted_votes(board).count() == 4
    confirm(staff, "mark_junk", [junk], reason="gibberish")
    junk.refresh_from_db()
    assert (junk.state, junk.state_reason) == (PromptState.JUNK, "gibberish")
    assert counted_votes(board).count() == 2
    act(staff, "mark_good", [junk])
    junk.refresh_from_db()
    assert (junk.state, junk.state_reason) == (PromptState.GOOD, "")
    assert counted_votes(board).count() == 4


@pytest.mark.parametrize("reason", ["", "   ", "x" * 201])
def test_a_prompt_is_not_excluded_without_a_reason_that_fits(staff, reason) -> None:
    prompt = make_arena().prompts.all()[0]
    answer = confirm(staff, "mark_suspect", [prompt], reason=reason)
    assert answer.context["form"].errors
    assert Prompt.objects.get(pk=prompt.pk).state == PromptState.GOOD


# --- Votes -------------------------------------------------------------------------------------------
def test_voiding_asks_why_first_and_changes_nothing_before(staff) -> None:
    votes = votes_of(make_arena(), 3)
    page = act(staff, "void", votes[:2]).content.decode()
    assert "Void 2 votes: why?" in page
    assert not Vote.objects.filter(voided_at__isnull=False).exists()


def test_votes_are_voided_and_restored_with_who_and_why(staff, ada) -> None:
    votes = votes_of(make_arena(), 3)
    assert said(confirm(staff, "void", votes[:2], reason="paid for")).startswith("2 votes voided")
    assert Vote.objects.filter(voided_at__isnull=False, voided_by=ada, void_reason="paid for").count() == 2
    assert said(confirm(staff, "restore", votes, reason="a mistake")).startswith("2 votes restored")
    assert not Vote.objects.filter(voided_at__isnull=False).exists()
    log = VoteCorrection.objects.order_by("id").values_list("verb", "by", "reason")
    assert list(log) == [("void", ada.pk, "paid for")] * 2 + [("restore", ada.pk, "a mistake")] * 2


@pytest.mark.parametrize("reason", ["", "   ", "x" * 201])
def test_a_vote_is_not_voided_without_a_reason_that_fits(staff, reason) -> None:
    votes = votes_of(make_arena(), 1)
    answer = confirm(staff, "void", votes, reason=reason)
    assert answer.context["form"].errors
    assert not VoteCorrection.objects.exists()


def test_all_votes_of_a_rater_are_voided_at_once_and_nobody_elses(staff) -> None:
    contest = make_arena()
    bad = make_rater()
    votes_of(contest, 3, bad)
    votes_of(contest, 2)
    assert "Void 3 votes: why?" in act(staff, "void_all", [bad]).content.decode()
    confirm(staff, "void_all", [bad], reason="always the first side")
    assert set(Vote.objects.filter(voided_at__isnull=False).values_list("battle__rater", flat=True)) == {bad.pk}
    assert said(confirm(staff, "restore_all", [bad], reason="it was honest")).startswith("3 votes restored")


def test_staff_without_the_permission_is_not_offered_to_void(client) -> None:
    votes = votes_of(make_arena(), 1)
    clerk = make_user("clerk", is_staff=True)
    clerk.user_permissions.add(*_permissions("view_vote"))
    client.force_login(clerk)
    assert "Void, with a reason" not in client.get(reverse("admin:arena_vote_changelist")).content.decode()
    confirm(client, "void", votes, reason="because")
    assert not VoteCorrection.objects.exists()


def _permissions(*names: str):
    from_admin = Contest._meta.apps.get_model("auth", "Permission").objects
    return from_admin.filter(codename__in=names, content_type__app_label="arena")


# --- Judges ------------------------------------------------------------------------------------------
def test_judges_are_sent_to_a_contest(staff, ada) -> None:
    contest, judge = make_arena(), make_judge()
    assert "Which contest shall they judge?" in act(staff, "run", [judge]).content.decode()
    confirm(staff, "run", [judge], contest=contest.pk, battles=25)
    run = Run.objects.get()
    assert (run.kind, run.judge, run.contest, run.parameters) == (RunKind.JUDGE, judge, contest, {"battles": 25})
    assert run.requested_by == ada


@pytest.mark.parametrize("fields", [{"battles": 0}, {"battles": "many"}, {"contest": ""}])
def test_a_judge_is_not_sent_nowhere_or_for_nothing(staff, fields) -> None:
    contest, judge = make_arena(), make_judge()
    answer = confirm(staff, "run", [judge], **{"contest": contest.pk, "battles": 5, **fields})
    assert answer.context["form"].errors
    assert not Run.objects.exists()


def test_a_copy_of_a_judge_is_its_next_version(staff) -> None:
    first = make_judge(prompt="Which one?", settings={"tie_margin": 0.1})
    act(staff, "copy", [first])
    act(staff, "copy", [first])
    versions = Judge.objects.filter(slug=first.slug).order_by("version")
    assert [judge.version for judge in versions] == [1, 2, 3]
    assert {(judge.prompt, judge.settings["tie_margin"]) for judge in versions} == {("Which one?", 0.1)}
    assert len({judge.public_id for judge in versions}) == 3


def test_all_rows_of_a_search_are_acted_on_where_they_were_chosen(staff) -> None:
    votes = votes_of(make_arena(), 5)
    asked = act(staff, "void", votes[:1], select_across="1")
    assert "Void 5 votes: why?" in asked.content.decode()
    confirm(staff, "void", votes[:1], select_across="1", reason="all of them")
    assert VoteCorrection.objects.count() == 5
    assert RaterKind.HUMAN in set(Vote.objects.values_list("battle__rater__kind", flat=True))
