"""The ledger of work: claimed with a lease, finished together with its result.

A worker that dies loses nothing: when its lease has run out, the job waits again, one attempt the
poorer. A result counts only while its claim does, so a job that was enqueued anew meanwhile (its
evidence changed) is worked on once more. A job that was given up stays as ``failed`` until somebody
retries it.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import NamedTuple

import sqlalchemy as sa

from indexer.catalog import tv_names
from indexer.catalog.database import Database
from indexer.catalog.memory_tables import TvFileRow
from indexer.catalog.outcomes import mark_stale, record_failure, record_outcome
from indexer.catalog.portable import insert_or_ignore, upsert
from indexer.catalog.prepared import Prepared, Row
from indexer.catalog.tables import ItemRow, JobRow, SettingRow
from indexer.catalog.versions import bump
from indexer.knowledge import Metadata
from indexer.model import Failure, Job, JobKind, Kind, Queue, State, TvFile


class Lane(NamedTuple):
    """Jobs whose priority is at least ``lowest`` and below ``end``."""

    lowest: int
    end: int


# A job's priority is the moment of its upload, so that the newest comes first, within the band of its
# kind: what somebody waits for, then thumbnails, then what a better recipe makes anew, then videos.
_BAND = 1 << 40
_FULL_BAND, _INDEX_BAND, _REMAKE_BAND, _FILM_BAND, _TV_BAND = _BAND, 0, -_BAND, -2 * _BAND, -3 * _BAND
STILLS = Lane(_REMAKE_BAND, 2 * _BAND)
FILMS = Lane(_TV_BAND, _REMAKE_BAND)
EVERYTHING = Lane(_TV_BAND, 2 * _BAND)

_BANDS = {
    JobKind.INDEX: _INDEX_BAND,
    JobKind.FILM: _FILM_BAND,
    JobKind.FULL: _FULL_BAND,
    JobKind.TV: _TV_BAND,
}
_FIRST_FILM = _REMAKE_BAND - 1
_PENDING, _RUNNING, _FAILED = "pending", "running", "failed"
_UNCLAIMED = {"state": _PENDING, "due": 0.0, "token": None}
_FRESH = {**_UNCLAIMED, "attempts": 0}
_RELEASED = {**_UNCLAIMED, "attempts": JobRow.attempts - 1}
_PAUSED = "indexing paused"
_KEY = ["person_id", "sha256", "kind"]
_IN_LANE = (JobRow.priority >= sa.bindparam("lowest"), JobRow.priority < sa.bindparam("end"))
# In the order of the index, so that a long queue is never sorted under the write lock.
_FIRST = (
    sa.select(JobRow.id)
    .where(JobRow.state == _PENDING, *_IN_LANE)
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
    .returning(
        JobRow.priority, JobRow.id, JobRow.token, JobRow.person_id, JobRow.sha256, JobRow.attempts,
        JobRow.kind,
    )
)  # fmt: skip
_CLAIMED = (JobRow.id == sa.bindparam("claim"), JobRow.token == sa.bindparam("claim_token"))
_END = Prepared(sa.delete(JobRow.__table__).where(*_CLAIMED))  # type: ignore[arg-type]
_FAIL = Prepared(sa.update(JobRow.__table__).where(*_CLAIMED).values(state=_FAILED, token=None))  # type: ignore[arg-type]
_IS_PENDING = Prepared(
    sa.select(JobRow.id).where(JobRow.state == _PENDING, *_IN_LANE).limit(sa.literal_column("1"))
)
_IS_EXPIRED = Prepared(
    sa.select(JobRow.id)
    .where(JobRow.state == _RUNNING, JobRow.due <= sa.bindparam("now"))
    .limit(sa.literal_column("1"))
)
_QUEUE = Prepared(
    sa.select(JobRow.state, sa.func.count())
    # Nobody waits for what televisions get.
    .where(JobRow.person_id == sa.bindparam("person_id"), JobRow.kind != JobKind.TV)
    .group_by(JobRow.state)
)
_FOR_TELEVISIONS = Prepared(
    sa.select(sa.func.count())
    .select_from(JobRow)
    .where(JobRow.person_id == sa.bindparam("person_id"), JobRow.kind == JobKind.TV, JobRow.state != _FAILED)
)
_COLUMNS = [*_KEY, *_FRESH, "priority"]
_ENQUEUE = Prepared(lambda dialect: upsert(dialect, JobRow, _COLUMNS, _KEY, [*_FRESH, "priority"]))
_REQUEST = Prepared(lambda dialect: insert_or_ignore(dialect, JobRow, _COLUMNS))
_THIS_JOB = (
    JobRow.person_id == sa.bindparam("person_id"),
    JobRow.sha256 == sa.bindparam("sha256"),
    JobRow.kind == sa.bindparam("kind"),
)
_STATE = Prepared(sa.select(JobRow.state).where(*_THIS_JOB))
_FORGET_FAILED = Prepared(sa.delete(JobRow.__table__).where(*_THIS_JOB, JobRow.state == _FAILED))  # type: ignore[arg-type]
_ARRIVED = Prepared(
    sa.select(ItemRow.kind, ItemRow.added_at).where(
        ItemRow.person_id == sa.bindparam("person_id"), ItemRow.sha256 == sa.bindparam("sha256")
    )
)
_IS_PAUSED = Prepared(sa.select(SettingRow.name).where(SettingRow.name == _PAUSED))
_OUTDATED = (
    sa.select(ItemRow.person_id, ItemRow.sha256, ItemRow.added_at)
    .where(ItemRow.recipe < sa.bindparam("recipe"))
    .where(
        ~sa.exists().where(
            JobRow.person_id == ItemRow.person_id,
            JobRow.sha256 == ItemRow.sha256,
            JobRow.kind == JobKind.INDEX,
            JobRow.state != _FAILED,
        )
    )
    .limit(sa.bindparam("most", type_=sa.Integer))
)

_FOLLOWED = Prepared(sa.select(SettingRow.value).where(SettingRow.name == sa.bindparam("name")))
_ARRIVALS = sa.select(ItemRow.person_id, ItemRow.sha256, ItemRow.added_at)
_GIVEN_UP = _ARRIVALS.join(
    JobRow, (JobRow.person_id == ItemRow.person_id) & (JobRow.sha256 == ItemRow.sha256)
).where(JobRow.kind == sa.bindparam("kind"), JobRow.state == _FAILED)
_REMADE = {
    JobKind.FILM: _ARRIVALS.where(ItemRow.kind == Kind.VIDEO, ItemRow.recipe.is_not(None)),
    JobKind.TV: _ARRIVALS.where(
        sa.exists().where(TvFileRow.person_id == ItemRow.person_id, TvFileRow.sha256 == ItemRow.sha256)
    ),
}


class Jobs:
    """What a power cut takes back is only worked on once more, so nothing here waits for the disk."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def claim(self, most: int, lease_s: float, now: float, lane: Lane = EVERYTHING) -> tuple[Job, ...]:
        """Take up to ``most`` jobs, newest upload first in each band, for ``lease_s`` seconds."""
        has_expired, has_pending = self._look(now, lane)
        if not (has_expired or has_pending):
            return ()
        values = {"new_due": now + lease_s, "new_token": secrets.token_hex(16), "most": most}
        values |= lane._asdict()
        with self._database.write(durable=False) as connection:
            if has_expired:
                connection.execute(sa.update(JobRow).where(*_expired(now)).values(**_UNCLAIMED))
            claimed = sorted(_CLAIM.rows(connection, **values), reverse=True)
        return tuple(map(_job, claimed))

    def renew(self, jobs: Iterable[Job], lease_s: float, now: float) -> None:
        """Keep claims for ``lease_s`` more seconds; those that were lost stay lost."""
        with self._database.write(durable=False) as connection:
            for job in jobs:
                connection.execute(sa.update(JobRow).where(*_claimed(job)).values(due=now + lease_s))

    def crashed(self, job: Job) -> None:
        """Give a claim back after a crash: it is claimable again, and the attempt counts."""
        with self._database.write(durable=False) as connection:
            connection.execute(sa.update(JobRow).where(*_claimed(job)).values(**_UNCLAIMED))

    def release(self, job: Job) -> None:
        """Give a claim back unworked: the worker is going away, which is no fault of the job."""
        with self._database.write(durable=False) as connection:
            connection.execute(sa.update(JobRow).where(*_claimed(job)).values(**_RELEASED))

    def release_all(self) -> None:
        """Take all claims from workers that died (none is alive): a worker decodes nothing itself."""
        with self._database.write(durable=False) as connection:
            connection.execute(sa.update(JobRow).where(JobRow.state == _RUNNING).values(**_RELEASED))

    def remake(self, recipe: int, most: int) -> int:
        """Have up to ``most`` items indexed anew that an older recipe made; how many there were.

        They wait until nothing else does. What failed has another chance with the new recipe.
        """
        with self._database.write(durable=False) as connection:
            found = connection.execute(_OUTDATED, {"recipe": recipe, "most": most}).all()
            for person_id, sha256, added_at in found:
                _ENQUEUE.run(connection, **_remade(person_id, sha256, added_at))
            return len(found)

    def remake_all(self, kind: JobKind, recipes: str) -> None:
        """Have all films (FILM) or all files for televisions (TV) looked at again, unless it was these
        ``recipes`` the last time: what is up to date costs a look.

        What was given up has another chance.
        """
        name = f"{kind} recipes"
        with self._database.read() as connection:
            if _FOLLOWED.row(connection, name=name) == (recipes,):
                return
        with self._database.write(durable=False) as connection:
            given_up = connection.execute(_GIVEN_UP, {"kind": kind}).all()
            connection.execute(sa.delete(JobRow).where(JobRow.kind == kind, JobRow.state == _FAILED))
            for person_id, sha256, added_at in given_up:
                if kind is JobKind.FILM:  # such a video counts as failed until it is indexed
                    _ENQUEUE.run(connection, **_remade(person_id, sha256, added_at))
                else:
                    _REQUEST.run(connection, **_values(person_id, sha256, kind, added_at))
            for person_id, sha256, added_at in connection.execute(_REMADE[kind]).all():
                _REQUEST.run(connection, **_values(person_id, sha256, kind, added_at))
            connection.execute(sa.delete(SettingRow).where(SettingRow.name == name))
            connection.execute(sa.insert(SettingRow).values(name=name, value=recipes))

    def pause(self, *, is_paused: bool) -> None:
        """Whether new work may begin; outlasts a restart."""
        with self._database.write() as connection:
            connection.execute(sa.delete(SettingRow).where(SettingRow.name == _PAUSED))
            if is_paused:
                connection.execute(sa.insert(SettingRow).values(name=_PAUSED, value="yes"))

    def is_paused(self) -> bool:
        """Whether no new work may begin."""
        with self._database.read() as connection:
            return _IS_PAUSED.row(connection) is not None

    def finish(
        self,
        job: Job,
        metadata: Metadata,
        failure: Failure | None,
        recipe: int = 0,
        made: TvFile | None = None,
    ) -> bool:
        """Write what was learnt and end the job; False, changing nothing, when the claim was lost.

        ``metadata`` and ``recipe``, the one that was followed, count for INDEX alone. A video that is
        indexed has its film to be made next.
        """
        with self._database.write(durable=False) as connection:
            end = _END if failure is None else _FAIL
            if end.run(connection, claim=job.id, claim_token=job.token) == 0:
                return False
            if job.kind is JobKind.INDEX:
                record_outcome(connection, job.person_id, job.sha256, metadata, failure, recipe)
            elif job.kind is JobKind.TV:
                if made:
                    tv_names.record(connection, job.person_id, job.sha256, made)
            elif failure:
                record_failure(connection, job.person_id, job.sha256, failure)
            if job.kind is JobKind.INDEX and failure is None:
                _go_on(connection, job)
            if job.kind is JobKind.FILM:
                mark_stale(connection, job.person_id, job.sha256)
                _tell_televisions(connection, job)
            bump(connection, job.person_id)
            return True

    def request(self, person_id: int, sha256: str, kind: JobKind, now: float) -> State:
        """Ask for work on an item unless it was asked for: PENDING, or FAILED when it was given up."""
        known = self.state(person_id, sha256, kind)
        if known is None:
            with self._database.write(durable=False) as connection:
                values = _values(person_id, sha256, kind, now)
                _REQUEST.run(connection, **values)
        return known or State.PENDING

    def state(self, person_id: int, sha256: str, kind: JobKind) -> State | None:
        """PENDING while such a job waits or runs, FAILED when it was given up, None when there is none."""
        with self._database.read() as connection:
            row = _STATE.row(connection, person_id=person_id, sha256=sha256, kind=kind)
        if row is None:
            return None
        return State.FAILED if row[0] == _FAILED else State.PENDING

    def queue(self, person_id: int) -> Queue:
        """How many of this person's jobs wait, run and were given up."""
        with self._database.read() as connection:
            counts: dict[str, int] = dict(_QUEUE.rows(connection, person_id=person_id))
        return Queue(counts.get(_PENDING, 0), counts.get(_RUNNING, 0), counts.get(_FAILED, 0))

    def for_televisions(self, person_id: int) -> int:
        """How many files for televisions are still to be made; they are in no `queue`."""
        with self._database.read() as connection:
            (count,) = _FOR_TELEVISIONS.row(connection, person_id=person_id) or (0,)
            return int(count)

    def _look(self, now: float, lane: Lane) -> tuple[bool, bool]:
        """Whether claims have run out, and whether jobs wait. A look costs nothing; claiming locks."""
        with self._database.read() as connection:
            has_expired = _IS_EXPIRED.row(connection, now=now) is not None
            return has_expired, _IS_PENDING.row(connection, **lane._asdict()) is not None


