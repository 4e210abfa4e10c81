"""While answers are written, and until the vote, no byte of a live battle tells who writes them."""

from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.test import Client

from arena.integrity.leaks import LeakKind
from arena.models import Contest, LiveBattle, LiveState
from tests.arena.services.live_cast import hurry, served
from tests.arena.test_blindness import ANIMALS, NUMBER, enter, everything, facts, number_rows_from_far, secrets
from tests.arena.views.test_live import collected, wait_until_written
from tests.factories import make_contest, make_program
from tests.support.disguises import told_by
from tests.support.endpoint import Reply, streamed

pytestmark = [pytest.mark.django_db(transaction=True)]

ANSWER = streamed(*["Something. "] * 20, pause=0.01)
NAMING = streamed(
    "I am Quo", "kka the Great, so let me tell", " you. Quokka the Great says something. " * 9, pause=0.01
)
BROKEN = streamed("Something", finished=False)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    hurry(monkeypatch)
    monkeypatch.setattr("arena.queries.live_watch.LOOK_SECONDS", 0.01)


@pytest.fixture
def contest() -> Contest:
    number_rows_from_far()
    contest = make_contest("zoo", name="The zoo", question="Which answer is better?", live=True)
    for animal in ANIMALS[:2]:
        enter(contest, animal)
    return contest


def serve(settings: Any, *replies: Reply) -> Any:
    return served(
        settings, **{f"provider-{animal.lower()}": [reply] for animal, reply in zip(ANIMALS[:2], replies, strict=True)}
    )


def hidden(contest: Contest) -> set[str]:
    shown = ("token", "asked", "turns", "shown_a", "shown_b", "message", "beat_at", "stop_asked_at", "draw")
    rows = {fact for live in contest.live_battles.all() for fact in facts(live, *shown)}
    # How a leak was found is said in ordinary words.
    ordinary = {kind.value for kind in LeakKind}
    return (secrets(contest) | rows) - ordinary


def assert_tells_nothing(contest: Contest, *replies: Any) -> None:
    for reply in replies:
        seen = reply if isinstance(reply, bytes) else everything(reply)
        assert told_by(seen, hidden(contest)) == []
        assert NUMBER not in seen


def watched(client: Any, address: str) -> bytes:
    reply = client.get(address)
    head = "\n".join(f"{name}: {value}" for name, value in reply.headers.items())
    return head.encode() + bytes(async_to_sync(collected)(reply))


@pytest.mark.parametrize("replies", [(ANSWER, ANSWER), (ANSWER, BROKEN), (Reply({}, 503), ANSWER), (NAMING, ANSWER)])
def test_pages_and_events_tell_nothing(client: Client, contest: Contest, settings: Any, replies: Any) -> None:
    with serve(settings, *replies):
        assert_tells_nothing(contest, client.get("/contests/zoo/live/"))
        started = client.post("/contests/zoo/live/", {"prompt": "Say something."})
        here = started["Location"]
        assert_tells_nothing(contest, started, client.get(here), watched(client, f"{here}events/"))
        wait_until_written()
        assert_tells_nothing(contest, client.get(here), watched(client, f"{here}events/"))
        assert_tells_nothing(contest, client.post(f"{here}stop/"), client.get(here))
        assert_tells_nothing(contest, client.post(f"{here}follow-up/", {"prompt": ""}), client.get(here))
    live = LiveBattle.objects.get()
    assert live.state in {LiveState.READY, LiveState.CLOSED}
    if live.state == LiveState.READY:
        client.post(f"/battles/{live.token}/vote/", {"outcome": "A"})
        assert b"Quokka the Great" in client.get(f"/battles/{live.token}/").content


def test_a_program_is_told_nothing(contest: Contest, settings: Any) -> None:
    program = make_program()
    with serve(settings, ANSWER, ANSWER):
        started = program.post("/api/v1/contests/zoo/live/", {"prompt": "Say something."}, format="json")
        here = f"/api/v1/live/{started.json()['token']}/"
        assert_tells_nothing(contest, started, program.get(here), watched(program, f"{here}events/"))
        wait_until_written()
        assert_tells_nothing(contest, program.get(here), program.post(f"{here}stop/"), program.options(here))


def test_what_is_refused_tells_nothing(client: Client, contest: Contest, settings: Any) -> None:
    with serve(settings, ANSWER, ANSWER):
        here = client.post("/contests/zoo/live/", {"prompt": "Say something."})["Location"]
        strict = Client(enforce_csrf_checks=True)
        strict.cookies = client.cookies
        for door in ("", "events/", "stop/", "follow-up/", "nothing/"):
            refused = (
                Client().get(f"{here}{door}"),
                Client().post(f"{here}{door}", {"prompt": "Who are you?"}),
                strict.post(f"{here}{door}", {"prompt": "Who are you?"}),
                client.delete(f"{here}{door}"),
            )
            assert {reply.status_code for reply in refused} <= {403, 404, 405}
            assert_tells_nothing(contest, *refused)
        for text in ("", "x" * 8001):
            assert_tells_nothing(contest, client.post("/contests/zoo/live/", {"prompt": text}))
        wait_until_written()
