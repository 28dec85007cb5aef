"""The Upload share as rows: folders, files and placeholders by path. Changes names, never originals."""

from __future__ import annotations

import itertools
import json
from typing import Any

import sqlalchemy as sa

from indexer import names
from indexer.catalog.database import Database
from indexer.catalog.portable import upsert
from indexer.catalog.prepared import Prepared
from indexer.catalog.tables import EntryRow, OriginalRow
from indexer.errors import NameOccupied, NoSuchEntry, TooManyProperties
from indexer.model import Entry, EntryType

_COLUMNS = (
    EntryRow.path, EntryRow.name, EntryRow.type, EntryRow.mtime, EntryRow.created_at, EntryRow.sha256,
    EntryRow.size_bytes, EntryRow.mime, EntryRow.is_junk, EntryRow.properties, EntryRow.checksums,
)  # fmt: skip
_HERE = (EntryRow.person_id == sa.bindparam("person_id"), EntryRow.path == sa.bindparam("path"))
_FIND = Prepared(sa.select(*_COLUMNS).where(*_HERE))
_TYPE = Prepared(sa.select(EntryRow.type).where(*_HERE))
_HIDDEN = Prepared(sa.select(EntryRow.previous_sha256, EntryRow.previous_mtime).where(*_HERE))
_KEY = ["person_id", "path"]
_ALL = EntryRow.__table__.columns.keys()
_PLACE = Prepared(lambda dialect: upsert(dialect, EntryRow, _ALL, _KEY, set(_ALL) - set(_KEY)))
_ANNOTATE = Prepared(
    sa.update(EntryRow.__table__)  # type: ignore[arg-type]
    .where(*_HERE)
    .values(properties=sa.bindparam("new_properties"), mtime=sa.bindparam("new_mtime"))
)
FOLDER_MIME = "httpd/unix-directory"
# Of the table, not of its class: the ORM would examine each value of each row.
_INSERT = sa.insert(EntryRow.__table__)  # type: ignore[arg-type]
MOST_PROPERTIES = 100
LONGEST_PROPERTY = 16 * 1024


