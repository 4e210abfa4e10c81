"""How pairs are drawn, as data: every digit, null where there is no number, names of staff to staff alone."""

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from arena.models import Contest, ContestState
from arena.queries.audit import audit_board
from arena.queries.exposure import matchmaking_page
from arena.services.leaderboards import ensure_boards
from arena.services.matchmaking import SETTINGS, change_matchmaking
from tests.arena.queries.drawn import draw_battles
from tests.factories import make_arena, make_contest, make_contestant, make_program, make_staff

pytestmark = [pytest.mark.django_db]

ADDRESS = "/api/v1/contests/tea/matchmaking/"


@pytest.fixture
def contest() -> Contest:
    """Four contestants and 200 drawn battles."""
    contest = make_arena(contestants=4, prompts=1)
    draw_battles(contest, 200)
    ensure_boards(contest)
    return contest


def test_every_number_is_told_with_every_digit(client, contest):
    told = client.get(ADDRESS).json()
    exposure = matchmaking_page(contest, with_names=False).exposure
    assert (told["contest"], told["battles"], told["fair_share"]) == ("tea", 200, 0.5)
    assert [(row["slug"], row["battles"], row["share"], row["votes"]) for row in told["contestants"]] == [
        (row.slug, row.battles, row.share, row.votes) for row in exposure.contestants
    ]
    assert [row["name"] for row in told["organisations"]] == ["no organisation"]
    assert told["policies"] == [{"policy": "information/2", "battles": 200, "recent": 200}]
    assert sum(fate["battles"] for fate in told["fates"]) == 200


def test_the_audit_is_that_of_the_board_of_people(client, contest):
    told = client.get(ADDRESS).json()["audit"]
    found = audit_board(contest)
    assert told["board"] == "human"
    assert [notice["code"] for notice in told["notices"]] == [notice.code for notice in found.audit.notices()]
    assert told["alarms"] == []
    assert told["propensities"]["uniform"]["p_value"] == found.audit.propensities.uniform.p_value
    assert told["stretch"]["floor"]["why"] == found.audit.stretch.floor.why


def test_settings_have_values_for_programs(client, contest):
    change_matchmaking(contest, None, policy="top_k", vote_budget=900)
    told = {row["name"]: row["value"] for row in client.get(ADDRESS).json()["settings"]}
    assert list(told) == list(SETTINGS)
    assert (told["policy"], told["floor"], told["vote_budget"], told["sharpness"]) == ("top_k", 0.1, 900, None)


def test_changes_name_their_author_to_staff_alone(client, contest):
    staff = make_staff()
    change_matchmaking(contest, staff, floor=0.2)
    [change] = client.get(ADDRESS).json()["changes"]
    assert (change["before"], change["after"], change["by"]) == ({"floor": 0.1}, {"floor": 0.2}, None)
    [change] = make_program(staff).get(ADDRESS).json()["changes"]
    assert change["by"] == "ada"


def test_before_anything_was_drawn_everything_is_empty(client):
    make_contest()
    told = client.get(ADDRESS).json()
    assert (told["battles"], told["imported"], told["checks"], told["repeats"]) == (0, 0, 0, 0)
    assert told["contestants"] == told["organisations"] == told["policies"] == told["changes"] == []
    assert told["audit"] is None


def test_drafts_and_contests_that_are_not_there_are_not_found(client):
    make_contest(state=ContestState.DRAFT)
    assert client.get(ADDRESS).status_code == client.get("/api/v1/contests/nowhere/matchmaking/").status_code == 404


def test_it_costs_as_many_queries_with_many_contestants_as_with_few(client, contest):
    with CaptureQueriesContext(connection) as few:
        client.get(ADDRESS)
    for _ in range(20):
        make_contestant(contest)
    cache.clear()
    with CaptureQueriesContext(connection) as many:
        assert len(client.get(ADDRESS).json()["contestants"]) == 24
    assert len(many) == len(few) <= 13
