"""Providers that admins enter: keys sealed, sealed anew, and tried out."""

import ipaddress
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from django.core.cache import cache
from django.db import transaction

from arena.models import Contestant, Judge, ProviderEndpoint
from arena.providers.base import Generation, GenerationRequest, ProviderError
from arena.providers.registry import SMALL_MODEL, open_provider
from arena.providers.sealing import CannotUnseal, reseal, seal
from arena.queries.providers import provider_endpoints, sealing_keys
from arena.services.errors import ServiceError

SHOWN: Final = 4
LONG_ENOUGH: Final = 12
"""Of a shorter key nothing is shown: its end would be too much of it."""


@dataclass(frozen=True, slots=True)
class Check:
    """What became of one small request to a provider."""

    works: bool
    told: str


@dataclass(frozen=True, slots=True)
class Rotation:
    """How many keys were encrypted anew, and the names of the providers whose keys nobody can read any more."""

    done: int
    lost: tuple[str, ...]


def save_provider(row: ProviderEndpoint, key: str = "", *, forget_key: bool = False) -> ProviderEndpoint:
    """Store a provider that an admin entered; an empty key leaves the one that is there.

    A key goes where it was entered for: who enters another base URL enters the key again, or takes it away.

    Raises
    ------
    ServiceError
        If the name is built in, or the base URL or the key cannot be right; nothing is written.
    """
    row.base_url = row.base_url.rstrip("/")
    check_provider_fields(row, key, forget_key=forget_key)
    if key:
        row.sealed_key = seal(key.strip(), sealing_keys())
        row.key_ends = key.strip()[-SHOWN:] if len(key.strip()) >= LONG_ENOUGH else ""
    elif forget_key:
        row.sealed_key = row.key_ends = ""
    row.save()
    return row


def check_provider_fields(row: ProviderEndpoint, key: str, *, forget_key: bool = False) -> None:
    """Say what is wrong with a provider before it is stored; raises ServiceError."""
    if row.name == SMALL_MODEL:
        raise ServiceError(f"{SMALL_MODEL} is built in. Choose another name.")
    _check_address(row.base_url)
    if key and (not key.strip().isascii() or not key.strip().isprintable() or " " in key.strip()):
        raise ServiceError("A key has neither spaces nor letters outside ASCII. Copy it again.")
    stored = ProviderEndpoint.objects.filter(pk=row.pk).first() if row.pk else None
    moved = stored is not None and stored.base_url != row.base_url.rstrip("/")
    if stored is not None and moved and stored.sealed_key and not key and not forget_key:
        raise ServiceError("The key was entered for another base URL. Enter it again, or take it away.")


def _check_address(base_url: str) -> None:
    try:
        parts = urlsplit(base_url)
        host = parts.hostname or ""
    except ValueError as error:
        raise ServiceError("This base URL cannot be read.") from error
    if parts.scheme not in {"http", "https"} or not host:
        raise ServiceError("A base URL begins with https:// or http:// and a host.")
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        raise ServiceError("A base URL has no account, no ? and no #. The key has a field of its own.")
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return
    # Where machines in a cloud are told their own secrets; no model answers there.
    if address.is_link_local or address.is_multicast or address.is_unspecified:
        raise ServiceError("No model is served at this address.")


def rotate_keys() -> Rotation:
    """Encrypt the key of every provider anew with the first of the keys; those that nobody can read stay as they are."""
    done, lost = 0, []
    with transaction.atomic():
        for row in ProviderEndpoint.objects.select_for_update().exclude(sealed_key="").order_by("name"):
            try:
                row.sealed_key = reseal(row.sealed_key, sealing_keys())
            except CannotUnseal:
                lost.append(row.name)
                continue
            row.save(update_fields=["sealed_key"])
            done += 1
    return Rotation(done, tuple(lost))


def check_provider(name: str, model: str = "") -> Check:
    """Ask a provider for one token, and tell plainly what came of it.

    Parameters
    ----------
    model : the model to ask; by default that of a contestant or judge at this provider.

    Raises
    ------
    ServiceError
        If no model is known to ask.
    """
    model = model or _model_at(name)
    request = GenerationRequest(
        model, [{"role": "user", "content": "Say yes."}], {"max_tokens": 1, "temperature": 0}, top_logprobs=1
    )
    endpoints = {key: {**entry, "retries": 0} for key, entry in provider_endpoints().items()}
    try:
        with open_provider(name, endpoints, cache) as provider:
            answer = provider.generate(request)
    except ProviderError as error:
        return Check(False, f"{name} does not answer for {model}: {error}")
    return Check(True, f"{name} answers for {model} {_told(answer)}.")


def _told(answer: Generation) -> str:
    told = [f"in {answer.latency_ms:,.0f} ms"]
    told.append("with a count of tokens" if answer.completion_tokens is not None else "without a count of tokens")
    told.append("with log-probabilities" if answer.tokens else "without log-probabilities")
    return ", ".join(told)


def _model_at(name: str) -> str:
    for rows in (Contestant.objects.order_by("state", "id"), Judge.objects.order_by("id")):
        model = rows.filter(provider=name).exclude(model="").values_list("model", flat=True).first()
        if model:
            return str(model)
    raise ServiceError(f"No contestant or judge is at {name}, so name the model to ask for.")
