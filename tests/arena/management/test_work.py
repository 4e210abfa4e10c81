"""The worker does what waits: once on demand, or until it is told to stop."""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import timezone
from django_q.models import Schedule

from arena.models import Battle, BattleState, Contest, Run, RunKind, RunState
from arena.services.battles import open_battle
from arena.services.runs import request_run
from arena.services.schedules import EVERY_MINUTE
from ranking.models import Snapshot
from tests.factories import make_arena, make_judge, make_rater, vote_between
from tests.support.modules import ROOT
from tests.support.processes import PATIENCE, descendants, is_running, wait_until

PREPARE = """
from django.core.management import call_command
call_command("migrate", verbosity=0)
from arena.models import Contest, RunKind
from arena.services.runs import request_run
from arena.tasks import wake
request_run(RunKind.REFRESH, Contest.objects.create(slug="tea", name="Tea"))
wake()
"""


def work_once(capsys: pytest.CaptureFixture[str]) -> str:
    call_command("work", "--once")
    return capsys.readouterr().out.strip()


def make_voted(slug: str = "tea") -> Contest:
    contest = make_arena(contestants=2, prompts=1, slug=slug)
    first, second = contest.contestants.order_by("id")
    vote_between(contest, first, second, "A")
    vote_between(contest, second, first, "A")
    return contest


# --- Once ------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_nothing_to_do_is_told_as_such(capsys):
    assert work_once(capsys) == "0 runs performed, 0 battles expired, 0 boards published."


@pytest.mark.django_db
@pytest.mark.database
def test_everything_that_waits_is_done_and_counted(capsys):
    contest = make_voted()
    late = open_battle(contest, make_rater(), now=timezone.now() - timedelta(days=2))
    run = request_run(RunKind.JUDGE, make_arena(slug="coffee"), judge=make_judge(kind="reference"))
    assert work_once(capsys) == "1 runs performed, 1 battles expired, 1 boards published."
    run.refresh_from_db()
    late.refresh_from_db()
    assert (run.state, run.attempts) == (RunState.DONE, 1)
    assert late.state == BattleState.EXPIRED
    assert Snapshot.objects.get().board_key == "tea/human"
    assert work_once(capsys) == "0 runs performed, 0 battles expired, 0 boards published."


@pytest.mark.django_db
def test_a_run_that_fails_is_written_down_and_the_next_one_is_done(capsys):
    broken = request_run(RunKind.JUDGE, make_arena(slug="coffee"), judge=make_judge("oracle", kind="imported"))
    sound = request_run(RunKind.REFRESH, make_voted())
    assert work_once(capsys).startswith("2 runs performed")
    broken.refresh_from_db()
    sound.refresh_from_db()
    assert (broken.state, sound.state) == (RunState.FAILED, RunState.DONE)
    assert "cannot be run here" in broken.message
    assert sound.message == "human: published."


@pytest.mark.django_db
def test_what_a_run_published_is_not_published_twice(capsys):
    request_run(RunKind.REFRESH, make_voted())
    assert work_once(capsys) == "1 runs performed, 0 battles expired, 0 boards published."
    assert Snapshot.objects.count() == 1


@pytest.mark.django_db
def test_a_run_of_another_worker_is_left_alone_while_its_lease_lasts(capsys):
    run = request_run(RunKind.REFRESH, make_voted())
    Run.objects.update(
        state=RunState.RUNNING, claimed_by="elsewhere:1", lease_until=timezone.now() + timedelta(minutes=1)
    )
    assert work_once(capsys).startswith("0 runs performed")
    Run.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert work_once(capsys).startswith("1 runs performed")
    run.refresh_from_db()
    assert run.state == RunState.DONE


@pytest.mark.django_db
def test_battles_whose_time_has_not_come_stay_open(capsys):
    open_battle(make_arena(), make_rater())
    assert work_once(capsys) == "0 runs performed, 0 battles expired, 0 boards published."
    assert Battle.objects.get().state == BattleState.SERVED


@pytest.mark.django_db
def test_the_regular_work_is_scheduled_once_however_often_it_starts(capsys):
    for _ in range(2):
        work_once(capsys)
    assert dict(Schedule.objects.values_list("name", "func")) == EVERY_MINUTE
    assert set(Schedule.objects.values_list("schedule_type", "minutes", "repeats")) == {(Schedule.MINUTES, 1, -1)}


@pytest.mark.django_db
def test_a_schedule_that_somebody_changed_stays_changed(capsys):
    work_once(capsys)
    name = next(iter(EVERY_MINUTE))
    Schedule.objects.filter(name=name).update(minutes=15)
    work_once(capsys)
    assert Schedule.objects.get(name=name).minutes == 15


# --- Until it is told to stop ----------------------------------------------------------------------
@pytest.fixture(scope="module")
def waiting_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a database in which a run waits and the queue was told of it."""
    path = tmp_path_factory.mktemp("work") / "versus.sqlite3"
    subprocess.run([sys.executable, "manage.py", "shell", "-v", "0", "-c", PREPARE], cwd=ROOT, env=on(path), check=True)
    return path


def on(database: Path) -> dict[str, str]:
    """Return the environment of a process that works on a database of its own."""
    return {
        **os.environ,
        "DATABASE_URL": f"sqlite:///{database}",
        "REDIS_URL": "",
        "SECRET_KEY": "x" * 50,
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }


@contextmanager
def worker(database: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """Run the worker while the context lasts, in a session of its own."""
    with (database.parent / "work.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "work"], cwd=ROOT, env=on(database), stdout=log, stderr=log,
            start_new_session=True,
        )  # fmt: skip
        try:
            yield process
        finally:
            for pid in [*descendants(process.pid), process.pid]:
                if is_running(pid):
                    os.kill(pid, signal.SIGKILL)
            process.wait()


def run_state(database: Path) -> tuple[str, str]:
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=10)) as connection:
        state, message = connection.execute("SELECT state, message FROM arena_run").fetchone()
    return state, message


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_worker_hears_the_queue_and_stops_with_all_its_processes(waiting_run, tmp_path, number):
    database = tmp_path / "versus.sqlite3"
    with closing(sqlite3.connect(waiting_run)) as source, closing(sqlite3.connect(database)) as copy:
        source.backup(copy)
    with worker(database) as process:
        wait_until(lambda: run_state(database)[0] == "done", "the run")
        family = descendants(process.pid)
        assert family
        process.send_signal(number)
        assert process.wait(PATIENCE) == 0
        assert [pid for pid in family if is_running(pid)] == []
    assert run_state(database)[1].startswith("human: ")
