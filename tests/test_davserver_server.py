"""The HTTP server with a tiny application: what clients of every sort get, and what they cannot do."""

from __future__ import annotations

import errno
import io
import logging
import os
import select
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from config.settings import parse_networks
from davserver.http.proxies import TrustedProxies
from davserver.http.streams import StoredBytes
from davserver.http.tls import Certificate
from davserver.server import AddressUnusable, Server, make_server
from tests.certificates import make_certificate
from tests.clients import RawConnection

Environ = dict[str, Any]
THREADS = 4
# What goes wrong takes 20 seconds or more; a slow machine does not.
SOON_S = 10
_FILE_BYTES = 30_000_000


class _FailingFile(io.BytesIO):
    """A file on a disk that fails."""

    def readinto(self, _: Any) -> int:
        raise OSError(errno.EIO, os.strerror(errno.EIO))


class App:
    """Answers by path; remembers the requests it was asked to answer."""

    def __init__(self, folder: Path) -> None:
        self.seen: list[Environ] = []
        self.file = folder / "file"
        self.file.write_bytes(bytes(range(250)) * (_FILE_BYTES // 250))

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        self.seen.append(environ)
        answer: Callable[[Environ, Callable[..., Any]], Iterable[bytes]] = getattr(
            self, environ["PATH_INFO"].strip("/") or "hello"
        )
        return answer(environ, start_response)

    def hello(self, _: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"hello"]

    def refuse(self, _: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        start_response("403 Forbidden", [("Content-Length", "2")])
        return [b"no"]

    def echo(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        try:
            body = environ["wsgi.input"].read()
        except ValueError:
            start_response("400 Bad Request", [])
            return [b"broken"]
        start_response("200 OK", [])
        return [body]

    def stored(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        start_response("200 OK", [])
        stored: Iterable[bytes] = environ["wsgi.file_wrapper"](self.file.open("rb"))
        return stored

    def stream(self, _: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        start_response("200 OK", [])
        return iter([b"", b"a" * 10, b"", b"b" * 300_000])

    def short(self, _: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        start_response("200 OK", [("Content-Length", "10")])
        return [b"short"]

    def long(self, _: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        start_response("200 OK", [("Content-Length", "4")])
        return iter([b"long", b" answer"])

    def empty(self, _: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        start_response("204 No Content", [])
        return [b"must not be sent"]

    def unchanged(self, _: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        start_response("304 Not Modified", [("ETag", '"a"')])
        return []

    def unreadable(self, _: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        start_response("200 OK", [])
        return StoredBytes(_FailingFile(), size_bytes=_FILE_BYTES)

    def fail(self, _: Environ, __: Callable[..., Any]) -> Iterable[bytes]:
        raise RuntimeError("on purpose")

    def inject(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        start_response("200 OK", [("X-Name", "a\r\nSet-Cookie: b")])
        return [b"x"]

    def slow(self, _: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        time.sleep(0.7)
        start_response("200 OK", [])
        return [b"slow"]


@pytest.fixture
def app(tmp_path: Path) -> App:
    return App(tmp_path)


@contextmanager
def running(app: App, **options: Any) -> Iterator[Server]:
    server = make_server(app, "127.0.0.1", 0, THREADS, **options)
    thread = threading.Thread(target=server.serve)
    thread.start()
    yield server
    server.stop()
    thread.join(10)
    assert not thread.is_alive()


@pytest.fixture
def server(app: App) -> Iterator[Server]:
    with running(app) as server:
        yield server


def connect(server: Server) -> RawConnection:
    return RawConnection("127.0.0.1", server.bind_addr[1])


def request(target: str = "/", method: str = "GET", headers: str = "", version: str = "1.1") -> bytes:
    return f"{method} {target} HTTP/{version}\r\nHost: photos\r\n{headers}\r\n".encode()


def answers_soon(server: Server) -> bool:
    began = time.monotonic()
    with connect(server) as client:
        client.send(request())
        answer = client.answer()
    assert answer is not None
    assert answer.body == b"hello"
    return time.monotonic() - began < SOON_S


def test_requests_one_after_the_other_on_one_connection(server: Server) -> None:
    with connect(server) as client:
        for pause_s in (0.0, 0.0, 0.1, 0.0):
            client.send(request())
            answer = client.answer()
            assert answer is not None
            assert (answer.status, answer.body) == (200, b"hello")
            assert answer.headers["Content-Length"] == "5"
            time.sleep(pause_s)


def test_requests_sent_all_at_once_are_answered_in_order(server: Server) -> None:
    with connect(server) as client:
        client.send(
            request()
            + request("/stream")
            + request("/echo", "PUT", "Content-Length: 3\r\n")
            + b"abc"
            + request("/empty")
        )
        bodies = [answer.body for _ in range(4) if (answer := client.answer())]
    assert bodies == [b"hello", b"a" * 10 + b"b" * 300_000, b"abc", b""]


def test_head_and_first_bytes_leave_together(server: Server) -> None:
    with connect(server) as client:
        client.send(request())
        assert client.socket.recv(10_000).endswith(b"\r\n\r\nhello")


@pytest.mark.parametrize(
    ("sent", "body", "is_kept"),
    [
        (request(version="1.0"), b"hello", False),
        (request(version="1.0", headers="Connection: keep-alive\r\n"), b"hello", True),
        (request(headers="Connection: close\r\n"), b"hello", False),
        (request("/stream", version="1.0"), b"a" * 10 + b"b" * 300_000, False),
        (request("/empty"), b"", True),
    ],
)
def test_the_connection_is_kept_when_it_may(server: Server, sent: bytes, body: bytes, is_kept: bool) -> None:
    with connect(server) as client:
        client.send(sent)
        answer = client.answer()
        assert answer is not None
        assert answer.body == body
        client.send(request())
        assert (client.answer() is not None) is is_kept


def test_head_answers_without_a_body(server: Server) -> None:
    with connect(server) as client:
        for target in ("/", "/stream", "/stored"):
            client.send(request(target, "HEAD"))
            answer = client.answer("HEAD")
            assert answer is not None
            assert answer.status == 200
        client.send(request())
        assert client.answer() is not None


def test_a_stored_file_is_sent_with_its_length(server: Server, app: App) -> None:
    with connect(server) as client:
        for _ in range(2):
            client.send(request("/stored"))
            answer = client.answer()
            assert answer is not None
            assert answer.headers["Content-Length"] == str(_FILE_BYTES)
            assert answer.body == app.file.read_bytes()


@pytest.mark.parametrize(
    ("target", "body"),
    [("/long", b"long"), ("/fail", b"The server failed.\n"), ("/inject", b"The server failed.\n")],
)
def test_a_failing_application_harms_nobody(server: Server, target: str, body: bytes) -> None:
    with connect(server) as client:
        client.send(request(target))
        answer = client.answer()
        assert answer is not None
        assert answer.body == body
        assert "Set-Cookie" not in answer.headers
    assert answers_soon(server)


def test_an_answer_that_is_too_short_ends_the_connection(server: Server) -> None:
    with connect(server) as client:
        client.send(request("/short"))
        assert client.socket.recv(1000).endswith(b"short")
        assert client.is_silent(5)


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"nonsense\r\n\r\n", 400),
        (b"GET / HTTP/1.1\n\n", 400),
        (b"GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (b"GET / HTTP/3.0\r\n\r\n", 505),
        (b"GET /" + b"a" * 70_000, 414),
        (b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 20_000, 431),
        (b"\x16\x03\x01\x02\x00\x01", 400),
        (b"PUT /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n", 501),
        (b"PUT /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
    ],
)
def test_malformed_requests_get_their_answer_and_the_connection_ends(
    server: Server, sent: bytes, status: int
) -> None:
    with connect(server) as client:
        client.send(sent)
        answer = client.answer()
        assert answer is not None
        assert answer.status == status
        assert answer.headers["Connection"] == "close"
        client.finish()
        assert client.answer() is None


@pytest.mark.parametrize(
    "framing",
    [
        "Content-Length: 100000\r\n",
        "Transfer-Encoding: chunked\r\n",
        "Content-Length: 40\r\nExpect: 100-continue\r\n",
    ],
)
def test_what_follows_a_refused_body_is_no_request(server: Server, app: App, framing: str) -> None:
    with connect(server) as client:
        client.send(request("/refuse", "PUT", framing))
        answer = client.answer()
        assert answer is not None
        assert answer.status == 403
        client.send(request("/hello", "DELETE"))
        assert client.answer() is None
    assert [environ["REQUEST_METHOD"] for environ in app.seen] == ["PUT"]


def test_a_short_refused_body_that_came_along_is_read_away(server: Server) -> None:
    with connect(server) as client:
        for framing, body in (
            ("Content-Length: 3\r\n", b"abc"),
            ("Transfer-Encoding: chunked\r\n", b"3\r\nabc\r\n0\r\n\r\n"),
        ):
            client.send(request("/refuse", "PUT", framing) + body)
            answer = client.answer()
            assert answer is not None
            assert "Connection" not in answer.headers


def test_a_refused_client_that_goes_on_sending_can_read_why(server: Server) -> None:
    with connect(server) as client:
        client.send(request("/refuse", "PUT", "Content-Length: 50000000\r\n"))
        for _ in range(50):
            client.send(bytes(1_000_000))
        answer = client.answer()
        assert answer is not None
        assert answer.status == 403


@pytest.mark.parametrize("value", ["100-continue", "100-Continue"])
def test_the_body_is_invited_only_when_it_is_wanted(server: Server, value: str) -> None:
    expecting = f"Content-Length: 3\r\nExpect: {value}\r\n"
    with connect(server) as client:
        client.send(request("/echo", "PUT", expecting))
        assert client.socket.recv(1000) == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.send(b"abc")
        answer = client.answer()
        assert answer is not None
        assert answer.body == b"abc"
        client.send(request("/refuse", "PUT", expecting))
        assert client.socket.recv(1000).startswith(b"HTTP/1.1 403 ")
        assert client.is_silent(5)


@pytest.mark.parametrize(("target", "status"), [("/empty", 204), ("/unchanged", 304)])
def test_an_answer_that_never_has_a_body_tells_no_length(server: Server, target: str, status: int) -> None:
    """RFC 9110 8.6: it is forbidden in a 204, and in a 304 it would be that of the whole file."""
    with connect(server) as client:
        client.send(request(target))
        answer = client.answer()
        assert answer is not None
        assert answer.status == status
        assert "Content-Length" not in answer.headers


def test_a_failing_disk_is_told_and_a_leaving_client_is_not(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    with connect(server) as client:
        client.send(request("/stored"))
        client.socket.recv(100)
    with connect(server) as client:
        client.send(request("/unreadable"))
        while client.socket.recv(100_000):
            pass
    assert answers_soon(server)
    told = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert [record.exc_info and record.exc_info[0] for record in told] == [OSError]


def test_unfinished_heads_cost_no_thread(server: Server) -> None:
    with ExitStack() as stack:
        for n in range(500):
            stack.enter_context(connect(server)).send(b"GET / HTTP/1.1\r\nHost: x\r\n"[: n % 25])
        assert answers_soon(server)


def test_paused_downloads_and_stalled_uploads_keep_nobody_out(server: Server, app: App) -> None:
    """And the downloads go on when the player does."""
    with ExitStack() as stack:
        paused = [stack.enter_context(connect(server)) for _ in range(12)]
        for client in paused:
            client.send(request("/stored"))
        for _ in range(12):
            stack.enter_context(connect(server)).send(request("/echo", "PUT", "Content-Length: 9\r\n") + b"x")
        time.sleep(0.5)
        assert all(answers_soon(server) for _ in range(5))
        answer = paused[0].answer()
        assert answer is not None
        assert answer.body == app.file.read_bytes()


def test_beyond_all_threads_the_longest_idler_makes_room(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("davserver.http.request_threads._MAY_BE_LET_GO_S", 0.3)
    with ExitStack() as stack:
        for _ in range(THREADS * 8):
            stack.enter_context(connect(server)).send(request("/echo", "PUT", "Content-Length: 9\r\n") + b"x")
        time.sleep(1.5)
        assert answers_soon(server)


def test_a_head_must_come_in_time(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("davserver.http.connections._HEAD_S", 0.5)
    with connect(server) as silent, connect(server) as slow:
        for byte in b"\r\nGET":
            slow.send(bytes([byte]))
            time.sleep(0.05)
        answer = slow.answer()
        assert answer is not None
        assert answer.status == 408
        assert silent.answer() is None


def test_a_body_must_come_in_time(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("davserver.http.exchange._BODY_S", 0.3)
    with connect(server) as client:
        client.send(request("/echo", "POST", "Content-Length: 9\r\n") + b"x")
        answer = client.answer()
        assert answer is not None
        assert answer.status == 408


def test_a_short_body_may_not_drip(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """What counts is when it began; an upload may take its time."""
    monkeypatch.setattr("davserver.http.exchange._BODY_S", 0.5)
    with connect(server) as dripping, connect(server) as uploading:
        dripping.send(request("/echo", "POST", "Content-Length: 20000\r\n"))
        uploading.send(request("/echo", "PUT", "Content-Length: 20\r\n"))
        for _ in range(20):
            time.sleep(0.05)
            uploading.send(b"x")
            dripping.send(b"x" * 100)  # two kilobytes a second: enough for an upload
        assert select.select([dripping.socket], [], [], 0.1)[0]
        for client, status in ((dripping, 408), (uploading, 200)):
            answer = client.answer()
            assert answer is not None
            assert answer.status == status


def test_dripping_clients_keep_nobody_out(server: Server) -> None:
    with ExitStack() as stack:
        dripping = [stack.enter_context(connect(server)) for _ in range(THREADS)]
        for client in dripping:
            client.send(request("/echo", "POST", "Content-Length: 9000\r\n"))
        is_over = threading.Event()

        def drip() -> None:
            while not is_over.wait(0.01):
                for client in dripping:
                    client.send(b"x")

        thread = threading.Thread(target=drip)
        thread.start()
        try:
            time.sleep(0.3)
            assert answers_soon(server)
        finally:
            is_over.set()
            thread.join()


def test_an_address_with_too_many_connections_loses_its_longest_waiting(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A household behind one address is not shut out by one of its own that holds connections open."""
    monkeypatch.setattr("davserver.server._is_loopback", lambda _: False)
    with running(app) as server, ExitStack() as stack:
        server._connections._limits = type(server._connections._limits)(in_all=2000, per_address=5)
        clients = [stack.enter_context(connect(server)) for _ in range(8)]
        clients[7].send(request())
        assert clients[7].answer() is not None
        assert clients[0].answer() is None


def test_when_all_connections_are_taken_the_longest_waiting_goes(app: App) -> None:
    with running(app) as server, ExitStack() as stack:
        server._connections._limits = type(server._connections._limits)(in_all=5, per_address=5)
        clients = [stack.enter_context(connect(server)) for _ in range(8)]
        clients[7].send(request())
        assert clients[7].answer() is not None
        assert clients[0].answer() is None


def test_stopping_finishes_what_runs_and_takes_nothing_new(app: App) -> None:
    with running(app) as server, connect(server) as busy, connect(server) as idle:
        idle.send(request())
        assert idle.answer() is not None
        busy.send(request("/slow"))
        time.sleep(0.2)
        stopping = threading.Thread(target=server.stop)
        stopping.start()
        answer = busy.answer()
        assert answer is not None
        assert answer.body == b"slow"
        assert answer.headers["Connection"] == "close"
        assert idle.answer() is None
        stopping.join(10)
        with pytest.raises(OSError, match="refused"):
            connect(server)


def test_stopping_does_not_wait_for_those_who_do_nothing(app: App) -> None:
    with running(app) as server, connect(server) as stalled, connect(server) as paused:
        stalled.send(request("/echo", "PUT", "Content-Length: 9\r\n") + b"x")
        paused.send(request("/stored"))
        time.sleep(0.3)
        began = time.monotonic()
        server.stop()
        assert time.monotonic() - began < 15


def test_a_port_in_use_is_told(server: Server, app: App) -> None:
    with pytest.raises(AddressUnusable, match=str(server.bind_addr[1])):
        make_server(app, "127.0.0.1", server.bind_addr[1], THREADS)


def test_a_trusted_proxy_tells_who_asks(app: App) -> None:
    told = "X-Forwarded-For: 192.0.2.7\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: photos.example\r\n"
    for trusted, expected in (
        ("127.0.0.1", ("192.0.2.7", "https", "photos.example")),
        ("", ("127.0.0.1", "http", "photos")),
    ):
        with (
            running(app, proxies=TrustedProxies(parse_networks(trusted))) as server,
            connect(server) as client,
        ):
            client.send(request(headers=told))
            assert client.answer() is not None
        environ = app.seen[-1]
        assert (environ["REMOTE_ADDR"], environ["wsgi.url_scheme"], environ["HTTP_HOST"]) == expected


@pytest.fixture
def tls_server(app: App, tmp_path: Path) -> Iterator[Server]:
    with running(app, certificate=Certificate(*make_certificate(tmp_path, "photos.example"))) as server:
        yield server


@contextmanager
def tls_client(server: Server, folder: Path) -> Iterator[RawConnection]:
    context = ssl.create_default_context(cafile=str(folder / "certificate.pem"))
    with connect(server) as client:
        client.socket = context.wrap_socket(client.socket, server_hostname="photos.example")
        client._file = client.socket.makefile("rb")
        yield client


def test_https_carries_everything(tls_server: Server, tmp_path: Path, app: App) -> None:
    with tls_client(tls_server, tmp_path) as client:
        client.send(request())
        answer = client.answer()
        assert answer is not None
        assert answer.body == b"hello"
        assert app.seen[-1]["wsgi.url_scheme"] == "https"
        body = bytes(range(256)) * 4000
        client.send(request("/echo", "PUT", f"Content-Length: {len(body)}\r\n") + body)
        answer = client.answer()
        assert answer is not None
        assert answer.body == body
        time.sleep(0.2)
        client.send(request("/stored"))
        answer = client.answer()
        assert answer is not None
        assert answer.body == app.file.read_bytes()


@pytest.mark.parametrize("size", [9_000, 12_000, 15_000, 40_000])
def test_a_long_head_over_https_is_seen_whole(tls_server: Server, tmp_path: Path, size: int) -> None:
    """What OpenSSL has taken of a record is not told by the system again."""
    with tls_client(tls_server, tmp_path) as client:
        client.send(request(headers=f"Cookie: a={'b' * size}\r\n"))
        client.socket.settimeout(SOON_S)
        answer = client.answer()
        assert answer is not None
        assert answer.status == 200


def test_silent_handshakes_delay_nobody(tls_server: Server, tmp_path: Path) -> None:
    with ExitStack() as stack:
        for n in range(200):
            stack.enter_context(connect(tls_server)).send(b"\x16\x03\x01\x02"[: n % 5])
        began = time.monotonic()
        with tls_client(tls_server, tmp_path) as client:
            client.send(request())
            assert client.answer() is not None
        assert time.monotonic() - began < SOON_S


def test_plain_http_on_the_tls_port_is_told(tls_server: Server) -> None:
    with connect(tls_server) as client:
        client.send(request())
        answer = client.answer()
        assert answer is not None
        assert answer.status == 400
        assert b"https" in answer.body


def test_broken_handshakes_are_forgotten(tls_server: Server, tmp_path: Path) -> None:
    for sent in (b"\x16\x03\x01\x00\x05hello", b"\x16", b""):
        with connect(tls_server) as client:
            client.send(sent)
            client.socket.shutdown(socket.SHUT_WR)
            client.socket.settimeout(5)
            client.socket.recv(100)
    with tls_client(tls_server, tmp_path) as client:
        client.send(request())
        assert client.answer() is not None
