"""Items as rows: the questions that the faces ask about them. What is learnt is written by `outcomes`."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from indexer import names
from indexer.catalog import details
from indexer.catalog.aspects import EVERYTHING, Shelf, shelved
from indexer.catalog.database import Database
from indexer.catalog.group_tables import IS_COVER, BurstRow, ShotRow
from indexer.catalog.library_names import library_key
from indexer.catalog.portable import parts
from indexer.catalog.prepared import Prepared
from indexer.catalog.receipt_tables import DamageRow
from indexer.catalog.tables import UNKNOWN_TIME, ItemRow, PersonRow, UploadRow
from indexer.knowledge import Camera, CaptureTime, Metadata, Position
from indexer.model import UNKNOWN_DAY, Day, Door, Failure, Grouped, Item, Kind, State, Tally, Upload

_SHOT_HERE = (ShotRow.person_id == ItemRow.person_id, ShotRow.id == ItemRow.shot_id)
_BURST_HERE = (BurstRow.person_id == ItemRow.person_id, BurstRow.id == ItemRow.burst_id)
_COLUMNS = (
    ItemRow.sha256, ItemRow.name, ItemRow.kind, ItemRow.mime, ItemRow.size_bytes, ItemRow.state,
    ItemRow.failure_step, ItemRow.failure_reason, ItemRow.width, ItemRow.height, ItemRow.taken_at,
    ItemRow.taken_at_source, ItemRow.utc_offset, ItemRow.camera_make, ItemRow.camera_model,
    ItemRow.camera_lens, ItemRow.lat, ItemRow.lon, ItemRow.duration_s, ItemRow.favourite,
    ItemRow.added_at, ItemRow.library_name, ItemRow.place, ItemRow.thumbhash,
    ItemRow.decided, ItemRow.shot_id,
    sa.select(ShotRow.kind).where(*_SHOT_HERE).scalar_subquery(),
    sa.select(ShotRow.count).where(*_SHOT_HERE).scalar_subquery(),
    ItemRow.burst_id,
    sa.select(BurstRow.kind).where(*_BURST_HERE).scalar_subquery(),
    sa.select(BurstRow.count).where(*_BURST_HERE).scalar_subquery(),
)  # fmt: skip
_MOST_UPLOADS = 100
_HERE = (ItemRow.person_id == sa.bindparam("person_id"), ItemRow.sha256 == sa.bindparam("sha256"))
_GET = Prepared(sa.select(*_COLUMNS, ItemRow.details).where(*_HERE))
_UPLOADS = Prepared(
    sa.select(UploadRow.path, UploadRow.at, UploadRow.door)
    .where(UploadRow.person_id == sa.bindparam("person_id"), UploadRow.sha256 == sa.bindparam("sha256"))
    .order_by(UploadRow.id.desc())
    .limit(sa.literal_column(str(_MOST_UPLOADS)))
)
_CLIENT_MTIME = Prepared(sa.select(ItemRow.client_mtime).where(*_HERE))
_VERSION = Prepared(sa.select(PersonRow.version).where(PersonRow.id == sa.bindparam("person_id")))


class Items:
    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, person_id: int, sha256: str) -> Item | None:
        """One item with its newest uploads and all that is known about it; lists know less."""
        with self._database.read() as connection:
            row = _GET.row(connection, person_id=person_id, sha256=sha256)
            if row is None:
                return None
            uploads = _UPLOADS.rows(connection, person_id=person_id, sha256=sha256)
        *columns, about = row
        item = _item(columns, tuple(Upload(path, at, Door(door)) for path, at, door in uploads))
        return replace(item, metadata=details.load(item.metadata, about))

    def several(self, person_id: int, digests: Iterable[str]) -> tuple[Item, ...]:
        """These items as lists have them, in this order, as far as they are held."""
        wanted = list(digests)
        found: dict[str, Item] = {}
        with self._database.read() as connection:
            for part in parts(wanted):
                query = sa.select(*_COLUMNS).where(ItemRow.person_id == person_id, ItemRow.sha256.in_(part))
                found.update({row[0]: _item(row) for row in connection.execute(query)})
        return tuple(found[digest] for digest in wanted if digest in found)

    def client_mtime(self, person_id: int, sha256: str) -> float | None:
        """The modification time that a client declared for this item, if any."""
        with self._database.read() as connection:
            row = _CLIENT_MTIME.row(connection, person_id=person_id, sha256=sha256)
        return row[0] if row else None

    def page(
        self,
        person_id: int,
        *,
        day: str | None,
        kind: str | None,
        query: str | None,
        after: tuple[str, str] | None,
        limit: int,
        is_collapsed: bool = False,
        shelf: Shelf = EVERYTHING,
    ) -> tuple[Item, ...]:
        """Up to ``limit`` items in capture order, beginning after the (taken_at, sha256) ``after``.

        Collapsed, only the covers of bursts and of shots outside of bursts.
        """
        statement = sa.select(*_COLUMNS).where(ItemRow.person_id == person_id)
        if day is not None:
            # All of a day, and nothing else, lies between its date and its date followed by "U".
            statement = statement.where(ItemRow.taken_at >= day, ItemRow.taken_at < f"{day}U")
        if is_collapsed:
            statement = statement.where(*IS_COVER)
        if kind is not None:
            statement = statement.where(ItemRow.kind == kind)
        if query is not None:
            statement = statement.where(ItemRow.search.contains(query.casefold(), autoescape=True))
        if shelf != EVERYTHING:
            statement = statement.where(shelved(shelf))
        if after is not None:
            statement = statement.where(sa.tuple_(ItemRow.taken_at, ItemRow.sha256) > after)
        statement = statement.order_by(ItemRow.taken_at, ItemRow.sha256).limit(limit)
        with self._database.read() as connection:
            return tuple(_item(row) for row in connection.execute(statement))

    def days(self, person_id: int, shelf: Shelf = EVERYTHING) -> tuple[Day, ...]:
        """Every day with items on a shelf and their number; oldest first, `UNKNOWN_DAY` last."""
        counts = (sa.func.count(), _counted(ItemRow.shot_rank == 0), _counted(*IS_COVER))
        query = sa.select(ItemRow.day, *counts).where(ItemRow.person_id == person_id)
        if shelf != EVERYTHING:
            query = query.where(shelved(shelf))
        with self._database.read() as connection:
            rows = connection.execute(query.group_by(ItemRow.day).order_by(ItemRow.day))
            return tuple(Day(*row) for row in rows)

    def library_days(self, person_id: int, prefix: str) -> tuple[str, ...]:
        """The days, beginning with ``prefix``, that have files in the Library share; oldest first."""
        query = (
            sa.select(ItemRow.day)
            .where(
                ItemRow.person_id == person_id, ItemRow.library_key.is_not(None), ItemRow.day != UNKNOWN_DAY
            )
            .where(ItemRow.day >= prefix, ItemRow.day < f"{prefix}U")
        )
        with self._database.read() as connection:
            return tuple(connection.scalars(query.distinct().order_by(ItemRow.day)))

    def library_file(self, person_id: int, day: str, name: str) -> Item | None:
        """The item that has this name in the Library share on this day."""
        query = sa.select(*_COLUMNS).where(
            ItemRow.person_id == person_id, ItemRow.day == day, ItemRow.library_key == library_key(name)
        )
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
        item = _item(row) if row else None
        # The key folds case; the name does not.
        return item if item and names.key(item.library_name or "") == names.key(name) else None

    def held(self, person_id: int, digests: Iterable[str]) -> frozenset[str]:
        """Those of the digests that this person holds; damaged originals must be sent again."""
        found: set[str] = set()
        with self._database.read() as connection:
            for part in parts(digests):
                query = sa.select(ItemRow.sha256).where(
                    ItemRow.person_id == person_id,
                    ItemRow.sha256.in_(part),
                    ItemRow.sha256.not_in(sa.select(DamageRow.sha256)),
                )
                found.update(connection.scalars(query))
        return frozenset(found)

    def sizes(self, person_id: int) -> set[int]:
        """The sizes in bytes that this person's items have: a file of another one cannot be held."""
        query = sa.select(ItemRow.size_bytes).where(ItemRow.person_id == person_id).distinct()
        with self._database.read() as connection:
            return set(connection.scalars(query))

    def version(self, person_id: int) -> int:
        """Grows with every change of this person's library."""
        with self._database.read() as connection:
            row = _VERSION.row(connection, person_id=person_id)
        return row[0] if row else 0

    def tally(self, person_id: int) -> tuple[Tally, Tally]:
        """What is held, and what arrived again and cost nothing."""
        held = sa.select(sa.func.count(), sa.func.sum(ItemRow.size_bytes)).where(
            ItemRow.person_id == person_id
        )
        again = sa.select(sa.func.count(), sa.func.sum(UploadRow.size_bytes)).where(
            UploadRow.person_id == person_id, ~UploadRow.is_new
        )
        with self._database.read() as connection:
            originals, duplicates = connection.execute(held).one(), connection.execute(again).one()
        return Tally(originals[0], originals[1] or 0), Tally(duplicates[0], duplicates[1] or 0)


