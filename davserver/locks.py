"""WebDAV locks over the catalog: who may write where, and what a LOCK request asks for.

Locks survive a restart and all processes see the same ones. A lock is a person's own: it keeps two
of that person's programs apart, and nobody else ever sees the files. Roots are decoded paths in the
form of `stored_file.ref_url`.
"""

from __future__ import annotations

import secrets
import time
import uuid
from dataclasses import dataclass
from urllib.parse import quote, unquote
from xml.etree import ElementTree

from wsgidav.dav_error import HTTP_BAD_REQUEST, HTTP_LOCKED, DAVError, DAVErrorCondition

from davserver.protocol import dav_xml
from indexer.catalog.locks import Locks
from indexer.model import Lock

UPLOAD_ROOT = "/Upload"
LONGEST_S = 3600.0  # a crashed client must not block a name for weeks
_LONGEST_OWNER = 4096  # characters; listings repeat it for each file below


@dataclass(frozen=True, slots=True)
class PersonLocks:
    """The locks of one person. Safe to share between threads."""

    locks: Locks
    person_id: int

    def check(self, url: str, tokens: list[str], *, below: bool = False) -> None:
        """Raise DAVError 423 unless each lock on the way to ``url`` has its token among ``tokens``.

        With ``below`` the locks inside a folder count as well (RFC 4918 7.5).
        """
        held = self.locks.around(self.person_id, _path(url), time.time(), below=below)
        missing = [lock.root for lock in held if lock.token not in tokens]
        if missing:
            raise _locked("lock-token-submitted", missing)

    def grant(self, url: str, wanted: Wanted, depth: str, timeout_s: float) -> Lock:
        """A new lock; raises DAVError 423 when others forbid it."""
        now = time.time()
        lock = Lock(
            _new_token(), _path(url), wanted.owner_xml, depth, wanted.scope, timeout_s, now + timeout_s
        )
        forbidding = self.locks.add(self.person_id, lock, now)
        if forbidding:
            raise _locked("no-conflicting-lock", [other.root for other in forbidding])
        return lock

    def refresh(self, url: str, tokens: list[str], timeout_s: float) -> Lock | None:
        """The lock of the one token, if it covers ``url``, with a new time-out."""
        now = time.time()
        covering = self.locks.around(self.person_id, _path(url), now)
        if len(tokens) != 1 or tokens[0] not in (lock.token for lock in covering):
            return None
        return self.locks.refresh(self.person_id, tokens[0], timeout_s, now)

    def tokens_on(self, url: str) -> list[str]:
        """The tokens of the locks that cover ``url``."""
        held = self.locks.around(self.person_id, _path(url), time.time())
        return [lock.token for lock in held]

    def release(self, token: str) -> None:
        self.locks.remove(self.person_id, token, UPLOAD_ROOT)

    def release_below(self, url: str) -> None:
        """End the locks on what has moved or gone."""
        self.locks.remove_below(self.person_id, _path(url))


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the body of a LOCK request asks for (RFC 4918 14.11)."""

    scope: str
    owner_xml: str


def parse_lockinfo(body: bytes) -> Wanted | None:
    """The lock that is asked for; None for an empty body, which asks for a refresh. DAVError 400."""
    if not body.strip():
        return None
    info = dav_xml.parsed(body, "{DAV:}lockinfo")
    scope = info.find("{DAV:}lockscope/*")
    if scope is None or info.find("{DAV:}locktype/{DAV:}write") is None:
        raise _bad("A lock is exclusive or shared, and for writing.")
    if scope.tag not in ("{DAV:}exclusive", "{DAV:}shared"):
        raise _bad("A lock is exclusive or shared.")
    owner = info.find("{DAV:}owner")
    owner_xml = "" if owner is None else ElementTree.tostring(owner, encoding="unicode").strip()
    if len(owner_xml) > _LONGEST_OWNER:
        raise _bad("The owner of this lock is too long.")
    return Wanted(scope.tag.removeprefix("{DAV:}"), owner_xml)


def timeout_s(header: str) -> float:
    """Seconds that a Timeout header asks for (RFC 4918 10.7), at most an hour; the first that we know."""
    for part in header.split(","):
        kind, _, digits = part.strip().lower().partition("-")
        if kind == "second" and digits.isascii() and digits.isdigit():
            return min(max(float(digits[:10]), 1.0), LONGEST_S)
    return LONGEST_S


def _path(url: str) -> str:
    return unquote(url).rstrip("/")


def _new_token() -> str:
    return f"opaquelocktoken:{uuid.UUID(bytes=secrets.token_bytes(16), version=4)}"


def _locked(condition: str, roots: list[str]) -> DAVError:
    found = DAVErrorCondition(f"{{DAV:}}{condition}")
    for root in roots:
        found.add_href(quote(root))
    return DAVError(HTTP_LOCKED, err_condition=found)


def _bad(sentence: str) -> DAVError:
    return DAVError(HTTP_BAD_REQUEST, context_info=sentence)
