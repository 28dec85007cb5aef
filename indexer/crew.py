"""The processes that work on one lane of the ledger: each may die at any moment, the others go on."""

from __future__ import annotations

import math
import multiprocessing
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from typing import Any, TypeVar

from pebble import ProcessPool

from indexer.catalog.jobs import Lane
from indexer.containment import Limits, allow_cpu, contain, give_back_memory
from indexer.errors import LibraryError
from indexer.model import Job, Outcome, Task

Decode = Callable[[Task], Outcome]
Seen = TypeVar("Seen")
Found = TypeVar("Found")

_CPU_FOR_A_SECOND = 2  # a decoder may use more than one thread
_SLACK_S = 60.0  # a process is started before a job, or killed


class PoolBroken(LibraryError):
    """The processes cannot be used any more; only a worker that is started anew has others."""

    def __init__(self) -> None:
        super().__init__("The processes that decode have broken down; the server starts others.")


class Crew:
    """``processes`` work at the same time, ``spare`` jobs wait beside them, so that none waits for a claim.

    They start with the first work, and each is replaced after ``recycle_after`` jobs. Not to be shared
    between threads.
    """

    def __init__(self, lane: Lane, limits: Limits, processes: int, spare: int, recycle_after: int) -> None:
        self.lane = lane
        self._processes = processes
        self._spare = spare
        self._has_begun = False
        self._running: dict[Future[Outcome], tuple[Job, Task, float]] = {}  # and when it is overdue
        self._pool = ProcessPool(
            max_workers=processes,
            max_tasks=recycle_after,
            initializer=contain,
            initargs=(limits,),
            context=multiprocessing.get_context("spawn"),
        )

    @property
    def jobs(self) -> list[Job]:
        """What it works on."""
        return [job for job, _, _ in self._running.values()]

    @property
    def free(self) -> int:
        """How many more jobs it can take."""
        return self._processes + self._spare - len(self._running)

    def prepare(self, load: Callable[[], None]) -> None:
        """Start the processes and have each ``load`` what it will need. Raises PoolBroken."""
        for _ in range(self._processes):
            self._schedule(load, (), None)

    def start(
        self, job: Job, task: Task, decode: Decode, deadline_s: float, ended: Callable[[], None]
    ) -> None:
        """Have a process do this; ``ended`` is called from any thread. Raises PoolBroken."""
        future = self._schedule(_bounded, (decode, task, deadline_s), deadline_s)
        # One that waits beside comes after another's deadline; all of a lane that has spare jobs are alike.
        patience_s = (1 + self._spare) * deadline_s + _SLACK_S
        self._running[future] = job, task, time.monotonic() + patience_s
        future.add_done_callback(lambda _: ended())

    def run(self, look: Callable[[Seen], Found], seen: Seen, deadline_s: float) -> Future[Found]:
        """Have a process do what is no job; the future raises what it died of. Raises PoolBroken."""
        return self._schedule(_bounded, (look, seen, deadline_s), deadline_s)

    def collect(self) -> Iterator[tuple[Job, Task, Future[Outcome]]]:
        """What has ended; the future has the outcome or raises what the process died of.

        Whoever stops asking finds the rest the next time. Raises PoolBroken, in the end also for a job that
        no process takes: they may be alive, but stopped.
        """
        # Asking a pool how it is would start it.
        if self._has_begun and not self._pool.active:
            raise PoolBroken
        for future in [future for future in self._running if future.done()]:
            job, task, _ = self._running.pop(future)
            yield job, task, future
        if any(overdue_at < time.monotonic() for _, _, overdue_at in self._running.values()):
            raise PoolBroken

    def keep(self, job: Job, task: Task, future: Future[Outcome]) -> None:
        """Take back what was collected, to be collected again."""
        self._running[future] = job, task, math.inf

    def close(self) -> None:
        """Kill the processes; ``jobs`` tells what they did not finish."""
        self._pool.stop()  # type: ignore[no-untyped-call]
        self._pool.join()

    def _schedule(
        self, function: Callable[..., Any], arguments: tuple[object, ...], timeout_s: float | None
    ) -> Future[Any]:
        self._has_begun = True
        try:
            future: Future[Any] = self._pool.schedule(function, args=arguments, timeout=timeout_s)
        except Exception as error:
            raise PoolBroken from error
        return future


def _bounded(work: Callable[[Seen], Found], on: Seen, deadline_s: float) -> Found:
    allow_cpu(_CPU_FOR_A_SECOND * deadline_s)
    try:
        return work(on)
    finally:
        give_back_memory()
