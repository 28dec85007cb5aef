"""Opens the envelopes of camera RAW: where each maker keeps its EXIF block and XMP packet.

Most RAW formats are TIFF, so that the file itself is the block. The others hide blocks within boxes
(Canon CR3), in a preview (Fujifilm RAF, Sigma X3F) or between blocks of their own (Minolta MRW), or
have none (Canon CRW).
"""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import BinaryIO

from indexer.boxes import Extent, boxes, first_box, read_at, whole
from indexer.knowledge import Ties
from indexer.metadata.ciff import read_ciff
from indexer.metadata.containers import open_container
from indexer.metadata.exif import Exif, read_exif, read_exif_in_parts
from indexer.metadata.maker_notes import read_canon_note, read_maker_note
from indexer.metadata.x3f import previews, read_properties, read_sections
from indexer.model import Kind, MediaType
from indexer.tiff import first_directory

MOST_BLOCK_BYTES = 1 << 20
MOST_SECTIONS = 64

CANON_BOX = bytes.fromhex("85c0b687820f11e08111f4ce462b6a48")
XMP_BOX = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
RAF_PREVIEW_AT = 84
TAG_XMP = 700
PREVIEW = MediaType(Kind.IMAGE, "image/jpeg", ".jpg")


@dataclass(frozen=True, slots=True)
class Blocks:
    """What a RAW file says in EXIF, its XMP packet where it has one, and what the maker's note says."""

    exif: Exif
    xmp: bytes | None = None
    noted: Ties = field(default_factory=Ties)


def open_raw(file: BinaryIO, media: MediaType) -> Blocks:
    """The EXIF facts and the XMP of a RAW file, seekable; empty where they are broken or absent."""
    return OPENERS.get(media.mime, _open_tiff)(file)


def _open_tiff(file: BinaryIO) -> Blocks:
    packet = first_directory(file).content(TAG_XMP, MOST_BLOCK_BYTES)
    return Blocks(read_exif(file), packet or None, read_maker_note(file))


def _open_cr3(file: BinaryIO) -> Blocks:
    found = canon_blocks(file)
    main, camera, position = (io.BytesIO(found.get(kind, b"")) for kind in (b"CMT1", b"CMT2", b"CMT4"))
    xmp = _content(file, _uuid_box(file, XMP_BOX, whole(file)))
    noted = read_canon_note(io.BytesIO(found.get(b"CMT3", b"")))
    return Blocks(read_exif_in_parts(main, camera, position), xmp or None, noted)


def canon_blocks(file: BinaryIO) -> dict[bytes, bytes]:
    """What Canon keeps in a CR3, by the kind of box: blocks of EXIF (CMT1 ...), a thumbnail (THMB)."""
    movie = first_box(file, b"moov", whole(file))
    return {kind: _content(file, extent) for kind, extent in boxes(file, _uuid_box(file, CANON_BOX, movie))}


def _uuid_box(file: BinaryIO, uuid: bytes, within: Extent) -> Extent:
    """What follows the identifier of a box; an empty extent where there is none."""
    found = ((start, end) for kind, (start, end) in boxes(file, within) if kind == b"uuid")
    return next(((at + 16, end) for at, end in found if read_at(file, at, 16) == uuid), (0, 0))


def _content(file: BinaryIO, extent: Extent) -> bytes:
    start, end = extent
    return read_at(file, start, min(end - start, MOST_BLOCK_BYTES))


def _open_raf(file: BinaryIO) -> Blocks:
    offset, length = struct.unpack(">II", read_at(file, RAF_PREVIEW_AT, 8).ljust(8, b"\x00"))
    return _of_preview(read_at(file, offset, min(length, MOST_BLOCK_BYTES)))


def _of_preview(head: bytes) -> Blocks:
    """The blocks of an embedded JPEG, of which the beginning is enough."""
    container = open_container(io.BytesIO(head), PREVIEW)
    if not container.exif:
        return Blocks(Exif(), container.xmp)
    block = io.BytesIO(container.exif)
    return Blocks(read_exif(block), container.xmp, read_maker_note(block))


def _open_mrw(file: BinaryIO) -> Blocks:
    """A TIFF block "TTW" among others, each with a name of four bytes and a length."""
    at = 8
    for _ in range(MOST_SECTIONS):
        name, length = struct.unpack(">4sI", read_at(file, at, 8).ljust(8, b"\x00"))
        if name == b"\x00TTW":
            return Blocks(read_exif(io.BytesIO(read_at(file, at + 8, min(length, MOST_BLOCK_BYTES)))))
        if not name.strip(b"\x00"):
            break
        at += 8 + length
    return Blocks(Exif())


def _open_x3f(file: BinaryIO) -> Blocks:
    """The EXIF of the embedded JPEG, which the oldest cameras lack; they write properties."""
    sections = read_sections(file)
    for head in previews(file, sections):
        if (blocks := _of_preview(head)).exif != Exif():
            return blocks
    return Blocks(read_properties(file, sections))


def _open_crw(file: BinaryIO) -> Blocks:
    return Blocks(read_ciff(file))


OPENERS: dict[str, Callable[[BinaryIO], Blocks]] = {
    "image/x-canon-cr3": _open_cr3,
    "image/x-canon-crw": _open_crw,
    "image/x-fujifilm-raf": _open_raf,
    "image/x-minolta-mrw": _open_mrw,
    "image/x-sigma-x3f": _open_x3f,
}
