"""Files that arrive in parts, as rows: which parts are safe on the disk, and who may touch them now."""

from __future__ import annotations

import sqlalchemy as sa

from indexer.catalog.database import Database
from indexer.catalog.tables import PartRow, TransferRow
from indexer.errors import NoSuchTransfer, TooManyParts, TooManyTransfers, TransferBusy, TransferExists
from indexer.model import Part, Receiving, Transfer

_TRANSFER = (
    TransferRow.person_id, TransferRow.name, TransferRow.target, TransferRow.expected_bytes,
    TransferRow.begun_at,
)  # fmt: skip
_PART = (PartRow.name, PartRow.place, PartRow.is_offset, PartRow.size_bytes, PartRow.file, PartRow.at)
_SUM = sa.func.coalesce(sa.func.sum(PartRow.size_bytes), 0)


class Transfers:
    """A transfer is known by its person and its name.

    The files of parts are the caller's: methods that forget rows return the files these stood for.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, transfer: Transfer, most: int) -> None:
        """Raises TransferExists, and TooManyTransfers for a person who has ``most`` already."""
        mine = TransferRow.person_id == transfer.person_id
        with self._database.write() as connection:
            if _find(connection, transfer.person_id, transfer.name):
                raise TransferExists
            count = sa.select(sa.func.count()).select_from(TransferRow).where(mine)
            if (connection.scalar(count) or 0) >= most:
                raise TooManyTransfers(most)
            values = {field: getattr(transfer, field) for field in transfer.__slots__}
            values |= {"used_at": transfer.begun_at, "claimed_until": 0.0}
            connection.execute(sa.insert(TransferRow).values(values))

    def get(self, person_id: int, name: str) -> Transfer | None:
        with self._database.read() as connection:
            return _find(connection, person_id, name)

    def all_of(self, person_id: int) -> tuple[Transfer, ...]:
        """A person's transfers, by name."""
        query = sa.select(*_TRANSFER).where(TransferRow.person_id == person_id).order_by(TransferRow.name)
        with self._database.read() as connection:
            return tuple(Transfer(*row) for row in connection.execute(query))

    def parts(self, person_id: int, name: str) -> tuple[Part, ...]:
        """The parts that have come, by name; nothing for a transfer that is not there."""
        with self._database.read() as connection:
            return _parts(connection, person_id, name)

    def received_bytes(self, person_id: int, name: str) -> int:
        """The size of all parts that have come."""
        here = (PartRow.person_id == person_id, PartRow.transfer == name)
        with self._database.read() as connection:
            return int(connection.scalar(sa.select(_SUM).where(*here)) or 0)

    def receiving(self, person_id: int, since: float) -> tuple[Receiving, ...]:
        """The transfers that got a part after ``since`` (epoch seconds) and are not whole yet."""
        of_transfer = (PartRow.person_id == TransferRow.person_id, PartRow.transfer == TransferRow.name)
        received = sa.select(_SUM).where(*of_transfer)
        query = sa.select(
            sa.func.coalesce(TransferRow.target, TransferRow.name),
            received.scalar_subquery(),
            TransferRow.expected_bytes,
        ).where(
            TransferRow.person_id == person_id, TransferRow.used_at > since, TransferRow.claimed_until == 0
        )
        with self._database.read() as connection:
            found = connection.execute(query.order_by(TransferRow.begun_at))
            return tuple(Receiving(path, int(size), expected) for path, size, expected in found)

    def put(self, transfer: Transfer, part: Part, most: int) -> str | None:
        """Record a part, durable on return, and what ``transfer`` tells of its target and size.

        Returns the file of the part that it replaces. Raises NoSuchTransfer when this very transfer has
        ended meanwhile, TransferBusy, and TooManyParts beyond ``most``.
        """
        here = _exactly(transfer.person_id, transfer.name)
        with self._database.write() as connection:
            _check_free(connection, transfer, part.at)
            old = _forget_part(connection, transfer, part.name)
            count = sa.select(sa.func.count()).select_from(PartRow).where(*_parts_of(transfer))
            if (connection.scalar(count) or 0) >= most:
                raise TooManyParts(most)
            values = {field: getattr(part, field) for field in part.__slots__}
            values |= {"person_id": transfer.person_id, "transfer": transfer.name}
            connection.execute(sa.insert(PartRow).values(values))
            told = {"target": transfer.target, "expected_bytes": transfer.expected_bytes}
            connection.execute(sa.update(TransferRow).where(*here).values(told | {"used_at": part.at}))
            return old

    def claim(self, transfer: Transfer, now: float, until: float) -> tuple[Part, ...]:
        """Keep everybody else away until then, and get the parts; raises NoSuchTransfer, TransferBusy."""
        here = _exactly(transfer.person_id, transfer.name)
        with self._database.write() as connection:
            _check_free(connection, transfer, now)
            connection.execute(sa.update(TransferRow).where(*here).values(used_at=now, claimed_until=until))
            return _parts(connection, transfer.person_id, transfer.name)

    def release(self, transfer: Transfer) -> None:
        """Give a claim back; nothing happens when the transfer is gone."""
        here = (*_exactly(transfer.person_id, transfer.name), TransferRow.begun_at == transfer.begun_at)
        with self._database.write() as connection:
            connection.execute(sa.update(TransferRow).where(*here).values(claimed_until=0.0))

    def release_all(self) -> None:
        """Give all claims back: whoever made them is gone."""
        with self._database.write() as connection:
            connection.execute(sa.update(TransferRow).values(claimed_until=0.0))

    def finish(self, transfer: Transfer) -> tuple[str, ...]:
        """Forget a claimed transfer; the files of its parts."""
        with self._database.write() as connection:
            return _forget(connection, transfer)

    def drop_part(self, transfer: Transfer, name: str, now: float) -> str | None:
        """Forget a part; its file, if there was one. Raises NoSuchTransfer, TransferBusy."""
        with self._database.write() as connection:
            _check_free(connection, transfer, now)
            return _forget_part(connection, transfer, name)

    def drop(self, transfer: Transfer, now: float) -> tuple[str, ...]:
        """Forget a transfer; the files of its parts. Raises NoSuchTransfer, TransferBusy."""
        with self._database.write() as connection:
            _check_free(connection, transfer, now)
            return _forget(connection, transfer)

    def drop_idle(self, before: float, now: float) -> tuple[str, ...]:
        """Forget all transfers not used since ``before`` that nobody has claimed; their parts' files."""
        idle = sa.select(*_TRANSFER).where(TransferRow.used_at < before, TransferRow.claimed_until <= now)
        with self._database.write() as connection:
            found = [Transfer(*row) for row in connection.execute(idle)]
            return tuple(file for transfer in found for file in _forget(connection, transfer))

    def files(self) -> frozenset[str]:
        """The files of all parts of everybody."""
        with self._database.read() as connection:
            return frozenset(connection.scalars(sa.select(PartRow.file)))


