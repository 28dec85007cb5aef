"""What televisions get of the shots in a library: which of it is ready, under which names, in which order.

Only covers are shown, and only what is made already, so that a listing tells exact sizes without a look at
any file. Listings are read in pages, as those of `indexer.catalog.listings`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from indexer import names
from indexer.catalog import jobs, tv_names
from indexer.catalog.database import Database
from indexer.catalog.group_tables import IS_COVER
from indexer.catalog.library_names import library_key
from indexer.catalog.listings import DayFile
from indexer.catalog.memory_tables import CollectionShotRow, TvFileRow
from indexer.catalog.tables import UNKNOWN_TIME, ItemRow, JobRow
from indexer.model import JobKind, Kind, State

_PAGE_ROWS = 5_000
_FACTS = (
    TvFileRow.size_bytes, TvFileRow.mime, TvFileRow.digest,
    sa.func.nullif(ItemRow.taken_at, UNKNOWN_TIME), ItemRow.utc_offset, ItemRow.added_at,
)  # fmt: skip
# A name of its own outside its day, too, and in the order of capture.
_LONG_NAME = TvFileRow.day + " " + TvFileRow.name
_LONG_KEY = TvFileRow.day + " " + TvFileRow.key


class Found(NamedTuple):
    """A file for televisions, and what it is made of; ``derivative`` is "" for the original itself."""

    file: DayFile
    item_id: str
    derivative: str


class Tv:
    def __init__(self, database: Database) -> None:
        self._database = database

    def days(self, person_id: int, prefix: str = "") -> tuple[str, ...]:
        """The days beginning with ``prefix`` of which something is ready, oldest first."""
        query = (
            sa.select(TvFileRow.day)
            .join(ItemRow, tv_names.OF_ITEM)
            .where(TvFileRow.person_id == person_id, TvFileRow.day != UNKNOWN_TIME, *IS_COVER)
            .where(TvFileRow.day >= prefix, TvFileRow.day < f"{prefix}U")
        )
        with self._database.read() as connection:
            return tuple(connection.scalars(query.distinct().order_by(TvFileRow.day)))

    def day(self, person_id: int, day: str) -> Iterator[DayFile]:
        """The files of a day, by name; a burst is its cover."""
        query = _files(person_id, TvFileRow.key, TvFileRow.name).where(TvFileRow.day == day, *IS_COVER)
        return self._pages(query, TvFileRow.key)

    def collection(self, person_id: int, id_: str) -> Iterator[DayFile]:
        """The files of a memory or album, by name."""
        return self._pages(_in_collection(person_id, id_), _LONG_KEY)

    def favourites(self, person_id: int) -> Iterator[DayFile]:
        """The favourites, by name."""
        return self._pages(_favourites(person_id), _LONG_KEY)

    def of_day(self, person_id: int, day: str, name: str) -> Found | None:
        """The file of this name on a day."""
        query = _files(person_id, TvFileRow.key, TvFileRow.name).where(TvFileRow.day == day, *IS_COVER)
        return self._one(query, TvFileRow.key, name)

    def of_collection(self, person_id: int, id_: str, name: str) -> Found | None:
        """The file of this name in a memory or album."""
        return self._one(_in_collection(person_id, id_), _LONG_KEY, name)

    def of_favourites(self, person_id: int, name: str) -> Found | None:
        """The file of this name among the favourites."""
        return self._one(_favourites(person_id), _LONG_KEY, name)

    def want(self, person_id: int, days: Iterable[str], now: float) -> None:
        """Have made what these days lack; files whose item is on another day now move there."""
        lacking = (
            sa.select(ItemRow.sha256)
            .where(ItemRow.person_id == person_id, ItemRow.day.in_(list(days)), ItemRow.shot_rank == 0)
            .where(ItemRow.kind != Kind.OTHER, ItemRow.state == State.READY)
            .where(~sa.exists().where(tv_names.OF_ITEM), ~sa.exists().where(
                JobRow.person_id == ItemRow.person_id, JobRow.sha256 == ItemRow.sha256,
                JobRow.kind.in_([JobKind.TV, JobKind.FILM]),
            ))
        )  # fmt: skip
        moved = (
            sa.select(TvFileRow.sha256, TvFileRow.name, ItemRow.day)
            .join(ItemRow, tv_names.OF_ITEM)
            .where(
                TvFileRow.person_id == person_id, ItemRow.day.in_(list(days)), TvFileRow.day != ItemRow.day
            )
        )
        with self._database.read() as connection:
            if not (connection.scalars(lacking.limit(1)).first() or connection.execute(moved).first()):
                return
        with self._database.write(durable=False) as connection:
            for sha256 in list(connection.scalars(lacking)):
                jobs.ask(connection, person_id, sha256, JobKind.TV, now)
            for sha256, name, day in list(connection.execute(moved)):
                here = (TvFileRow.person_id == person_id, TvFileRow.sha256 == sha256)
                connection.execute(
                    sa.update(TvFileRow).where(*here).values(tv_names.named(connection, person_id, day, name))
                )

    def _pages(self, query: sa.Select[Any], key: Any) -> Iterator[DayFile]:
        last = ""
        while True:
            with self._database.read() as connection:
                rows = connection.execute(query.where(key > last).order_by(key).limit(_PAGE_ROWS)).all()
            yield from (DayFile._make(row[:8]) for row in rows)
            if len(rows) < _PAGE_ROWS:
                return
            last = rows[-1][0]

    def _one(self, query: sa.Select[Any], key: Any, name: str) -> Found | None:
        with self._database.read() as connection:
            row = connection.execute(query.where(key == library_key(name))).first()
        if row is None or names.key(row[1]) != names.key(name):  # the key folds case; the name does not
            return None
        return Found(DayFile._make(row[:8]), row[8], row[9])


def _files(person_id: int, key: Any, name: Any) -> sa.Select[Any]:
    return (
        sa.select(key, name, *_FACTS, TvFileRow.sha256, TvFileRow.derivative)
        .join(ItemRow, tv_names.OF_ITEM)
        .where(TvFileRow.person_id == person_id)
    )


def _in_collection(person_id: int, id_: str) -> sa.Select[Any]:
    members = (
        (CollectionShotRow.person_id == ItemRow.person_id)
        & (CollectionShotRow.shot_id == ItemRow.shot_id)
        & (CollectionShotRow.collection_id == id_)
    )
    return _files(person_id, _LONG_KEY, _LONG_NAME).where(sa.exists().where(members), ItemRow.shot_rank == 0)


def _favourites(person_id: int) -> sa.Select[Any]:
    # A favourite counts whichever file of its shot was chosen.
    of_shot = aliased(ItemRow)
    chosen = (
        (of_shot.person_id == ItemRow.person_id)
        & (of_shot.shot_id == ItemRow.shot_id)
        & of_shot.favourite.is_(sa.true())
    )
    return _files(person_id, _LONG_KEY, _LONG_NAME).where(sa.exists().where(chosen), ItemRow.shot_rank == 0)
