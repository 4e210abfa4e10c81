"""Neither when nor in what portions a live battle appears tells which side is the fast one.

A fast and a slow provider write equal texts on random sides. Everything that a reader of the stream can measure is recorded:
when events come, how large they are, how much each brings of which side. A classifier is trained on recordings and tried on
others. It is right as often as a coin; without the pacing it is right nearly always, at the same speed, so that it would
have noticed.
"""

import asyncio
import json
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, Final

import numpy as np
import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.contrib.auth.models import User
from django.test import AsyncClient, Client
from django.utils import timezone

from arena.models import Contest, Contestant, LiveBattle, LiveState
from arena.providers.base import Generation, GenerationRequest, Piece
from arena.providers.pacing import Supply
from arena.queries.live_watch import LOOK_SECONDS
from arena.services.live_writing import TICK, launch
from arena.services.raters import identify_account
from tests.arena.services.live_cast import make_live_contest
from tests.factories import (
    make_battle,
    make_contest,
    make_contestant,
    make_live,
    make_prompt,
    make_response,
    make_user,
)
from tests.support.guessing import Labels, Rows, guessed_right

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.timeout(900)]

STREAMS = 400
WITHOUT_PACING = 60
CHANCE = 0.55
NOTICED = 0.90
AT_ONCE = 4
HASTE: Final = (12, 4, 1)
"""How many times faster than shipped everything goes; more slowly where the machine is too busy to keep up."""
TEXT = "Black tea wants boiling water, green tea does not. " * 8
PIECES = {"fast": (4, 0.025), "slow": (20, 0.075)}
"""In how many pieces a provider sends its text, and how many seconds pass before each, without haste."""


