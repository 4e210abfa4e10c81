"""Pages in another language: chosen by keyboard, readable for everybody, and no wider than the screen."""

from collections.abc import Callable
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from arena.models import Contest, ContestKind, Voters
from arena.services.terms import publish_terms
from tests.factories import (
    make_arena,
    make_criterion,
    make_group,
    make_invitation,
    make_known_pair,
    make_staff,
    make_talk,
    make_user,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE = {"viewport": {"width": 360, "height": 740}, "is_mobile": True, "has_touch": True}
SECRET = "a long password"
NARROW = {"viewport": {"width": 320, "height": 640}, "is_mobile": True, "has_touch": True}


def violations(page: Page) -> list[str]:
    found: list[dict[str, Any]] = Axe().run(page).response["violations"]
    return [f"{page.url}: {rule['id']} at {node['target']}" for rule in found for node in rule["nodes"]]


def sideways(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def expect_readable(page: Page) -> None:
    expect(page.locator("html")).to_have_attribute("lang", "de")
    assert sideways(page) == 0, page.url
    assert violations(page) == []


def tab_to(page: Page, name: str) -> None:
    button = page.get_by_role("button", name=name, exact=True)
    for _ in range(120):
        if button.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{name} was not reached by Tab.")


@pytest.mark.parametrize("options", [{}, {"java_script_enabled": False}], ids=["scripts", "no-scripts"])
def test_the_language_is_chosen_by_keyboard_and_the_page_stays(open_page: Callable[..., Page], board, options):
    page = open_page(**options)
    page.goto("/contests/tea/leaderboard/?raters=careful-judge")
    tab_to(page, "Deutsch")
    page.keyboard.press("Enter")
    expect(page.locator("html")).to_have_attribute("lang", "de")
    assert page.url.endswith("/contests/tea/leaderboard/?raters=careful-judge")
    expect(page.get_by_role("button", name="Deutsch")).to_have_attribute("aria-pressed", "true")
    tab_to(page, "English")
    page.keyboard.press("Enter")
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_on_a_battle_that_was_swapped_in_the_choice_stays_there(page: Page, start: Callable[[Page], str], problems):
    start(page)
    page.get_by_role("button", name="Skip").click()
    page.get_by_role("button", name="Next battle").click()
    expect(page).to_have_title("Vote · Versus")
    expect(page.get_by_role("heading", name="Response A")).to_be_visible()
    where = page.evaluate("location.pathname")
    page.get_by_role("button", name="Deutsch").click()
    expect(page).to_have_title("Abstimmen · Versus")
    assert page.evaluate("location.pathname") == where


def test_keys_vote_and_scripts_speak_german(
    open_page: Callable[..., Page], contest: Contest, problems: list[str]
) -> None:
    page = open_page(locale="de-DE")
    page.goto("/contests/tea/")
    page.get_by_role("button", name="Abstimmen beginnen").click()
    expect(page).to_have_title("Abstimmen · Versus")
    page.wait_for_load_state()
    page.context.set_offline(True)
    page.keyboard.press("a")
    expect(page.get_by_role("alert")).to_contain_text("Der Server war nicht zu erreichen. Nichts ist verloren")
    page.context.set_offline(False)
    problems.clear()
    page.keyboard.press("a")
    expect(page.get_by_role("heading", level=1)).to_have_text("Ihre Stimme: A ist besser")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Antwort A")).to_be_visible()


@pytest.mark.slow
@pytest.mark.parametrize("look", [PHONE, NARROW, {"color_scheme": "dark"}], ids=["phone", "narrow", "dark"])
def test_german_pages_can_be_read_by_everybody(
    open_page: Callable[..., Page], showcase: Contest, styled_board: Contest, drawn: Contest, look: dict[str, Any]
) -> None:
    page = open_page(locale="de-DE", reduced_motion="reduce", **look)
    boards = ("/contests/styled/leaderboard/?raters=controlled", "/contests/drawn/matchmaking/")
    for path in ("/", "/contests/showcase/", *boards):
        page.goto(path)
        expect_readable(page)
    page.goto("/contests/showcase/")
    page.get_by_role("button", name="Abstimmen beginnen").click()
    expect(page).to_have_title("Abstimmen · Versus")
    page.wait_for_load_state()
    expect_readable(page)
    page.get_by_role("button", name="A ist besser").click()
    expect(page.locator(".revealed")).to_have_count(2)
    expect_readable(page)
    page.goto("/me/")
    expect_readable(page)


@pytest.mark.slow
@pytest.mark.parametrize("look", [PHONE, NARROW], ids=["phone", "narrow"])
def test_german_pages_for_people_fit_a_phone(open_page: Callable[..., Page], look: dict[str, Any]) -> None:
    """Accounts, terms, invitations and leaving, met by somebody new, and then with an account."""
    contest = make_arena(voters=Voters.MEMBERS)
    invitation = make_invitation(contest, group=make_group("panel", contest))
    alice = make_user(email="alice@example.org", password=SECRET)
    EmailAddress.objects.create(user=alice, email=alice.email, primary=True, verified=False)
    page = open_page(locale="de-DE", **look)
    entrances = ("login/", "signup/", "password/reset/", "password/reset/done/", "confirm-email/", "inactive/")
    strange = ("/contests/tea/", "/terms/", "/me/account/")
    for path in (*(f"/accounts/{entrance}" for entrance in entrances), *strange):
        page.goto(path)
        expect_readable(page)
    publish_terms("## Was gespeichert wird\n\nStimmen und ein Schlüssel dieses Browsers.")
    page.goto("/accounts/login/")
    page.get_by_label("Anmeldename oder E-Mail").fill("alice")
    page.get_by_label("Passwort", exact=True).fill(SECRET)
    page.get_by_role("button", name="Anmelden", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ihr Konto und Ihre Daten")
    page.goto(f"/invitations/{invitation.token}/")
    expect_readable(page)
    page.get_by_role("button", name="Einladung annehmen").click()
    expect(page.get_by_role("status")).to_have_text("Sie sind dabei. Willkommen!")
    own = ("email/", "password/change/", "logout/", "reauthenticate/")
    asking = ("/contests/tea/consent/", "/terms/", "/me/account/", "/me/leave/")
    for path in (*(f"/accounts/{one}" for one in own), *asking):
        page.goto(path)
        expect_readable(page)


@pytest.mark.slow
@pytest.mark.parametrize("look", [PHONE, NARROW], ids=["phone", "narrow"])
def test_german_battles_of_known_pairs_fit_a_phone(open_page: Callable[..., Page], look: dict[str, Any]) -> None:
    """A round of calibration where one answer is right, with its criteria, its end and what is said of it."""
    contest = make_arena(prompts=4, kind=ContestKind.CORRECTNESS, calibration_pairs=1, calibration_share=1)
    contest.prompts.update(reference="Drei Minuten.", tests=["contains 3"])
    make_criterion(contest, "witty", name="Geistreich")
    for prompt in contest.prompts.all():
        make_known_pair(contest, prompt=prompt, rationale="Drei Stunden sind zu lang.")
    page = open_page(locale="de-DE", **look)
    page.goto("/contests/tea/")
    expect_readable(page)
    page.get_by_role("button", name="Abstimmen beginnen").click()
    expect(page).to_have_title("Abstimmen · Versus")
    page.wait_for_load_state()
    expect(page.get_by_text("Einstimmung 1 von 1")).to_be_visible()
    expect_readable(page)
    page.get_by_role("button", name="Beide falsch").click()
    expect(page.locator(".revealed")).to_have_count(2)
    expect_readable(page)
    page.goto("/contests/tea/")
    expect_readable(page)


@pytest.mark.slow
def test_a_german_talk_of_staff_fits_a_phone(open_page: Callable[..., Page]) -> None:
    contest, ada = make_arena(), make_staff()
    talk = make_talk(contest, ada)
    page = open_page(locale="de-DE", **PHONE)
    page.goto("/accounts/login/")
    page.get_by_label("Anmeldename oder E-Mail").fill("ada")
    page.get_by_label("Passwort", exact=True).fill(SECRET)
    page.get_by_role("button", name="Anmelden", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ihr Konto und Ihre Daten")
    for path in ("/contests/tea/talks/", f"/talks/{talk.token}/"):
        page.goto(path)
        expect_readable(page)
