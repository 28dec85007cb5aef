"""What of a copy never became an arrival: junk, names without bytes, uploads that were not finished."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from indexer import names
from indexer.catalog.receipt_tables import PLACEHOLDERS, ReceiptRow
from indexer.catalog.tables import EntryRow, PartRow, ResumableRow, TransferRow
from indexer.errors import IncompleteUpload, UploadBroken
from indexer.model import Door
from indexer.receipt import PAUSE_S, FileOutcome, ReceiptFile, advice, top_folder

_RECEIVED = (
    sa.select(sa.func.coalesce(sa.func.sum(PartRow.size_bytes), 0))
    .where(PartRow.person_id == TransferRow.person_id, PartRow.transfer == TransferRow.name)
    .scalar_subquery()
)
_IN_PARTS = sa.select(TransferRow.target, _RECEIVED, TransferRow.expected_bytes, TransferRow.used_at)
_GROWING = sa.select(
    ResumableRow.target, ResumableRow.received_bytes, ResumableRow.size_bytes, ResumableRow.used_at
).where(ResumableRow.stored_path.is_(None))


@dataclass(frozen=True, slots=True)
class Copy:
    """Whose copy, of which top folder, by which door; what stood there before ``since`` is not of it."""

    person_id: int
    folder: str
    door: Door
    since: float


def copy_of(connection: sa.Connection, receipt_id: int) -> Copy:
    """The copy of a receipt. What began before its first file was whole belongs to it, too; but not what
    the receipt before it has told."""
    columns = (ReceiptRow.person_id, ReceiptRow.folder, ReceiptRow.door, ReceiptRow.begun_at)
    mine = connection.execute(sa.select(*columns).where(ReceiptRow.id == receipt_id)).one()
    told = sa.select(sa.func.max(ReceiptRow.frozen_at)).where(
        ReceiptRow.person_id == mine.person_id, ReceiptRow.folder == mine.folder, ReceiptRow.id < receipt_id
    )
    since = max(mine.begun_at - PAUSE_S, connection.scalar(told) or 0.0)
    return Copy(mine.person_id, mine.folder, Door(mine.door), since)


def junk(connection: sa.Connection, copy: Copy) -> Iterator[ReceiptFile]:
    """The junk of a copy, as it stands in the share now."""
    return _standing(connection, copy, EntryRow.is_junk, FileOutcome.JUNK)


def empty(connection: sa.Connection, copy: Copy) -> Iterator[ReceiptFile]:
    """The names of a copy that have no bytes now."""
    found = _standing(connection, copy, PLACEHOLDERS, FileOutcome.EMPTY)
    return (file for file in found if not names.is_junk(file.key))


def unfinished(connection: sa.Connection, copy: Copy) -> Iterator[ReceiptFile]:
    """The files of a copy of which parts have come, and the rest may still."""
    query = {
        Door.SHARE: _IN_PARTS.where(TransferRow.person_id == copy.person_id, TransferRow.target.is_not(None)),
        Door.BROWSER: _GROWING.where(
            ResumableRow.person_id == copy.person_id, ResumableRow.target.is_not(None)
        ),
    }.get(copy.door)
    for path, received_bytes, expected_bytes, at in connection.execute(query) if query is not None else ():
        key = names.key(path)
        if top_folder(key) == copy.folder and not names.is_junk(key):
            happened = IncompleteUpload(received_bytes, expected_bytes) if expected_bytes else UploadBroken()
            reason = advice(FileOutcome.INCOMPLETE, str(happened))
            yield ReceiptFile(key, path, FileOutcome.INCOMPLETE, received_bytes, at, reason=reason)


def _standing(
    connection: sa.Connection, copy: Copy, is_such: Any, outcome: FileOutcome
) -> Iterator[ReceiptFile]:
    columns = (EntryRow.path, EntryRow.name, EntryRow.size_bytes, EntryRow.changed_at)
    here = (EntryRow.person_id == copy.person_id, EntryRow.changed_at >= copy.since)
    query = sa.select(*columns).where(is_such, *here, *_inside(copy.folder))
    for path, name, size_bytes, at in connection.execute(query):
        sent = names.join(names.parent(path), name)
        yield ReceiptFile(path, sent, outcome, size_bytes, at, reason=advice(outcome))


def _inside(folder: str) -> tuple[sa.ColumnElement[bool], ...]:
    if not folder:
        return (EntryRow.folder == "",)
    # "0" follows "/" in ASCII: the range holds everything below the folder.
    return (EntryRow.path > f"{folder}/", EntryRow.path < f"{folder}0")
