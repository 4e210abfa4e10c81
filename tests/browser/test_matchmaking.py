"""The page on how pairs are drawn, in a browser: reached from its neighbours, read without scripts."""

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def measured(page: Page, what: str, how: str) -> list[float]:
    """Return the width or the place of every element of its kind in the plot."""
    return [float(one.evaluate(f"box => box.getBoundingClientRect().{how}")) for one in page.locator(what).all()]


def test_it_is_one_step_from_the_contest_and_from_the_leaderboard(page, drawn):
    for path in ("/contests/drawn/", "/contests/drawn/leaderboard/"):
        page.goto(path)
        page.get_by_role("link", name="How pairs are drawn").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Drawn: how pairs are drawn")


def test_without_scripts_everything_is_there(open_page, drawn):
    page = open_page(java_script_enabled=False)
    page.goto("/contests/drawn/matchmaking/")
    rows = page.get_by_role("region", name="Exposure of contestants").locator("tbody tr")
    expect(rows).to_have_count(4)
    expect(page.get_by_text("Formulas and sources")).to_be_hidden()
    page.get_by_text("How to read this").click()
    expect(page.get_by_text("Formulas and sources")).to_be_visible()


def test_bars_are_as_long_as_their_shares(page, drawn):
    page.goto("/contests/drawn/matchmaking/")
    told = page.request.get(page.get_by_role("link", name="JSON").get_attribute("href")).json()
    ratios = [
        width / row["share"]
        for width, row in zip(measured(page, "svg.bar .share", "width"), told["contestants"], strict=True)
    ]
    assert max(ratios) - min(ratios) < 0.02 * max(ratios)
    assert len({round(x) for x in measured(page, "svg.bar .fair", "x")}) == 1


def test_what_is_wrong_comes_before_what_is_well(page, drawn):
    page.goto("/contests/drawn/matchmaking/")
    wrong = page.get_by_role("list", name="Wrong beyond chance")
    expect(wrong.get_by_role("listitem")).to_have_count(1)
    expect(wrong).to_contain_text("Sides were not drawn by a fair coin")
    expect(page.get_by_role("list", name="Checked")).to_contain_text("Pairs were drawn with the probabilities")
