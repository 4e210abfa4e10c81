"""With REDIS_URL, cache and queue are shared through Redis."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from django.core.cache import CacheHandler
from django.db import connection

from arena import limits
from arena.models import Run, RunKind, RunState
from arena.services.runs import request_run
from tests.factories import make_arena, make_request
from tests.support.configuration import load_settings
from tests.support.modules import ROOT
from tests.support.postgres import free_port
from tests.support.redis import private_redis
from tests.support.server import database_url


@pytest.fixture(scope="module")
def redis_url() -> Iterator[str]:
    try:
        running = private_redis()
        with running as url:
            yield url
    except FileNotFoundError as error:
        pytest.skip(str(error))


def test_two_servers_share_one_cache(tmp_path: Path, redis_url: str) -> None:
    settings = load_settings(tmp_path, {"REDIS_URL": redis_url})
    here, there = (CacheHandler(settings["CACHES"])["default"] for _ in range(2))
    here.set("answer", {"of": "everything"})
    assert there.get("answer") == {"of": "everything"}
    assert there.get("question") is None


def test_two_servers_count_together_what_is_limited_and_keep_no_address(settings: Any, redis_url: str) -> None:
    settings.REDIS_URL, settings.LIMIT_NEWCOMERS_NETWORK = redis_url, "2/day"
    try:
        for _ in range(2):
            limits._limiter.cache_clear()
            limits.count(make_request(REMOTE_ADDR="203.0.113.77"), limits.Limited.NEWCOMERS)
        limits._limiter.cache_clear()
        with pytest.raises(limits.TooMany):
            limits.count(make_request(REMOTE_ADDR="203.0.113.77"), limits.Limited.NEWCOMERS)
        limits.count(make_request(REMOTE_ADDR="203.0.113.78"), limits.Limited.NEWCOMERS)
    finally:
        limits._limiter.cache_clear()
    with redis.Redis.from_url(redis_url) as client:
        kept = [key.decode() for key in client.keys("*versus-limits*")]
    assert kept
    assert not any("203.0" in key for key in kept)


def test_where_redis_is_away_nothing_is_counted_and_everybody_let_in(
    settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.REDIS_URL, settings.LIMIT_NEWCOMERS_NETWORK = f"redis://127.0.0.1:{free_port()}/0", "1/day"
    limits._limiter.cache_clear()
    try:
        for _ in range(3):
            limits.count(make_request(), limits.Limited.NEWCOMERS)
    finally:
        limits._limiter.cache_clear()
    assert "Limits are not counted" in caplog.text


@pytest.mark.slow
@pytest.mark.database
@pytest.mark.django_db(transaction=True)
def test_a_worker_that_is_woken_through_redis_performs_the_run(redis_url: str) -> None:
    run = request_run(RunKind.REFRESH, make_arena())
    variables = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATABASE_URL": database_url(connection.settings_dict),
        "REDIS_URL": redis_url,
    }

    def manage(*arguments: str) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.Popen(command, cwd=ROOT, env=variables, start_new_session=True)

    assert manage("shell", "-v", "0", "-c", "from arena.tasks import wake; wake()").wait(60) == 0
    # The queue alone, without the schedule that would find the run by itself.
    worker = manage("qcluster")
    try:
        for _ in range(300):
            run = Run.objects.get(pk=run.pk)
            if run.state not in (RunState.QUEUED, RunState.RUNNING):
                break
            try:
                worker.wait(0.2)
            except subprocess.TimeoutExpired:
                continue
            pytest.fail(f"the worker ended with {worker.returncode}")
        assert run.state == RunState.DONE, run.message
        worker.send_signal(signal.SIGTERM)
        worker.wait(60)
    finally:
        if worker.poll() is None:
            os.killpg(worker.pid, signal.SIGKILL)
            worker.wait()
