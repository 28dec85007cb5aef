"""The HTTP server: cheroot with limits, and with unread bodies drained in small blocks.

cheroot alone reads the whole unread body of a refused upload into memory, and takes the rest of a
refused chunked body for the next request.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from typing import Any

from cheroot.server import HTTPConnection, HTTPRequest, KnownLengthRFile
from cheroot.wsgi import Server

from davserver.streams import ChunkedBody, open_stream

MOST_HEADER_BYTES = 64 * 1024
_SILENCE_S = 120
_IDLE_CONNECTIONS = 400
_SHORT_BODY_BYTES = 64 * 1024
_LINGER_BLOCK_BYTES = 64 * 1024
_SILENCE_AFTER_S = 0.5
_LINGER_S = 10.0


class AddressUnusable(Exception):
    """Another program has the port, or the address is not this machine's, or may not be used."""

    def __init__(self, host: str, port: int, reason: str) -> None:
        super().__init__(f"Cannot listen on {host} port {port}: {reason}.")


class _Request(HTTPRequest):
    def respond(self) -> None:
        """Call the application with a body that reads well, and end a chunked answer."""
        if self.chunked_read:
            self.rfile: Any = ChunkedBody(self.conn.rfile)
        else:
            self.rfile = KnownLengthRFile(self.conn.rfile, int(self.inheaders.get(b"Content-Length", 0)))
        self.server.gateway(self).respond()
        self.ensure_headers_sent()
        if self.chunked_write:
            self.conn.wfile.write(b"0\r\n\r\n")
        if self.close_connection and not self._is_body_read():
            self._linger()

    def send_headers(self) -> None:
        if not self._is_body_read():
            # What is left in the connection must never be read as a request.
            self.close_connection = True
        super().send_headers()

    def _is_body_read(self) -> bool:
        """Whether nothing of the body is left; a short rest that comes at once is read away.

        A client may wait for the answer before it sends the body, so nothing waits for that.
        """
        body = self.rfile
        if self._is_at_end(body):
            return True
        if getattr(body, "remaining", 0) > _SHORT_BODY_BYTES:
            return False
        self.conn.socket.settimeout(_SILENCE_AFTER_S)
        try:
            body.read(_SHORT_BODY_BYTES)
        except (OSError, ValueError):
            return False
        finally:
            self.conn.socket.settimeout(self.server.timeout)
        return self._is_at_end(body)

    def _is_at_end(self, body: Any) -> bool:
        return bool(body.closed if self.chunked_read else body.remaining == 0)

    def _linger(self) -> None:
        """Let the client read the answer: closing on unread bytes would take it away again."""
        deadline = time.monotonic() + _LINGER_S
        sock = self.conn.socket
        try:
            sock.shutdown(socket.SHUT_WR)
            sock.settimeout(_SILENCE_AFTER_S)
            while sock.recv(_LINGER_BLOCK_BYTES) and time.monotonic() < deadline:
                pass
        except OSError:
            return  # the client has gone, or sends nothing more


class _Connection(HTTPConnection):
    RequestHandlerClass = _Request

    def __init__(self, server: Server, sock: socket.socket, makefile: Any = None) -> None:
        super().__init__(server, sock, open_stream)


def make_server(app: Callable[..., Any], host: str, port: int, threads: int) -> Server:
    """A server bound to its port; call ``serve()`` on it, and ``stop()`` to end that.

    Raises AddressUnusable.
    """
    server = Server(
        (host, port), app, numthreads=threads, max=threads, timeout=_SILENCE_S, request_queue_size=128,
        shutdown_timeout=20,
    )  # fmt: skip
    server.ConnectionClass = _Connection
    server.max_request_header_size = MOST_HEADER_BYTES
    server.keep_alive_conn_limit = _IDLE_CONNECTIONS
    server.server_name = "Private Photo Cloud"
    try:
        server.prepare()
    except OSError as error:
        # cheroot keeps the system's error as text only: "No socket ... -- ((host, port): [Errno 98] words)"
        raise AddressUnusable(host, port, str(error).rpartition("] ")[2].rstrip(")")) from error
    return server
