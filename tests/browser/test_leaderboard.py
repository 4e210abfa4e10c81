"""A leaderboard tells ranks, ratings and how sure they are; the boards of one contest are a press apart."""

import re

import pytest
from playwright.sync_api import Page, expect

from arena.models import Board, Contestant, ContestantState, Vote
from arena.services.leaderboards import refresh_contest
from arena.services.simulations import load_simulation
from arena.services.votes import void_vote
from tests.factories import make_arena

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ADDRESS = "/contests/tea/leaderboard/"


def rows(page: Page) -> list[list[str]]:
    """Return the cells of the ratings, row by row, without the plot."""
    return [
        [" ".join(cell.inner_text().split()) for cell in row.locator("th, td:not(.axis-cell)").all()]
        for row in page.locator("table.ratings tbody tr").all()
    ]


def open_board(page: Page, query: str = "") -> None:
    page.goto(ADDRESS + query)
    expect(page.get_by_role("heading", level=1)).to_have_text("Tea: leaderboard")


def test_the_table_tells_rank_rating_interval_votes_and_shares(page, board):
    open_board(page)
    # 1000 ± 200 log10(3), and the interval from three wins in four votes.
    assert [row[:3] for row in rows(page)] == [
        ["1–2", "Assam", "1095 899 to 1292"],
        ["1–2", "Ceylon", "905 708 to 1101"],
    ]
    assert [row[3:] for row in rows(page)] == [["5", "75.0 %", "20.0 %"], ["5", "25.0 %", "20.0 %"]]
    expect(page.locator(".summary")).to_contain_text("5 votes, 1 of them “both bad” · 2 rated · published")


def test_who_has_no_rating_is_listed_apart_with_the_reason(page, board):
    open_board(page)
    expect(page.locator(".unrated li")).to_have_text("Darjeeling No votes yet.")
    expect(page.get_by_role("list", name="What to know")).to_contain_text("1 contestant is without votes")


def test_the_dots_lie_between_the_ends_of_their_intervals(page, board):
    open_board(page)
    for bar in page.locator("svg.bar").all():
        whisker, dot = bar.locator(".whisker").bounding_box(), bar.locator(".dot").bounding_box()
        middle = dot["x"] + dot["width"] / 2
        assert middle == pytest.approx(whisker["x"] + whisker["width"] / 2, abs=1)
        assert whisker["width"] > 20
        cell = bar.bounding_box()
        assert cell["x"] <= whisker["x"]
        assert whisker["x"] + whisker["width"] <= cell["x"] + cell["width"]
    first, second = (dot.bounding_box()["x"] for dot in page.locator("svg.bar .dot").all())
    assert first > second


def test_the_heat_map_tells_who_beats_whom(page, board):
    open_board(page)
    cells = page.locator("table.heat tbody td")
    assert cells.all_inner_texts() == ["", "75", "25", ""]
    expect(cells.nth(1)).to_have_attribute(
        "title", "Assam beats Ceylon with probability 75%; 3 of 4 votes won, ties half"
    )
    high, low = (cells.nth(k).evaluate("cell => getComputedStyle(cell).backgroundColor") for k in (1, 2))
    assert len({high, low, "rgba(0, 0, 0, 0)"}) == 3


def test_style_control_shows_both_ratings_and_what_style_is_worth(page, styled_board):
    page.goto("/contests/styled/leaderboard/")
    expect(page.get_by_role("columnheader", name="Without control")).to_have_count(0)
    plain = [row[2].split()[0] for row in sorted(rows(page), key=lambda row: row[1])]
    page.get_by_role("link", name="Style controlled").click()
    expect(page.get_by_role("columnheader", name="Rating, style controlled")).to_be_visible()
    found = sorted(rows(page), key=lambda row: row[1])
    # The ratings without control are those of the other board.
    assert [row[3].split()[0] for row in found] == plain
    worth = page.locator("table.effects tbody tr")
    expect(worth).to_have_count(2)
    expect(worth.first).to_contain_text("tokens")
    expect(worth.first).to_contain_text("length in words and punctuation marks")
    assert re.search(r"\+\d+", worth.first.inner_text())
    expect(page.locator(".method")).to_contain_text("Only votes on prompts in en.")


