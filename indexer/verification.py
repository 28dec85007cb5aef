"""Whether the originals are what they were: each is read again and compared with its digest."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from indexer.catalog import Catalog
from indexer.hashing import digest_of
from indexer.store import Store

_log = logging.getLogger(__name__)


class Damage(StrEnum):
    MISSING = "missing"
    CHANGED = "changed"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Damaged:
    """An original whose bytes are not what they were; ``names`` are paths under which it arrived."""

    sha256: str
    damage: Damage
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Verification:
    checked: int
    size_bytes: int
    damaged: tuple[Damaged, ...]


def verify(catalog: Catalog, originals: Store, report: Callable[[int, int], None]) -> Verification:
    """Read every original and compare it with its digest.

    Damaged ones are remembered: they count as held no more, and are replaced when their bytes arrive
    again. ``report(done, total)`` is called after each one.
    """
    expected = catalog.arrivals.originals()
    known = catalog.damage.all()
    damaged = []
    for done, (sha256, _) in enumerate(expected, start=1):
        path = originals.find(sha256)
        damage = damage_of(path, sha256) if path else Damage.MISSING
        if damage is not None:
            catalog.damage.mark(sha256, time.time())
            damaged.append(Damaged(sha256, damage, catalog.arrivals.names_of(sha256)))
        elif sha256 in known:
            catalog.damage.clear(sha256)
        report(done, len(expected))
    return Verification(len(expected), sum(size for _, size in expected), tuple(damaged))


def damage_of(path: Path, sha256: str) -> Damage | None:
    """What is wrong with an original that lies here; None when its bytes have this digest."""
    try:
        return None if digest_of(path) == sha256 else Damage.CHANGED
    except OSError:
        _log.exception("could not read %s", path)
        return Damage.UNREADABLE
