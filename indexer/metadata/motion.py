"""Finds the clip that Google's, Samsung's and other telephones append to a picture: a Motion Photo."""

from __future__ import annotations

import struct
from typing import BinaryIO

from indexer.boxes import first_box, read_at

HEIF_CLIP = b"mpvd"  # the box that Motion Photo 1.0 has for pictures in HEIC and AVIF
SAMSUNG_CLIP = b"MotionPhoto_Data"
MOST_SAMSUNG_ENTRIES = 64
SAMSUNG_TAIL_BYTES = 1 << 16


def clip_offset(file: BinaryIO, clip_bytes: int | None) -> int | None:
    """Where the clip begins in a seekable file; None when there is none.

    ``clip_bytes`` is how far before the end it begins by the picture's XMP, if that says so. Bytes that
    do not begin as a movie are no clip, whatever is said of them: editors cut clips off and forget to say.
    """
    size = file.seek(0, 2)
    said = [size - clip_bytes] if clip_bytes else []
    within, _ = first_box(file, HEIF_CLIP, (0, size)) if read_at(file, 4, 4) == b"ftyp" else (0, 0)
    return next((at for at in (*said, within, *_samsung_clips(file, size)) if _is_movie(file, at)), None)


def _is_movie(file: BinaryIO, offset: int) -> bool:
    return offset > 0 and read_at(file, offset + 4, 4) == b"ftyp"


def _samsung_clips(file: BinaryIO, size: int) -> list[int]:
    """By the directory at the end of Samsung's pictures: "SEFH", entries, its length, "SEFT"."""
    tail = read_at(file, max(0, size - 8), 8)
    if tail[4:] != b"SEFT":
        return []
    (length,) = struct.unpack("<I", tail[:4])
    start = size - 8 - length
    directory = read_at(file, start, length) if 12 <= length <= SAMSUNG_TAIL_BYTES and start > 0 else b""
    if directory[:4] != b"SEFH":
        return []
    (count,) = struct.unpack_from("<I", directory, 8)
    ends = range(24, min(len(directory), 12 + 12 * min(count, MOST_SAMSUNG_ENTRIES)) + 1, 12)
    entries = [struct.unpack_from("<I", directory, end - 8)[0] for end in ends]
    name_bytes = 8 + len(SAMSUNG_CLIP)  # a type and a length come before the name
    return [
        start - back + name_bytes
        for back in entries
        if back < start and read_at(file, start - back + 8, len(SAMSUNG_CLIP)) == SAMSUNG_CLIP
    ]
