"""Preference data as it leaves: one pair of responses a line, streamed, and every parameter checked."""

import json
from collections.abc import AsyncIterable
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from arena.api.exports import LINES_A_CHUNK
from arena.models import Battle, RaterKind
from arena.services.leaderboards import refresh_contest
from tests.factories import (
    make_battle,
    make_contest,
    make_contestant,
    make_judge,
    make_prompt,
    make_rater,
    make_response,
    make_vote,
    make_voted_arena,
)

pytestmark = [pytest.mark.django_db, pytest.mark.database]

PREFERENCES = "/api/v1/contests/tea/preferences.jsonl"


def lines(client: Client, **parameters: str) -> list[dict[str, Any]]:
    """Return the lines of a stream, read as an asynchronous server reads it."""
    return [json.loads(line) for chunk in chunks(client, **parameters) for line in chunk.splitlines()]


def chunks(client: Client, **parameters: str) -> list[bytes]:
    async def taken(stream: AsyncIterable[bytes]) -> list[bytes]:
        return [chunk async for chunk in stream]

    answer: Any = client.get(PREFERENCES, parameters)
    assert answer.status_code == 200
    assert answer.streaming
    return async_to_sync(taken)(answer.streaming_content)


@pytest.fixture
def pair() -> tuple[Battle, Battle]:
    """Two battles of one pair of responses, sides exchanged; four votes of five decided, three of them for one."""
    contest = make_contest()
    prompt = make_prompt(contest, "Which?", slug="which")
    good = make_response(prompt, make_contestant(contest, "Good"), "A good answer ✓")
    poor = make_response(prompt, make_contestant(contest, "Poor"), "A poor one")
    ways = [(good, poor, "A"), (poor, good, "B"), (good, poor, "A"), (poor, good, "A"), (good, poor, "TIE")]
    battles = [make_battle(contest, prompt=prompt, responses=[a, b]) for a, b, _ in ways]
    for battle, (_, _, outcome) in zip(battles, ways, strict=True):
        make_vote(battle, outcome)
    make_vote(make_battle(contest, prompt=prompt, responses=[good, poor]), "BOTH_BAD")
    return battles[0], battles[1]


def test_a_line_is_a_pair_with_the_choice_of_the_majority_whatever_side_it_was_on(client, pair):
    assert lines(client) == [
        {
            "prompt": "Which?",
            "chosen": "A good answer ✓",
            "rejected": "A poor one",
            "prompt_id": pair[0].prompt.public_id,
            "chosen_contestant": "good",
            "rejected_contestant": "poor",
            "raters": "human",
            "votes_chosen": 3,
            "votes_rejected": 1,
            "ties": 1,
            "both_bad": 1,
            "agreement": 0.75,
        }
    ]


def test_the_conversational_style_is_made_of_messages(client, pair):
    (line,) = lines(client, style="conversational")
    assert line["prompt"] == [{"role": "user", "content": "Which?"}]
    assert line["chosen"] == [{"role": "assistant", "content": "A good answer ✓"}]
    assert line["rejected"] == [{"role": "assistant", "content": "A poor one"}]


@pytest.mark.parametrize(("least", "number"), [("", 1), ("0", 1), ("0.75", 1), ("0.7500001", 0), ("1", 0), ("1.0", 0)])
def test_pairs_below_the_least_agreement_are_left_out(client, pair, least, number):
    assert len(lines(client, min_agreement=least)) == number


def test_a_pair_without_a_majority_is_no_preference(client, pair):
    make_vote(make_battle(pair[0].contest, responses=[pair[0].response_a, pair[0].response_b]), "B")
    make_vote(make_battle(pair[0].contest, responses=[pair[0].response_a, pair[0].response_b]), "B")
    assert lines(client) == []


def test_preferences_of_different_boards_are_not_mixed(client, pair):
    responses = [pair[0].response_a, pair[0].response_b]
    make_vote(make_battle(pair[0].contest, make_rater(RaterKind.SIMULATED), responses=responses), "B")
    (line,) = lines(client, raters="simulated")
    assert (line["chosen_contestant"], line["raters"], line["votes_chosen"], line["agreement"]) == (
        "poor",
        "simulated",
        1,
        1.0,
    )
    assert lines(client)[0]["chosen_contestant"] == "good"


