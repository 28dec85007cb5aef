"""Sweeping the data folder: what crashes and copies left behind goes, never an original that counts."""

from __future__ import annotations

import functools
import logging
import os
from collections.abc import Callable
from pathlib import Path

from indexer import names
from indexer.errors import NoRoom
from indexer.hashing import digest_of
from indexer.intake import Intake

_log = logging.getLogger(__name__)
JUNK_LIFE_S = 24 * 3600.0


def sweep_staging(intake: Intake) -> int:
    """Remove what a crash left of files in flight; the number of them.

    Only for a start, while nothing arrives. A staging file with a second name had reached the store,
    but its rows may not have been committed; then nobody was told it is safe, and that name goes too.
    Those that did not come in are told on receipts.
    """
    swept = 0
    for path in intake.staging.folder.iterdir():
        if not path.is_file():
            continue  # nothing of ours
        if path.stat().st_nlink == 1 or not _is_kept(path, intake):
            intake.remember_cut(path)
        path.unlink()
        swept += 1
    return swept


def _is_kept(path: Path, intake: Intake) -> bool:
    """Whether a row stands for a staging file's second name; else that name is removed."""
    sha256, is_kept = digest_of(path), False
    for store in (intake.originals, intake.junk):
        is_needed = intake.catalog.arrivals.is_recorded(sha256, as_junk=store is intake.junk)
        stored = store.find(sha256)
        if stored is None or not os.path.samefile(stored, path):
            continue
        is_kept |= is_needed
        if not is_needed:
            store.remove(sha256)
    return is_kept


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
