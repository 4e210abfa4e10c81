"""A person with a mouse votes, sees who wrote what, and goes on; the page is never loaded anew."""

import re
from collections.abc import Callable

import pytest
from django.test import override_settings
from playwright.sync_api import Page, expect

from arena.models import Battle, BattleState, Contest, ContestState, Vote, VoteOutcome
from arena.services.votes import void_vote
from tests.factories import make_arena, make_battle, make_vote

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CHOICES = {"A is better": "A", "B is better": "B", "Tie": "TIE", "Both bad": "BOTH_BAD"}
HEADINGS = {"A": "A is better", "B": "B is better", "TIE": "Tie: both good", "BOTH_BAD": "Both are bad"}


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).click()


def expect_reveal(page: Page, outcome: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Your vote: {HEADINGS[outcome]}")


def stay(page: Page) -> None:
    """Mark the page, so that `stayed` tells whether it was loaded anew since."""
    page.evaluate("window.stayed = true")


def stayed(page: Page) -> bool:
    return bool(page.evaluate("window.stayed === true"))


def outlines(page: Page) -> dict[str, str]:
    """Return which sides are outlined, and how."""
    classes = {side: page.locator(f"#side-{side}").get_attribute("class") or "" for side in "ab"}
    return {side: names.removeprefix("side").strip() for side, names in classes.items()}


def test_the_contest_leads_to_a_battle_of_two_responses_without_names(page, start, contest):
    path = start(page)
    battle = Battle.objects.get()
    assert path == f"/battles/{battle.token}/"
    expect(page.locator("#side-a .prose")).to_have_text(battle.response_a.text)
    expect(page.locator("#side-b .prose")).to_have_text(battle.response_b.text)
    html = page.content()
    for name, model in contest.contestants.values_list("name", "model"):
        assert name not in html
        assert model not in html


@pytest.mark.parametrize(("name", "outcome"), CHOICES.items())
def test_each_button_stores_its_outcome_and_reveals_it(page, start, name, outcome):
    path = start(page)
    stay(page)
    press(page, name)
    expect_reveal(page, outcome)
    assert (Vote.objects.get().outcome, stayed(page)) == (outcome, True)
    expect(page).to_have_title("Who wrote what · Versus")
    assert page.evaluate("location.pathname") == path


def test_the_reveal_names_both_authors_and_marks_the_choice(page, start):
    start(page)
    press(page, "B is better")
    battle = Battle.objects.get()
    expect(page.locator(".revealed")).to_have_count(2)
    for side, author, chosen in (("A", battle.contestant_a, False), ("B", battle.contestant_b, True)):
        section = page.locator(f"section[aria-labelledby={side}-name]")
        expect(section.get_by_role("heading")).to_contain_text(author.name)
        expect(section).to_contain_text(author.model)
        expect(section).to_contain_text("No rating yet.")
        expect(section.get_by_text("Your choice")).to_have_count(int(chosen))
    expect(page.get_by_text("Why this pair?")).to_be_visible()


@pytest.mark.parametrize("name", ["Tie", "Both bad"])
def test_without_a_winner_nobody_is_marked(page, start, name):
    start(page)
    press(page, name)
    expect(page.locator(".revealed")).to_have_count(2)
    expect(page.get_by_text("Your choice")).to_have_count(0)


def test_the_reveal_shows_ratings_and_settings(page, start_showcase):
    start_showcase(page)
    press(page, "A is better")
    expect(page.locator(".won .rating-line")).to_contain_text("1000 points, between")
    expect(page.locator(".won .rating-line")).to_contain_text("rank 1–2 · People")
    page.locator(".won summary", has_text="Settings").click()
    expect(page.get_by_text("Answer as a tea master.").first).to_be_visible()
    expect(page.get_by_text("temperature 0.7, top p 0.9").first).to_be_visible()
    expect(page.get_by_text("Others on these same two responses: A is better 1, B is better 1.")).to_be_visible()


def test_next_opens_another_battle_under_its_own_address(page, start):
    first = start(page)
    stay(page)
    press(page, "A is better")
    press(page, "Next battle")
    expect(page).to_have_title("Vote · Versus")
    second = Battle.objects.get(state=BattleState.SERVED)
    expect(page).to_have_url(re.compile(f"/battles/{second.token}/$"))
    assert f"/battles/{second.token}/" != first
    expect(page.locator("#side-a .prose")).to_have_text(second.response_a.text)
    assert stayed(page)


def test_several_battles_in_a_row_are_votes_of_one_rater(page, start):
    start(page)
    for name in ("A is better", "Tie", "B is better"):
        press(page, name)
        press(page, "Next battle")
        expect(page).to_have_title("Vote · Versus")
    said = Vote.objects.order_by("id").values_list("outcome", flat=True)
    assert list(said) == ["A", "TIE", "B"]
    assert Battle.objects.values("rater").distinct().count() == 1


def test_a_skip_reveals_nothing_and_stores_no_vote(page, start, contest):
    path = start(page)
    stay(page)
    press(page, "Skip")
    expect(page.get_by_role("heading", level=1)).to_have_text("Skipped")
    expect(page).to_have_title("Skipped · Versus")
    assert (Battle.objects.get().state, Vote.objects.count()) == (BattleState.SKIPPED, 0)
    assert page.evaluate("location.pathname") == path
    assert not [name for name in contest.contestants.values_list("name", flat=True) if name in page.content()]
    press(page, "Next battle")
    expect(page).to_have_title("Vote · Versus")
    assert stayed(page)
    assert page.evaluate("location.pathname") != path


def test_a_reload_after_the_vote_shows_the_same_reveal(page, start):
    start(page)
    press(page, "A is better")
    expect_reveal(page, "A")
    before = page.locator("#stage").inner_text()
    page.reload()
    expect_reveal(page, "A")
    assert page.locator("#stage").inner_text() == before
    assert Vote.objects.count() == 1


def test_a_reload_before_the_vote_shows_the_same_battle(page, start):
    path = start(page)
    before = page.locator("#stage").inner_text()
    page.reload()
    assert page.locator("#stage").inner_text() == before
    page.goto("/contests/tea/")
    press(page, "Start voting")
    expect(page).to_have_url(re.compile(f"{path}$"))
    assert Battle.objects.count() == 1


def test_back_leads_to_the_reveal_and_forward_to_the_battle_that_waits(page, start):
    start(page)
    press(page, "A is better")
    press(page, "Next battle")
    expect(page).to_have_title("Vote · Versus")
    waiting = page.locator("#side-a .prose").inner_text()
    page.go_back()
    expect_reveal(page, "A")
    expect(page.locator(".revealed")).to_have_count(2)
    page.go_forward()
    expect(page.locator("#side-a .prose")).to_have_text(waiting)
    press(page, "B is better")
    expect_reveal(page, "B")
    assert Vote.objects.count() == 2


def test_back_from_the_leaderboard_leads_to_the_reveal(page, start):
    start(page)
    press(page, "Tie")
    page.locator(".vote-bar").get_by_role("link", name="Leaderboard").click()
    expect(page.get_by_text("No ratings yet.")).to_be_visible()
    page.go_back()
    expect_reveal(page, "TIE")


@pytest.mark.parametrize("name", ["A is better", "Tie", "Both bad", "Skip"])
def test_a_double_click_is_one_press_and_leaves_its_answer_on_the_page(page, start, name):
    start(page)
    page.get_by_role("button", name=name).dblclick()
    expect(page.get_by_role("button", name="Next battle")).to_be_visible()
    assert page.evaluate("window.sent") == 1
    assert Vote.objects.count() == int(name != "Skip")
    # A next one may have been asked for in advance; it is nobody's answer to anything.
    assert Battle.objects.exclude(state=BattleState.SERVED).count() == 1


def test_the_second_half_of_a_double_click_does_nothing_to_a_reveal_that_is_there_already(page, start):
    start(page)
    box = page.get_by_role("button", name="Tie").bounding_box()
    at = (box["x"] + 0.75 * box["width"], box["y"] + box["height"] / 2)
    page.mouse.click(*at)
    expect_reveal(page, "TIE")
    beneath = page.evaluate("([x, y]) => document.elementFromPoint(x, y).closest('.choice').innerText", at)
    assert "Next battle" in beneath
    page.mouse.down(click_count=2)
    page.mouse.up(click_count=2)
    assert page.evaluate("window.sent") == 1
    expect_reveal(page, "TIE")
    page.mouse.click(*at)
    expect(page).to_have_title("Vote · Versus")


def test_a_second_press_on_the_way_of_the_first_is_not_sent(page, start):
    start(page)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    page.evaluate("for (const name of ['a', 'b', 'skip', 'a']) document.querySelector(`.choice-${name}`).click()")
    expect_reveal(page, "A")
    assert [url.rsplit("/", 2)[1] for url in sent if url.endswith(("/vote/", "/skip/"))] == ["vote"]


def test_pointing_at_a_choice_outlines_what_it_means(page, start):
    start(page)
    for name, expected in {
        "A is better": {"a": "would-win", "b": ""},
        "B is better": {"a": "", "b": "would-win"},
        "Tie": {"a": "would-win", "b": "would-win"},
        "Both bad": {"a": "would-lose", "b": "would-lose"},
        "Skip": {"a": "", "b": ""},
    }.items():
        page.get_by_role("button", name=name).hover()
        assert outlines(page) == expected


def test_reasons_and_a_comment_are_stored_with_the_vote(page, start):
    start(page)
    page.get_by_text("Say why, if you like").click()
    page.get_by_label("Clearer").check()
    page.get_by_label("More correct").check()
    page.get_by_label("Comment").fill("It names the kettle.\nThat helps: “really”.")
    press(page, "A is better")
    expect_reveal(page, "A")
    vote = Vote.objects.get()
    assert sorted(vote.tags) == ["clear", "correct"]
    assert vote.comment.splitlines() == ["It names the kettle.", "That helps: “really”."]


def test_another_choice_in_a_second_tab_gets_the_first_and_says_so(page, start):
    path = start(page)
    other = page.context.new_page()
    other.goto(path)
    press(page, "A is better")
    expect_reveal(page, "A")
    stay(other)
    press(other, "B is better")
    expect_reveal(other, "A")
    expect(other.get_by_role("status")).to_have_text("You had voted on this battle before; that vote stands.")
    assert stayed(other)
    assert Vote.objects.get().outcome == VoteOutcome.A
    press(other, "Next battle")
    expect(other).to_have_title("Vote · Versus")
    expect(other.get_by_role("status")).to_be_empty()


def test_two_tabs_that_press_together_make_one_vote_and_show_the_same(page, start):
    path = start(page)
    other = page.context.new_page()
    other.goto(path)
    for tab, name in ((page, "a"), (other, "b")):
        tab.evaluate(f"void document.querySelector('.choice-{name}').click()")
    for tab in (page, other):
        expect(tab.locator(".revealed")).to_have_count(2)
    assert page.locator("#stage").inner_text() == other.locator("#stage").inner_text()
    expect_reveal(other, Vote.objects.get().outcome)


def test_a_vote_on_a_battle_skipped_elsewhere_says_that_it_was_not_taken(page, start):
    path = start(page)
    other = page.context.new_page()
    other.goto(path)
    press(other, "Skip")
    expect(other.get_by_role("heading", level=1)).to_have_text("Skipped")
    press(page, "A is better")
    expect(page.get_by_role("status")).to_have_text(
        "This battle is skipped and takes no vote any more. Start the next one."
    )
    expect(page.get_by_role("button", name="Next battle")).to_be_visible()
    assert Vote.objects.count() == 0


def test_a_battle_that_expired_says_so_and_offers_the_next(page, contest):
    with override_settings(BATTLE_MINUTES=0):
        page.goto(f"/contests/{contest.slug}/")
        press(page, "Start voting")
        expect(page.get_by_role("heading", level=1)).to_have_text("This battle has expired")
    press(page, "Next battle")
    expect(page).to_have_title("Vote · Versus")
    press(page, "A is better")
    expect_reveal(page, "A")


def test_when_nothing_is_left_the_contest_is_shown_with_thanks(page: Page) -> None:
    make_arena(contestants=2, prompts=1)
    page.goto("/contests/tea/")
    press(page, "Start voting")
    press(page, "A is better")
    press(page, "Next battle")
    expect(page.get_by_role("status")).to_have_text(
        "You have compared everything that Tea has to offer for now. Thank you."
    )
    expect(page.get_by_role("heading", level=1)).to_have_text("Tea")
    assert page.evaluate("location.pathname") == "/contests/tea/"
    page.reload()
    expect(page.get_by_role("status")).to_be_empty()


def test_a_contest_closed_meanwhile_says_so_instead_of_the_next_battle(page, start, contest):
    start(page)
    press(page, "A is better")
    expect_reveal(page, "A")
    Contest.objects.update(state=ContestState.CLOSED)
    # Else a battle that was fetched before would be shown, and only its vote be refused.
    page.reload()
    press(page, "Next battle")
    expect(page.get_by_role("status")).to_have_text("The contest Tea takes no votes now.")
    expect(page.get_by_role("button", name="Start voting")).to_have_count(0)


def test_a_contest_closed_before_the_vote_takes_none_and_says_so(page, start):
    start(page)
    Contest.objects.update(state=ContestState.CLOSED)
    press(page, "A is better")
    expect(page.get_by_role("status")).to_have_text("The contest Tea takes no votes now.")
    assert Vote.objects.count() == 0


def test_a_voided_vote_still_shows_its_reveal(page: Page, start: Callable[[Page], str]) -> None:
    start(page)
    press(page, "A is better")
    expect_reveal(page, "A")
    void_vote(Vote.objects.get(), None, "tried out")
    page.reload()
    expect_reveal(page, "A")


def test_the_battle_of_somebody_else_is_not_shown(page, contest, problems):
    vote = make_vote(make_battle(contest))
    page.goto(f"/battles/{vote.battle.token}/")
    expect(page.get_by_role("heading", level=1)).to_have_text("There is nothing here")
    problems[:] = [problem for problem in problems if "404" not in problem]
