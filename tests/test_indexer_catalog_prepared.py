"""Statements compiled once: the same answers as SQLAlchemy's own way, in the same transactions."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from indexer.catalog.database import Database
from indexer.catalog.prepared import Prepared

TABLE = sa.Table(
    "pair", sa.MetaData(), sa.Column("key", sa.Text, primary_key=True), sa.Column("n", sa.Integer)
)
ADD = Prepared(sa.insert(TABLE).values(key=sa.bindparam("key"), n=sa.bindparam("n")))
FIND = Prepared(sa.select(TABLE.c.key, TABLE.c.n).where(TABLE.c.key == sa.bindparam("key")))
ALL = Prepared(sa.select(TABLE.c.key).order_by(TABLE.c.key))
# A value of the statement's own beside one of the caller's, in an order that is not that of the text.
RAISE = Prepared(sa.update(TABLE).where(TABLE.c.n < 10).values(n=TABLE.c.n + sa.bindparam("more")))
BY_DIALECT = Prepared(lambda dialect: sa.select(sa.literal(dialect)))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path / 'catalog.sqlite3'}")
    TABLE.create(database.engine)
    yield database
    database.close()


def test_rows_and_counts(database: Database) -> None:
    with database.write() as connection:
        assert ADD.run(connection, key="b", n=2) == 1
        assert ADD.run(connection, key="a", n=None) == 1
        assert RAISE.run(connection, more=5) == 1
    with database.read() as connection:
        assert FIND.row(connection, key="b") == ("b", 7)
        assert FIND.row(connection, key="c") is None
        assert ALL.rows(connection) == [("a",), ("b",)]
        assert BY_DIALECT.row(connection) == ("sqlite",)


def test_they_take_part_in_the_transaction(database: Database) -> None:
    def fail() -> None:
        with database.write() as connection:
            ADD.run(connection, key="a", n=1)
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    with database.read() as connection:
        assert ALL.rows(connection) == []


def test_a_value_that_is_missing_is_an_error(database: Database) -> None:
    with database.read() as connection, pytest.raises(KeyError):
        FIND.row(connection)
