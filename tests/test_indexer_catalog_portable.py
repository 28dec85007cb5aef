"""Inserts that meet a row: spelt for both databases, run on a real one."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from indexer.catalog.database import Database
from indexer.catalog.portable import insert_or_ignore, upsert
from indexer.catalog.tables import Base, OriginalRow

FIRST = {"sha256": "ab", "size_bytes": 1, "kind": "image", "mime": "a", "extension": "", "added_at": 1.0}


def test_on_sqlite(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'catalog.sqlite3'}")
    Base.metadata.create_all(database.engine)
    with database.write() as connection:
        assert connection.execute(insert_or_ignore(connection, OriginalRow, FIRST)).rowcount == 1
        again = insert_or_ignore(connection, OriginalRow, FIRST | {"size_bytes": 2})
        assert connection.execute(again).rowcount == 0
        assert connection.scalars(sa.select(OriginalRow.size_bytes)).all() == [1]
        connection.execute(upsert(connection, OriginalRow, FIRST, ["sha256"], {"size_bytes": 3}))
        connection.execute(
            upsert(connection, OriginalRow, FIRST | {"sha256": "cd"}, ["sha256"], {"size_bytes": 4})
        )
        rows = connection.execute(
            sa.select(OriginalRow.sha256, OriginalRow.size_bytes).order_by(OriginalRow.sha256)
        )
        assert list(map(tuple, rows)) == [("ab", 3), ("cd", 1)]
    database.close()


def test_for_postgresql() -> None:
    connection = sa.create_mock_engine("postgresql+psycopg://", lambda *_: None)
    statements = (
        insert_or_ignore(connection, OriginalRow, FIRST),  # type: ignore[arg-type]
        upsert(connection, OriginalRow, FIRST, ["sha256"], {"size_bytes": 3}),  # type: ignore[arg-type]
    )
    ignoring, changing = (str(each.compile(dialect=postgresql.dialect())) for each in statements)  # type: ignore[no-untyped-call]
    assert ignoring.endswith("ON CONFLICT DO NOTHING")
    assert "ON CONFLICT (sha256) DO UPDATE SET size_bytes" in changing
