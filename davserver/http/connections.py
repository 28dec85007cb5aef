"""One thread that looks after every connection on which no request is being answered.

It accepts, shakes hands, collects request heads, keeps idle clients and sees refused ones off, all
without waiting for anybody. A connection goes to a request thread only when a whole head has come,
so that slow or silent clients cost a little memory and no thread.
"""

from __future__ import annotations

import errno
import logging
import selectors
import socket
import ssl
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from davserver.http.request_head import BadHead
from davserver.http.streams import Reader, Wire, Writer
from davserver.http.tls import Certificate, shake_hands, speaks_tls

_log = logging.getLogger(__name__)

_TICK_S = 0.25
_SOON_S = 0.02
_HEAD_S = 20.0
_IDLE_S = 120.0
_FAREWELL_S = 10.0
_ACCEPTS_AT_ONCE = 32
_DISCARD_BYTES = 256 * 1024
_NO_PLAIN_HTTP = b"This port speaks HTTPS only: begin the address with https://\n"


@dataclass(frozen=True, slots=True)
class Limits:
    """How many connections there may be, in all and from one address that is not exempt."""

    in_all: int = 2000
    per_address: int = 200


class Connection:
    """One client's connection; owned by one thread at a time, the keeper's or a request thread's."""

    def __init__(self, sock: socket.socket, address: str, port: int) -> None:
        self.address = address
        self.port = port
        self.descriptor = sock.fileno()  # stays the same when TLS takes over the socket
        self.is_encrypted = False
        self.is_closed = False
        self.deadline = 0.0
        self.since = time.monotonic()
        self.on_ready: Callable[[Connection], None] | None = None
        self.use(sock)

    def use(self, sock: socket.socket) -> None:
        """Speak over this socket from now on."""
        self.wire = Wire(sock)
        self.reader = Reader(self.wire)
        self.writer = Writer(self.wire)

    def close(self) -> None:
        self.is_closed = True
        self.wire.close()


