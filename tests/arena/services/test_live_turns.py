"""Turns of live battles that end otherwise: a process that dies, a stop, an answer chosen among several."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from arena.models import Battle, BattleState, LiveBattle, LiveState, Response, VoteOutcome
from arena.queries.live import ALIVE_FOR, NO_FOLLOW_UP, live_page
from arena.services.live import close_abandoned, follow_up, start_live, stop_live
from arena.services.live_writing import write_turn
from arena.services.votes import cast_vote
from tests.arena.services.live_cast import hurry, make_live_contest, served, write, write_more
from tests.factories import make_rater
from tests.support.endpoint import Reply, completion, logprobs, streamed

pytestmark = [pytest.mark.django_db, pytest.mark.database]

GREEN, BLACK = streamed("Two minutes."), streamed("Four minutes.")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    hurry(monkeypatch)


@pytest.fixture
def rater() -> Any:
    return make_rater()


# --- A process that dies in a follow-up --------------------------------------------------------------
@pytest.fixture
def left(settings, rater) -> LiveBattle:
    """A battle whose process died while it wrote a follow-up, a minute ago."""
    with served(settings, green=[GREEN], black=[BLACK]):
        live = write(make_live_contest(), rater)
        follow_up(live.token, rater, "And then?")
    half = {"shown_a": "Half an ans", "shown_b": "Half of ano"}
    LiveBattle.objects.filter(pk=live.pk).update(beat_at=timezone.now() - ALIVE_FOR - timedelta(seconds=1), **half)
    live.refresh_from_db()
    return live


def test_whoever_looks_finds_the_last_whole_turn_ready_for_a_vote(left, rater):
    page = live_page(left, timezone.now())
    assert (page.state, page.may_vote, page.may_follow_up, len(page.turns)) == (LiveState.READY, True, True, 1)
    assert page.message == NO_FOLLOW_UP
    assert cast_vote(left.token, rater, VoteOutcome.A).created
    assert Response.objects.get(contestant__slug="green").text == "Two minutes."


def test_the_sweep_writes_it_down_and_closes_nothing(left):
    assert (close_abandoned(), close_abandoned()) == (1, 0)
    left.refresh_from_db()
    assert (left.state, left.message, left.shown_a) == (LiveState.READY, NO_FOLLOW_UP, "")
    assert Battle.objects.get().state == BattleState.SERVED


def test_it_may_be_followed_up_again_whether_it_was_swept_or_not(left, rater, settings):
    with served(settings, green=[streamed("No.")], black=[streamed("Yes.")]):
        live = write_more(left, "And now?")
    assert (live.state, [turn["user"] for turn in live.turns][1:]) == (LiveState.READY, ["And now?"])


def test_a_process_that_was_only_slow_finds_that_another_message_is_answered(left, rater, settings):
    with served(settings, green=[streamed("No.")], black=[streamed("Yes.")]), pytest.MonkeyPatch.context() as patch:

        def meanwhile() -> None:
            LiveBattle.objects.filter(pk=left.pk).update(asked="And now?")

        patch.setattr("arena.services.live_writing.give_back_connection", meanwhile)
        patch.setattr("arena.services.live_writing._store", lambda *_: pytest.fail("stored the older message"))
        slow = streamed(*["word "] * 30, pause=0.02)
        with served(settings, green=[slow], black=[slow]):
            write_turn(left.pk)
    left.refresh_from_db()
    assert len(left.turns) == 1


# --- What a stop costs -------------------------------------------------------------------------------
def stopped(settings: Any, rater: Any, reply: Reply) -> Response:
    """Return an answer that was stopped as soon as something of it was shown."""
    contest = make_live_contest()
    with served(settings, green=[reply], black=[reply]), pytest.MonkeyPatch.context() as patch:
        live = start_live(contest, rater, "Talk.")

        def stop() -> None:
            if LiveBattle.objects.exclude(shown_a="").filter(pk=live.pk, stop_asked_at=None).exists():
                stop_live(live.token, rater)

        patch.setattr("arena.services.live_writing.give_back_connection", stop)
        write_turn(live.pk)
    return Response.objects.get(contestant__slug="green")


def test_of_a_stopped_answer_the_tokens_are_unknown_where_nobody_told(settings, rater):
    response = stopped(settings, rater, streamed(*["word "] * 200, pause=0.02))
    assert response.finish_reason == "stopped"
    assert (response.prompt_tokens, response.completion_tokens, response.latency_ms) == (None, None, None)
    assert (response.mean_logprob, response.logprob_sum) == (None, None)


def test_of_a_stopped_answer_the_tokens_are_those_that_the_stream_told_of(settings, rater):
    usage = '"usage": {"prompt_tokens": 9, "completion_tokens": 5, "total_tokens": 14}, "choices"'
    whole = streamed(*["word "] * 200, pause=0.02)
    telling = Reply(whole.payload().decode().replace('"choices"', usage), content_type="text/event-stream", pause=0.02)
    response = stopped(settings, rater, telling)
    assert (response.finish_reason, response.prompt_tokens, response.completion_tokens) == ("stopped", 9, 5)
    assert response.mean_logprob is None, "it would be of more than what was shown"


# --- Chosen among several ----------------------------------------------------------------------------
def candidate(text: str, logprob: float) -> Reply:
    return completion(text, logprobs=logprobs((text, logprob, {})))


def test_the_likeliest_of_several_is_shown_and_stored(settings, rater):
    contest = make_live_contest()
    contest.contestants.filter(slug="green").update(sampling={"best_of": 3, "temperature": 1.0})
    candidates = [candidate("Nine.", -2.0), candidate("Three.", -0.5), candidate("Eight.", -1.0)]
    with served(settings, green=candidates, black=[BLACK]) as asked:
        live = write(contest, rater)
        seeds = [request["seed"] for request in asked["green"].asked]
        assert not any("stream" in request or "best_of" in request for request in asked["green"].asked)
    response = Response.objects.get(contestant__slug="green")
    assert (live.state, response.text, response.mean_logprob) == (LiveState.READY, "Three.", -0.5)
    assert (response.settings["seed"], response.settings["best_of"]) == (seeds[1], 3)
    assert response.settings["candidate_mean_logprobs"] == [-2.0, -0.5, -1.0]
    assert (response.logprob_sum, response.logprob_tokens, response.logprob_bytes) == (-0.5, 1, 6)


def test_a_seed_that_is_fixed_is_sent(settings, rater):
    contest = make_live_contest()
    contest.contestants.filter(slug="green").update(sampling={"seed": 7, "logprobs": False})
    with served(settings, green=[GREEN], black=[BLACK]) as asked:
        write(contest, rater)
    sent = asked["green"].asked[0]
    assert (sent["seed"], "logprobs" in sent) == (7, False)
    assert asked["black"].asked[0]["logprobs"] is True
    assert Response.objects.get(contestant__slug="green").settings["seed"] == 7


def test_the_same_prompt_is_answered_anew_for_each_voter(settings):
    contest = make_live_contest()
    contest.contestants.update(sampling={"seed": 7, "temperature": 0})
    with served(settings, green=[GREEN], black=[BLACK]) as asked:
        for _ in range(2):
            write(contest, make_rater(), "How long?")
    assert [len(endpoint.asked) for endpoint in asked.values()] == [2, 2]
    assert Response.objects.count() == 4
