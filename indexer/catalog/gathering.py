"""Making receipts of what arrived: uploads and mishaps since the last time, each to the copy it belongs to.

Nothing here is on an upload's own way. What is lost in a power cut is gathered again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Any

import sqlalchemy as sa

from indexer import names
from indexer.catalog import leftovers
from indexer.catalog.database import Database
from indexer.catalog.prepared import Prepared
from indexer.catalog.receipt_tables import (
    GatheredRow,
    MishapRow,
    ReceiptFileRow,
    ReceiptRow,
)
from indexer.catalog.tables import ItemRow, OriginalRow, UploadRow
from indexer.model import Door, Kind
from indexer.receipt import (
    ARRIVED,
    PAUSE_S,
    FileOutcome,
    ReceiptFile,
    ReceiptState,
    top_folder,
)

# A transaction of so many takes some twenty milliseconds, for which an upload may have to wait.
_BATCH_ROWS = 500
_FILE = (
    "key", "path", "outcome", "size_bytes", "at", "sha256", "first_at", "is_verified", "reason",
    "is_by_digest",
)  # fmt: skip
_HERE = (
    ReceiptFileRow.receipt_id == sa.bindparam("receipt_id"),
    ReceiptFileRow.key == sa.bindparam("key"),
)
_KNOWN = Prepared(
    sa.select(
        ReceiptFileRow.at, ReceiptFileRow.outcome, ReceiptFileRow.sha256, ReceiptFileRow.is_by_digest
    ).where(*_HERE)
)  # fmt: skip
_FORGET = Prepared(sa.delete(ReceiptFileRow.__table__).where(*_HERE))  # type: ignore[arg-type]
_ADD = Prepared(
    sa.insert(ReceiptFileRow.__table__).values(  # type: ignore[arg-type]
        {column: sa.bindparam(column) for column in ("receipt_id", *_FILE)}
    )
)
_NEWEST = (
    sa.select(
        ReceiptRow.id, ReceiptRow.state, ReceiptRow.begun_at, ReceiptRow.ended_at, ReceiptRow.active_at,
        ReceiptRow.frozen_at,
    )
    .order_by(ReceiptRow.id.desc())
    .limit(1)
)  # fmt: skip
_UPLOADS = (
    sa.select(
        UploadRow.id, UploadRow.person_id, UploadRow.door, UploadRow.path, UploadRow.at, UploadRow.sha256,
        UploadRow.size_bytes, UploadRow.is_new, UploadRow.is_by_digest, OriginalRow.kind,
        ItemRow.added_at,
    )
    .outerjoin(OriginalRow, OriginalRow.sha256 == UploadRow.sha256)
    .outerjoin(
        ItemRow, sa.and_(ItemRow.person_id == UploadRow.person_id, ItemRow.sha256 == UploadRow.sha256)
    )
    .order_by(UploadRow.id)
)  # fmt: skip

_Which = tuple[int, str, Door]


@dataclass(frozen=True, slots=True)
class _Event:
    """A file that arrived, or did not, and the copy it belongs to."""

    which: _Which
    file: ReceiptFile

    @property
    def at(self) -> float:
        return self.file.at


@dataclass(slots=True)
class _Open:
    """A receipt that takes files in, while a batch is gathered."""

    id: int
    begun_at: float
    ended_at: float
    active_at: float


class Gathering:
    """Safe to call from several threads: each batch is one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def settle(self) -> None:
        """At a start, while nothing arrives: the number of an upload that was removed may be given again."""
        last = sa.select(sa.func.coalesce(sa.func.max(UploadRow.id), 0)).scalar_subquery()
        with self._database.write() as connection:
            connection.execute(
                sa.update(GatheredRow).where(GatheredRow.upload_id > last).values(upload_id=last)
            )

    def gather(self) -> bool:
        """Take the next uploads and the mishaps into receipts; False when there were none, for one look."""
        with self._database.read() as connection:
            if not _is_something_new(connection):
                return False
        with self._database.write(durable=False) as connection:
            _gather(connection)
        return True

    def touch(self, receipt_id: int, now: float) -> None:
        """Something of this copy is on its way, so its pause has not begun."""
        is_open = ReceiptRow.state == ReceiptState.OPEN
        with self._database.write(durable=False) as connection:
            connection.execute(
                sa.update(ReceiptRow).where(ReceiptRow.id == receipt_id, is_open).values(active_at=now)
            )

    def freeze(self, person_id: int, receipt_id: int, now: float) -> bool:
        """End a copy: what has arrived is gathered, what stands empty or is junk noted; False if it was over.

        From now on only the reading back changes the receipt.
        """
        here = (ReceiptRow.id == receipt_id, ReceiptRow.person_id == person_id)
        with self._database.write() as connection:
            while _gather(connection):
                pass
            is_open = sa.exists().where(*here, ReceiptRow.state == ReceiptState.OPEN)
            if not connection.scalar(sa.select(is_open)):
                return False
            copy = leftovers.copy_of(connection, receipt_id)
            for left in (leftovers.junk, leftovers.empty, leftovers.unfinished):
                for file in list(left(connection, copy)):
                    _note(connection, receipt_id, file)
            values = {"state": ReceiptState.VERIFYING, "frozen_at": now}
            connection.execute(sa.update(ReceiptRow).where(*here).values(values))
            return True


