"""Takes what is pending and has it decoded, in processes of its own with limits of their own.

The worker claims jobs from the catalog, hands each to a spawned process, and writes the outcome
back. A process that hangs, eats memory or crashes is killed and costs one attempt of one job; after
`MOST_CRASHES` the item is marked failed, its date still read from the parts that can be read.
"""

from __future__ import annotations

import functools
import logging
import multiprocessing
import os
import resource
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pebble import ProcessPool

from indexer.catalog import Catalog
from indexer.derivatives.files import RECIPE
from indexer.errors import NoRoom
from indexer.knowledge import Metadata
from indexer.library import derivatives_folder
from indexer.model import Failure, Item, Job, MediaType, Outcome, Task
from indexer.store import Store

Running = dict[Future[Outcome], tuple[Job, Task]]

_log = logging.getLogger(__name__)

MOST_CRASHES = 3
LEASE_S = 600.0
_DEADLINE_S = 120
_MEMORY_BYTES = 2 << 30
_RECYCLE_AFTER = 200
_LOOK_AGAIN_S = 2.0
_PAUSE_AFTER_ERROR_S = 5.0
_NICE = 19  # whoever copies or looks at photos goes first


class PoolBroken(Exception):
    """The processes cannot be used any more; only a worker that is started anew has others."""


@dataclass(frozen=True, slots=True)
class Worker:
    """``processes`` decode at the same time. ``originals`` and ``derivatives`` as in the library."""

    catalog: Catalog
    originals: Store
    derivatives: Path
    processes: int = 1

    def run(self, wake: threading.Event, stop: threading.Event) -> None:
        """Work until ``stop`` is set; ``wake`` makes it look for jobs at once.

        Raises PoolBroken, with the claimed jobs given back, for the caller to start a new process.
        """
        pool = ProcessPool(
            max_workers=self.processes,
            max_tasks=_RECYCLE_AFTER,
            initializer=_limit_process,
            context=multiprocessing.get_context("spawn"),
        )
        running: Running = {}
        try:
            for _ in range(self.processes):
                _schedule(pool, _load_decoders)
            while not stop.is_set():
                wake.clear()
                self._turn(pool, running, wake, stop)
                wake.wait(_LOOK_AGAIN_S)
        finally:
            pool.stop()  # type: ignore[no-untyped-call]
            pool.join()
            for job, _ in running.values():
                self.catalog.jobs.release(job)

    def drain(self) -> None:
        """Do everything that is pending, in the caller's process, without limits; for tests."""
        while jobs := self.catalog.jobs.claim(16, LEASE_S, time.time()):
            for job, task in self._with_tasks(jobs):
                self._end(job, task, functools.partial(decode, task))

    def _turn(
        self,
        pool: ProcessPool,
        running: Running,
        wake: threading.Event,
        stop: threading.Event,
    ) -> None:
        if not pool.active:
            raise PoolBroken("the pool of processes has broken down")
        try:
            self._collect(running)
            self._fill(pool, running, wake)
        except PoolBroken:
            raise
        except NoRoom as error:
            _log.warning("no photo can be prepared now: %s", error)
            stop.wait(_PAUSE_AFTER_ERROR_S)
        except Exception:  # noqa: BLE001 - the wall around the worker: whatever it is, photos must go on
            # The catalog is out of reach: what is claimed comes back by its lease.
            _log.exception("the worker could not go on; trying again")
            stop.wait(_PAUSE_AFTER_ERROR_S)

    def _fill(self, pool: ProcessPool, running: Running, wake: threading.Event) -> None:
        # One more than can run at once, so that no process ever waits for the catalog.
        free = self.processes + 1 - len(running)
        if free <= 0:
            return
        claimed = self.catalog.jobs.claim(free, LEASE_S, time.time())
        try:
            for job, task in self._with_tasks(claimed):
                future = _schedule(pool, decode, task)
                running[future] = job, task
                future.add_done_callback(lambda _: wake.set())
        except PoolBroken:
            given = [job for job, _ in running.values()]
            for job in claimed:
                if job not in given:
                    self.catalog.jobs.release(job)
            raise

    def _collect(self, running: Running) -> None:
        for future in [future for future in running if future.done()]:
            self._end(*running.pop(future), future.result)

    def _end(self, job: Job, task: Task, outcome_of: Callable[[], Outcome]) -> None:
        try:
            outcome = outcome_of()
        except Exception as error:  # noqa: BLE001 - whatever a decoder dies of
            self._note_crash(job, task, error)
            return
        failure = _GAVE_UP if task.metadata_only else outcome.failure
        self.catalog.jobs.finish(job, outcome.metadata, failure, RECIPE)

    def _note_crash(self, job: Job, task: Task, error: Exception) -> None:
        _log.warning("decoding %s (%s) ended with %r", job.sha256, task.name, error)
        if task.metadata_only:
            # What earlier attempts or versions read stays.
            self.catalog.jobs.finish(job, _metadata_of(self._item(job)), _GAVE_UP)
        else:
            self.catalog.jobs.crashed(job)

    def _with_tasks(self, jobs: tuple[Job, ...]) -> Iterator[tuple[Job, Task]]:
        """The jobs with what the pipeline needs; an item whose original is gone is marked failed at once."""
        for job in jobs:
            item = self._item(job)
            original = self.originals.find(job.sha256)
            if item is None or original is None:
                self.catalog.jobs.finish(job, _metadata_of(item), _ORIGINAL_MISSING)
            else:
                yield job, self._task(job, item, original)

    def _item(self, job: Job) -> Item | None:
        return self.catalog.items.get(job.person_id, job.sha256)

    def _task(self, job: Job, item: Item, original: Path) -> Task:
        return Task(
            original,
            MediaType(item.kind, item.mime, original.suffix),
            item.name,
            self.catalog.items.client_mtime(job.person_id, job.sha256),
            derivatives_folder(self.derivatives, job.sha256),
            time.time(),
            metadata_only=job.attempts > MOST_CRASHES,
            kind=job.kind,
        )


_ORIGINAL_MISSING = Failure(
    "original", "The stored file is missing from the server's disk; copy it again to heal it."
)
_GAVE_UP = Failure(
    "derivatives",
    "Decoding this file was stopped three times: it crashed, took too long or needed too much memory.",
)


def _metadata_of(item: Item | None) -> Metadata:
    return item.metadata if item else Metadata()


def _schedule(pool: ProcessPool, function: Callable[..., Any], *arguments: Task) -> Future[Any]:
    try:
        future: Future[Any] = pool.schedule(function, args=arguments, timeout=_DEADLINE_S)
    except Exception as error:
        raise PoolBroken("the pool of processes takes no more work") from error
    return future


def decode(task: Task) -> Outcome:
    """Run the pipeline; in a process of the pool, where alone the decoders are imported."""
    from indexer.pipeline import run

    return run(task)


def _load_decoders() -> None:
    """Have a process ready before the first photo comes: starting one takes a second."""
    import indexer.pipeline  # noqa: F401


def _limit_process() -> None:
    """Bound what a hostile file can do to the machine; the deadline is the pool's."""
    os.nice(_NICE)
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