class Entries:
    """Every path may come in any Unicode normal form; it is looked up by `names.key`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, person_id: int, path: str) -> Entry | None:
        with self._database.read() as connection:
            return find(connection, person_id, names.key(path))

    def children(self, person_id: int, folder: str) -> tuple[Entry, ...]:
        """What lies directly in a folder, by name; nothing for a folder that is not there."""
        query = sa.select(*_COLUMNS).where(
            EntryRow.person_id == person_id, EntryRow.folder == names.key(folder)
        )
        with self._database.read() as connection:
            return tuple(map(_entry, connection.execute(query.order_by(EntryRow.path))))

    def make_folder(self, person_id: int, path: str, now: float) -> None:
        """Raises NoSuchEntry for a missing parent, NameOccupied when the name is in use."""
        with self._database.write() as connection:
            check_parent(connection, person_id, names.key(path))
            if find(connection, person_id, names.key(path)):
                raise NameOccupied(path)
            row = _new_row(person_id, path, now, type=EntryType.FOLDER, mime=FOLDER_MIME)
            connection.execute(_INSERT, row)

    def make_way(self, person_id: int, path: str, now: float) -> None:
        """Make what is missing of the folders above a path; raises NameOccupied where a file has the name."""
        with self._database.write() as connection:
            make_way(connection, person_id, path, now)

    def place_placeholder(
        self, person_id: int, path: str, mtime: float, now: float, *, only_new: bool = False
    ) -> Entry:
        """Make the name an empty file; a version with bytes stays behind it until new bytes come.

        With ``only_new`` a name that is in use stays as it is.
        """
        path_key = names.key(path)
        with self._database.write() as connection:
            check_parent(connection, person_id, path_key)
            old = find(connection, person_id, path_key)
            if old and only_new:
                return old
            if old and old.type is EntryType.FOLDER:
                raise NameOccupied(path)
            row = _new_row(person_id, path, now, type=EntryType.PLACEHOLDER, mtime=mtime)
            return replace(connection, row | _behind(connection, person_id, old))

    def delete(self, person_id: int, path: str) -> None:
        """Remove a name and, of a folder, everything below; the originals stay."""
        with self._database.write() as connection:
            connection.execute(sa.delete(EntryRow).where(*_subtree(person_id, names.key(path))))

    def move(self, person_id: int, source: str, target: str) -> None:
        """Rename a file or a folder with all below it; what had the target's name is replaced.

        Raises NoSuchEntry for the source or the target's folder, NameOccupied when one of the names
        lies in the other.
        """
        source_key, target_key = names.key(source), names.key(target)
        with self._database.write() as connection:
            check_parent(connection, person_id, target_key)
            _require(connection, person_id, source_key)
            _check_apart(source_key, target_key)
            connection.execute(sa.delete(EntryRow).where(*_subtree(person_id, target_key)))
            moved = sa.literal(target_key) + sa.func.substr(EntryRow.path, len(source_key) + 1)
            below = sa.literal(target_key) + sa.func.substr(EntryRow.folder, len(source_key) + 1)
            is_root = EntryRow.path == source_key
            connection.execute(
                sa.update(EntryRow)
                .where(*_subtree(person_id, source_key))
                .values(
                    path=moved,
                    folder=sa.case((is_root, names.parent(target_key)), else_=below),
                    name=sa.case((is_root, names.last(target)), else_=EntryRow.name),
                )
            )

    def copy(self, person_id: int, source: str, target: str, *, deep: bool, now: float) -> None:
        """Give the same originals further names; ``deep=False`` copies a folder without its contents.

        Replaces and raises as `move` does.
        """
        source_key, target_key = names.key(source), names.key(target)
        with self._database.write() as connection:
            check_parent(connection, person_id, target_key)
            _require(connection, person_id, source_key)
            _check_apart(source_key, target_key)
            connection.execute(sa.delete(EntryRow).where(*_subtree(person_id, target_key)))
            chosen = _subtree(person_id, source_key) if deep else _exactly(person_id, source_key)
            rows = [
                dict(row._mapping) for row in connection.execute(sa.select(EntryRow.__table__).where(*chosen))
            ]
            for row in rows:
                row["path"] = target_key + row["path"][len(source_key) :]
                row["folder"] = names.parent(row["path"])
                row |= {"created_at": now, "changed_at": now}
                if row["path"] == target_key:
                    row["name"] = names.last(target)
            connection.execute(_INSERT, rows)

    def below(self, person_id: int, path: str) -> tuple[Entry, ...]:
        """The entry of this path and, of a folder, everything below it."""
        query = sa.select(*_COLUMNS).where(*_subtree(person_id, names.key(path))).order_by(EntryRow.path)
        with self._database.read() as connection:
            return tuple(map(_entry, connection.execute(query)))

    def junk(self) -> tuple[tuple[int, Entry], ...]:
        """(person id, entry) of everything that came under a junk name."""
        query = sa.select(EntryRow.person_id, *_COLUMNS).where(EntryRow.is_junk)
        with self._database.read() as connection:
            return tuple((row[0], _entry(row[1:])) for row in connection.execute(query))

    def sweep_junk(self, before: float) -> None:
        """Forget junk not changed since ``before`` (epoch seconds), but never a picture or a film."""
        query = sa.select(EntryRow.person_id, EntryRow.path, EntryRow.mime)
        with self._database.write() as connection:
            old = connection.execute(query.where(EntryRow.is_junk, EntryRow.changed_at < before)).all()
            for person_id, path, mime in old:
                if names.is_junk(path) and not mime.startswith(("image/", "video/")):
                    connection.execute(sa.delete(EntryRow).where(*_exactly(person_id, path)))


def find(connection: sa.Connection, person_id: int, path_key: str) -> Entry | None:
    row = _FIND.row(connection, person_id=person_id, path=path_key)
    return _entry(row) if row else None


def check_parent(connection: sa.Connection, person_id: int, path_key: str) -> None:
    """Raise NoSuchEntry unless the path's folder exists, within the caller's transaction."""
    folder = names.parent(path_key)
    if not folder:
        return
    if _TYPE.row(connection, person_id=person_id, path=folder) != (EntryType.FOLDER,):
        raise NoSuchEntry(folder)


def make_way(connection: sa.Connection, person_id: int, path: str, now: float) -> None:
    """Make what is missing of the folders above a path; raises NameOccupied where a file has the name."""
    missing = []
    folder, found = names.parent(path), None
    while folder and (found := _TYPE.row(connection, person_id=person_id, path=names.key(folder))) is None:
        missing.append(_new_row(person_id, folder, now, type=EntryType.FOLDER, mime=FOLDER_MIME))
        folder = names.parent(folder)
    if folder and found != (EntryType.FOLDER,):
        raise NameOccupied(folder)
    if missing:
        connection.execute(_INSERT, missing)


def free_path(connection: sa.Connection, person_id: int, path: str, sha256: str) -> str:
    """The path, numbered if its name stands for other bytes, so that these take no other file's place."""
    folder, name = names.parent(path), names.last(path)
    numbered = (names.join(folder, names.numbered(name, number)) for number in itertools.count(1))
    return next(path for path in numbered if _takes(connection, person_id, names.key(path), sha256))


