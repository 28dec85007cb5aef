"""The HTTP layer of the whole server: hostile and stalled clients beside a real one, memory, stopping."""

from __future__ import annotations

import os
import re
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.clients import RawConnection, basic
from tests.server_process import PASSWORD, USER, ServerProcess, lay_account

_FILM_BYTES = 20_000_000


def head(server: ServerProcess, method: str, path: str, *more: str, user: str = USER) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", f"Host: {server.host}:{server.port}"]
    return "\r\n".join([*lines, f"Authorization: {basic(user, PASSWORD)}", *more, "", ""]).encode()


def connect(server: ServerProcess) -> RawConnection:
    return RawConnection(server.host, server.port)


def memory_bytes(server: ServerProcess, what: str) -> int:
    status = Path(f"/proc/{server.pid}/status").read_text()
    return int(re.findall(rf"{what}:\s+(\d+)", status)[0]) * 1024


@pytest.fixture
def loris(server: ServerProcess) -> Iterator[Callable[[], None]]:
    """500 clients that begin a request and go on with a byte now and then; call it to send one each."""
    with ExitStack() as stack:
        clients = [stack.enter_context(connect(server)) for _ in range(500)]

        def drip() -> None:
            for client in clients:
                client.send(b"G")

        drip()
        yield drip


def test_stalled_and_hostile_clients_do_not_stop_a_real_one(
    server: ServerProcess, loris: Callable[[], None]
) -> None:
    """60 paused downloads, 60 stalled uploads and 500 slow heads at once."""
    with server.client() as client, ExitStack() as stack:
        client.put("/Upload/film.mov", os.urandom(_FILM_BYTES))
        before = memory_bytes(server, "VmRSS")
        for n in range(60):
            stack.enter_context(connect(server)).send(head(server, "GET", "/Upload/film.mov"))
            upload = stack.enter_context(connect(server))
            upload.send(head(server, "PUT", f"/Upload/stalled-{n}.jpg", "Content-Length: 1000") + b"x")
        loris()
        worst_s = 0.0
        for n in range(20):
            began = time.monotonic()
            client.put(f"/Upload/real-{n}.jpg", b"real %d" % n)
            assert client.get(f"/Upload/real-{n}.jpg").body == b"real %d" % n
            worst_s = max(worst_s, time.monotonic() - began)
        with server.client() as newcomer:
            newcomer.get("/Upload/real-0.jpg")
        assert worst_s < 10  # a client that waits for a held-up thread waits for half a minute or more
        assert memory_bytes(server, "VmRSS") - before < 620 * 200_000  # for each of them little enough


@pytest.mark.parametrize("framing", ["Content-Length: 1073741824", "Transfer-Encoding: chunked"])
def test_refusing_a_gigabyte_early_costs_no_memory(server: ServerProcess, framing: str) -> None:
    with server.client() as client:
        client.get("/Upload/")
    before = memory_bytes(server, "VmHWM")
    block = bytes(1 << 20)
    piece = block if "Length" in framing else b"100000\r\n" + block + b"\r\n"
    with connect(server) as client:
        client.send(head(server, "PUT", "/Upload/huge.mov", framing, user="nobody"))
        with_error = False
        for _ in range(1024):
            try:
                client.send(piece)
            except OSError:
                with_error = True
                break
        if not with_error:
            answer = client.answer()
            assert answer is not None
            assert answer.status == 401
    assert memory_bytes(server, "VmHWM") - before < 16 << 20
    with server.client() as client:
        assert client.children("/Upload") == []


@pytest.mark.parametrize("path", ["/Upload/x.jpg", "/Library/x.jpg"])
def test_a_refused_upload_is_never_invited(shared_server: ServerProcess, path: str) -> None:
    """Facts 6 and 7: the 100 comes after authentication and every check."""
    expecting = ("Content-Length: 1000", "Expect: 100-Continue")
    with connect(shared_server) as client:
        client.send(head(shared_server, "PUT", path, *expecting, user="nobody"))
        assert client.socket.recv(100).startswith(b"HTTP/1.1 401 ")
    with connect(shared_server) as client:
        client.send(head(shared_server, "PUT", "/Library/x.jpg", *expecting))
        assert client.socket.recv(100).startswith(b"HTTP/1.1 403 ")


def test_an_upload_in_flight_is_finished_when_the_server_stops(
    tmp_path: Path, launch: Callable[..., ServerProcess]
) -> None:
    """And one that stands still is refused: nothing of it is ever seen."""
    lay_account(tmp_path / "data")
    server = launch(tmp_path / "data")
    data = os.urandom(3_000_000)
    with connect(server) as going, connect(server) as standing:
        standing.send(head(server, "PUT", "/Upload/standing.jpg", "Content-Length: 1000") + b"x" * 500)
        going.send(
            head(server, "PUT", "/Upload/going.jpg", f"Content-Length: {len(data)}") + data[:1_000_000]
        )
        time.sleep(0.5)
        os.kill(server.pid, signal.SIGTERM)
        for at in range(1_000_000, 3_000_000, 200_000):
            time.sleep(0.1)
            going.send(data[at : at + 200_000])
        answer = going.answer()
        assert answer is not None
        assert answer.status == 201
        refused = standing.answer()
        assert refused is None or refused.status >= 400
        with pytest.raises(OSError, match="refused"):
            connect(server)
    server.stop()
    server.start()
    with server.client() as client:
        assert client.children("/Upload") == ["/Upload/going.jpg"]
        assert client.get("/Upload/going.jpg").body == data
    assert server.staged() == []


def test_64_clients_at_once_all_get_their_own_answers(server: ServerProcess) -> None:
    wrong: list[str] = []

    def work(number: int) -> None:
        with server.client() as client:
            for n in range(8):
                path, data = f"/Upload/{number}-{n}.jpg", b"%d %d" % (number, n)
                client.put(path, data)
                if client.get(path).body != data:
                    wrong.append(path)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(64)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    with server.client() as client:
        assert len(client.children("/Upload")) == 64 * 8
    assert wrong == []


def test_answers_come_to_a_client_that_ends_its_side(shared_server: ServerProcess) -> None:
    with connect(shared_server) as client:
        client.send(head(shared_server, "OPTIONS", "/"))
        client.socket.shutdown(socket.SHUT_WR)
        answer = client.answer()
        assert answer is not None
        assert answer.status == 200
