"""The HTTP server: cheroot's listener and life, with connections, threads and requests of our own.

A client's way: `connections` collects a whole request head without occupying a thread ->
`request_threads` gives it one -> `exchange` calls the application and answers -> the thread stays
with the client for a moment, since most clients ask again at once, and hands it back when nothing
comes. An application that answers with a stored file returns ``environ["wsgi.file_wrapper"]``
(`streams.StoredBytes`).
"""

from __future__ import annotations

import ipaddress
import logging
import resource
import time
from typing import Any

from cheroot.wsgi import Server as CherootServer

from davserver.http.connections import Connection, ConnectionKeeper, Limits
from davserver.http.exchange import SERVER_NAME, Exchange, end_sending
from davserver.http.proxies import TrustedProxies
from davserver.http.request_head import BadHead
from davserver.http.request_threads import RequestThreads
from davserver.http.tls import Certificate
from davserver.wsgi import WsgiApp

_log = logging.getLogger(__name__)

_STOP_S = 20
_LINGER_S = 0.03
_WAITING_TO_BE_ACCEPTED = 512
_MOST_CONNECTIONS = 2000
_MOST_FILES = 8192


class AddressUnusable(Exception):
    """Another program has the port, or the address is not this machine's, or may not be used."""

    def __init__(self, host: str, port: int, reason: str) -> None:
        super().__init__(f"Cannot listen on {host} port {port}: {reason}.")


class Server(CherootServer):
    """Call ``serve()``, and ``stop()`` from a handler or another thread to end that.

    ``stop`` takes no more requests, gives running ones 20 seconds, and ends those whose client
    neither sends nor takes; an upload cut so is refused, never kept.
    """

    _connections: Any  # cheroot's name for what looks after connections

    def __init__(
        self,
        app: WsgiApp,
        host: str,
        port: int,
        threads: int,
        certificate: Certificate | None = None,
        proxies: TrustedProxies | None = None,
    ) -> None:
        super().__init__(
            (host, port), app, server_name=SERVER_NAME, request_queue_size=_WAITING_TO_BE_ACCEPTED,
            shutdown_timeout=_STOP_S,
        )  # fmt: skip
        self.certificate = certificate
        self._app = app
        self._proxies = proxies or TrustedProxies()
        self._threads = self.requests = RequestThreads(self._serve, threads)

    def prepare(self) -> None:
        """Bind the port and start the threads."""
        super().prepare()
        self._connections.close()  # cheroot's own, which never ran
        self._keeper = self._connections = ConnectionKeeper(
            self.socket,
            hand_over=self._threads.put,
            on_tick=self._threads.grow,
            is_exempt=lambda address: _is_loopback(address) or self._proxies.trusts(address),
            certificate=self.certificate,
            limits=Limits(in_all=min(_MOST_CONNECTIONS, _allow_files() // 2)),
        )

    def serve(self) -> None:
        """Serve until `stop`."""
        while self.ready:
            self._keeper.run()

    def reload(self) -> None:
        """Look for a renewed certificate now; it is noticed within a second anyway."""
        if self.certificate is not None:
            self.certificate.reload()

    def _serve(self, connection: Connection) -> None:
        """On a request thread: answer one request after the other, as long as they come at once."""
        try:
            self._converse(connection)
        except Exception:  # noqa: BLE001 - a thread must survive whatever its connection brings
            _log.exception("a connection failed")
            connection.close()
            self._keeper.give_back(connection)

    def _converse(self, connection: Connection) -> None:
        port = int(self.bind_addr[1])
        while True:
            exchange = Exchange(connection, self._app, port, self._proxies, lambda: not self.ready)
            exchange.answer()
            if not exchange.keeps_alive:
                self._end(connection, exchange)
                return
            if not self._has_next(connection):
                self._keeper.give_back(connection)
                return

    def _end(self, connection: Connection, exchange: Exchange) -> None:
        try:
            end_sending(connection)
        except OSError:
            exchange.is_farewell = False
        if not exchange.is_farewell:
            connection.close()
        self._keeper.give_back(connection, is_farewell=exchange.is_farewell)

    def _has_next(self, connection: Connection) -> bool:
        """Whether the next request came within a moment, which is waited only while threads are idle."""
        reader, wire = connection.reader, connection.wire
        deadline = time.monotonic() + _LINGER_S
        try:
            while self._threads.has_free:
                if reader.has_data() and reader.head_bytes():
                    return True
                if not wire.await_data(deadline - time.monotonic()):
                    return False
                if not reader.fill():
                    connection.close()
                    return False
        except BadHead:
            return True
        except OSError:
            connection.close()
        return False


def make_server(
    app: WsgiApp,
    host: str,
    port: int,
    threads: int,
    certificate: Certificate | None = None,
    proxies: TrustedProxies | None = None,
) -> Server:
    """A server bound to its port. Raises AddressUnusable."""
    server = Server(app, host, port, threads, certificate, proxies)
    try:
        server.prepare()
    except OSError as error:
        # cheroot keeps the system's error as text only: "No socket ... -- ((host, port): [Errno 98] words)"
        raise AddressUnusable(host, port, str(error).rpartition("] ")[2].rstrip(")")) from error
    return server


def _allow_files() -> int:
    """Raise the limit of open files as far as it may be and is of use; what it is then."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, _MOST_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return max(soft if soft != resource.RLIM_INFINITY else _MOST_FILES, wanted)


def _is_loopback(address: str) -> bool:
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    return (getattr(found, "ipv4_mapped", None) or found).is_loopback
