"""A circuit breaker: a provider that keeps failing is left alone for a while, by every process that asks it.

closed -> open after FAILURES failures in a row -> half open after a pause: one request is let through, and what
becomes of it closes the breaker or opens it again.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final, Protocol

from arena.providers.base import Generation, GenerationRequest, Piece, Provider, ProviderError

FAILURES: Final = 5
PAUSE: Final = 30.0
REMEMBERED: Final = 600
"""Seconds after which failures and an open breaker are forgotten."""
PROBE_SECONDS: Final = 180
"""A probe whose process died makes room for another after this time."""


class Store(Protocol):
    """What processes share; Django's cache is one."""

    def get(self, key: str) -> Any:
        """Return what is kept under a key, or None."""
        ...

    def set(self, key: str, value: Any, timeout: int) -> Any:
        """Keep a value for so many seconds."""
        ...

    def add(self, key: str, value: Any, timeout: int) -> bool:
        """Keep a value unless there is one; return whether it was kept."""
        ...

    def incr(self, key: str) -> int:
        """Count one up; raises ValueError where nothing is kept."""
        ...

    def delete_many(self, keys: list[str]) -> Any:
        """Forget what is kept under these keys."""
        ...


class Breaker:
    """The breaker of one provider, by name. Its state is in the store alone, so that all who share it agree."""

    def __init__(self, name: str, store: Store, clock: Callable[[], float] = time.time) -> None:
        self._keys = {part: f"breaker:{name}:{part}" for part in ("failures", "until", "probe")}
        self._store = store
        self._clock = clock

    @property
    def is_open(self) -> bool:
        """Whether requests are held back now."""
        until = self._store.get(self._keys["until"])
        return until is not None and self._clock() < until

    def admit(self) -> None:
        """Let a request through; raises ProviderError where the breaker is open, or half open with its probe out."""
        until = self._store.get(self._keys["until"])
        if until is None:
            return
        if self._clock() < until or not self._store.add(self._keys["probe"], 1, timeout=PROBE_SECONDS):
            raise ProviderError("The provider failed repeatedly and is left alone for a moment.", retryable=True)

    def note_answer(self) -> None:
        """Close the breaker: the endpoint answers, if only to refuse a request."""
        self._store.delete_many(list(self._keys.values()))

    def note_failure(self) -> None:
        """Count a failure; open the breaker if there were enough, or if this was the probe."""
        self._store.add(self._keys["failures"], 0, timeout=REMEMBERED)
        try:
            failures = self._store.incr(self._keys["failures"])
        except ValueError:
            # Forgotten between the two calls.
            failures = 1
        if failures >= FAILURES or self._store.get(self._keys["until"]) is not None:
            self._store.set(self._keys["until"], self._clock() + PAUSE, timeout=REMEMBERED)
            self._store.delete_many([self._keys["probe"]])

    def note_nothing(self) -> None:
        """Make room for another probe: nobody waited for what became of this one."""
        self._store.delete_many([self._keys["probe"]])


class Breaking:
    """A provider behind a breaker."""

    def __init__(self, provider: Provider, breaker: Breaker) -> None:
        self._provider = provider
        self._breaker = breaker

    def generate(self, request: GenerationRequest) -> Generation:
        """Return the whole answer; raises ProviderError, at once where the breaker is open."""
        with self._watched():
            return self._provider.generate(request)

    def stream(self, request: GenerationRequest) -> Iterator[Piece]:
        """Yield the answer piece by piece; raises ProviderError, at once where the breaker is open."""
        with self._watched():
            yield from self._provider.stream(request)

    @contextmanager
    def _watched(self) -> Iterator[None]:
        self._breaker.admit()
        try:
            yield
        except ProviderError as error:
            if error.retryable:
                self._breaker.note_failure()
            else:
                self._breaker.note_answer()
            raise
        except BaseException:
            self._breaker.note_nothing()
            raise
        else:
            self._breaker.note_answer()
