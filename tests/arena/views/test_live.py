"""Live battles through the doors: pages without scripts, events, and the twins in the API."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.db import connection
from django.test import Client
from rest_framework.test import APIClient

from arena.models import Battle, BattleState, LiveBattle, LiveState, Vote
from arena.services.live import start_live
from tests.arena.services.live_cast import hurry, make_live_contest, served, write
from tests.factories import make_arena, make_program, make_rater, make_staff
from tests.support.endpoint import Reply, streamed

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]

GREEN = streamed("Two **minutes**.")
BLACK = streamed(*["four "] * 40, pause=0.01)
LATE = Reply(late=True)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    hurry(monkeypatch)
    monkeypatch.setattr("arena.queries.live_watch.LOOK_SECONDS", 0.01)


def wait_until_written() -> None:
    """Wait until no thread writes any more."""
    for _ in range(1000):
        if not LiveBattle.objects.filter(state=LiveState.WRITING).exists():
            return
        time.sleep(0.02)
    pytest.fail("nobody finished")


async def collected(stream: Any) -> bytes:
    return b"".join([chunk async for chunk in stream])


def events(reply: Any) -> list[tuple[str, dict[str, Any]]]:
    """Return what a stream of events told, to its end."""
    found = []
    for block in async_to_sync(collected)(reply).decode().split("\n\n"):
        if block.startswith("event: "):
            name, data = block.split("\n")
            found.append((name.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return found


def test_without_scripts_a_prompt_is_typed_waited_for_and_voted_on(client: Client, settings: Any) -> None:
    make_live_contest()
    assert "Ask both something" in client.get("/contests/tea/").content.decode()
    assert 'name="prompt"' in client.get("/contests/tea/live/").content.decode()
    with served(settings, green=[GREEN], black=[BLACK]):
        reply = client.post("/contests/tea/live/", {"prompt": "How *long*?"})
        here = reply["Location"]
        waiting = client.get(here).content.decode()
        assert "Both are writing" in waiting
        assert '<meta http-equiv="refresh"' in waiting
        assert "A is better" not in waiting
        wait_until_written()
    page = client.get(here).content.decode()
    assert "Two <strong>minutes</strong>." in page
    assert "<em>long</em>" in page
    assert "A is better" in page
    token = here.split("/")[2]
    assert client.post(f"/battles/{token}/vote/", {"outcome": "A"})["Location"] == f"/battles/{token}/"
    assert client.get(here)["Location"] == f"/battles/{token}/"
    assert "Green" in client.get(f"/battles/{token}/").content.decode()
    assert Vote.objects.get().outcome == "A"


def test_events_tell_both_sides_in_step_and_then_the_end(client: Client, settings: Any) -> None:
    make_live_contest()
    with served(settings, green=[GREEN], black=[BLACK]):
        here = client.post("/contests/tea/live/", {"prompt": "How long?"})["Location"]
        reply = client.get(f"{here}events/")
        assert reply["Content-Type"] == "text/event-stream"
        told = events(reply)
    assert (told[0], told[-1]) == (("begin", {}), ("end", {"state": "ready"}))
    more = [data for name, data in told if name == "more"]
    total = {"a": 0, "b": 0}
    for data in more:
        total = {side: total[side] + len(data[side]) for side in total}
        # The shorter answer is there in full before the longer one is ahead.
        assert min(total.values()) == len("Two **minutes**.") or total["a"] == total["b"]


def test_who_comes_back_gets_what_was_shown_so_far(client: Client, settings: Any) -> None:
    contest = make_live_contest()
    with served(settings, green=[BLACK], black=[BLACK]):
        here = client.post("/contests/tea/live/", {"prompt": "How long?"})["Location"]
        LiveBattle.objects.exclude(shown_a="").exists()
        first, again = (events(client.get(f"{here}events/")) for _ in range(2))
    assert first[-1] == again[-1] == ("end", {"state": "ready"})
    assert contest.live_battles.get().battle is not None


def test_the_answers_are_stored_though_nobody_watches(client: Client, settings: Any) -> None:
    make_live_contest()
    with served(settings, green=[GREEN], black=[BLACK]):
        client.post("/contests/tea/live/", {"prompt": "How long?"})
        wait_until_written()
    assert Battle.objects.get().state == BattleState.SERVED


def test_stopping_ends_the_writing(client: Client, settings: Any) -> None:
    make_live_contest()
    with served(settings, green=[LATE], black=[GREEN]):
        here = client.post("/contests/tea/live/", {"prompt": "How long?"})["Location"]
        assert client.post(f"{here}stop/")["Location"] == here
        wait_until_written()
    assert "You stopped before" in client.get(here).content.decode()


def test_several_presses_at_once_start_one(settings: Any) -> None:
    contest, rater = make_live_contest(), make_rater()

    def press(_: int) -> str:
        try:
            return start_live(contest, rater, "How long?").token
        finally:
            connection.close()

    with served(settings, green=[GREEN], black=[BLACK]):
        with ThreadPoolExecutor(4) as pool:
            tokens = set(pool.map(press, range(4)))
        wait_until_written()
    assert tokens == {LiveBattle.objects.get().token}


def test_what_a_contest_allows_is_said_in_the_admin(client: Client) -> None:
    contest = make_live_contest()
    client.force_login(make_staff())
    page = f"/admin/arena/contest/{contest.pk}/change/"
    form = client.get(page).context["adminform"].form
    told = {name: "" if value is None else value for name, value in form.initial.items()}
    inline = {"categories-TOTAL_FORMS": 0, "categories-INITIAL_FORMS": 0}
    changed = {"live": "True", "live_counts": "False", "dollars_a_day": "2.5"}
    assert client.post(page, {**told, **inline, **changed}).status_code == 302
    contest.refresh_from_db()
    assert (contest.live, contest.live_counts, contest.dollars_a_day) == (True, False, 2.5)
    reply = client.post(page, {**told, **inline, "dollars_a_day": "-1"})
    assert "greater than or equal to 0" in reply.content.decode()


def test_doors_take_what_they_are_for_and_nothing_of_other_sites(client: Client, settings: Any) -> None:
    make_live_contest()
    with served(settings, green=[GREEN], black=[BLACK]):
        here = client.post("/contests/tea/live/", {"prompt": "How long?"})["Location"]
        wait_until_written()
    stranger = Client(enforce_csrf_checks=True)
    stranger.cookies = client.cookies
    for door, takes in (("", "GET, HEAD"), ("events/", "GET, HEAD"), ("stop/", "POST"), ("follow-up/", "POST")):
        assert client.delete(f"{here}{door}")["Allow"] == takes
        if takes == "POST":
            assert client.get(f"{here}{door}").status_code == 405
            assert stranger.post(f"{here}{door}", {"prompt": "Hi"}).status_code == 403
        else:
            assert client.post(f"{here}{door}").status_code == 405
    assert stranger.post("/contests/tea/live/", {"prompt": "Hi"}).status_code == 403
    assert LiveBattle.objects.get().state == LiveState.READY


def test_a_follow_up_is_answered_by_both(client: Client, settings: Any) -> None:
    make_live_contest()
    with served(settings, green=[GREEN], black=[BLACK]):
        here = client.post("/contests/tea/live/", {"prompt": "How long?"})["Location"]
        wait_until_written()
        client.post(f"{here}follow-up/", {"prompt": "And then?"})
        wait_until_written()
    page = client.get(here).content.decode()
    assert page.count("Response A</h2>") == 2
    assert "And then?" in page


@pytest.mark.parametrize("prompt", ["", " ", "x" * 8001])
def test_a_refused_prompt_may_be_corrected(client: Client, prompt: str) -> None:
    make_live_contest()
    reply = client.post("/contests/tea/live/", {"prompt": prompt})
    assert reply.status_code == 200
    assert prompt in reply.content.decode()
    assert 'class="message"' in reply.content.decode()


def test_contests_without_live_battles_have_no_page_for_them(client: Client) -> None:
    make_arena()
    assert client.get("/contests/tea/live/").status_code == 404
    assert "/live/" not in client.get("/contests/tea/").content.decode()
    assert make_program().post("/api/v1/contests/tea/live/", {"prompt": "Hi"}, format="json").status_code == 404


def test_a_foreign_live_battle_looks_like_none(client: Client, settings: Any) -> None:
    with served(settings, green=[GREEN], black=[BLACK]):
        live = write(make_live_contest(), make_rater())
    for door in ("", "events/"):
        assert client.get(f"/live/{live.token}/{door}").status_code == 404
    for door in ("stop/", "follow-up/"):
        assert client.post(f"/live/{live.token}/{door}", {"prompt": "Hi"}).status_code == 404
    assert client.get("/live/a%00b/").status_code == 404


def test_what_a_dead_process_left_is_told_calmly(client: Client, settings: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr("arena.services.live.launch", lambda pk: None)
    make_live_contest()
    with served(settings, green=[GREEN], black=[BLACK]):
        here = client.post("/contests/tea/live/", {"prompt": "How long?"})["Location"]
    LiveBattle.objects.update(beat_at="2020-01-01T00:00:00Z")
    page = client.get(here).content.decode()
    assert "could not be written to their end" in page
    assert "Ask again" in page
    assert events(client.get(f"{here}events/"))[-1] == ("end", {"state": "closed"})


@pytest.fixture
def program() -> APIClient:
    return make_program()


def test_a_program_can_do_what_the_page_can(program: APIClient, settings: Any) -> None:
    make_live_contest()

    def post(path: str, **said: Any) -> Any:
        return program.post(f"/api/v1/{path}", said, format="json")

    with served(settings, green=[GREEN], black=[BLACK]):
        reply = post("contests/tea/live/", prompt="How long?")
        assert reply.status_code == 201
        body = reply.json()
        assert (body["state"], body["turns"], body["asked"]) == ("writing", [], "How long?")
        here = f"live/{body['token']}/"
        told = events(program.get(f"/api/v1/{here}events/", HTTP_ACCEPT="text/event-stream"))
        assert told[-1] == ("end", {"state": "ready"})
        assert len(program.get(f"/api/v1/{here}").json()["turns"]) == 1
        assert post(f"{here}follow-up/", prompt="And then?").json()["state"] in {"writing", "ready"}
        assert post(f"{here}stop/").status_code == 200
        wait_until_written()
    assert post(f"battles/{body['token']}/vote/", outcome="TIE").status_code == 201
    assert post(f"{here}follow-up/", prompt="And now?").status_code == 409


def test_a_program_is_told_what_it_did_wrong(program: APIClient, settings: Any) -> None:
    contest = make_live_contest()
    assert program.post("/api/v1/contests/tea/live/", {}, format="json").status_code == 400
    # Nobody is there who could write.
    assert program.post("/api/v1/contests/tea/live/", {"prompt": "Hi"}, format="json").status_code == 409
    assert APIClient().post("/api/v1/contests/tea/live/", {"prompt": "Hi"}, format="json").status_code == 401
    assert program.get("/api/v1/live/unknown/").status_code == 404
    with served(settings, green=[GREEN], black=[BLACK]):
        live = start_live(contest, make_rater(), "Hi")
        wait_until_written()
    assert program.get(f"/api/v1/live/{live.token}/events/").status_code == 404
