"""Reads CIFF, the heap of Canon's CRW (before 2004), which knows no EXIF: date, make and model.

A heap ends with the offset of its directory; an entry of the directory is a value, or a heap again.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import BinaryIO

from indexer.boxes import Extent, read_at, whole
from indexer.knowledge import Camera
from indexer.metadata.capture_time import Recorded
from indexer.metadata.exif import Exif
from indexer.metadata.texts import clean_text

MOST_HEAPS = 32
MOST_ENTRIES = 256
ENTRY_BYTES = 10
LONGEST_VALUE_BYTES = 256
KIND_OF_DATA = 0x3800
HEAPS = (0x2800, 0x3000)

MAKE_AND_MODEL, CAPTURE_TIME = 0x080A, 0x180E


def read_ciff(file: BinaryIO) -> Exif:
    """The facts of a CRW file, seekable; nothing where it is broken."""
    order = "<" if read_at(file, 0, 2) == b"II" else ">"
    (header_bytes,) = struct.unpack(order + "I", read_at(file, 2, 4).ljust(4, b"\x00"))
    _, end = whole(file)
    values = dict(_values(file, order, (header_bytes, end)))
    make, _, model = values.get(MAKE_AND_MODEL, b"").partition(b"\x00")
    return Exif(
        recorded=tuple(_recorded(order, values.get(CAPTURE_TIME, b""))),
        camera=Camera(clean_text(make), clean_text(model)),
    )


def _values(file: BinaryIO, order: str, root: Extent) -> Iterator[tuple[int, bytes]]:
    """Tag and value of the entries that matter, of this heap and those within."""
    heaps = [root]
    for _ in range(MOST_HEAPS):  # they may hold one another in circles
        if not heaps:
            return
        start, end = heap = heaps.pop()
        for tag, length, offset in _entries(file, order, heap):
            inner = (start + offset, start + offset + length)
            if tag & KIND_OF_DATA in HEAPS and inner[1] <= end:
                heaps.append(inner)
            elif tag in (MAKE_AND_MODEL, CAPTURE_TIME):
                yield tag, read_at(file, inner[0], min(length, LONGEST_VALUE_BYTES))


def _entries(file: BinaryIO, order: str, heap: Extent) -> Iterator[tuple[int, int, int]]:
    """Tag, length and offset of the entries in the directory of a heap."""
    start, end = heap
    (at,) = struct.unpack(order + "I", read_at(file, max(0, end - 4), 4).ljust(4, b"\x00"))
    (count,) = struct.unpack(order + "H", read_at(file, start + at, 2).ljust(2, b"\x00"))
    entries = read_at(file, start + at + 2, ENTRY_BYTES * min(count, MOST_ENTRIES))
    yield from struct.iter_unpack(order + "HII", entries[: len(entries) // ENTRY_BYTES * ENTRY_BYTES])


def _recorded(order: str, value: bytes) -> Iterator[Recorded]:
    if len(value) < 4:
        return
    (seconds,) = struct.unpack_from(order + "I", value)
    yield Recorded.at("CanonRaw:DateTimeOriginal", seconds)
