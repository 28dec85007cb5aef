"""Walks the boxes of ISO base media files (ISO/IEC 14496-12) with bounds: HEIF, CR3, MP4, QuickTime.

What a box claims may be a lie, so a walk ends after so many boxes and reads a few bytes of each.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

Extent = tuple[int, int]  # where something starts and ends in a file

MOST_BOXES = 64


def boxes(file: BinaryIO, within: Extent) -> Iterator[tuple[bytes, Extent]]:
    """The kind and payload of the first boxes within an extent of a seekable file."""
    start, end = within
    for _ in range(MOST_BOXES):
        header = read_at(file, start, 16)
        if len(header) < 8 or start + 8 > end:
            return
        length, header_bytes = int.from_bytes(header[:4], "big"), 8
        if length == 1 and len(header) == 16:
            length, header_bytes = int.from_bytes(header[8:], "big"), 16
        box_end = end if length == 0 else min(start + length, end)
        if box_end < start + header_bytes:
            return
        yield header[4:8], (start + header_bytes, box_end)
        start = box_end


def first_box(file: BinaryIO, kind: bytes, within: Extent) -> Extent:
    """The payload of the first box of this kind; an empty extent where there is none."""
    return next((extent for found, extent in boxes(file, within) if found == kind), (0, 0))


def whole(file: BinaryIO) -> Extent:
    """The extent of the file itself."""
    return 0, file.seek(0, 2)


def read_at(file: BinaryIO, offset: int, size: int) -> bytes:
    """Up to ``size`` bytes at an offset that the file itself claims, so it may be anywhere."""
    if offset >= 1 << 62:
        return b""
    file.seek(offset)
    return file.read(size)
