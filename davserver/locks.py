"""WsgiDAV's lock storage over the catalog: locks survive a restart, and each person has their own."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote

from wsgidav.dav_error import HTTP_LOCKED, DAVError
from wsgidav.lock_man.lock_manager import generate_lock_token, normalize_lock_root

from indexer.catalog.locks import Locks
from indexer.model import Lock

UPLOAD_ROOT = "/Upload"
LONGEST_S = 3600.0  # a crashed client must not block a name for weeks


@dataclass(frozen=True, slots=True)
class PersonLocks:
    """What `wsgidav.lock_man.lock_manager.LockManager` asks of a storage, for one person.

    WsgiDAV speaks of percent-encoded URLs; the catalog keeps decoded paths.
    """

    locks: Locks
    person_id: int
    principal: str

    def open(self) -> None:
        """Nothing to open; the catalog is."""

    def close(self) -> None:
        """Nothing to close."""

    def get(self, token: str) -> dict[str, Any] | None:
        lock = self.locks.get(self.person_id, token, time.time())
        return self._as_dict(lock) if lock else None

    def create(self, path: str, lock: dict[str, Any]) -> dict[str, Any]:
        """Grant it; raises DAVError 423 when another process was faster."""
        now, timeout_s = time.time(), _bounded(lock["timeout"])
        granted = Lock(
            generate_lock_token(), _path(path), _text(lock["owner"]), lock["depth"], lock["scope"],
            timeout_s, now + timeout_s,
        )  # fmt: skip
        if not self.locks.add(self.person_id, granted, now):
            raise DAVError(HTTP_LOCKED)
        lock.update(self._as_dict(granted))
        return lock

    def refresh(self, token: str, *, timeout: float) -> dict[str, Any]:
        lock = self.locks.refresh(self.person_id, token, _bounded(timeout), time.time())
        if lock is None:
            raise ValueError("no such lock")
        return self._as_dict(lock)

    def delete(self, token: str) -> bool:
        return self.locks.remove(self.person_id, token, UPLOAD_ROOT)

    def get_lock_list(
        self, path: str, *, include_root: bool, include_children: bool, token_only: bool
    ) -> list[Any]:
        found = self.locks.on(
            self.person_id,
            _path(path),
            time.time(),
            include_root=include_root,
            include_children=include_children,
        )
        return [lock.token if token_only else self._as_dict(lock) for lock in found]

    def _as_dict(self, lock: Lock) -> dict[str, Any]:
        return {
            "token": lock.token,
            "root": quote(lock.root),
            "type": "write",
            "scope": lock.scope,
            "depth": lock.depth,
            "owner": lock.owner_xml,
            "timeout": lock.timeout_s,
            "expire": lock.expires_at,
            "principal": self.principal,
        }


def _bounded(timeout: float | None) -> float:
    return LONGEST_S if timeout is None or timeout < 0 else min(float(timeout), LONGEST_S)


def _path(url: str) -> str:
    return unquote(normalize_lock_root(url))


def _text(xml: str | bytes) -> str:
    return xml.decode() if isinstance(xml, bytes) else xml
