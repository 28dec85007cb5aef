"""HTTP Digest: the example of RFC 7616 in our realm, headers of every kind, nonces and their counts."""

from __future__ import annotations

import hashlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from davserver.protocol.digest import NONCE_S, Credentials, Nonces, parse
from indexer.devices import REALM, digest_ha1

HA1 = digest_ha1("Zoë", "0123-4567")
GOOD = {
    "username": '"Zo\u00c3\u00ab"',  # UTF-8 as WSGI shows it
    "realm": f'"{REALM}"',
    "nonce": '"abc"',
    "uri": '"/Upload/a%20b.jpg"',
    "qop": "auth",
    "nc": "00000001",
    "cnonce": '"xyz"',
    "response": '"0123456789abcdef0123456789abcdef"',
    "opaque": '"o"',
    "algorithm": "MD5",
}


class Clock:
    now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


def header(**changes: str | None) -> str:
    pairs = {**GOOD, **changes}
    return "Digest " + ", ".join(f"{name}={value}" for name, value in pairs.items() if value is not None)


def nonce_of(challenge: str) -> str:
    found = re.search(r'nonce="([^"]+)"', challenge)
    assert found is not None
    return found[1]


def test_parsing() -> None:
    parsed = parse(header())
    assert parsed == Credentials("Zoë", "abc", "/Upload/a%20b.jpg", "00000001", "xyz", "0123456789abcdef" * 2)


@pytest.mark.parametrize(
    "changes",
    [
        {"algorithm": None},
        {"algorithm": '"MD5"'},
        {"algorithm": "md5"},
        {"qop": '"auth"'},
        {"opaque": None},
        {"response": '"0123456789ABCDEF0123456789ABCDEF"'},
        {"username": r'"Z\o\\e"'},
    ],
)
def test_spellings_of_clients(changes: dict[str, str | None]) -> None:
    assert parse(header(**changes)) is not None


@pytest.mark.parametrize(
    "changes",
    [
        {"username": None},
        {"username": '""'},
        {"username": '"Zo\u00eb"'},
        {"realm": '"elsewhere"'},
        {"qop": None},
        {"qop": "auth-int"},
        {"algorithm": "SHA-256"},
        {"nc": "1"},
        {"nc": "0000000g"},
        {"nc": None},
        {"cnonce": None},
        {"nonce": None},
        {"uri": None},
        {"response": '"short"'},
        {"response": '"' + "é" * 32 + '"'},
        {"opaque": '"never closed'},
        {"opaque": '"a" "b"'},
        {"Realm": f'"{REALM}"'},
    ],
)
def test_what_is_no_digest_of_ours(changes: dict[str, str | None]) -> None:
    assert parse(header(**changes)) is None


@pytest.mark.parametrize(
    "text", ["", "Digest", "Digest ", "Digest ,", "Digest =", "Basic eA==", "Digest a=b"]
)
def test_malformed(text: str) -> None:
    assert parse(text) is None


@given(st.text(st.characters(max_codepoint=255), max_size=300), st.sampled_from(sorted(GOOD)))
def test_no_header_breaks_anything(text: str, name: str) -> None:
    for candidate in (text, f"Digest {text}", header(**{name: text}), header(**{name: f'"{text}"'})):
        parsed = parse(candidate)
        if parsed is not None:
            parsed.fits(HA1, "GET")
            parsed.is_for("/Upload")
            Nonces().take(parsed.nonce, parsed.nc)


def test_the_arithmetic_of_the_rfc() -> None:
    ha2 = hashlib.md5(b"PUT:/Upload/a%20b.jpg").hexdigest()
    response = hashlib.md5(f"{HA1}:abc:00000001:xyz:auth:{ha2}".encode()).hexdigest()
    parsed = parse(header(response=f'"{response}"'))
    assert parsed is not None
    assert parsed.fits(HA1, "PUT")
    assert not parsed.fits(HA1, "GET")
    assert not parsed.fits(digest_ha1("Zoe", "0123-4567"), "PUT")


@pytest.mark.parametrize(
    ("uri", "target", "is_same"),
    [
        ("/a%20b", "/a%20b", True),
        ("/%C3%A4", "/%c3%a4", True),
        ("/\u00c3\u00a4", "/%C3%A4", True),
        ("http://photos:8080/a", "/a", True),
        ("http://photos:8080", "/", True),
        ("/a?x=1", "/a?x=1", True),
        ("/a", "/a?x=1", False),
        ("/a", "/b", False),
        ("http://[", "/", False),
        ("", "/", True),
    ],
)
def test_the_target(uri: str, target: str, is_same: bool) -> None:
    assert Credentials("a", "n", uri, "00000001", "c", "r").is_for(target) is is_same


def test_a_nonce_counts_up_and_each_count_once() -> None:
    nonces = Nonces(Clock())
    nonce = nonce_of(nonces.challenge())
    answers = [(count, nonces.take(nonce, f"{count:08x}")) for count in (1, 2, 5, 3, 4, 4, 1, 300, 299, 100)]
    assert [count for count, is_fresh in answers if is_fresh] == [1, 2, 5, 3, 4, 300, 299]


def test_a_nonce_expires() -> None:
    clock = Clock()
    nonces = Nonces(clock)
    nonce = nonce_of(nonces.challenge())
    clock.now += NONCE_S
    assert nonces.take(nonce, "00000001")
    clock.now += 1
    assert not nonces.take(nonce, "00000002")


@pytest.mark.parametrize("nonce", ["", "abc", "é", "!" * 44, "A" * 43 + "=", "A" * 10_000])
def test_nonces_that_we_never_made(nonce: str) -> None:
    assert not Nonces().take(nonce, "00000001")


def test_a_nonce_of_another_server() -> None:
    assert not Nonces(Clock()).take(nonce_of(Nonces(Clock()).challenge()), "00000001")


def test_forgetting_a_nonce_does_not_make_it_new(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("davserver.protocol.digest._MOST_USED", 3)
    clock = Clock()
    nonces = Nonces(clock)
    made = []
    for _ in range(5):
        clock.now += 1
        made.append(nonce_of(nonces.challenge()))
        assert nonces.take(made[-1], "00000001")
    assert [nonces.take(nonce, "00000001") for nonce in made] == [False] * 5
    assert [nonces.take(nonce, "00000002") for nonce in made] == [False, False, True, True, True]


def test_the_challenge() -> None:
    plain, stale = Nonces().challenge(), Nonces().challenge(stale=True)
    assert plain.startswith(f'Digest realm="{REALM}", qop="auth", algorithm=MD5, ')
    assert "stale" not in plain
    assert stale.endswith("stale=true")
