"""Connections as the server reads and writes them.

A socket here never blocks: whoever must wait does it in `Wire`, with a limit, and can be seen
waiting. So one thread can look after all idle connections, and a stalled transfer is known as such.
"""

from __future__ import annotations

import os
import select
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import BinaryIO, TypeVar

from davserver.http.request_head import find_end
from indexer.errors import UploadBroken

# Enough for a head. Larger blocks, cut to what came, left the heap in pieces (half a KiB a request).
_RECEIVE_BYTES = 8 * 1024
_STORED_BLOCK_BYTES = 1 << 20
_PAUSE_S = 1.0
_SLOWEST_BYTES_PER_S = 1024
_WORTH_BYTES_PER_S = 16 * 1024
_NOT_NOW = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"

_What = TypeVar("_What")
_Done = TypeVar("_Done", bytes, int)


class ClientGone(UploadBroken, ConnectionError):
    """The connection broke: never said of the server's own files, which fail with other errors."""


class ClientTooSlow(UploadBroken, TimeoutError):
    """The client sends or takes nothing, or so little that nobody should wait for it."""

    def __init__(self) -> None:
        TimeoutError.__init__(self, "The request came too slowly; nothing was kept.")


class Wire:
    """A non-blocking socket, and the only place that waits for it. Raises ClientGone."""

    def __init__(self, sock: socket.socket) -> None:
        self.socket = sock
        self._owed_s = 0.0
        self._waiting_since: float | None = None
        self._incoming = select.poll()
        self._incoming.register(sock, select.POLLIN)
        self._outgoing = select.poll()
        self._outgoing.register(sock, select.POLLOUT)

    def receive(self, size: int) -> bytes | None:
        """What has come, at most ``size``; b"" at the end of what the client sends, None for nothing yet."""
        received = self._now(self.socket.recv, size)
        self._pay(len(received or b""))
        return received

    def receive_into(self, view: memoryview) -> int | None:
        """How much came into ``view``; 0 at the end of what the client sends, None for nothing yet."""
        count = self._now(self.socket.recv_into, view)
        self._pay(count or 0)
        return count

    def send(self, view: bytes | memoryview) -> int:
        """Send what there is room for; how much."""
        count = self._now(self.socket.send, view) or 0
        self._pay(count)
        return count

    @property
    def takes_files(self) -> bool:
        """Whether the kernel can send a file by itself: TLS encrypts here."""
        return not isinstance(self.socket, ssl.SSLSocket)

    def send_file(self, descriptor: int, at: int, size: int) -> int | None:
        """Send a file's bytes from ``at`` as far as there is room; 0 at its end, None for no room now.

        Raises OSError when the file cannot be read.
        """
        try:
            count = os.sendfile(self.socket.fileno(), descriptor, at, size)
        except BlockingIOError:
            return None
        except ConnectionError as error:
            raise ClientGone from error
        self._pay(count)
        return count

    def settle(self) -> None:
        """A request begins: what was waited for the one before counts no more."""
        self._owed_s = 0.0

    def held_up_s(self) -> float:
        """For how long a thread has been waiting by now beyond what the client's bytes are worth.

        So a client that sends a byte now and then is known as well as one that sends none.
        """
        since = self._waiting_since
        return self._owed_s + (time.monotonic() - since if since is not None else 0.0)

    def await_data(self, wait_s: float) -> bool:
        """Whether bytes (or the end) can be received within this time."""
        if isinstance(self.socket, ssl.SSLSocket) and self.socket.pending():
            return True
        return self._await(self._incoming, wait_s)

    def await_room(self, wait_s: float) -> bool:
        """Whether bytes can be sent within this time."""
        return self._await(self._outgoing, wait_s)

    def _await(self, poll: select.poll, wait_s: float) -> bool:
        self._waiting_since = since = time.monotonic()
        try:
            return bool(poll.poll(max(0.0, wait_s) * 1000))
        finally:
            self._owed_s += time.monotonic() - since
            self._waiting_since = None

    def _now(self, act: Callable[[_What], _Done], what: _What) -> _Done | None:
        try:
            return act(what)
        except _NOT_NOW:
            return None
        except OSError as error:  # TLS errors are among them
            raise ClientGone from error

    def _pay(self, count: int) -> None:
        self._owed_s = max(0.0, self._owed_s - count / _WORTH_BYTES_PER_S)

    def abort(self) -> None:
        """End both directions, from any thread: who waits here wakes and finds the client gone."""
        with suppress(OSError):
            # Not the TLS socket's own: that one would change what its thread is working with.
            socket.socket.shutdown(self.socket, socket.SHUT_RDWR)

    def close(self) -> None:
        self.abort()
        with suppress(OSError):
            self.socket.close()


