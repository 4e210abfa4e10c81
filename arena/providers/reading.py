"""Bytes of an endpoint as they arrive: within a time and a size, whatever the endpoint does."""

import time
from collections.abc import Callable, Iterable, Iterator

from arena.providers.base import ProviderError


def read_within(
    chunks: Iterable[bytes], deadline: float, most_bytes: int, clock: Callable[[], float] = time.monotonic
) -> Iterator[bytes]:
    """Yield chunks until `deadline` on the clock; an endpoint that sends a byte a second is one that hangs.

    Raises
    ------
    ProviderError
        If the time runs out, more than `most_bytes` come, or the connection breaks.
    """
    source, read = iter(chunks), 0
    while True:
        try:
            chunk = next(source, None)
        # Whatever the client raises while bytes arrive is a connection that broke; it has many names for it.
        except Exception as error:
            late = "Timeout" in type(error).__name__
            told = "did not answer in time" if late else f"broke off: {error}"
            raise ProviderError(f"The endpoint {told}.", retryable=True) from error
        if chunk is None:
            return
        read += len(chunk)
        if clock() > deadline:
            raise ProviderError("The endpoint did not answer in time.", retryable=True)
        if read > most_bytes:
            raise ProviderError(f"The endpoint sent more than {most_bytes:,} bytes.", retryable=False, refused=True)
        yield chunk


def read_events(chunks: Iterable[bytes]) -> Iterator[str]:
    """Yield the data of server-sent events. Comments, by which endpoints keep a connection alive, are passed over."""
    rest = b""
    for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            if line.startswith(b"data:"):
                yield line[5:].decode(errors="replace").strip()
