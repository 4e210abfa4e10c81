"""Help with reading two responses: copying one, scrolling both together, seeing where they differ, swiping between them."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from arena.models import Battle, BattleState, Contest, Vote
from tests.browser.conftest import PHONE, start_voting
from tests.factories import make_contest, make_contestant, make_prompt, make_response

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LINES = "\n\n".join(f"Line {k} of a long answer about tea." for k in range(200))
CODE = "```\n" + "wide " * 80 + "\n```\n\n"


def make_pair(first: str, second: str, slug: str = "pair") -> Contest:
    """Two contestants and one prompt, answered so."""
    contest = make_contest(slug)
    prompt = make_prompt(contest)
    for text in (first, second):
        make_response(prompt, make_contestant(contest), text)
    return contest


def scrolled(box: Locator) -> float:
    """Return how far a box is scrolled, from 0 to 1."""
    return float(box.evaluate("box => box.scrollTop / (box.scrollHeight - box.clientHeight)"))


def test_copy_puts_the_text_of_its_side_on_the_clipboard_and_says_so(open_page):
    page = open_page(permissions=["clipboard-read", "clipboard-write"])
    start_voting(page, make_pair("**Three** minutes.", "Four minutes.\n\nNot five."))
    battle = Battle.objects.get()
    for side, response in (("a", battle.response_a), ("b", battle.response_b)):
        button = page.get_by_role("button", name=f"Copy response {side.upper()}")
        button.click()
        expect(page.locator(f"#side-{side} [data-copy]")).to_contain_text("Copied")
        copied = page.evaluate("navigator.clipboard.readText()")
        assert copied == response.text.replace("**", "")


def test_scrolling_together_moves_the_other_side_by_the_same_share(page):
    start_voting(page, make_pair(LINES, LINES + "\n\n" + LINES))
    together = page.get_by_role("button", name="Scroll together")
    first, second = page.locator("#side-a .prose"), page.locator("#side-b .prose")
    assert first.evaluate("box => box.scrollHeight - box.clientHeight") == 0
    together.click()
    expect(together).to_have_attribute("aria-pressed", "true")
    for here, other in ((first, second), (second, first)):
        here.hover()
        before = scrolled(other)
        page.mouse.wheel(0, 700)
        page.wait_for_function(
            "([one, two, before]) => Math.abs(one.scrollTop / (one.scrollHeight - one.clientHeight) "
            "- two.scrollTop / (two.scrollHeight - two.clientHeight)) < 0.01 "
            "&& two.scrollTop / (two.scrollHeight - two.clientHeight) > before + 0.01",
            arg=[here.element_handle(), other.element_handle(), before],
        )
    together.click()
    assert first.evaluate("box => box.scrollHeight - box.clientHeight") == 0


def test_scrolling_together_is_remembered_and_reached_by_tab(page):
    contest = make_pair(LINES, LINES + " End.")
    start_voting(page, contest)
    page.get_by_role("button", name="Scroll together").click()
    page.reload()
    expect(page.get_by_role("button", name="Scroll together")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#side-a .prose")).to_have_attribute("tabindex", "0")


def test_where_nearly_equal_answers_differ_can_be_shown(page):
    words = "Black tea wants boiling water and some three to five minutes of patience, no more than that, dear friend"
    start_voting(page, make_pair(words + " of Assam.", words + " of Ceylon."))
    told = page.locator("details.difference")
    expect(told.locator("mark").first).to_be_hidden()
    told.get_by_text("Show where the two differ").click()
    marks = {name: told.get_by_role("region", name=f"Only in response {name}").locator("mark") for name in "AB"}
    battle = Battle.objects.get()
    for name, response in (("A", battle.response_a), ("B", battle.response_b)):
        expect(marks[name]).to_have_count(1)
        expect(marks[name]).to_be_visible()
        assert marks[name].inner_text().strip(".") in response.text.split()[-1]


def test_answers_that_have_little_in_common_offer_no_differences(page, start):
    start(page)
    expect(page.locator("details.difference")).to_have_count(0)


@pytest.fixture
def phone(open_page: Callable[..., Page]) -> Page:
    return open_page(reduced_motion="reduce", **PHONE)


def swipe(page: Page, target: Locator, dx: int, dy: int = 0) -> None:
    """Draw a finger over the screen, from the middle of what is visible of a thing, as a touch screen tells it."""
    box = target.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, min(max(box["y"], 150) + 40, 600)
    touch = page.context.new_cdp_session(page)
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    for step in range(1, 6):
        point = {"x": x + dx * step / 5, "y": y + dy * step / 5}
        touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [point]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def top(page: Page, side: str) -> float:
    box = page.locator(f"#side-{side}").bounding_box()
    assert box is not None
    return box["y"]


def expect_top(page: Page, side: str) -> None:
    """A side begins where the switch leads: under the bar with the switch."""
    page.wait_for_function(
        """side => { const { top } = document.querySelector(`#side-${side}`).getBoundingClientRect();
        return top > 0 && top < 200; }""",
        arg=side,
    )


def test_a_swipe_leads_to_the_other_response_and_back(phone):
    start_voting(phone, make_pair(LINES, LINES + " End."))
    swipe(phone, phone.locator("#side-a .prose"), dx=-150)
    expect_top(phone, "b")
    swipe(phone, phone.locator("#side-b .prose"), dx=150)
    expect_top(phone, "a")
    assert phone.evaluate("window.scrollX") == 0


@pytest.mark.parametrize(("dx", "dy"), [(-40, 0), (-150, -140), (150, 0)], ids=["short", "slanting", "from A to A"])
def test_what_is_no_swipe_to_the_other_side_leads_nowhere(phone, dx, dy):
    start_voting(phone, make_pair(LINES, LINES + " End."))
    swipe(phone, phone.locator("#side-a .prose"), dx=dx, dy=dy)
    # Touches are dealt with before the next command, and without motion a jump would have been made by now.
    assert top(phone, "b") > PHONE["viewport"]["height"]


def test_a_finger_drawn_up_scrolls_as_ever(phone):
    start_voting(phone, make_pair(LINES, LINES + " End."))
    before = phone.evaluate("window.scrollY")
    swipe(phone, phone.locator("#side-a .prose"), dx=0, dy=-300)
    phone.wait_for_function("before => window.scrollY > before + 100", arg=before)


def test_wide_code_keeps_its_own_swipes(phone):
    start_voting(phone, make_pair(CODE + LINES, CODE + LINES + " End."))
    code = phone.locator("#side-a pre")
    code.scroll_into_view_if_needed()
    swipe(phone, code, dx=-150)
    phone.wait_for_function("code => code.scrollLeft > 50", arg=code.element_handle())
    assert top(phone, "b") > PHONE["viewport"]["height"]


def test_text_that_is_being_marked_is_not_swiped_away(phone):
    start_voting(phone, make_pair(LINES, LINES + " End."))
    phone.evaluate("getSelection().selectAllChildren(document.querySelector('#side-a .prose p'))")
    swipe(phone, phone.locator("#side-a .prose p").nth(3), dx=-150)
    assert top(phone, "b") > PHONE["viewport"]["height"]


def test_with_motion_a_swipe_arrives_as_well(open_page):
    phone = open_page(reduced_motion="no-preference", **PHONE)
    start_voting(phone, make_pair(LINES, LINES + " End."))
    swipe(phone, phone.locator("#side-a .prose"), dx=-150)
    expect_top(phone, "b")


def test_beside_each_other_nothing_is_swiped(open_page):
    wide = open_page(viewport={"width": 1100, "height": 740}, has_touch=True)
    start_voting(wide, make_pair(LINES, LINES + " End."))
    before = wide.evaluate("window.scrollY")
    swipe(wide, wide.locator("#side-a .prose"), dx=-150)
    assert wide.evaluate("window.scrollY") == before


def test_the_time_on_the_reveal_is_not_counted_as_reading_the_battle_fetched_meanwhile(page, start):
    start(page)
    with page.expect_response("**/battles/"):
        page.get_by_role("button", name="A is better").click()
    expect(page.locator(".revealed")).to_have_count(2)
    page.wait_for_load_state("networkidle")
    # As if the reveal had been looked at for an hour.
    waiting = Battle.objects.filter(state=BattleState.SERVED)
    assert waiting.update(served_at=timezone.now() - timedelta(hours=1)) == 1
    page.get_by_role("button", name="Next battle").click()
    expect(page).to_have_title("Vote · Versus")
    page.reload()
    page.wait_for_load_state()
    page.get_by_role("button", name="B is better").click()
    expect(page.locator(".revealed")).to_have_count(2)
    recorded = Vote.objects.order_by("-id")[0].duration_ms
    assert recorded is not None
    assert recorded < 600_000
