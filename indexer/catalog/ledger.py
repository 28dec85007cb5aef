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
from indexer.catalog.memory_tables import DecisionRow
from indexer.catalog.versions import bump


class Scope(StrEnum):
    """What a decision is about."""

    SHOT = "shot"
    BURST = "burst"
    MEMORY = "memory"
    ALBUM = "album"
    CLOCK = "clock"
    ITEM = "item"


class AnyDecision(NamedTuple):
    """A decision of any scope; ``body`` says what was decided, in the words of that scope."""

    id: int
    at: float
    scope: Scope
    subject: str
    body: dict[str, Any]
    undone_at: float | None = None


_COLUMNS = (
    DecisionRow.id, DecisionRow.at, DecisionRow.scope, DecisionRow.subject, DecisionRow.body,
    DecisionRow.undone_at,
)  # fmt: skip


class Ledger:
    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, person_id: int, scope: Scope, subject: str, body: Mapping[str, Any], now: float) -> int:
        """Keep a decision, durably: its id."""
        with self._database.write() as connection:
            id_ = record(connection, person_id, scope, subject, body, now)
            bump(connection, person_id)
            return id_

    def undo(self, person_id: int, id_: int, now: float) -> AnyDecision | None:
        """Have a decision not count; None when there is no such. To undo it again changes nothing."""
        with self._database.write() as connection:
            undo(connection, person_id, id_, now)
            found = find(connection, person_id, DecisionRow.id == id_)
            bump(connection, person_id)
        return found[0] if found else None

    def standing(self, person_id: int, scope: Scope) -> tuple[AnyDecision, ...]:
        """Those that count, in the order in which they were made."""
        with self._database.read() as connection:
            return standing(connection, person_id, scope)

    def all(self, person_id: int, scope: Scope) -> tuple[AnyDecision, ...]:
        """Undone ones too, in the order in which they were made."""
        with self._database.read() as connection:
            return find(connection, person_id, DecisionRow.scope == scope)

    def newest(self, person_id: int, limit: int) -> tuple[AnyDecision, ...]:
        """The last decisions, undone ones too, the newest first."""
        query = sa.select(*_COLUMNS).where(DecisionRow.person_id == person_id)
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(DecisionRow.id.desc()).limit(limit))
            return tuple(map(_decision, rows))


def record(
    connection: sa.Connection, person_id: int, scope: Scope, subject: str, body: Mapping[str, Any], now: float
) -> int:
    """As `Ledger.add`, within the caller's transaction."""
    values = {"person_id": person_id, "at": now, "scope": scope, "subject": subject, "body": json.dumps(body)}
    result = connection.execute(sa.insert(DecisionRow).values(values).returning(DecisionRow.id))
    id_: int = result.scalar_one()
    return id_


def undo(connection: sa.Connection, person_id: int, id_: int, now: float) -> None:
    """Have a decision not count, within the caller's transaction; one that was undone stays as it is."""
    standing_one = (
        DecisionRow.person_id == person_id,
        DecisionRow.id == id_,
        DecisionRow.undone_at.is_(None),
    )
    connection.execute(sa.update(DecisionRow).where(*standing_one).values(undone_at=now))


def standing(connection: sa.Connection, person_id: int, scope: Scope) -> tuple[AnyDecision, ...]:
    """As `Ledger.standing`, within the caller's transaction."""
    return find(connection, person_id, DecisionRow.scope == scope, DecisionRow.undone_at.is_(None))


def find(
    connection: sa.Connection, person_id: int, *which: sa.ColumnElement[bool]
) -> tuple[AnyDecision, ...]:
    """A person's decisions that meet these conditions, in the order in which they were made."""
    query = sa.select(*_COLUMNS).where(DecisionRow.person_id == person_id, *which)
    return tuple(map(_decision, connection.execute(query.order_by(DecisionRow.id))))


def _decision(row: Any) -> AnyDecision:
    id_, at, scope, subject, body, undone_at = row
    return AnyDecision(id_, at, Scope(scope), subject, json.loads(body), undone_at)
