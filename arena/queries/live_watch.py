"""A live battle as a voter watches it: both sides of each step in one event, from whatever process writes it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from typing import Final

from asgiref.sync import sync_to_async
from django.utils import timezone

from arena.models import LiveState
from arena.queries.connections import give_back_connection
from arena.queries.live import Glance, glance
from arena.rendering.events import ALIVE, render_event

Looking = Callable[[str, datetime], Glance]
LOOK_SECONDS: Final = 0.25
ALIVE_LOOKS: Final = 40
"""Looks without news after which a sign of life is sent."""


async def watch(token: str, looking: Looking = glance) -> AsyncIterator[str]:
    """Yield server-sent events of a live battle, or of what `looking` looks at: `begin`, `more` with what is new, `end`.

    Whoever comes late, or again, gets what was shown so far as the first `more`. Leaving ends nothing: the answers are
    written by somebody else.
    """
    yield render_event("begin", {})
    seen, idle = Glance(LiveState.WRITING, "", ""), 0
    while True:
        found = await sync_to_async(_look)(token, looking)
        if found.state != LiveState.WRITING:
            yield render_event("end", {"state": found.state})
            return
        new = {"a": found.a[len(seen.a) :], "b": found.b[len(seen.b) :]}
        seen, idle = found, 0 if any(new.values()) else idle + 1
        if any(new.values()):
            yield render_event("more", new)
        elif idle % ALIVE_LOOKS == 0:
            yield ALIVE
        await asyncio.sleep(LOOK_SECONDS)


def _look(token: str, looking: Looking) -> Glance:
    try:
        return looking(token, timezone.now())
    finally:
        give_back_connection()
