"""Leaderboards as data: every digit, nulls where there is no number, and the state by name."""

import csv
import io
import math

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.dateparse import parse_datetime

from arena.models import Board, Contest, RaterKind, Vote
from arena.services.boards import add_board
from arena.services.leaderboards import refresh_contest, refresh_leaderboard
from arena.services.votes import restore_vote, void_vote
from ranking.models import Snapshot
from tests.factories import (
    make_arena,
    make_contest,
    make_contestant,
    make_styled_arena,
    make_voted_arena,
    vote_between,
)

pytestmark = [pytest.mark.django_db]

BOARD = "/api/v1/contests/tea/leaderboard/"
TABLE = "/api/v1/contests/tea/leaderboard.csv"


@pytest.fixture
def contest() -> Contest:
    """Three contestants with a published board of people's votes."""
    contest = make_voted_arena()
    refresh_contest(contest)
    return contest


def test_a_board_tells_where_it_comes_from(client, contest):
    snapshot = Snapshot.objects.get()
    told = client.get(BOARD).json()
    assert told["contest"] == "tea"
    assert told["board"] == "human"
    assert told["simulated"] is False
    assert told["snapshot"] == snapshot.public_id
    assert told["content_hash"] == snapshot.content_hash
    assert parse_datetime(told["published_at"]) == snapshot.published_at
    assert told["votes"] == 14
    assert told["settings"] == snapshot.settings
    assert told["explanation"] == snapshot.explanation
    assert told["problem"] == ""
    # What must be known comes first, what was checked follows.
    codes = [notice["code"] for notice in told["notices"]]
    assert codes[0] == "few_votes"
    assert "exposure" in codes[1:]
    assert told["notices"][0]["items"] == sorted(row["slug"] for row in told["rows"])


def test_numbers_are_stored_ones_to_the_last_digit(client, contest):
    ratings = {rating.item_key: rating for rating in Snapshot.objects.get().ratings.all()}
    rows = client.get(BOARD).json()["rows"]
    assert len(rows) == len(ratings) == 3
    for row in rows:
        stored = ratings[row["slug"]]
        for name in ("rank", "rank_low", "rank_high", "rank_ub", "rating", "lower", "upper", "votes", "wins", "losses"):
            assert row[name] == getattr(stored, name), name
        assert row["lower"] < row["rating"] < row["upper"]
        assert row["rank_low"] <= row["rank"] <= row["rank_high"]
        assert row["votes"] == row["wins"] + row["losses"] + row["ties"] + row["both_bad"]
        assert row["win_rate"] == (row["wins"] + row["ties"] / 2) / (row["votes"] - row["both_bad"])


def test_the_csv_of_the_api_is_the_csv_of_the_page(client, contest):
    answer = client.get(TABLE)
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.content == client.get("/contests/tea/leaderboard.csv").content


def test_json_and_csv_carry_the_same_rows(client, contest):
    make_contestant(contest, "Newcomer")
    refresh_contest(contest)
    table = list(csv.DictReader(io.StringIO(client.get(TABLE).content.decode())))
    rows = client.get(BOARD).json()["rows"]
    assert table == [{name: "" if value is None else str(value) for name, value in row.items()} for row in rows]
    assert len(rows) == 4


def test_numbers_that_do_not_exist_are_null_and_never_zero(client, contest):
    make_contestant(contest, "Newcomer")
    refresh_contest(contest)
    row = client.get(BOARD).json()["rows"][-1]
    assert row["slug"] == "newcomer"
    names = ("rank", "rank_low", "rank_high", "rank_ub", "tier", "rating", "lower", "upper", "win_rate")
    names += ("at_least", "at_most", "plain_rating", "plain_rank")
    assert [row[name] for name in names] == [None] * len(names)
    assert row["votes"] == 0
    assert row["note"]


def test_before_anything_is_published_everything_is_empty(client):
    make_arena()
    told = client.get(BOARD).json()
    assert (told["board"], told["snapshot"], told["content_hash"], told["published_at"]) == (None, None, None, None)
    assert (told["rows"], told["notices"], told["problem"]) == ([], [], "")


def test_a_board_that_cannot_be_computed_tells_its_problem(client):
    contest = make_arena()
    refresh_contest(contest)
    told = client.get(BOARD).json()
    assert told["board"] == "human"
    assert told["problem"] == contest.boards.get().problem != ""
    assert told["rows"] == []


