"""`ciff.read_ciff`: Canon's heaps, whole, in circles, and broken."""

from __future__ import annotations

import io
import struct
import time

import pytest

from indexer.knowledge import Camera
from indexer.metadata.capture_time import Recorded
from indexer.metadata.ciff import read_ciff
from indexer.metadata.exif import Exif
from tests.raw_containers import crw

SECONDS = 1084818601


@pytest.mark.parametrize("order", ["<", ">"])
def test_a_heap_in_a_heap(order: str) -> None:
    assert read_ciff(io.BytesIO(crw(b"Canon\x00Canon PowerShot S40\x00\x00", SECONDS, order))) == Exif(
        recorded=(Recorded("CanonRaw:DateTimeOriginal", "2004-05-17 18:30:01"),),
        camera=Camera("Canon", "Canon PowerShot S40"),
    )


@pytest.mark.parametrize("content", [b"", b"II\x1a\x00\x00\x00HEAPCCDR", b"II" + bytes(60)])
def test_broken_heaps_say_nothing(content: bytes) -> None:
    assert read_ciff(io.BytesIO(content)) == Exif()


def test_heaps_in_circles_end() -> None:
    """Each of 200 entries is the whole heap again."""
    entry = struct.pack("<HII", 0x300A, 2 + 200 * 10 + 4, 0)
    heap = struct.pack("<H", 200) + entry * 200 + struct.pack("<I", 0)
    start = time.process_time()
    assert read_ciff(io.BytesIO(b"II\x1a\x00\x00\x00HEAPCCDR".ljust(26, b"\x00") + heap)) == Exif()
    assert time.process_time() - start < 1
