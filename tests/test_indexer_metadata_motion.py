"""`motion.clip_offset`: where the clip of a Motion Photo begins, by whatever the telephone wrote."""

from __future__ import annotations

import io
import struct

import pytest

from indexer.metadata.motion import clip_offset
from tests import photos

PICTURE = photos.jpeg()
HEIC = photos.heic()
CLIP = b"\x00\x00\x00\x18ftypmp42" + bytes(100)


def samsung(*entries: tuple[int, bytes]) -> bytes:
    """The picture with data appended as Samsung does it, each with a type and a named content."""
    content, directory = PICTURE, b"SEFH" + struct.pack("<II", 107, len(entries))
    end = len(PICTURE) + sum(len(data) + 4 for _, data in entries)
    for kind, data in entries:
        back = end - len(content)
        directory += struct.pack("<HHII", 0, kind, back, len(data) + 4)
        content += struct.pack("<HH", 0, kind) + data
    return content + directory + struct.pack("<I", len(directory)) + b"SEFT"


def named(name: bytes, data: bytes) -> bytes:
    return struct.pack("<I", len(name)) + name + data


MOTION = (0x0A30, named(b"MotionPhoto_Data", CLIP))
OTHER = (0x0A01, named(b"Image_UTC_Data", b"1512345678901"))


@pytest.mark.parametrize(
    ("content", "clip_bytes"),
    [
        (PICTURE + CLIP, len(CLIP)),
        (HEIC + struct.pack(">I4s", len(CLIP) + 8, b"mpvd") + CLIP, None),
        (samsung(MOTION), None),
        (samsung(OTHER, MOTION), None),
        (samsung(OTHER, MOTION, OTHER), 12),  # what the XMP says is wrong
    ],
)
def test_a_clip(content: bytes, clip_bytes: int | None) -> None:
    offset = clip_offset(io.BytesIO(content), clip_bytes)
    assert offset is not None
    assert content[offset:].startswith(CLIP)


@pytest.mark.parametrize(
    ("content", "clip_bytes"),
    [
        (PICTURE, None),
        (HEIC, None),
        (HEIC + struct.pack(">I4s", 20, b"mpvd") + bytes(12), None),
        (PICTURE, len(CLIP)),  # an editor has cut the clip off
        (PICTURE, 1 << 40),
        (PICTURE + CLIP, 0),
        (CLIP, len(CLIP)),  # a movie is no picture with a clip
        (samsung(OTHER), None),
        (b"", 1),
        (struct.pack("<I", 1 << 31) + b"SEFT", None),
        (bytes(40) + struct.pack("<I", 20) + b"SEFT", None),
        (bytes(9) + b"SEFH" + struct.pack("<II", 107, 1 << 31) + struct.pack("<I", 12) + b"SEFT", None),
    ],
)
def test_no_clip(content: bytes, clip_bytes: int | None) -> None:
    assert clip_offset(io.BytesIO(content), clip_bytes) is None


def test_cut_and_damaged_files_raise_nothing() -> None:
    whole = samsung(OTHER, MOTION)
    for place in range(len(PICTURE), len(whole)):
        clip_offset(io.BytesIO(whole[:place]), None)
        clip_offset(io.BytesIO(whole[:place] + b"\xff" + whole[place + 1 :]), None)
