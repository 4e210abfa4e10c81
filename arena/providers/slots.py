"""How many requests of one process a provider is asked at the same time."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from arena.providers.base import Generation, GenerationRequest, Piece, Provider, ProviderError

_SLOTS: Final[dict[tuple[str, int], threading.BoundedSemaphore]] = {}
_SLOTS_LOCK: Final = threading.Lock()


def slots_of(name: str, at_once: int) -> threading.BoundedSemaphore:
    """Return the slots of a provider in this process, the same for everybody who asks by this name."""
    with _SLOTS_LOCK:
        return _SLOTS.setdefault((name, at_once), threading.BoundedSemaphore(at_once))


class Slotted:
    """A provider with so many slots; who finds none free waits, and gives up after `patience` seconds."""

    def __init__(self, provider: Provider, slots: threading.BoundedSemaphore, patience: float = 30.0) -> None:
        self._provider = provider
        self._slots = slots
        self._patience = patience

    def generate(self, request: GenerationRequest) -> Generation:
        """Return the whole answer; raises ProviderError, also where no slot became free."""
        with self._slot():
            return self._provider.generate(request)

    def stream(self, request: GenerationRequest) -> Iterator[Piece]:
        """Yield the answer piece by piece; the slot is held until its end."""
        with self._slot():
            yield from self._provider.stream(request)

    @contextmanager
    def _slot(self) -> Iterator[None]:
        if not self._slots.acquire(timeout=self._patience):
            # Our own limit: it says nothing of the provider, so that only this request counts as refused.
            message = "Too many answers are asked of this provider at the same time."
            raise ProviderError(message, retryable=True, refused=True)
        try:
            yield
        finally:
            self._slots.release()
