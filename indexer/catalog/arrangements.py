"""What people decided about shots, memories, albums, clocks and single items, one row for each decision.

Rows are never changed but to be undone. What holds follows from those that stand; it is worked out where
each scope is at home.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, NamedTuple

import sqlalchemy as sa

from indexer.catalog.database import Database
from indexer.catalog.memory_tables import ArrangementRow
from indexer.catalog.versions import bump


class Scope(StrEnum):
    """What a decision is about."""

    SHOT = "shot"
    BURST = "burst"
    MEMORY = "memory"
    ALBUM = "album"
    CLOCK = "clock"
    ITEM = "item"


class Arrangement(NamedTuple):
    """One decision; ``body`` says what was decided, in the words of its scope."""

    id: int
    at: float
    scope: Scope
    subject: str
    body: dict[str, Any]
    undone_at: float | None = None


_COLUMNS = (
    ArrangementRow.id, ArrangementRow.at, ArrangementRow.scope, ArrangementRow.subject, ArrangementRow.body,
    ArrangementRow.undone_at,
)  # fmt: skip


class Arrangements:
    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, person_id: int, scope: Scope, subject: str, body: Mapping[str, Any], now: float) -> int:
        """Keep a decision, durably: its id."""
        with self._database.write() as connection:
            id_ = record(connection, person_id, scope, subject, body, now)
            bump(connection, person_id)
            return id_

    def undo(self, person_id: int, id_: int, now: float) -> Arrangement | None:
        """Have a decision not count; None when there is no such. To undo it again changes nothing."""
        with self._database.write() as connection:
            undo(connection, person_id, id_, now)
            found = find(connection, person_id, ArrangementRow.id == id_)
            bump(connection, person_id)
        return found[0] if found else None

    def standing(self, person_id: int, scope: Scope) -> tuple[Arrangement, ...]:
        """Those that count, in the order in which they were made."""
        with self._database.read() as connection:
            return standing(connection, person_id, scope)

    def all(self, person_id: int, scope: Scope) -> tuple[Arrangement, ...]:
        """Undone ones too, in the order in which they were made."""
        with self._database.read() as connection:
            return find(connection, person_id, ArrangementRow.scope == scope)

    def newest(self, person_id: int, limit: int) -> tuple[Arrangement, ...]:
        """The last decisions, undone ones too, the newest first."""
        query = sa.select(*_COLUMNS).where(ArrangementRow.person_id == person_id)
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(ArrangementRow.id.desc()).limit(limit))
            return tuple(map(_arrangement, rows))


def record(
    connection: sa.Connection, person_id: int, scope: Scope, subject: str, body: Mapping[str, Any], now: float
) -> int:
    """As `Arrangements.add`, within the caller's transaction."""
    values = {"person_id": person_id, "at": now, "scope": scope, "subject": subject, "body": json.dumps(body)}
    result = connection.execute(sa.insert(ArrangementRow).values(values).returning(ArrangementRow.id))
    id_: int = result.scalar_one()
    return id_


def undo(connection: sa.Connection, person_id: int, id_: int, now: float) -> None:
    """Have a decision not count, within the caller's transaction; one that was undone stays as it is."""
    standing_one = (
        ArrangementRow.person_id == person_id,
        ArrangementRow.id == id_,
        ArrangementRow.undone_at.is_(None),
    )
    connection.execute(sa.update(ArrangementRow).where(*standing_one).values(undone_at=now))


def standing(connection: sa.Connection, person_id: int, scope: Scope) -> tuple[Arrangement, ...]:
    """As `Arrangements.standing`, within the caller's transaction."""
    return find(connection, person_id, ArrangementRow.scope == scope, ArrangementRow.undone_at.is_(None))


def find(
    connection: sa.Connection, person_id: int, *which: sa.ColumnElement[bool]
) -> tuple[Arrangement, ...]:
    """A person's decisions that meet these conditions, in the order in which they were made."""
    query = sa.select(*_COLUMNS).where(ArrangementRow.person_id == person_id, *which)
    return tuple(map(_arrangement, connection.execute(query.order_by(ArrangementRow.id))))


def _arrangement(row: Any) -> Arrangement:
    id_, at, scope, subject, body, undone_at = row
    return Arrangement(id_, at, Scope(scope), subject, json.loads(body), undone_at)