def test_what_was_checked_is_told_in_sentences_with_names(page, styled_board):
    page.goto("/contests/styled/leaderboard/")
    checks = page.get_by_role("region", name="What we checked")
    expect(checks).to_contain_text("3 of 3 pairs were compared")
    expect(checks).to_contain_text("by organisation: Tea House 100%.")
    expect(page.locator(".settled")).to_contain_text("neighbours are told apart")
    text = page.locator("#board").inner_text()
    assert not [slug for slug in styled_board.contestants.values_list("slug", flat=True) if slug in text]


def test_a_tier_is_a_line_and_a_word_for_those_who_do_not_see_it(page, islands):
    page.goto("/contests/islands/leaderboard/")
    tier = page.locator("tr.tier")
    expect(tier).to_have_count(1)
    expect(tier).to_contain_text("Darjeeling")
    expect(tier).to_contain_text("tier 2 begins")
    assert tier.locator("th").evaluate("cell => getComputedStyle(cell).borderTopWidth") == "2px"


def test_groups_apart_and_bounds_have_their_places(page, islands):
    page.goto("/contests/islands/leaderboard/")
    group = page.get_by_role("region", name="Group 1")
    expect(group.locator("tbody .name")).to_have_text(["Fennel", "Ginger"])
    expect(page.locator(".unrated li").filter(has_text="Earl Grey")).to_contain_text(re.compile(r"At least \d+ points"))
    expect(page.locator(".unrated li").filter(has_text="Fennel")).to_contain_text("No comparison connects it")


def test_another_board_is_swapped_in_under_its_own_address(page, board):
    open_board(page)
    page.evaluate("window.stayed = true")
    tab = page.get_by_role("link", name="Careful Judge")
    tab.click()
    expect(page).to_have_url(re.compile(re.escape(ADDRESS) + r"\?raters=careful-judge$"))
    assert [row[1:3] for row in rows(page)] == [["Ceylon", "1095 899 to 1292"], ["Assam", "905 708 to 1101"]]
    expect(tab).to_have_attribute("aria-current", "page")
    expect(page.get_by_role("link", name="People")).not_to_have_attribute("aria-current", "page")
    expect(page).to_have_title("Tea: leaderboard, Careful Judge · Versus")
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    assert page.evaluate("window.stayed") is True


def test_a_reload_and_a_sent_link_show_the_same_board(page, open_page, board):
    open_board(page)
    page.get_by_role("link", name="Careful Judge").click()
    expect(page).to_have_url(re.compile("careful-judge$"))
    before = rows(page)
    page.reload()
    assert rows(page) == before
    other = open_page()
    other.goto(page.url)
    assert rows(other) == before


def test_back_shows_the_board_of_before(page, board):
    open_board(page)
    page.get_by_role("link", name="Careful Judge").click()
    expect(page.locator("tbody .name").first).to_have_text("Ceylon")
    page.go_back()
    expect(page.locator("tbody .name").first).to_have_text("Assam")
    expect(page).to_have_url(re.compile(re.escape(ADDRESS) + "$"))
    page.get_by_role("link", name="Careful Judge").click()
    expect(page.locator("tbody .name").first).to_have_text("Ceylon")


def test_the_keyboard_stays_on_the_tab_that_it_pressed(page, board):
    open_board(page)
    tab = page.get_by_role("link", name="Careful Judge")
    tab.focus()
    page.keyboard.press("Enter")
    expect(tab).to_have_attribute("aria-current", "page")
    expect(tab).to_be_focused()


