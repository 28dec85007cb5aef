"""Copies of the catalog, one a day: what people decided survives the loss of the catalog itself.

The last seven are kept, and the first one of each month. `indexer.rebuild` goes back to one.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from indexer.catalog import Catalog, copies
from indexer.data_folder import DataFolder
from indexer.errors import NoRoom
from indexer.hashing import sync, told_when_full

KEPT = 7
_SUFFIX = ".sqlite3"


def take_daily(folder: DataFolder, catalog: Catalog, today: date, available_bytes: int) -> Path | None:
    """Make today's snapshot and drop those that are kept no longer; None when there is one already.

    Uploads go on meanwhile. A ``catalog`` that knows nobody is not worth one. Raises NoRoom when it would
    take more than ``available_bytes``, and CatalogDamaged; the snapshots there are stay as they are then.
    """
    place = _place(folder, today)
    if place.exists() or catalog.people.is_empty():
        return None
    if folder.catalog.stat().st_size > available_bytes:
        raise NoRoom
    partial = folder.snapshots / "unfinished"
    with told_when_full(None):
        copies.copy(folder.catalog, partial)
        os.replace(partial, place)
        sync(folder.snapshots)
    for day in surplus(taken(folder)):
        _place(folder, day).unlink(missing_ok=True)
    return place


def taken(folder: DataFolder) -> tuple[date, ...]:
    """The days of which there is a snapshot, newest first."""
    days = (_day(path) for path in folder.snapshots.iterdir())
    return tuple(sorted((day for day in days if day), reverse=True))


def newest_first(folder: DataFolder) -> tuple[Path, ...]:
    """The snapshots, the newest first."""
    return tuple(_place(folder, day) for day in taken(folder))


def surplus(days: Iterable[date]) -> frozenset[date]:
    """Which snapshots are kept no longer: not one of the last seven, nor the first of its month."""
    in_order = sorted(days)
    first_of_month = {(day.year, day.month): day for day in reversed(in_order)}
    return frozenset(in_order[:-KEPT]) - frozenset(first_of_month.values())


def _place(folder: DataFolder, day: date) -> Path:
    return folder.snapshots / f"{day.isoformat()}{_SUFFIX}"


def _day(path: Path) -> date | None:
    if path.suffix != _SUFFIX:
        return None
    try:
        return date.fromisoformat(path.stem)
    except ValueError:
        return None  # not ours, and left alone
