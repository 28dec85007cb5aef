"""Walks Sigma's X3F: sections behind one another, and a directory that the file's last bytes point to."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import BinaryIO

from indexer.boxes import read_at
from indexer.knowledge import Camera
from indexer.metadata.capture_time import Recorded
from indexer.metadata.exif import Exif
from indexer.metadata.texts import clean_text

MOST_SECTIONS = 64
MOST_PREVIEW_BYTES = 1 << 20  # the beginning holds the EXIF
MOST_PROPERTY_BYTES = 1 << 16
MOST_PROPERTIES = 256
IMAGE_HEADER_BYTES = 28
PROPERTIES_HEADER_BYTES = 24

Section = tuple[int, int, bytes]  # where it starts, its length, its kind


def read_sections(file: BinaryIO) -> list[Section]:
    """The sections of a seekable file; none where the directory is broken."""
    size = file.seek(0, 2)
    (start,) = struct.unpack("<I", read_at(file, max(0, size - 4), 4).ljust(4, b"\x00"))
    head, entries = read_at(file, start, 12), read_at(file, start + 12, 12 * MOST_SECTIONS)
    if head[:4] != b"SECd" or len(head) < 12:
        return []
    (count,) = struct.unpack_from("<I", head, 8)
    return list(struct.iter_unpack("<II4s", entries[: len(entries) // 12 * 12]))[:count]


def previews(file: BinaryIO, sections: list[Section]) -> Iterator[bytes]:
    """The beginnings of the embedded JPEGs."""
    for offset, length, kind in sections:
        if kind in (b"IMAG", b"IMA2"):
            picture_bytes = max(length - IMAGE_HEADER_BYTES, 0)
            head = read_at(file, offset + IMAGE_HEADER_BYTES, min(picture_bytes, MOST_PREVIEW_BYTES))
            if head.startswith(b"\xff\xd8"):
                yield head


def read_properties(file: BinaryIO, sections: list[Section]) -> Exif:
    """Camera and date from the section of names and values in UTF-16."""
    extents = ((offset, length) for offset, length, kind in sections if kind == b"PROP")
    offset, length = next(extents, (0, 0))
    section = read_at(file, offset, min(length, MOST_PROPERTY_BYTES))
    values = dict(_properties(section)) if section[:4] == b"SECp" else {}
    return Exif(
        recorded=tuple(_recorded(values.get("TIME"))),
        camera=Camera(clean_text(values.get("CAMMANUF", "")), clean_text(values.get("CAMMODEL", ""))),
    )


def _properties(section: bytes) -> Iterator[tuple[str, str]]:
    """Name and value, each by its place within the text behind the table, counted in letters."""
    (count,) = struct.unpack_from("<I", section.ljust(PROPERTIES_HEADER_BYTES, b"\x00"), 8)
    text_at = PROPERTIES_HEADER_BYTES + 8 * count
    table = section[PROPERTIES_HEADER_BYTES : min(text_at, PROPERTIES_HEADER_BYTES + 8 * MOST_PROPERTIES)]
    text = section[text_at:].decode("utf-16-le", "replace")
    for name_at, value_at in struct.iter_unpack("<II", table[: len(table) // 8 * 8]):
        yield text[name_at:].partition("\x00")[0], text[value_at:].partition("\x00")[0]


def _recorded(seconds: str | None) -> Iterator[Recorded]:
    if seconds and seconds.isascii() and seconds.isdigit() and len(seconds) <= 10:
        yield Recorded.at("SigmaRaw:DateTimeOriginal", int(seconds))
