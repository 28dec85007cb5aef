"""The ledger of work: claimed with a lease, finished together with its result.

A worker that dies loses nothing: when its lease has run out, the job waits again, one attempt the
poorer. A result counts only while its claim does, so a job that was enqueued anew meanwhile (its
evidence changed) is worked on once more. A job that was given up stays as ``failed`` until somebody
retries it.
"""

from __future__ import annotations

import secrets

import sqlalchemy as sa

from indexer.catalog.database import Database
from indexer.catalog.items import record_outcome
from indexer.catalog.portable import upsert
from indexer.catalog.prepared import Prepared
from indexer.catalog.tables import JobRow
from indexer.catalog.versions import bump
from indexer.model import Failure, Job, Metadata, Queue

INDEX = "index"
_PENDING, _RUNNING, _FAILED = "pending", "running", "failed"
_UNCLAIMED = {"state": _PENDING, "due": 0.0, "token": None}
_FRESH = {**_UNCLAIMED, "attempts": 0}
_KEY = ["person_id", "sha256", "kind"]
_ENQUEUE = Prepared(lambda dialect: upsert(dialect, JobRow, [*_KEY, *_FRESH, "priority"], _KEY, _FRESH))


class Jobs:
    def __init__(self, database: Database) -> None:
        self._database = database

    def claim(self, most: int, lease_s: float, now: float) -> tuple[Job, ...]:
        """Take up to ``most`` jobs, newest upload first, for ``lease_s`` seconds."""
        has_expired, has_pending = self._look(now)
        if not (has_expired or has_pending):
            return ()
        # In the order of the index, so that a long queue is never sorted under the write lock.
        first = (
            sa.select(JobRow.id)
            .where(JobRow.state == _PENDING)
            .order_by(JobRow.priority.desc(), JobRow.id.desc())
            .limit(most)
            .with_for_update(skip_locked=True)
        )
        claim = (
            sa.update(JobRow)
            .where(JobRow.id.in_(first))
            .values(
                state=_RUNNING, due=now + lease_s, attempts=JobRow.attempts + 1, token=secrets.token_hex(16)
            )
            .returning(JobRow.id, JobRow.token, JobRow.person_id, JobRow.sha256, JobRow.attempts)
        )
        with self._database.write() as connection:
            if has_expired:
                expired = sa.update(JobRow).where(*_expired(now))
                connection.execute(expired.values(**_UNCLAIMED))
            claimed = [Job(row[0], row[1] or "", *row[2:]) for row in connection.execute(claim)]
        return tuple(sorted(claimed, key=lambda job: job.id, reverse=True))

    def crashed(self, job: Job) -> None:
        """Give a claim back after a crash: it is claimable again, and the attempt counts."""
        with self._database.write() as connection:
            connection.execute(sa.update(JobRow).where(*_claimed(job)).values(**_UNCLAIMED))

    def release(self, job: Job) -> None:
        """Give a claim back unworked: the worker is going away, which is no fault of the job."""
        with self._database.write() as connection:
            update = sa.update(JobRow).where(*_claimed(job))
            connection.execute(update.values(**_UNCLAIMED, attempts=JobRow.attempts - 1))

    def release_all(self) -> None:
        """Take all claims from workers that died (none is alive); an attempt each may have killed them."""
        with self._database.write() as connection:
            connection.execute(sa.update(JobRow).where(JobRow.state == _RUNNING).values(**_UNCLAIMED))

    def finish(self, job: Job, metadata: Metadata, failure: Failure | None) -> bool:
        """Write what was learnt and end the job; False, changing nothing, when the claim was lost."""
        with self._database.write() as connection:
            if failure is None:
                ended = connection.execute(sa.delete(JobRow).where(*_claimed(job)))
            else:
                ended = connection.execute(
                    sa.update(JobRow).where(*_claimed(job)).values(state=_FAILED, token=None)
                )
            if ended.rowcount == 0:
                return False
            record_outcome(connection, job.person_id, job.sha256, metadata, failure)
            bump(connection, job.person_id)
            return True

    def queue(self, person_id: int) -> Queue:
        """How many of this person's jobs wait, run and were given up."""
        query = (
            sa.select(JobRow.state, sa.func.count())
            .where(JobRow.person_id == person_id)
            .group_by(JobRow.state)
        )
        with self._database.read() as connection:
            counts = dict(connection.execute(query).all())
        return Queue(counts.get(_PENDING, 0), counts.get(_RUNNING, 0), counts.get(_FAILED, 0))

    def _look(self, now: float) -> tuple[bool, bool]:
        """Whether claims have run out, and whether jobs wait. A look costs nothing; claiming locks."""
        query = sa.select(sa.exists().where(*_expired(now)), sa.exists().where(JobRow.state == _PENDING))
        with self._database.read() as connection:
            row = connection.execute(query).one()
        return bool(row[0]), bool(row[1])


def enqueue(connection: sa.Connection, person_id: int, sha256: str, now: float) -> None:
    """Ask for an item to be indexed (again), within the transaction that gives the reason."""
    _ENQUEUE.run(connection, person_id=person_id, sha256=sha256, kind=INDEX, priority=int(now), **_FRESH)


def _claimed(job: Job) -> tuple[sa.ColumnElement[bool], ...]:
    return JobRow.id == job.id, JobRow.token == job.token


def _expired(now: float) -> tuple[sa.ColumnElement[bool], ...]:
    return JobRow.state == _RUNNING, JobRow.due <= now
