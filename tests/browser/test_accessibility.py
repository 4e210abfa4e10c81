"""Pages can be read and used by everybody: axe finds nothing, in light and dark, on a desk and on a phone."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.db.models import F
from django.urls import reverse
from playwright.sync_api import Page, expect

from arena.models import Battle, Contest, ContestState, LiveState, Rater, Vote
from arena.services.leaderboards import refresh_contest
from arena.services.logins import make_login_link
from arena.services.simulations import load_simulation
from tests.browser.conftest import vote_often
from tests.factories import (
    make_arena,
    make_contest,
    make_contestant,
    make_criterion,
    make_known_pair,
    make_live,
    make_prompt,
    make_response,
    make_staff,
)
from tests.support.modules import ROOT

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE = {"viewport": {"width": 360, "height": 740}, "is_mobile": True, "has_touch": True}
LOOKS = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "phone": PHONE,
}
READABLE = 4.5
"""Contrast that WCAG 2 asks of text, level AA."""


@pytest.fixture(params=list(LOOKS.values()), ids=list(LOOKS))
def looked(request: pytest.FixtureRequest, open_page: Callable[..., Page]) -> Page:
    """A page in each of the looks; without motion, so that colours are what they will be."""
    return open_page(reduced_motion="reduce", **request.param)


def violations(page: Page) -> list[str]:
    """Return what axe objects to: the rule, where, and why."""
    found: list[dict[str, Any]] = Axe().run(page).response["violations"]
    return [
        f"{page.url}: {rule['id']} at {node['target']}: {node['failureSummary']}"
        for rule in found
        for node in rule["nodes"]
    ]


def begin(page: Page, contest: Contest) -> None:
    page.goto(f"/contests/{contest.slug}/")
    page.get_by_role("button", name="Start voting").click()
    expect(page).to_have_title("Vote · Versus")
    # The title is there before the scripts that send without leaving the page.
    page.wait_for_load_state()


@pytest.mark.slow
def test_battle_reveal_and_skip(looked, showcase, contest):
    begin(looked, showcase)
    assert violations(looked) == []
    looked.get_by_text("Say why, if you like").click()
    looked.get_by_role("button", name="Both bad").focus()
    assert violations(looked) == []
    looked.get_by_role("button", name="A is better").click()
    expect(looked.locator(".revealed")).to_have_count(2)
    looked.evaluate("for (const details of document.querySelectorAll('details')) details.open = true")
    assert violations(looked) == []
    begin(looked, contest)
    looked.get_by_role("button", name="Skip").click()
    expect(looked.get_by_role("heading", level=1)).to_have_text("Skipped")
    assert violations(looked) == []


@pytest.mark.slow
def test_a_report_two_alike_an_expired_battle_and_a_live_one_that_closed(looked):
    contest = make_contest("alike", instructions="Prefer what is *correct*.", live=True)
    text = "Black tea wants boiling water and three to five minutes; green tea wants neither of them, so wait {}."
    prompt = make_prompt(contest)
    for word in ("first", "before"):
        make_response(prompt, make_contestant(contest), text.format(word))
    begin(looked, contest)
    looked.evaluate("for (const details of document.querySelectorAll('details')) details.open = true")
    expect(looked.locator(".difference mark").first).to_be_visible()
    expect(looked.get_by_role("button", name="Send the report")).to_be_visible()
    assert violations(looked) == []
    looked.get_by_role("button", name="Send the report").click()
    expect(looked.get_by_role("status")).not_to_be_empty()
    assert violations(looked) == []
    Battle.objects.update(expires_at=F("served_at"))
    looked.reload()
    expect(looked.get_by_role("heading", level=1)).to_have_text("This battle has expired")
    assert violations(looked) == []
    live = make_live(contest, rater=Battle.objects.get().rater, state=LiveState.CLOSED, message="Please try again.")
    looked.goto(f"/live/{live.token}/")
    expect(looked.get_by_role("link", name="Ask again")).to_be_visible()
    assert violations(looked) == []


def test_a_calibration_and_a_right_answer(looked):
    contest = make_arena(kind="correctness", prompts=4, calibration_pairs=2, calibration_share=1)
    contest.prompts.update(reference="It is `4`.", tests=["equals 4"])
    for prompt in contest.prompts.all():
        make_known_pair(contest, prompt=prompt, rationale="The other one is *not*.")
    for tone in ("positive", "negative", "neutral"):
        make_criterion(contest, tone, tone=tone)
    begin(looked, contest)
    expect(looked.get_by_text("Calibration 1 of 2.")).to_be_visible()
    for _ in range(2):
        looked.get_by_text("Say why, if you like").click()
        assert violations(looked) == []
        looked.get_by_role("button", name="Both wrong").click()
        expect(looked.get_by_role("heading", name="The right answer")).to_be_visible()
        looked.evaluate("for (const details of document.querySelectorAll('details')) details.open = true")
        assert violations(looked) == []
        if looked.get_by_role("button", name="Try other known pairs").count() == 0:
            looked.get_by_role("button", name="Next battle").click()
            expect(looked).to_have_title("Vote · Versus")
    looked.goto(f"/contests/{contest.slug}/")
    assert violations(looked) == []
    looked.get_by_role("button", name="Try other known pairs").click()
    expect(looked.get_by_text("Calibration 1 of 2.")).to_be_visible()


@pytest.mark.slow
def test_a_leaderboard_with_what_voters_said(looked, board):
    for criterion in ("witty", "formal"):
        make_criterion(board, criterion, name=criterion.title() * 6)
    pair = list(board.contestants.order_by("name")[:2])
    vote_often(board, (pair[0], pair[1]), "ab")
    Vote.objects.filter(battle__rater__kind="human").update(tags=["witty", "formal"])
    looked.goto("/contests/tea/leaderboard/")
    looked.get_by_text("Counts by contestant").click()
    expect(looked.get_by_role("region", name="Reasons by contestant")).to_be_visible()
    assert violations(looked) == []
    assert looked.evaluate("document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth") == 0


@pytest.mark.slow
def test_leaderboards_with_style_tiers_checks_and_groups_apart(looked, styled_board, islands):
    looked.goto("/contests/styled/leaderboard/?raters=controlled")
    expect(looked.locator(".effects")).to_be_visible()
    expect(looked.locator(".checks")).to_be_visible()
    assert violations(looked) == []
    looked.goto("/contests/islands/leaderboard/")
    expect(looked.get_by_role("heading", name="Ranked apart")).to_be_visible()
    expect(looked.locator("tr.tier")).to_have_count(1)
    assert violations(looked) == []


@pytest.mark.slow
def test_list_and_contest(looked, showcase, board):
    make_contest("closed", state=ContestState.CLOSED)
    make_contest("drawn", simulated=True)
    for path in ("/", "/contests/showcase/", "/contests/closed/", "/contests/drawn/"):
        looked.goto(path)
        assert violations(looked) == []


@pytest.mark.slow
def test_leaderboards(looked, stuck_board, showcase):
    make_contest("fresh")
    refresh_contest(load_simulation("simulation").contest)
    for slug in ("tea", "fresh", "simulation"):
        looked.goto(f"/contests/{slug}/leaderboard/")
        assert violations(looked) == []
    looked.goto("/contests/tea/leaderboard/")
    expect(looked.locator(".unrated")).to_be_visible()
    expect(looked.locator(".notices")).to_be_visible()
    expect(looked.locator(".heat")).to_be_visible()
    looked.get_by_role("link", name="Careful Judge").click()
    expect(looked.get_by_role("link", name="Careful Judge")).to_have_attribute("aria-current", "page")
    assert violations(looked) == []


@pytest.mark.slow
def test_how_pairs_are_drawn(looked, drawn, board):
    make_contest("fresh")
    for slug in ("drawn", "tea", "fresh"):
        looked.goto(f"/contests/{slug}/matchmaking/")
        expect(looked.get_by_role("heading", level=1)).to_contain_text("how pairs are drawn")
        looked.evaluate("for (const details of document.querySelectorAll('details')) details.open = true")
        assert violations(looked) == []
    looked.goto("/contests/drawn/matchmaking/")
    expect(looked.get_by_role("region", name="Exposure of contestants")).to_be_visible()
    expect(looked.get_by_role("list", name="Wrong beyond chance")).to_be_visible()
    expect(looked.get_by_role("region", name="Changes, newest first")).to_be_visible()


@pytest.mark.slow
def test_own_progress(looked, board):
    looked.goto("/me/")
    expect(looked.locator(".empty")).to_be_visible()
    assert violations(looked) == []
    begin(looked, board)
    looked.get_by_role("button", name="Tie").click()
    expect(looked.locator(".revealed")).to_have_count(2)
    rater = Rater.objects.get(browser_key__isnull=False)
    vote_often(board, tuple(board.contestants.order_by("name")[:2]), 20 * "b", rater=rater)
    looked.goto("/me/")
    looked.get_by_text("Your own board").click()
    expect(looked.get_by_role("table")).to_be_visible()
    assert violations(looked) == []
    assert looked.evaluate("document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth") == 0


def test_login_messages_and_errors(looked, contest, problems):
    uid, token = make_login_link(make_staff())
    looked.goto(reverse("arena:login_once", args=[uid, token]))
    expect(looked.get_by_role("heading", level=1)).to_have_text("Log in as ada")
    assert violations(looked) == []
    for path in (reverse("arena:login_once", args=[uid, "spent"]), "/nothing/"):
        looked.goto(path)
        assert violations(looked) == []
    begin(looked, contest)
    looked.context.set_offline(True)
    looked.get_by_role("button", name="Tie").click()
    expect(looked.get_by_role("alert")).to_be_visible()
    looked.context.set_offline(False)
    Contest.objects.update(state=ContestState.CLOSED)
    looked.get_by_role("button", name="Tie").click()
    expect(looked.get_by_role("status")).to_have_text("The contest Tea takes no votes now.")
    assert violations(looked) == []
    problems[:] = [told for told in problems if "policy" in told or "exception" in told]


def test_axe_would_find_something(page):
    page.goto("/")
    page.evaluate("document.querySelector('h1').insertAdjacentHTML('afterend', '<img src=\"/static/img/icon.svg\">')")
    assert ["image-alt" in told for told in violations(page)] == [True]


def test_an_empty_list_is_readable_too(page):
    page.goto("/")
    expect(page.locator(".empty")).to_contain_text("There is no contest yet.")
    assert violations(page) == []


def test_every_page_has_one_heading_of_the_first_rank_and_a_title_of_its_own(page, board):
    titles = []
    for path in (
        "/",
        "/contests/tea/",
        "/contests/tea/leaderboard/",
        "/contests/tea/leaderboard/?raters=careful-judge",
        "/contests/tea/matchmaking/",
    ):
        page.goto(path)
        expect(page.get_by_role("heading", level=1)).to_have_count(1)
        titles.append(page.title())
    begin(page, board)
    titles.append(page.title())
    page.get_by_role("button", name="Tie").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your vote: Tie: both good")
    titles.append(page.title())
    assert len(set(titles)) == len(titles)
    assert all(title.endswith(" · Versus") for title in titles)


def test_messages_arrive_in_a_place_that_screen_readers_watch_from_the_start(page, start):
    path = start(page)
    page.evaluate("document.querySelector('#messages').watched = true")
    other = page.context.new_page()
    other.goto(path)
    other.get_by_role("button", name="Skip").click()
    expect(other.get_by_role("heading", level=1)).to_have_text("Skipped")
    page.get_by_role("button", name="Tie").click()
    expect(page.get_by_role("status")).to_contain_text("takes no vote any more")
    assert page.evaluate("document.querySelector('[role=status]').watched") is True


def test_who_wants_no_motion_gets_none(open_page, contest):
    for wanted, found in (("reduce", "auto"), ("no-preference", "smooth")):
        page = open_page(reduced_motion=wanted)
        page.goto("/")
        assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == found


def test_boxes_that_scroll_can_be_reached_by_tab_and_those_that_fit_are_no_stop(page, start_showcase):
    start_showcase(page)
    for side in "ab":
        expect(page.locator(f"#side-{side} pre")).to_have_attribute("tabindex", "0")
        expect(page.locator(f"#side-{side} table")).to_have_attribute("tabindex", "0")
    expect(page.locator(".prose div:has(> math)[tabindex]")).to_have_count(0)
    page.get_by_role("button", name="Tie").click()
    expect(page.locator(".revealed pre[tabindex='0']")).to_have_count(2)
    closed = page.locator("details", has_text="The task again")
    closed.locator("summary").click()
    expect(closed.locator("pre")).to_have_attribute("tabindex", "0")


def luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    digits = "".join(2 * digit for digit in digits) if len(digits) == 3 else digits
    parts = [int(digits[k : k + 2], 16) / 255 for k in (0, 2, 4)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_every_colour_of_code_can_be_read_on_its_ground_in_light_and_dark():
    grounds = re.findall(r"--soft: (#\w{6})", (ROOT / "static/css/base.css").read_text())
    parts = (ROOT / "static/css/code.css").read_text().split("@media (prefers-color-scheme: dark)")
    light, dark = (dict(re.findall(r"\.hl-([\w-]+) { color: (#\w+)", part)) for part in parts)
    assert contrast("#fff", "#000") == pytest.approx(21)
    assert len(light) > 50
    assert set(light) <= set(dark)
    for colours, ground in zip((light, dark), grounds, strict=True):
        assert {name: colour for name, colour in colours.items() if contrast(colour, ground) < READABLE} == {}
