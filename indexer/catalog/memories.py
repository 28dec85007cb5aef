"""Memories and albums as rows: shots as they are seen, what is suggested, and what holds."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from typing import Any, NamedTuple

import sqlalchemy as sa

from indexer import names
from indexer.catalog import stale_days
from indexer.catalog.database import Database
from indexer.catalog.memory_tables import AspectRow, CollectionRow, CollectionShotRow, SuggestionRow
from indexer.catalog.portable import parts
from indexer.catalog.prepared import Prepared
from indexer.catalog.tables import UNKNOWN_TIME, ItemRow
from indexer.catalog.versions import bump
from indexer.model import Collection, Kind, Sort, State

# What Windows and its players cannot have in a name.
_UNFIT = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\ufffe\uffff]+')


class View(NamedTuple):
    """A shot as memories see it: the cover's facts; the place is its own or the one that was lent to it."""

    shot_id: str
    taken_at: str
    lat: float | None
    lon: float | None
    place: str | None
    camera: str | None
    added_at: float


class Suggestion(NamedTuple):
    """As `SuggestionRow`."""

    id: str
    kind: str
    first_day: str
    last_day: str
    title: str
    cover: str
    score: float
    why: str
    members: tuple[str, ...]


_SHOT = ItemRow.shot_id
_IS_COVER = ItemRow.shot_rank == 0
_VIEW = (
    sa.select(
        _SHOT, ItemRow.taken_at, sa.func.coalesce(ItemRow.lat, AspectRow.lent_lat),
        sa.func.coalesce(ItemRow.lon, AspectRow.lent_lon), AspectRow.place, AspectRow.camera,
        ItemRow.added_at,
    )
    .join(AspectRow, (AspectRow.person_id == ItemRow.person_id) & (AspectRow.sha256 == ItemRow.sha256))
    .where(ItemRow.person_id == sa.bindparam("person_id"), _IS_COVER)
    .where(ItemRow.kind != Kind.OTHER, ItemRow.state != State.PENDING)
)  # fmt: skip
_VIEWS = Prepared(_VIEW.where(ItemRow.taken_at < UNKNOWN_TIME))
_COLLECTION = [column for column in CollectionRow.__table__.columns if column.name not in ("person_id",)]


