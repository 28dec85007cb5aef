"""Reads the first directory of a TIFF file (TIFF 6.0, section 2) with bounds: TIFF, DNG and most RAW formats.

What the directory claims may be a lie, so it is cut after so many tags, and values may lie anywhere.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import BinaryIO

from indexer.boxes import read_at

MOST_TAGS = 512
MOST_NUMBERS = 64
ENTRY_BYTES = 12
SHORT = 3
_SIZES = {1: 1, 2: 1, SHORT: 2, 4: 4, 6: 1, 7: 1, 8: 2, 9: 4}
_NUMBERS = {SHORT: "H", 4: "I", 8: "h", 9: "i"}


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

    def place(self, tag: int) -> int | None:
        """Where a tag's values lie, when the directory itself does not hold them."""
        entry = self.entries.get(tag)
        if entry is None:
            return None
        kind, count, offset = struct.unpack_from(self.order + "HII", entry)
        return int(offset) if count * _SIZES.get(kind, 0) > 4 else None

    def numbers(self, tag: int, base: int = 0) -> tuple[int, ...]:
        """The first values of a tag of whole numbers; its offset counts from ``base``. Empty where absent."""
        entry = self.entries.get(tag)
        if entry is None:
            return ()
        kind, count, offset = struct.unpack_from(self.order + "HII", entry)
        letter, size = _NUMBERS.get(kind), _SIZES.get(kind, 0)
        if letter is None:
            return ()
        wanted = min(count, MOST_NUMBERS)
        held = entry[6:10] if count * size <= 4 else read_at(self.file, base + offset, wanted * size)
        return struct.unpack_from(f"{self.order}{min(wanted, len(held) // size)}{letter}", held)


def first_directory(file: BinaryIO) -> Directory:
    """The first directory of a seekable file, whatever its magic number; empty where it is broken."""
    order = _order(file)
    return directory_at(file, _pointer(file, 4, order), order)


def second_directory(file: BinaryIO) -> Directory:
    """The one after the first, in which EXIF keeps a thumbnail; empty where there is none."""
    order = _order(file)
    first = _pointer(file, 4, order)
    (count,) = struct.unpack(order + "H", read_at(file, first, 2).ljust(2, b"\x00"))
    start = _pointer(file, first + 2 + ENTRY_BYTES * count, order)
    return directory_at(file, start, order) if start else Directory(file, order, {})


def directory_at(file: BinaryIO, start: int, order: str) -> Directory:
    """The directory at this place of a seekable file; empty where it is broken."""
    (count,) = struct.unpack(order + "H", read_at(file, start, 2).ljust(2, b"\x00"))
    entries = read_at(file, start + 2, ENTRY_BYTES * min(count, MOST_TAGS))
    places = range(0, len(entries) - ENTRY_BYTES + 1, ENTRY_BYTES)
    tags = (struct.unpack_from(order + "H", entries, at)[0] for at in places)
    values = (entries[at + 2 : at + ENTRY_BYTES] for at in places)
    return Directory(file, order, dict(zip(tags, values, strict=True)))


def _order(file: BinaryIO) -> str:
    return ">" if read_at(file, 0, 2) == b"MM" else "<"


def _pointer(file: BinaryIO, at: int, order: str) -> int:
    return int(struct.unpack(order + "I", read_at(file, at, 4).ljust(4, b"\x00"))[0])