class Reader:
    """What a client sends. ``read`` gives exactly what it is asked for, unless the client ends.

    Every wait ends with ClientTooSlow after ``silence_s``, or when the body that `expect` announced
    comes too slowly on the whole. Raises ClientGone.
    """

    def __init__(self, wire: Wire, silence_s: float = 120.0) -> None:
        self._wire = wire
        self._buffer = b""
        self._at = 0  # what lies before was read already
        self._searched = 0
        self._silence_s = silence_s
        self._received_bytes = 0
        self._slack_s = float("inf")
        self._began = 0.0
        self._is_long = False
        self.is_invitation_due = False

    def expect(self, silence_s: float, *, is_long: bool = False, is_invitation_due: bool = False) -> None:
        """A body comes now: within ``silence_s``, or if it is long, at a kilobyte a second after them.

        With an invitation due, the client waits for ``100 Continue`` (RFC 9110 10.1.1): it goes out
        when the first byte is wanted, and never when the request is refused before.
        """
        self._silence_s = self._slack_s = silence_s
        self._began, self._received_bytes, self._is_long = time.monotonic(), 0, is_long
        self._wire.settle()
        self.is_invitation_due = is_invitation_due and not self.has_data()

    def fill(self) -> bool:
        """Take what has come, without waiting; False when the client has ended."""
        more = self._wire.receive(_RECEIVE_BYTES)
        if more is None:
            return True
        self._received_bytes += len(more)
        self._buffer = self._buffer[self._at :] + more
        self._at = 0
        return bool(more)

    def has_data(self) -> bool:
        """Whether something is left that was received already: the next request, perhaps."""
        return self._at < len(self._buffer)

    def head_bytes(self) -> int:
        """The length of the request head received so far if it is whole, else 0; raises BadHead.

        Blank lines before it are passed over (RFC 9112 2.2).
        """
        if not self._searched:
            self._buffer, self._at = self._buffer[self._at :].lstrip(b"\r\n"), 0
        end = find_end(self._buffer, self._searched)
        self._searched = 0 if end else len(self._buffer)
        return end

    def read(self, size: int) -> bytes:
        """``size`` bytes, fewer only at the end of what the client sends."""
        if size <= len(self._buffer) - self._at:
            return self._take(size)
        whole = bytearray(size)
        with memoryview(whole) as view:
            received = self.readinto(view)
            return bytes(view[:received])

    def readinto(self, view: memoryview) -> int:
        """Fill ``view``, less only at the end of what the client sends; the bytes that came."""
        kept = self._take(len(view))
        received = len(kept)
        view[:received] = kept
        while received < len(view) and (count := self._receive_into(view[received:])):
            received += count
        return received

    def readline(self, limit: int) -> bytes:
        """Up to and with the next line feed, at most ``limit`` bytes."""
        while (found := self._buffer.find(b"\n", self._at, self._at + limit)) < 0:
            if limit <= len(self._buffer) - self._at:
                return self._take(limit)
            self._invite()
            if not self._wire.await_data(self._patience_s()):
                self._give_up()
            if not self.fill():
                return self._take(limit)
        return self._take(found + 1 - self._at)

    def _receive_into(self, view: memoryview) -> int:
        self._invite()
        while (count := self._wire.receive_into(view)) is None:
            if not self._wire.await_data(self._patience_s()):
                self._give_up()
        self._received_bytes += count
        return count

    def _invite(self) -> None:
        if self.is_invitation_due:
            self.is_invitation_due = False
            Writer(self._wire).write(_CONTINUE, self._silence_s)

    def _patience_s(self) -> float:
        earned_s = self._received_bytes / _SLOWEST_BYTES_PER_S if self._is_long else 0.0
        late_at = self._began + self._slack_s + earned_s
        return min(self._silence_s, late_at - time.monotonic())

    def _give_up(self) -> None:
        raise ClientTooSlow

    def _take(self, size: int) -> bytes:
        """Up to this many of the bytes that are here already."""
        taken = self._buffer[self._at : self._at + size]
        self._at += len(taken)
        if self._at == len(self._buffer):
            self._buffer, self._at = b"", 0
        return taken


