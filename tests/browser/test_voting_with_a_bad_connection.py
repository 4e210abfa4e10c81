"""When the server cannot be reached, the page says so calmly, nothing is lost and nothing counts twice."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from arena.models import Battle, BattleState, Vote

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

UNREACHABLE = "The server could not be reached. Nothing is lost: press again in a moment."
FAILED = "The server could not do this just now. Nothing is lost: press again in a moment."
OUTDATED = "This page is out of date. Reload it and press again."
EXPECTED = re.compile(
    r"^console: (Failed to load resource|Response Status Error|htmx:(sendError|timeout|afterRequest))"
)


@pytest.fixture
def page(page: Page, problems: list[str], start: Callable[[Page], str]) -> Page:
    """A page with a battle. That its console tells of failed requests is expected here, and nothing else."""

    def forgive(_: object) -> None:
        problems[:] = [told for told in problems if not EXPECTED.search(told)]

    start(page)
    page.context.on("close", forgive)
    return page


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).click()


def expect_reveal(page: Page, heading: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Your vote: {heading}")


def expect_note(page: Page, text: str) -> None:
    expect(page.get_by_role("alert")).to_have_text(text)
    expect(page.get_by_role("alert")).to_be_in_viewport()


def expect_no_note(page: Page) -> None:
    expect(page.get_by_role("alert")).to_have_count(0)


def test_a_vote_without_a_connection_is_sent_by_the_next_press(page):
    page.context.set_offline(True)
    press(page, "A is better")
    expect_note(page, UNREACHABLE)
    press(page, "A is better")
    expect_note(page, UNREACHABLE)
    assert Vote.objects.count() == 0
    page.context.set_offline(False)
    press(page, "A is better")
    expect_reveal(page, "A is better")
    expect_no_note(page)
    assert Vote.objects.count() == 1


def test_who_thinks_again_meanwhile_may_choose_otherwise(page):
    page.context.set_offline(True)
    page.keyboard.press("a")
    expect_note(page, UNREACHABLE)
    page.context.set_offline(False)
    page.keyboard.press("b")
    expect_reveal(page, "B is better")
    assert Vote.objects.get().outcome == "B"


def test_reasons_and_comment_survive_a_lost_connection(page):
    page.get_by_text("Say why, if you like").click()
    page.get_by_label("Clearer").check()
    page.get_by_label("Comment").fill("A long thought.")
    page.context.set_offline(True)
    press(page, "Tie")
    expect_note(page, UNREACHABLE)
    page.context.set_offline(False)
    press(page, "Tie")
    expect_reveal(page, "Tie: both good")
    vote = Vote.objects.get()
    assert (vote.tags, vote.comment) == (["clear"], "A long thought.")


def test_an_answer_lost_on_its_way_back_does_not_lose_or_double_the_vote(page):
    def deliver_and_cut(route: Route) -> None:
        route.fetch()
        route.abort("connectionreset")

    page.route("**/vote/", deliver_and_cut, times=1)
    press(page, "A is better")
    expect_note(page, UNREACHABLE)
    assert Vote.objects.get().outcome == "A"
    press(page, "A is better")
    expect_reveal(page, "A is better")
    expect(page.get_by_role("status")).to_be_empty()
    assert Vote.objects.count() == 1


def test_another_choice_after_a_lost_answer_is_told_that_the_first_stands(page):
    def deliver_and_cut(route: Route) -> None:
        route.fetch()
        route.abort("connectionreset")

    page.route("**/vote/", deliver_and_cut, times=1)
    press(page, "A is better")
    expect_note(page, UNREACHABLE)
    press(page, "B is better")
    expect_reveal(page, "A is better")
    expect(page.get_by_role("status")).to_have_text("You had voted on this battle before; that vote stands.")


@pytest.mark.parametrize("status", [500, 502, 503])
def test_an_error_of_the_server_leaves_the_battle_on_the_page(page, status):
    before = page.locator("#stage .sides").inner_text()
    page.route("**/vote/", lambda route: route.fulfill(status=status, body="<h1>Trouble</h1>"), times=1)
    press(page, "A is better")
    expect_note(page, FAILED)
    assert page.locator("#stage .sides").inner_text() == before
    press(page, "A is better")
    expect_reveal(page, "A is better")
    expect_no_note(page)


def test_without_the_cookies_of_before_the_page_asks_to_be_reloaded(page):
    page.context.clear_cookies()
    press(page, "A is better")
    expect_note(page, OUTDATED)
    assert Vote.objects.count() == 0
    assert Battle.objects.get().state == BattleState.SERVED


def test_a_slow_server_is_waited_for_and_further_presses_are_not_sent(page):
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/vote/", hold)
    press(page, "A is better")
    for key in ("b", "s", "a"):
        page.keyboard.press(key)
    press(page, "Both bad")
    expect(page.locator("form.htmx-request")).to_have_count(1)
    expect_no_note(page)
    assert page.evaluate("window.sent") == 1
    held[0].continue_()
    expect_reveal(page, "A is better")
    assert (len(held), Vote.objects.get().outcome) == (1, "A")


def test_a_server_that_never_answers_is_given_up_after_a_while(page):
    assert page.evaluate("htmx.config.timeout") == 20_000
    page.evaluate("htmx.config.timeout = 200")
    page.route("**/vote/", lambda _: None, times=1)
    press(page, "A is better")
    expect_note(page, UNREACHABLE)
    page.evaluate("htmx.config.timeout = 20000")
    press(page, "A is better")
    expect_reveal(page, "A is better")


def test_a_skip_without_a_connection_is_sent_by_the_next_press(page):
    page.context.set_offline(True)
    press(page, "Skip")
    expect_note(page, UNREACHABLE)
    page.context.set_offline(False)
    press(page, "Skip")
    expect(page.get_by_role("heading", level=1)).to_have_text("Skipped")
    assert Vote.objects.count() == 0


def test_the_next_battle_that_was_fetched_while_there_was_a_connection_is_shown_without_one(page):
    with page.expect_response(re.compile("/contests/tea/battles/$")):
        press(page, "A is better")
    expect_reveal(page, "A is better")
    page.wait_for_load_state("networkidle")
    page.context.set_offline(True)
    press(page, "Next battle")
    expect(page).to_have_title("Vote · Versus")
    press(page, "Tie")
    expect_note(page, UNREACHABLE)
    page.context.set_offline(False)
    press(page, "Tie")
    expect_reveal(page, "Tie: both good")
    assert Vote.objects.count() == 2


def test_the_next_battle_without_a_connection_leaves_the_reveal(page):
    ahead = re.compile("/contests/tea/battles/$")
    page.route(ahead, lambda route: route.abort())
    press(page, "A is better")
    expect_reveal(page, "A is better")
    address = page.url
    page.context.set_offline(True)
    page.unroute(ahead)
    press(page, "Next battle")
    expect_note(page, UNREACHABLE)
    expect(page.locator(".revealed")).to_have_count(2)
    expect(page).to_have_url(address)
    page.context.set_offline(False)
    page.keyboard.press("Enter")
    expect(page).to_have_title("Vote · Versus")
    assert Battle.objects.count() == 2
