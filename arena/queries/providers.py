"""Providers by name: those of the environment, and those that admins entered."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings

from arena.models import ProviderEndpoint
from arena.providers.sealing import Sealed

Endpoints = Mapping[str, Mapping[str, Any]]


def provider_endpoints() -> Endpoints:
    """Return every endpoint by name, as `open_provider` takes them; keys stay sealed. The environment's names win."""
    entered = {row.name: endpoint_entry(row) for row in ProviderEndpoint.objects.all()}
    return {**entered, **settings.VERSUS_PROVIDERS}


def endpoint_entry(row: ProviderEndpoint) -> dict[str, Any]:
    """Return one row as an entry of VERSUS_PROVIDERS, its key sealed."""
    limits = {name: getattr(row, name) for name in ProviderEndpoint.LIMITS}
    entry: dict[str, Any] = {"base_url": row.base_url}
    entry |= {name: value for name, value in limits.items() if value is not None}
    return {**entry, "key": Sealed(row.sealed_key, sealing_keys())} if row.sealed_key else entry


def sealing_keys() -> tuple[str, ...]:
    """Return what keys at rest are encrypted with: the first encrypts, all decrypt."""
    return (*settings.VERSUS_ENCRYPTION_KEYS, settings.SECRET_KEY)


def is_overruled(name: str) -> bool:
    """Return whether the environment names a provider of this name, so that a row of it is not used."""
    return name in settings.VERSUS_PROVIDERS
