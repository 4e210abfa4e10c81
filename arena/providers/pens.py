"""An answer that a thread reads as fast as it comes, so that who shows it may do so at another pace."""

import random
import threading
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager

from arena.providers.base import Generation, GenerationRequest, Provider, ProviderError, Usage

Opened = Callable[[], AbstractContextManager[Provider]]


class Pen:
    """One answer being written. It begins at once, and may be looked at at any time.

    Parameters
    ----------
    opened : gives the provider, on the thread that asks it.
    """

    def __init__(self, opened: Opened, request: GenerationRequest) -> None:
        self.request = request
        self.error: ProviderError | None = None
        self.whole: Generation | None = None
        self.usage = Usage()
        self._opened = opened
        self._text = ""
        self._ended = False
        self._stopped = threading.Event()
        threading.Thread(target=self._read, daemon=True).start()

    @property
    def text(self) -> str:
        """What was written so far."""
        return self._text

    @property
    def ended(self) -> bool:
        """Whether all of it is there. What failed has not ended: no more comes, and it is not whole."""
        return self._ended and self.error is None

    @property
    def began(self) -> bool:
        """Whether anything was written."""
        return bool(self._text.strip())

    def stop(self) -> None:
        """Read no further than the piece that is on its way."""
        self._stopped.set()

    def _read(self) -> None:
        try:
            self._read_pieces()
            if not self.began and not self._stopped.is_set():
                self.error = ProviderError("The endpoint wrote nothing.", retryable=False)
        except ProviderError as error:
            self.error = error
        # Whoever waits for this answer would otherwise wait for good.
        except Exception as error:
            self.error = ProviderError(f"{type(error).__name__}: {error}", retryable=False)
        finally:
            # Last, so that whoever sees it sees the error and the whole text as well.
            self._ended = True

    def _read_pieces(self) -> None:
        with self._opened() as provider:
            # Leaving the loop drops the iterator, which closes the connection.
            for piece in provider.stream(self.request):
                if self._stopped.is_set():
                    return
                self.whole = piece.whole or self.whole
                self.usage = piece.usage
                self._text += piece.text


def begin_together(ready: Mapping[str, Callable[[], Pen]]) -> dict[str, Pen]:
    """Begin answers one right after the other and in random order, so that no side has a lead of its own."""
    begun = {side: ready[side]() for side in random.sample(sorted(ready), len(ready))}
    return {side: begun[side] for side in ready}
