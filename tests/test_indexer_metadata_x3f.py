"""`x3f`: sections and properties of Sigma's RAW; lies about them cost little."""

from __future__ import annotations

import io
import struct
import time

import pytest

from indexer.knowledge import Camera
from indexer.metadata.exif import Exif
from indexer.metadata.x3f import MOST_SECTIONS, previews, read_properties, read_sections
from tests import photos, raw_containers


def test_sections() -> None:
    file = io.BytesIO(raw_containers.x3f(photos.jpeg(), {"CAMMODEL": "SD14"}))
    sections = read_sections(file)
    assert [kind for _, _, kind in sections] == [b"PROP", b"IMA2"]
    assert list(previews(file, sections)) == [photos.jpeg()]
    assert read_properties(file, sections) == Exif(camera=Camera(None, "SD14"))


@pytest.mark.parametrize("seconds", ["", "soon", "-1", "99999999999", "²"])
def test_times_that_are_none(seconds: str) -> None:
    file = io.BytesIO(raw_containers.x3f(None, {"TIME": seconds}))
    assert read_properties(file, read_sections(file)).recorded == ()


@pytest.mark.parametrize("content", [b"", b"FOVb", b"FOVb" + bytes(100), b"SECd" + bytes(4)])
def test_broken_files_have_no_sections(content: bytes) -> None:
    file = io.BytesIO(content)
    assert read_sections(file) == []
    assert read_properties(file, []) == Exif()


def test_lies_cost_little() -> None:
    entry = struct.pack("<II4s", 4, 0xFFFFFFFF, b"PROP")
    section = struct.pack("<4s5I", b"SECp", 0, 0xFFFFFFFF, 0, 0, 0)
    directory = struct.pack("<4sII", b"SECd", 0, 0xFFFFFFFF) + entry * 1000
    file = io.BytesIO(b"FOVb" + section + bytes(1 << 20) + directory + struct.pack("<I", 28 + (1 << 20)))
    start = time.process_time()
    sections = read_sections(file)
    assert len(sections) == MOST_SECTIONS
    assert read_properties(file, sections) == Exif()
    assert time.process_time() - start < 1
