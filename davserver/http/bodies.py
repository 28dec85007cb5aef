"""The bodies of requests as plain bytes, each ending by itself where its request ends.

cheroot's own keep whole chunks in memory and slice them at every read. Here every read costs in
proportion to what it returns.
"""

from __future__ import annotations

from typing import Protocol

from davserver.http.streams import Reader

SHORT_BYTES = 64 * 1024
_LONGEST_CHUNK_LINE = 4096
_MOST_AT_ONCE = 1 << 20


class Body(Protocol):
    """``wsgi.input`` as this server gives it; it ends by itself where the request ends."""

    @property
    def is_at_end(self) -> bool:
        """Whether nothing of the body is left in the connection."""

    @property
    def is_short(self) -> bool:
        """Whether the rest can be read away, to keep the connection."""

    def read(self, size: int | None = None) -> bytes:
        """Up to ``size`` bytes, fewer only at the end of the body; all of it for None."""


class AnnouncedBody:
    """A body whose length the request told."""

    def __init__(self, stream: Reader, size_bytes: int) -> None:
        self._stream = stream
        self._remaining = size_bytes

    @property
    def is_at_end(self) -> bool:
        return self._remaining == 0

    @property
    def is_short(self) -> bool:
        return self._remaining <= SHORT_BYTES

    def read(self, size: int | None = None) -> bytes:
        """Up to ``size`` bytes; fewer only at the end, which may come too early when a client breaks off."""
        wanted = self._remaining if size is None or size < 0 else min(size, self._remaining)
        if not wanted:
            return b""
        block = self._stream.read(wanted)
        self._remaining -= len(block)
        return block

    def readinto(self, view: memoryview) -> int:
        """Fill ``view``, less only at the end; a caller that reuses its buffer saves two copies."""
        count = self._stream.readinto(view[: self._remaining])
        self._remaining -= count
        return count


class ChunkedBody:
    """A body in chunks (RFC 9112 7.1), as plain bytes; memory is bounded by the reads, not the chunks.

    ``read`` raises ValueError when the framing is broken or ends early: such a body is not whole, and
    every later ``read`` raises too, since what follows can no longer be told from the next request.
    """

    is_short = True

    def __init__(self, stream: Reader) -> None:
        self._stream = stream
        self._left_in_chunk = 0
        self._is_first = True
        self._is_broken = False
        self.is_at_end = False

    def read(self, size: int | None = None) -> bytes:
        """Up to ``size`` bytes, fewer only at the end of the body; all of it for None."""
        if size is not None and size >= 0:
            whole = bytearray(size)
            with memoryview(whole) as view:
                return bytes(view[: self.readinto(view)])
        return b"".join(iter(lambda: self.read(_MOST_AT_ONCE), b""))

    def readinto(self, view: memoryview) -> int:
        """Fill ``view``, less only at the end; a caller that reuses its buffer saves two copies."""
        if self._is_broken:
            raise ValueError("the chunked body is broken")
        self._is_broken = True  # and stays so, whatever the read dies of
        received = 0
        while received < len(view) and (self._left_in_chunk or self._next_chunk()):
            received += self._read_in_chunk(view[received : received + self._left_in_chunk])
        self._is_broken = False
        return received

    def _read_in_chunk(self, view: memoryview) -> int:
        count = self._stream.readinto(view)
        if count < len(view):
            raise ValueError("the chunked body ends within a chunk")
        self._left_in_chunk -= count
        return count

    def _next_chunk(self) -> bool:
        if self.is_at_end:
            return False
        if not self._is_first and self._stream.readline(2) != b"\r\n":
            raise ValueError("a chunk does not end where it should")
        self._is_first = False
        self._left_in_chunk = _chunk_size(self._stream.readline(_LONGEST_CHUNK_LINE))
        if not self._left_in_chunk:
            self._skip_trailers()
            self.is_at_end = True
        return self._left_in_chunk > 0

    def _skip_trailers(self) -> None:
        for _ in range(100):
            line = self._stream.readline(_LONGEST_CHUNK_LINE)
            if line == b"\r\n":
                return
            if not line.endswith(b"\r\n"):
                break
        raise ValueError("the chunked body does not end")


def _chunk_size(line: bytes) -> int:
    digits = line.removesuffix(b"\r\n").partition(b";")[0].rstrip(b" \t")
    is_hex = 0 < len(digits) <= 16 and all(digit in b"0123456789abcdefABCDEF" for digit in digits)
    if not line.endswith(b"\r\n") or b"\r" in line[:-2] or not is_hex:
        raise ValueError("a chunk has no size")
    return int(digits, 16)
