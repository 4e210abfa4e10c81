"""The page of a leaderboard and its CSV: the numbers of the snapshot, all of them, and what to know beside them."""

import csv
import io
import re
from html import unescape
from html.parser import HTMLParser

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from arena.models import Board, Contest, Contestant, ContestantState, RaterKind, Vote
from arena.services.leaderboards import refresh_contest
from arena.services.votes import void_vote
from tests.factories import make_arena, make_contest, make_contestant, make_rater, make_voted_arena, vote_between

pytestmark = [pytest.mark.django_db]


class Tables(HTMLParser):
    """The cells of every table body of a page, by the class of the table."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.rows: dict[str, list[list[str]]] = {}
        self.table = ""
        self.inside = self.cell = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.table = dict(attrs).get("class") or ""
            self.rows[self.table] = []
        elif tag == "tbody":
            self.inside = True
        elif tag == "tr" and self.inside:
            self.rows[self.table].append([])
        elif tag in ("td", "th") and self.inside:
            self.rows[self.table][-1].append("")
            self.cell = True

    def handle_endtag(self, tag: str) -> None:
        self.inside = self.inside and tag != "tbody"
        self.cell = self.cell and tag not in ("td", "th")

    def handle_data(self, data: str) -> None:
        if self.cell:
            self.rows[self.table][-1][-1] += data


def cells(page: str, table: str) -> list[list[str]]:
    """Return the texts of a table's body, white space made even."""
    return [[" ".join(text.split()) for text in row] for row in Tables(page).rows[table]]


def get(client, address: str = "/contests/tea/leaderboard/") -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


@pytest.fixture
def contest() -> Contest:
    """Three contestants with a published board of people's votes."""
    contest = make_voted_arena()
    refresh_contest(contest)
    return contest


def whole(value: float) -> str:
    return f"{value:.0f}"


def test_page_csv_and_json_carry_the_same_numbers(client, contest):
    page = cells(get(client), "ratings")
    table = list(csv.DictReader(io.StringIO(client.get("/contests/tea/leaderboard.csv").content.decode())))
    rows = client.get("/api/v1/contests/tea/leaderboard/").json()["rows"]
    assert len(page) == len(table) == len(rows) == 3
    for shown, stated, row in zip(page, table, rows, strict=True):
        assert stated == {name: "" if value is None else str(value) for name, value in row.items()}
        assert shown == [
            f"{row['rank_low']}–{row['rank_high']}",
            row["name"],
            f"{whole(row['rating'])} {whole(row['lower'])} to {whole(row['upper'])}",
            "",
            whole(row["votes"]),
            f"{row['win_rate']:.1%}".replace("%", " %"),
            f"{row['both_bad'] / row['votes']:.1%}".replace("%", " %"),
        ]


def test_numbers_are_those_that_were_voted(client, contest):
    rows = client.get("/api/v1/contests/tea/leaderboard/").json()["rows"]
    # 3 wins and 1 loss against each of two, and a tie.
    assert [(row["wins"], row["losses"], row["ties"], row["both_bad"]) for row in rows] == [
        (6, 2, 1, 0),
        (4, 4, 1, 1),
        (2, 6, 0, 1),
    ]
    assert [row["rank"] for row in rows] == [1, 2, 3]
    assert sum(row["rating"] for row in rows) / 3 == pytest.approx(1000)


def test_the_summary_counts_votes_and_both_bad_ones(client, contest):
    page = get(client)
    assert "<strong>14</strong> votes, 1 of them “both bad” · 3 rated" in page
    assert "fewer than 20 votes" in page
    assert "No vote of this board is excluded." in page


def test_the_snapshot_is_named_on_page_and_in_json(client, contest):
    told = client.get("/api/v1/contests/tea/leaderboard/").json()
    assert f"<code>{told['content_hash'][:16]}</code>" in get(client)
    assert told["explanation"] in get(client)


def test_the_heat_map_holds_the_fitted_probabilities(client, contest):
    rows = client.get("/api/v1/contests/tea/leaderboard/").json()["rows"]
    shown = cells(get(client), "heat")
    assert [line[0] for line in shown] == [row["name"] for row in rows]
    for i, line in enumerate(shown):
        for j, cell in enumerate(line[1:]):
            odds = 1 / (1 + 10 ** ((rows[j]["rating"] - rows[i]["rating"]) / 400))
            assert cell == ("" if i == j else f"{odds * 100:.0f}")


def test_a_contestant_without_votes_is_listed_with_the_reason_and_not_ranked(client, contest):
    make_contestant(contest, "Newcomer")
    refresh_contest(contest)
    page = get(client)
    assert len(cells(page, "ratings")) == 3
    listed = re.search(r'<ul class="unrated">(.*?)</ul>', page, re.S)[1]
    assert "Newcomer" in listed
    (row,) = [row for row in client.get("/api/v1/contests/tea/leaderboard/").json()["rows"] if row["rank"] is None]
    assert row["rating"] is row["lower"] is row["upper"] is None
    assert row["note"]
    assert row["note"] in listed


def test_a_retired_contestant_keeps_its_place_and_is_marked(client, contest):
    Contestant.objects.filter(contest=contest).update(state=ContestantState.RETIRED)
    assert [row[1].split()[-1] for row in cells(get(client), "ratings")] == ["retired"] * 3


