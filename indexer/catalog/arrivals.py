"""Recording what came in: one transaction that makes bytes in the store an item and an entry."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import sqlalchemy as sa

from indexer import names
from indexer.catalog import damage, entries, hints, jobs, regrouping
from indexer.catalog.database import Database
from indexer.catalog.portable import insert_or_ignore
from indexer.catalog.prepared import Prepared
from indexer.catalog.tables import UNKNOWN_TIME, EntryRow, ItemRow, OriginalRow, UploadRow
from indexer.catalog.versions import bump
from indexer.errors import NameOccupied, NoSuchEntry
from indexer.model import Arrival, Claim, Door, Entry, Kind, MediaType, State

_ORIGINAL = ("sha256", "size_bytes", "kind", "mime", "extension", "added_at")
_ITEM = (
    "person_id", "sha256", "name", "search", "kind", "mime", "size_bytes", "client_mtime", "added_at",
    "state", "taken_at", "day", "favourite", "shot_id",
)  # fmt: skip
_UPLOAD = ("person_id", "sha256", "path", "door", "at", "size_bytes", "is_new", "is_by_digest")
_ADD_ORIGINAL = Prepared(lambda dialect: insert_or_ignore(dialect, OriginalRow, _ORIGINAL))
_ADD_ITEM = Prepared(lambda dialect: insert_or_ignore(dialect, ItemRow, _ITEM))
_ADD_UPLOAD = Prepared(
    sa.insert(UploadRow.__table__).values({column: sa.bindparam(column) for column in _UPLOAD})  # type: ignore[arg-type]
)
_THIS_ITEM = (ItemRow.person_id == sa.bindparam("person_id"), ItemRow.sha256 == sa.bindparam("sha256"))
_STATE = Prepared(sa.select(ItemRow.state).where(*_THIS_ITEM))
_SET_MTIME = Prepared(
    # Only where it can help: nothing was declared yet, or what was declared was not believed.
    sa.update(ItemRow.__table__)  # type: ignore[arg-type]
    .where(*_THIS_ITEM, ItemRow.taken_at_source.is_(None))
    .where(sa.or_(ItemRow.client_mtime.is_(None), ItemRow.state != State.PENDING.value))
    .values(client_mtime=sa.bindparam("new_mtime"))
)
_LIKE = Prepared(sa.update(ItemRow.__table__).where(*_THIS_ITEM).values(favourite=True))  # type: ignore[arg-type]
_HELD = Prepared(
    sa.select(OriginalRow.kind, OriginalRow.mime, OriginalRow.extension)
    .join(ItemRow, ItemRow.sha256 == OriginalRow.sha256)
    .where(*_THIS_ITEM, OriginalRow.size_bytes == sa.bindparam("size_bytes"))
)
_IS_ORIGINAL = Prepared(sa.select(OriginalRow.sha256).where(OriginalRow.sha256 == sa.bindparam("sha256")))
_IS_JUNK = Prepared(
    sa.select(EntryRow.path)
    .where(EntryRow.sha256 == sa.bindparam("sha256"), EntryRow.is_junk)
    .limit(sa.literal_column("1"))
)


# For so many files an upload may have to wait, some tens of milliseconds.
_CLAIMS_AT_ONCE = 100


def _sure() -> None:
    """For bytes of which the caller knows that nobody forgets them."""


class Arrivals:
    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, arrival: Arrival, ensure: Callable[[], object] = _sure) -> Entry:
        """Original, item, upload, entry and (where there is work) the index job, durable on return.

        In the share a file replaces what had its name, and its folder must be there. By any other door
        it gets the folders that it needs, and a number where its name stands for other bytes.
        ``ensure`` is called when the rows are written, before they count: it makes sure of the bytes,
        which nobody can forget any more from then on (see `unless_recorded`). Raises NoSuchEntry for a
        folder that is gone, NameOccupied when a folder has the name, and what ``ensure`` raises.
        """
        with self._database.write() as connection:
            entry = _record(connection, _in_its_place(connection, arrival))
            ensure()
            return entry

    def record_junk(
        self, arrival: Arrival, ensure: Callable[[], object] = _sure, *, durable: bool = True
    ) -> Entry:
        """As `record`, but only the entry: junk is never an item. ``durable`` as in `Database.write`."""
        with self._database.write(durable=durable) as connection:
            entry = _place_entry(connection, _in_its_place(connection, arrival))
            ensure()
            return entry

    def record_adopted(self, arrival: Arrival, ensure: Callable[[], object] = _sure) -> Entry:
        """As `record`, if the name still stands for these bytes among the junk; else raises NoSuchEntry."""
        with self._database.write() as connection:
            entry = entries.find(connection, arrival.person_id, names.key(arrival.path))
            if entry is None or not entry.is_junk or entry.sha256 != arrival.sha256:
                raise NoSuchEntry(arrival.path)
            entry = _record(connection, arrival)
            ensure()
            return entry

    def record_claims(
        self, person_id: int, door: Door, claims: Sequence[Claim], now: float
    ) -> tuple[bool, ...]:
        """As `record` of bytes that the person holds already, each by its digest; which of them, as told.

        Not those that the person does not hold in this size, or of which the bytes here are damaged, nor
        those under a path that a file is in the way of: they change nothing.
        """
        arrived: list[bool] = []
        for start in range(0, len(claims), _CLAIMS_AT_ONCE):
            with self._database.write() as connection:
                some = claims[start : start + _CLAIMS_AT_ONCE]
                arrived += [_record_claim(connection, person_id, door, claim, now) for claim in some]
        return tuple(arrived)

    def record_again(
        self, person_id: int, path: str, door: Door, sha256: str, size_bytes: int, now: float
    ) -> None:
        """That a file came once more under a name that stands for its bytes already; for its receipt alone.

        A power cut may undo it.
        """
        with self._database.write(durable=False) as connection:
            _ADD_UPLOAD.run(
                connection, person_id=person_id, sha256=sha256, path=path, door=door, at=now,
                size_bytes=size_bytes, is_new=False, is_by_digest=False,
            )  # fmt: skip
            bump(connection, person_id)

    def is_held(self, person_id: int, sha256: str) -> bool:
        """Whether this person's library has these bytes, and they are not known to be damaged."""
        with self._database.read() as connection:
            is_held = _STATE.row(connection, person_id=person_id, sha256=sha256) is not None
            return is_held and not damage.is_damaged(connection, sha256)

    def annotate(
        self, person_id: int, path: str, changes: dict[str, str | None], mtime: float | None, now: float
    ) -> None:
        """What a client says of a file after its bytes: dead properties and the modification time.

        The time is evidence for an item without a better date. Raises NoSuchEntry, TooManyProperties.
        """
        with self._database.write() as connection:
            entry = entries.annotate(connection, person_id, path, changes, mtime)
            if mtime is not None and entry.sha256 and not entry.is_junk:
                _offer_mtime(connection, person_id, entry.sha256, mtime, now)

    def is_recorded(self, sha256: str, *, as_junk: bool = False) -> bool:
        """Whether a row stands for these bytes, as an original or among the junk."""
        with self._database.read() as connection:
            return _is_recorded(connection, sha256, as_junk=as_junk)

    def unless_recorded(self, sha256: str, forget: Callable[[], None], *, as_junk: bool = False) -> None:
        """Call ``forget`` if no such row stands for these bytes; nobody can record them meanwhile."""
        with self._database.write() as connection:
            if not _is_recorded(connection, sha256, as_junk=as_junk):
                forget()

    def originals(self) -> tuple[tuple[str, int], ...]:
        """(digest, size in bytes) of every original there should be."""
        query = sa.select(OriginalRow.sha256, OriginalRow.size_bytes).order_by(OriginalRow.sha256)
        with self._database.read() as connection:
            return tuple((row.sha256, row.size_bytes) for row in connection.execute(query))

    def names_of(self, sha256: str) -> tuple[str, ...]:
        """The paths under which an original arrived, newest first; for people who must find it again."""
        query = (
            sa.select(UploadRow.path).where(UploadRow.sha256 == sha256).order_by(UploadRow.id.desc()).limit(5)
        )
        with self._database.read() as connection:
            return tuple(connection.scalars(query))


