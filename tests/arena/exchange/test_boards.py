"""A leaderboard as CSV says what the page says, with every digit."""

import csv
import io
from types import SimpleNamespace

import pytest

from arena.exchange.boards import COLUMNS, leaderboard_csv_text
from arena.queries.leaderboards import Row

RATED = {
    "rank": 1,
    "rank_low": 1,
    "rank_high": 2,
    "rank_ub": 1,
    "tier": 1,
    "slug": "tea",
    "name": "Tea, black",
    "organisation": "=HYPERLINK()",
    "licence": "",
    "state": "active",
    "rating": 1033.3333333333333,
    "lower": -0.1,
    "upper": 1100.5,
    "at_least": None,
    "at_most": None,
    "plain_rating": 1012.3456789012345,
    "plain_rank": 2,
    "votes": 3.5,
    "wins": 2.0,
    "losses": 1.0,
    "ties": 0.5,
    "both_bad": 0.0,
    "win_rate": 2 / 3,
    "note": "",
}


def rows(*changes):
    return list(
        csv.DictReader(
            io.StringIO(leaderboard_csv_text([SimpleNamespace(**{**RATED, **c}) for c in changes]), newline="")
        )
    )


def test_the_columns_stand_in_their_order():
    assert leaderboard_csv_text([]) == ",".join(COLUMNS) + "\r\n"
    assert tuple(RATED) == COLUMNS


def test_every_column_is_a_field_of_the_boards_rows():
    assert set(COLUMNS) <= set(Row.__slots__)


@pytest.mark.parametrize("column", ["rating", "lower", "upper", "plain_rating", "votes", "wins", "ties", "win_rate"])
def test_numbers_keep_every_digit(column):
    assert float(rows({})[0][column]) == RATED[column]


def test_what_is_not_known_is_empty():
    unrated = dict.fromkeys(("rank", "rank_low", "rank_high", "rank_ub", "rating", "lower", "upper", "win_rate"))
    [row] = rows({**unrated, "note": "no votes yet"})
    assert {row[column] for column in unrated} == {""}
    assert row["note"] == "no votes yet"


def test_names_cannot_run_in_a_spreadsheet_and_negative_numbers_stay_numbers():
    [row] = rows({})
    assert (row["name"], row["organisation"], row["lower"]) == ("Tea, black", "'=HYPERLINK()", "-0.1")


def test_rows_keep_their_order():
    assert [row["slug"] for row in rows({"slug": "b"}, {"slug": "a"}, {"slug": "c"})] == ["b", "a", "c"]
