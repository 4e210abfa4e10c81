"""Live battles for the tests: contestants at endpoints of this machine, and turns that are written at once."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest

from arena.models import Contest, LiveBattle, Rater
from arena.services.live import follow_up, start_live
from arena.services.live_writing import write_turn
from tests.factories import make_contest, make_contestant
from tests.support.endpoint import Endpoint, Reply, scripted_endpoint


def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let ticks pass faster than anybody could watch, and nothing be waited for as long as people would."""
    monkeypatch.setattr("arena.services.live_writing.TICK", 0.01)
    monkeypatch.setattr("arena.services.live_writing.BEGIN_SECONDS", 4.0)
    monkeypatch.setattr("arena.services.live_writing.WRITE_SECONDS", 8.0)


def make_live_contest(names: tuple[str, ...] = ("Green", "Black"), **fields: Any) -> Contest:
    """A contest with contestants of these names, each at a provider of its own name."""
    contest = make_contest(live=True, **fields)
    for name in names:
        make_contestant(contest, name, provider=name.lower(), prompt_price=1.0, completion_price=2.0)
    return contest


@contextmanager
def served(settings: Any, **scripts: list[Reply]) -> Iterator[dict[str, Endpoint]]:
    """Serve each provider by its script while the context lasts; nothing is asked again."""
    with ExitStack() as stack:
        running = {name: stack.enter_context(scripted_endpoint(*replies)) for name, replies in scripts.items()}
        settings.VERSUS_PROVIDERS = {
            name: {"base_url": endpoint.base_url, "retries": 0, "timeout": 5} for name, endpoint in running.items()
        }
        yield running


def write(contest: Contest, rater: Rater, text: str = "How long should tea steep?") -> LiveBattle:
    """Start a live battle and write its first turn to the end."""
    live = start_live(contest, rater, text)
    write_turn(live.pk)
    live.refresh_from_db()
    return live


def write_more(live: LiveBattle, text: str) -> LiveBattle:
    """Follow up and write that turn to the end."""
    follow_up(live.token, live.rater, text)
    write_turn(live.pk)
    live.refresh_from_db()
    return live
