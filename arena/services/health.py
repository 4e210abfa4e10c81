"""Whose provider fails: remembered with the contestants, so that matchmaking may leave them out for a while."""

from typing import Final

from django.core.cache import cache
from django.utils import timezone

from arena.models import Contestant

MOST_REFUSALS: Final = 3
"""Refusals in a row, of whatever was asked, after which it is no longer the requests that are at fault."""
REMEMBERED: Final = 600


def note_health(contestant: Contestant, *, failed: bool) -> None:
    """Remember when a contestant's provider failed last, or that it works again."""
    failed_at = timezone.now() if failed else None
    if failed or contestant.failed_at is not None:
        contestant.failed_at = failed_at
        contestant.save(update_fields=["failed_at"])


def note_outage(provider: str) -> int:
    """Remember that a provider fails whoever asks it; return of how many contestants."""
    return Contestant.objects.filter(provider=provider).update(failed_at=timezone.now())


def note_refusal(contestant: Contestant) -> None:
    """Count a request that was refused for what it asks; who refuses everything fails like anybody else."""
    key = f"refusals:{contestant.pk}"
    cache.add(key, 0, timeout=REMEMBERED)
    try:
        refusals = cache.incr(key)
    except ValueError:
        # Forgotten between the two calls.
        refusals = 1
    if refusals >= MOST_REFUSALS:
        cache.delete(key)
        note_health(contestant, failed=True)


def forget_refusals(contestant: Contestant) -> None:
    """Begin to count anew: a request was answered."""
    cache.delete(f"refusals:{contestant.pk}")
