"""Originals are read from the disk: what is there counts, not what should be."""

from __future__ import annotations

import mmap
import os
from pathlib import Path

import pytest

from indexer.readback import Interrupted, reads_as
from tests.libraries import digest

CONTENT = os.urandom(3 << 20)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "original"
    with path.open("wb") as opened:
        opened.write(CONTENT)
        os.fsync(opened.fileno())
    return path


def test_sound_bytes(file: Path) -> None:
    assert reads_as(file, digest(CONTENT), lambda: True)


@pytest.mark.parametrize("content", [CONTENT[:-1], CONTENT + b"x", b"", CONTENT[::-1]])
def test_other_bytes(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    assert not reads_as(file, digest(CONTENT), lambda: True)


def test_what_cannot_be_read_is_not_sound(tmp_path: Path) -> None:
    assert not reads_as(tmp_path / "missing", digest(b""), lambda: True)
    assert not reads_as(tmp_path, digest(b""), lambda: True)


def test_it_stops_when_told(file: Path) -> None:
    asked: list[None] = []

    def go_on() -> bool:
        asked.append(None)
        return len(asked) < 2

    with pytest.raises(Interrupted):
        reads_as(file, digest(CONTENT), go_on)
    assert len(asked) == 2


def test_it_leaves_nothing_in_memory(file: Path) -> None:
    if not in_memory(file):
        pytest.skip("this file system keeps nothing in the page cache")
    assert reads_as(file, digest(CONTENT), lambda: True)
    assert in_memory(file) < len(CONTENT) // 4


def in_memory(file: Path) -> int:
    """How many bytes of a file are in the page cache."""
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    size = file.stat().st_size
    pages = (size + mmap.PAGESIZE - 1) // mmap.PAGESIZE
    seen = (ctypes.c_ubyte * pages)()
    with file.open("r+b") as opened, mmap.mmap(opened.fileno(), size) as mapped:
        view = ctypes.c_char.from_buffer(mapped)
        failed = libc.mincore(ctypes.c_void_p(ctypes.addressof(view)), ctypes.c_size_t(size), seen)
        del view
    return 0 if failed else sum(page & 1 for page in seen) * mmap.PAGESIZE
