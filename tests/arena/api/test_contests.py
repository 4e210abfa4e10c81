"""Contests as data: the list, and one with its cast and its boards."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from arena.models import ContestState, RaterKind
from arena.services.leaderboards import refresh_contest
from tests.factories import (
    make_arena,
    make_contest,
    make_contestant,
    make_program,
    make_staff,
    make_user,
    make_voted_arena,
)

pytestmark = [pytest.mark.django_db]

CONTESTS = "/api/v1/contests/"


def test_the_list_holds_every_contest_by_name(client):
    make_contest("tea", name="Tea", question="Which?", language="de")
    make_contest("rye", name="Rye", kind="correctness", state=ContestState.CLOSED, simulated=True)
    answer = client.get(CONTESTS)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/json"
    assert answer.json() == [
        {
            "slug": "rye",
            "name": "Rye",
            "question": "Which response is better?",
            "language": "en",
            "kind": "correctness",
            "state": "closed",
            "simulated": True,
            "live": False,
            "voters": "anyone",
            "audience": "public",
        },
        {
            "slug": "tea",
            "name": "Tea",
            "question": "Which?",
            "language": "de",
            "kind": "preference",
            "state": "open",
            "simulated": False,
            "live": False,
            "voters": "anyone",
            "audience": "public",
        },
    ]


def test_an_empty_list_is_an_empty_list(client):
    assert client.get(CONTESTS).json() == []


def test_a_contest_names_its_contestants_with_everything_that_makes_them_what_they_are(client):
    contest = make_contest(description="About **tea**.", instructions="Calmly.", attribution="Us")
    make_contestant(
        contest,
        "Oolong",
        description="Half dark",
        model="oolong-7b",
        organisation="Leaves",
        licence="MIT",
        system_prompt="Be warm.",
        sampling={"temperature": 0.7},
        state="paused",
        provider="kettle",
    )
    told = client.get(f"{CONTESTS}tea/").json()
    assert (told["description"], told["instructions"], told["attribution"]) == ("About **tea**.", "Calmly.", "Us")
    assert told["contestants"] == [
        {
            "slug": "oolong",
            "name": "Oolong",
            "description": "Half dark",
            "model": "oolong-7b",
            "organisation": "Leaves",
            "licence": "MIT",
            "system_prompt": "Be warm.",
            "sampling": {"temperature": 0.7},
            "state": "paused",
        }
    ]
    assert told["boards"] == []


def test_a_contest_names_its_boards_with_their_problems(client):
    contest = make_voted_arena()
    refresh_contest(contest)
    contest.boards.create(
        slug="simulated", name="Machines", rater_kind=RaterKind.SIMULATED, position=1, problem="None."
    )
    assert client.get(f"{CONTESTS}tea/").json()["boards"] == [
        {"slug": "human", "name": "People", "rater_kind": "human", "problem": ""},
        {"slug": "simulated", "name": "Machines", "rater_kind": "simulated", "problem": "None."},
    ]


def test_drafts_are_told_to_staff_alone(client):
    make_contest("plan", state=ContestState.DRAFT)
    for reader in (client, make_program(make_user())):
        assert reader.get(CONTESTS).json() == []
        assert reader.get(f"{CONTESTS}plan/").status_code == 404
    staff = make_program(make_staff())
    assert [contest["slug"] for contest in staff.get(CONTESTS).json()] == ["plan"]
    assert staff.get(f"{CONTESTS}plan/").status_code == 200


@pytest.mark.parametrize("door", ["", "leaderboard/", "leaderboard.csv", "votes/", "preferences.jsonl"])
def test_a_draft_and_a_missing_contest_get_the_same_answer_to_the_byte(client, door):
    make_arena(slug="plan", state=ContestState.DRAFT)
    hidden, missing = (client.get(f"{CONTESTS}{slug}/{door}") for slug in ("plan", "none"))
    assert hidden.status_code == missing.status_code == 404
    assert hidden.content == missing.content == b'{"detail":"There is no such contest."}'


def test_being_staff_in_the_browser_does_not_count_here(client):
    make_contest("plan", state=ContestState.DRAFT)
    client.force_login(make_staff())
    assert client.get(CONTESTS).json() == []


def test_the_list_costs_one_query_for_many_contests(client, django_assert_num_queries):
    for number in range(6):
        make_arena(slug=f"contest-{number}")
    with django_assert_num_queries(1):
        assert len(client.get(CONTESTS).json()) == 6


def test_a_contest_costs_as_many_queries_with_many_contestants_as_with_few(client):
    contest = make_arena(contestants=2)
    with CaptureQueriesContext(connection) as few:
        client.get(f"{CONTESTS}tea/")
    for _ in range(10):
        make_contestant(contest)
    for number in range(4):
        contest.boards.create(slug=f"board-{number}", name=f"Board {number}", rater_kind=RaterKind.HUMAN)
    with CaptureQueriesContext(connection) as many:
        assert len(client.get(f"{CONTESTS}tea/").json()["contestants"]) == 12
    assert len(many) == len(few) == 4
