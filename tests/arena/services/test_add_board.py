"""A board is defined by hand with what it counts and how, and refused where it could not be computed."""

from datetime import UTC, datetime
from typing import Any

import pytest

from arena.models import Board, Category
from arena.services.boards import POSITION, add_board
from arena.services.errors import ServiceError
from arena.services.leaderboards import refresh_contest, refresh_leaderboard
from tests.factories import make_arena, make_contest, make_judge, make_styled_arena

pytestmark = [pytest.mark.django_db]

NOON = datetime(2025, 3, 1, 12, tzinfo=UTC)


@pytest.mark.database
def test_a_board_of_style_is_published_behind_that_of_people():
    contest = make_styled_arena()
    board = add_board(contest, "styled", name="Style controlled", settings={"covariates": ["tokens"]})
    assert (board.rater_kind, board.judge, board.position, board.key) == ("human", None, POSITION, "tea/styled")
    assert [refresh.board.slug for refresh in refresh_contest(contest) if refresh.created] == ["human", "styled"]
    assert refresh_leaderboard(board).snapshot.coefficients


def test_filters_are_stored():
    contest = make_contest()
    category = Category.objects.create(contest=contest, slug="hot", name="Hot")
    board = add_board(
        contest,
        "hot",
        name="Hot",
        raters="simulated",
        category="hot",
        language="de",
        since=NOON,
        minimum_seconds=2.5,
        use_integrity_weights=False,
    )
    board.refresh_from_db()
    assert (board.rater_kind, board.category, board.language, board.since) == ("simulated", category, "de", NOON)
    assert (board.until, board.minimum_seconds, board.use_integrity_weights) == (None, 2.5, False)


def test_of_a_judge_the_newest_version_is_taken():
    make_judge("critic")
    newest = make_judge("critic", version=2)
    assert add_board(make_contest(), "critic", name="Critic", raters="critic").judge == newest


@pytest.mark.parametrize(
    ("slug", "fields", "reason"),
    [
        ("human", {}, "already exists"),
        ("not a slug", {}, "valid"),
        ("x", {"raters": "nobody"}, "There is no judge 'nobody'"),
        ("x", {"category": "cold"}, "There is no category 'cold' in tea"),
        ("x", {"settings": {"levle": 1}}, "Unknown board setting: levle"),
        ("x", {"settings": {"clusters": "moon"}}, "clusters is 'moon'"),
        ("x", {"settings": {"covariates": ["colour"]}}, "There is no style feature 'colour'"),
        ("x", {"since": NOON, "until": NOON}, "The first moment must lie before the last one."),
        ("x", {"minimum_seconds": 0}, "more than zero"),
        ("x", {"name": ""}, "blank"),
    ],
)
def test_what_could_not_work_is_refused_with_a_reason(slug, fields: dict[str, Any], reason):
    contest = make_arena()
    refresh_contest(contest)
    with pytest.raises(ServiceError, match=reason):
        add_board(contest, slug, **{"name": "X", **fields})
    assert Board.objects.count() == 1
