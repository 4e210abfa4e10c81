"""Invited, in, and voting: by keyboard, on a phone, in every look; and what is said to who may not, or not yet."""

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from arena.models import Audience, Contest, Invitation, Membership, Vote, Voters
from tests.browser.test_accessibility import LOOKS, PHONE, violations
from tests.factories import make_arena, make_invitation

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def panel() -> Contest:
    """A contest for those who were invited."""
    return make_arena(slug="panel", audience=Audience.MEMBERS, voters=Voters.MEMBERS, question="Which tea is better?")


@pytest.fixture
def invitation(panel: Contest) -> Invitation:
    return make_invitation(panel)


def overflow(page: Page) -> int:
    return int(page.evaluate("document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth"))


def test_by_keyboard_from_the_link_to_the_vote(page: Page, invitation: Invitation) -> None:
    page.goto(f"/invitations/{invitation.token}/")
    expect(page.get_by_role("button", name="Accept the invitation")).to_be_focused()
    assert not Membership.objects.exists()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text("You are in. Welcome!")
    button = page.get_by_role("button", name="Start voting")
    for _ in range(12):
        page.keyboard.press("Tab")
        if button.evaluate("button => button === document.activeElement"):
            break
    page.keyboard.press("Enter")
    expect(page).to_have_title("Vote · Versus")
    page.wait_for_load_state()
    page.keyboard.press("a")
    expect(page.locator(".revealed")).to_have_count(2)
    assert Vote.objects.get().battle.rater == Membership.objects.get().rater


def test_on_a_phone_without_scripts(open_page: Callable[..., Page], invitation: Invitation) -> None:
    phone = open_page(java_script_enabled=False, **PHONE)
    phone.goto(f"/invitations/{invitation.token}/")
    phone.get_by_role("button", name="Accept the invitation").tap()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Panel")
    phone.get_by_role("button", name="Start voting").tap()
    expect(phone).to_have_title("Vote · Versus")
    phone.goto(f"/invitations/{invitation.token}/")
    phone.get_by_role("link", name="Go to the contest").tap()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Panel")


@pytest.mark.slow
@pytest.mark.parametrize("look", list(LOOKS.values()), ids=list(LOOKS))
def test_every_page_of_it_in_every_look(
    open_page: Callable[..., Page], look: dict[str, Any], invitation: Invitation, problems: list[str], settings: Any
) -> None:
    looked = open_page(reduced_motion="reduce", **look)
    closed = make_invitation(invitation.contest, revoked_at=timezone.now())
    make_arena(slug="accounts", voters=Voters.ACCOUNTS)
    make_arena(slug="unlisted", voters=Voters.MEMBERS, audience=Audience.UNLISTED)
    addresses = [f"/invitations/{one.token}/" for one in (invitation, closed)]
    for address in (*addresses, "/contests/accounts/", "/contests/unlisted/", "/"):
        looked.goto(address)
        assert violations(looked) == []
        assert overflow(looked) == 0
    looked.goto(addresses[0])
    looked.get_by_role("button", name="Accept the invitation").click()
    expect(looked.get_by_text("Members only")).to_be_visible()
    assert violations(looked) == []
    for address in (addresses[0], "/"):
        looked.goto(address)
        assert violations(looked) == []
    settings.LIMIT_BATTLES = "1/day"
    for _ in range(2):
        looked.goto("/contests/panel/")
        looked.get_by_role("button", name="Start voting").click()
        skip = looked.get_by_role("button", name="Skip")
        if skip.is_visible():
            skip.click()
            expect(looked.get_by_role("heading", level=1)).to_have_text("Skipped")
    expect(looked.get_by_role("heading", level=1)).to_have_text("Please wait a moment")
    assert violations(looked) == []
    assert overflow(looked) == 0
    # The two pages with a status of their own are told in the console.
    assert all("410" in problem or "429" in problem for problem in problems)
    problems.clear()


def test_a_limit_that_is_met_on_the_way_to_the_next_battle_is_told_beside_the_button(
    page: Page, contest: Contest, problems: list[str], settings: Any
) -> None:
    settings.LIMIT_BATTLES = "1/day"
    page.goto("/contests/tea/")
    page.get_by_role("button", name="Start voting").click()
    page.wait_for_load_state()
    page.get_by_role("button", name="Tie").click()
    expect(page.locator(".revealed")).to_have_count(2)
    page.get_by_role("button", name="Next battle").click()
    expect(page.get_by_role("alert")).to_contain_text("That was a lot in a short time.")
    expect(page.locator(".revealed")).to_have_count(2)
    assert Vote.objects.count() == 1
    assert problems
    assert all("429" in problem for problem in problems)
    problems.clear()


def test_who_may_look_and_not_vote_is_told_where_the_button_would_be(page: Page) -> None:
    make_arena(voters=Voters.ACCOUNTS)
    page.goto("/contests/tea/")
    expect(page.get_by_text("Voting in this contest needs an account.")).to_be_visible()
    expect(page.get_by_role("button", name="Start voting")).to_have_count(0)
    page.get_by_role("main").get_by_role("link", name="Log in").click()
    assert "next=/contests/tea/" in page.url
