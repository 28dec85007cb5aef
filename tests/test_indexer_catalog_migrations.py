"""The tables that the revisions make are the tables that the code describes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from indexer.catalog import migrations
from indexer.catalog.database import Database
from indexer.catalog.migrations import HEAD, migrate
from indexer.catalog.tables import Base
from indexer.errors import CatalogTooNew


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path / 'catalog.sqlite3'}")
    yield database
    database.close()


def revisions() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    return ScriptDirectory.from_config(config)


def test_the_newest_revision_is_the_one_that_is_run() -> None:
    assert revisions().get_heads() == [HEAD]


def test_migrated_tables_equal_the_models(database: Database) -> None:
    migrate(database.engine)
    with database.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
        assert context.get_current_revision() == HEAD


def test_a_second_time_only_looks(database: Database) -> None:
    migrate(database.engine)
    statements: list[str] = []
    sa.event.listen(
        database.engine, "before_cursor_execute", lambda *args: statements.append(args[2].split()[0])
    )
    migrate(database.engine)
    assert set(statements) == {"PRAGMA", "SELECT"}


def test_a_revision_that_fails_leaves_nothing(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_args: object, **_options: object) -> None:
        raise RuntimeError("power cut")

    monkeypatch.setattr("alembic.op.create_index", fail)
    with pytest.raises(RuntimeError):
        migrate(database.engine)
    monkeypatch.undo()
    with database.read() as connection:
        assert sa.inspect(connection).get_table_names() == []
    migrate(database.engine)


def test_what_a_newer_version_wrote_is_left_alone(database: Database) -> None:
    migrate(database.engine)
    with database.write() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(CatalogTooNew):
        migrate(database.engine)
    with database.read() as connection:
        assert connection.scalar(sa.text("SELECT version_num FROM alembic_version")) == "9999"


def test_what_was_indexed_before_recipes_were_noted_counts_as_the_first(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that it is made anew; what waits is not, it will be made anyway."""
    monkeypatch.setattr(migrations, "HEAD", "0004")
    migrate(database.engine)
    with database.write() as connection:
        connection.exec_driver_sql("INSERT INTO person VALUES (1, 'a', 'a', 'x', 1, 1, 0)")
        for state in ("ready", "failed", "pending"):
            connection.exec_driver_sql(
                "INSERT INTO original VALUES (?, 1, 'image', 'image/jpeg', '.jpg', 0)", (state,)
            )
            connection.exec_driver_sql(
                "INSERT INTO item (person_id, sha256, name, search, kind, mime, size_bytes, added_at, state, "
                "taken_at, day, favourite) VALUES "
                "(1, ?, 'a', 'a', 'image', 'image/jpeg', 1, 0, ?, 'unknown', 'unknown', 0)",
                (state, state),
            )
    monkeypatch.undo()
    migrate(database.engine)
    with database.read() as connection:
        found = connection.exec_driver_sql("SELECT state, recipe FROM item").all()
    assert {tuple(row) for row in found} == {("ready", 1), ("failed", 1), ("pending", None)}
