"""A replay is a run like others: a worker claims it, tells how far it is, and whoever takes it over finds the same."""

from datetime import UTC, datetime
from typing import Any

import pytest

from arena.models import Run, RunKind, RunState
from arena.queries.replay_results import ReplayResult
from arena.services import runs
from arena.services.leaderboards import refresh_contest
from arena.services.matchmaking import change_matchmaking
from arena.services.replay_plans import as_run
from arena.services.replays import play_replay
from arena.services.runs import cancel_run, claim_run, perform_run, request_run
from tests.arena.replayed import small_plan, vote_all_round

pytestmark = [pytest.mark.django_db, pytest.mark.database]

NOON = datetime(2025, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def contest(rated_contest):
    return rated_contest


def requested(contest: Any, **wish: Any) -> Run:
    return request_run(RunKind.REPLAY, contest, parameters=as_run(small_plan(contest, **wish)))


def meanwhile(monkeypatch: Any, act: Any) -> None:
    """Let something happen at the third step of a run."""
    update, steps = runs._RowProgress.advance, []

    def advance(self: Any, n: int = 1) -> None:
        steps.append(n)
        if len(steps) == 3:
            act()
        update(self, n)

    monkeypatch.setattr(runs._RowProgress, "advance", advance)


def test_a_worker_replays_and_keeps_the_result_on_the_row(contest):
    plan = small_plan(contest)
    run = requested(contest)
    done = perform_run(claim_run("worker-1"))
    assert (done.pk, done.state, done.total, done.done) == (run.pk, RunState.DONE, 240, 240)
    found = ReplayResult.from_dict(done.result)
    assert found == play_replay(plan)
    assert done.message == " ".join(found.sentences("interval"))
    assert done.message.startswith("information reaches ±")


def test_other_runs_have_no_result(contest):
    request_run(RunKind.REFRESH, contest)
    assert perform_run(claim_run()).result is None


def test_the_same_wish_is_requested_once(contest):
    assert requested(contest) == requested(contest)
    assert requested(contest, seed=1) != requested(contest)


def test_a_killed_run_starts_over_and_finds_the_same_whatever_happened_since(contest):
    expected = play_replay(small_plan(contest))
    run = requested(contest)
    claim_run("killed", now=NOON)
    Run.objects.filter(pk=run.pk).update(total=240, done=120)
    vote_all_round(contest)
    refresh_contest(contest)
    change_matchmaking(contest, None, floor=0.5)
    done = perform_run(claim_run("worker-2"))
    assert (done.attempts, done.state, done.done) == (2, RunState.DONE, 240)
    assert ReplayResult.from_dict(done.result) == expected


def test_a_cancelled_run_stops_at_its_next_step_and_keeps_nothing(contest, monkeypatch):
    run = requested(contest)
    meanwhile(monkeypatch, lambda: cancel_run(run))
    done = perform_run(claim_run())
    assert (done.state, done.result, done.done) == (RunState.CANCELLED, None, 2)


def test_a_worker_that_lost_its_lease_writes_nothing(contest, monkeypatch):
    run = requested(contest)
    meanwhile(monkeypatch, lambda: Run.objects.filter(pk=run.pk).update(claimed_by="worker-2"))
    left = perform_run(claim_run("worker-1"))
    assert (left.state, left.claimed_by, left.result) == (RunState.RUNNING, "worker-2", None)
