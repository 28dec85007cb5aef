"""Receipts as rows: the questions about them, their reading back, and their closing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any

import sqlalchemy as sa

from indexer import names
from indexer.catalog import entries, leftovers
from indexer.catalog.database import Database
from indexer.catalog.receipt_tables import ReceiptFileRow, ReceiptRow
from indexer.catalog.tables import ItemRow
from indexer.errors import NameOccupied
from indexer.model import Door, State
from indexer.receipt import (
    ARRIVED,
    TROUBLED,
    FileOutcome,
    FilePage,
    Receipt,
    ReceiptFile,
    ReceiptState,
    ReceiptText,
    Totals,
    verdict,
)

# The folder of the Upload share where closed receipts are shown.
FOLDER = "Receipts"
_NUMBERS = (
    "new", "held", "not_media", "junk", "empty", "incomplete", "failed", "size_bytes", "verified", "damaged",
    "by_digest",
)  # fmt: skip
_RECEIPT = (
    ReceiptRow.id, ReceiptRow.person_id, ReceiptRow.folder, ReceiptRow.door, ReceiptRow.state,
    ReceiptRow.begun_at, ReceiptRow.ended_at, ReceiptRow.verdict, ReceiptRow.file_name,
    *(getattr(ReceiptRow, number) for number in _NUMBERS),
)  # fmt: skip
_FILE = (
    ReceiptFileRow.key, ReceiptFileRow.path, ReceiptFileRow.outcome, ReceiptFileRow.size_bytes,
    ReceiptFileRow.at, ReceiptFileRow.sha256, ReceiptFileRow.first_at, ReceiptFileRow.is_verified,
    ReceiptFileRow.reason, ReceiptFileRow.is_by_digest,
)  # fmt: skip
_TEXT = (
    ReceiptRow.id, ReceiptRow.file_name, ReceiptRow.text_bytes, ReceiptRow.text_sha256, ReceiptRow.closed_at,
)  # fmt: skip
_IS_TROUBLED = sa.or_(ReceiptFileRow.outcome.in_(TROUBLED), ReceiptFileRow.is_verified.is_(False))


class Receipts:
    """Of a receipt that is not closed the numbers are counted when asked; of a closed one they are kept."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def page(self, person_id: int, *, before: int | None, limit: int) -> tuple[Receipt, ...]:
        """A person's receipts, newest first, those before the id ``before``."""
        query = sa.select(*_RECEIPT).where(ReceiptRow.person_id == person_id)
        if before is not None:
            query = query.where(ReceiptRow.id < before)
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(ReceiptRow.id.desc()).limit(limit)).all()
            return _receipts(connection, rows)

    def get(self, person_id: int, receipt_id: int) -> Receipt | None:
        query = sa.select(*_RECEIPT).where(ReceiptRow.person_id == person_id, ReceiptRow.id == receipt_id)
        with self._database.read() as connection:
            found = _receipts(connection, connection.execute(query).all())
        return found[0] if found else None

    def files(self, receipt_id: int, *, after: str = "", limit: int, only_troubled: bool = False) -> FilePage:
        """Files of a receipt by their keys, those after ``after``."""
        query = sa.select(*_FILE).where(ReceiptFileRow.receipt_id == receipt_id, ReceiptFileRow.key > after)
        if only_troubled:
            query = query.where(_IS_TROUBLED)
        with self._database.read() as connection:
            # One more than asked for tells whether there is a next page.
            rows = connection.execute(query.order_by(ReceiptFileRow.key).limit(limit + 1)).all()
        files = tuple(map(_file, rows[:limit]))
        return FilePage(files, files[-1].key if len(rows) > limit else None)

    def prepared(self, receipt: Receipt) -> int:
        """Of the files that arrived, how many do not wait to be indexed any more."""
        item = (ItemRow.person_id == receipt.person_id) & (ItemRow.sha256 == ReceiptFileRow.sha256)
        query = sa.select(sa.func.count()).select_from(ReceiptFileRow).join(ItemRow, item)
        query = query.where(
            ReceiptFileRow.receipt_id == receipt.id,
            ReceiptFileRow.outcome.in_(ARRIVED),
            ItemRow.state != State.PENDING,
        )
        with self._database.read() as connection:
            return int(connection.scalar(query) or 0)

    def open(self) -> tuple[tuple[Receipt, float], ...]:
        """Everybody's open receipts and when each was last active, without their numbers."""
        query = sa.select(*_RECEIPT, ReceiptRow.active_at).where(ReceiptRow.state == ReceiptState.OPEN)
        with self._database.read() as connection:
            rows = connection.execute(query).all()
        return tuple((_receipt(row[:-1], Totals()), row[-1]) for row in rows)

    def to_verify(self) -> tuple[tuple[int, int], ...]:
        """(person id, receipt id) of the copies that are over and not closed, oldest first."""
        query = sa.select(ReceiptRow.person_id, ReceiptRow.id).where(
            ReceiptRow.state == ReceiptState.VERIFYING
        )
        with self._database.read() as connection:
            return tuple((row[0], row[1]) for row in connection.execute(query.order_by(ReceiptRow.frozen_at)))

    def unread(self, receipt_id: int, limit: int) -> tuple[tuple[str, str], ...]:
        """(key, digest) of files that arrived and have not been read back yet, by digest."""
        query = sa.select(ReceiptFileRow.key, ReceiptFileRow.sha256).where(
            ReceiptFileRow.receipt_id == receipt_id,
            ReceiptFileRow.outcome.in_(ARRIVED),
            ReceiptFileRow.is_verified.is_(None),
        )
        query = query.order_by(ReceiptFileRow.sha256).limit(limit)
        with self._database.read() as connection:
            return tuple((key, sha256 or "") for key, sha256 in connection.execute(query))

    def mark_read(self, receipt_id: int, marks: Iterable[tuple[str, bool, str]]) -> None:
        """(key, is verified, reason) of files that were read back."""
        with self._database.write(durable=False) as connection:
            for key, is_verified, reason in marks:
                here = (ReceiptFileRow.receipt_id == receipt_id, ReceiptFileRow.key == key)
                values = {"is_verified": is_verified, "reason": reason}
                connection.execute(sa.update(ReceiptFileRow).where(*here).values(values))

    def close(self, receipt: Receipt, text: str, *, text_sha256: str, file_name: str, now: float) -> None:
        """The receipt's last word: its numbers, its verdict and its text, which never change again.

        Shows it in the share's folder Receipts; where a file has that name, the share shows none.
        """
        with self._database.write() as connection:
            values: dict[str, Any] = {number: getattr(receipt.totals, number) for number in _NUMBERS}
            values |= {
                "state": ReceiptState.CLOSED,
                "verdict": receipt.verdict,
                "closed_at": now,
                "file_name": _free_name(connection, receipt.person_id, file_name),
                "text_bytes": len(text.encode()),
                "text_sha256": text_sha256,
                "text": text,
            }
            here = (ReceiptRow.id == receipt.id, ReceiptRow.state == ReceiptState.VERIFYING)
            connection.execute(sa.update(ReceiptRow).where(*here).values(values))
            with suppress(NameOccupied):
                entries.make_way(connection, receipt.person_id, names.join(FOLDER, file_name), now)

    def texts(self, person_id: int) -> tuple[ReceiptText, ...]:
        """The closed receipts as files, by name."""
        query = sa.select(*_TEXT).where(ReceiptRow.person_id == person_id, ReceiptRow.file_name.is_not(None))
        with self._database.read() as connection:
            return tuple(map(_text, connection.execute(query.order_by(ReceiptRow.file_name))))

    def text_named(self, person_id: int, file_name: str) -> ReceiptText | None:
        query = sa.select(*_TEXT).where(
            ReceiptRow.person_id == person_id, ReceiptRow.file_name == names.key(file_name)
        )
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
        return _text(row) if row else None

    def text(self, person_id: int, receipt_id: int) -> str | None:
        """The text of a closed receipt."""
        query = sa.select(ReceiptRow.text).where(
            ReceiptRow.person_id == person_id, ReceiptRow.id == receipt_id
        )
        with self._database.read() as connection:
            found: str | None = connection.scalar(query)
        return found


