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
from indexer.knowledge import Metadata
from indexer.model import Failure, Job, Queue

INDEX = "index"
_PENDING, _RUNNING, _FAILED = "pending", "running", "failed"
_UNCLAIMED = {"state": _PENDING, "due": 0.0, "token": None}
_FRESH = {**_UNCLAIMED, "attempts": 0}
_KEY = ["person_id", "sha256", "kind"]
# In the order of the index, so that a long queue is never sorted under the write lock.
_FIRST = (
    sa.select(JobRow.id)
    .where(JobRow.state == _PENDING)
    .order_by(JobRow.priority.desc(), JobRow.id.desc())
    .limit(sa.bindparam("most", type_=sa.Integer))
    .with_for_update(skip_locked=True)
)
_CLAIM = Prepared(
    sa.update(JobRow.__table__)  # type: ignore[arg-type]
    .where(JobRow.id.in_(_FIRST))
    .values(
        state=_RUNNING, due=sa.bindparam("new_due"), attempts=JobRow.attempts + 1,
        token=sa.bindparam("new_token"),
    )
    .returning(JobRow.id, JobRow.token, JobRow.person_id, JobRow.sha256, JobRow.attempts)
)  # fmt: skip
_CLAIMED = (JobRow.id == sa.bindparam("claim"), JobRow.token == sa.bindparam("claim_token"))
_END = Prepared(sa.delete(JobRow.__table__).where(*_CLAIMED))  # type: ignore[arg-type]
_FAIL = Prepared(sa.update(JobRow.__table__).where(*_CLAIMED).values(state=_FAILED, token=None))  # type: ignore[arg-type]
_IS_PENDING = Prepared(sa.select(JobRow.id).where(JobRow.state == _PENDING).limit(sa.literal_column("1")))
_IS_EXPIRED = Prepared(
    sa.select(JobRow.id)
    .where(JobRow.state == _RUNNING, JobRow.due <= sa.bindparam("now"))
    .limit(sa.literal_column("1"))
)
_QUEUE = Prepared(
    sa.select(JobRow.state, sa.func.count())
    .where(JobRow.person_id == sa.bindparam("person_id"))
    .group_by(JobRow.state)
)
_ENQUEUE = Prepared(lambda dialect: upsert(dialect, JobRow, [*_KEY, *_FRESH, "priority"], _KEY, _FRESH))


class Jobs:
    """What a power cut takes back is only worked on once more, so nothing here waits for the disk."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def claim(self, most: int, lease_s: float, now: float) -> tuple[Job, ...]:
        """Take up to ``most`` jobs, newest upload first, for ``lease_s`` seconds."""
        has_expired, has_pending = self._look(now)
        if not (has_expired or has_pending):
            return ()
        values = {"new_due": now + lease_s, "new_token": secrets.token_hex(16), "most": most}
        with self._database.write(durable=False) as connection:
            if has_expired:
                connection.execute(sa.update(JobRow).where(*_expired(now)).values(**_UNCLAIMED))
            claimed = [Job(row[0], row[1] or "", *row[2:]) for row in _CLAIM.rows(connection, **values)]
        return tuple(sorted(claimed, key=lambda job: job.id, reverse=True))

    def crashed(self, job: Job) -> None:
        """Give a claim back after a crash: it is claimable again, and the attempt counts."""
        with self._database.write(durable=False) as connection:
            connection.execute(sa.update(JobRow).where(*_claimed(job)).values(**_UNCLAIMED))

    def release(self, job: Job) -> None:
        """Give a claim back unworked: the worker is going away, which is no fault of the job."""
        with self._database.write(durable=False) as connection:
            update = sa.update(JobRow).where(*_claimed(job))
            connection.execute(update.values(**_UNCLAIMED, attempts=JobRow.attempts - 1))

    def release_all(self) -> None:
        """Take all claims from workers that died (none is alive); an attempt each may have killed them."""
        with self._database.write(durable=False) as connection:
            connection.execute(sa.update(JobRow).where(JobRow.state == _RUNNING).values(**_UNCLAIMED))

    def finish(self, job: Job, metadata: Metadata, failure: Failure | None) -> bool:
        """Write what was learnt and end the job; False, changing nothing, when the claim was lost."""
        with self._database.write(durable=False) as connection:
            end = _END if failure is None else _FAIL
            if end.run(connection, claim=job.id, claim_token=job.token) == 0:
                return False
            record_outcome(connection, job.person_id, job.sha256, metadata, failure)
            bump(connection, job.person_id)
            return True

    def queue(self, person_id: int) -> Queue:
        """How many of this person's jobs wait, run and were given up."""
        with self._database.read() as connection:
            counts: dict[str, int] = dict(_QUEUE.rows(connection, person_id=person_id))
        return Queue(counts.get(_PENDING, 0), counts.get(_RUNNING, 0), counts.get(_FAILED, 0))

    def _look(self, now: float) -> tuple[bool, bool]:
        """Whether claims have run out, and whether jobs wait. A look costs nothing; claiming locks."""
        with self._database.read() as connection:
            has_expired = _IS_EXPIRED.row(connection, now=now) is not None
            return has_expired, _IS_PENDING.row(connection) is not None


def enqueue(connection: sa.Connection, person_id: int, sha256: str, now: float) -> None:
    """Ask for an item to be indexed (again), within the transaction that gives the reason."""
    _ENQUEUE.run(connection, person_id=person_id, sha256=sha256, kind=INDEX, priority=int(now), **_FRESH)


def _claimed(job: Job) -> tuple[sa.ColumnElement[bool], ...]:
    return JobRow.id == job.id, JobRow.token == job.token


def _expired(now: float) -> tuple[sa.ColumnElement[bool], ...]:
    return JobRow.state == _RUNNING, JobRow.due <= now
