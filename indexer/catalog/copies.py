"""The catalog's SQLite file as a whole: copied while it is in use, checked, put in another's place.

Snapshots are made by `copy`; a rebuild works on a copy, and its end is `put_in_place`.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from indexer.errors import CatalogDamaged, CatalogInUse, NoRoom
from indexer.hashing import sync

_PATIENCE_S = 5.0
_ARRIVALS = """
    SELECT upload.sha256, person.name_key, upload.path
    FROM upload JOIN person ON person.id = upload.person_id ORDER BY upload.id
"""
_BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def copy(source: Path, target: Path) -> None:
    """Write all that ``source`` holds at this moment to the new file ``target``, safe on the disk on return.

    Nobody who writes to ``source`` waits for it. Tables are read through and indexes made anew, so the copy
    is sound or not made at all: raises CatalogDamaged (also for a missing source), NoRoom.
    """
    if not source.is_file():
        raise CatalogDamaged(source)
    target.unlink(missing_ok=True)
    try:
        with _told(source):
            _write_copy(source, target)
            is_whole = _is_whole(target)
        if not is_whole:
            raise CatalogDamaged(source)
        sync(target)
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def put_in_place(new: Path, place: Path, aside: Path) -> None:
    """Make the closed catalog ``new`` the one at ``place``; what was there is kept as ``aside``.

    At every moment one of the two is at ``place``, whole. Raises CatalogInUse when somebody has the old
    one open; then nothing was changed.
    """
    sync(new)
    if place.exists():
        _settle(place)
        os.link(place, aside)
    for suffix in ("-wal", "-shm"):
        # Only a damaged or missing one leaves them; beside the new file they would be taken for its own.
        _set_aside(_beside(place, suffix), _beside(aside, suffix))
    os.replace(new, place)
    sync(place.parent)


def arrivals(file: Path) -> dict[str, tuple[str, str]]:
    """Who brought what: digest -> (the account's name as it is looked up, path), the last arrival of each.

    Of a damaged catalog, as much as can still be read; of a missing one, nothing. Changes nothing in it.
    """
    if not file.is_file():
        return {}
    found: dict[str, tuple[str, str]] = {}
    with closing(sqlite3.connect(file, _PATIENCE_S)) as connection:
        # Bytes that make no sense are no reason to give up those that do.
        connection.text_factory = lambda value: value.decode("utf-8", "replace")
        with suppress(sqlite3.DatabaseError):
            for sha256, name_key, path in connection.execute(_ARRIVALS):
                found[sha256] = name_key, path
    return found


def remove(file: Path) -> None:
    """Remove a catalog that an interrupted piece of work has left; a missing one is not an error."""
    for suffix in ("", "-wal", "-shm", "-journal"):
        _beside(file, suffix).unlink(missing_ok=True)


def _write_copy(source: Path, target: Path) -> None:
    # Password hashes are in it: only its owner may read it, from the first byte.
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    with closing(sqlite3.connect(source, _PATIENCE_S, isolation_level=None)) as connection:
        connection.execute("VACUUM INTO ?", (str(target),))


def _is_whole(file: Path) -> bool:
    with closing(sqlite3.connect(file)) as connection:
        return bool(connection.execute("PRAGMA integrity_check(1)").fetchone() == ("ok",))


def _settle(file: Path) -> None:
    """Bring the write-ahead log into the file, alone with it; a damaged file stays as it is."""
    with closing(sqlite3.connect(file, _PATIENCE_S, isolation_level=None)) as connection:
        try:
            connection.execute("PRAGMA journal_mode=DELETE")
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorcode in _BUSY:
                raise CatalogInUse from error


def _set_aside(file: Path, aside: Path) -> None:
    if file.exists():
        os.replace(file, aside)


def _beside(file: Path, suffix: str) -> Path:
    return file.with_name(file.name + suffix)


@contextmanager
def _told(source: Path) -> Iterator[None]:
    """Turn the words of SQLite into ours."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_FULL:
            raise NoRoom from error
        if error.sqlite_errorcode in _BUSY:
            raise CatalogInUse from error
        raise CatalogDamaged(source) from error
