"""From signing up to leaving, by keyboard alone; and every page of it can be read and used by everybody."""

from collections.abc import Callable

import pytest
from allauth.account.models import EmailAddress
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from arena.models import Contest, Rater, Vote
from arena.services.terms import publish_terms
from tests.browser.conftest import PHONE
from tests.factories import make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SECRET = "quite a long passphrase"
LOOKS = {"light": {"color_scheme": "light"}, "dark": {"color_scheme": "dark"}, "phone": PHONE}
TERMS = "## What is stored\n\n" + "\n\n".join(f"- Number {k} of what is stored." for k in range(40))


@pytest.fixture(params=list(LOOKS.values()), ids=list(LOOKS))
def looked(request: pytest.FixtureRequest, open_page: Callable[..., Page]) -> Page:
    """A page in each of the looks; without motion, so that colours are what they will be."""
    return open_page(reduced_motion="reduce", **request.param)


def look(page: Page) -> None:
    """Fail where axe objects to something, or the page is wider than its window."""
    found = Axe().run(page).response["violations"]
    assert [(rule["id"], node["target"], node["failureSummary"]) for rule in found for node in rule["nodes"]] == []
    assert page.evaluate("document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth") == 0
    expect(page.get_by_role("heading", level=1)).to_have_count(1)


def tab_to(page: Page, name: str, key: str = "Enter") -> None:
    """Press Tab until what is so called has the focus, and then a key."""
    page.wait_for_load_state()
    for _ in range(40):
        page.keyboard.press("Tab")
        named = "() => { const e = document.activeElement; return (e.labels?.[0] ?? e).innerText?.trim() ?? '' }"
        if page.evaluate(named) == name:
            page.keyboard.press(key)
            return
    pytest.fail(f"Tab never reaches {name!r}")


def fill(page: Page, label: str, text: str) -> None:
    tab_to(page, label, key="End")
    page.keyboard.type(text)


@pytest.mark.slow
def test_sign_up_vote_look_download_and_leave_by_keyboard(page: Page, contest: Contest) -> None:
    publish_terms(TERMS)
    page.goto("/")
    tab_to(page, "Log in")
    expect(page.get_by_role("heading", level=1)).to_have_text("Log in")
    tab_to(page, "sign up")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign Up")
    fill(page, "Email", "alice@example.org")
    fill(page, "Password", SECRET)
    fill(page, "Password (again)", SECRET)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your account and data")

    page.goto(f"/contests/{contest.slug}/")
    tab_to(page, "Start voting")
    expect(page.get_by_role("heading", level=1)).to_have_text("Before you begin")
    tab_to(page, "I agree")
    expect(page).to_have_title("Vote · Versus")
    page.wait_for_load_state()
    page.keyboard.press("a")
    expect(page.locator(".revealed")).to_have_count(2)

    page.goto("/me/")
    expect(page.locator(".lead")).to_contain_text("1 vote so far")
    tab_to(page, "Your account and data")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your account and data")
    with page.expect_download() as waiting:
        tab_to(page, "Download my data")
    assert '"email": "alice@example.org"' in waiting.value.path().read_text()
    tab_to(page, "Delete my data")
    expect(page.get_by_role("heading", level=1)).to_have_text("Delete my data")
    tab_to(page, "They stay, without me", key="ArrowDown")
    expect(page.get_by_label("Withdraw them too")).to_be_checked()
    tab_to(page, "I am sure", key="Space")
    tab_to(page, "Delete my data")
    expect(page.get_by_role("heading", level=1)).to_have_text("You have left")
    expect(page.get_by_role("link", name="Log in")).to_be_visible()
    assert not User.objects.exists()
    assert Vote.objects.get().void_reason == "Withdrawn by the rater."
    assert Rater.objects.get().left_at is not None


@pytest.mark.slow
def test_pages_for_everybody(looked: Page, contest: Contest) -> None:
    for path in ("login/", "signup/", "password/reset/", "password/reset/done/", "inactive/"):
        looked.goto(f"/accounts/{path}")
        look(looked)
    looked.goto("/terms/")
    look(looked)
    publish_terms(TERMS)
    for path in ("/terms/", "/contests/tea/consent/", "/contests/tea/consent/?to=live", "/me/account/"):
        looked.goto(path)
        look(looked)


@pytest.mark.slow
def test_pages_of_an_account(looked: Page, contest: Contest) -> None:
    alice = make_user(email="alice@example.org", password=SECRET)
    EmailAddress.objects.create(user=alice, email=alice.email, primary=True, verified=False)
    looked.goto("/accounts/login/")
    looked.get_by_label("Username or email").fill("alice")
    looked.get_by_label("Password", exact=True).fill("wrong")
    looked.get_by_role("button", name="Log in").click()
    expect(looked.locator(".errorlist")).to_be_visible()
    look(looked)
    looked.get_by_label("Password", exact=True).fill(SECRET)
    looked.get_by_role("button", name="Log in").click()
    expect(looked.get_by_role("heading", level=1)).to_have_text("Your account and data")
    look(looked)
    for path in ("/accounts/email/", "/accounts/password/change/", "/accounts/logout/", "/me/leave/"):
        looked.goto(path)
        look(looked)
    looked.get_by_label("They stay, without me").check()
    looked.get_by_label("I am sure").check()
    looked.get_by_role("button", name="Delete my data").click()
    expect(looked.get_by_role("heading", level=1)).to_have_text("You have left")
    look(looked)


def test_consent_needs_no_javascript(open_page: Callable[..., Page], contest: Contest) -> None:
    publish_terms(TERMS)
    page = open_page(java_script_enabled=False)
    page.goto("/contests/tea/")
    page.get_by_role("button", name="Start voting").click()
    page.get_by_role("button", name="I agree").click()
    expect(page).to_have_title("Vote · Versus")
