"""Background work finds what there is to do by itself, does it, and says how much it was."""

import socket
from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.module_loading import import_string
from django_q import tasks as queue
from django_q.brokers.orm import ORM
from django_q.models import OrmQ
from redis import Redis

from arena.models import BattleState, Contest, Run, RunKind, RunState
from arena.services.battles import open_battle
from arena.services.runs import MOST_ATTEMPTS, cancel_run, claim_run, request_run
from arena.tasks import expire_late_battles, perform_waiting_runs, refresh_changed_boards, wake
from ranking.models import Snapshot
from tests.factories import make_arena, make_contest, make_contestant, make_prompt, make_rater, vote_between

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def make_duel(slug: str) -> Contest:
    """A contest with votes from which a board can be made."""
    contest = make_arena(contestants=2, prompts=1, slug=slug)
    one, two = contest.contestants.order_by("id")
    for outcome in ("A", "B"):
        vote_between(contest, one, two, outcome)
    return contest


def make_hopeless_run(settings) -> Run:
    """A run that must fail: nobody knows the provider of its contestant."""
    settings.VERSUS_PROVIDERS = {}
    contest = make_contest("hopeless")
    make_contestant(contest)
    make_prompt(contest)
    return request_run(RunKind.GENERATE, contest)


def test_waking_puts_the_work_into_the_queue_and_does_none_of_it(monkeypatch):
    # Whatever queue this installation has: here it is the one in the database, where it can be read.
    monkeypatch.setattr(queue, "get_broker", ORM)
    run = request_run(RunKind.REFRESH, make_duel("tea"))
    wake()
    package = OrmQ.objects.get()
    assert package.func() == "arena.tasks.perform_waiting_runs"
    run.refresh_from_db()
    assert run.state == RunState.QUEUED
    assert import_string(package.func())() == 1
    run.refresh_from_db()
    assert run.state == RunState.DONE


class Unreachable(ORM):  # type: ignore[misc]
    """A queue in a Redis where none listens."""

    def enqueue(self, task: object) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
        Redis(port=port).ping()


def test_a_queue_that_cannot_be_reached_costs_a_minute_and_not_the_request(monkeypatch, caplog):
    monkeypatch.setattr(queue, "get_broker", Unreachable)
    request_run(RunKind.REFRESH, make_duel("tea"))
    wake()
    assert "the schedule will find the run" in caplog.text
    assert perform_waiting_runs() == 1


def test_all_runs_that_wait_are_performed_in_their_order():
    runs = [request_run(RunKind.REFRESH, make_duel(slug)) for slug in ("tea", "coffee", "water")]
    assert perform_waiting_runs() == 3
    for run in runs:
        run.refresh_from_db()
        assert (run.state, run.message) == (RunState.DONE, "human: published.")
    assert [run.finished_at for run in runs] == sorted(run.finished_at for run in runs)
    assert Snapshot.objects.count() == 3


def test_a_second_call_finds_nothing_to_do():
    request_run(RunKind.REFRESH, make_duel("tea"))
    assert perform_waiting_runs() == 1
    assert perform_waiting_runs() == 0
    assert Run.objects.get().attempts == 1


def test_a_run_that_fails_does_not_keep_the_next_from_being_performed(settings):
    failing, fine = make_hopeless_run(settings), request_run(RunKind.REFRESH, make_duel("tea"))
    assert perform_waiting_runs() == 2
    failing.refresh_from_db()
    fine.refresh_from_db()
    assert (failing.state, fine.state) == (RunState.FAILED, RunState.DONE)
    assert "Unknown provider" in failing.message


def test_a_failed_run_is_not_tried_for_ever(settings):
    run = make_hopeless_run(settings)
    assert [perform_waiting_runs() for _ in range(3)] == [1, 0, 0]
    run.refresh_from_db()
    assert run.attempts == 1


def test_what_is_cancelled_or_in_other_hands_is_left_alone():
    cancelled = request_run(RunKind.REFRESH, make_duel("tea"))
    request_run(RunKind.REFRESH, make_duel("coffee"))
    cancel_run(cancelled)
    claim_run("another worker")
    assert perform_waiting_runs() == 0
    assert Snapshot.objects.count() == 0


def test_a_run_that_killed_its_workers_is_given_up():
    run = request_run(RunKind.REFRESH, make_duel("tea"))
    long_ago = timezone.now() - timedelta(hours=1)
    Run.objects.filter(pk=run.pk).update(state=RunState.RUNNING, attempts=MOST_ATTEMPTS, lease_until=long_ago)
    assert perform_waiting_runs() == 0
    run.refresh_from_db()
    assert (run.state, run.message) == (RunState.FAILED, f"Given up after {MOST_ATTEMPTS} attempts.")


def test_boards_are_counted_when_they_were_published():
    make_duel("tea")
    make_arena(slug="unvoted")
    coffee = make_duel("coffee")
    assert refresh_changed_boards() == 2
    assert refresh_changed_boards() == 0
    one, two = coffee.contestants.order_by("id")
    vote_between(coffee, one, two, "A")
    assert refresh_changed_boards() == 1


def test_a_board_with_a_problem_is_not_counted():
    contest = make_arena(contestants=2, prompts=1)
    one, two = contest.contestants.order_by("id")
    vote_between(contest, one, two, "BOTH_BAD")
    assert refresh_changed_boards() == 0
    assert contest.boards.get().problem


def test_battles_whose_time_has_run_out_are_closed_and_counted():
    contest, yesterday = make_arena(), timezone.now() - timedelta(days=1)
    late = [open_battle(contest, make_rater(), now=yesterday) for _ in range(2)]
    fresh = open_battle(contest, make_rater())
    assert expire_late_battles() == 2
    assert expire_late_battles() == 0
    for battle in (*late, fresh):
        battle.refresh_from_db()
    assert [battle.state for battle in (*late, fresh)] == [BattleState.EXPIRED, BattleState.EXPIRED, BattleState.SERVED]
