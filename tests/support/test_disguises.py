"""What looks for secrets in bytes finds them however they are written."""

import base64
import hashlib
from urllib.parse import quote

import pytest

from tests.support.disguises import told_by

SECRET = "org/Quokka-9000b"
CODED = {
    "clear": SECRET,
    "other case": SECRET.upper(),
    "base64": base64.b64encode(SECRET.encode()).decode(),
    "base64 after one": base64.b64encode(b"x" + SECRET.encode() + b"yz").decode(),
    "base64 after two": base64.b64encode(b"xy" + SECRET.encode() + b"z").decode(),
    "base64 in the middle": base64.b64encode(b'{"model": "' + SECRET.encode() + b'", "n": 1}').decode(),
    "base64 for addresses": base64.urlsafe_b64encode(b"\xff\xfe" + SECRET.encode()).decode(),
    "hex": SECRET.encode().hex(),
    "md5": hashlib.md5(SECRET.encode()).hexdigest(),
    "sha1": hashlib.sha1(SECRET.encode()).hexdigest(),
    "sha256": hashlib.sha256(SECRET.encode()).hexdigest(),
    "sha256 of small letters": hashlib.sha256(SECRET.casefold().encode()).hexdigest(),
    "digest in base64": base64.b64encode(hashlib.sha256(SECRET.encode()).digest()).decode(),
    "quoted": quote(SECRET, safe=""),
    "reversed": SECRET[::-1],
}


@pytest.mark.parametrize("coded", CODED.values(), ids=CODED)
def test_each_disguise_is_seen_through(coded: str) -> None:
    assert told_by(f"<p data-x='{coded}'>".encode(), [SECRET]) == [SECRET]


def test_what_tells_nothing_is_left_alone() -> None:
    assert told_by(b"org / Quokk a-9000b, or something like it", [SECRET]) == []
