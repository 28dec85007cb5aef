"""Takes what is pending and has it decoded, in processes of its own with limits of their own.

The worker claims jobs from the catalog, hands each to a spawned process, and writes the outcome
back. A process that hangs, eats memory or crashes is killed and costs one attempt of one job; after
`MOST_ATTEMPTS` the item is marked failed, its date still read from the parts that can be read.
"""

from __future__ import annotations

import functools
import logging
import math
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from indexer.catalog import Catalog
from indexer.catalog.jobs import FILMS, STILLS
from indexer.containment import Limits
from indexer.crew import Crew, PoolBroken
from indexer.derivatives import files
from indexer.derivatives.files import STILLS_RECIPE, Derivative, edition
from indexer.derivatives.large import LONGEST_WAIT_S
from indexer.errors import NoRoom
from indexer.glancing import Glancing
from indexer.knowledge import Metadata
from indexer.library import derivatives_folder
from indexer.model import Failure, Glimpse, Item, Job, JobKind, MediaType, Outcome, Task
from indexer.store import Store
from indexer.tending import Tending

_log = logging.getLogger(__name__)

MOST_ATTEMPTS = 2
LEASE_S = 600.0
_DEADLINE_S = 120.0
# A film on a small machine; seconds, also for each second of its length. More than derivatives/videos.py
# allows ffmpeg in all: that deadline words itself, this one is for what hangs beside it.
_FILM_S, _FOR_A_SECOND_S, _UNKNOWN_LENGTH_S, _MOST_FILM_S = 1140.0, 10.0, 600.0, 7 * 3600.0
_STILL_LIMITS = Limits(memory_bytes=2 << 30, file_bytes=1 << 30)
_FILM_LIMITS = Limits(memory_bytes=2 << 30, file_bytes=1 << 40, is_idle=True)
_RECYCLE_AFTER = 200
_REMADE_AT_ONCE = 200
_LATER = {JobKind.FILM: (Derivative.CLIP, Derivative.PLAYABLE), JobKind.TV: (Derivative.TV,)}
_LOOK_AGAIN_S = 2.0
_PAUSE_AFTER_ERROR_S = 5.0
_REGROUP_EVERY_S = 0.5