class Writer:
    """What a client receives, sent at once. Raises ClientGone, and ClientTooSlow when it takes nothing."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def write(self, data: bytes | memoryview, silence_s: float) -> None:
        """Send all of it; the client may take nothing for ``silence_s``."""
        view = memoryview(data)
        while view:
            view = view[self._wire.send(view) :]
            if view and not self._wire.await_room(silence_s):
                raise ClientTooSlow

    def write_stored(self, stored: StoredBytes, silence_s: float) -> int:
        """Send a stretch of a file; the bytes sent, fewer only when the file is shorter.

        A client that pauses (a video player, for an hour) costs no memory meanwhile.
        """
        descriptor = _descriptor(stored.file) if self._wire.takes_files else None
        if descriptor is None:
            return self._write_copied(stored, silence_s)
        at, end = stored.start, stored.start + stored.size_bytes
        while at < end and (sent := self._wire.send_file(descriptor, at, end - at)) != 0:
            at += sent or 0
            if sent is None and not self._wire.await_room(silence_s):
                raise ClientTooSlow
        return at - stored.start

    def _write_copied(self, stored: StoredBytes, silence_s: float) -> int:
        file, at, end = stored.file, stored.start, stored.start + stored.size_bytes
        buffer = bytearray()
        while at < end:
            wanted = min(end - at, _STORED_BLOCK_BYTES)
            if len(buffer) < wanted:
                buffer = bytearray(wanted)
            file.seek(at)
            with memoryview(buffer) as view:
                count = file.readinto(view[:wanted])  # type: ignore[attr-defined]  # binary files have it
                sent = self._send_for_now(view[:count])
            at += sent
            if not count:
                break
            if sent < count:
                buffer = bytearray()
                if not self._wire.await_room(silence_s):
                    raise ClientTooSlow
        return at - stored.start

    def _send_for_now(self, view: memoryview) -> int:
        """Send until the client pauses; the bytes sent."""
        sent = 0
        while sent < len(view):
            count = self._wire.send(view[sent:])
            sent += count
            if not count and not self._wire.await_room(_PAUSE_S):
                break
        return sent


def _descriptor(file: BinaryIO) -> int | None:
    try:
        return file.fileno()
    except OSError:  # io.UnsupportedOperation is one
        return None


class StoredBytes:
    """``wsgi.file_wrapper`` (PEP 3333): a file, or a stretch of it, that the server sends by itself.

    Return it from the application as the whole answer: ``environ["wsgi.file_wrapper"](file,
    start=0, size_bytes=None)``, or this class. The server sends ``size_bytes`` of it (None: to its
    end), by the kernel alone where the file is a real one and nothing has to be encrypted, and calls
    ``close``, which closes the file. Set ``Content-Length`` to ``size_bytes``. Anything with seek and
    readinto will do.
    """

    def __init__(
        self, file: BinaryIO, _block_bytes: int = 0, *, start: int = 0, size_bytes: int | None = None
    ) -> None:
        self.file = file
        self.start = start
        self.size_bytes = file.seek(0, 2) - start if size_bytes is None else size_bytes

    def __iter__(self) -> Iterator[bytes]:
        """The same bytes for whoever stands between the application and the server."""
        self.file.seek(self.start)
        left = self.size_bytes
        while left > 0 and (block := self.file.read(min(left, _STORED_BLOCK_BYTES))):
            left -= len(block)
            yield block

    def close(self) -> None:
        self.file.close()