def enqueue(connection: sa.Connection, person_id: int, sha256: str, now: float) -> None:
    """Ask for an item to be indexed (again), within the transaction that gives the reason."""
    _ENQUEUE.run(connection, **_values(person_id, sha256, JobKind.INDEX, now))


def waiting_pictures(most: int) -> sa.Select[int, str, int, int]:
    """The first jobs that wait to index something new: person_id, sha256, priority, id."""
    return (
        sa.select(JobRow.person_id, JobRow.sha256, JobRow.priority, JobRow.id)
        .where(JobRow.state == _PENDING, JobRow.priority >= _INDEX_BAND, JobRow.priority < _FULL_BAND)
        .order_by(JobRow.priority.desc(), JobRow.id.desc())
        .limit(sa.literal_column(str(most)))
    )


def anew(connection: sa.Connection, person_id: int, sha256: str, kind: JobKind, moment: float) -> None:
    """Ask for work (again), though it may be under way: what it finds then counts no more."""
    _ENQUEUE.run(connection, **_values(person_id, sha256, kind, moment))


def ask(connection: sa.Connection, person_id: int, sha256: str, kind: JobKind, moment: float) -> None:
    """Ask for work unless it was asked for, within the caller's transaction."""
    _REQUEST.run(connection, **_values(person_id, sha256, kind, moment))


