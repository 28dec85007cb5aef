"""Takes what is pending and has it decoded, in processes of its own with limits of their own.

The worker claims jobs from the catalog, hands each to a spawned process, and writes the outcome
back. A process that hangs, eats memory or crashes is killed and costs one attempt of one job; after
`MOST_CRASHES` the item is marked failed, its date still read from the parts that can be read.
"""

from __future__ import annotations

import logging
import multiprocessing
import resource
import threading
import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, replace
from pathlib import Path

from pebble import ProcessExpired, ProcessPool

from indexer.catalog import Catalog
from indexer.library import derivatives_folder
from indexer.model import Failure, Job, MediaType, Metadata
from indexer.pipeline import Outcome, Task, run
from indexer.store import Store

_log = logging.getLogger(__name__)

MOST_CRASHES = 2
LEASE_S = 300.0
_DEADLINE_S = 120.0
_CPU_S = 100
_MEMORY_BYTES = 2 << 30
_RECYCLE_AFTER = 200
_LOOK_AGAIN_S = 2.0
_NICE = 10


@dataclass(frozen=True, slots=True)
class Worker:
    """``processes`` decode at the same time. ``originals`` and ``derivatives`` as in the library."""

    catalog: Catalog
    originals: Store
    derivatives: Path
    processes: int = 1

    def run(self, wake: threading.Event, stop: threading.Event) -> None:
        """Work until ``stop`` is set; ``wake`` makes it look for jobs at once."""
        pool = ProcessPool(
            max_workers=self.processes,
            max_tasks=_RECYCLE_AFTER,
            initializer=_limit_process,
            context=multiprocessing.get_context("spawn"),
        )
        running: dict[Future[Outcome], Job] = {}
        try:
            while not stop.is_set():
                wake.clear()
                self._fill(pool, running)
                self._wait(running, wake)
                self._collect(running)
        finally:
            for job in running.values():
                self.catalog.jobs.release(job)
            pool.stop()
            pool.join()

    def drain(self) -> None:
        """Do everything that is pending, in the caller's process, without limits; for tests."""
        while jobs := self.catalog.jobs.claim(16, LEASE_S, time.time()):
            for job in jobs:
                self._finish(job, lambda task: run(task))

    def _fill(self, pool: ProcessPool, running: dict[Future[Outcome], Job]) -> None:
        # One more than can run at once, so that no process ever waits for the catalog.
        free = self.processes + 1 - len(running)
        if free <= 0:
            return
        for job in self.catalog.jobs.claim(free, LEASE_S, time.time()):
            running[pool.schedule(run, args=[self._task(job)], timeout=_DEADLINE_S)] = job

    def _wait(self, running: dict[Future[Outcome], Job], wake: threading.Event) -> None:
        if running:
            wait(running, timeout=_LOOK_AGAIN_S, return_when=FIRST_COMPLETED)
        else:
            wake.wait(_LOOK_AGAIN_S)

    def _collect(self, running: dict[Future[Outcome], Job]) -> None:
        for future in [future for future in running if future.done()]:
            job = running.pop(future)
            self._finish(job, lambda task, future=future: future.result())

    def _finish(self, job: Job, outcome_of: Callable[[Task], Outcome]) -> None:
        try:
            outcome = outcome_of(self._task(job))
        except Exception as error:
            self._crashed(job, error)
            return
        self.catalog.jobs.finish(job, outcome.metadata, outcome.failure)
