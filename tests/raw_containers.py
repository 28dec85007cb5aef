"""Makes tiny files in the containers that makers of cameras invented for RAW: envelopes without a picture."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import Any

from PIL import Image
from PIL.ExifTags import Base
from PIL.TiffImagePlugin import IFDRational

from indexer.metadata.raw_blocks import CANON_BOX, XMP_BOX

TAKEN = "2004:05:17 18:30:01"
MAIN: dict[int, Any] = {Base.Make: "Maker", Base.Model: "Model 1", Base.Orientation: 6}
CAMERA: dict[int, Any] = {
    Base.DateTimeOriginal: TAKEN,
    Base.SubsecTimeOriginal: "25",
    Base.OffsetTimeOriginal: "+02:00",
}


def block(tags: Mapping[int, Any]) -> bytes:
    """A TIFF block with these tags in its first directory."""
    exif = Image.Exif()
    exif.endian = "<"
    exif.update(tags)
    return exif.tobytes().removeprefix(b"Exif\x00\x00")


def sexagesimal(*parts: float) -> tuple[IFDRational, ...]:
    return tuple(IFDRational(round(part * 100), 100) for part in parts)


def box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", len(content) + 8, kind) + content


def cr3(main: bytes, camera: bytes, position: bytes = b"", xmp: bytes = b"") -> bytes:
    """Canon, since 2018: boxes, with the directories of EXIF as a block each."""
    canon = CANON_BOX + box(b"CMT1", main) + box(b"CMT2", camera) + box(b"CMT4", position)
    movie = box(b"moov", box(b"uuid", canon))
    return box(b"ftyp", b"crx \x00\x00\x00\x01crx isom") + movie + box(b"uuid", XMP_BOX + xmp)


def raf(preview: bytes) -> bytes:
    """Fujifilm: a preview in JPEG, of which the header tells the place."""
    head = b"FUJIFILMCCD-RAW 0201FF119502Model 1".ljust(84, b"\x00")
    return head + struct.pack(">II", 148, len(preview)) + bytes(56) + preview


def mrw(tiff_block: bytes) -> bytes:
    """Minolta: named blocks, one of them TIFF."""
    picture = struct.pack(">4sI", b"\x00PRD", 24) + bytes(24)
    blocks = picture + struct.pack(">4sI", b"\x00TTW", len(tiff_block)) + tiff_block
    return struct.pack(">4sI", b"\x00MRM", len(blocks)) + blocks


def x3f(preview: bytes | None, properties: Mapping[str, str]) -> bytes:
    """Sigma: sections, then their directory, then where that is."""
    content = b"FOVb\x00\x00\x02\x00".ljust(40, b"\x00")
    sections = [(b"PROP", _x3f_properties(properties))]
    if preview is not None:
        sections.append((b"IMA2", struct.pack("<4s6I", b"SECi", 0x20000, 2, 18, 64, 48, 0) + preview))
    entries = b""
    for kind, section in sections:
        entries += struct.pack("<II4s", len(content), len(section), kind)
        content += section
    directory = struct.pack("<4sII", b"SECd", 0x20000, len(sections)) + entries
    return content + directory + struct.pack("<I", len(content))


def _x3f_properties(properties: Mapping[str, str]) -> bytes:
    text, table = "", b""
    for name, value in properties.items():
        table += struct.pack("<II", len(text), len(text) + len(name) + 1)
        text += f"{name}\x00{value}\x00"
    head = struct.pack("<4s5I", b"SECp", 0x20000, len(properties), 0, 0, len(text))
    return head + table + text.encode("utf-16-le")


def crw(make_and_model: bytes, seconds: int, order: str = "<") -> bytes:
    """Canon, before 2004: a heap within a heap."""
    inner = heap({0x080A: make_and_model, 0x180E: struct.pack(order + "III", seconds, 0, 0)}, order)
    head = (b"II" if order == "<" else b"MM") + struct.pack(order + "I", 26) + b"HEAPCCDR"
    return head.ljust(26, b"\x00") + heap({0x2807: b"comment", 0x300A: inner}, order)


def heap(values: Mapping[int, bytes], order: str = "<") -> bytes:
    """Values, then the directory, then where that is."""
    content, entries = b"", b""
    for tag, value in values.items():
        entries += struct.pack(order + "HII", tag, len(value), len(content))
        content += value
    directory = struct.pack(order + "H", len(values)) + entries
    return content + directory + struct.pack(order + "I", len(content))
