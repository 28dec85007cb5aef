"""Whose word about the client counts: a table."""

from __future__ import annotations

import pytest

from config.settings import parse_networks
from davserver.http.proxies import Origin, TrustedProxies

PROXIES = TrustedProxies(parse_networks("127.0.0.1, 10.0.0.0/8 ::1"))
DIRECT = Origin("127.0.0.1", "http", "inner:8080")


@pytest.mark.parametrize(
    ("fields", "address", "scheme", "host"),
    [
        ({}, "127.0.0.1", "http", "inner:8080"),
        ({"HTTP_X_FORWARDED_FOR": "192.0.2.7"}, "192.0.2.7", "http", "inner:8080"),
        ({"HTTP_X_FORWARDED_FOR": "6.6.6.6, 192.0.2.7"}, "192.0.2.7", "http", "inner:8080"),
        ({"HTTP_X_FORWARDED_FOR": "6.6.6.6, 192.0.2.7, 10.1.2.3"}, "192.0.2.7", "http", "inner:8080"),
        ({"HTTP_X_FORWARDED_FOR": "10.9.9.9,10.1.2.3"}, "10.9.9.9", "http", "inner:8080"),
        ({"HTTP_X_FORWARDED_FOR": "192.0.2.7:5555"}, "192.0.2.7", "http", "inner:8080"),
        ({"HTTP_X_FORWARDED_FOR": "[2001:db8::1]:5555"}, "2001:db8::1", "http", "inner:8080"),
        ({"HTTP_X_FORWARDED_FOR": "2001:db8::1"}, "2001:db8::1", "http", "inner:8080"),
        ({"HTTP_X_FORWARDED_FOR": "6.6.6.6, nonsense"}, "127.0.0.1", "http", "inner:8080"),
        ({"HTTP_X_FORWARDED_PROTO": "HTTPS"}, "127.0.0.1", "https", "inner:8080"),
        ({"HTTP_X_FORWARDED_PROTO": "gopher"}, "127.0.0.1", "http", "inner:8080"),
        ({"HTTP_X_FORWARDED_PROTO": "http, https"}, "127.0.0.1", "https", "inner:8080"),
        ({"HTTP_X_FORWARDED_HOST": "photos.example"}, "127.0.0.1", "http", "photos.example"),
        ({"HTTP_X_FORWARDED_HOST": "[::1]:443"}, "127.0.0.1", "http", "[::1]:443"),
        ({"HTTP_X_FORWARDED_HOST": "a/b"}, "127.0.0.1", "http", "inner:8080"),
        (
            {"HTTP_FORWARDED": 'for="[2001:db8::1]:4711";proto=https;host=photos.example'},
            "2001:db8::1", "https", "photos.example",
        ),
        ({"HTTP_FORWARDED": "for=6.6.6.6, for=192.0.2.7 ; Proto=https"}, "192.0.2.7", "https", "inner:8080"),
        ({"HTTP_FORWARDED": "for=unknown"}, "127.0.0.1", "http", "inner:8080"),
        ({"HTTP_FORWARDED": "proto=https"}, "127.0.0.1", "https", "inner:8080"),
        # A proxy that writes one family hands on what a client says in the other.
        (
            {"HTTP_X_FORWARDED_FOR": "192.0.2.7", "HTTP_FORWARDED": "for=6.6.6.6;proto=https;host=evil"},
            "192.0.2.7", "http", "inner:8080",
        ),
    ],
)  # fmt: skip
def test_what_a_trusted_proxy_tells(fields: dict[str, str], address: str, scheme: str, host: str) -> None:
    assert PROXIES.origin(DIRECT, fields) == Origin(address, scheme, host)


@pytest.mark.parametrize("peer", ["192.0.2.1", "::2", "", "nonsense"])
def test_nobody_else_is_believed(peer: str) -> None:
    told = {
        "HTTP_X_FORWARDED_FOR": "127.0.0.1",
        "HTTP_X_FORWARDED_PROTO": "https",
        "HTTP_X_FORWARDED_HOST": "evil",
        "HTTP_FORWARDED": "for=127.0.0.1",
    }
    direct = Origin(peer, "http", "inner")
    assert PROXIES.origin(direct, told) == direct
    assert TrustedProxies().origin(DIRECT, told) == DIRECT


@pytest.mark.parametrize(
    ("address", "is_trusted"),
    [
        ("127.0.0.1", True),
        ("::ffff:10.2.3.4", True),
        ("::1", True),
        ("11.0.0.1", False),
        ("fe80::1%eth0", False),
    ],
)
def test_trust_is_by_network(address: str, is_trusted: bool) -> None:
    assert PROXIES.trusts(address) is is_trusted
