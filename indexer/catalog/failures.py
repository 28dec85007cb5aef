"""Items that could not be finished: listed, counted, and given another chance."""

from __future__ import annotations

import sqlalchemy as sa

from indexer.catalog import jobs
from indexer.catalog.database import Database
from indexer.catalog.reindexing import wait
from indexer.catalog.tables import ItemRow, JobRow
from indexer.catalog.versions import bump
from indexer.model import State


class Failures:
    def __init__(self, database: Database) -> None:
        self._database = database

    def page(
        self, person_id: int, after: tuple[float, str] | None, limit: int
    ) -> tuple[tuple[float, str], ...]:
        """Up to ``limit`` places (added at, digest), newest arrival first, beginning after ``after``."""
        place = sa.tuple_(ItemRow.added_at, ItemRow.sha256)
        query = sa.select(ItemRow.added_at, ItemRow.sha256).where(*_failed(person_id))
        if after is not None:
            query = query.where(place < after)
        query = query.order_by(ItemRow.added_at.desc(), ItemRow.sha256.desc()).limit(limit)
        with self._database.read() as connection:
            return tuple((row.added_at, row.sha256) for row in connection.execute(query))

    def count(self, person_id: int) -> int:
        with self._database.read() as connection:
            query = sa.select(sa.func.count()).select_from(ItemRow).where(*_failed(person_id))
            return connection.scalar(query) or 0

    def retry(self, person_id: int, sha256: str, now: float) -> bool:
        """Have a failed item indexed again, before all others; False for one that has not failed."""
        with self._database.write(durable=False) as connection:
            query = sa.select(ItemRow.sha256).where(*_failed(person_id), ItemRow.sha256 == sha256)
            if connection.scalar(query) is None:
                return False
            _retry(connection, person_id, sha256, now)
            bump(connection, person_id)
            return True

    def retry_all(self, person_id: int, now: float) -> int:
        """Have every failed item indexed again; how many."""
        with self._database.write(durable=False) as connection:
            found = connection.scalars(sa.select(ItemRow.sha256).where(*_failed(person_id))).all()
            for sha256 in found:
                _retry(connection, person_id, sha256, now)
            bump(connection, person_id)
            return len(found)


def _failed(person_id: int) -> tuple[sa.ColumnElement[bool], ...]:
    # Failed jobs are few and found by an index; the items of a large library are not looked through.
    given_up = sa.select(JobRow.sha256).where(JobRow.person_id == person_id, JobRow.state == State.FAILED)
    return ItemRow.person_id == person_id, ItemRow.sha256.in_(given_up), ItemRow.state == State.FAILED


def _retry(connection: sa.Connection, person_id: int, sha256: str, now: float) -> None:
    # Whatever failed, its film too, comes after the indexing again; until then nothing has failed.
    here = (JobRow.person_id == person_id, JobRow.sha256 == sha256, JobRow.state == State.FAILED)
    connection.execute(sa.delete(JobRow).where(*here))
    jobs.enqueue(connection, person_id, sha256, now)
    wait(connection, person_id, sha256)
