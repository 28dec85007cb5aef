"""The two kinds of transaction on a real file: nothing is lost, all or nothing, full is told."""

from __future__ import annotations

import sqlite3
import stat
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from indexer.catalog import database as module
from indexer.catalog import open_catalog
from indexer.catalog.database import Database
from indexer.errors import CatalogBusy, CatalogDamaged, NoRoom
from tests.libraries import add_person, opened_catalog

NUMBER = sa.text("SELECT number FROM counter")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path / 'catalog.sqlite3'}")
    with database.write() as connection:
        connection.execute(sa.text("CREATE TABLE counter (number INTEGER, filling BLOB)"))
        connection.execute(sa.text("INSERT INTO counter VALUES (0, NULL)"))
    yield database
    database.close()


def count_up(database: Database, times: int) -> None:
    for _ in range(times):
        with database.write() as connection:
            number = connection.scalar(NUMBER)
            connection.execute(sa.text("UPDATE counter SET number = :next"), {"next": number + 1})


def counted(database: Database) -> object:
    with database.read() as connection:
        return connection.scalar(NUMBER)


def test_threads_lose_nothing(database: Database) -> None:
    threads = [threading.Thread(target=count_up, args=(database, 50)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counted(database) == 100


def test_processes_lose_nothing(database: Database) -> None:
    """Two databases over one file share no lock of Python's, as two processes do not."""
    second = Database(str(database.engine.url))
    threads = [threading.Thread(target=count_up, args=(each, 30)) for each in (database, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    second.close()
    assert counted(database) == 60


def test_nobody_sleeps_while_another_writes(database: Database) -> None:
    """Each waits for its turn, not for SQLite's patience, of which there is none here."""
    second = Database(str(database.engine.url))
    for each in (database, second):
        with each.write() as connection:
            connection.exec_driver_sql("PRAGMA busy_timeout=0")
    with ThreadPoolExecutor() as threads:
        for ended in [threads.submit(count_up, each, 100) for each in (database, second)]:
            ended.result()
    second.close()
    assert counted(database) == 200


def test_who_waits_in_vain_is_told(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """As when a process is stopped in the middle of a transaction."""
    monkeypatch.setattr(module, "_PATIENCE_S", 0.05)
    with database.write(), ThreadPoolExecutor() as threads, pytest.raises(CatalogBusy):
        threads.submit(count_up, database, 1).result()
    count_up(database, 1)
    assert counted(database) == 1


def test_all_or_nothing(database: Database) -> None:
    def fail() -> None:
        with database.write() as connection:
            connection.execute(sa.text("UPDATE counter SET number = 5"))
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert counted(database) == 0


def test_a_reader_sees_one_moment(database: Database) -> None:
    with database.read() as connection:
        assert connection.scalar(NUMBER) == 0
        count_up(database, 1)
        assert connection.scalar(NUMBER) == 0
    assert counted(database) == 1


def test_full_durability(database: Database) -> None:
    with database.read() as connection:
        pragmas = ("journal_mode", "synchronous", "foreign_keys")
        assert [connection.exec_driver_sql(f"PRAGMA {each}").scalar() for each in pragmas] == ["wal", 2, 1]


def test_a_full_disk_is_told_and_undone(database: Database) -> None:
    def fill() -> None:
        with database.write() as connection:
            connection.exec_driver_sql("PRAGMA max_page_count = 20")
            connection.execute(sa.text("UPDATE counter SET number = 7, filling = zeroblob(1000000)"))

    with pytest.raises(NoRoom):
        fill()
    assert counted(database) == 0
    count_up(database, 1)
    assert counted(database) == 1


def test_other_troubles_are_not_called_full(database: Database) -> None:
    with pytest.raises(OperationalError), database.write() as connection:
        connection.execute(sa.text("SELECT * FROM nothing"))


def test_what_was_committed_is_there_for_others(tmp_path: Path) -> None:
    with opened_catalog(tmp_path) as catalog:
        add_person(catalog, "bob")
        with sqlite3.connect(tmp_path / "catalog.sqlite3") as other:
            assert other.execute("SELECT name FROM person").fetchall() == [("bob",)]
        other.close()
    with opened_catalog(tmp_path) as catalog:
        assert [person.name for person in catalog.people.list()] == ["bob"]


def test_nobody_else_can_read_it(tmp_path: Path) -> None:
    file = tmp_path / "catalog.sqlite3"
    open_catalog(file).close()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize("kept_bytes", [0, 100])
def test_a_damaged_catalog_is_told(kept_bytes: int, tmp_path: Path) -> None:
    """Its header may be whole, or nothing at all."""
    with opened_catalog(tmp_path) as catalog:
        add_person(catalog)
    file = tmp_path / "catalog.sqlite3"
    file.write_bytes(file.read_bytes()[:kept_bytes] + b"\xa5" * 20_000)
    with pytest.raises(CatalogDamaged):
        open_catalog(file)


def test_a_reader_within_a_reader_keeps_its_own_view(database: Database) -> None:
    with database.read() as outer:
        assert outer.scalar(NUMBER) == 0
        count_up(database, 1)
        assert counted(database) == 1
        assert outer.scalar(NUMBER) == 0


def test_a_failed_writer_leaves_nothing_to_the_next(database: Database) -> None:
    def fail() -> None:
        with database.write(durable=False) as connection:
            connection.execute(sa.text("UPDATE counter SET number = 9"))
            connection.execute(sa.text("SELECT * FROM nothing"))

    with pytest.raises(OperationalError):
        fail()
    with database.write() as connection:
        assert connection.scalar(NUMBER) == 0
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2


def test_a_closed_database_holds_no_file(database: Database) -> None:
    counted(database)
    count_up(database, 1)
    database.close()
    folder = Path(str(database.engine.url.database)).parent
    assert [file.name for file in folder.iterdir()] == ["catalog.sqlite3"], "the last one to close tidies up"
