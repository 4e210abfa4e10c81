"""A replay in the browser: asked for with or without JavaScript, shown when it is done, legible in every look."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import Page, expect

from arena.models import Run, RunState
from arena.services.logins import make_login_link
from arena.services.runs import claim_run, perform_run
from tests.arena.replayed import make_rated_arena
from tests.browser.conftest import PHONE
from tests.factories import make_staff

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LOOKS = {"light": {"color_scheme": "light"}, "dark": {"color_scheme": "dark"}, "phone": PHONE}


@pytest.fixture
def contest():
    return make_rated_arena()


def log_in(page: Page) -> None:
    page.goto(reverse("arena:login_once", args=make_login_link(make_staff())))
    page.get_by_role("button", name="Log in").click()


def ask(page: Page, contest) -> None:
    page.goto(reverse("admin:arena_contest_change", args=[contest.pk]))
    page.get_by_role("link", name="Replay matchmaking policies").click()
    for policy in ("Order:", "Best few:", "Balanced:"):
        page.get_by_label(policy).check()
    page.get_by_label("Votes:").fill("60")
    page.get_by_label("Repetitions:").fill("2")
    page.get_by_role("button", name="Replay").click()
    expect(page.get_by_role("status")).to_have_text("Queued. Waiting for a worker.")


def violations(page: Page) -> list[str]:
    """Return what axe objects to in what is ours: the page around it is Django's."""
    found = Axe().run(page, context="#content").response["violations"]
    return [f"{rule['id']} at {node['target']}: {node['failureSummary']}" for rule in found for node in rule["nodes"]]


def test_the_page_turns_to_the_curves_by_itself(open_page, contest):
    page = open_page()
    log_in(page)
    ask(page, contest)
    assert perform_run(claim_run()).state == RunState.DONE
    expect(page.get_by_role("img", name="Interval by votes")).to_be_visible()
    expect(page.get_by_text("information reaches ±")).to_be_visible()
    page.get_by_role("link", name="Order", exact=True).click()
    expect(page.get_by_role("img", name="Order by votes")).to_be_visible()


def test_without_javascript_one_looks_again(open_page, contest):
    page = open_page(java_script_enabled=False)
    log_in(page)
    ask(page, contest)
    perform_run(claim_run())
    page.get_by_role("link", name="Look again").click()
    expect(page.get_by_role("img", name="Interval by votes")).to_be_visible()
    expect(page.locator("#replay tbody tr")).to_have_count(12)


@pytest.mark.slow
@pytest.mark.parametrize("look", LOOKS.values(), ids=list(LOOKS))
def test_form_and_curves_can_be_read_by_everybody(open_page, contest, problems, look):
    page = open_page(reduced_motion="reduce", **look)
    log_in(page)
    page.goto(reverse("admin:arena_contest_replay", args=[contest.pk]))
    assert problems == []
    assert violations(page) == []
    # What axe itself tries on a page of the admin, our policy refuses.
    problems.clear()
    ask(page, contest)
    perform_run(claim_run())
    page.goto(reverse("admin:arena_run_replay", args=[Run.objects.get().pk]))
    assert problems == []
    assert violations(page) == []
    problems.clear()
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