@pytest.mark.parametrize("raters", ["humans", "HUMAN", "judge", "\0", "a\nb", '"; x="', "💥"])
def test_a_board_that_is_not_there_is_an_error_and_not_an_empty_stream(client, raters):
    refresh_contest(make_voted_arena())
    answer = client.get(PREFERENCES, {"raters": raters})
    assert answer.status_code == 404
    assert answer.json() == {"detail": f"There is no board {raters!r}; there are: human."}


@pytest.mark.parametrize("raters", ["human", "simulated", ""])
def test_people_and_simulations_can_be_asked_for_before_they_have_a_board(client, raters):
    make_contest()
    assert lines(client, raters=raters) == []


def test_versions_of_a_judge_have_their_own_preferences(client, pair):
    responses = [pair[0].response_a, pair[0].response_b]
    for version, outcome in ((1, "B"), (2, "A")):
        judge = make_rater(RaterKind.JUDGE, judge=make_judge("strict", version=version))
        make_vote(make_battle(pair[0].contest, judge, responses=responses), outcome)
    refresh_contest(pair[0].contest)
    assert [line["chosen_contestant"] for line in lines(client, raters="strict")] == ["poor"]
    assert [line["chosen_contestant"] for line in lines(client, raters="strict-v2")] == ["good"]


def test_the_turns_of_a_conversation_come_before_its_last_question(client):
    contest = make_contest()
    turns = [{"role": "user", "content": "Hello."}, {"role": "assistant", "content": "Hi."}]
    prompt = make_prompt(contest, "Which?", turns=turns)
    responses = [make_response(prompt, make_contestant(contest)) for _ in range(2)]
    make_vote(make_battle(contest, prompt=prompt, responses=responses))
    assert lines(client)[0]["prompt"] == "user: Hello.\n\nassistant: Hi.\n\nuser: Which?"
    assert lines(client, style="conversational")[0]["prompt"] == [*turns, {"role": "user", "content": "Which?"}]


def test_no_account_and_no_outer_key_is_told(client, pair):
    make_vote(make_battle(pair[0].contest, make_rater(external_key="forum:jane-doe")), comment="private words")
    told = b"".join(chunks(client))
    assert b"good" in told
    for secret in (b"jane-doe", b"test:", b"private words", pair[0].rater.public_id.encode()):
        assert secret not in told


@pytest.mark.parametrize("style", ["Plain", "chat", "\0", "plain,conversational"])
def test_an_unknown_style_is_refused_with_those_that_are_known(client, pair, style):
    answer = client.get(PREFERENCES, {"style": style})
    assert (answer.status_code, answer.json()) == (400, {"detail": "style must be one of plain, conversational."})


@pytest.mark.parametrize("share", ["-0.1", "1.1", "most", "nan", "inf", "-inf", "50%", "0,5", "\0", "1e999"])
def test_an_agreement_that_is_no_share_is_refused(client, pair, share):
    answer = client.get(PREFERENCES, {"min_agreement": share})
    assert (answer.status_code, answer.json()) == (
        400,
        {"detail": "min_agreement must be a number between 0 and 1."},
    )


def test_the_stream_says_what_it_is(client, pair):
    answer = client.get(PREFERENCES)
    assert answer["Content-Type"] == "application/jsonl"
    assert answer["Content-Disposition"] == 'attachment; filename="tea-human-preferences.jsonl"'
    assert not answer.has_header("Content-Length")


def test_the_stream_comes_in_chunks_of_whole_lines_and_reads_the_database_by_the_hundred(client):
    contest = make_contest()
    contestants = [make_contestant(contest) for _ in range(2)]
    for _ in range(2 * LINES_A_CHUNK + 10):
        prompt = make_prompt(contest)
        responses = [make_response(prompt, contestant) for contestant in contestants]
        make_vote(make_battle(contest, make_rater(), prompt=prompt, responses=responses))
    with CaptureQueriesContext(connection) as queries:
        taken = chunks(client)
    assert [chunk.count(b"\n") for chunk in taken] == [200, 200, 10]
    assert all(chunk.endswith(b"\n") for chunk in taken)
    assert len(queries) <= 5
    chosen = [json.loads(line)["prompt_id"] for chunk in taken for line in chunk.splitlines()]
    assert len(set(chosen)) == 410