@dataclass(slots=True)
class Worker:
    """``processes`` decode at the same time. ``originals`` and ``derivatives`` as in the library."""

    catalog: Catalog
    originals: Store
    derivatives: Path
    processes: int = 1
    _renewed_at: float = field(default_factory=time.time, init=False)
    _regrouped_at: float = field(default=-math.inf, init=False)
    _is_all_remade: bool = field(default=False, init=False)
    _tending: Tending = field(init=False)

    def __post_init__(self) -> None:
        self._tending = Tending(self.catalog)

    def run(self, wake: threading.Event, stop: threading.Event) -> None:
        """Work until ``stop`` is set; ``wake`` makes it look for jobs at once.

        Raises PoolBroken, with the claimed jobs given back, for the caller to start a new process.
        """
        # A film may take hours; with processes of its own, it keeps no picture waiting.
        stills = Crew(STILLS, _STILL_LIMITS, self.processes, 1, _RECYCLE_AFTER)
        films = Crew(FILMS, _FILM_LIMITS, max(1, self.processes - 1), 0, _RECYCLE_AFTER)
        crews = stills, films
        glancing = Glancing(self.catalog, self.originals, stills, look)
        try:
            stills.prepare(_make_ready)
            while not stop.is_set():
                wake.clear()
                self._turn(crews, glancing, wake, stop)
                wake.wait(_LOOK_AGAIN_S)
        finally:
            for crew in crews:
                crew.close()
                for job in crew.jobs:
                    self.catalog.jobs.release(job)

    def drain(self) -> None:
        """Do everything that is pending, in the caller's process, no limits; for tests. Raises NoRoom."""
        jobs = None
        while jobs is None or jobs:  # there is grouping to be done where there is no job, too
            jobs = self.catalog.jobs.claim(16, LEASE_S, time.time())
            for job, task, _ in self._with_tasks(jobs):
                if not self._end(job, task, functools.partial(decode, task)):
                    raise NoRoom
            while self.catalog.groups.regroup_next():
                pass
            self._tending.finish()

    def _turn(
        self, crews: tuple[Crew, ...], glancing: Glancing, wake: threading.Event, stop: threading.Event
    ) -> None:
        try:
            self._work(crews, glancing, wake)
        except PoolBroken:
            raise
        except NoRoom as error:
            _log.warning("no photo can be prepared now: %s", error)
            stop.wait(_PAUSE_AFTER_ERROR_S)
        except Exception:  # noqa: BLE001 - the wall around the worker: whatever it is, photos must go on
            # The catalog is out of reach: what is claimed comes back by its lease.
            _log.exception("the worker could not go on; trying again")
            stop.wait(_PAUSE_AFTER_ERROR_S)

    def _work(self, crews: tuple[Crew, ...], glancing: Glancing, wake: threading.Event) -> None:
        if not all(self._collect(crew) for crew in crews):
            raise NoRoom
        glancing.collect()
        self._keep_claims(crews)
        for crew in crews:
            self._fill(crew, wake)
        self._regroup(crews[0], wake)
        if self.catalog.jobs.is_paused():
            return
        if crews[0].jobs:
            glancing.start(wake.set)
        else:
            self._tending.turn()

    def _regroup(self, stills: Crew, wake: threading.Event) -> None:
        """Group anew what is due; while photos keep coming, many at once, since neighbours share the work."""
        now = time.monotonic()
        if stills.jobs and now - self._regrouped_at < _REGROUP_EVERY_S:
            return
        self._regrouped_at = now
        if self.catalog.groups.regroup_next():
            wake.set()  # there may be more of it

    def _collect(self, crew: Crew) -> bool:
        """Write down what has ended; False when the disk had no room for some of it. Raises NoRoom."""
        had_room = True
        for job, task, future in crew.collect():
            try:
                had_room &= self._end(job, task, future.result)
            except NoRoom:
                # Not even the catalog could grow. What was decoded is not decoded again.
                crew.keep(job, task, future)
                raise
        return had_room

    def _keep_claims(self, crews: tuple[Crew, ...]) -> None:
        now = time.time()
        if abs(now - self._renewed_at) < LEASE_S / 3:
            return
        self._renewed_at = now
        self.catalog.jobs.renew([job for crew in crews for job in crew.jobs], LEASE_S, now)

    def _fill(self, crew: Crew, wake: threading.Event) -> None:
        if crew.free <= 0 or self.catalog.jobs.is_paused():
            return
        claimed = self.catalog.jobs.claim(crew.free, LEASE_S, time.time(), crew.lane)
        if not (claimed or crew.jobs or self._is_all_remade):
            self._is_all_remade = self._remake() == 0  # the next look finds them
        try:
            for job, task, most_s in self._with_tasks(claimed):
                crew.start(job, task, decode, most_s, wake.set)
        except PoolBroken:
            for job in claimed:
                if job not in crew.jobs:
                    self.catalog.jobs.release(job)
            raise

    def _remake(self) -> int:
        """Have made anew what older recipes made; how many items there were, if only a part was asked for."""
        outdated = self.catalog.jobs.remake(STILLS_RECIPE, _REMADE_AT_ONCE)
        if not outdated:
            for kind, made in _LATER.items():
                self.catalog.jobs.remake_all(kind, edition(*made))
        return outdated

    def _end(self, job: Job, task: Task, outcome_of: Callable[[], Outcome]) -> bool:
        """Write down what became of a job; False when it found the disk full, and waits again."""
        try:
            outcome = outcome_of()
        except Exception as error:  # noqa: BLE001 - whatever a decoder dies of
            self._note_crash(job, task, error)
            return True
        if outcome.found_no_room or outcome.must_wait:
            self.catalog.jobs.release(job)
            return outcome.must_wait
        failure = GAVE_UP if task.metadata_only else outcome.failure
        self.catalog.jobs.finish(job, outcome.metadata, failure, STILLS_RECIPE, outcome.tv)
        return True

    def _note_crash(self, job: Job, task: Task, error: Exception) -> None:
        _log.warning("decoding %s (%s) ended with %r", job.sha256, task.name, error)
        may_go_on = job.attempts < MOST_ATTEMPTS or job.kind is JobKind.INDEX
        if may_go_on and not task.metadata_only:
            self.catalog.jobs.crashed(job)
        else:
            # What earlier attempts or versions read stays.
            failure = replace(GAVE_UP, step=_STEPS[job.kind])
            self.catalog.jobs.finish(job, _metadata_of(self._item(job)), failure, STILLS_RECIPE)

    def _with_tasks(self, jobs: tuple[Job, ...]) -> Iterator[tuple[Job, Task, float]]:
        """The jobs with what the pipeline needs and the seconds that it may take.

        An item whose original is gone is marked failed at once.
        """
        for job in jobs:
            item = self._item(job)
            original = self.originals.find(job.sha256)
            if item is None or original is None:
                self.catalog.jobs.finish(job, _metadata_of(item), _ORIGINAL_MISSING, STILLS_RECIPE)
            else:
                yield job, self._task(job, item, original), deadline_of(job.kind, item)

    def _item(self, job: Job) -> Item | None:
        return self.catalog.items.get(job.person_id, job.sha256)

    def _task(self, job: Job, item: Item, original: Path) -> Task:
        return Task(
            original,
            MediaType(item.kind, item.mime, original.suffix),
            item.name,
            self.catalog.items.client_mtime(job.person_id, job.sha256),
            files.turned(derivatives_folder(self.derivatives, job.sha256), item.turn_deg),
            time.time(),
            metadata_only=job.attempts > MOST_ATTEMPTS and job.kind is JobKind.INDEX,
            kind=job.kind,
            hint=self.catalog.hints.get(job.person_id, job.sha256),
            turn_deg=item.turn_deg,
            lock_folder=self.derivatives,
        )


