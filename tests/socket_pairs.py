"""Both ends of a connection without a network, as the server's streams see them."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager

from davserver.http.streams import Reader, Wire

Pair = tuple[socket.socket, socket.socket]


@contextmanager
def sent(data: bytes) -> Iterator[Reader]:
    """A reader of a client that sends this and ends; the data must fit into the socket's buffer."""
    server, client = socket.socketpair()
    with server:
        server.setblocking(False)
        with client:
            client.sendall(data)
        yield Reader(Wire(server))
