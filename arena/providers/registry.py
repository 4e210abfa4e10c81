"""Providers by name."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from arena.providers.base import MOST_CHARACTERS, NO_KEY, Provider, ProviderError
from arena.providers.breaker import Breaker, Breaking, Store
from arena.providers.lenient import Lenient
from arena.providers.retrying import Retrying
from arena.providers.sealing import CannotUnseal, Sealed
from arena.providers.slots import Slotted, slots_of
from arena.providers.small_model import serve_small_model

if TYPE_CHECKING:
    from arena.providers.openai_compatible import OpenAICompatible

SMALL_MODEL: Final = "small-model"
AT_ONCE: Final = 8


@contextmanager
def open_provider(
    name: str, endpoints: Mapping[str, Mapping[str, Any]], store: Store | None = None
) -> Iterator[Provider]:
    """Give the provider of this name while the context lasts.

    An endpoint is asked again where that may help, by a limited number of requests at the same time, and left alone
    for a while when it keeps failing.

    Parameters
    ----------
    endpoints : {name: {"base_url": ..., "api_key_env": ..., "timeout": seconds, ...}}; in place of api_key_env there
        may be a `key` that is sealed. The name small-model is built in: it starts the local model for as long as it is used.
    store : where processes share what they know of failing providers; without one there is no breaker.

    Raises
    ------
    ProviderError
        If the name is unknown, its key is not in the environment or cannot be decrypted, or the local model does
        not start.
    """
    if name in endpoints:
        yield _guarded(name, endpoints[name], store)
    elif name == SMALL_MODEL:
        with serve_small_model() as base_url:
            yield protocol()(base_url, timeout=300.0, first_token=300.0, direct=True)
    else:
        known = ", ".join(sorted({*endpoints, SMALL_MODEL}))
        raise ProviderError(
            f"Unknown provider {name!r}; known are {known}. Add it to VERSUS_PROVIDERS or in the admin.",
            retryable=False,
        )


def _guarded(name: str, entry: Mapping[str, Any], store: Store | None) -> Provider:
    """Return an endpoint in its wrappers.

    A request that was asked again in vain is one failure to the breaker; one that found no slot is none.
    """
    provider: Provider = Retrying(Lenient(_endpoint(name, entry), name), most=int(entry.get("retries", 2)))
    if store is not None:
        provider = Breaking(provider, Breaker(name, store))
    return Slotted(provider, slots_of(name, int(entry.get("at_once", AT_ONCE))))


def protocol() -> type["OpenAICompatible"]:
    """Return the client of endpoints. The first call in a process takes most of a second, all others nothing.

    That is a fifth of the time in which any process of ours starts, and most never ask anybody. Whoever is about to
    ask two at the same time calls it before, so that neither has to wait for the other's first call.
    """
    from arena.providers.openai_compatible import OpenAICompatible  # noqa: PLC0415

    return OpenAICompatible


def _endpoint(name: str, entry: Mapping[str, Any]) -> Provider:
    return protocol()(
        entry["base_url"],
        api_key=_key(name, entry),
        timeout=float(entry.get("timeout", 120.0)),
        connect=float(entry.get("connect", 10.0)),
        first_token=float(entry.get("first_token", 60.0)),
        most_characters=int(entry.get("most_characters", MOST_CHARACTERS)),
    )


def _key(name: str, entry: Mapping[str, Any]) -> str:
    sealed, variable = entry.get("key"), entry.get("api_key_env")
    if isinstance(sealed, Sealed):
        try:
            return sealed.open()
        except CannotUnseal as error:
            told = (
                f"The key of provider {name!r} cannot be decrypted with the keys at hand. Enter it again in the admin."
            )
            raise ProviderError(told, retryable=False) from error
    key = os.environ.get(variable, "") if variable else NO_KEY
    if not key:
        raise ProviderError(f"Provider {name!r} needs its key in the environment variable {variable}.", retryable=False)
    return key
