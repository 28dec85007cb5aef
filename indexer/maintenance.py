"""Looking after the data folder: sweep what crashes and copies left behind, verify the originals."""

from __future__ import annotations

import functools
import hashlib
import logging
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from indexer import names
from indexer.catalog import Catalog
from indexer.errors import NoRoom
from indexer.intake import Intake
from indexer.store import Store

_log = logging.getLogger(__name__)
_BLOCK_BYTES = 1 << 20
JUNK_LIFE_S = 24 * 3600.0


def sweep_staging(intake: Intake) -> int:
    """Remove what a crash left of files in flight; the number of them.

    Only for a start, while nothing arrives. A staging file with a second name had reached the store,
    but its rows may not have been committed; then nobody was told it is safe, and that name goes too.
    """
    swept = 0
    for path in intake.staging.folder.iterdir():
        if not path.is_file():
            continue  # nothing of ours
        if path.stat().st_nlink > 1:
            _remove_unrecorded(path, intake)
        path.unlink()
        swept += 1
    return swept


def _remove_unrecorded(path: Path, intake: Intake) -> None:
    sha256 = _digest(path)
    for store in (intake.originals, intake.junk):
        is_needed = intake.catalog.arrivals.is_recorded(sha256, as_junk=store is intake.junk)
        stored = store.find(sha256)
        if stored is not None and not is_needed and os.path.samefile(stored, path):
            store.remove(sha256)


def sweep_junk(intake: Intake, now: float) -> None:
    """Forget junk a day after its copy; adopt what a rename has made a real file."""
    before = now - JUNK_LIFE_S
    for person_id, entry in intake.catalog.entries.junk():
        if names.is_junk(entry.path) and entry.sha256 and intake.junk.find(entry.sha256) is None:
            intake.catalog.entries.delete(person_id, entry.path)  # it was only passing, and a power cut came
            continue
        guard(functools.partial(intake.adopt, person_id, entry))
    intake.catalog.entries.sweep_junk(before)
    for path in intake.junk.enumerate():
        if path.stat().st_ctime < before:
            forget = functools.partial(_unlink, path)
            intake.catalog.arrivals.unless_recorded(path.name[:64], forget, as_junk=True)


def _unlink(path: Path) -> None:
    path.unlink(missing_ok=True)


def guard(chore: Callable[[], object]) -> None:
    """Run a chore of the background; one that fails is logged and tried again the next time."""
    try:
        chore()
    except NoRoom as error:
        _log.warning("a chore waits for room: %s", error)
    except Exception:  # noqa: BLE001 - the wall around the housekeeper
        _log.exception("a chore failed")


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
    """Read every original and compare it with its digest. Changes nothing.

    ``report(done, total)`` is called after each one.
    """
    expected = catalog.arrivals.originals()
    damaged = []
    for done, (sha256, _) in enumerate(expected, start=1):
        damage = _damage(originals, sha256)
        if damage is not None:
            damaged.append(Damaged(sha256, damage, catalog.arrivals.names_of(sha256)))
        report(done, len(expected))
    return Verification(len(expected), sum(size for _, size in expected), tuple(damaged))


def _damage(originals: Store, sha256: str) -> Damage | None:
    path = originals.find(sha256)
    if path is None:
        return Damage.MISSING
    try:
        return None if _digest(path) == sha256 else Damage.CHANGED
    except OSError:
        _log.exception("could not read %s", path)
        return Damage.UNREADABLE


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    for block in _blocks(path):
        digest.update(block)
    return digest.hexdigest()


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb", buffering=0) as file:
        while block := file.read(_BLOCK_BYTES):
            yield block
