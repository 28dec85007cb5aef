"""Long streams piece by piece, in buffers that are used again.

Bodies of requests, files to import and staging files all pass through here on their way to
`indexer.hashing`: fresh memory for each piece would cost more than hashing it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Any

from indexer.errors import UploadBroken

_BLOCK_BYTES = 256 * 1024
_spare: deque[memoryview] = deque(maxlen=8)


def blocks(source: Any) -> Iterator[memoryview]:
    """All of a stream, for a reader that is done with each piece before it asks for the next.

    All pieces are in one buffer, which others have after it. Raises UploadBroken when a connection or its
    framing breaks off, and what reading a file raises.
    """
    buffer = _spare_buffer()
    try:
        while count := _fill(source, buffer):
            yield buffer[:count]
    finally:
        _spare.append(buffer)


def _spare_buffer() -> memoryview:
    try:
        return _spare.pop()
    except IndexError:
        return memoryview(bytearray(_BLOCK_BYTES))


def _fill(source: Any, buffer: memoryview) -> int:
    try:
        count: int = source.readinto(buffer)
    except ValueError as error:
        raise UploadBroken from error
    return count
