"""Whatever providers do wrong: nobody votes on a broken answer, nobody waits long, and nobody asks in vain for ever.

A battle needs two calls to providers. Over twenty live battles one after the other, at most 1.2 times as many are made,
with all that came to nothing or was asked again: who fails is drawn no more for a while, a breaker leaves alone who keeps
failing, and an endpoint that wants to be asked later is not asked sooner.
"""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from arena.models import Battle, BattleState, Contest, LiveBattle, LiveState, Response
from arena.services.responses import generate_responses
from tests.arena.services.live_cast import make_live_contest
from tests.factories import make_contest, make_contestant, make_prompt
from tests.support.endpoint import Endpoint, Reply, completion, scripted_endpoint, streamed
from tests.support.faults import REFUSED, STREAM_FAULTS, TELLTALE, WHOLE_FAULTS
from tests.support.postgres import free_port

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

BATTLES = 20
NEEDED = 2
MOST = 1.2
USABLE_SECONDS = 10.0
GOOD = ("Three minutes, then taste.", "Boiling water and patience.")
QUICK: dict[str, Any] = {"timeout": 1.5, "first_token": 0.4, "connect": 0.4, "at_once": 50}
# Who is healthy is not given up because the machine is busy.
PATIENT: dict[str, Any] = {**QUICK, "timeout": 8.0, "first_token": 8.0, "connect": 8.0}
TOGETHER = ("broken", "cut", "reset", "whitespace", "hangs")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """Let ticks pass fast and nobody be waited for long; everything else is as it is shipped."""
    monkeypatch.setattr("arena.services.live_writing.TICK", 0.01)
    monkeypatch.setattr("arena.services.live_writing.BEGIN_SECONDS", 6.0)
    monkeypatch.setattr("arena.services.live_writing.WRITE_SECONDS", 6.0)
    settings.LIVE_AT_ONCE = 50


@contextmanager
def providers(settings: Any, faults: dict[str, str], healthy: int = 0, whole: bool = False) -> Iterator[dict[str, Any]]:
    """Serve providers by the names of their faults, and healthy ones; count what each was asked."""
    catalogue = WHOLE_FAULTS if whole else STREAM_FAULTS
    replies: dict[str, Reply] = {name: catalogue[fault] for name, fault in faults.items()}
    for number, text in enumerate(GOOD[:healthy]):
        replies[f"{TELLTALE}-good-{number}"] = completion(text) if whole else streamed(text[:9], text[9:])
    with ExitStack() as stack:
        running: dict[str, Endpoint] = {
            name: stack.enter_context(scripted_endpoint(reply)) for name, reply in replies.items()
        }
        settings.VERSUS_PROVIDERS = {
            name: {"base_url": endpoint.base_url, **(QUICK if name in faults else PATIENT)}
            for name, endpoint in running.items()
        }
        for name, fault in faults.items():
            if fault == REFUSED:
                settings.VERSUS_PROVIDERS[name]["base_url"] = f"http://127.0.0.1:{free_port()}/v1"
        yield running


@dataclass(frozen=True)
class Told:
    """What a voter who typed a prompt was told in the end, and after how many seconds."""

    page: str
    seconds: float
    status: int


def written(token: str) -> bool:
    return not LiveBattle.objects.filter(token=token, state=LiveState.WRITING).exists()


def ask(client: Client) -> str:
    """Type a prompt as a new visitor; return where it led, or nothing where the page said why not."""
    client.cookies.clear()
    reply = client.post("/contests/tea/live/", {"prompt": "How long should tea steep?"})
    if reply.status_code == 302:
        return str(reply["Location"])
    assert reply.status_code == 200
    assert 'class="message"' in reply.content.decode()
    assert TELLTALE not in reply.content.decode().casefold()
    return ""


def wait_for(client: Client, here: str, since: float) -> Told:
    """Wait until a battle is no longer written, and look at its page."""
    while not written(here.split("/")[2]):
        assert time.monotonic() - since < USABLE_SECONDS, "the page was not usable in time"
        time.sleep(0.03)
    reply = client.get(here, follow=True)
    return Told(reply.content.decode(), time.monotonic() - since, reply.status_code)


def play(client: Client, battles: int = BATTLES) -> list[Told]:
    """Ask one thing after the other; return what was told of those that began."""
    told = []
    for _ in range(battles):
        since = time.monotonic()
        here = ask(client)
        if here:
            told.append(wait_for(client, here, since))
        assert time.monotonic() - since < USABLE_SECONDS
    return told


