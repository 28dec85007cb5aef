"""Finds the tiny picture that cameras put beside the large one, some 160 x 120, without decoding anything.

It stands in for a picture that waits for its turn, so it is looked for where that is cheap: in the EXIF
block of a JPEG, in the second directory of a RAW file that is a TIFF, in a box of CR3, in the preview of RAF.
"""

from __future__ import annotations

import io
import struct
from typing import BinaryIO, NamedTuple

from indexer.boxes import read_at
from indexer.metadata.containers import MOST_BLOCK_BYTES, open_container
from indexer.metadata.raw_blocks import PREVIEW, RAF_PREVIEW_AT, canon_blocks
from indexer.model import Kind, MediaType
from indexer.tiff import first_directory, second_directory

MOST_BYTES = 1 << 18
_ORIENTATION, _START, _LENGTH = 0x0112, 0x0201, 0x0202
_JPEG_START = b"\xff\xd8\xff"


class Thumbnail(NamedTuple):
    """``jpeg`` begins as a JPEG does; ``orientation`` is as in EXIF."""

    jpeg: bytes
    orientation: int


def find_thumbnail(file: BinaryIO, media: MediaType) -> Thumbnail | None:
    """The thumbnail in a picture, a seekable file; None where there is none of at most ``MOST_BYTES``."""
    if media.mime == "image/x-canon-cr3":
        return _in_cr3(file)
    if media.mime == "image/x-fujifilm-raf":
        offset, length = struct.unpack(">II", read_at(file, RAF_PREVIEW_AT, 8).ljust(8, b"\x00"))
        return _in_jpeg(io.BytesIO(read_at(file, offset, min(length, MOST_BLOCK_BYTES))))
    if media.mime == PREVIEW.mime:
        return _in_jpeg(file)
    return _in_tiff(file) if media.kind is Kind.RAW else None


def _in_jpeg(file: BinaryIO) -> Thumbnail | None:
    block = open_container(file, PREVIEW).exif
    return _in_tiff(io.BytesIO(block)) if block else None


def _in_tiff(file: BinaryIO) -> Thumbnail | None:
    held = second_directory(file)
    start, length = held.number(_START), held.number(_LENGTH)
    if not start or not length or length > MOST_BYTES:
        return None
    return _thumbnail(read_at(file, start, length), first_directory(file).number(_ORIENTATION))


def _in_cr3(file: BinaryIO) -> Thumbnail | None:
    """After a few numbers in a box of Canon's."""
    blocks = canon_blocks(file)
    main = first_directory(io.BytesIO(blocks.get(b"CMT1", b"")))
    box = blocks.get(b"THMB", b"")
    start = box.find(_JPEG_START, 0, 64)
    return _thumbnail(box[start:], main.number(_ORIENTATION)) if start >= 0 else None


def _thumbnail(jpeg: bytes, orientation: int | None) -> Thumbnail | None:
    is_one = jpeg.startswith(_JPEG_START) and len(jpeg) <= MOST_BYTES
    return Thumbnail(jpeg, orientation or 1) if is_one else None
