"""How much one rater, and one network, may do in a while. Doors ask here before they let something begin."""

import logging
import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum
from functools import cache
from typing import Final

from django.conf import settings
from django.http import Http404, HttpRequest
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from limits import RateLimitItem, parse_many
from limits.errors import StorageError
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from arena.access import client_network
from arena.models import Rater

_PREFIX: Final = "versus-limits"
Counter = tuple[RateLimitItem, str, str]
logger = logging.getLogger(__name__)


class Limited(Enum):
    """What is limited: the word under which it is counted and set, as in LIMIT_BATTLES and LIMIT_BATTLES_NETWORK."""

    BATTLES = "BATTLES"
    LIVE = "LIVE"
    REPORTS = "REPORTS"
    INVITATIONS = "INVITATIONS"
    NEWCOMERS = "NEWCOMERS"


class TooMany(Exception):
    """Enough for now.

    Attributes
    ----------
    seconds : after how many it makes sense to try again.
    """

    def __init__(self, seconds: int) -> None:
        super().__init__(
            _(
                "That was a lot in a short time. Please wait {time}, then go on where you are: nothing is lost, and what "
                "is open can still be voted on."
            ).format(time=_waiting_time(seconds))
        )
        self.seconds = seconds


def _waiting_time(seconds: int) -> str:
    if seconds < 90:
        return _("a minute")
    minutes = math.ceil(seconds / 60)
    if minutes < 90:
        return _("{n} minutes").format(n=minutes)
    return _("{n} hours").format(n=math.ceil(minutes / 60))


def count(request: HttpRequest, what: Limited, rater: Rater | None = None) -> None:
    """Count one more of something for the network of a request, and for its rater where there is one.

    What is refused is counted nowhere, so that who waits is let in again. Raises TooMany.
    """
    counters = _counters(request, what, rater)
    for counter in counters:
        _refuse_unless(_limiter().test, counter)
    for counter in counters:
        _refuse_unless(_limiter().hit, counter)


@contextmanager
def limit_failures(request: HttpRequest, what: Limited) -> Iterator[None]:
    """Count what is not found, for the network of a request: who guesses often is refused with TooMany."""
    for counter in _counters(request, what):
        _refuse_unless(_limiter().test, counter)
    try:
        yield
    except Http404:
        count(request, what)
        raise


def forget_counts() -> None:
    """Begin to count anew. Only what is counted in the memory of this process is forgotten."""
    storage = _limiter().storage
    if isinstance(storage, MemoryStorage):
        storage.reset()


def _counters(request: HttpRequest, what: Limited, rater: Rater | None = None) -> list[Counter]:
    """Return the limits that bind here, each with the setting and the key under which is counted.

    Of a network only a keyed hash is kept, and only as long as its window lasts.
    """
    network = salted_hmac(_PREFIX, client_network(request), algorithm="sha256").hexdigest()[:32]
    keys = {f"LIMIT_{what.value}_NETWORK": network}
    if rater is not None:
        keys[f"LIMIT_{what.value}"] = rater.public_id
    written = ((name, key, getattr(settings, name, "")) for name, key in keys.items())
    return [(item, name, key) for name, key, text in written if text for item in parse_many(text)]


@cache
def _limiter() -> SlidingWindowCounterRateLimiter:
    """Return what counts: in Redis for all processes where there is one, else in the memory of this process."""
    if settings.REDIS_URL:
        return SlidingWindowCounterRateLimiter(
            RedisStorage(settings.REDIS_URL, wrap_exceptions=True, key_prefix=_PREFIX)
        )
    return SlidingWindowCounterRateLimiter(MemoryStorage())


def _refuse_unless(ask: Callable[..., bool], counter: Counter) -> None:
    try:
        if ask(*counter):
            return
        seconds = _limiter().get_window_stats(*counter).reset_time - time.time()
    except StorageError as error:
        # Better to count nothing for a while than to keep everybody from voting.
        logger.warning("Limits are not counted: %s", error)
        return
    raise TooMany(max(1, math.ceil(seconds)))
