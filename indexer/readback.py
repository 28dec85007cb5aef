"""Reading an original back from the disk itself, not from the memory that its arrival has left."""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Callable
from pathlib import Path

_log = logging.getLogger(__name__)
_BLOCK_BYTES = 1 << 20
# The whole file, in the words of posix_fadvise.
_ALL = (0, 0)


class Interrupted(Exception):
    """The reader was asked to stop; nothing is known of this file."""


def reads_as(path: Path, sha256: str, go_on: Callable[[], bool]) -> bool:
    """Whether the bytes on the disk have this digest; those that cannot be read have not.

    ``go_on`` is asked at every megabyte; raises Interrupted when it says no. Leaves the system's memory
    to others: what was read is given up again.
    """
    try:
        fd = os.open(path, os.O_RDONLY)
        try:
            return _digest(fd, go_on) == sha256
        finally:
            os.posix_fadvise(fd, *_ALL, os.POSIX_FADV_DONTNEED)
            os.close(fd)
    except OSError:
        _log.exception("could not read %s back", path)
        return False


def _digest(fd: int, go_on: Callable[[], bool]) -> str:
    os.posix_fadvise(fd, *_ALL, os.POSIX_FADV_DONTNEED)
    os.posix_fadvise(fd, *_ALL, os.POSIX_FADV_SEQUENTIAL)
    digest, block = hashlib.sha256(), memoryview(bytearray(_BLOCK_BYTES))
    while count := os.readv(fd, [block]):
        digest.update(block[:count])
        if not go_on():
            raise Interrupted
    return digest.hexdigest()
