"""A live battle on the real server: both answers appear in step, whichever is slow, and the vote follows."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
from django.db import connection
from playwright.sync_api import Page, expect

from arena.models import Battle, BattleState, LiveBattle, LiveState, Vote
from tests.arena.services.live_cast import make_live_contest
from tests.browser.test_accessibility import LOOKS, violations
from tests.factories import make_endpoint
from tests.support.endpoint import Reply, scripted_endpoint, streamed
from tests.support.server import Server, database_url, run_server

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True), pytest.mark.timeout(180)]

FAST = streamed("# Two minutes\n\n" + "fast " * 60)
SLOW = streamed(*["slow "] * 70, pause=0.06)
# Notes of each moment in which a side grew, and of its length then.
WATCH = """
window.seen = [];
const look = () => window.seen.push([...document.querySelectorAll('[data-side]')].map(s => s.textContent.length));
new MutationObserver(look).observe(document.querySelector('[data-events]'), {subtree: true, childList: true});
"""


@contextmanager
def served(**replies: Reply) -> Iterator[None]:
    """Make a contest whose contestants are at endpoints of this machine."""
    contest = make_live_contest()
    with ExitStack() as stack:
        for name in contest.contestants.values_list("provider", flat=True):
            endpoint = stack.enter_context(scripted_endpoint(replies[name]))
            make_endpoint(name, base_url=endpoint.base_url)
        yield


def ask(page: Page, server: Server, text: str = "How long should tea steep?") -> None:
    page.goto(f"http://127.0.0.1:{server.port}/contests/tea/")
    page.get_by_role("link", name="Ask both something of your own").click()
    page.get_by_label("Your prompt").fill(text)
    page.get_by_role("button", name="Ask both").click()
    expect(page.get_by_text("Both are writing.")).to_be_visible()


def shown_lengths(page: Page) -> list[tuple[int, int]]:
    return [tuple(pair) for pair in page.evaluate("window.seen")]


def test_both_appear_in_step_and_the_vote_follows(page: Page, running_server: Server) -> None:
    with served(green=FAST, black=SLOW):
        ask(page, running_server)
        page.evaluate(WATCH)
        expect(page.locator("[data-side=b]")).to_contain_text(re.compile("(slow |fast ){40}"))
        # One event brings both sides, so that whoever looks sees them grow together.
        steps = shown_lengths(page)
        assert len(steps) >= 2
        assert all(a == b > 0 for a, b in steps)
        assert "Green" not in page.content()
        expect(page.get_by_role("button", name="A is better")).to_be_visible()
        expect(page.get_by_role("heading", name="Two minutes")).to_be_visible()
        page.keyboard.press("a")
        expect(page.get_by_text("Green").first).to_be_visible()
        # What the page still loads shall not reach into the next test.
        page.wait_for_load_state("networkidle")
    assert Vote.objects.get().outcome == "A"


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
def test_everybody_can_read_and_use_it(
    open_page: Callable[..., Page], running_server: Server, look: dict[str, Any]
) -> None:
    page = open_page(reduced_motion="reduce", **look)
    with served(green=SLOW, black=SLOW):
        page.goto(f"http://127.0.0.1:{running_server.port}/contests/tea/live/")
        assert violations(page) == []
        ask(page, running_server)
        expect(page.locator("[data-side=a]")).to_contain_text("slow")
        assert violations(page) == []
        expect(page.get_by_role("button", name="A is better")).to_be_visible()
        page.get_by_text("Ask both one thing more").click()
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_a_follow_up_and_a_stop(page: Page, running_server: Server) -> None:
    with served(green=SLOW, black=SLOW):
        ask(page, running_server)
        expect(page.locator("[data-side=a]")).to_contain_text("slow")
        page.get_by_role("button", name="Stop both").click()
        expect(page.get_by_role("button", name="Tie")).to_be_visible()
        page.get_by_text("Ask both one thing more").click()
        page.get_by_label("Your follow-up").fill("And then?")
        page.get_by_role("button", name="Ask both").click()
        expect(page.get_by_role("button", name="Skip")).to_be_visible()
        expect(page.get_by_role("heading", name="Response A")).to_have_count(2)
    assert [len(response.turns or ()) for response in Battle.objects.get().prompt.responses.all()] == [4, 4]


def test_a_browser_that_leaves_costs_nothing(page: Page, running_server: Server) -> None:
    with served(green=FAST, black=SLOW):
        ask(page, running_server)
        address = page.url
        page.goto("about:blank")
        page.wait_for_timeout(500)
        page.goto(address)
        expect(page.get_by_role("button", name="A is better")).to_be_visible()
    assert Battle.objects.get().state == BattleState.SERVED


def test_a_server_that_is_killed_leaves_a_battle_that_closes_itself(page: Page) -> None:
    url = database_url(connection.settings_dict)
    with served(green=SLOW, black=Reply(late=True)), run_server(url) as server:
        ask(page, server)
        address = page.url.replace(f"http://127.0.0.1:{server.port}", "")
        page.goto("about:blank")
        server.kill()
        # Nobody gives a sign of life any more; a minute later:
        LiveBattle.objects.update(beat_at="2020-01-01T00:00:00Z")
        with run_server(url) as again:
            page.goto(f"http://127.0.0.1:{again.port}{address}")
            expect(page.get_by_text("could not be written to their end")).to_be_visible()
            expect(page.get_by_role("link", name="Ask again")).to_be_visible()
    assert LiveBattle.objects.get().state == LiveState.WRITING
    assert Battle.objects.count() == 0
