"""Without scripts every step is a plain form or link, and nothing is missing."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from arena.models import Battle, BattleState, Contest, Vote
from tests.factories import make_arena

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def plain(open_page: Callable[..., Page]) -> Page:
    """A page in a browser that runs no scripts."""
    return open_page(java_script_enabled=False)


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).click()


def begin(page: Page, contest: Contest) -> None:
    page.goto(f"/contests/{contest.slug}/")
    press(page, "Start voting")
    expect(page).to_have_title("Vote · Versus")


def test_scripts_are_really_off(plain, contest):
    begin(plain, contest)
    plain.keyboard.press("a")
    expect(plain).to_have_title("Vote · Versus")
    assert Vote.objects.count() == 0


def test_from_the_list_to_a_vote_and_to_the_next_battle(plain, contest):
    plain.goto("/")
    press(plain, f"Vote on {contest.name}")
    expect(plain).to_have_title("Vote · Versus")
    first = plain.url
    press(plain, "B is better")
    expect(plain.get_by_role("heading", level=1)).to_have_text("Your vote: B is better")
    expect(plain).to_have_url(first)
    expect(plain.locator(".revealed")).to_have_count(2)
    expect(plain.get_by_text("Your choice")).to_be_visible()
    assert Vote.objects.get().outcome == "B"
    press(plain, "Next battle")
    expect(plain).to_have_title("Vote · Versus")
    expect(plain).to_have_url(re.compile(f"/battles/{Battle.objects.get(state=BattleState.SERVED).token}/$"))
    assert plain.url != first


@pytest.mark.parametrize(("name", "outcome"), [("A is better", "A"), ("Tie", "TIE"), ("Both bad", "BOTH_BAD")])
def test_every_choice_is_a_button_of_the_form(plain, contest, name, outcome):
    begin(plain, contest)
    press(plain, name)
    expect(plain.get_by_role("heading", level=1)).to_have_text(re.compile("^Your vote: "))
    assert Vote.objects.get().outcome == outcome


def test_a_skip_and_the_next_battle(plain, contest):
    begin(plain, contest)
    skipped = plain.url
    press(plain, "Skip")
    expect(plain.get_by_role("heading", level=1)).to_have_text("Skipped")
    expect(plain).to_have_url(skipped)
    assert (Battle.objects.get().state, Vote.objects.count()) == (BattleState.SKIPPED, 0)
    press(plain, "Next battle")
    expect(plain).to_have_title("Vote · Versus")
    assert plain.url != skipped


def test_reasons_and_a_comment_are_stored(plain, contest):
    begin(plain, contest)
    plain.get_by_text("Say why, if you like").click()
    plain.get_by_label("More complete").check()
    plain.get_by_label("Comment").fill("It names the kettle.")
    press(plain, "Tie")
    expect(plain.get_by_role("heading", level=1)).to_have_text("Your vote: Tie: both good")
    vote = Vote.objects.get()
    assert (vote.tags, vote.comment) == (["complete"], "It names the kettle.")


def test_enter_on_a_box_does_not_vote(plain, contest):
    begin(plain, contest)
    plain.get_by_text("Say why, if you like").click()
    plain.get_by_label("Clearer").focus()
    plain.keyboard.press("Enter")
    plain.get_by_label("Clearer").check()
    expect(plain).to_have_title("Vote · Versus")
    assert Vote.objects.count() == 0


def test_the_keyboard_reaches_the_buttons_by_tab(plain, contest):
    begin(plain, contest)
    plain.get_by_role("button", name="A is better").focus()
    plain.keyboard.press("Tab")
    plain.keyboard.press("Tab")
    plain.keyboard.press("Enter")
    expect(plain.get_by_role("heading", level=1)).to_have_text("Your vote: Both are bad")
    expect(plain.get_by_role("button", name="Next battle")).to_be_focused()
    plain.keyboard.press("Enter")
    expect(plain).to_have_title("Vote · Versus")


def test_going_back_and_voting_again_gets_the_first_vote_and_says_so(plain, contest):
    begin(plain, contest)
    path = plain.url
    other = plain.context.new_page()
    other.goto(path)
    press(plain, "A is better")
    expect(plain.locator(".revealed")).to_have_count(2)
    press(other, "B is better")
    expect(other.get_by_role("heading", level=1)).to_have_text("Your vote: A is better")
    expect(other.get_by_role("status")).to_have_text("You had voted on this battle before; that vote stands.")
    assert Vote.objects.get().outcome == "A"


def test_a_double_click_is_one_vote(plain, contest):
    begin(plain, contest)
    plain.get_by_role("button", name="A is better").dblclick()
    expect(plain.get_by_role("heading", level=1)).to_have_text("Your vote: A is better")
    assert Vote.objects.count() == 1


def test_back_from_the_next_battle_shows_the_reveal(plain, contest):
    begin(plain, contest)
    press(plain, "A is better")
    press(plain, "Next battle")
    expect(plain).to_have_title("Vote · Versus")
    plain.go_back()
    expect(plain.get_by_role("heading", level=1)).to_have_text("Your vote: A is better")


def test_when_nothing_is_left_the_contest_is_shown_with_thanks(plain):
    begin(plain, make_arena(contestants=2, prompts=1))
    press(plain, "Skip")
    press(plain, "Next battle")
    expect(plain.get_by_role("status")).to_contain_text("You have compared everything")
    expect(plain).to_have_url(re.compile("/contests/tea/$"))


def test_the_boards_of_a_leaderboard_are_links(plain, board):
    plain.goto("/contests/tea/leaderboard/")
    expect(plain.locator("tbody .name").first).to_have_text("Assam")
    plain.get_by_role("link", name="Careful Judge").click()
    expect(plain).to_have_url(re.compile(r"\?raters=careful-judge$"))
    expect(plain.get_by_role("link", name="Careful Judge")).to_have_attribute("aria-current", "page")
    expect(plain.locator("tbody .name").first).to_have_text("Ceylon")
