"""From where a request comes: what clients write is believed exactly as far as there are proxies to be trusted."""

from typing import Any

import pytest

from arena.access import client_address, client_network
from arena.views.adapters import AccountAdapter
from tests.factories import make_request

PROXY = "10.0.0.1"


def told(settings: Any, trusted: int, forwarded: str | None, peer: str = PROXY) -> str:
    settings.TRUSTED_PROXIES = trusted
    headers: dict[str, Any] = {} if forwarded is None else {"HTTP_X_FORWARDED_FOR": forwarded}
    return client_address(make_request(REMOTE_ADDR=peer, **headers))


@pytest.mark.parametrize(
    ("trusted", "forwarded", "address"),
    [
        # Without proxies nothing that a client writes is believed.
        (0, None, PROXY),
        (0, "203.0.113.9", PROXY),
        (0, "1.1.1.1, 203.0.113.9", PROXY),
        # One proxy: the last entry is what it saw, whatever a client had written before.
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "1.1.1.1, 203.0.113.9", "203.0.113.9"),
        (1, "1.1.1.1,2.2.2.2,  203.0.113.9 ", "203.0.113.9"),
        (1, "nonsense, 203.0.113.9", "203.0.113.9"),
        # Two of them: the outer one saw the client, the inner one saw the outer.
        (2, "203.0.113.9, 10.0.0.2", "203.0.113.9"),
        (2, "1.1.1.1, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
        # What did not come through all of them, or is no address there, is the peer's.
        (2, "203.0.113.9", PROXY),
        (1, None, PROXY),
        (1, "", PROXY),
        (1, "203.0.113.9,", PROXY),
        (1, "unknown", PROXY),
        (1, "203.0.113.9:4711", PROXY),
        (1, "[2001:db8::1]", PROXY),
        (1, "203.0.113.999", PROXY),
        (1, "<script>", PROXY),
        (1, "2001:db8::9", "2001:db8::9"),
        (1, "2001:0DB8:0:0::9", "2001:db8::9"),
        (1, "::ffff:203.0.113.9", "203.0.113.9"),
    ],
)
def test_the_address_is_the_one_that_the_outermost_trusted_proxy_saw(
    settings: Any, trusted: int, forwarded: str | None, address: str
) -> None:
    assert told(settings, trusted, forwarded) == address


def test_attempts_to_log_in_are_counted_by_the_same_address(settings: Any) -> None:
    settings.TRUSTED_PROXIES = 1
    request = make_request(REMOTE_ADDR=PROXY, HTTP_X_FORWARDED_FOR="1.1.1.1, 203.0.113.9")
    assert AccountAdapter(request).get_client_ip(request) == "203.0.113.9"


@pytest.mark.parametrize("peer", ["", "unix:", "testserver"])
def test_a_peer_without_an_address_has_none(settings: Any, peer: str) -> None:
    assert told(settings, 0, None, peer) == ""
    assert told(settings, 1, "203.0.113.9", peer) == "203.0.113.9"


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2::", "2001:db8:1:2::"),
        ("fe80::1%eth0", "fe80::"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("", ""),
    ],
)
def test_a_network_is_an_address_or_the_first_half_of_one(address: str, network: str) -> None:
    assert client_network(make_request(REMOTE_ADDR=address)) == network