class Memories:
    def __init__(self, database: Database) -> None:
        self._database = database

    def views(self, person_id: int) -> tuple[View, ...]:
        """All dated shots, in no order."""
        with self._database.read() as connection:
            return tuple(map(View._make, _VIEWS.rows(connection, person_id=person_id)))

    def views_of(self, person_id: int, shots: Iterable[str]) -> dict[str, View]:
        """These shots, dated or not, as far as there are such."""
        found: dict[str, View] = {}
        with self._database.read() as connection:
            for part in parts(shots):
                query = _VIEW.where(_SHOT.in_(part))
                rows: Any = connection.execute(query, {"person_id": person_id})
                found.update({row[0]: View._make(row) for row in rows})
        return found

    def shots_of(self, person_id: int, items: Iterable[str]) -> dict[str, str]:
        """item -> the shot that it is in now, of those that are held."""
        found: dict[str, str] = {}
        with self._database.read() as connection:
            for part in parts(items):
                query = sa.select(ItemRow.sha256, _SHOT).where(ItemRow.person_id == person_id)
                found.update(
                    {row[0]: row[1] for row in connection.execute(query.where(ItemRow.sha256.in_(part)))}
                )
        return found

    def suggestions(self, person_id: int) -> tuple[Suggestion, ...]:
        """What is suggested now."""
        columns = [getattr(SuggestionRow, name) for name in Suggestion._fields]
        with self._database.read() as connection:
            rows: Any = connection.execute(sa.select(*columns).where(SuggestionRow.person_id == person_id))
            return tuple(Suggestion._make((*row[:-1], tuple(json.loads(row[-1])))) for row in rows)

    def suggest(self, person_id: int, wanted: Iterable[Suggestion], looked_at: Mapping[str, int]) -> None:
        """Write what differs from the suggestions so far, and that these stale days were looked at."""
        known = {one.id: one for one in self.suggestions(person_id)}
        new = {one.id: one for one in wanted}
        with self._database.write(durable=False) as connection:
            for id_ in [id_ for id_ in known if known[id_] != new.get(id_)]:
                connection.execute(
                    sa.delete(SuggestionRow).where(
                        SuggestionRow.person_id == person_id, SuggestionRow.id == id_
                    )
                )
            for one in [one for one in new.values() if one != known.get(one.id)]:
                values = one._asdict() | {"members": json.dumps(one.members, separators=(",", ":"))}
                connection.execute(sa.insert(SuggestionRow).values(person_id=person_id, **values))
            stale_days.settle(connection, person_id, looked_at)

    def hold(self, person_id: int, sort: Sort, wanted: Iterable[tuple[Collection, tuple[str, ...]]]) -> None:
        """Make these, with their shots in order, all that there is of a sort; writes what differs.

        Each has a folder of its own, which it keeps as long as its name does.
        """
        new = {one.id: (one, shots, _fingerprint(one, shots)) for one, shots in wanted}
        with self._database.write(durable=False) as connection:
            known = {one.id: one for one in _rows_of(connection, person_id, sort)}
            gone = [id_ for id_ in known if id_ not in new]
            changed = [
                one
                for one in new.values()
                if one[0].id not in known or known[one[0].id].fingerprint != one[2]
            ]
            for id_ in [*gone, *(one.id for one, *_ in changed)]:
                _forget(connection, person_id, id_)
            folders = {row.folder_key for id_, row in known.items() if id_ in new} - {
                known[one.id].folder_key for one, *_ in changed if one.id in known
            }
            for one, shots, fingerprint in sorted(changed, key=lambda each: each[0].id):
                old = known.get(one.id)
                folder = _free_folder(_folder(one), old.folder if old else None, folders)
                folders.add(_key(folder))
                _write(connection, person_id, replace(one, folder=folder), shots, fingerprint)
            if gone or changed:
                bump(connection, person_id)

    def get(self, person_id: int, sort: Sort, id_: str) -> Collection | None:
        """One memory or album."""
        return self._one(
            CollectionRow.person_id == person_id, CollectionRow.sort == sort, CollectionRow.id == id_
        )

    def with_folder(self, person_id: int, sort: Sort, folder: str) -> Collection | None:
        """The one that has this folder in the Library share."""
        found = self._one(
            CollectionRow.person_id == person_id,
            CollectionRow.sort == sort,
            CollectionRow.folder_key == _key(folder),
        )
        return found if found and names.key(found.folder) == names.key(folder) else None

    def holding(self, person_id: int, sort: Sort, shot: str) -> str | None:
        """The id of one that this shot is in."""
        query = (
            sa.select(CollectionRow.id)
            .join(
                CollectionShotRow,
                (CollectionShotRow.person_id == CollectionRow.person_id)
                & (CollectionShotRow.collection_id == CollectionRow.id),
            )
            .where(
                CollectionRow.person_id == person_id,
                CollectionRow.sort == sort,
                CollectionShotRow.shot_id == shot,
            )
        )
        with self._database.read() as connection:
            return connection.scalars(query.limit(1)).first()

    def page(
        self, person_id: int, sort: Sort, *, after: tuple[str, str] | None = None, limit: int | None = None
    ) -> tuple[Collection, ...]:
        """All or ``limit``, the newest first, hidden ones too; behind the (first day, id) ``after``."""
        query = sa.select(*_COLLECTION).where(
            CollectionRow.person_id == person_id, CollectionRow.sort == sort
        )
        if after:
            query = query.where(sa.tuple_(CollectionRow.first_day, CollectionRow.id) < after)
        query = query.order_by(CollectionRow.first_day.desc(), CollectionRow.id.desc()).limit(limit)
        with self._database.read() as connection:
            return tuple(map(_collection, connection.execute(query)))

    def shots(self, person_id: int, id_: str) -> tuple[str, ...]:
        """The shots of a memory or album, in their order."""
        query = sa.select(CollectionShotRow.shot_id).where(
            CollectionShotRow.person_id == person_id, CollectionShotRow.collection_id == id_
        )
        with self._database.read() as connection:
            return tuple(connection.scalars(query.order_by(CollectionShotRow.rank)))

    def covers(self, person_id: int, shots: Iterable[str]) -> dict[str, str]:
        """shot -> the item to be shown for it."""
        found: dict[str, str] = {}
        with self._database.read() as connection:
            for part in parts(shots):
                query = sa.select(_SHOT, ItemRow.sha256).where(ItemRow.person_id == person_id, _IS_COVER)
                found.update({row[0]: row[1] for row in connection.execute(query.where(_SHOT.in_(part)))})
        return found

    def _one(self, *where: sa.ColumnElement[bool]) -> Collection | None:
        with self._database.read() as connection:
            row = connection.execute(sa.select(*_COLLECTION).where(*where)).one_or_none()
        return _collection(row) if row else None


