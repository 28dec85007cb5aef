"""A wire that damages what a client sends: one bit of one byte, as failing memory or a bad router does."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from tests.server_process import ServerProcess

# Neither a request's head nor its XML ever holds this byte: only a file's own bytes are damaged.
FRAGILE = 0xA7
DAMAGED = FRAGILE ^ 1


@contextmanager
def corrupting_proxy(server: ServerProcess) -> Iterator[str]:
    """The URL of a proxy that passes everything on, but damages the first FRAGILE byte of each block."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=_accept, args=[listener, server.host, server.port], daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
        # Closing alone does not wake a thread that is waiting in accept.
        listener.shutdown(socket.SHUT_RDWR)


def _accept(listener: socket.socket, host: str, port: int) -> None:
    with suppress(OSError):
        while True:
            client, _ = listener.accept()
            upstream = socket.create_connection((host, port))
            for source, sink, change in ((client, upstream, _damage), (upstream, client, bytes)):
                threading.Thread(target=_pass_on, args=[source, sink, change], daemon=True).start()


def _pass_on(source: socket.socket, sink: socket.socket, change: Callable[[bytes], bytes]) -> None:
    with suppress(OSError):
        while block := source.recv(65536):
            sink.sendall(change(block))
        sink.shutdown(socket.SHUT_WR)


def _damage(block: bytes) -> bytes:
    return block.replace(bytes([FRAGILE]), bytes([DAMAGED]), 1)
