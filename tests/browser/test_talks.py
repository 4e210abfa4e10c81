"""Talks of staff on the real server: two answers grow under their names, and everybody on the staff can use the page."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page, expect

from arena.models import Battle, LiveState, Talk, Vote
from tests.browser.test_accessibility import LOOKS, violations
from tests.browser.test_live import SLOW, served
from tests.factories import make_staff
from tests.support.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True), pytest.mark.timeout(180)]


@contextmanager
def staffed(page: Page, server: Server) -> Iterator[None]:
    """Make a contest to talk in, with a member of staff at the page."""
    client = Client()
    client.force_login(make_staff())
    with served(green=SLOW, black=SLOW):
        key = client.cookies[settings.SESSION_COOKIE_NAME].value
        page.context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": f"http://127.0.0.1:{server.port}"}]
        )
        yield


def begin(page: Page, server: Server, beside: str = "Black") -> None:
    page.goto(f"http://127.0.0.1:{server.port}/contests/tea/")
    page.get_by_role("link", name="Talk with contestants").click()
    page.get_by_label("Contestant").select_option("Green")
    page.get_by_label("Beside it").select_option(beside)
    page.get_by_label("Your message").fill("How long should tea steep?")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.get_by_text("Being written.")).to_be_visible()


def test_two_side_by_side_are_watched_stopped_asked_more_and_compared(page: Page, running_server: Server) -> None:
    with staffed(page, running_server):
        begin(page, running_server)
        for side, name in (("a", "Green"), ("b", "Black")):
            expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()
            expect(page.locator(f"[data-side={side}]")).to_contain_text("slow")
        page.get_by_role("button", name="Stop").click()
        expect(page.get_by_label("Say more")).to_be_visible()
        page.get_by_label("Say more").fill("And then?")
        page.get_by_role("button", name="Ask", exact=True).click()
        expect(page.get_by_role("heading", name="Green", exact=True)).to_have_count(2)
        expect(page.get_by_label("Say more")).to_be_visible()
        page.get_by_label("Black is better").check()
        page.get_by_label("Why").fill("It is shorter.")
        page.get_by_role("button", name="Note it").click()
        expect(page.get_by_label("Black is better")).to_be_checked()
        page.wait_for_load_state("networkidle")
    talk = Talk.objects.get()
    assert (talk.state, talk.preference, talk.answers.count()) == (LiveState.READY, "B", 4)
    assert Battle.objects.count() == Vote.objects.count() == 0


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
@pytest.mark.parametrize("beside", ["Black", "Nobody: a direct talk"], ids=["two", "one"])
def test_everybody_can_read_and_use_it(
    open_page: Callable[..., Page], running_server: Server, look: dict[str, Any], beside: str
) -> None:
    page = open_page(reduced_motion="reduce", **look)
    with staffed(page, running_server):
        page.goto(f"http://127.0.0.1:{running_server.port}/contests/tea/talks/")
        assert violations(page) == []
        begin(page, running_server, beside)
        expect(page.locator("[data-side=a]")).to_contain_text("slow")
        assert violations(page) == []
        expect(page.get_by_label("Say more")).to_be_visible()
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