def _find(connection: sa.Connection, person_id: int, name: str) -> Transfer | None:
    row = connection.execute(sa.select(*_TRANSFER).where(*_exactly(person_id, name))).one_or_none()
    return Transfer(*row) if row else None


def _parts(connection: sa.Connection, person_id: int, name: str) -> tuple[Part, ...]:
    here = (PartRow.person_id == person_id, PartRow.transfer == name)
    rows = connection.execute(sa.select(*_PART).where(*here).order_by(PartRow.name))
    return tuple(Part(*row) for row in rows)


def _check_free(connection: sa.Connection, transfer: Transfer, now: float) -> None:
    # Names are used again: only the same beginning makes it the same transfer.
    query = sa.select(TransferRow.begun_at, TransferRow.claimed_until)
    row = connection.execute(query.where(*_exactly(transfer.person_id, transfer.name))).one_or_none()
    if row is None or row.begun_at != transfer.begun_at:
        raise NoSuchTransfer
    if row.claimed_until > now:
        raise TransferBusy


def _forget(connection: sa.Connection, transfer: Transfer) -> tuple[str, ...]:
    here = (*_exactly(transfer.person_id, transfer.name), TransferRow.begun_at == transfer.begun_at)
    if connection.execute(sa.delete(TransferRow).where(*here)).rowcount == 0:
        return ()
    delete = sa.delete(PartRow).where(*_parts_of(transfer)).returning(PartRow.file)
    return tuple(connection.scalars(delete))


def _forget_part(connection: sa.Connection, transfer: Transfer, name: str) -> str | None:
    delete = sa.delete(PartRow).where(*_parts_of(transfer), PartRow.name == name)
    file: str | None = connection.scalar(delete.returning(PartRow.file))
    return file


def _exactly(person_id: int, name: str) -> tuple[sa.ColumnElement[bool], ...]:
    return TransferRow.person_id == person_id, TransferRow.name == name


def _parts_of(transfer: Transfer) -> tuple[sa.ColumnElement[bool], ...]:
    return PartRow.person_id == transfer.person_id, PartRow.transfer == transfer.name
