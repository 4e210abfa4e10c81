"""Asking again: a provider that is asked a few times more where that may help."""

import random
import time
from collections.abc import Callable, Iterator
from typing import Final

from arena.providers.base import Generation, GenerationRequest, Piece, Provider, ProviderError

FIRST_PAUSE: Final = 0.5
LONGEST_PAUSE: Final = 30.0


class Retrying:
    """A provider whose retryable failures are asked again, after pauses that grow and differ by chance.

    Parameters
    ----------
    most : times that one request is asked again.
    longest_pause : an endpoint that wants a longer pause than so many seconds is not waited for.
    pause : how to wait; tests give another one.
    """

    def __init__(
        self,
        provider: Provider,
        most: int = 2,
        longest_pause: float = LONGEST_PAUSE,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._provider = provider
        self._most = most
        self._longest = longest_pause
        self._pause = pause

    def generate(self, request: GenerationRequest) -> Generation:
        """Return the whole answer; raises the last ProviderError."""
        for attempt in range(self._most):
            try:
                return self._provider.generate(request)
            except ProviderError as error:
                self._wait(error, attempt)
        return self._provider.generate(request)

    def stream(self, request: GenerationRequest) -> Iterator[Piece]:
        """Yield the answer piece by piece. Once a piece was handed out, a failure is final: text cannot be taken back."""
        for attempt in range(self._most):
            pieces = self._provider.stream(request)
            try:
                first = next(pieces)
            except ProviderError as error:
                self._wait(error, attempt)
            else:
                yield first
                yield from pieces
                return
        yield from self._provider.stream(request)

    def _wait(self, error: ProviderError, attempt: int) -> None:
        """Wait before the next attempt, or raise the error where none would help."""
        wanted = error.retry_after
        if not error.retryable or (wanted is not None and wanted > self._longest):
            raise error
        # Between half and all of the pause: whoever failed together does not come back together.
        growing = min(FIRST_PAUSE * 2**attempt, self._longest) * random.uniform(0.5, 1.0)
        self._pause(growing if wanted is None else wanted + FIRST_PAUSE * random.random())