def _counted(*conditions: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.func.sum(sa.case((sa.and_(*conditions), 1), else_=0))


def _item(row: Any, uploads: tuple[Upload, ...] = ()) -> Item:
    (
        sha256, name, kind, mime, size_bytes, state, failure_step, failure_reason, width, height, taken_at,
        taken_at_source, utc_offset, make, model, lens, lat, lon, duration_s, favourite, added_at,
        library_name, place, thumbhash, decided, shot_id, shot_kind, shot_count, burst_id, burst_kind,
        burst_count,
    ) = row  # fmt: skip
    captured = None if taken_at == UNKNOWN_TIME else CaptureTime(taken_at, taken_at_source, utc_offset)
    position = None if lat is None else Position(lat, lon)
    return Item(
        sha256,
        name,
        Kind(kind),
        mime,
        size_bytes,
        State(state),
        Metadata(
            width,
            height,
            captured,
            Camera(make, model, lens),
            position,
            duration_s,
            place,
            thumbhash=thumbhash or None,  # see `indexer.catalog.glimpses`
        ),
        added_at,
        None if failure_step is None else Failure(failure_step, failure_reason),
        bool(favourite),
        uploads,
        library_name,
        decided=json.loads(decided) if decided else {},
        shot=Grouped(shot_id, shot_kind, shot_count or 1),
        burst=Grouped(burst_id, burst_kind, burst_count) if burst_count else None,
    )
