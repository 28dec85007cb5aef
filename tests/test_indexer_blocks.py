"""Streams piece by piece: all of their bytes, in few buffers, and whose fault it is when they break."""

from __future__ import annotations

import errno
import io
import os

import pytest

from indexer.blocks import blocks
from indexer.errors import UploadBroken


class _Failing:
    def __init__(self, error: Exception) -> None:
        self._error = error

    def readinto(self, _: memoryview) -> int:
        raise self._error


@pytest.mark.parametrize("size", [0, 1, 256 * 1024, 256 * 1024 + 1, 1_000_000])
def test_all_bytes_come_in_order(size: int) -> None:
    content = os.urandom(size)
    assert b"".join(map(bytes, blocks(io.BytesIO(content)))) == content


def test_a_buffer_is_used_again() -> None:
    first = next(iter(blocks(io.BytesIO(b"one"))))
    second = next(iter(blocks(io.BytesIO(b"two"))))
    assert first.obj is second.obj


def test_two_streams_at_once_do_not_share_a_buffer() -> None:
    one, two = blocks(io.BytesIO(b"one")), blocks(io.BytesIO(b"two"))
    first, second = next(one), next(two)
    assert (bytes(first), bytes(second)) == (b"one", b"two")


def test_broken_framing_is_a_broken_upload_and_a_failing_disk_is_not() -> None:
    with pytest.raises(UploadBroken):
        list(blocks(_Failing(ValueError("a chunk does not end where it should"))))
    with pytest.raises(OSError, match=os.strerror(errno.EIO)):
        list(blocks(_Failing(OSError(errno.EIO, os.strerror(errno.EIO)))))
