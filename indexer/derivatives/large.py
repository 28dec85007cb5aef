"""Very large pictures are decoded one at a time: each may need more than a gigabyte, a small server has two.

The processes that decode agree by a lock on a folder that they share, which the kernel lets go of when one
of them is killed. Step 3; nothing here decodes.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from indexer.errors import LibraryError

FROM_PIXELS = 50_000_000
LONGEST_WAIT_S = 30.0
_LOOK_AGAIN_S = 0.1


class MustWait(LibraryError):
    def __init__(self) -> None:
        super().__init__("Other very large pictures are being decoded; this one waits for its turn.")


@contextmanager
def alone(folder: Path | None, pixels: int) -> Iterator[None]:
    """Be the only one with so many ``pixels`` in memory among those who lock ``folder``, unless they are few.

    Raises MustWait when others took too long, which is no fault of this picture.
    """
    if folder is None or pixels < FROM_PIXELS:
        yield
        return
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        _lock(handle, time.monotonic() + LONGEST_WAIT_S)
        yield
    finally:
        os.close(handle)


def _lock(handle: int, deadline: float) -> None:
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise MustWait from None
            time.sleep(_LOOK_AGAIN_S)
        else:
            return
