"""What went wrong on the way in, until a receipt tells it. A row only where something fails."""

from __future__ import annotations

import sqlalchemy as sa

from indexer.catalog.database import Database
from indexer.catalog.receipt_tables import MishapRow
from indexer.model import Door
from indexer.receipt import FileOutcome, Mishap, advice


class Mishaps:
    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, mishap: Mishap) -> None:
        """Remember that a file did not come in; raises NoRoom."""
        with self._database.write() as connection:
            add(connection, mishap)


def add(connection: sa.Connection, mishap: Mishap) -> None:
    """As `Mishaps.record`, within the caller's transaction."""
    values = {field: getattr(mishap, field) for field in mishap.__slots__}
    connection.execute(sa.insert(MishapRow).values(values))


def add_abandoned(connection: sa.Connection, person_id: int, path: str, at: float) -> None:
    """A name was made at this moment, locked, and never got its bytes: file managers begin a copy so."""
    reason = advice(FileOutcome.FAILED, "Its name came, and no bytes followed.")
    add(connection, Mishap(person_id, path, Door.SHARE, at, FileOutcome.EMPTY, 0, None, reason))
