"""The few statements that SQLite and PostgreSQL spell alike but SQLAlchemy keeps in dialects."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from indexer.catalog.tables import Base


def insert_or_ignore(connection: sa.Connection, table: type[Base], values: dict[str, Any]) -> Any:
    """An INSERT that leaves a row with the same key as it is; ``rowcount`` tells."""
    return _dialect(connection).insert(table.__table__).values(values).on_conflict_do_nothing()


def upsert(
    connection: sa.Connection,
    table: type[Base],
    values: dict[str, Any],
    key: list[str],
    changes: dict[str, Any],
) -> Any:
    """An INSERT that applies ``changes`` to the row whose ``key`` columns are taken."""
    insert = _dialect(connection).insert(table.__table__).values(values)
    return insert.on_conflict_do_update(index_elements=key, set_=changes)


def _dialect(connection: sa.Connection) -> Any:
    return postgresql if connection.dialect.name == "postgresql" else sqlite
