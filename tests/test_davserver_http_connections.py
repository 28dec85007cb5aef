"""The keeper of connections with a real listener: it survives what they bring, and leaves nothing open."""

from __future__ import annotations

import gc
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from davserver.http.connections import Connection, ConnectionKeeper

HEAD = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


class Kept:
    """A keeper that runs in a thread, and the connections that it handed over."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.handed: list[Connection] = []
        self.has_handed = threading.Event()
        self.keeper = ConnectionKeeper(
            self.listener, hand_over=self._hand_over, on_tick=lambda: False, is_exempt=lambda _: False
        )
        self._thread = threading.Thread(target=self.keeper.run)
        self._thread.start()

    def connect(self) -> socket.socket:
        return socket.create_connection(self.listener.getsockname(), timeout=10)

    def stop(self) -> None:
        self.keeper.stop()
        self._thread.join(10)
        self.keeper.close()
        self.listener.close()

    def _hand_over(self, connection: Connection) -> None:
        self.handed.append(connection)
        self.has_handed.set()


@contextmanager
def running() -> Iterator[Kept]:
    kept = Kept()
    try:
        yield kept
    finally:
        kept.stop()
        for connection in kept.handed:
            connection.close()


@pytest.mark.parametrize(
    "broken",
    [
        "davserver.http.connections._has_head",
        "davserver.http.connections.ConnectionKeeper._collect",
        "davserver.http.connections.ConnectionKeeper._admit",
        "davserver.http.streams.Reader.has_data",
    ],
)
def test_a_connection_that_fails_ends_alone(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, broken: str
) -> None:
    with running() as kept:
        with monkeypatch.context() as patch:
            patch.setattr(broken, _fail)
            with kept.connect() as unlucky:
                unlucky.sendall(HEAD)
                assert not _receive(unlucky)
        with kept.connect() as client:
            client.sendall(HEAD)
            assert kept.has_handed.wait(10)
    assert len(caplog.records) == 1


def test_only_whole_heads_are_handed_over_and_come_back_for_the_next() -> None:
    with running() as kept, kept.connect() as client:
        for _ in range(2):
            client.sendall(HEAD[:10])
            assert not kept.has_handed.wait(0.1)
            client.sendall(HEAD[10:])
            assert kept.has_handed.wait(10)
            kept.has_handed.clear()
            connection = kept.handed[-1]
            assert connection.reader.read(connection.reader.head_bytes()) == HEAD
            kept.keeper.give_back(connection)


@pytest.mark.parametrize("is_farewell", [True, False])
def test_what_is_given_back_after_the_end_is_closed(is_farewell: bool) -> None:
    with running() as kept, kept.connect() as client:
        client.sendall(HEAD)
        assert kept.has_handed.wait(10)
        kept.stop()
        kept.keeper.give_back(kept.handed[0], is_farewell=is_farewell)
        assert not _receive(client)


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc")
def test_a_keeper_leaves_no_file_open() -> None:
    with running():
        pass
    gc.disable()
    try:
        before = len(os.listdir("/proc/self/fd"))
        kept = [Kept() for _ in range(5)]
        for each in kept:
            each.stop()
        assert len(os.listdir("/proc/self/fd")) == before
    finally:
        gc.enable()


def test_a_farewell_reads_away_what_is_still_sent() -> None:
    with running() as kept, kept.connect() as client:
        client.sendall(HEAD + bytes(1000))
        assert kept.has_handed.wait(10)
        connection = kept.handed[0]
        connection.writer.write(b"no", 1)
        connection.wire.socket.shutdown(socket.SHUT_WR)
        kept.keeper.give_back(connection, is_farewell=True)
        client.sendall(bytes(3_000_000))
        client.shutdown(socket.SHUT_WR)
        assert _receive(client) == b"no"
        deadline = time.monotonic() + 10
        while not connection.is_closed and time.monotonic() < deadline:
            time.sleep(0.01)
        assert connection.is_closed


def _receive(client: socket.socket) -> bytes:
    try:
        return b"".join(iter(lambda: client.recv(1 << 16), b""))
    except ConnectionError:
        return b""


def _fail(*_: object) -> None:
    raise RuntimeError("on purpose")
