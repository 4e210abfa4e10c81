"""Votes as they leave: complete, each once, in the order in which they came, and naming nobody."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from arena.api.exports import VotePages
from arena.models import Battle, BattleState, Board, Category, Contest, IntegrityReason, PromptState, RaterKind, Vote
from arena.services.leaderboards import refresh_contest
from arena.services.votes import void_vote
from tests.factories import (
    make_arena,
    make_battle,
    make_contest,
    make_judge,
    make_rater,
    make_vote,
    make_voted_arena,
)

pytestmark = [pytest.mark.django_db, pytest.mark.database]

VOTES = "/api/v1/contests/tea/votes/"
CURSOR_HELP = "cursor must be one from `next` of another page; leave it out to start at the first vote."
SIZE_HELP = "page_size must be a whole number from 1 to 5000."


def pages(client: Client, address: str | None, **parameters: int | str) -> list[dict[str, Any]]:
    """Return every page from an address on, as a reader that follows `next` gets them."""
    read = []
    while address is not None:
        answer = client.get(address, parameters)
        assert answer.status_code == 200
        read.append(answer.json())
        address, parameters = read[-1]["next"], {}
        assert len(read) < 1000
    return read


def ids(read: list[dict[str, Any]]) -> list[str]:
    return [row["id"] for page in read for row in page["results"]]


def stored_ids() -> list[str]:
    return list(Vote.objects.order_by("id").values_list("public_id", flat=True))


def many_votes(contest: Contest, number: int) -> None:
    """Write votes of one moment, as an import without times does."""
    now, rater, prompt = timezone.now(), make_rater(), contest.prompts.order_by("id")[0]
    first, second = prompt.responses.order_by("id")[:2]
    battles = Battle.objects.bulk_create(
        Battle(
            contest=contest,
            prompt=prompt,
            response_a=first,
            response_b=second,
            contestant_a=first.contestant,
            contestant_b=second.contestant,
            rater=rater,
            policy="imported",
            state=BattleState.VOTED,
            closed_at=now,
        )
        for _ in range(number)
    )
    Vote.objects.bulk_create(Vote(battle=battle, outcome="A", created_at=now) for battle in battles)


def test_a_vote_tells_what_was_compared_by_whom_and_how_it_was_drawn(client):
    contest = make_arena()
    rater = make_rater()
    battle = make_battle(contest, rater, policy="information/1", propensity=0.25)
    vote = make_vote(battle, "TIE", duration_ms=1500, comment="private words", tags=["clear"])
    answer = client.get(VOTES)
    assert answer.status_code == 200
    assert (answer.json()["next"], answer.json()["previous"]) == (None, None)
    (row,) = answer.json()["results"]
    assert parse_datetime(row.pop("voted_at")) == battle.closed_at
    assert row == {
        "id": vote.public_id,
        "battle": battle.public_id,
        "prompt": battle.prompt.slug,
        "contestant_a": battle.contestant_a.slug,
        "contestant_b": battle.contestant_b.slug,
        "outcome": "TIE",
        "rater": rater.public_id,
        "rater_kind": "human",
        "judge": None,
        "policy": "information/1",
        "propensity": 0.25,
        "weight": 1.0,
        "duration_ms": 1500,
    }
    assert battle.token not in answer.content.decode()


def test_a_judge_is_named_and_an_imported_vote_owns_up_to_what_it_does_not_know(client):
    contest = make_arena()
    make_vote(make_battle(contest, make_rater(RaterKind.JUDGE, judge=make_judge("strict")), policy="imported"))
    (row,) = client.get(VOTES).json()["results"]
    assert (row["rater_kind"], row["judge"]) == ("judge", "strict")
    assert (row["policy"], row["propensity"], row["duration_ms"]) == ("imported", None, None)


def test_only_votes_that_count_are_listed(client):
    contest = make_arena()
    kept = make_vote(make_battle(contest), integrity_weight=0.5, integrity_reason=IntegrityReason.TOO_FAST)
    void_vote(make_vote(make_battle(contest)), None, "a test")
    make_vote(make_battle(contest), integrity_weight=0, integrity_reason=IntegrityReason.MANUAL)
    junk = contest.prompts.order_by("id")[1]
    make_vote(make_battle(contest, prompt=junk))
    junk.state = PromptState.JUNK
    junk.save()
    make_battle(contest)
    (row,) = client.get(VOTES).json()["results"]
    assert (row["id"], row["weight"]) == (kept.public_id, 0.5)


def test_votes_of_another_contest_are_elsewhere(client):
    make_vote(make_battle(make_arena(slug="rye")))
    make_arena()
    assert client.get(VOTES).json()["results"] == []


@pytest.mark.parametrize("size", [1, 3, 7, 13, 14, 500])
def test_pages_hold_every_vote_once_in_the_order_in_which_they_came(client, size):
    make_voted_arena()
    read = pages(client, VOTES, page_size=size)
    assert ids(read) == stored_ids()
    assert len(read) == -(-14 // size)
    assert {len(page["results"]) for page in read[:-1]} <= {size}


def test_the_way_back_leads_over_the_same_votes(client):
    make_voted_arena()
    read = pages(client, VOTES, page_size=5)
    back = client.get(read[-1]["previous"]).json()
    assert back["results"] == read[-2]["results"]
    assert client.get(back["previous"]).json()["results"] == read[0]["results"]


def test_more_votes_of_one_moment_than_a_page_holds_are_each_listed_once(client):
    contest = make_arena()
    many_votes(contest, 1250)
    read = pages(client, VOTES, page_size=100)
    assert len(read) == 13
    assert ids(read) == stored_ids()


def test_a_vote_that_comes_while_somebody_reads_is_on_a_later_page_even_with_an_older_date(client):
    contest = make_voted_arena()
    first = client.get(VOTES, {"page_size": 10}).json()
    late = make_vote(make_battle(contest), created_at=timezone.now() - timedelta(days=400))
    rest = pages(client, first["next"])
    assert ids([first, *rest]) == stored_ids()
    assert rest[-1]["results"][-1]["id"] == late.public_id


def test_a_reader_who_comes_back_to_the_last_page_misses_nothing(client):
    contest = make_voted_arena()
    second = client.get(VOTES, {"page_size": 10}).json()["next"]
    before = client.get(second).json()
    assert before["next"] is None
    for _ in range(9):
        make_vote(make_battle(contest))
    after = pages(client, second)
    assert ids(after)[: len(before["results"])] == ids([before])
    assert ids(after) == stored_ids()[10:]


def test_a_vote_that_is_voided_while_somebody_reads_moves_no_other(client):
    make_voted_arena()
    everything = stored_ids()
    first = client.get(VOTES, {"page_size": 5}).json()
    void_vote(Vote.objects.order_by("id")[0], None, "a test")
    assert ids([first, *pages(client, first["next"])]) == everything


def test_the_place_in_the_list_tells_no_numbers_of_rows(client):
    make_voted_arena()
    following = urlsplit(client.get(VOTES, {"page_size": 5}).json()["next"])
    assert urlsafe_b64decode(parse_qs(following.query)["cursor"][0]).decode() == f"p={stored_ids()[4]}"


def test_next_keeps_the_other_parameters(client):
    make_voted_arena()
    query = parse_qs(urlsplit(client.get(VOTES, {"page_size": 5, "raters": "human"}).json()["next"]).query)
    assert (query["page_size"], query["raters"]) == (["5"], ["human"])


@pytest.mark.parametrize("size", ["0", "-1", "five", "1.5", "", " 5", "1e3", "9" * 5000, "\0", "٣"])
def test_a_page_size_that_is_no_number_is_refused(client, size):
    make_voted_arena()
    answer = client.get(VOTES, {"page_size": size})
    assert (answer.status_code, answer.json()) == (400, {"detail": SIZE_HELP})


def test_a_page_holds_5000_votes_at_most(client, monkeypatch):
    assert (VotePages.page_size, VotePages.max_page_size) == (500, 5000)
    make_voted_arena()
    assert len(client.get(VOTES, {"page_size": 999_999}).json()["results"]) == 14
    monkeypatch.setattr(VotePages, "max_page_size", 4)
    assert len(client.get(VOTES, {"page_size": 999_999}).json()["results"]) == 4


def cursor(text: bytes) -> str:
    return urlsafe_b64encode(text).decode()


@pytest.mark.parametrize(
    "given",
    ["", "not base64!", *map(cursor, (b"p=", b"p=%00", b"p=2026-01-01", b"p=7", b"o=5", b"r=1", b"o=x", b"\xff\xfe"))],
)
def test_a_cursor_that_no_page_gave_is_refused(client, given):
    make_voted_arena()
    answer = client.get(VOTES, {"cursor": given})
    assert (answer.status_code, answer.json()) == (400, {"detail": CURSOR_HELP})


def test_a_page_costs_as_many_queries_with_many_votes_as_with_few(client):
    contest = make_voted_arena()
    with CaptureQueriesContext(connection) as few:
        client.get(VOTES, {"page_size": 2})
    judge = make_rater(RaterKind.JUDGE)
    for _ in range(20):
        make_vote(make_battle(contest, judge))
    with CaptureQueriesContext(connection) as many:
        assert len(client.get(VOTES).json()["results"]) == 34
    assert len(many) == len(few) == 2


def test_votes_can_be_narrowed_to_those_of_a_board(client):
    contest = make_arena()
    judge, newer = make_judge("strict"), make_judge("strict", version=2)
    raters = {
        "human": make_rater(),
        "simulated": make_rater(RaterKind.SIMULATED),
        "strict": make_rater(RaterKind.JUDGE, judge=judge),
        "strict-v2": make_rater(RaterKind.JUDGE, judge=newer),
    }
    votes = {name: make_vote(make_battle(contest, rater)).public_id for name, rater in raters.items()}
    refresh_contest(contest)
    for name, public_id in votes.items():
        assert ids(pages(client, VOTES, raters=name)) == [public_id]
    for parameters in ({}, {"raters": ""}):
        assert ids(pages(client, VOTES, **parameters)) == list(votes.values())


def test_a_board_of_a_category_has_the_votes_on_its_prompts(client):
    contest = make_arena()
    rare = Category.objects.create(contest=contest, slug="rare", name="Rare")
    inside, outside = contest.prompts.order_by("id")
    inside.categories.add(rare)
    wanted = make_vote(make_battle(contest, prompt=inside))
    make_vote(make_battle(contest, prompt=outside))
    Board.objects.create(contest=contest, slug="rare", name="Rare", rater_kind=RaterKind.HUMAN, category=rare)
    assert ids(pages(client, VOTES, raters="rare")) == [wanted.public_id]


@pytest.mark.parametrize("raters", ["humans", "HUMAN", "judge", "\0", "a\nb", '"; x="', "💥"])
def test_a_board_that_is_not_there_is_an_error_and_not_an_empty_list(client, raters):
    refresh_contest(make_voted_arena())
    answer = client.get(VOTES, {"raters": raters})
    assert answer.status_code == 404
    assert answer.json() == {"detail": f"There is no board {raters!r}; there are: human."}


@pytest.mark.parametrize("raters", ["human", "simulated"])
def test_people_and_simulations_can_be_asked_for_before_they_have_a_board(client, raters):
    make_contest()
    assert client.get(VOTES, {"raters": raters}).json()["results"] == []


def test_no_account_browser_or_outer_key_is_told(client):
    contest = make_voted_arena()
    make_vote(make_battle(contest, make_rater(browser_key="browser-key-1")))
    make_vote(make_battle(contest, make_rater(external_key="forum:jane-doe")))
    told = json.dumps(pages(client, VOTES))
    for secret in ("browser-key-1", "jane-doe", "test:"):
        assert secret not in told
