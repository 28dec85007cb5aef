"""Reads the two marks of Apple's maker note that tie pictures together: of a Live Photo and of a burst."""

from __future__ import annotations

import struct

from indexer.knowledge import Ties
from indexer.metadata.texts import clean_text

SIGNATURE = b"Apple iOS\x00"
DIRECTORY_AT = 14  # behind the signature, a version and "MM": the note is big-endian, offsets count from it
MOST_TAGS = 128
ASCII = 2
BURST_ID, CONTENT_ID = 0x000B, 0x0011


def read_apple_note(block: bytes) -> Ties:
    """The marks of the maker note somewhere within an EXIF block; nothing where there is none."""
    start = block.find(SIGNATURE)
    if start < 0 or block[start + 12 : start + 14] != b"MM":
        return Ties()
    note = memoryview(block)[start:]
    (count,) = struct.unpack(">H", bytes(note[DIRECTORY_AT : DIRECTORY_AT + 2]).ljust(2, b"\x00"))
    texts: dict[int, str | None] = {}
    for index in range(min(count, MOST_TAGS)):
        entry = bytes(note[DIRECTORY_AT + 2 + 12 * index : DIRECTORY_AT + 14 + 12 * index])
        if len(entry) < 12:
            break
        tag, kind, length, offset = struct.unpack(">HHII", entry)
        if kind == ASCII and length > 4:
            texts[tag] = clean_text(bytes(note[offset : offset + min(length, 64)]))
    return Ties(content_id=texts.get(CONTENT_ID), burst_id=texts.get(BURST_ID))
