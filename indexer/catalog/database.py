"""The connection to the catalog's database, and its two kinds of transaction.

SQLite runs with a write-ahead log and full durability: a committed transaction survives a power
cut. Writers take SQLite's one write lock when they begin, so that what a transaction read is still
true when it writes.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from indexer.errors import CatalogBusy, NoRoom

_PATIENCE_S = 30.0

# A checkpoint every 16 MB: one every 4, the default, is due after some fifty photos.
_PRAGMAS = (
    "wal_autocheckpoint=4096",
    "journal_mode=WAL",
    "synchronous=FULL",
    f"busy_timeout={_PATIENCE_S * 1000:.0f}",
    "foreign_keys=ON",
    "cache_size=-4096",
    "mmap_size=268435456",
    "temp_store=MEMORY",
)


class Database:
    """An engine with ``read()`` and ``write()`` transactions. Safe to share between threads."""

    def __init__(self, url: str | sa.URL) -> None:
        """``url`` as SQLAlchemy wants it; `sqlite_url` makes one."""
        self.engine = sa.create_engine(url, pool_size=8, max_overflow=-1)
        # To ask the engine's pool for a connection costs as much as a question, so some are kept at hand.
        self._readers: deque[sa.Connection] = deque()
        self._writer: sa.Connection | None = None
        self._writing = threading.Lock()
        self._folder: int | None = None
        if self.engine.dialect.name == "sqlite":
            self._folder = os.open(Path(self.engine.url.database or "").absolute().parent, os.O_RDONLY)
            sa.event.listen(self.engine, "connect", _prepare_sqlite)
            sa.event.listen(self.engine, "begin", _begin_sqlite)
        else:
            sa.event.listen(self.engine, "begin", _begin_postgresql)

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """Changes nothing. One view for what goes by ``execute``; `Prepared` ones see their own."""
        try:
            connection = self._readers.pop()
        except IndexError:
            connection = self.engine.connect()
        try:
            yield connection
            if connection.in_transaction():
                connection.rollback()
        except BaseException:
            connection.close()
            raise
        self._readers.append(connection)

    @contextmanager
    def write(self, *, durable: bool = True) -> Iterator[sa.Connection]:
        """All or nothing, durable when the block is left; raises NoRoom when the disk is full, CatalogBusy.

        Without ``durable`` it survives the end of every process, but a power cut may take it away
        again: for what nobody has handed over, such as locks. It costs a tenth.
        """
        with self._alone():
            connection, self._writer = self._writer or self.engine.connect(), None
            try:
                with connection.execution_options(writes=True, durable=durable).begin():
                    yield connection
            except BaseException as error:
                connection.close()
                if _is_full(error):
                    raise NoRoom from error
                raise
            self._writer = connection

    def close(self) -> None:
        with self._next():
            if self._writer:
                self._writer.close()
            self._writer = None
            if self._folder is not None:
                os.close(self._folder)
            self._folder = None
        while self._readers:
            self._readers.pop().close()
        self.engine.dispose()

    @contextmanager
    def _next(self) -> Iterator[None]:
        if not self._writing.acquire(timeout=_PATIENCE_S):
            raise CatalogBusy
        try:
            yield
        finally:
            self._writing.release()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Threads queue for a lock, processes for one on the folder: whoever is next is woken at once.

        SQLite's own waiting, which still guards against others, is a sleep that grows to a tenth of a
        second. The folder is locked because closing any second handle of the file itself would drop
        SQLite's locks (POSIX). Should a process stop while it holds it, one thread waits for it.
        """
        with self._next():
            if self._folder is None:
                yield
                return
            fcntl.flock(self._folder, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.flock(self._folder, fcntl.LOCK_UN)


def sqlite_url(file: Path) -> sa.URL:
    """The URL of an SQLite file, whatever characters its path has."""
    return sa.URL.create("sqlite", database=str(file))


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    # The driver must not begin transactions by itself: see _begin_sqlite.
    connection.isolation_level = None
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: sa.Connection) -> None:
    options = connection.get_execution_options()
    driver: sqlite3.Connection = connection.connection.driver_connection  # type: ignore[assignment]
    if "durable" in options:
        driver.execute(f"PRAGMA synchronous={'FULL' if options['durable'] else 'NORMAL'}")
    driver.execute("BEGIN IMMEDIATE" if options.get("writes") else "BEGIN")


def _begin_postgresql(connection: sa.Connection) -> None:
    if not connection.get_execution_options().get("durable", True):
        connection.exec_driver_sql("SET LOCAL synchronous_commit = off")


def _is_full(error: BaseException) -> bool:
    cause = error.orig if isinstance(error, OperationalError) else error
    return getattr(cause, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL


def is_damage(error: BaseException) -> bool:
    """Whether SQLite says that the file is no catalog, or one whose pages make no sense."""
    cause = getattr(error, "orig", error)
    return getattr(cause, "sqlite_errorcode", None) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