class Paced:
    """A provider that writes TEXT at its own pace."""

    def __init__(self, name: str, haste: int) -> None:
        self._pieces, pause = PIECES[name]
        self._pause = pause / haste

    def stream(self, request: GenerationRequest) -> Iterator[Piece]:
        size = -(-len(TEXT) // self._pieces)
        for start in range(0, len(TEXT), size):
            time.sleep(self._pause * random.uniform(0.5, 1.5))
            yield Piece(TEXT[start : start + size])
        yield Piece("", Generation(TEXT, "stop", 10, 100, 1.0))


@contextmanager
def paced(haste: int, name: str, *_: Any) -> Iterator[Paced]:
    yield Paced(name, haste)


@contextmanager
def hurried(haste: int) -> Iterator[None]:
    """Let ticks, looks and providers go faster than they are shipped, all by the same number."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("arena.services.live_writing.TICK", TICK / haste)
        patch.setattr("arena.queries.live_watch.LOOK_SECONDS", LOOK_SECONDS / haste)
        patch.setattr("arena.services.asking.open_provider", partial(paced, haste))
        yield


@contextmanager
def unpaced() -> Iterator[None]:
    """Let each side be shown as soon as it is written."""

    def at_once(a: Supply, b: Supply, most: int) -> tuple[int, int]:
        return a.waiting, b.waiting

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("arena.services.live_writing.release", at_once)
        yield


def cast(contest: Contest) -> dict[str, Contestant]:
    return {name: contest.contestants.get(provider=name) for name in PIECES}


@sync_to_async
def begin(live: LiveBattle) -> None:
    """Let a battle be written from now on."""
    live.beat_at = timezone.now()
    live.save(update_fields=["beat_at"])
    launch(live.pk)


async def recorded(client: AsyncClient, live: LiveBattle) -> list[tuple[float, bytes]]:
    """Watch one live battle to its end; return each portion that came, with its time."""
    since = time.perf_counter()
    reply: Any = await client.get(f"/live/{live.token}/events/")
    assert reply.status_code == 200
    head = "".join(f"{name}: {value}\n" for name, value in reply.headers.items()).encode()
    told = [(time.perf_counter() - since, head)]
    # With the time at which each comes, so not in one.
    async for portion in reply.streaming_content:
        told += [(time.perf_counter() - since, portion)]
    return told


def measured(told: list[tuple[float, bytes]]) -> list[float]:
    """Return what a reader of the stream can measure: of both sides together, then of each."""
    times = np.array([at for at, _ in told])
    sizes = np.array([len(portion) for _, portion in told], dtype=float)
    gaps = np.diff(times)
    row = [len(told), times[-1], sizes.sum(), sizes[0], sizes.max(), gaps.mean(), gaps.std(), gaps.max()]
    more = [(at, json.loads(portion.split(b"data: ")[1])) for at, portion in told if portion.startswith(b"event: more")]
    for side in "ab":
        grown = np.array([len(data[side]) for _, data in more], dtype=float)
        at = np.array([at for at, _ in more])
        if not grown.any():
            row += [0.0] * 8
            continue
        row += [at[grown > 0][0], at[grown > 0][-1], float(at @ grown) / grown.sum(), grown.sum()]
        row += [float((grown > 0).sum()), grown.max(), grown[0], grown[-1]]
    return [float(value) for value in row]


def record(user: User, lives: list[LiveBattle]) -> Rows:
    """Let all be written and watched, some at the same time; return what was measured of each."""

    async def watch_all() -> list[list[float]]:
        client, turns = AsyncClient(), asyncio.Semaphore(AT_ONCE)
        await client.aforce_login(user)

        async def watch(live: LiveBattle) -> list[float]:
            async with turns:
                await begin(live)
                return measured(await recorded(client, live))

        return await asyncio.gather(*(watch(live) for live in lives))

    return np.array(async_to_sync(watch_all)())


def streams(user: User, contest: Contest, n: int) -> tuple[Rows, Labels]:
    """Return recordings of n live battles, and of which of them side A is the slow one: half of them, in random order."""
    rater, two = identify_account(user), cast(contest)
    slow_left = np.random.default_rng().permutation(np.arange(n) % 2 == 0)
    lives = []
    for left in slow_left:
        a, b = (two["slow"], two["fast"]) if left else (two["fast"], two["slow"])
        lives.append(make_live(contest, rater=rater, contestant_a=a, contestant_b=b))
    rows = record(user, lives)
    assert not LiveBattle.objects.exclude(state=LiveState.READY).exists()
    return rows, slow_left


@pytest.fixture
def contest() -> Contest:
    return make_live_contest(("Fast", "Slow"))


@pytest.fixture
def user() -> User:
    return make_user()


@pytest.fixture
def haste(contest: Contest, user: User) -> int:
    """Return a speed at which the reader tells the slow side where there is no pacing.

    A test of pacing is worth nothing where its reader is blind, as it is when the machine is so busy that both texts are
    whole before either is first looked at.
    """
    for times in HASTE:
        with hurried(times), unpaced():
            if guessed_right(*streams(user, contest, WITHOUT_PACING)) >= NOTICED:
                return times
    pytest.fail("without pacing the reader is blind even at the speed that is shipped")


def test_the_slow_side_cannot_be_told(contest: Contest, user: User, haste: int) -> None:
    with hurried(haste):
        right = guessed_right(*streams(user, contest, STREAMS))
        if right > CHANCE:
            # A coin is right more often than that in one of forty series; in two one after the other, in one of 1600.
            right = guessed_right(*streams(user, contest, STREAMS))
    assert right <= CHANCE


def test_a_reader_of_noise_is_a_coin_and_a_reader_of_a_sign_is_not() -> None:
    rng = np.random.default_rng(5)
    signs = rng.permutation(np.arange(400) % 2 == 0)
    noise = rng.normal(size=(400, 20))
    assert guessed_right(noise, signs) < 0.57
    assert guessed_right(np.column_stack([noise, signs + 0.3 * rng.normal(size=400)]), signs) > 0.9
    assert guessed_right(np.zeros((400, 3)), signs) < 0.57


def test_sizes_of_stored_battles_tell_nothing(client: Client) -> None:
    """Pages of two equally long answers are equally long, whoever stands left, and so are their heads."""
    contest, user = make_contest(), make_user()
    first, second = make_contestant(contest, "A long name, to be noticed"), make_contestant(contest, "B")
    client.force_login(user)
    rater = identify_account(user)
    sizes: dict[bool, set[tuple[int, int]]] = {True: set(), False: set()}
    for number in range(40):
        prompt = make_prompt(contest, f"How long, {number:02d}?")
        pair = [make_response(prompt, who, f"Answer {number:02d}{who.name[0]}.") for who in (first, second)]
        swapped = number % 2 == 0
        battle = make_battle(contest, rater, prompt=prompt, responses=pair[::-1] if swapped else pair)
        reply = client.get(f"/battles/{battle.token}/")
        head = "".join(f"{name}: {value}\n" for name, value in reply.headers.items())
        sizes[swapped].add((len(reply.content), len(head)))
    assert sizes[True] == sizes[False]
    assert len(sizes[True]) == 1