def place_file(
    connection: sa.Connection,
    person_id: int,
    path: str,
    *,
    sha256: str,
    size_bytes: int,
    mime: str,
    mtime: float,
    checksums: str,
    now: float,
) -> Entry:
    """Point a name to whole bytes, in place of whatever file had it; raises NoSuchEntry, NameOccupied."""
    path_key = names.key(path)
    check_parent(connection, person_id, path_key)
    old = find(connection, person_id, path_key)
    if old and old.type is EntryType.FOLDER:
        raise NameOccupied(path)
    row = _new_row(
        person_id, path, now, type=EntryType.FILE, mime=mime, mtime=mtime,
        sha256=sha256, size_bytes=size_bytes, checksums=checksums,
    )  # fmt: skip
    if old:
        row |= {"created_at": old.created_at, "properties": json.dumps(dict(old.properties))}
    return replace(connection, row)


def annotate(
    connection: sa.Connection, person_id: int, path: str, changes: dict[str, str | None], mtime: float | None
) -> Entry:
    """Set (or with None remove) dead properties and the mtime; raises NoSuchEntry, TooManyProperties."""
    entry = _require(connection, person_id, names.key(path))
    merged = dict(entry.properties) | changes
    properties = {name: xml for name, xml in merged.items() if xml is not None}
    if len(properties) > MOST_PROPERTIES or any(len(xml) > LONGEST_PROPERTY for xml in properties.values()):
        raise TooManyProperties
    _ANNOTATE.run(
        connection, person_id=person_id, path=entry.path, new_properties=json.dumps(properties),
        new_mtime=entry.mtime if mtime is None else mtime,
    )  # fmt: skip
    return entry


def replace(connection: sa.Connection, row: dict[str, Any]) -> Entry:
    """Make this the row of its name, whatever was there."""
    _PLACE.run(connection, **row)
    return _entry([row[column.key] for column in _COLUMNS])


def drop_placeholder(connection: sa.Connection, person_id: int, path_key: str) -> float | None:
    """End one abandoned placeholder: the version behind it returns, or the name goes.

    When it was made (epoch seconds); None, changing nothing, for a path that is none.
    """
    is_placeholder = EntryRow.type == EntryType.PLACEHOLDER
    query = sa.select(EntryRow.changed_at).where(*_exactly(person_id, path_key), is_placeholder)
    made_at: float | None = connection.scalar(query)
    if made_at is not None and not restore_hidden(connection, person_id, path_key):
        connection.execute(sa.delete(EntryRow).where(*_exactly(person_id, path_key), is_placeholder))
    return made_at


