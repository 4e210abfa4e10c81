"""Fixtures that many tests share."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.utils import translation
from hypothesis import settings as hypothesis_settings
from playwright.sync_api import Browser, Page, sync_playwright
from pytest_django import DjangoDbBlocker
from pytest_django.live_server_helper import LiveServer

from arena.limits import forget_counts
from tests.support.browser import FLAGS, chromium_path, record_problems
from tests.support.modules import ROOT
from tests.support.server import Server, database_url, run_server

# How long an example takes says more of the machine than of the code.
hypothesis_settings.register_profile("versus", deadline=None)
hypothesis_settings.load_profile("versus")


@pytest.fixture(autouse=True)
def empty_cache() -> None:
    """Start each test with an empty cache and nothing counted: rows of different tests may carry the same keys."""
    cache.clear()
    forget_counts()


@pytest.fixture(autouse=True)
def english() -> None:
    """Start each test in English: a page that was asked for in German leaves its language to the thread."""
    translation.activate("en")


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """Return the folder of published votes: VERSUS_DATA, else ../shared/data beside the repository."""
    folder = Path(os.environ.get("VERSUS_DATA") or ROOT.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip(f"there are no published votes in {folder}; name their folder in VERSUS_DATA")
    return folder


@pytest.fixture(scope="module")
def module_rows(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Let a module's own fixtures write rows that each of its tests finds as they were written.

    What a test writes is taken back after it, what such a fixture wrote after the last one. It gives keys away, not
    rows: those of Python would keep what a test did to them.
    """
    with django_db_blocker.unblock(), translation.override("en"), transaction.atomic():
        cache.clear()
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="session")
def running_server(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Server]:
    """Run the real server, two processes of it, on the database of the tests, for all tests that do not kill it.

    It starts in the time in which it answers a hundred pages. What a test writes is there for it and, as the keys of rows
    are never given out twice, nothing of an earlier test that it remembers.
    """
    with django_db_blocker.unblock():
        url = database_url(connection.settings_dict)
    with run_server(url, workers=2) as server:
        yield server


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Run Chromium while a module lasts.

    Playwright's synchronous interface keeps an event loop in this thread; Django takes any call for one out of
    a coroutine then, and must be told that it is not. For the same reason the browser ends with its module:
    tests elsewhere that run a loop of their own could not.
    """
    path = chromium_path()
    if path is None:
        pytest.skip("no Chromium is installed; on Debian: apt-get install chromium")
    with sync_playwright() as playwright, pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        chromium = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def problems() -> list[str]:
    """Return what went wrong on `page` so far; a test that provokes an error takes it out again."""
    return []


@pytest.fixture
def page(browser: Browser, live_server: LiveServer, problems: list[str]) -> Iterator[Page]:
    """Return an empty page in a browser without cookies, at home on the live server; fail on errors of its console."""
    context = browser.new_context(base_url=live_server.url)
    opened = context.new_page()
    opened.set_default_timeout(30_000)
    record_problems(opened, problems)
    yield opened
    context.close()
    assert problems == []


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that hold slow tests: a long one that begins last keeps all other processes waiting."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)