def test_excluded_votes_are_counted_on_the_page(client, contest):
    void_vote(Vote.objects.order_by("id")[0], None, "a test")
    refresh_contest(contest)
    assert "Not counted: 1 voided." in get(client)


def test_each_kind_of_raters_has_a_board_of_its_own(client, contest):
    """The machines see it the other way round: each is beaten 3 to 1 by who comes after it."""
    one, two, three = contest.contestants.order_by("id")
    machine = make_rater(RaterKind.SIMULATED)
    for better, worse in ((two, one), (three, two), (three, one)):
        for outcome in ("A", "A", "A", "B"):
            vote_between(contest, better, worse, outcome, rater=machine)
    refresh_contest(contest)
    names = [one.name, two.name, three.name]
    for raters, expected in (("", names), ("?raters=human", names), ("?raters=simulated", names[::-1])):
        page = get(client, f"/contests/tea/leaderboard/{raters}")
        assert [row[1] for row in cells(page, "ratings")] == expected
        table = csv.DictReader(io.StringIO(get(client, f"/contests/tea/leaderboard.csv{raters}")))
        assert [row["name"] for row in table] == expected


def test_boards_are_tabs_and_the_open_one_is_marked(client, contest):
    Board.objects.create(contest=contest, slug="simulated", name="Machines", rater_kind=RaterKind.SIMULATED, position=1)
    page = get(client, "/contests/tea/leaderboard/?raters=simulated")
    tabs = re.findall(r'href="\?raters=(\w+)"( aria-current="page")?', page)
    assert tabs == [("human", ""), ("simulated", ' aria-current="page"')]
    assert "No ratings yet." in page


@pytest.mark.parametrize("raters", ["nobody", "human'--", "%00", "HUMAN", "human/", "%F0%9F%8D%B5", "x" * 3000])
@pytest.mark.parametrize("address", ["leaderboard/", "leaderboard.csv"])
def test_a_board_that_is_not_there_is_not_found(client, contest, address, raters):
    assert client.get(f"/contests/tea/{address}?raters={raters}").status_code == 404


def test_an_empty_choice_is_no_choice(client, contest):
    assert cells(get(client, "/contests/tea/leaderboard/?raters="), "ratings") == cells(get(client), "ratings")


def test_a_contest_without_votes_says_when_ratings_appear(client):
    make_arena()
    page = get(client)
    assert "No ratings yet." in page
    assert "within a minute" in page
    assert "<table" not in page


def test_a_board_that_cannot_be_computed_says_why(client):
    contest = make_arena()
    refresh_contest(contest)
    problem = contest.boards.get().problem
    assert problem
    page = get(client)
    assert "This board could not be brought up to date." in page
    assert problem in page


def test_a_problem_is_shown_beside_the_last_good_numbers(client, contest):
    before = cells(get(client), "ratings")
    Board.objects.update(problem="The newest votes do not connect.")
    page = get(client)
    assert "The newest votes do not connect." in page
    assert cells(page, "ratings") == before


def test_a_simulated_contest_shows_the_truth_and_says_that_nobody_voted(client):
    contest = make_voted_arena(raters=RaterKind.SIMULATED, simulated=True)
    for strength, contestant in zip((1.0, 0.0, -1.0), contest.contestants.order_by("id"), strict=True):
        contestant.true_strength = strength
        contestant.save()
    refresh_contest(contest)
    page = get(client)
    assert "Simulated: these votes were drawn from known strengths." in page
    # 400 / ln 10 points a logit around 1000.
    assert [row[-1] for row in cells(page, "ratings")] == ["1174", "1000", "826"]


def test_names_are_escaped_on_the_page_and_harmless_in_spreadsheets(client, contest):
    Contestant.objects.filter(slug=contest.contestants.first().slug).update(
        name='=HYPERLINK("evil")', organisation="<b>Evil & Sons</b>"
    )
    raw = client.get("/contests/tea/leaderboard/").content.decode()
    assert "<b>Evil" not in raw
    assert "&lt;b&gt;Evil &amp; Sons&lt;/b&gt;" in raw
    names = [row["name"] for row in csv.DictReader(io.StringIO(get(client, "/contests/tea/leaderboard.csv")))]
    assert '\'=HYPERLINK("evil")' in names


def test_the_csv_says_what_it_is_called(client, contest):
    answer = client.get("/contests/tea/leaderboard.csv")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="tea-human.csv"'


def test_the_csv_of_a_contest_without_boards_is_a_header(client):
    make_contest()
    answer = client.get("/contests/tea/leaderboard.csv")
    assert answer["Content-Disposition"] == 'attachment; filename="tea-empty.csv"'
    assert answer.content.decode() == (
        "rank,rank_low,rank_high,rank_ub,tier,slug,name,organisation,licence,state,rating,lower,upper,"
        "at_least,at_most,plain_rating,plain_rank,votes,wins,losses,ties,both_bad,win_rate,note\r\n"
    )


def test_sources_and_licences_stand_under_the_numbers(client):
    contest = make_voted_arena(attribution="Answers by Us, CC BY 4.0")
    refresh_contest(contest)
    assert "Answers by Us, CC BY 4.0" in get(client)


def test_a_board_costs_as_many_queries_with_many_contestants_as_with_few(client, contest):
    with CaptureQueriesContext(connection) as few:
        get(client)
    for _ in range(20):
        make_contestant(contest)
    refresh_contest(contest)
    with CaptureQueriesContext(connection) as many:
        get(client)
    assert len(many) == len(few) <= 8
