"""Uploads that grow, as rows: how far each is on the disk for sure, and what became of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import sqlalchemy as sa

from indexer.catalog.database import Database
from indexer.catalog.tables import ResumableRow
from indexer.errors import NoSuchTransfer, TooManyTransfers
from indexer.model import Receiving, Resumable

_FIELDS = tuple(Resumable.__slots__)
_COLUMNS = tuple(getattr(ResumableRow, field) for field in _FIELDS)
_IS_GROWING = (ResumableRow.stored_path.is_(None), ResumableRow.target.is_not(None))


class Resumables:
    """The bytes are the caller's: methods that forget rows return the ids of what these stood for."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, upload: Resumable, most: int) -> None:
        """Raises TooManyTransfers for a person who has ``most`` unfinished ones already.

        A power cut may take it away again: nothing but the beginning would be lost.
        """
        mine = (ResumableRow.person_id == upload.person_id, ResumableRow.stored_path.is_(None))
        count = sa.select(sa.func.count()).select_from(ResumableRow).where(*mine)
        with self._database.write(durable=False) as connection:
            if (connection.scalar(count) or 0) >= most:
                raise TooManyTransfers(most)
            values = {field: getattr(upload, field) for field in _FIELDS}
            connection.execute(sa.insert(ResumableRow).values(values))

    def get(self, person_id: int, upload_id: str) -> Resumable:
        """A person's upload; raises NoSuchTransfer."""
        query = sa.select(*_COLUMNS).where(*_exactly(person_id, upload_id))
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            raise NoSuchTransfer
        return Resumable(*row)

    def joined(self, person_id: int, parts: str) -> Resumable | None:
        """The upload that was joined from these very parts, if it was."""
        here = (ResumableRow.person_id == person_id, ResumableRow.parts == parts)
        with self._database.read() as connection:
            row = connection.execute(sa.select(*_COLUMNS).where(*here)).first()
        return Resumable(*row) if row else None

    def grow(self, upload: Resumable, received_bytes: int, size_bytes: int | None, now: float) -> Resumable:
        """Record how far an upload is, durable on return; raises NoSuchTransfer when it was dropped."""
        values = {"received_bytes": received_bytes, "size_bytes": size_bytes, "used_at": now}
        return self._change(upload, values, durable=True)

    def keep(self, upload: Resumable, stored_path: str, sha256: str | None, now: float) -> Resumable:
        """Record that an upload has become a file; raises NoSuchTransfer when it was dropped.

        After a power cut it may be as before: then its last bytes come again, to a file that is held.
        """
        whole = {"received_bytes": upload.size_bytes, "used_at": now}
        return self._change(upload, whole | {"stored_path": stored_path, "sha256": sha256}, durable=False)

    def drop(self, upload_ids: Collection[str]) -> tuple[str, ...]:
        """Forget uploads; those that there were."""
        with self._database.write() as connection:
            delete = sa.delete(ResumableRow).where(ResumableRow.id.in_(upload_ids))
            return tuple(connection.scalars(delete.returning(ResumableRow.id)))

    def idle(self, before: float) -> tuple[str, ...]:
        """The uploads that nobody has touched since."""
        query = sa.select(ResumableRow.id).where(ResumableRow.used_at < before)
        with self._database.read() as connection:
            return tuple(connection.scalars(query))

    def ids(self) -> frozenset[str]:
        """Everybody's uploads."""
        with self._database.read() as connection:
            return frozenset(connection.scalars(sa.select(ResumableRow.id)))

    def receiving(self, person_id: int, since: float) -> tuple[Receiving, ...]:
        """The files that grew after ``since`` (epoch seconds) and are not kept yet; parts are none."""
        mine = (ResumableRow.person_id == person_id, ResumableRow.used_at > since, *_IS_GROWING)
        query = sa.select(ResumableRow.target, ResumableRow.received_bytes, ResumableRow.size_bytes)
        with self._database.read() as connection:
            found = connection.execute(query.where(*mine))
            return tuple(Receiving(path or "", received, size) for path, received, size in found)

    def _change(self, upload: Resumable, values: Mapping[str, object], *, durable: bool) -> Resumable:
        here = _exactly(upload.person_id, upload.id)
        update = sa.update(ResumableRow).where(*here).values(values).returning(*_COLUMNS)
        with self._database.write(durable=durable) as connection:
            row = connection.execute(update).one_or_none()
            if row is None:
                raise NoSuchTransfer
            return Resumable(*row)


def _exactly(person_id: int, upload_id: str) -> tuple[sa.ColumnElement[bool], ...]:
    return ResumableRow.id == upload_id, ResumableRow.person_id == person_id
