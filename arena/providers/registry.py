"""Providers by name."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from arena.providers.base import Provider, ProviderError
from arena.providers.openai_compatible import OpenAICompatible
from arena.providers.small_model import serve_small_model

SMALL_MODEL: Final = "small-model"


@contextmanager
def open_provider(name: str, endpoints: Mapping[str, Mapping[str, Any]]) -> Iterator[Provider]:
    """Give the provider of this name while the context lasts.

    Parameters
    ----------
    endpoints : {name: {"base_url": ..., "api_key_env": ..., "timeout": seconds}}. The name small-model is
        built in: it starts the local model for as long as it is used.

    Raises
    ------
    ProviderError
        If the name is unknown, its key is not in the environment, or the local model does not start.
    """
    if name in endpoints:
        yield _endpoint(name, endpoints[name])
    elif name == SMALL_MODEL:
        with serve_small_model() as base_url:
            yield OpenAICompatible(base_url, timeout=300.0, retries=0, direct=True)
    else:
        known = ", ".join(sorted({*endpoints, SMALL_MODEL}))
        raise ProviderError(
            f"Unknown provider {name!r}; known are {known}. Add it to VERSUS_PROVIDERS.", retryable=False
        )


def _endpoint(name: str, entry: Mapping[str, Any]) -> OpenAICompatible:
    variable = entry.get("api_key_env")
    key = os.environ.get(variable, "") if variable else "none"
    if not key:
        raise ProviderError(f"Provider {name!r} needs its key in the environment variable {variable}.", retryable=False)
    return OpenAICompatible(entry["base_url"], api_key=key, timeout=float(entry.get("timeout", 120.0)))
