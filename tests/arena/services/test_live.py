"""A typed prompt is answered by two at the same time, and becomes an ordinary battle or nothing."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone

from arena.exchange.native import read_native, write_native
from arena.models import (
    Battle,
    BattlePurpose,
    BattleState,
    Board,
    Contest,
    LiveBattle,
    LiveState,
    Prompt,
    PromptState,
    Response,
    Vote,
    VoteOutcome,
)
from arena.providers.breaker import FAILURES, Breaker
from arena.queries.exports import export_bundle, preference_pairs
from arena.queries.live import ALIVE_FOR, live_page, live_writers
from arena.queries.selection import counted_votes
from arena.services.asking import prepare_pen
from arena.services.errors import BattleClosed, BattleNotFound, ContestClosed, NoBattleLeft, ServiceError
from arena.services.imports import import_bundle
from arena.services.live import close_abandoned, follow_up, start_live, stop_live
from arena.services.live_writing import write_turn
from arena.services.votes import cast_vote
from tests.arena.services.live_cast import hurry, make_live_contest, served, write, write_more
from tests.factories import make_contestant, make_prompt, make_rater, make_response
from tests.support.endpoint import Reply, streamed

pytestmark = [pytest.mark.django_db, pytest.mark.database]

FAILING = Reply({"error": {"message": "overloaded"}}, 503)
GREEN = streamed("Two", " minutes.")
BLACK = streamed("Fo", "ur min", "utes, at le", "ast.")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    hurry(monkeypatch)


@pytest.fixture
def rater() -> Any:
    return make_rater()


def board_of(contest: Contest) -> Board:
    return Board.objects.create(contest=contest, slug="human", name="People", rater_kind="human")


def test_both_are_asked_and_an_ordinary_battle_comes_of_it(settings, rater):
    contest = make_live_contest()
    with served(settings, green=[GREEN], black=[BLACK]) as asked:
        live = write(contest, rater, " How long? ")
        assert [len(endpoint.asked) for endpoint in asked.values()] == [1, 1]
        assert asked["green"].asked[0]["messages"] == [{"role": "user", "content": "How long?"}]
    battle = Battle.objects.get()
    assert (live.state, live.battle, live.token) == (LiveState.READY, battle, battle.token)
    assert (battle.state, battle.purpose, battle.rater) == (BattleState.SERVED, None, rater)
    assert (battle.branch in {"active", "floor"}, battle.propensity, battle.reason["live"]) == (True, 1.0, True)
    texts = {response.contestant.slug: response.text for response in Response.objects.all()}
    assert texts == {"green": "Two minutes.", "black": "Four minutes, at least."}
    prompt = Prompt.objects.get()
    assert (prompt.text, prompt.language, prompt.state) == ("How long?", "en", PromptState.SUSPECT)
    assert prompt.state_reason == "typed by a voter"
    cast_vote(battle.token, rater, VoteOutcome.A)
    assert counted_votes(board_of(contest)).count() == 1


def test_what_is_read_once_in_a_process_is_read_before_either_side_begins(monkeypatch):
    told: list[str] = []
    monkeypatch.setattr("arena.services.asking.protocol", lambda: told.append("read"))
    monkeypatch.setattr("arena.services.asking.Pen", lambda *_: told.append("begun"))
    begin = [prepare_pen(who, [], "How long?") for who in make_live_contest().contestants.all()]
    assert told == ["read", "read"]
    for one in begin:
        one()
    assert told == ["read", "read", "begun", "begun"]


def test_answers_keep_what_was_asked_and_what_it_cost(settings, rater):
    contest = make_live_contest()
    contest.contestants.update(sampling={"temperature": 0.5}, system_prompt="Be brief.")
    with served(settings, green=[GREEN], black=[BLACK]) as asked:
        write(contest, rater)
        sent = asked["green"].asked[0]
    response = Response.objects.get(contestant__slug="green")
    assert (sent["temperature"], sent["stream"], sent["messages"][0]["content"]) == (0.5, True, "Be brief.")
    assert response.settings["seed"] == sent["seed"]
    assert (response.finish_reason, response.settings["temperature"]) == ("stop", 0.5)
    assert response.latency_ms > 0
    assert response.features


@pytest.mark.parametrize("fields", [{"live": None}, {"state": "closed"}, {"simulated": True}])
def test_a_contest_that_takes_no_typed_prompts_says_so(rater, fields):
    contest = make_live_contest()
    for name, value in fields.items():
        setattr(contest, name, value)
    with pytest.raises(ContestClosed):
        start_live(contest, rater, "Hello")


@pytest.mark.parametrize("text", ["", " \n", "\x00", "x" * 8001])
def test_a_prompt_without_text_or_with_too_much_is_refused(settings, rater, text):
    with served(settings, green=[GREEN], black=[BLACK]), pytest.raises(ServiceError):
        start_live(make_live_contest(), rater, text)
    assert LiveBattle.objects.count() == 0


def test_one_at_a_time(settings, rater):
    contest = make_live_contest()
    with served(settings, green=[GREEN], black=[BLACK]):
        first = start_live(contest, rater, "One?")
        assert start_live(contest, rater, "Two?") == first
        settings.LIVE_AT_ONCE = 1
        with pytest.raises(NoBattleLeft, match="Many answers"):
            start_live(contest, make_rater(), "Three?")


def test_who_cannot_begin_is_replaced_by_another_draw_that_is_told(settings, rater):
    contest = make_live_contest(("Green", "Black", "White"))
    with served(settings, green=[FAILING], black=[BLACK], white=[GREEN]):
        lives = [write(contest, make_rater()) for _ in range(6)]
    assert {live.state for live in lives} == {LiveState.READY}
    assert contest.contestants.get(slug="green").failed_at is not None
    redrawn = [live for live in lives if "failed_draws" in live.draw["reason"]]
    # Once it has failed it is drawn no more.
    assert len(redrawn) <= 1
    for live in redrawn:
        [failed] = live.battle.reason["failed_draws"]
        assert failed["failed"] == ["green"]
        assert "green" in failed["pair"]
        assert 0 < failed["propensity"] < 1
        assert live.battle.propensity == 1.0
    assert not Response.objects.filter(contestant__slug="green").exists()


@pytest.mark.parametrize("fault", [FAILING, Reply(reset=True), streamed(" "), streamed(finished=False, hang=True)])
def test_where_nobody_else_can_write_the_battle_is_closed(settings, rater, fault):
    with served(settings, green=[fault], black=[BLACK]):
        live = write(make_live_contest(), rater)
    assert (live.state, live.battle) == (LiveState.CLOSED, None)
    assert "try again" in live.message
    assert "green" not in live.message
    assert "green" in live.trouble
    assert Battle.objects.count() == Response.objects.count() == Prompt.objects.count() == 0


@pytest.mark.parametrize(
    "fault", [streamed("Two minutes", finished=False), streamed("Two minutes", finished=False, hang=True)]
)
def test_what_breaks_off_after_it_was_shown_is_closed_and_never_votable(settings, rater, fault):
    contest = make_live_contest()
    with served(settings, green=[fault], black=[streamed(*["word "] * 200, pause=0.01)]):
        live = write(contest, rater)
    assert live.state == LiveState.CLOSED
    assert Battle.objects.count() == 0


def test_a_stop_ends_both_and_what_was_shown_can_be_voted_on(settings, rater):
    contest = make_live_contest()
    slow = streamed(*["word "] * 200, pause=0.02)
    with served(settings, green=[slow], black=[slow]):
        live = start_live(contest, rater, "Talk.")
        # Asked for as soon as something is there.
        LiveBattle.objects.filter(pk=live.pk).update(stop_asked_at=None)
        stopped = False

        class Stopping:
            """Stop after the first text was shown."""

            def __call__(self) -> None:
                nonlocal stopped
                if not stopped and LiveBattle.objects.exclude(shown_a="").filter(pk=live.pk).exists():
                    stop_live(live.token, rater)
                    stopped = True

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("arena.services.live_writing.give_back_connection", Stopping())
            write_turn(live.pk)
    live.refresh_from_db()
    assert live.state == LiveState.READY
    responses = Response.objects.all()
    assert {response.finish_reason for response in responses} == {"stopped"}
    assert all(0 < len(response.text) < 1000 for response in responses)
    assert cast_vote(live.token, rater, VoteOutcome.TIE).created


def test_a_stop_before_anything_was_shown_leaves_nothing(settings, rater):
    contest = make_live_contest()
    with served(settings, green=[Reply(late=True)], black=[BLACK]):
        live = start_live(contest, rater, "Talk.")
        stop_live(live.token, rater)
        write_turn(live.pk)
    live.refresh_from_db()
    assert (live.state, live.battle) == (LiveState.CLOSED, None)
    assert "stopped" in live.message


def test_a_follow_up_goes_to_each_side_with_its_own_history(settings, rater):
    contest = make_live_contest()
    with served(settings, green=[GREEN, streamed("No.")], black=[BLACK, streamed("Yes.")]) as asked:
        live = write_more(write(contest, rater, "How long?"), "Even if\nit is green?")
        sent = asked["green"].asked[1]["messages"]
    assert [message["content"] for message in sent] == ["How long?", "Two minutes.", "Even if\nit is green?"]
    assert (live.state, len(live.turns)) == (LiveState.READY, 2)
    response = Response.objects.get(contestant__slug="green")
    assert response.text == "Two minutes.\n\n> Even if\n> it is green?\n\nNo."
    assert response.turns == [*sent, {"role": "assistant", "content": "No."}]
    # What has several turns is not drawn against answers to its first message.
    assert response.sample == 1
    assert Battle.objects.count() == 1
    assert cast_vote(live.token, rater, VoteOutcome.A).created


def test_a_conversation_leaves_with_its_turns_and_arrives_with_them(settings, rater, tmp_path):
    contest = make_live_contest()
    with served(settings, green=[GREEN, streamed("No.")], black=[BLACK, streamed("Yes.")]):
        live = write_more(write(contest, rater), "And then?")
    cast_vote(live.token, rater, VoteOutcome.A)
    write_native(export_bundle(contest), tmp_path / "tea.jsonl")
    copy = import_bundle(read_native(tmp_path / "tea.jsonl"), slug="copy").contest
    told = [
        {row.contestant.slug: (row.text, row.turns, row.sample) for row in one.responses.all()}
        for one in (contest, copy)
    ]
    assert told[0] == told[1]
    assert copy.prompts.get().state == PromptState.SUSPECT
    assert counted_votes(board_of(copy)).count() == 1
    # Its last answers were not given to the same question.
    assert list(preference_pairs(contest, "human")) == []


def test_one_turn_is_a_preference_like_any_other(settings, rater):
    contest = make_live_contest()
    with served(settings, green=[GREEN], black=[BLACK]):
        cast_vote(write(contest, rater, "How long?").token, rater, VoteOutcome.A)
    [pair] = preference_pairs(contest, "human")
    assert (pair.turns, pair.votes_chosen) == (({"role": "user", "content": "How long?"},), 1)


def test_a_vote_that_is_cast_meanwhile_covers_what_was_there(settings, rater):
    contest = make_live_contest()
    with served(settings, green=[GREEN, streamed("No.")], black=[BLACK, streamed("Yes.")]):
        live = write(contest, rater)
        follow_up(live.token, rater, "And then?")
        cast_vote(live.token, rater, VoteOutcome.A)
        write_turn(live.pk)
    live.refresh_from_db()
    assert (live.state, len(live.turns)) == (LiveState.READY, 1)
    assert Response.objects.get(contestant__slug="green").text == "Two minutes."
    with pytest.raises(BattleClosed):
        follow_up(live.token, rater, "And now?")


def test_a_follow_up_that_nobody_begins_leaves_what_was_there(settings, rater):
    with served(settings, green=[GREEN, FAILING], black=[BLACK, streamed("Yes.")]):
        live = write_more(write(make_live_contest(), rater), "And then?")
    assert (live.state, len(live.turns)) == (LiveState.READY, 1)
    assert "follow-up" in live.message
    assert cast_vote(live.token, rater, VoteOutcome.B).created


def test_a_follow_up_that_breaks_off_closes_the_battle(settings, rater):
    broken = streamed("No", finished=False)
    with served(settings, green=[GREEN, broken], black=[BLACK, streamed(*["word "] * 100, pause=0.01)]):
        live = write_more(write(make_live_contest(), rater), "And then?")
    if live.state == LiveState.CLOSED:
        assert Battle.objects.get().state == BattleState.SKIPPED
        with pytest.raises(BattleClosed):
            cast_vote(live.token, rater, VoteOutcome.B)
    else:
        # The end came before the first tick, so nothing of it was shown.
        assert len(live.turns) == 1


def test_a_foreign_live_battle_is_unknown(settings, rater):
    with served(settings, green=[GREEN], black=[BLACK]):
        live = write(make_live_contest(), rater)
        for verb in (lambda: follow_up(live.token, make_rater(), "And?"), lambda: stop_live(live.token, make_rater())):
            with pytest.raises(BattleNotFound):
                verb()


def test_what_a_dead_process_left_is_closed_by_whoever_looks(settings, rater):
    with served(settings, green=[GREEN], black=[BLACK]):
        live = start_live(make_live_contest(), rater, "Hello?")
    late = timezone.now() + ALIVE_FOR + timedelta(seconds=1)
    assert live_page(live, late).state == LiveState.CLOSED
    assert close_abandoned() == 0
    assert (close_abandoned(late), close_abandoned(late)) == (1, 0)
    live.refresh_from_db()
    assert live.state == LiveState.CLOSED
    # Should the process be alive after all, it finds that nobody waits.
    write_turn(live.pk)
    assert Battle.objects.count() == 0


def test_votes_count_nowhere_where_the_contest_says_so(settings, rater):
    contest = make_live_contest(live_counts=False)
    with served(settings, green=[GREEN], black=[BLACK]):
        live = write(contest, rater)
    assert live.battle.purpose == BattlePurpose.LIVE
    cast_vote(live.token, rater, VoteOutcome.A)
    assert Vote.objects.count() == 1
    assert counted_votes(board_of(contest)).count() == 0


def test_only_who_can_write_now_is_drawn(settings):
    contest = make_live_contest(("Green", "Black", "White", "Red", "Blue", "Grey"))
    cast = {row.slug: row for row in contest.contestants.all()}
    names = [name for name in cast if name != "grey"]
    settings.VERSUS_PROVIDERS = {name: {"base_url": "http://127.0.0.1:9/v1"} for name in names}
    settings.VERSUS_PROVIDERS["blue"]["dollars_a_day"] = 0.001
    make_contestant(contest, "Choosy", provider="green", sampling={"best_of": 4})
    make_contestant(contest, "Retired", provider="green", state="retired")
    contest.contestants.filter(slug="black").update(failed_at=timezone.now())
    breaker = Breaker("white", cache)
    for _ in range(FAILURES):
        breaker.note_failure()
    make_response(make_prompt(contest), cast["blue"], origin="generated", prompt_tokens=1000, completion_tokens=1000)
    # Who chooses among several answers takes part: all of them are written before the first is shown.
    assert [row.slug for row in live_writers(contest, timezone.now())] == ["green", "red", "choosy"]


def test_a_contest_spends_no_more_in_a_day_than_it_may(settings, rater):
    contest = make_live_contest(dollars_a_day=0.003)
    green = contest.contestants.get(slug="green")
    make_response(make_prompt(contest), green, origin="generated", prompt_tokens=1000, completion_tokens=1000)
    with served(settings, green=[GREEN], black=[BLACK]), pytest.raises(NoBattleLeft, match="spent"):
        start_live(contest, rater, "Hello?")
    contest.dollars_a_day = 0.0031
    with served(settings, green=[GREEN], black=[BLACK]):
        assert start_live(contest, rater, "Hello?")