def _is_something_new(connection: sa.Connection) -> bool:
    last = sa.select(GatheredRow.upload_id).scalar_subquery()
    uploads, mishaps = sa.exists().where(UploadRow.id > last), sa.exists(sa.select(MishapRow.id))
    return bool(connection.scalar(sa.select(sa.or_(uploads, mishaps))))


def _gather(connection: sa.Connection) -> bool:
    """One batch; whether there was anything."""
    events = [*_mishaps(connection), *_uploads(connection)]
    receipts: dict[_Which, _Open] = {}
    for event in sorted(events, key=attrgetter("at")):
        receipt = _receipt_for(connection, receipts, event)
        if receipt is not None:
            _note(connection, receipt.id, event.file)
    for receipt in receipts.values():
        _keep_times(connection, receipt)
    return bool(events)


def _uploads(connection: sa.Connection) -> list[_Event]:
    last = connection.scalar(sa.select(GatheredRow.upload_id)) or 0
    rows = connection.execute(_UPLOADS.where(UploadRow.id > last).limit(_BATCH_ROWS)).all()
    if rows:
        connection.execute(sa.update(GatheredRow).values(upload_id=rows[-1].id))
    return [_arrived(row) for row in rows]


def _arrived(row: Any) -> _Event:
    _, person_id, door, path, at, sha256, size_bytes, is_new, is_by_digest, kind, added_at = row
    outcome = FileOutcome.NEW if is_new else FileOutcome.HELD
    if kind == Kind.OTHER:
        outcome = FileOutcome.NOT_MEDIA
    first_at = None if is_new else added_at
    file = ReceiptFile(
        names.key(path), path, outcome, size_bytes, at, sha256, first_at, is_by_digest=is_by_digest
    )
    return _Event((person_id, top_folder(file.key), Door(door)), file)


def _mishaps(connection: sa.Connection) -> list[_Event]:
    rows = connection.execute(sa.delete(MishapRow).returning(MishapRow)).all()
    return [
        _Event(
            (row.person_id, top_folder(names.key(row.path)), Door(row.door)),
            ReceiptFile(
                names.key(row.path), row.path, FileOutcome(row.outcome), row.received_bytes, row.at,
                reason=row.reason,
            ),
        )
        for row in rows
    ]  # fmt: skip


def _receipt_for(connection: sa.Connection, known: dict[_Which, _Open], event: _Event) -> _Open | None:
    """The receipt that takes this event in, opened if need be; None for what a finished one has told."""
    receipt = known.get(event.which)
    if receipt is None or event.at - receipt.active_at > PAUSE_S:
        if receipt is not None:
            _keep_times(connection, receipt)
        found = _newest(connection, event)
        if found is None:
            return None
        receipt = known[event.which] = found
    receipt.begun_at = min(receipt.begun_at, event.at)
    receipt.ended_at = max(receipt.ended_at, event.at)
    receipt.active_at = max(receipt.active_at, event.at)
    return receipt


def _newest(connection: sa.Connection, event: _Event) -> _Open | None:
    person_id, folder, door = event.which
    here = (ReceiptRow.person_id == person_id, ReceiptRow.folder == folder, ReceiptRow.door == door)
    row = connection.execute(_NEWEST.where(*here)).one_or_none()
    if row is None:
        return _opened(connection, event)
    if row.state == ReceiptState.OPEN and event.at - row.active_at <= PAUSE_S:
        return _Open(row.id, row.begun_at, row.ended_at, row.active_at)
    # An empty name that stood when the copy ended was told then; now its lock has run out.
    if event.file.outcome is FileOutcome.EMPTY and event.at <= (row.frozen_at or 0.0):
        return None
    return _opened(connection, event)


def _opened(connection: sa.Connection, event: _Event) -> _Open:
    person_id, folder, door = event.which
    values = {
        "person_id": person_id,
        "folder": folder,
        "door": door,
        "state": ReceiptState.OPEN,
        "begun_at": event.at,
        "ended_at": event.at,
        "active_at": event.at,
    }
    receipt_id: int = connection.execute(
        sa.insert(ReceiptRow).values(values).returning(ReceiptRow.id)
    ).scalar_one()
    return _Open(receipt_id, event.at, event.at, event.at)


def _keep_times(connection: sa.Connection, receipt: _Open) -> None:
    times = {
        "begun_at": receipt.begun_at,
        "ended_at": receipt.ended_at,
        "active_at": receipt.active_at,
    }
    connection.execute(sa.update(ReceiptRow).where(ReceiptRow.id == receipt.id).values(times))


def _note(connection: sa.Connection, receipt_id: int, file: ReceiptFile) -> None:
    """What came last under a name counts; but bytes that were new to this copy stay new when sent again."""
    known = _KNOWN.row(connection, receipt_id=receipt_id, key=file.key)
    if known is not None:
        at, outcome, sha256, is_by_digest = known
        if at > file.at:
            return
        if outcome in ARRIVED and sha256 == file.sha256:
            # Whatever was sent once of a copy was seen here.
            is_unseen = file.is_by_digest and bool(is_by_digest)
            file = replace(file, outcome=FileOutcome(outcome), is_by_digest=is_unseen)
            file = replace(file, first_at=None) if outcome == FileOutcome.NEW else file
        _FORGET.run(connection, receipt_id=receipt_id, key=file.key)
    values = {field: getattr(file, field) for field in _FILE}
    _ADD.run(connection, receipt_id=receipt_id, **values)