def assert_calm(told: list[Told]) -> None:
    """Every page is whole, says what to do, and nothing of who failed or how."""
    for one in told:
        assert one.status == 200
        assert one.seconds < USABLE_SECONDS
        assert TELLTALE not in one.page.casefold()
        assert "Traceback" not in one.page
        votable = "A is better" in one.page
        assert votable or "try again" in one.page


def assert_nothing_broken(contest: Contest) -> None:
    """What can be voted on was written to its end by those who are healthy."""
    assert not Response.objects.filter(contestant__slug__startswith="faulty").exists()
    for battle in Battle.objects.filter(contest=contest, state=BattleState.SERVED):
        for response in (battle.response_a, battle.response_b):
            assert (response.text in GOOD, response.finish_reason) == (True, "stop")
    assert contest.live_battles.filter(state=LiveState.READY).count() == Battle.objects.count()


def live_contest(faulty: int, healthy: int) -> Contest:
    contest = make_live_contest(())
    for number in range(faulty):
        make_contestant(contest, f"Faulty {TELLTALE} {number}", slug=f"faulty-{number}", provider=f"faulty-{number}")
    for number in range(healthy):
        make_contestant(contest, f"Good {number}", provider=f"{TELLTALE}-good-{number}")
    return contest


@pytest.mark.parametrize("fault", STREAM_FAULTS)
def test_beside_healthy_ones(client: Client, settings: Any, fault: str) -> None:
    contest = live_contest(faulty=1, healthy=2)
    with providers(settings, {"faulty-0": fault}, healthy=2) as asked:
        told = play(client)
        calls = {name: len(endpoint.asked) for name, endpoint in asked.items()}
    assert_calm(told)
    assert_nothing_broken(contest)
    assert len(told) == BATTLES
    assert sum(calls.values()) <= MOST * NEEDED * BATTLES, calls
    # It was drawn, so that the fault was met; at most that one battle came to nothing.
    assert contest.contestants.get(slug="faulty-0").failed_at is not None or fault in {"bad-request", "filtered"}
    assert Battle.objects.count() >= BATTLES - 1


@pytest.mark.parametrize("fault", STREAM_FAULTS)
def test_where_everybody_fails(client: Client, settings: Any, fault: str) -> None:
    contest = live_contest(faulty=2, healthy=0)
    with providers(settings, {"faulty-0": fault, "faulty-1": fault}) as asked:
        told = play(client)
        calls = sum(len(endpoint.asked) for endpoint in asked.values())
    assert_calm(told)
    assert_nothing_broken(contest)
    assert Battle.objects.count() == 0
    assert calls <= MOST * NEEDED * BATTLES


@pytest.mark.parametrize("fault", TOGETHER)
def test_at_the_same_moment(client: Client, settings: Any, fault: str) -> None:
    contest = live_contest(faulty=1, healthy=2)
    with providers(settings, {"faulty-0": fault}, healthy=2):
        since = time.monotonic()
        visitors = [Client() for _ in range(BATTLES)]
        begun = [(visitor, ask(visitor)) for visitor in visitors]
        assert_calm([wait_for(visitor, here, since) for visitor, here in begun if here])
    assert_nothing_broken(contest)
    assert contest.live_battles.count() >= 1


@pytest.mark.parametrize("fault", WHOLE_FAULTS)
def test_stored_responses(settings: Any, fault: str) -> None:
    contest = make_contest()
    for name in ("faulty-0", f"{TELLTALE}-good-0"):
        make_contestant(contest, name, slug=name, provider=name)
    for _ in range(BATTLES):
        make_prompt(contest)
    with providers(settings, {"faulty-0": fault}, healthy=1, whole=True) as asked:
        report = generate_responses(contest)
        calls = sum(len(endpoint.asked) for endpoint in asked.values())
    assert not Response.objects.filter(contestant__slug="faulty-0").exists()
    assert (report.written, len(report.failures)) == (BATTLES, BATTLES)
    assert calls <= MOST * NEEDED * BATTLES


def test_a_healthy_pair_is_asked_what_it_needs(client: Client, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bounds above are worth nothing if battles without faults need something else."""
    for name in ("BEGIN_SECONDS", "WRITE_SECONDS"):
        monkeypatch.setattr(f"arena.services.live_writing.{name}", 8.0)
    cache.clear()
    contest = live_contest(faulty=0, healthy=2)
    with providers(settings, {}, healthy=2) as asked:
        told = play(client, 5)
        assert [len(endpoint.asked) for endpoint in asked.values()] == [5, 5]
    assert_calm(told)
    assert all("A is better" in one.page for one in told)
    assert Battle.objects.filter(contest=contest, state=BattleState.SERVED).count() == 5
