"""HTTP Digest (RFC 7616) for what cannot use Basic: Windows Explorer over plain HTTP.

MD5 with ``qop=auth``, the one form that Explorer knows. A nonce carries its own time and proof, so none is
kept that was only handed out; of those that were used, the counts are kept, so that nothing is
answered twice. Who is asking is the library's affair: this module only says whether a secret fits.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import secrets
import struct
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes, urlsplit

from indexer.devices import REALM

NONCE_S = 3600.0
# Parallel connections of one client come out of order, but not by more than this.
_WINDOW = 128
_MOST_USED = 10_000
_SALT_BYTES, _PROOF_BYTES = 8, 16
_PARAMETER = re.compile(r'\s*([A-Za-z0-9_*-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s",]+))\s*(?:,|$)')
_HEX32 = re.compile(r"[0-9a-fA-F]{32}")
_NC = re.compile(r"[0-9a-fA-F]{8}")


@dataclass(frozen=True, slots=True)
class Credentials:
    """An ``Authorization: Digest`` header, taken apart; nothing in it is believed yet."""

    name: str
    nonce: str
    uri: str
    nc: str
    cnonce: str
    response: str

    def fits(self, ha1: str, method: str) -> bool:
        """Whether the response was made with this HA1 (RFC 7616 3.4.1)."""
        ha2 = _md5(f"{method}:{self.uri}")
        expected = _md5(f"{ha1}:{self.nonce}:{self.nc}:{self.cnonce}:auth:{ha2}")
        return hmac.compare_digest(expected, self.response)

    def is_for(self, target: str) -> bool:
        """Whether it was made for this request target; spellings of one path are one (RFC 7616 3.4.6)."""
        return _plain(self.uri) == _plain(target)


def parse(header: str) -> Credentials | None:
    """The credentials of an Authorization header; None for one that is not Digest as we ask for it."""
    scheme, _, rest = header.partition(" ")
    given = _parameters(rest) if scheme.lower() == "digest" else {}
    name = _as_utf8(given.get("username", ""))
    is_ours = (
        name
        and given.get("realm") == REALM
        and given.get("qop", "").lower() == "auth"
        and given.get("algorithm", "MD5").upper() == "MD5"
        and _NC.fullmatch(given.get("nc", ""))
        and _HEX32.fullmatch(given.get("response", ""))
        and given.keys() >= {"nonce", "uri", "cnonce"}
    )
    if not is_ours:
        return None
    return Credentials(
        name, given["nonce"], given["uri"], given["nc"], given["cnonce"], given["response"].lower()
    )


@dataclass(slots=True)
class _Counts:
    """Which counts of one nonce came: the highest, and one bit for each of those just below."""

    highest: int = 0
    seen: int = 0

    def take(self, count: int) -> bool:
        """True the first time that a count comes; False as well for one too old to be remembered."""
        if count > self.highest:
            step = min(count - self.highest, _WINDOW)
            self.seen = (self.seen << step | 1) & ((1 << _WINDOW) - 1)
            self.highest = count
            return True
        bit = 1 << (self.highest - count) if self.highest - count < _WINDOW else 0
        is_new = bool(bit) and not self.seen & bit
        self.seen |= bit
        return is_new


@dataclass(slots=True)
class Nonces:
    """Makes nonces and judges those that come back. Safe to share between threads."""

    clock: Callable[[], float] = time.time
    _key: bytes = field(default_factory=lambda: secrets.token_bytes(32), init=False)
    _used: dict[str, tuple[float, _Counts]] = field(default_factory=dict, init=False)
    _forgotten_until: float = field(default=0.0, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def challenge(self, *, stale: bool = False) -> str:
        """A ``WWW-Authenticate`` value with a new nonce."""
        parts = [
            f'Digest realm="{REALM}"',
            'qop="auth"',
            "algorithm=MD5",
            f'nonce="{self._new()}"',
            f'opaque="{_md5(REALM)}"',
            "charset=UTF-8",
        ]
        return ", ".join([*parts, "stale=true"] if stale else parts)

    def take(self, nonce: str, nc: str) -> bool:
        """Use up one count of a nonce; False when it is stale or the count was used. Ask only what fits."""
        now, made_at = self.clock(), self._made_at(nonce)
        with self._lock:
            if made_at is None or not self._forgotten_until < made_at <= now or made_at + NONCE_S < now:
                return False
            if nonce not in self._used:
                self._make_room()
                self._used[nonce] = made_at, _Counts()
            return self._used[nonce][1].take(int(nc, 16))

    def _make_room(self) -> None:
        # What is forgotten here would be new again when replayed: nothing as old is accepted any more.
        if len(self._used) >= _MOST_USED:
            oldest = min(self._used, key=lambda nonce: self._used[nonce][0])
            self._forgotten_until = max(self._forgotten_until, self._used.pop(oldest)[0])

    def _new(self) -> str:
        body = struct.pack(">d", self.clock()) + secrets.token_bytes(_SALT_BYTES)
        return base64.urlsafe_b64encode(body + self._proof(body)).decode()

    def _made_at(self, nonce: str) -> float | None:
        """When we made it; None when we did not."""
        try:
            raw = base64.urlsafe_b64decode(nonce)
        except (binascii.Error, ValueError):
            return None
        body, proof = raw[:-_PROOF_BYTES], raw[-_PROOF_BYTES:]
        if not hmac.compare_digest(self._proof(body), proof):
            return None
        moment: float = struct.unpack_from(">d", body)[0]
        return moment

    def _proof(self, body: bytes) -> bytes:
        return hmac.digest(self._key, body, "sha256")[:_PROOF_BYTES]


def _parameters(text: str) -> dict[str, str]:
    """The parameters of the header by lower-case name; none at all when it is malformed or repeats one."""
    found: dict[str, str] = {}
    position = 0
    while position < len(text):
        match = _PARAMETER.match(text, position)
        if match is None or match[1].lower() in found:
            return {}
        quoted = match[2]
        found[match[1].lower()] = match[3] if quoted is None else re.sub(r"\\(.)", r"\1", quoted)
        position = match.end()
    return found


def _as_utf8(text: str) -> str:
    """A header's text, which WSGI shows as Latin-1; "" when it is not UTF-8."""
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return ""


def _plain(target: str) -> bytes:
    """A request target without scheme, host and escapes."""
    if not target.startswith("/"):
        try:
            parts = urlsplit(target)
        except ValueError:
            return b""
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return unquote_to_bytes(target.encode("latin-1", "replace"))


def _md5(text: str) -> str:
    # The client's own bytes: what WSGI shows as Latin-1 is hashed as it came.
    return hashlib.md5(text.encode("latin-1", "replace"), usedforsecurity=False).hexdigest()
