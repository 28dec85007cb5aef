"""Inserts that meet a row: spelt for both databases, run on a real one."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from indexer.catalog.database import Database
from indexer.catalog.portable import insert_or_ignore, upsert
from indexer.catalog.prepared import Prepared
from indexer.catalog.tables import Base, OriginalRow

FIRST = {"sha256": "ab", "size_bytes": 1, "kind": "image", "mime": "a", "extension": "", "added_at": 1.0}
IGNORING = Prepared(lambda dialect: insert_or_ignore(dialect, OriginalRow, FIRST))
CHANGING = Prepared(lambda dialect: upsert(dialect, OriginalRow, FIRST, ["sha256"], ["size_bytes"]))


def test_on_sqlite(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'catalog.sqlite3'}")
    Base.metadata.create_all(database.engine)
    with database.write() as connection:
        assert IGNORING.run(connection, **FIRST) == 1
        assert IGNORING.run(connection, **FIRST | {"size_bytes": 2}) == 0
        assert connection.scalars(sa.select(OriginalRow.size_bytes)).all() == [1]
        CHANGING.run(connection, **FIRST | {"size_bytes": 3, "kind": "raw"})
        CHANGING.run(connection, **FIRST | {"sha256": "cd"})
        rows = connection.execute(
            sa.select(OriginalRow.sha256, OriginalRow.size_bytes, OriginalRow.kind).order_by(
                OriginalRow.sha256
            )
        )
        assert list(map(tuple, rows)) == [("ab", 3, "image"), ("cd", 1, "image")]
    database.close()


def test_for_postgresql() -> None:
    for statement in (
        insert_or_ignore("postgresql", OriginalRow, FIRST),
        upsert("postgresql", OriginalRow, FIRST, ["sha256"], ["size_bytes"]),
    ):
        text = str(statement.compile(dialect=postgresql.dialect()))  # type: ignore[no-untyped-call]
        assert "ON CONFLICT" in text
