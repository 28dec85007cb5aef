"""What is found out about items from those around them, as narrow rows: shelves and lent places.

The rows are in the order of capture and short, so that a filter of a hundred thousand items reads a few
megabytes, and a page of what it lets through is looked up by key.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import sqlalchemy as sa

from indexer.catalog import stale_days
from indexer.catalog.database import Database
from indexer.catalog.group_tables import IS_COVER
from indexer.catalog.memory_tables import AspectRow
from indexer.catalog.paths import FIRST_PATH
from indexer.catalog.portable import parts, upsert
from indexer.catalog.prepared import Prepared
from indexer.catalog.tables import ItemRow
from indexer.catalog.versions import bump
from indexer.knowledge import Position
from indexer.model import Estimate, State


class Seen(NamedTuple):
    """What the neighbourhood of an item is judged by; ``details`` is for `indexer.catalog.details`."""

    sha256: str
    taken_at: str
    kind: str
    name: str
    path: str | None
    width: int | None
    height: int | None
    make: str | None
    model: str | None
    lens: str | None
    lat: float | None
    lon: float | None
    place: str | None
    details: str | None
    burst_id: str | None
    is_cover: int  # a truth value as the database has it


class Aspect(NamedTuple):
    """As `AspectRow`."""

    sha256: str
    taken_at: str
    categories: int
    camera: str | None
    lens: str | None
    place: str | None
    lent_lat: float | None = None
    lent_lon: float | None = None
    lent_confidence: float | None = None
    lender: str | None = None


class Shelf(NamedTuple):
    """What a filter lets through; None lets everything. ``categories`` are bits that all must be set."""

    categories: int | None = None
    camera: str | None = None
    lens: str | None = None
    place: str | None = None
    year: str | None = None


EVERYTHING = Shelf()
_BETWEEN = Prepared(
    sa.select(
        ItemRow.sha256, ItemRow.taken_at, ItemRow.kind, ItemRow.name, FIRST_PATH, ItemRow.width,
        ItemRow.height, ItemRow.camera_make, ItemRow.camera_model, ItemRow.camera_lens, ItemRow.lat,
        ItemRow.lon, ItemRow.place, ItemRow.details, ItemRow.burst_id,
        sa.and_(*IS_COVER).label("is_cover"),
    )
    .where(ItemRow.person_id == sa.bindparam("person_id"), ItemRow.state != State.PENDING)
    .where(ItemRow.taken_at >= sa.bindparam("first"), ItemRow.taken_at < sa.bindparam("end"))
)  # fmt: skip
_PUT = Prepared(
    lambda dialect: upsert(
        dialect, AspectRow, ["person_id", *Aspect._fields], ["person_id", "sha256"], Aspect._fields[1:]
    )
)
_COUNTED = (AspectRow.categories, AspectRow.camera, AspectRow.lens, AspectRow.place)


class Aspects:
    def __init__(self, database: Database) -> None:
        self._database = database

    def between(self, person_id: int, first: str, end: str) -> tuple[Seen, ...]:
        """What was taken from ``first`` to before ``end`` (as `ItemRow.taken_at`), in no order."""
        with self._database.read() as connection:
            rows = _BETWEEN.rows(connection, person_id=person_id, first=first, end=end)
        return tuple(map(Seen._make, rows))

    def put(self, person_id: int, found: Iterable[Aspect], looked_at: Mapping[str, int]) -> None:
        """Write what differs of these, and that these stale days were looked at."""
        wanted = {aspect.sha256: aspect for aspect in found}
        with self._database.write(durable=False) as connection:
            known = _known(connection, person_id, wanted)
            news = [aspect for aspect in wanted.values() if known.get(aspect.sha256) != aspect]
            for aspect in news:
                _PUT.run(connection, person_id=person_id, **aspect._asdict())
            stale_days.settle(connection, person_id, looked_at)
            if looked_at:
                stale_days.mark(connection, person_id, [stale_days.MEMORIES])
            if news:
                bump(connection, person_id)

    def counts(self, person_id: int, shelf: Shelf = EVERYTHING) -> dict[str, Counter[Any]]:
        """How many items of a shelf, by the fields of `Shelf`; ``categories`` are sets of bits."""
        year = sa.func.substr(AspectRow.taken_at, 1, 4)
        here = (AspectRow.person_id == person_id, *on(shelf))
        query = sa.select(*_COUNTED, year, sa.func.count()).where(*here)
        counts: dict[str, Counter[Any]] = {name: Counter() for name in Shelf._fields}
        with self._database.read() as connection:
            for *values, count in connection.execute(query.group_by(*_COUNTED, year)):
                for name, value in zip(Shelf._fields, values, strict=True):
                    counts[name][value] += count
        return counts

    def estimates(self, person_id: int, digests: Iterable[str]) -> dict[str, Estimate]:
        """The places that were lent to these items, as far as they were."""
        columns = (
            AspectRow.sha256, AspectRow.lent_lat, AspectRow.lent_lon, AspectRow.place,
            AspectRow.lent_confidence, AspectRow.lender,
        )  # fmt: skip
        here = (AspectRow.person_id == person_id, AspectRow.lender.is_not(None))
        found: dict[str, Estimate] = {}
        with self._database.read() as connection:
            for part in parts(digests):
                query = sa.select(*columns).where(*here, AspectRow.sha256.in_(part))
                rows: Iterable[Any] = connection.execute(query)
                for sha256, lat, lon, place, confidence, lender in rows:
                    found[sha256] = Estimate(Position(lat, lon), place, confidence, lender)
        return found


def shelved(shelf: Shelf) -> sa.ColumnElement[bool]:
    """What holds for the items on a shelf, in a statement about items."""
    here = (AspectRow.person_id == ItemRow.person_id, AspectRow.sha256 == ItemRow.sha256)
    return sa.exists().where(*here, *on(shelf))


def on(shelf: Shelf) -> list[sa.ColumnElement[bool]]:
    """What holds for the aspects of the items on a shelf."""
    wanted = [
        column == value
        for column, value in (
            (AspectRow.camera, shelf.camera), (AspectRow.lens, shelf.lens), (AspectRow.place, shelf.place),
        )
        if value is not None
    ]  # fmt: skip
    if shelf.categories is not None:
        wanted.append(AspectRow.categories.op("&")(shelf.categories) == shelf.categories)
    if shelf.year is not None:
        wanted += [AspectRow.taken_at >= shelf.year, AspectRow.taken_at < f"{shelf.year}U"]
    return wanted


def _known(connection: sa.Connection, person_id: int, wanted: Mapping[str, Aspect]) -> dict[str, Aspect]:
    columns = [getattr(AspectRow, name) for name in Aspect._fields]
    known: dict[str, Aspect] = {}
    for part in parts(wanted):
        query = sa.select(*columns).where(AspectRow.person_id == person_id, AspectRow.sha256.in_(part))
        known.update({row[0]: Aspect._make(row) for row in connection.execute(query)})
    return known
