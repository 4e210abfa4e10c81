"""Secrets at rest: encrypted with keys that the database does not hold."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_PURPOSE: Final = b"versus: keys of providers, 1"


class CannotUnseal(Exception):
    """None of the keys at hand encrypted this."""


def seal(text: str, keys: Sequence[str]) -> str:
    """Return a text encrypted with the first of the keys."""
    return _ring(keys).encrypt(text.encode()).decode()


def unseal(sealed: str, keys: Sequence[str]) -> str:
    """Return the text again, whichever of the keys encrypted it; raises CannotUnseal."""
    try:
        return _ring(keys).decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise CannotUnseal from error


def reseal(sealed: str, keys: Sequence[str]) -> str:
    """Return the same secret encrypted with the first of the keys; raises CannotUnseal."""
    try:
        return _ring(keys).rotate(sealed.encode()).decode()
    except InvalidToken as error:
        raise CannotUnseal from error


@dataclass(frozen=True, slots=True, repr=False)
class Sealed:
    """A secret that is opened where it is used and nowhere else; printed it tells nothing."""

    token: str
    keys: Sequence[str]

    def open(self) -> str:
        """Return the secret; raises CannotUnseal."""
        return unseal(self.token, self.keys)

    def __repr__(self) -> str:
        return "Sealed(***)"


def _ring(keys: Sequence[str]) -> MultiFernet:
    return MultiFernet([Fernet(_derived(key)) for key in keys])


def _derived(key: str) -> bytes:
    """Return a key of the length that is needed, which tells nothing of the one it is made from."""
    return base64.urlsafe_b64encode(HKDF(SHA256(), length=32, salt=None, info=_PURPOSE).derive(key.encode()))
