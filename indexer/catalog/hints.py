"""What came beside a file about it, as rows; the index is made from these and from the file itself."""

from __future__ import annotations

import sqlalchemy as sa

from indexer.catalog import jobs
from indexer.catalog.database import Database
from indexer.catalog.tables import HintRow
from indexer.knowledge import Position
from indexer.model import Hint

_COLUMNS = (
    HintRow.source, HintRow.taken_at, HintRow.lat, HintRow.lon, HintRow.altitude_m, HintRow.title,
    HintRow.description,
)  # fmt: skip


class Hints:
    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, person_id: int, sha256: str) -> Hint | None:
        """What is hinted about a person's item."""
        with self._database.read() as connection:
            return _find(connection, person_id, sha256)

    def offer(self, person_id: int, sha256: str, hint: Hint, now: float) -> bool:
        """Keep a hint about an item that is held; it is indexed anew if that is news. Whether it is."""
        if self.get(person_id, sha256) == hint:
            return False
        with self._database.write() as connection:
            return put(connection, person_id, sha256, hint, now)


def put(connection: sa.Connection, person_id: int, sha256: str, hint: Hint, now: float) -> bool:
    """As `Hints.offer`, within the caller's transaction."""
    if _find(connection, person_id, sha256) == hint:
        return False
    here = (HintRow.person_id == person_id, HintRow.sha256 == sha256)
    at = hint.position
    values = {
        "person_id": person_id,
        "sha256": sha256,
        "source": hint.source,
        "taken_at": hint.taken_at,
        "lat": at.lat if at else None,
        "lon": at.lon if at else None,
        "altitude_m": at.altitude_m if at else None,
        "title": hint.title,
        "description": hint.description,
    }
    connection.execute(sa.delete(HintRow).where(*here))
    connection.execute(sa.insert(HintRow).values(values))
    jobs.enqueue(connection, person_id, sha256, now)
    return True


def _find(connection: sa.Connection, person_id: int, sha256: str) -> Hint | None:
    here = (HintRow.person_id == person_id, HintRow.sha256 == sha256)
    row = connection.execute(sa.select(*_COLUMNS).where(*here)).one_or_none()
    if row is None:
        return None
    source, taken_at, lat, lon, altitude_m, title, description = row
    position = None if lat is None or lon is None else Position(lat, lon, altitude_m)
    return Hint(source, taken_at, position, title, description)