def _record(connection: sa.Connection, arrival: Arrival) -> Entry:
    entry = _place_entry(connection, arrival)
    if not _ADD_ORIGINAL.run(connection, **_original_values(arrival)):
        damage.heal(connection, arrival.sha256)  # `is_held` said no, so these bytes have taken its place
    is_new = _ADD_ITEM.run(connection, **_item_values(arrival)) > 0
    _ADD_UPLOAD.run(connection, **_upload_values(arrival, is_new))
    if arrival.is_favourite and not is_new:
        _LIKE.run(connection, person_id=arrival.person_id, sha256=arrival.sha256)
    if is_new or _has_failed(connection, arrival):
        jobs.enqueue(connection, arrival.person_id, arrival.sha256, arrival.at)
    elif arrival.client_mtime is not None:
        _offer_mtime(connection, arrival.person_id, arrival.sha256, arrival.client_mtime, arrival.at)
    if not is_new:
        regrouping.mark(connection, arrival.person_id, arrival.sha256)  # it has one more name
    if arrival.hint is not None:
        hints.put(connection, arrival.person_id, arrival.sha256, arrival.hint, arrival.at)
    bump(connection, arrival.person_id)
    return entry


def _record_claim(connection: sa.Connection, person_id: int, door: Door, claim: Claim, now: float) -> bool:
    held = _HELD.row(connection, person_id=person_id, sha256=claim.sha256, size_bytes=claim.size_bytes)
    if held is None or damage.is_damaged(connection, claim.sha256):
        return False
    kind, mime, extension = held
    arrival = Arrival(
        person_id, claim.path, names.last(claim.path), door, now, claim.sha256, claim.size_bytes,
        MediaType(Kind(kind), mime, extension), claim.mtime, is_by_digest=True,
    )  # fmt: skip
    try:
        arrival = _in_its_place(connection, arrival)
    except NameOccupied:
        return False
    entry = entries.find(connection, person_id, names.key(arrival.path))
    if entry is None or entry.sha256 != claim.sha256:
        _record(connection, arrival)
    else:  # the name stands for these bytes already
        _ADD_UPLOAD.run(connection, **_upload_values(arrival, is_new=False))
        bump(connection, person_id)
    return True