def _job(row: Row) -> Job:
    _, id_, token, person_id, sha256, attempts, kind = row
    return Job(id_, token, person_id, sha256, attempts, JobKind(kind))


def _go_on(connection: sa.Connection, job: Job) -> None:
    """After an item was indexed: the film of a video, and another chance for what failed before."""
    key = {"person_id": job.person_id, "sha256": job.sha256}
    _FORGET_FAILED.run(connection, **key, kind=JobKind.FULL)
    kind, added_at = _ARRIVED.row(connection, **key) or (None, 0.0)
    if kind == Kind.VIDEO:
        _ENQUEUE.run(connection, **_values(job.person_id, job.sha256, JobKind.FILM, added_at))


def _tell_televisions(connection: sa.Connection, job: Job) -> None:
    """What they get may be the film that was: its size and digest are told anew, before other films are."""
    if tv_names.is_recorded(connection, job.person_id, job.sha256):
        values = _values(job.person_id, job.sha256, JobKind.TV, 0.0)
        _ENQUEUE.run(connection, **values | {"priority": _FIRST_FILM})


def _values(person_id: int, sha256: str, kind: JobKind, moment: float) -> dict[str, object]:
    priority = _BANDS[kind] + int(moment)
    return {"person_id": person_id, "sha256": sha256, "kind": kind, "priority": priority, **_FRESH}


def _remade(person_id: int, sha256: str, moment: float) -> dict[str, object]:
    """Indexing that waits until nothing new does."""
    priority = _REMAKE_BAND + int(moment)
    return _values(person_id, sha256, JobKind.INDEX, moment) | {"priority": priority}


def _claimed(job: Job) -> tuple[sa.ColumnElement[bool], ...]:
    return JobRow.id == job.id, JobRow.token == job.token


def _expired(now: float) -> tuple[sa.ColumnElement[bool], ...]:
    return JobRow.state == _RUNNING, JobRow.due <= now
