"""Beginning the index anew in a catalog: decisions and names stay, everything learnt is learnt again.

What is known of an item stays in sight until the worker has read its original once more.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

import sqlalchemy as sa

from indexer.catalog import jobs
from indexer.catalog.database import Database
from indexer.catalog.prepared import Prepared
from indexer.catalog.tables import EntryRow, ItemRow, JobRow, LockRow, OriginalRow, PersonRow, SessionRow
from indexer.model import Kind, MediaType, State

_WAIT = Prepared(
    sa.update(ItemRow.__table__)  # type: ignore[arg-type]
    .where(ItemRow.person_id == sa.bindparam("person_id"), ItemRow.sha256 == sa.bindparam("sha256"))
    .values(state=State.PENDING.value, failure_step=None, failure_reason=None)
)


class Reindexing:
    """For a catalog that nobody else uses yet."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def originals(self) -> dict[str, tuple[int, MediaType]]:
        """Size in bytes and type of every original there should be, by digest."""
        columns = (OriginalRow.size_bytes, OriginalRow.kind, OriginalRow.mime, OriginalRow.extension)
        with self._database.read() as connection:
            rows = connection.execute(sa.select(OriginalRow.sha256, *columns))
            return {
                row.sha256: (row.size_bytes, MediaType(Kind(row.kind), row.mime, row.extension))
                for row in rows
            }

    def retype(self, found: Iterable[tuple[str, MediaType]]) -> None:
        """Correct what originals are, wherever it is told: (digest, type) pairs of those that changed."""
        with self._database.write() as connection:
            for sha256, media in found:
                values = {"kind": media.kind, "mime": media.mime, "extension": media.extension}
                connection.execute(
                    sa.update(OriginalRow).where(OriginalRow.sha256 == sha256).values(**values)
                )
            _tell(connection, ItemRow, OriginalRow.kind, OriginalRow.mime)
            _tell(connection, EntryRow, OriginalRow.mime)

    def forget_logins(self) -> None:
        """End browser sessions and locks: some of a snapshot's may have been ended since."""
        with self._database.write() as connection:
            connection.execute(sa.delete(SessionRow))
            connection.execute(sa.delete(LockRow))

    def begin(self, unprepared: Collection[str], now: float) -> int:
        """Have every item read again, newest upload first; how many there are.

        Those whose digest is in ``unprepared``, and those that failed, wait to be shown until then. Every
        library's version grows beyond all that were ever told.
        """
        with self._database.write() as connection:
            connection.execute(sa.delete(JobRow))
            columns = (ItemRow.person_id, ItemRow.sha256, ItemRow.added_at, ItemRow.state)
            items = connection.execute(sa.select(*columns).order_by(ItemRow.added_at)).all()
            for person_id, sha256, added_at, state in items:
                jobs.enqueue(connection, person_id, sha256, added_at)
                if sha256 in unprepared or state == State.FAILED:
                    wait(connection, person_id, sha256)
            # No library changes once a second from 1970 on.
            beyond = sa.case((PersonRow.version < int(now), int(now)), else_=PersonRow.version)
            connection.execute(sa.update(PersonRow).values(version=beyond + 1))
        return len(items)


def wait(connection: sa.Connection, person_id: int, sha256: str) -> None:
    """Make an item pending, within the transaction that enqueues its job."""
    _WAIT.run(connection, person_id=person_id, sha256=sha256)


def _tell(
    connection: sa.Connection, table: type[ItemRow | EntryRow], *facts: sa.orm.InstrumentedAttribute[str]
) -> None:
    """Copy these facts from the originals to the rows that repeat them; junk has no original."""
    original = sa.select(OriginalRow.sha256).where(OriginalRow.sha256 == table.sha256)
    values = {
        fact.key: sa.select(fact).where(OriginalRow.sha256 == table.sha256).scalar_subquery()
        for fact in facts
    }
    statement = sa.update(table).where(original.exists()).values(**values)
    if table is EntryRow:
        statement = statement.where(~EntryRow.is_junk)
    connection.execute(statement)