def _rows_of(connection: sa.Connection, person_id: int, sort: Sort) -> list[Any]:
    query = sa.select(
        CollectionRow.id, CollectionRow.folder, CollectionRow.folder_key, CollectionRow.fingerprint
    )
    return list(
        connection.execute(query.where(CollectionRow.person_id == person_id, CollectionRow.sort == sort))
    )


def _forget(connection: sa.Connection, person_id: int, id_: str) -> None:
    connection.execute(
        sa.delete(CollectionRow).where(CollectionRow.person_id == person_id, CollectionRow.id == id_)
    )
    shots = (CollectionShotRow.person_id == person_id, CollectionShotRow.collection_id == id_)
    connection.execute(sa.delete(CollectionShotRow).where(*shots))


def _write(
    connection: sa.Connection, person_id: int, one: Collection, shots: tuple[str, ...], fingerprint: str
) -> None:
    values = asdict(one) | {"folder_key": _key(one.folder), "fingerprint": fingerprint}
    connection.execute(sa.insert(CollectionRow).values(person_id=person_id, **values))
    rows = [
        {"person_id": person_id, "collection_id": one.id, "shot_id": shot, "rank": rank}
        for rank, shot in enumerate(shots)
    ]
    if rows:
        connection.execute(sa.insert(CollectionShotRow), rows)


def _collection(row: Any) -> Collection:
    known = dict(row._mapping)
    known.pop("folder_key"), known.pop("fingerprint")
    return Collection(**known | {"sort": Sort(known["sort"])})


def _fingerprint(one: Collection, shots: tuple[str, ...]) -> str:
    text = json.dumps([asdict(replace(one, folder="")), shots])
    return hashlib.sha256(text.encode()).hexdigest()


def _folder(one: Collection) -> str:
    """As people see it in a file manager: albums by title, memories by their first day, too."""
    title = _UNFIT.sub("-", names.key(one.title)).strip(" .") or "Untitled"
    name = f"{one.first_day} {title}" if one.sort is Sort.MEMORY else title
    while len(name.encode()) > names.LONGEST_NAME_BYTES - len(" (9999)"):
        name = name[:-1]
    return name


def _free_folder(wanted: str, old: str | None, taken: set[str]) -> str:
    numbers = (f"{wanted} ({number})" if number > 1 else wanted for number in range(1, len(taken) + 2))
    candidates = list(numbers)
    if old in candidates and _key(old) not in taken:
        return old
    return next(name for name in candidates if _key(name) not in taken)


def _key(name: str) -> str:
    return names.key(name).casefold()
