"""The forms in which bytes may tell a text without showing it: codes, digests, other ways to write it."""

import base64
import hashlib
from collections.abc import Iterable, Iterator
from functools import lru_cache
from urllib.parse import quote, quote_plus

DIGESTS = ("md5", "sha1", "sha256")
SHORTEST = 6
"""A code of fewer signs stands in random tokens by chance."""


def _base64_cores(raw: bytes) -> Iterator[str]:
    """Yield what is sure to stand in any base64 of a text that contains `raw`, at each of three alignments."""
    for shift in range(3):
        coded = base64.b64encode(b"\x00" * shift + raw).decode().rstrip("=")
        # The first signs hold bits of what stands before, the last one of what comes after.
        begin, spare = -(-shift * 8 // 6), (shift + len(raw)) * 8 % 6
        yield coded[begin : len(coded) - bool(spare)]


@lru_cache(maxsize=4096)
def disguises(text: str) -> frozenset[str]:
    """Return a text as it would stand in a code: base64 (both alphabets), hex, digests, quoted, reversed."""
    found = {text[::-1]}
    for form in {text, text.casefold(), text.upper()}:
        raw = form.encode()
        found |= {quote(form), quote_plus(form), quote(form, safe=""), raw.hex(), raw.hex().upper()}
        for core in _base64_cores(raw):
            found |= {core, core.replace("+", "-").replace("/", "_")}
        for name in DIGESTS:
            digest = hashlib.new(name, raw)
            found |= {digest.hexdigest(), digest.hexdigest().upper()}
            found |= set(_base64_cores(digest.digest()))
    return frozenset(form for form in found if len(form) >= SHORTEST)


def told_by(seen: bytes, secrets: Iterable[str]) -> list[str]:
    """Return which secrets stand in what was seen: in clear in any case, or in a disguise."""
    text = seen.decode(errors="replace")
    folded = text.casefold()
    return [
        secret for secret in secrets if secret.casefold() in folded or any(form in text for form in disguises(secret))
    ]