def _in_its_place(connection: sa.Connection, arrival: Arrival) -> Arrival:
    if arrival.door is Door.SHARE:
        return arrival
    entries.make_way(connection, arrival.person_id, arrival.path, arrival.at)
    if names.is_junk(arrival.path):
        return arrival
    path = entries.free_path(connection, arrival.person_id, arrival.path, arrival.sha256)
    return replace(arrival, path=path)


def _is_recorded(connection: sa.Connection, sha256: str, *, as_junk: bool) -> bool:
    return (_IS_JUNK if as_junk else _IS_ORIGINAL).row(connection, sha256=sha256) is not None


def _offer_mtime(connection: sa.Connection, person_id: int, sha256: str, mtime: float, now: float) -> None:
    if _SET_MTIME.run(connection, person_id=person_id, sha256=sha256, new_mtime=mtime):
        jobs.enqueue(connection, person_id, sha256, now)


def _place_entry(connection: sa.Connection, arrival: Arrival) -> Entry:
    return entries.place_file(
        connection,
        arrival.person_id,
        arrival.path,
        sha256=arrival.sha256,
        size_bytes=arrival.size_bytes,
        mime=arrival.media.mime,
        mtime=arrival.at if arrival.client_mtime is None else arrival.client_mtime,
        checksums=arrival.checksums,
        now=arrival.at,
    )


def _has_failed(connection: sa.Connection, arrival: Arrival) -> bool:
    # Copying a file again is how people heal it: its bytes may have been missing or damaged.
    return _STATE.row(connection, person_id=arrival.person_id, sha256=arrival.sha256) == (State.FAILED,)


def _original_values(arrival: Arrival) -> dict[str, object]:
    return {
        "sha256": arrival.sha256,
        "size_bytes": arrival.size_bytes,
        "kind": arrival.media.kind,
        "mime": arrival.media.mime,
        "extension": arrival.media.extension,
        "added_at": arrival.at,
    }


def _item_values(arrival: Arrival) -> dict[str, object]:
    return {
        "person_id": arrival.person_id,
        "sha256": arrival.sha256,
        "name": arrival.name,
        "search": arrival.name.casefold(),
        "kind": arrival.media.kind,
        "mime": arrival.media.mime,
        "size_bytes": arrival.size_bytes,
        "client_mtime": arrival.client_mtime,
        "added_at": arrival.at,
        "state": State.PENDING,
        "taken_at": UNKNOWN_TIME,
        "day": UNKNOWN_TIME,
        "favourite": arrival.is_favourite,
        "shot_id": arrival.sha256,
    }


def _upload_values(arrival: Arrival, is_new: bool) -> dict[str, object]:
    return {
        "person_id": arrival.person_id,
        "sha256": arrival.sha256,
        "path": arrival.path,
        "door": arrival.door,
        "at": arrival.at,
        "size_bytes": arrival.size_bytes,
        "is_new": is_new,
        "is_by_digest": arrival.is_by_digest,
    }
