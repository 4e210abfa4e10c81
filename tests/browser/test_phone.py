"""On a phone of 360 pixels everything fits, can be hit with a thumb and is not covered."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from arena.models import Vote
from tests.factories import make_contestant, make_response

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WIDTH, HEIGHT = 360, 740
THUMB = 44


@pytest.fixture
def phone(open_page: Callable[..., Page]) -> Page:
    return open_page(viewport={"width": WIDTH, "height": HEIGHT}, is_mobile=True, has_touch=True)


def sideways(page: Page) -> int:
    """Return how far the page can be scrolled to the side, in pixels."""
    return int(page.evaluate("document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth"))


def box(target: Locator) -> dict[str, float]:
    """Return where something is on the screen."""
    found = target.bounding_box()
    assert found is not None
    x, y, width, height = found["x"], found["y"], found["width"], found["height"]
    return {"x": x, "y": y, "width": width, "height": height, "right": x + width, "bottom": y + height}


def begin(page: Page, slug: str) -> None:
    page.goto(f"/contests/{slug}/")
    page.get_by_role("button", name="Start voting").tap()
    expect(page).to_have_title("Vote · Versus")
    # The title is there before the scripts that send without leaving the page.
    page.wait_for_load_state()


def expect_room_for_thumbs(page: Page) -> None:
    """Every button and everything that looks like one is high enough, and inside the screen."""
    shown = [target for target in page.locator("button, .button, .choice, .tabs a").all() if target.is_visible()]
    assert shown
    for target in shown:
        at = box(target)
        assert at["height"] >= THUMB, target.inner_text()
        assert at["x"] >= 0, target.inner_text()
        assert at["right"] <= WIDTH, target.inner_text()


@pytest.mark.parametrize("path", ["/", "/contests/showcase/", "/contests/tea/leaderboard/", "/contests/tea/"])
def test_no_page_scrolls_sideways(phone, showcase, board, path):
    phone.goto(path)
    assert sideways(phone) == 0
    expect_room_for_thumbs(phone)


def test_a_board_with_style_tiers_and_many_columns_does_not_scroll_sideways(phone, styled_board):
    phone.goto("/contests/styled/leaderboard/?raters=controlled")
    expect(phone.get_by_role("columnheader", name="Without control")).to_be_visible()
    assert sideways(phone) == 0


def test_tables_on_how_pairs_are_drawn_scroll_inside_their_boxes(phone, drawn):
    make_contestant(drawn, "x" * 120, slug="x", organisation="y" * 120)
    phone.goto("/contests/drawn/matchmaking/")
    expect(phone.get_by_role("list", name="Wrong beyond chance")).to_be_visible()
    assert sideways(phone) == 0
    for region in phone.locator(".table-scroll").all():
        at = box(region)
        assert 0 <= at["x"] < at["right"] <= WIDTH


def test_voting_and_reveal_do_not_scroll_sideways(phone, showcase):
    begin(phone, "showcase")
    assert sideways(phone) == 0
    expect_room_for_thumbs(phone)
    phone.get_by_role("button", name="Tie").tap()
    expect(phone.locator(".revealed")).to_have_count(2)
    assert sideways(phone) == 0
    expect_room_for_thumbs(phone)


def test_a_name_without_spaces_does_not_widen_the_page(phone, board):
    author = make_contestant(board, "x" * 120, slug="x")
    make_response(board.prompts.get(), author, "y" * 500)
    for path in ("/contests/tea/leaderboard/", "/contests/tea/"):
        phone.goto(path)
        assert sideways(phone) == 0
    begin(phone, "tea")
    assert sideways(phone) == 0
    phone.get_by_role("button", name="Tie").tap()
    expect(phone.locator(".revealed")).to_have_count(2)
    assert sideways(phone) == 0


@pytest.mark.parametrize("what", ["pre", "table"])
def test_long_lines_and_wide_tables_scroll_inside_their_box(phone, showcase, what):
    begin(phone, "showcase")
    inside = phone.locator(f"#side-a {what}")
    assert inside.evaluate("box => box.scrollWidth - box.clientWidth") > 100
    at = box(inside)
    assert 0 <= at["x"] < at["right"] <= WIDTH
    inside.evaluate("box => { box.scrollLeft = 80 }")
    assert inside.evaluate("box => box.scrollLeft") == 80
    assert phone.evaluate("window.scrollX") == 0


def test_words_in_a_table_are_not_broken_into_letters(phone, showcase):
    begin(phone, "showcase")
    assert box(phone.locator("#side-a th").first)["width"] > 80


def test_the_bar_stays_at_the_bottom_and_leaves_most_of_the_screen_to_the_text(phone, showcase):
    begin(phone, "showcase")
    for place in (0, 800):
        phone.evaluate(f"window.scrollTo(0, {place})")
        bar = box(phone.locator(".vote-bar"))
        assert bar["bottom"] == pytest.approx(HEIGHT, abs=1)
        assert bar["height"] < HEIGHT / 5


@pytest.mark.parametrize("voted", [False, True])
def test_the_end_of_the_page_is_not_under_the_bar(phone, showcase, voted):
    begin(phone, "showcase")
    last = phone.locator(".more")
    if voted:
        phone.get_by_role("button", name="Tie").tap()
        last = phone.locator(".after")
    expect(last).to_be_attached()
    for details in phone.locator("details").all():
        details.evaluate("box => { box.open = true }")
    phone.evaluate("window.scrollTo(0, document.scrollingElement.scrollHeight)")
    assert box(last)["bottom"] <= box(phone.locator(".vote-bar"))["y"]


def test_one_response_is_below_the_other_and_each_fills_the_width(phone, contest):
    begin(phone, "tea")
    first, second = (box(phone.locator(f"#side-{side}")) for side in "ab")
    assert second["y"] >= first["bottom"]
    assert first["width"] == second["width"] > WIDTH * 0.9


def test_the_choices_stand_in_two_rows_with_a_and_b_side_by_side(phone, contest):
    begin(phone, "tea")
    at = {name: box(phone.locator(f".choice-{name}")) for name in ("a", "b", "tie", "bad", "skip", "cannot")}
    assert at["a"]["y"] == at["b"]["y"] < at["tie"]["y"] == at["bad"]["y"] == at["skip"]["y"] == at["cannot"]["y"]
    assert at["a"]["right"] <= at["b"]["x"]
    assert at["tie"]["right"] <= at["bad"]["x"]


def test_keys_are_not_named_where_there_is_no_keyboard(phone, contest):
    begin(phone, "tea")
    expect(phone.locator(".vote-bar kbd").first).to_be_hidden()


def test_a_whole_session_with_the_thumb(phone, contest):
    begin(phone, "tea")
    phone.get_by_role("button", name="A is better").tap()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Your vote: A is better")
    assert phone.evaluate("window.scrollY") == 0
    phone.get_by_role("button", name="Next battle").tap()
    expect(phone).to_have_title("Vote · Versus")
    phone.get_by_role("button", name="Skip").tap()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Skipped")
    assert Vote.objects.count() == 1


def test_after_a_vote_from_further_down_the_reveal_starts_at_its_top(phone, showcase):
    begin(phone, "showcase")
    phone.evaluate("window.scrollTo(0, 1500)")
    phone.get_by_role("button", name="B is better").tap()
    expect(phone.locator(".revealed")).to_have_count(2)
    expect(phone.locator("html")).to_have_js_property("scrollTop", 0)


def test_under_great_magnification_the_bar_makes_room_for_the_text(open_page, showcase):
    page = open_page(viewport={"width": 320, "height": 256})
    page.goto("/contests/showcase/")
    page.get_by_role("button", name="Start voting").click()
    expect(page).to_have_title("Vote · Versus")
    # The title is there before the script that listens to keys.
    page.wait_for_load_state()
    assert sideways(page) == 0
    expect(page.locator(".vote-bar")).not_to_be_in_viewport()
    for side in "ab":
        page.locator(f"#side-{side} .end").scroll_into_view_if_needed()
        expect(page.locator(f"#side-{side}")).not_to_have_attribute("data-unread", "yes")
    page.keyboard.press("t")
    expect(page.locator(".revealed")).to_have_count(2)
    assert sideways(page) == 0


def test_ratings_and_heat_map_scroll_inside_their_box(phone, board):
    for k in range(20):
        make_contestant(board, f"Very long name of contestant {k}")
    phone.goto("/contests/tea/leaderboard/")
    assert sideways(phone) == 0
    for region in phone.locator(".table-scroll").all():
        at = box(region)
        assert 0 <= at["x"] < at["right"] <= WIDTH
    ratings = phone.get_by_role("region", name="Ratings")
    assert ratings.evaluate("box => box.scrollWidth - box.clientWidth") > 0
    expect(ratings.get_by_text("1095")).to_be_in_viewport()
