"""The worker as a child: real small processes that are woken, killed, replaced and stopped."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from davserver import worker_process as module
from davserver.worker_process import WorkerProcess, bare

# Each line of the log is what a child saw: its start, each wake (some at once), the end of its input.
FOLLOWS = """
import os, sys
log = os.open(sys.argv[1], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
os.write(log, b"start %d\\n" % os.getpid())
while os.read(0, 4096):
    os.write(log, b"wake\\n")
os.write(log, b"end\\n")
"""
DEAF = """
import os, signal, sys, time
log = os.open(sys.argv[1], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
os.write(log, b"start %d\\n" % os.getpid())
time.sleep(300)
"""


class Child:
    """A worker process with this program, and what it and its reclaimer noted."""

    def __init__(self, folder: Path, program: str) -> None:
        self.log = folder / "log"
        self.reclaimed = 0
        self.worker = WorkerProcess(
            [sys.executable, "-S", "-c", program, str(self.log)], os.environ, self._reclaim
        )

    def _reclaim(self) -> None:
        self.reclaimed += 1

    def lines(self, kind: str) -> list[str]:
        seen = self.log.read_text().splitlines() if self.log.exists() else []
        return [line for line in seen if line.startswith(kind)]

    def wait_for(self, kind: str, count: int) -> None:
        wait_until(lambda: len(self.lines(kind)) >= count)

    def pid(self) -> int:
        return int(self.lines("start")[-1].split()[1])


def wait_until(is_true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not is_true():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.01)


@pytest.fixture
def child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Child]:
    monkeypatch.setattr(module, "_PAUSE_S", 0.05)
    child = Child(tmp_path, FOLLOWS)
    yield child
    child.worker.stop()


@pytest.fixture
def deaf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Child]:
    monkeypatch.setattr(module, "_STOPPING_S", 0.1)
    child = Child(tmp_path, DEAF)
    yield child
    child.worker.stop()


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_secrets_stay_with_the_server() -> None:
    kept = {"PATH": "/bin", "LC_ALL": "C.UTF-8", "PYTHONPATH": "/code", "PHOTOCLOUD_WORKERS": "2"}
    assert bare({**kept, "AWS_SECRET_ACCESS_KEY": "x", "SSH_AUTH_SOCK": "/run/x", "LCD": "x"}) == kept


def test_it_is_woken_and_stopped(child: Child) -> None:
    child.worker.wake()
    child.worker.start()
    child.wait_for("start", 1)
    child.worker.wake()
    child.wait_for("wake", 1)
    child.worker.stop()
    assert child.lines("end") == ["end"]
    child.worker.wake()
    child.worker.stop()
    assert not is_alive(child.pid())


def test_a_dead_one_is_replaced_when_its_claims_are_given_back(child: Child) -> None:
    child.worker.start()
    for number in (1, 2):
        child.wait_for("start", number)
        assert child.reclaimed == number
        os.kill(child.pid(), signal.SIGKILL)
    child.wait_for("start", 3)
    child.worker.wake()
    child.wait_for("wake", 1)


def test_trouble_with_a_start_is_tried_again(child: Child, monkeypatch: pytest.MonkeyPatch) -> None:
    child.worker.start()
    child.wait_for("start", 1)
    troubles = iter([OSError("no memory"), OSError("no memory")])

    def troubled() -> None:
        for trouble in troubles:
            raise trouble

    monkeypatch.setattr(child.worker, "_reclaim", troubled)
    os.kill(child.pid(), signal.SIGKILL)
    child.wait_for("start", 2)


def test_none_is_started_after_the_stop(child: Child, monkeypatch: pytest.MonkeyPatch) -> None:
    """The stop comes while a dead worker's claims are being given back."""
    child.worker.start()
    child.wait_for("start", 1)
    monkeypatch.setattr(child.worker, "_reclaim", child.worker.stop)
    os.kill(child.pid(), signal.SIGKILL)
    child.worker._supervisor.join(20)
    assert not child.worker._supervisor.is_alive()
    assert len(child.lines("start")) == 1


def test_waking_never_waits(deaf: Child) -> None:
    deaf.worker.start()
    for _ in range(100_000):
        deaf.worker.wake()


def test_one_that_does_not_end_is_killed(deaf: Child) -> None:
    deaf.worker.start()
    deaf.wait_for("start", 1)
    deaf.worker.stop()
    assert not is_alive(deaf.pid())
