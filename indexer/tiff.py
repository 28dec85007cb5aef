"""Reads the first directory of a TIFF file (TIFF 6.0, section 2) with bounds: TIFF, DNG and most RAW formats.

What the directory claims may be a lie, so it is cut after so many tags, and values may lie anywhere.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import BinaryIO

from indexer.boxes import read_at

MOST_TAGS = 512
ENTRY_BYTES = 12
SHORT = 3


@dataclass(frozen=True, slots=True)
class Directory:
    """``entries`` has the type, count and value field (10 bytes) of each tag; ``order`` is as in `struct`."""

    file: BinaryIO
    order: str
    entries: dict[int, bytes]

    def __contains__(self, tag: int) -> bool:
        return tag in self.entries

    def number(self, tag: int) -> int | None:
        """The first value of a SHORT or LONG tag held in the directory itself; None where it is absent."""
        entry = self.entries.get(tag)
        if entry is None:
            return None
        (kind,) = struct.unpack_from(self.order + "H", entry)
        return int(struct.unpack_from(self.order + ("H" if kind == SHORT else "I"), entry, 6)[0])

    def content(self, tag: int, most_bytes: int) -> bytes:
        """The beginning of a tag that holds bytes or text; empty where it is absent."""
        entry = self.entries.get(tag)
        if entry is None:
            return b""
        count, offset = struct.unpack_from(self.order + "II", entry, 2)
        return entry[6:10] if count <= 4 else read_at(self.file, offset, min(count, most_bytes))


def first_directory(file: BinaryIO) -> Directory:
    """The first directory of a seekable file, whatever its magic number; empty where it is broken."""
    order = ">" if read_at(file, 0, 2) == b"MM" else "<"
    (start,) = struct.unpack(order + "I", read_at(file, 4, 4).ljust(4, b"\x00"))
    (count,) = struct.unpack(order + "H", read_at(file, start, 2).ljust(2, b"\x00"))
    entries = read_at(file, start + 2, ENTRY_BYTES * min(count, MOST_TAGS))
    places = range(0, len(entries) - ENTRY_BYTES + 1, ENTRY_BYTES)
    tags = (struct.unpack_from(order + "H", entries, at)[0] for at in places)
    values = (entries[at + 2 : at + ENTRY_BYTES] for at in places)
    return Directory(file, order, dict(zip(tags, values, strict=True)))