def restore_hidden(connection: sa.Connection, person_id: int, path_key: str) -> bool:
    """Show the version that a placeholder hides again; False, changing nothing, when it hides none."""
    here = (*_exactly(person_id, path_key), EntryRow.type == EntryType.PLACEHOLDER)
    sha256, mtime = _HIDDEN.row(connection, person_id=person_id, path=path_key) or (None, None)
    if sha256 is None:
        return False
    size_bytes, mime = _original_facts(connection, sha256)
    values = {
        "type": EntryType.FILE,
        "sha256": sha256,
        "size_bytes": size_bytes,
        "mime": mime,
        "mtime": mtime,
        "previous_sha256": None,
        "previous_mtime": None,
    }
    connection.execute(sa.update(EntryRow).where(*here).values(**values))
    return True


def _takes(connection: sa.Connection, person_id: int, path_key: str, sha256: str) -> bool:
    """Whether a name may stand for these bytes without standing for others no more."""
    old = find(connection, person_id, path_key)
    if old is None or old.sha256 == sha256:
        return True
    is_placeholder = old.type is EntryType.PLACEHOLDER
    return is_placeholder and _HIDDEN.row(connection, person_id=person_id, path=path_key) == (None, None)


def _behind(connection: sa.Connection, person_id: int, old: Entry | None) -> dict[str, Any]:
    """The columns of the version that a placeholder in place of ``old`` hides."""
    if old is None or old.is_junk:
        return {}
    if old.sha256:
        return {"previous_sha256": old.sha256, "previous_mtime": old.mtime}
    # A placeholder again, from a client that tries once more: what it hid is still hidden.
    sha256, mtime = _HIDDEN.row(connection, person_id=person_id, path=old.path) or (None, None)
    return {"previous_sha256": sha256, "previous_mtime": mtime}


def _original_facts(connection: sa.Connection, sha256: str) -> tuple[int, str]:
    row = connection.execute(
        sa.select(OriginalRow.size_bytes, OriginalRow.mime).where(OriginalRow.sha256 == sha256)
    ).one()
    return row.size_bytes, row.mime


def _require(connection: sa.Connection, person_id: int, path_key: str) -> Entry:
    entry = find(connection, person_id, path_key)
    if entry is None:
        raise NoSuchEntry(path_key)
    return entry


def _check_apart(source_key: str, target_key: str) -> None:
    # Replacing the target would take the source along, or the other way round.
    if f"{source_key}/".startswith(f"{target_key}/") or f"{target_key}/".startswith(f"{source_key}/"):
        raise NameOccupied(target_key)


def _exactly(person_id: int, path_key: str) -> tuple[sa.ColumnElement[bool], ...]:
    return EntryRow.person_id == person_id, EntryRow.path == path_key


def _subtree(person_id: int, path_key: str) -> tuple[sa.ColumnElement[bool], ...]:
    # "0" follows "/" in ASCII: the range holds everything below the folder, and an index serves it.
    below = sa.and_(EntryRow.path > f"{path_key}/", EntryRow.path < f"{path_key}0")
    return EntryRow.person_id == person_id, sa.or_(EntryRow.path == path_key, below)


def _new_row(person_id: int, path: str, now: float, **values: Any) -> dict[str, Any]:
    path_key = names.key(path)
    row: dict[str, Any] = {
        "person_id": person_id, "path": path_key, "folder": names.parent(path_key), "name": names.last(path),
        "sha256": None, "size_bytes": 0, "mime": "application/octet-stream", "mtime": now, "created_at": now,
        "changed_at": now, "is_junk": names.is_junk(path_key), "properties": "{}",
        "previous_sha256": None, "previous_mtime": None, "checksums": "",
    }  # fmt: skip
    return row | values


def _entry(row: Any) -> Entry:
    path, name, type_, mtime, created_at, sha256, size_bytes, mime, is_junk, properties, checksums = row
    return Entry(
        path, name, EntryType(type_), mtime, created_at, sha256, size_bytes, mime, bool(is_junk),
        () if properties == "{}" else tuple(json.loads(properties).items()), checksums,
    )  # fmt: skip
