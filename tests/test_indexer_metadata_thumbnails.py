"""`indexer.metadata.thumbnails`: found in each envelope that is cheap to open; lies give nothing."""

from __future__ import annotations

import io
import struct

import pytest

from indexer.metadata.raw_blocks import CANON_BOX
from indexer.metadata.thumbnails import MOST_BYTES, Thumbnail, find_thumbnail
from indexer.model import Kind, MediaType
from tests import photos, raw_containers
from tests.photos import Shot
from tests.raw_containers import box

SMALL = photos.jpeg(Shot(size=(160, 120)))
BLOCK = photos.exif_with_thumbnail(SMALL, orientation=6)
JPEG = MediaType(Kind.IMAGE, "image/jpeg", ".jpg")


def raw(mime: str) -> MediaType:
    return MediaType(Kind.RAW, mime, ".raw")


def cr3(thumbnail: bytes) -> bytes:
    main = box(b"CMT1", photos.exif(Shot(orientation=6)))
    small = box(b"THMB", struct.pack(">IHHIHH", 0, 160, 120, len(thumbnail), 1, 0) + thumbnail)
    return box(b"ftyp", b"crx isom") + box(b"moov", box(b"uuid", CANON_BOX + main + small))


@pytest.mark.parametrize(
    ("content", "media"),
    [
        (photos.jpeg_with_thumbnail(SMALL, orientation=6), JPEG),
        (BLOCK, raw("image/x-sony-arw")),
        (raw_containers.raf(photos.jpeg_with_thumbnail(SMALL, orientation=6)), raw("image/x-fujifilm-raf")),
        (cr3(SMALL), raw("image/x-canon-cr3")),
    ],
    ids=["JPEG", "TIFF", "RAF", "CR3"],
)
def test_each_envelope(content: bytes, media: MediaType) -> None:
    assert find_thumbnail(io.BytesIO(content), media) == Thumbnail(SMALL, 6)


@pytest.mark.parametrize(
    ("content", "media"),
    [
        (photos.jpeg(), JPEG),
        (photos.jpeg_with_thumbnail(b"no picture at all"), JPEG),
        (SMALL[:20], JPEG),
        (b"", JPEG),
        (BLOCK[:30], raw("image/x-sony-arw")),
        (BLOCK[:22] + b"\x08\x00\x00\x00" + BLOCK[26:], raw("image/x-sony-arw")),  # a loop
        (BLOCK[:22] + b"\xff" * 4 + BLOCK[26:], raw("image/x-sony-arw")),
        (photos.exif_with_thumbnail(SMALL + bytes(MOST_BYTES)), raw("image/x-sony-arw")),
        (cr3(b"<Dummy>"), raw("image/x-canon-cr3")),
        (cr3(SMALL + bytes(MOST_BYTES)), raw("image/x-canon-cr3")),
        (b"", raw("image/x-canon-cr3")),
        (b"", raw("image/x-fujifilm-raf")),
        (photos.tiff(), MediaType(Kind.IMAGE, "image/tiff", ".tif")),
    ],
)
def test_nothing_else_is_found(content: bytes, media: MediaType) -> None:
    assert find_thumbnail(io.BytesIO(content), media) is None
