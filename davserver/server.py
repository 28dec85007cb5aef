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
_DRAIN_BLOCK_BYTES = 64 * 1024
_DRAIN_BYTES = 64 << 20
_DRAIN_S = 10.0


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

    def send_headers(self) -> None:
        if not self._drained():
            # What is left in the connection must never be read as a request.
            self.close_connection = True
        super().send_headers()

    def _drained(self) -> bool:
        """Read what the application left of the body, within limits; True when nothing is left."""
        deadline = time.monotonic() + _DRAIN_S
        try:
            for _ in range(_DRAIN_BYTES // _DRAIN_BLOCK_BYTES):
                if time.monotonic() > deadline:
                    return False
                if not self.rfile.read(_DRAIN_BLOCK_BYTES):
                    return not getattr(self.rfile, "remaining", 0)
        except (OSError, ValueError):
            return False
        return False


class _Connection(HTTPConnection):
    RequestHandlerClass = _Request

    def __init__(self, server: Server, sock: socket.socket, makefile: Any = None) -> None:
        super().__init__(server, sock, open_stream)


def make_server(app: Callable[..., Any], host: str, port: int, threads: int) -> Server:
    """A server bound to its port; call ``serve()`` on it, and ``stop()`` to end that.

    Raises OSError when the address cannot be used.
    """
    server = Server(
        (host, port), app, numthreads=threads, max=threads, timeout=_SILENCE_S, request_queue_size=128,
        shutdown_timeout=20,
    )  # fmt: skip
    server.ConnectionClass = _Connection
    server.max_request_header_size = MOST_HEADER_BYTES
    server.keep_alive_conn_limit = _IDLE_CONNECTIONS
    server.server_name = "Private Photo Cloud"
    server.prepare()
    return server