_ORIGINAL_MISSING = Failure(
    "original", "The stored file is missing from the server's disk; copy it again to heal it."
)
GAVE_UP = Failure(
    "derivatives",
    "Decoding this file was stopped twice: it crashed, took too long or needed too much memory.",
)
_STEPS = {
    JobKind.INDEX: "derivatives",
    JobKind.FILM: "film",
    JobKind.FULL: "full size",
    JobKind.TV: "television",
}


def deadline_of(kind: JobKind, item: Item) -> float:
    """How many seconds such a job may take: a film by its length, a picture as the worst ones need."""
    if kind is JobKind.INDEX or kind is JobKind.FULL:
        return _DEADLINE_S + LONGEST_WAIT_S
    return min(_MOST_FILM_S, _FILM_S + _FOR_A_SECOND_S * (item.metadata.duration_s or _UNKNOWN_LENGTH_S))


def _metadata_of(item: Item | None) -> Metadata:
    return item.metadata if item else Metadata()


def decode(task: Task) -> Outcome:
    """Run the pipeline; in a process of the crew, where alone the decoders are imported."""
    from indexer.pipeline import run

    return run(task)


def look(glimpses: tuple[Glimpse | None, ...]) -> tuple[str | None, ...]:
    """The placeholders of pictures that wait, as far as their files hold them; in a process of the crew."""
    from indexer.pipeline import placeholder_of

    return tuple(placeholder_of(one) if one else None for one in glimpses)


def _make_ready() -> None:
    """Have a process ready before the first photo comes: starting one takes a second or two."""
    from indexer.pipeline import make_ready

    make_ready()
