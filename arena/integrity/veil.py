"""A response that is shown while it is written, with what would tell who writes it hidden before it is shown."""

from typing import Final

from arena.integrity.leaks import MARK, Leak, find_leaks, mask_leaks
from arena.integrity.names import Names

HELD_BACK: Final = 80
"""Signs at the end that are not shown yet: what follows may make a name of them, or say whose it is."""


def veil_growing(text: str, names: Names, asked: str, *, ended: bool) -> str:
    """Return what may be shown of a response so far: without its end, as long as more will come, and without leaks."""
    leaks = find_leaks(text, names, asked)
    end = len(text) if ended else max(0, len(text) - HELD_BACK)
    # A leak is hidden as a whole or not reached yet.
    end = min([end, *(leak.start for leak in leaks if leak.start < end < leak.end)])
    return mask_leaks(text[:end], [leak for leak in leaks if leak.end <= end])


def veil_whole(text: str, names: Names, asked: str) -> str:
    """Return a response that is done, as it may be shown."""
    return veil_growing(text, names, asked, ended=True)


def written_behind(text: str, names: Names, asked: str, shown: int) -> str:
    """Return the beginning of a response of which so many signs were shown."""
    place, told = 0, 0
    leaks: tuple[Leak, ...] = find_leaks(text, names, asked)
    for leak in leaks:
        if told + leak.start - place >= shown:
            break
        told += leak.start - place + len(MARK)
        place = leak.end
    return text[: max(place, place + shown - told)]