def _receipts(connection: sa.Connection, rows: Sequence[sa.Row[Any]]) -> tuple[Receipt, ...]:
    """The receipts of these rows; those that are not closed are counted, all in one look."""
    unfinished = [row for row in rows if row.state != ReceiptState.CLOSED]
    counted = _count(connection, unfinished) if unfinished else {}
    return tuple(_receipt(row, counted.get(row.id) or Totals(*row[-len(_NUMBERS) :])) for row in rows)


def _count(connection: sa.Connection, rows: Sequence[sa.Row[Any]]) -> dict[int, Totals]:
    numbers: dict[int, dict[str, int]] = {row.id: dict.fromkeys(_NUMBERS, 0) for row in rows}
    columns = (
        ReceiptFileRow.receipt_id, ReceiptFileRow.outcome, ReceiptFileRow.is_verified,
        ReceiptFileRow.is_by_digest,
    )  # fmt: skip
    query = sa.select(*columns, sa.func.count(), sa.func.sum(ReceiptFileRow.size_bytes))
    query = query.where(ReceiptFileRow.receipt_id.in_(numbers)).group_by(*columns)
    for receipt_id, outcome, is_verified, is_by_digest, count, size_bytes in connection.execute(query):
        mine = numbers[receipt_id]
        mine[outcome] += count
        if outcome in ARRIVED:
            mine["size_bytes"] += int(size_bytes)
            mine["verified"] += count if is_verified else 0
            mine["damaged"] += count if is_verified is False else 0
            mine["by_digest"] += count if is_by_digest else 0
    for row in rows:
        if row.state == ReceiptState.OPEN:
            # A name without bytes may be in the middle of getting them; junk is only junk.
            found = leftovers.junk(connection, leftovers.copy_of(connection, row.id))
            numbers[row.id]["junk"] = sum(1 for _ in found)
    return {receipt_id: Totals(**mine) for receipt_id, mine in numbers.items()}


def _receipt(row: Sequence[Any], totals: Totals) -> Receipt:
    receipt_id, person_id, folder, door, state, begun_at, ended_at, told, file_name, *_ = row
    state = ReceiptState(state)
    return Receipt(
        receipt_id, person_id, folder, Door(door), state, begun_at, ended_at, totals,
        told or verdict(state, totals), file_name,
    )  # fmt: skip


def _file(row: Sequence[Any]) -> ReceiptFile:
    key, path, outcome, *facts = row
    return ReceiptFile(key, path, FileOutcome(outcome), *facts)


def _text(row: Sequence[Any]) -> ReceiptText:
    return ReceiptText(*row)


def _free_name(connection: sa.Connection, person_id: int, name: str) -> str:
    """The name, with a number where another receipt has it."""
    for number in range(1, 1_000_000):
        free = names.key(names.numbered(name, number))
        taken = sa.exists().where(ReceiptRow.person_id == person_id, ReceiptRow.file_name == free)
        if not connection.scalar(sa.select(taken)):
            break
    return free
