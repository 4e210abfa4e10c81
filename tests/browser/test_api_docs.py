"""The description of the API is a page of our own: it works without the network and asks nobody for anything."""

import re

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ADDRESS = "/api/v1/docs/"
OPERATIONS = {
    "get /api/v1/contests/",
    "get /api/v1/contests/{slug}/leaderboard/",
    "get /api/v1/contests/{slug}/votes/",
    "post /api/v1/contests/{slug}/battles/",
    "get /api/v1/battles/{token}/",
    "post /api/v1/battles/{token}/vote/",
    "post /api/v1/battles/{token}/skip/",
}


def operations(page: Page) -> set[str]:
    """Return method and path of everything that is described, once it is shown."""
    expect(page.locator(".opblock").first).to_be_visible()
    return {
        f"{block.locator('.opblock-summary-method').inner_text().lower()} "
        f"{block.locator('.opblock-summary-path').get_attribute('data-path')}"
        for block in page.locator(".opblock").all()
    }


def test_the_header_leads_to_it(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name="API").click()
    expect(page).to_have_url(re.compile(ADDRESS))
    expect(page.get_by_role("heading", name="Versus")).to_be_visible()


def test_every_operation_is_shown(page: Page) -> None:
    page.goto(ADDRESS)
    found = operations(page)
    assert found >= OPERATIONS
    described = page.request.get("/api/v1/schema/", headers={"Accept": "application/json"}).json()["paths"]
    assert found == {f"{method} {path}" for path, methods in described.items() for method in methods}


def test_nothing_is_loaded_from_elsewhere(page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(ADDRESS)
    operations(page)
    here = page.evaluate("location.origin")
    assert len(asked) > 3
    assert [url for url in asked if not url.startswith((here, "data:"))] == []


def test_an_operation_can_be_tried_on_the_page(page, board):
    page.goto(ADDRESS)
    block = page.locator(".opblock", has=page.locator('[data-path="/api/v1/contests/{slug}/leaderboard/"]'))
    block.locator(".opblock-summary-control").click()
    block.get_by_role("button", name="Try it out").click()
    block.get_by_placeholder("slug").fill("tea")
    block.get_by_role("button", name="Execute").click()
    answer = block.locator(".live-responses-table")
    expect(answer.locator(".response-col_status").last).to_contain_text("200")
    expect(answer).to_contain_text('"assam"')