class ConnectionKeeper:
    """``hand_over`` gets connections with a whole head; they come back by `give_back`.

    ``on_tick`` is called often, and very often as long as it says True.
    """

    def __init__(
        self,
        listener: socket.socket,
        hand_over: Callable[[Connection], None],
        on_tick: Callable[[], bool],
        is_exempt: Callable[[str], bool],
        certificate: Certificate | None = None,
        limits: Limits | None = None,
    ) -> None:
        self._listener = listener
        self._listener.setblocking(False)
        self._hand_over = hand_over
        self._on_tick = on_tick
        self._is_exempt = is_exempt
        self._certificate = certificate
        self._limits = limits or Limits()
        self._selector = selectors.DefaultSelector()
        self._selector.register(listener, selectors.EVENT_READ)
        self._wake, self._waker = socket.socketpair()
        self._wake.setblocking(False)
        self._waker.setblocking(False)
        self._selector.register(self._wake, selectors.EVENT_READ)
        self._returned: deque[Connection] = deque()
        self._waiting: set[Connection] = set()
        self._per_address: Counter[str] = Counter()
        self._next_tick = 0.0
        self._discarded = memoryview(bytearray(_DISCARD_BYTES))
        self._is_stopping = False
        self._is_running = False

    def run(self) -> None:
        """Look after the connections until `stop`."""
        self._is_running = True
        try:
            tick_s = _TICK_S
            while not self._is_stopping:
                self._step(self._selector.select(tick_s))
                tick_s = _SOON_S if self._on_tick() else _TICK_S
        finally:
            self._is_running = False

    def stop(self) -> None:
        """Make `run` end, from another thread; idle clients are let go by `close`."""
        self._is_stopping = True
        self._wake_up()
        while self._is_running:
            time.sleep(0.01)

    def close(self) -> None:
        """Close whatever waits here; a connection that is given back later is closed then."""
        self._is_stopping = True
        for connection in self._waiting:
            connection.close()
        self._waiting.clear()
        self._take_back()
        self._selector.close()
        self._wake.close()
        self._waker.close()

    def give_back(self, connection: Connection, *, is_farewell: bool = False) -> None:
        """From a request thread: keep it for its next request, see it off, or forget it if it is closed.

        A farewell reads away what the client still sends: closing on unread bytes would take the
        answer away again.
        """
        connection.on_ready = self._discard if is_farewell else self._collect
        connection.deadline = time.monotonic() + (_FAREWELL_S if is_farewell else _IDLE_S)
        self._returned.append(connection)
        if self._is_stopping:  # asked last: either this or `close` finds it
            connection.close()
        elif not connection.is_closed:
            self._wake_up()

    def _step(self, ready: list[tuple[selectors.SelectorKey, int]]) -> None:
        self._take_back()
        for key, _ in ready:
            if key.fileobj is self._listener:
                self._accept()
            elif key.fileobj is self._wake:
                with suppress(BlockingIOError):
                    self._wake.recv(4096)
            elif key.data in self._waiting:
                self._advance(key.data)
        now = time.monotonic()
        if now >= self._next_tick:
            self._next_tick = now + _TICK_S
            self._expire(now)

    def _wake_up(self) -> None:
        with suppress(OSError):  # a full pipe wakes as well
            self._waker.send(b"\0")

    def _take_back(self) -> None:
        while self._returned:
            connection = self._returned.popleft()
            if self._is_stopping:
                connection.close()
            if connection.is_closed:
                self._forget(connection)
            else:
                self._wait_for(connection)

    def _accept(self) -> None:
        for _ in range(_ACCEPTS_AT_ONCE):
            try:
                sock, address = self._listener.accept()
            except BlockingIOError:
                return
            except OSError as error:
                if error.errno in (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM):
                    self._let_go_of_the_longest_waiting()
                    time.sleep(0.01)
                return
            try:
                self._admit(sock, address[0], address[1])
            except Exception:  # noqa: BLE001 - the same wall, before it is a connection
                _log.exception("a connection could not be admitted")
                sock.close()

    def _admit(self, sock: socket.socket, address: str, port: int) -> None:
        if not self._has_room(address):
            sock.close()
            return
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection = Connection(sock, address, port)
        connection.on_ready = self._greet if self._certificate else self._collect
        connection.deadline = connection.since + _HEAD_S
        self._per_address[address] += 1
        self._wait_for(connection)

    def _has_room(self, address: str) -> bool:
        if self._per_address[address] >= self._limits.per_address and not self._is_exempt(address):
            return self._let_go_of_the_longest_waiting(address)
        return self._per_address.total() < self._limits.in_all or self._let_go_of_the_longest_waiting()

    def _let_go_of_the_longest_waiting(self, address: str | None = None) -> bool:
        """Make room, among those of one address if it is given: nobody locks others out by being there."""
        waiting = (one for one in self._waiting if address in (None, one.address))
        oldest = min(waiting, key=lambda connection: connection.since, default=None)
        if oldest is not None:
            self._drop(oldest)
        return oldest is not None

    def _wait_for(self, connection: Connection) -> None:
        connection.since = time.monotonic()
        self._waiting.add(connection)
        with self._surviving(connection):
            self._selector.register(connection.descriptor, selectors.EVENT_READ, connection)
            if connection.reader.has_data() or connection.wire.await_data(0.0):
                self._advance(connection)  # a head, or its beginning, has come already

    def _release(self, connection: Connection) -> None:
        self._waiting.discard(connection)
        with suppress(KeyError, ValueError):  # of one that could not be registered
            self._selector.unregister(connection.descriptor)

    def _drop(self, connection: Connection) -> None:
        self._release(connection)
        connection.close()
        self._forget(connection)

    def _forget(self, connection: Connection) -> None:
        self._per_address[connection.address] -= 1
        if not self._per_address[connection.address]:
            del self._per_address[connection.address]

    def _expire(self, now: float) -> None:
        for connection in [waiting for waiting in self._waiting if waiting.deadline <= now]:
            if connection.on_ready == self._collect_more:
                with suppress(OSError):
                    connection.wire.socket.send(_plain_answer("408 Request Timeout", b"Too slow.\n"))
            self._drop(connection)

    def _advance(self, connection: Connection) -> None:
        with self._surviving(connection):
            assert connection.on_ready is not None
            connection.on_ready(connection)

    @contextmanager
    def _surviving(self, connection: Connection) -> Iterator[None]:
        """Whatever a connection brings ends that connection only, never the keeper."""
        try:
            yield
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError, BlockingIOError):
            return
        except OSError:  # TLS errors are among them: the client has gone, or is none
            self._drop(connection)
        except Exception:  # noqa: BLE001 - the wall around one connection
            _log.exception("a connection failed while it waited")
            self._drop(connection)

    def _collect(self, connection: Connection) -> None:
        """A request begins: all of its head must come within a time, however it is sliced."""
        connection.deadline = time.monotonic() + _HEAD_S
        connection.on_ready = self._collect_more
        self._collect_more(connection)

    def _collect_more(self, connection: Connection) -> None:
        is_open = connection.reader.fill()
        while not (is_whole := _has_head(connection)) and is_open and connection.wire.await_data(0.0):
            is_open = connection.reader.fill()  # of a TLS record, the selector tells only once
        if is_whole:
            self._release(connection)
            self._hand_over(connection)
        elif not is_open:
            self._drop(connection)

    def _discard(self, connection: Connection) -> None:
        if connection.wire.receive_into(self._discarded) == 0:
            self._drop(connection)

    def _greet(self, connection: Connection) -> None:
        """See whether the client speaks TLS before OpenSSL takes the bytes."""
        assert self._certificate is not None
        sock = connection.wire.socket
        if not speaks_tls(sock):
            sock.send(_plain_answer("400 Bad Request", _NO_PLAIN_HTTP))
            sock.shutdown(socket.SHUT_WR)
            connection.on_ready = self._discard
            return
        context = self._certificate.context()
        connection.use(context.wrap_socket(sock, server_side=True, do_handshake_on_connect=False))
        connection.is_encrypted = True
        connection.on_ready = self._shake_hands
        self._shake_hands(connection)

    def _shake_hands(self, connection: Connection) -> None:
        wanted = shake_hands(connection.wire.socket)
        self._selector.modify(connection.descriptor, wanted or selectors.EVENT_READ, connection)
        if not wanted:
            connection.on_ready = self._collect
            self._collect(connection)


def _has_head(connection: Connection) -> bool:
    try:
        return bool(connection.reader.head_bytes())
    except BadHead:
        return True  # for the request thread to refuse


def _plain_answer(status: str, text: bytes) -> bytes:
    return (
        f"HTTP/1.1 {status}\r\nContent-Type: text/plain; charset=utf-8\r\n"
        f"Content-Length: {len(text)}\r\nConnection: close\r\n\r\n"
    ).encode() + text
