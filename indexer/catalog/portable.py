"""What SQLite and PostgreSQL have in common but SQLAlchemy does not know: statements, and how long lists are.

Statements are made for `Prepared`: each of ``columns`` is a value of its own name; ``dialect`` is the
dialect's name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from indexer.catalog.tables import Base

_MOST_IN_LIST = 500


def insert_or_ignore(dialect: str, table: type[Base], columns: Iterable[str]) -> sa.ClauseElement:
    """An INSERT that leaves a row with the same key as it is; the count of changed rows tells."""
    statement: sa.ClauseElement = _insert(dialect, table, columns).on_conflict_do_nothing()
    return statement


def upsert(
    dialect: str, table: type[Base], columns: Iterable[str], key: list[str], changes: Iterable[str]
) -> sa.ClauseElement:
    """An INSERT that gives the row whose ``key`` columns are taken the new values of ``changes``."""
    insert = _insert(dialect, table, columns)
    changed = {column: insert.excluded[column] for column in changes}
    statement: sa.ClauseElement = insert.on_conflict_do_update(index_elements=key, set_=changed)
    return statement


def parts(values: Iterable[str]) -> Iterator[list[str]]:
    """The values in lists that are short enough for one statement each."""
    every = list(values)
    for start in range(0, len(every), _MOST_IN_LIST):
        yield every[start : start + _MOST_IN_LIST]


def _insert(dialect: str, table: type[Base], columns: Iterable[str]) -> Any:
    insert = (postgresql if dialect == "postgresql" else sqlite).insert(table.__table__)
    return insert.values({column: sa.bindparam(column) for column in columns})
