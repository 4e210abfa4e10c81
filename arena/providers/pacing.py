"""Two answers shown in lockstep, so that neither speed nor the size of pieces tells who writes."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Supply:
    """What one side has ready: characters that were written and not shown, and whether more will come."""

    waiting: int
    ended: bool


def release(a: Supply, b: Supply, most: int) -> tuple[int, int]:
    """Return how many characters of each side are shown now.

    While both are at work, both show the same number: as many as the slower one has ready, at most `most`. So nothing
    is shown before both have begun, and a pause of one is a pause of both. A side that has ended holds the other back
    no more; what it still has ready is shown at the pace of the other.
    """
    step = min([most, *(side.waiting for side in (a, b) if not side.ended)])
    return min(step, a.waiting), min(step, b.waiting)
