"""The browser of the tests opens pages of the live server and reports what goes wrong there."""

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.support.browser import record_problems

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_page_shows_what_the_test_wrote(page: Page) -> None:
    User.objects.create_superuser("ada", password="a long password")
    page.goto("/admin/login/")
    page.fill("input[name=username]", "ada")
    page.fill("input[name=password]", "a long password")
    page.click("input[type=submit]")
    expect(page.locator("#user-tools")).to_contain_text("ada")


def provoked(browser: Browser, live_server: LiveServer) -> tuple[Page, list[str]]:
    """Return a page of which errors are recorded and expected."""
    page = browser.new_page(base_url=live_server.url)
    problems: list[str] = []
    record_problems(page, problems)
    page.goto("/admin/login/")
    return page, problems


def test_an_exception_is_recorded(browser: Browser, live_server: LiveServer) -> None:
    page, problems = provoked(browser, live_server)
    with page.expect_event("pageerror"):
        page.evaluate("setTimeout(() => { throw new Error('broken') })")
    assert [problem for problem in problems if "broken" in problem]


def test_a_refusal_by_the_content_policy_is_recorded(browser: Browser, live_server: LiveServer) -> None:
    page, problems = provoked(browser, live_server)
    with page.expect_console_message(lambda message: "policy: " in message.text):
        page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=\"https://example.org/x.png\">')")
    assert [problem for problem in problems if "img-src" in problem]