def test_an_ai_judge_is_marked_as_one(page, board):
    open_board(page)
    expect(page.get_by_role("link", name="Careful Judge")).to_contain_text("AI judge")
    expect(page.get_by_role("link", name="People")).not_to_contain_text("AI judge")


def test_a_board_with_a_problem_says_so_above_its_last_numbers(page, stuck_board):
    open_board(page)
    expect(page.locator(".problem")).to_have_text("This board could not be brought up to date. The fit broke off.")
    assert len(rows(page)) == 2


def test_votes_that_do_not_count_are_told(page, board):
    void_vote(Vote.objects.filter(battle__rater__kind="human").first(), None, "tried out")
    refresh_contest(board)
    open_board(page)
    expect(page.locator(".method")).to_contain_text("Not counted: 1 voided.")
    expect(page.locator(".summary")).to_contain_text("4 votes")


def test_a_retired_contestant_keeps_its_place_and_is_marked(page, board):
    Contestant.objects.filter(slug="ceylon").update(state=ContestantState.RETIRED)
    open_board(page)
    assert [row[1] for row in rows(page)] == ["Assam", "Ceylon retired"]


def test_without_votes_there_is_a_calm_sentence(page, contest):
    open_board(page)
    expect(page.locator(".empty")).to_have_text(
        "No ratings yet. They appear within a minute after enough votes have come in."
    )
    expect(page.get_by_role("table")).to_have_count(0)


def test_a_board_that_has_never_been_published_tells_why(page, board):
    Board.objects.create(contest=board, slug="empty", name="Nobody", rater_kind="human", problem="No votes yet.")
    open_board(page, "?raters=empty")
    expect(page.locator(".problem")).to_contain_text("No votes yet.")
    expect(page.locator(".empty")).to_have_text("No ratings yet.")
    expect(page.get_by_role("link", name="Nobody")).to_have_attribute("aria-current", "page")


def test_a_board_that_is_not_there_is_not_found(page, board, problems):
    page.goto(f"{ADDRESS}?raters=nobody")
    expect(page.get_by_role("heading", level=1)).to_have_text("There is nothing here")
    problems[:] = [problem for problem in problems if "404" not in problem]


def test_the_downloads_are_of_the_board_on_the_page(page, board):
    open_board(page, "?raters=careful-judge")
    with page.expect_download() as caught:
        page.get_by_role("link", name="CSV").click()
    assert caught.value.suggested_filename == "tea-careful-judge.csv"
    answer = page.request.get(page.get_by_role("link", name="JSON").get_attribute("href"))
    assert [row["slug"] for row in answer.json()["rows"]][:2] == ["ceylon", "assam"]


def test_sources_and_licences_are_named_below(page, board):
    open_board(page)
    sources = page.get_by_role("region", name="Sources and licences")
    expect(sources).to_contain_text("Answers by the tea house, CC BY 4.0.")
    expect(sources.get_by_role("link", name="the tea house")).to_have_attribute("href", "https://example.org/")


def test_a_simulation_is_marked_and_shows_the_truth_beside_the_estimate(page):
    contest = load_simulation("simulation").contest
    refresh_contest(contest)
    page.goto("/contests/simulation/leaderboard/")
    expect(page.locator(".message").first).to_contain_text("Nobody gave them.")
    expect(page.locator("table.ratings tbody tr")).to_have_count(20)
    expect(page.locator("svg.bar .truth")).to_have_count(20)
    expect(page.get_by_role("columnheader", name="Truth")).to_be_visible()
    expect(page.locator("table.heat tbody tr")).to_have_count(20)


def test_names_of_strangers_are_shown_as_written(page):
    contest = make_arena(2, 1)
    Contestant.objects.filter(contest=contest).update(organisation="<b>House</b>")
    refresh_contest(contest)
    page.goto("/contests/tea/")
    page.get_by_role("button", name="Start voting").click()
    page.get_by_role("button", name="A is better").click()
    expect(page.get_by_text("<b>House</b>").first).to_be_visible()
