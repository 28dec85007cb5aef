"""The processes of a lane: real ones, that work, hang, eat memory and die."""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import TimeoutError as PoolTimeout
from pathlib import Path

import pytest

from indexer.catalog.jobs import STILLS
from indexer.containment import Limits
from indexer.crew import Crew, Decode, PoolBroken
from indexer.knowledge import Metadata
from indexer.model import Job, Kind, MediaType, Outcome, Task

LIMITS = Limits(memory_bytes=1 << 30, file_bytes=1 << 20)


class Tried:
    """A crew, and what became of the tasks it was given."""

    def __init__(self) -> None:
        self.ended = threading.Event()
        self.crew = Crew(STILLS, LIMITS, processes=1, spare=1, recycle_after=100)

    def outcome_of(self, decode: Decode, deadline_s: float = 30.0) -> Outcome:
        self.start(1, decode, deadline_s)
        assert self.ended.wait(40)
        ((job, task, future),) = self.crew.collect()
        assert (job.id, task.name) == (1, "a.jpg")
        return future.result()

    def start(self, number: int, decode: Decode, deadline_s: float = 30.0) -> None:
        self.ended.clear()
        job = Job(number, "token", 1, "0" * 64, 1)
        task = Task(
            Path("/nowhere"), MediaType(Kind.IMAGE, "image/jpeg", ".jpg"), "a.jpg", None, Path("/"), 0.0
        )
        self.crew.start(job, task, decode, deadline_s, self.ended.set)


@pytest.fixture
def tried() -> Iterator[Tried]:
    tried = Tried()
    yield tried
    tried.crew.close()


def work(task: Task) -> Outcome:
    return Outcome(Metadata(place=task.name), None)


def tell_process(_task: Task) -> Outcome:
    return Outcome(Metadata(place=str(os.getpid())), None)


def hang(_task: Task) -> Outcome:
    time.sleep(300)
    raise AssertionError


def compute_for_ever(_task: Task) -> Outcome:
    # As a decoder in C would: deaf to every signal that can be ignored.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    while True:
        pass


def eat_memory(_task: Task) -> Outcome:
    eaten = [bytes(1 << 24) for _ in range(1000)]
    raise AssertionError(len(eaten))


def die(_task: Task) -> Outcome:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def call_home(_task: Task) -> Outcome:
    socket.create_connection(("127.0.0.1", 9), 1)
    raise AssertionError


def test_work(tried: Tried) -> None:
    assert tried.outcome_of(work) == Outcome(Metadata(place="a.jpg"), None)
    assert (tried.crew.free, tried.crew.jobs, list(tried.crew.collect())) == (2, [], [])


def test_one_that_waits_beside(tried: Tried) -> None:
    for number, left in ((1, 1), (2, 0)):
        tried.start(number, hang)
        assert tried.crew.free == left
    assert [job.id for job in tried.crew.jobs] == [1, 2]
    assert list(tried.crew.collect()) == []


def test_what_ended_and_was_not_asked_for_is_kept(tried: Tried) -> None:
    """The catalog may be out of reach when the first outcome is to be written."""
    for number in (1, 2):
        tried.start(number, work)
        assert tried.ended.wait(40)
    assert next(tried.crew.collect())[0].id == 1
    ((job, task, future),) = tried.crew.collect()
    tried.crew.keep(job, task, future)
    assert [job.id for job, _, _ in tried.crew.collect()] == [2]


@pytest.mark.parametrize("decode", [hang, compute_for_ever])
def test_one_that_does_not_end_is_killed(tried: Tried, decode: Decode) -> None:
    with pytest.raises(PoolTimeout):
        tried.outcome_of(decode, deadline_s=1.0)
    assert tried.outcome_of(work).failure is None


@pytest.mark.parametrize(
    ("decode", "end"), [(eat_memory, "MemoryError"), (die, "ProcessExpired"), (call_home, "PermissionError")]
)
def test_whatever_one_dies_of_the_next_is_done(tried: Tried, decode: Decode, end: str) -> None:
    with pytest.raises(Exception) as raised:  # noqa: PT011 - the names are the cases
        tried.outcome_of(decode)
    assert raised.type.__name__ == end
    assert tried.outcome_of(work).failure is None


def test_processes_that_were_stopped_are_given_up(tried: Tried, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its deadline begins when a process takes a job, and here none does."""
    monkeypatch.setattr("indexer.crew._SLACK_S", 1.0)
    process = int(tried.outcome_of(tell_process).metadata.place or "")
    os.kill(process, signal.SIGSTOP)
    tried.start(2, work, deadline_s=1.0)
    time.sleep(2.0)
    assert list(tried.crew.collect()) == [], "another might have been at work for so long"
    time.sleep(1.5)
    with pytest.raises(PoolBroken):
        list(tried.crew.collect())
    assert [job.id for job in tried.crew.jobs] == [2]
    tried.crew.close()
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


def test_closed_it_takes_nothing(tried: Tried) -> None:
    tried.start(1, hang)
    tried.crew.close()
    assert [job.id for job in tried.crew.jobs] == [1]
    with pytest.raises(PoolBroken):
        tried.start(2, work)
    with pytest.raises(PoolBroken):
        list(tried.crew.collect())
