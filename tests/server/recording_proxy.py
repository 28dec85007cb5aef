"""A wire that remembers which requests came over it, and keeps its address while servers come and go."""

from __future__ import annotations

import base64
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from tests.server_process import ServerProcess


@dataclass(slots=True)
class Request:
    """One request as the server saw it; ``body_bytes`` is what has passed so far."""

    method: str
    path: str
    headers: dict[str, str]
    body_bytes: int = 0

    @property
    def metadata(self) -> dict[str, str]:
        """Upload-Metadata of tus, decoded."""
        pairs = [pair.split(" ") for pair in self.headers.get("upload-metadata", "").split(",") if pair]
        return {key: base64.b64decode(value).decode() for key, value in pairs}


@dataclass(slots=True)
class Record:
    """The proxy's URL, and all requests so far."""

    url: str
    requests: list[Request] = field(default_factory=list)

    def to(self, path: str, *methods: str) -> list[Request]:
        """Those to addresses below ``path`` by one of these methods."""
        return [one for one in self.requests if one.path.startswith(path) and one.method in methods]

    def uploaded_bytes(self) -> int:
        """How many bytes of files passed."""
        return sum(one.body_bytes for one in self.to("/api/v1/uploads/", "POST", "PATCH"))


@contextmanager
def recording_proxy(server: ServerProcess) -> Iterator[Record]:
    """Passes everything on to wherever ``server`` listens at the moment."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        record = Record(f"http://127.0.0.1:{listener.getsockname()[1]}/")
        threading.Thread(target=_accept, args=[listener, server, record], daemon=True).start()
        yield record
        # Closing alone does not wake a thread that is waiting in accept.
        listener.shutdown(socket.SHUT_RDWR)


def _accept(listener: socket.socket, server: ServerProcess, record: Record) -> None:
    with suppress(OSError):
        while True:
            client, _ = listener.accept()
            try:
                upstream = socket.create_connection((server.host, server.port))
            except OSError:
                client.close()
                continue
            watch = _Watch(record)
            threading.Thread(target=_pass_on, args=[client, upstream, watch], daemon=True).start()
            threading.Thread(target=_pass_on, args=[upstream, client, None], daemon=True).start()


def _pass_on(source: socket.socket, sink: socket.socket, watch: _Watch | None) -> None:
    with suppress(OSError):
        while block := source.recv(256 * 1024):
            if watch:
                watch.see(block)
            sink.sendall(block)
    # A killed server leaves its connections by a reset: the browser shall learn of it.
    for end in (source, sink):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


class _Watch:
    """Takes one connection's bytes apart into requests; browsers announce the length of every body."""

    def __init__(self, record: Record) -> None:
        self._record = record
        self._head = b""
        self._body_left = 0

    def see(self, block: bytes) -> None:
        while block:
            block = self._see_body(block) if self._body_left else self._see_head(block)

    def _see_body(self, block: bytes) -> bytes:
        seen = min(self._body_left, len(block))
        self._body_left -= seen
        self._current.body_bytes += seen
        return block[seen:]

    def _see_head(self, block: bytes) -> bytes:
        head, end, rest = (self._head + block).partition(b"\r\n\r\n")
        if not end:
            self._head += block
            return b""
        self._head = b""
        line, *lines = head.decode("latin-1").split("\r\n")
        method, path, _ = line.split(" ", 2)
        headers = {name.lower(): value.strip() for name, _, value in (one.partition(":") for one in lines)}
        self._current = Request(method, path, headers)
        self._body_left = int(headers.get("content-length", 0))
        self._record.requests.append(self._current)
        return rest
