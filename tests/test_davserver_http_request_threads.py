"""Threads for requests over real sockets: how they grow while clients hold them up, and how they end."""

from __future__ import annotations

import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from davserver.http.connections import Connection
from davserver.http.request_threads import RequestThreads
from davserver.http.streams import ClientGone

LEAST = 2


class Clients:
    """Makes connections, keeps the clients' ends of them, and lets bytes drip out of these."""

    def __init__(self) -> None:
        self._ends: list[tuple[socket.socket, socket.socket]] = []
        self._is_over = threading.Event()
        self._drip = threading.Thread(target=self._send_now_and_then)

    def connect(self) -> Connection:
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        theirs.setblocking(False)
        self._ends.append((ours, theirs))
        return Connection(ours, "192.0.2.1", 1)

    def drip(self) -> None:
        """Every client there is by now sends a byte every few milliseconds."""
        self._drip.start()

    def close(self) -> None:
        self._is_over.set()
        if self._drip.is_alive():
            self._drip.join()
        for end in sum(self._ends, ()):
            end.close()

    def _send_now_and_then(self) -> None:
        theirs = [end for _, end in self._ends]
        while not self._is_over.wait(0.004):
            for end in theirs:
                with suppress(OSError):
                    end.send(b"x")


@pytest.fixture
def clients() -> Iterator[Clients]:
    clients = Clients()
    yield clients
    clients.close()


def read_long(connection: Connection) -> None:
    with suppress(ClientGone):
        connection.reader.expect(60, is_long=True)
        connection.reader.read(1_000_000)


def until(is_so: Callable[[], bool], within_s: float = 10) -> bool:
    deadline = time.monotonic() + within_s
    while not is_so() and time.monotonic() < deadline:
        time.sleep(0.01)
    return is_so()


def test_clients_that_drip_are_held_up_too(clients: Clients) -> None:
    """Each wait for a byte is short; a newcomer is served nevertheless."""
    served = threading.Event()
    dripping = [clients.connect() for _ in range(LEAST)]
    newcomer = clients.connect()
    threads = RequestThreads(
        lambda connection: served.set() if connection is newcomer else read_long(connection), LEAST
    )
    threads.start()
    clients.drip()
    for connection in dripping:
        threads.put(connection)
    time.sleep(0.2)
    threads.put(newcomer)
    assert until(lambda: not threads.grow())
    assert served.wait(10)
    threads.stop(0.1)


def test_a_connection_given_back_is_at_once_another_threads(clients: Clients) -> None:
    """The first thread may still be ending when the second serves it: the second is known as busy."""
    is_taken, has_ended = threading.Event(), threading.Event()
    connection = clients.connect()
    turns = iter((1, 2))

    def serve(connection: Connection) -> None:
        if next(turns) == 1:
            threads.put(connection)  # what the keeper does with a whole head
            is_taken.wait(10)
            return
        is_taken.set()
        read_long(connection)
        has_ended.set()

    threads = RequestThreads(serve, LEAST)
    threads.start()
    threads.put(connection)
    assert is_taken.wait(10)
    time.sleep(0.2)
    threads.stop(0.1)
    assert has_ended.is_set()


def test_stopping_gives_up_what_never_ends(
    clients: Clients, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("davserver.http.request_threads._GIVEN_UP_AFTER_S", 0.3)
    release = threading.Event()

    def serve(_: Connection) -> None:
        release.wait(60)

    threads = RequestThreads(serve, LEAST)
    threads.start()
    threads.put(clients.connect())
    time.sleep(0.1)
    began = time.monotonic()
    threads.stop(0.2)
    assert time.monotonic() - began < 10
    assert [record.levelno for record in caplog.records] == [logging.ERROR]
    release.set()


def test_no_more_threads_from_the_machine_is_no_failure(
    clients: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    served = threading.Semaphore(0)
    release = threading.Event()

    def serve(_: Connection) -> None:
        release.wait(10)
        served.release()

    threads = RequestThreads(serve, 1)
    threads.start()
    monkeypatch.setattr(threading.Thread, "start", _refuse_to_start)
    monkeypatch.setattr("davserver.http.request_threads._STALLED_S", -1.0)
    for _ in range(3):
        threads.put(clients.connect())
    release.set()
    assert all(served.acquire(timeout=10) for _ in range(3))
    monkeypatch.undo()
    threads.stop(1)


def _refuse_to_start(_: threading.Thread) -> None:
    raise RuntimeError("can't start new thread")
