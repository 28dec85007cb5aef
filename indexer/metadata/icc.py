"""Reads the name of an ICC profile (ICC.1:2022, 9.2.41): "Display P3", "Adobe RGB (1998)"."""

from __future__ import annotations

import struct

from indexer.metadata.texts import clean_text

HEADER_BYTES = 128
MOST_TAGS = 100


def profile_name(profile: bytes) -> str | None:
    """The profile's own description, in English where it has several; None where it has none.

    The profile may be cut off behind its description.
    """
    description = _tag(profile, b"desc")
    if description.startswith(b"desc"):  # version 2: ASCII with its length
        length = int.from_bytes(description[8:12], "big")
        return clean_text(description[12 : 12 + length])
    if description.startswith(b"mluc"):  # version 4: UTF-16 in several languages
        return _translated(description)
    return None


def _tag(profile: bytes, signature: bytes) -> bytes:
    """The data of a tag; empty where it is absent."""
    count = int.from_bytes(profile[HEADER_BYTES : HEADER_BYTES + 4], "big")
    for index in range(min(count, MOST_TAGS)):
        start = HEADER_BYTES + 4 + 12 * index
        entry = profile[start : start + 12]
        if len(entry) == 12 and entry[:4] == signature:
            offset, length = struct.unpack(">II", entry[4:])
            return profile[offset : offset + length]
    return b""


def _translated(description: bytes) -> str | None:
    count = int.from_bytes(description[8:12], "big")
    names: dict[bytes, str | None] = {}
    for index in range(min(count, MOST_TAGS)):
        record = description[16 + 12 * index : 28 + 12 * index]
        if len(record) < 12:
            break
        length, offset = struct.unpack(">II", record[4:])
        names[record[:2]] = clean_text(description[offset : offset + length].decode("utf-16-be", "ignore"))
    return names.get(b"en") or next(iter(names.values()), None)
