"""Everything can be done from the keyboard, and nothing is voted by somebody who only writes or scrolls."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from arena.models import Battle, BattleState, Vote

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

KEYS = {"a": "A", "b": "B", "t": "TIE", "x": "BOTH_BAD", "A": "A", "ArrowLeft": "A", "ArrowRight": "B"}
QUIET = ("a", "b", "t", "x", "s", "j", "ArrowLeft", "ArrowRight")
# What Tab meets on the voting page, in order, with the reasons opened.
ORDER = [
    *(
        "Skip to the content",
        "Versus",
        "About this contest",
        "Leaderboard",
        "Your votes",
        "API",
        "Log in",
        "Scroll together",
    ),
    *("Copy response A", "Copy response B", "Say why, if you like"),
    *("More correct", "Clearer", "More complete", "Follows the task", "The other one is wrong"),
    *("The other one is unclear", "The other one is incomplete", "The other one misses the task"),
    *("The other one is harmful", "Comment", "A is better", "Tie: both good", "Both bad", "B is better", "Skip"),
    *("I cannot judge this", "Report a problem", "Terms"),
]


def expect_vote_page(page: Page) -> None:
    expect(page).to_have_title("Vote · Versus")


def expect_reveal(page: Page) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("^Your vote: "))


def focused(page: Page) -> str:
    """Return how the element with the focus is called, without the key in it; nothing if it is the page itself."""
    return str(
        page.evaluate(
            """() => {
                const element = document.activeElement;
                if (element === document.body) return "";
                const named = element.labels?.[0] ?? element.querySelector(".choice > span") ?? element;
                return named.innerText.replace(/^A\\s*B\\s*/, "").replace(/\\s+/g, " ").trim();
            }"""
        )
    )


def outline(page: Page) -> tuple[str, float]:
    """Return style and width of the outline around what has the focus."""
    style, width = page.evaluate(
        "(style => [style.outlineStyle, parseFloat(style.outlineWidth)])(getComputedStyle(document.activeElement))"
    )
    return style, width


def tab_to(page: Page, name: str) -> None:
    """Press Tab until the focus is on what is called so."""
    for _ in range(40):
        if focused(page) == name:
            return
        page.keyboard.press("Tab")
    pytest.fail(f"Tab never reached {name!r}")


def open_reasons(page: Page) -> None:
    tab_to(page, "Say why, if you like")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Comment")).to_be_visible()


def sent(page: Page) -> int:
    """Return how often the page asked the server for something since the battle was there."""
    return int(page.evaluate("window.sent"))


@pytest.mark.parametrize(("key", "outcome"), KEYS.items())
def test_each_key_votes(page, start, key, outcome):
    start(page)
    page.keyboard.press(key)
    expect_reveal(page)
    assert Vote.objects.get().outcome == outcome


def test_s_skips(page, start):
    start(page)
    page.keyboard.press("s")
    expect(page.get_by_role("heading", level=1)).to_have_text("Skipped")
    assert (Vote.objects.count(), Battle.objects.get().state) == (0, BattleState.SKIPPED)


def test_enter_goes_on_after_a_vote_and_after_a_skip(page, start):
    start(page)
    for key in ("a", "s", "b", "n"):
        page.keyboard.press(key)
        expect(page.get_by_role("button", name="Next battle")).to_be_focused()
        page.keyboard.press("Enter")
        expect_vote_page(page)
        if key == "b":
            break
    assert list(Vote.objects.order_by("id").values_list("outcome", flat=True)) == ["A", "B"]


def test_enter_goes_on_also_from_the_middle_of_the_page_and_after_a_reload(page, start):
    start(page)
    page.keyboard.press("a")
    expect_reveal(page)
    page.reload()
    page.get_by_role("heading", name="About this battle").click()
    page.keyboard.press("Enter")
    expect_vote_page(page)
    assert Battle.objects.count() == 2


def test_enter_on_something_else_does_what_that_does(page, start_showcase):
    start_showcase(page)
    page.keyboard.press("a")
    expect_reveal(page)
    page.locator("summary", has_text="The task again").focus()
    page.keyboard.press("Enter")
    expect(page.locator("details[open] summary", has_text="The task again")).to_be_visible()
    page.locator(".vote-bar").get_by_role("link", name="Leaderboard").focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/leaderboard/$"))
    assert Battle.objects.exclude(policy="test/1").count() == 1


def test_a_whole_session_needs_no_mouse(page, contest):
    page.goto("/")
    tab_to(page, "Vote")
    page.keyboard.press("Enter")
    expect_vote_page(page)
    open_reasons(page)
    tab_to(page, "Clearer")
    page.keyboard.press("Space")
    tab_to(page, "Comment")
    page.keyboard.type("Nice.")
    tab_to(page, "B is better")
    page.keyboard.press("Enter")
    expect_reveal(page)
    vote = Vote.objects.get()
    assert (vote.outcome, vote.tags, vote.comment) == ("B", ["clear"], "Nice.")
    page.keyboard.press("Enter")
    expect_vote_page(page)
    tab_to(page, "Skip")
    page.keyboard.press("Space")
    expect(page.get_by_role("heading", level=1)).to_have_text("Skipped")


def test_tab_goes_through_the_page_from_top_to_bottom(page, start):
    start(page)
    page.locator(".more summary").evaluate("summary => summary.parentElement.open = true")
    seen = []
    for _ in ORDER:
        page.keyboard.press("Tab")
        seen.append(focused(page))
    assert seen == ORDER


def test_what_has_the_focus_is_outlined_and_not_under_the_bar(page, start):
    start(page)
    open_reasons(page)
    page.keyboard.press("Shift+Tab")
    for name in ORDER[10:-1]:
        page.keyboard.press("Tab")
        style, width = outline(page)
        assert style == "solid", name
        assert width >= 2, name
        # The page scrolls there smoothly.
        page.wait_for_function(
            "() => { const element = document.activeElement; const box = element.getBoundingClientRect();"
            " const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);"
            " return element.contains(top) || top.contains(element) }"
        )


def test_the_focus_on_a_choice_outlines_the_side_that_it_means(page, start):
    start(page)
    side = page.locator("#side-a")
    tab_to(page, "A is better")
    expect(side).to_have_class("side would-win")
    tab_to(page, "Both bad")
    expect(side).to_have_class("side would-lose")
    tab_to(page, "B is better")
    expect(side).to_have_class("side")


def test_the_next_battle_starts_at_its_question(page, start):
    start(page)
    page.keyboard.press("a")
    expect_reveal(page)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    assert page.evaluate("window.scrollY") == 0
    page.keyboard.press("Tab")
    assert focused(page) == "Scroll together"


def test_who_presses_the_moment_the_reveal_is_there_goes_on_without_loading_a_page(page, start):
    start(page)
    page.evaluate(
        """() => {
            window.samePage = true;
            new MutationObserver((_, watching) => {
                const next = document.querySelector("#stage .next");
                if (!next) return;
                watching.disconnect();
                document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
            }).observe(document.body, { childList: true, subtree: true });
        }"""
    )
    page.keyboard.press("a")
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    expect_vote_page(page)
    assert page.evaluate("window.samePage") is True
    assert Battle.objects.count() == 2


def test_writing_a_comment_never_votes(page, start):
    start(page)
    open_reasons(page)
    comment = page.get_by_label("Comment")
    comment.focus()
    page.keyboard.type("A tie? abtxsn, TABS\nand more")
    for key in (*QUIET, "Enter"):
        page.keyboard.press(key)
    assert sent(page) == 0
    expect(comment).to_have_value(re.compile("^A tie"))


def test_enter_on_a_box_does_not_vote(page, start):
    start(page)
    open_reasons(page)
    box = page.get_by_label("Clearer")
    box.focus()
    page.keyboard.press("Enter")
    assert sent(page) == 0


def test_a_ticked_box_leaves_the_keys_working(page, start):
    start(page)
    open_reasons(page)
    page.get_by_label("Clearer").focus()
    page.keyboard.press("Space")
    page.keyboard.press("t")
    expect_reveal(page)
    assert (Vote.objects.get().outcome, Vote.objects.get().tags) == ("TIE", ["clear"])


@pytest.mark.parametrize("modifier", ["Control", "Alt", "Meta"])
def test_shortcuts_of_the_browser_do_not_vote(page, start, modifier):
    start(page)
    for key in ("a", "x", "s"):
        page.keyboard.press(f"{modifier}+{key}")
    assert sent(page) == 0


def test_arrows_that_extend_a_selection_do_not_vote(page, start):
    start(page)
    page.locator("#side-a .prose p").dblclick()
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowLeft")
    assert sent(page) == 0


def test_arrows_scroll_a_wide_table_and_do_not_vote(page, start_showcase):
    start_showcase(page)
    table = page.locator("#side-a table")
    table.focus()
    page.keyboard.press("ArrowRight")
    expect(table).not_to_have_js_property("scrollLeft", 0)
    page.keyboard.press("ArrowLeft")
    assert sent(page) == 0


@pytest.mark.parametrize("key", ["Enter", "a"])
def test_a_key_held_down_votes_once_and_does_not_run_on(page: Page, start: Callable[[Page], str], key: str) -> None:
    start(page)
    tab_to(page, "A is better")
    page.keyboard.down(key)
    page.keyboard.down(key)
    expect_reveal(page)
    for _ in range(5):
        page.keyboard.down(key)
    page.keyboard.up(key)
    assert sent(page) == 1
    expect_reveal(page)
    page.keyboard.press("Enter")
    expect_vote_page(page)


def test_a_link_under_the_bar_comes_out_from_there_when_it_gets_the_focus(page, start_showcase):
    start_showcase(page)
    link, bar = page.locator("#side-b a"), page.locator(".vote-bar")
    page.locator("#side-b [data-copy]").evaluate("box => box.focus({ preventScroll: true })")
    page.evaluate(f"window.scrollBy(0, {link.bounding_box()['y'] - bar.bounding_box()['y'] - 20})")
    assert link.bounding_box()["y"] > bar.bounding_box()["y"]
    page.keyboard.press("Tab")
    expect(link).to_be_focused()
    page.wait_for_function(
        """() => document.querySelector('#side-b a').getBoundingClientRect().bottom
                 <= document.querySelector('.vote-bar').getBoundingClientRect().top"""
    )


def test_other_keys_do_nothing(page, start):
    start(page)
    for key in ("c", "n", "1", "Escape", "Home", "ArrowDown", "PageDown", "Enter"):
        page.keyboard.press(key)
    assert sent(page) == 0


def test_the_skip_link_leads_past_the_header(page, start):
    start(page)
    page.keyboard.press("Tab")
    assert focused(page) == "Skip to the content"
    expect(page.get_by_role("link", name="Skip to the content")).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert focused(page) == "Scroll together"


def test_keys_wait_until_both_long_responses_were_seen_and_say_so_calmly(page, start_showcase):
    page.set_viewport_size({"width": 1000, "height": 400})
    start_showcase(page)
    page.keyboard.press("a")
    hint = page.locator(".vote-bar .hint")
    expect(hint).to_contain_text("Once you have seen both to the end, the keys vote.")
    assert sent(page) == 0
    page.evaluate("window.scrollTo(0, document.scrollingElement.scrollHeight)")
    expect(page.locator(".side[data-unread]")).to_have_count(0)
    page.keyboard.press("a")
    expect_reveal(page)


def test_a_pointer_votes_whatever_was_seen(page, start_showcase):
    start_showcase(page)
    page.get_by_role("button", name="A is better").click()
    expect_reveal(page)


def test_j_says_that_its_rater_cannot_judge(page, start):
    start(page)
    page.keyboard.press("j")
    expect(page.get_by_role("heading", level=1)).to_have_text("Skipped")
    assert Battle.objects.get().skip_reason == "cannot_judge"


def test_u_takes_the_vote_back_and_the_next_battle_waits(page, start):
    start(page)
    with page.expect_response(re.compile("/contests/tea/battles/$")):
        page.keyboard.press("a")
    expect_reveal(page)
    page.keyboard.press("u")
    expect_vote_page(page)
    expect(page.get_by_text("You took your vote on this pair back.")).to_be_visible()
    page.keyboard.press("b")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your vote: B is better")
    expect(page.get_by_role("button", name="Undo")).to_have_count(0)
    page.keyboard.press("Enter")
    expect_vote_page(page)
    counted = Vote.objects.filter(voided_at__isnull=True)
    assert [vote.outcome for vote in counted] == ["B"]
    assert Battle.objects.count() == 3
