"""Folders as mounts list them: one light row for each name, read in pages.

A listing may go to a slow client for minutes. A transaction of that length would keep SQLite's
write-ahead log growing, and all rows at once would fill the memory; so each page is a query of its
own, which begins after the last name of the page before.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import sqlalchemy as sa

from indexer import names
from indexer.catalog.database import Database
from indexer.catalog.prepared import Prepared, Row
from indexer.catalog.tables import UNKNOWN_TIME, EntryRow, ItemRow
from indexer.model import EntryType, entity_tag

# Measured: 10,000 rows of 600 bytes are 6 MB and take 15 ms; larger pages are no faster.
_PAGE_ROWS = 5_000


class Listed(NamedTuple):
    """A line of a listing; a tuple, since ten thousand frozen dataclasses take five times as long.

    ``key`` orders the listing; in the Upload share it is the entry's path. A folder may have no times
    and no moment of its making. ``properties`` is the JSON of the dead properties, as (name, XML) pairs.
    """

    key: str
    name: str
    is_folder: int  # a truth value as the database has it
    mtime: float | None = None
    created_at: float | None = None
    sha256: str | None = None
    size_bytes: int = 0
    mime: str = ""
    properties: str = "{}"
    checksums: str = ""

    @property
    def etag(self) -> str:
        """As `indexer.model.Entry.etag`."""
        return entity_tag(self.sha256, self.created_at or 0.0)


class DayFile(NamedTuple):
    """A file of the Library share. ``taken_at`` is None when the day is unknown."""

    key: str
    name: str
    size_bytes: int
    mime: str
    sha256: str
    taken_at: str | None
    utc_offset: str | None
    added_at: float


_ENTRY = (
    EntryRow.path, EntryRow.name, (EntryRow.type == EntryType.FOLDER).label("is_folder"), EntryRow.mtime,
    EntryRow.created_at, EntryRow.sha256, EntryRow.size_bytes, EntryRow.mime, EntryRow.properties,
    EntryRow.checksums,
)  # fmt: skip
_DAY_FILE = (
    ItemRow.library_key, ItemRow.library_name, ItemRow.size_bytes, ItemRow.mime, ItemRow.sha256,
    sa.func.nullif(ItemRow.taken_at, UNKNOWN_TIME), ItemRow.utc_offset, ItemRow.added_at,
)  # fmt: skip
_IN_FOLDER = Prepared(
    sa.select(*_ENTRY)
    .where(EntryRow.person_id == sa.bindparam("person_id"), EntryRow.folder == sa.bindparam("folder"))
    .where(EntryRow.path > sa.bindparam("last"))
    .order_by(EntryRow.path)
    .limit(sa.bindparam("most"))
)
_OF_DAY = Prepared(
    sa.select(*_DAY_FILE)
    .where(ItemRow.person_id == sa.bindparam("person_id"), ItemRow.day == sa.bindparam("day"))
    .where(ItemRow.library_key > sa.bindparam("last"))
    .order_by(ItemRow.library_key)
    .limit(sa.bindparam("most"))
)


class Listings:
    """What a change adds or removes while a listing is read may be in it or not; nothing is in it twice."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def folder(self, person_id: int, folder: str) -> Iterator[Listed]:
        """What lies directly in a folder of the Upload share, by path."""
        rows = self._rows(_IN_FOLDER, person_id=person_id, folder=names.key(folder))
        return map(Listed._make, rows)

    def day(self, person_id: int, day: str) -> Iterator[DayFile]:
        """The files of a day in the Library share, by name."""
        return map(DayFile._make, self._rows(_OF_DAY, person_id=person_id, day=day))

    def _rows(self, page: Prepared, **values: Any) -> Iterator[Row]:
        last = ""
        while True:
            with self._database.read() as connection:
                rows = page.rows(connection, **values, last=last, most=_PAGE_ROWS)
            yield from rows
            if len(rows) < _PAGE_ROWS:
                return
            last = rows[-1][0]
