"""Sockets as the server reads and writes them, and the bodies of requests read from them.

cheroot's own are pure Python over 8 KiB, keep whole chunks in memory and slice them at every read.
These receive straight into place, and every read costs in proportion to what it returns.
"""

from __future__ import annotations

import socket

_RECEIVE_BYTES = 64 * 1024
_LONGEST_CHUNK_LINE = 4096
_MOST_AT_ONCE = 1 << 20


class Reader:
    """What a client sends. ``read`` gives exactly what it is asked for, unless the client ends."""

    def __init__(self, sock: socket.socket) -> None:
        self._socket = sock
        self._buffer = b""
        self.bytes_read = 0
        self.closed = False

    def has_data(self) -> bool:
        """Whether something is left that was received already: the next request, perhaps."""
        return bool(self._buffer)

    def read(self, size: int) -> bytes:
        """``size`` bytes, fewer only at the end of what the client sends."""
        if size <= len(self._buffer):
            return self._take(size)
        whole = bytearray(size)
        received = len(self._buffer)
        whole[:received] = self._buffer
        self._buffer = b""
        with memoryview(whole) as view:
            while received < size and (count := self._socket.recv_into(view[received:])):
                received += count
        self.bytes_read += received
        return bytes(memoryview(whole)[:received])

    def readline(self, limit: int = -1) -> bytes:
        """Up to and with the next line feed, at most ``limit`` bytes if that is not negative."""
        searched = 0
        while (found := self._buffer.find(b"\n", searched)) < 0:
            searched = len(self._buffer)
            if 0 <= limit <= searched:
                return self._take(limit)
            more = self._socket.recv(_RECEIVE_BYTES)
            if not more:
                return self._take(searched)
            self._buffer += more
        return self._take(found + 1 if limit < 0 else min(found + 1, limit))

    def close(self) -> None:
        self.closed = True

    def _take(self, size: int) -> bytes:
        taken, self._buffer = self._buffer[:size], self._buffer[size:]
        self.bytes_read += size
        return taken


class Writer:
    """What a client receives, sent at once and without a copy."""

    def __init__(self, sock: socket.socket) -> None:
        self._socket = sock
        self.bytes_written = 0
        self.closed = False

    def write(self, data: bytes) -> int:
        self._socket.sendall(data)
        self.bytes_written += len(data)
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> None:
        self.closed = True


def open_stream(sock: socket.socket, mode: str = "rb", _size: int = -1) -> Reader | Writer:
    """What cheroot calls for each direction of a connection."""
    return Reader(sock) if "r" in mode else Writer(sock)


class ChunkedBody:
    """A body in chunks (RFC 9112 7.1), as plain bytes; memory is bounded by the reads, not the chunks.

    ``read`` raises ValueError when the framing is broken or ends early: such a body is not whole, and
    every later ``read`` raises too, since what follows can no longer be told from the next request.
    """

    def __init__(self, stream: Reader) -> None:
        self._stream = stream
        self._left_in_chunk = 0
        self._is_first = True
        self._is_broken = False
        self.closed = False

    def read(self, size: int | None = None) -> bytes:
        """Up to ``size`` bytes, fewer only at the end of the body; all of it for None."""
        if self._is_broken:
            raise ValueError("the chunked body is broken")
        self._is_broken = True  # and stays so, whatever the read dies of
        whole = self._read(size)
        self._is_broken = False
        return whole

    def _read(self, size: int | None) -> bytes:
        parts, missing = [], size
        while missing is None or missing > 0:
            if not self._left_in_chunk and not self._next_chunk():
                break
            part = self._read_in_chunk(_MOST_AT_ONCE if missing is None else min(missing, _MOST_AT_ONCE))
            parts.append(part)
            missing = None if missing is None else missing - len(part)
        return b"".join(parts)

    def _read_in_chunk(self, most: int) -> bytes:
        wanted = min(self._left_in_chunk, most)
        part = self._stream.read(wanted)
        if len(part) < wanted:
            raise ValueError("the chunked body ends within a chunk")
        self._left_in_chunk -= wanted
        return part

    def _next_chunk(self) -> bool:
        if self.closed:
            return False
        if not self._is_first and self._stream.readline(2) != b"\r\n":
            raise ValueError("a chunk does not end where it should")
        self._is_first = False
        self._left_in_chunk = _chunk_size(self._stream.readline(_LONGEST_CHUNK_LINE))
        if not self._left_in_chunk:
            self._skip_trailers()
            self.closed = True
        return self._left_in_chunk > 0

    def _skip_trailers(self) -> None:
        for _ in range(100):
            line = self._stream.readline(_LONGEST_CHUNK_LINE)
            if line == b"\r\n":
                return
            if not line.endswith(b"\n"):
                break
        raise ValueError("the chunked body does not end")


def _chunk_size(line: bytes) -> int:
    digits = line.partition(b";")[0].strip()
    is_hex = 0 < len(digits) <= 16 and all(digit in b"0123456789abcdefABCDEF" for digit in digits)
    if not line.endswith(b"\r\n") or not is_hex:
        raise ValueError("a chunk has no size")
    return int(digits, 16)