def test_the_same_votes_give_the_same_hash(client, contest):
    before = client.get(BOARD).json()["content_hash"]
    vote = Vote.objects.order_by("id")[0]
    void_vote(vote, None, "a test")
    refresh_contest(contest)
    without = client.get(BOARD).json()
    assert without["content_hash"] != before
    assert without["votes"] == 13
    restore_vote(vote, None, "a test")
    refresh_contest(contest)
    assert client.get(BOARD).json()["content_hash"] == before


@pytest.mark.parametrize("address", [BOARD, TABLE])
def test_a_board_that_is_not_there_is_named_with_those_that_are(client, contest, address):
    Board.objects.create(contest=contest, slug="simulated", name="S", rater_kind=RaterKind.SIMULATED, position=1)
    answer = client.get(address, {"raters": "nobody"})
    assert answer.status_code == 404
    assert answer.json() == {"detail": "There is no board 'nobody'; there are: human, simulated."}


@pytest.mark.parametrize("raters", ["HUMAN", "human ", "\0", "a\nb", "human,simulated", "' OR 1=1 --", "💥" * 500])
def test_strange_names_of_boards_are_not_found(client, contest, raters):
    answer = client.get(BOARD, {"raters": raters})
    assert answer.status_code == 404
    assert answer.json()["detail"].endswith("there are: human.")


def test_a_contest_without_boards_says_so(client):
    make_contest()
    answer = client.get(BOARD, {"raters": "human"})
    assert (answer.status_code, answer.json()) == (404, {"detail": "There is no board 'human'; there are: none yet."})


def test_a_board_costs_as_many_queries_with_many_contestants_as_with_few(client, contest):
    with CaptureQueriesContext(connection) as few:
        client.get(BOARD)
    for _ in range(20):
        make_contestant(contest)
    refresh_contest(contest)
    with CaptureQueriesContext(connection) as many:
        assert len(client.get(BOARD).json()["rows"]) == 23
    assert len(many) == len(few) <= 8


def test_style_control_is_told_in_points_with_both_ratings(client):
    contest = make_styled_arena()
    refresh_leaderboard(add_board(contest, "styled", name="Styled", settings={"covariates": ["tokens"]}))
    told = client.get(BOARD, {"raters": "styled"}).json()
    snapshot = Snapshot.objects.get()
    [found] = told["coefficients"]
    [stored] = snapshot.coefficients
    assert found["name"] == "tokens"
    assert found["points"] == pytest.approx(stored["value"] * 400 / math.log(10), rel=1e-12)
    assert found["lower"] < found["points"] < found["upper"]
    ratings = {rating.item_key: rating for rating in snapshot.ratings.all()}
    for row in told["rows"]:
        stored_row = ratings[row["slug"]]
        assert (row["plain_rating"], row["plain_rank"]) == (stored_row.plain_rating, stored_row.plain_rank)
        assert row["tier"] == stored_row.tier
    table = list(csv.DictReader(io.StringIO(client.get(TABLE, {"raters": "styled"}).content.decode())))
    assert [float(row["plain_rating"]) for row in table] == [row["plain_rating"] for row in told["rows"]]


def test_what_was_checked_and_what_was_left_out_are_told_in_numbers(client, contest):
    told = client.get(BOARD).json()
    assert told["diagnosis"] == Snapshot.objects.get().diagnosis
    assert told["diagnosis"]["exposure"]["pairs"] == 3
    assert set(told["excluded"].values()) == {0}
    assert (told["filters"], told["coefficients"], told["tie_probability"], told["apart"]) == ("", [], None, [])
    contest.boards.update(minimum_seconds=3)
    told = client.get(BOARD).json()
    assert told["excluded"]["too_fast"] == 14
    assert told["filters"] == "Only votes that took at least 3 s."


def test_groups_apart_are_told_with_the_fields_of_rows(client):
    contest = make_arena(contestants=5, prompts=1)
    cast = list(contest.contestants.order_by("id"))
    for one, two in ((0, 1), (1, 0), (1, 2), (2, 1), (3, 4), (4, 3)):
        vote_between(contest, cast[one], cast[two], "A")
    refresh_contest(contest)
    told = client.get(BOARD).json()
    [group] = told["apart"]
    assert {row["slug"] for row in group["rows"]} == {cast[3].slug, cast[4].slug}
    assert set(group["rows"][0]) == set(told["rows"][0])
