"""Runs: long work as rows. Whoever claims a run by a conditional update does it; a lease says until when."""

import os
import socket
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from arena.models import Contest, Judge, Run, RunKind, RunState
from arena.services.errors import ServiceError
from arena.services.judging import run_judge
from arena.services.leaderboards import refresh_contest
from arena.services.replay_plans import ReplayPlan
from arena.services.replays import play_replay
from arena.services.responses import generate_responses

LEASE: Final = timedelta(minutes=5)
MOST_ATTEMPTS: Final = 5
DEFAULT_BATTLES: Final = 100


class RunCancelled(ServiceError):
    """Somebody cancelled the run, or another worker took it over after its lease had run out."""


def request_run(
    kind: RunKind,
    contest: Contest,
    *,
    judge: Judge | None = None,
    parameters: dict[str, Any] | None = None,
    by: User | None = None,
) -> Run:
    """Write down that long work is wanted; an equal run that still waits is returned instead of a second one."""
    with transaction.atomic():
        waiting = Run.objects.filter(kind=kind, contest=contest, judge=judge, state=RunState.QUEUED).first()
        if waiting is not None and waiting.parameters == (parameters or {}):
            return waiting
        return Run.objects.create(kind=kind, contest=contest, judge=judge, parameters=parameters or {}, requested_by=by)


def cancel_run(run: Run) -> bool:
    """Cancel a run that waits or is under way; it stops at its next step. Return whether anything changed."""
    unfinished = Run.objects.filter(pk=run.pk, state__in=(RunState.QUEUED, RunState.RUNNING))
    return bool(unfinished.update(state=RunState.CANCELLED, finished_at=timezone.now(), message="Cancelled."))


def claim_run(worker: str | None = None, now: datetime | None = None) -> Run | None:
    """Claim the oldest run that waits, or whose worker let its lease run out; None where there is none.

    The claim is one conditional UPDATE, so that of several workers exactly one gets a run.
    """
    now = now or timezone.now()
    worker = worker or f"{socket.gethostname()}:{os.getpid()}"
    free = Q(state=RunState.QUEUED) | Q(state=RunState.RUNNING, lease_until__lt=now)
    for run in Run.objects.filter(free).order_by("id"):
        if run.attempts >= MOST_ATTEMPTS:
            _finish(run, RunState.FAILED, f"Given up after {run.attempts} attempts. {run.message}".strip())
            continue
        claimed = Run.objects.filter(free, pk=run.pk, attempts=run.attempts).update(
            state=RunState.RUNNING,
            claimed_by=worker,
            lease_until=now + LEASE,
            attempts=F("attempts") + 1,
            started_at=run.started_at or now,
        )
        if claimed:
            return Run.objects.select_related("contest", "judge").get(pk=run.pk)
    return None


def perform_run(run: Run) -> Run:
    """Do a claimed run to its end and write down how it ended; an error is its message, never lost.

    The work itself is resumable, so a run that was cut off is done by claiming and performing it again.
    """
    progress = _RowProgress(run)
    try:
        message = _WORK[RunKind(run.kind)](run, progress)
    except RunCancelled:
        pass
    # Whatever a provider or a judge raises belongs to this run; the worker goes on to the next.
    except Exception as error:
        _finish(run, RunState.FAILED, f"{type(error).__name__}: {error}"[:2000])
    else:
        _finish(run, RunState.DONE, message)
    run.refresh_from_db()
    return run


class _RowProgress:
    """Progress on the run's own row, which keeps the lease alive and notices a cancellation."""

    def __init__(self, run: Run) -> None:
        self._run = run

    def start(self, total: int, what: str) -> None:
        self._update(total=total, done=0)

    def advance(self, n: int = 1) -> None:
        self._update(done=F("done") + n)

    def _update(self, **values: Any) -> None:
        mine = Run.objects.filter(pk=self._run.pk, state=RunState.RUNNING, claimed_by=self._run.claimed_by)
        if not mine.update(lease_until=timezone.now() + LEASE, **values):
            raise RunCancelled("The run was cancelled or taken over.")


def _finish(run: Run, state: RunState, message: str) -> None:
    still = Run.objects.filter(pk=run.pk, state__in=(RunState.QUEUED, RunState.RUNNING), claimed_by=run.claimed_by)
    still.update(state=state, message=message, finished_at=timezone.now(), lease_until=None)


def _generate(run: Run, progress: _RowProgress) -> str:
    report = generate_responses(run.contest, progress=progress)
    failed = _failed(run, report.failures)
    if report.failures and not report.written:
        raise ServiceError(f"Nothing was written.{failed}")
    return f"{report.written} of {report.missing} missing responses written.{failed}"


def _failed(run: Run, failures: Sequence[str]) -> str:
    """Count failures on the run's row; return them as a sentence."""
    Run.objects.filter(pk=run.pk).update(failed=len(failures))
    return f" {len(failures)} failed, the first: {failures[0]}" if failures else ""


def _judge(run: Run, progress: _RowProgress) -> str:
    if run.judge is None:
        raise ServiceError("The run names no judge.")
    battles = int(run.parameters.get("battles", DEFAULT_BATTLES))
    report = run_judge(run.contest, run.judge, battles=battles, progress=progress)
    if report.stopped:
        raise ServiceError(f"Stopped after {report.votes} votes: {report.stopped}")
    failed = _failed(run, report.failures)
    return f"{report.votes} votes on {report.battles} battles; orders disagreed on {report.conflicts}.{failed}"


def _refresh(run: Run, progress: _RowProgress) -> str:
    refreshed = refresh_contest(run.contest)
    return " ".join(f"{r.board.slug}: {r.problem or ('published' if r.created else 'unchanged')}." for r in refreshed)


def _replay(run: Run, progress: _RowProgress) -> str:
    result = play_replay(ReplayPlan.from_dict(run.parameters), progress)
    mine = Run.objects.filter(pk=run.pk, state=RunState.RUNNING, claimed_by=run.claimed_by)
    mine.update(result=result.to_dict())
    return " ".join(result.sentences("interval"))


_WORK: Final = {
    RunKind.GENERATE: _generate,
    RunKind.JUDGE: _judge,
    RunKind.REFRESH: _refresh,
    RunKind.REPLAY: _replay,
}
