"""Tiny pictures that claim a lot: each ends soon, in bounded memory, in the process that decodes it."""

from __future__ import annotations

import io
import resource
import struct
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from indexer.catalog.jobs import STILLS
from indexer.containment import Limits
from indexer.crew import Crew
from indexer.identify import identify
from indexer.model import Outcome, Task
from tests import photos

SOON_S = 10.0
MOST_GROWTH_KIB = 400 << 10
ENDLESS = 0xFFFFFFF0
WIDTH, HEIGHT, BITS, COMPRESSION, COLOURS, STRIPS, SAMPLES, ROWS, BYTES = (
    0x0100, 0x0101, 0x0102, 0x0103, 0x0106, 0x0111, 0x0115, 0x0116, 0x0117,
)  # fmt: skip
SUB_IFDS, EXIF, GPS = 0x014A, 0x8769, 0x8825
NONE, DEFLATE = 1, 8


class Seen(NamedTuple):
    outcome: Outcome
    took_s: float
    grew_kib: int


def decode_and_tell(task: Task) -> Seen:
    from indexer.pipeline import run

    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()
    outcome = run(task)
    grew = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    return Seen(outcome, time.monotonic() - began, grew)


@pytest.fixture(scope="module")
def crew() -> Iterator[Crew]:
    crew = Crew(STILLS, Limits(memory_bytes=2 << 30, file_bytes=1 << 30), 1, 0, 1000)
    yield crew
    crew.close()


def directory(tags: dict[int, tuple[int, int]], following: int = 0) -> bytes:
    """Tags of one LONG each, or of so many somewhere: tag -> (count, value or place)."""
    entries = (struct.pack("<HHII", tag, 4, count, value) for tag, (count, value) in sorted(tags.items()))
    return struct.pack("<H", len(tags)) + b"".join(entries) + struct.pack("<I", following)


def picture(side: int, compression: int, strip_bytes: int) -> dict[int, tuple[int, int]]:
    """One strip, of as many bytes as it is said to have, right behind the directory."""
    numbers = {
        WIDTH: side, HEIGHT: side, BITS: 8, COMPRESSION: compression, COLOURS: 1, STRIPS: 8 + 2 + 9 * 12 + 4,
        SAMPLES: 1, ROWS: side, BYTES: strip_bytes,
    }  # fmt: skip
    return {tag: (1, value) for tag, value in numbers.items()}


def tiff(*directories: bytes, behind: bytes = b"") -> bytes:
    return b"II*\x00" + struct.pack("<I", 8) + b"".join(directories) + behind


def a_huge_strip() -> bytes:
    return tiff(directory(picture(4000, NONE, ENDLESS)), behind=b"x")


def a_strip_that_unpacks_without_end() -> bytes:
    """A hundred thousand times what the picture needs, in a quarter of a megabyte."""
    packed = zlib.compress(bytes(256 << 20), 9)
    return tiff(directory(picture(50, DEFLATE, len(packed))), behind=packed)


def a_strip_for_each_of_billions() -> bytes:
    tags = picture(4000, NONE, 16) | {STRIPS: (ENDLESS, 8), BYTES: (ENDLESS, 8), ROWS: (1, 1)}
    return tiff(directory(tags))


def directories_in_a_loop() -> bytes:
    return tiff(directory(picture(8, NONE, 64), following=8), behind=bytes(64))


def directories_within_themselves() -> bytes:
    tags = {EXIF: (1, 8), GPS: (1, 8), SUB_IFDS: (1, 8)}
    return tiff(directory(tags, following=8))


def directories_without_end() -> bytes:
    each = len(directory({WIDTH: (1, 1)}))
    return tiff(*(directory({WIDTH: (1, 1)}, following=8 + each * (n + 1)) for n in range(60_000)))


def a_directory_of_lies() -> bytes:
    return tiff(
        struct.pack("<H", 0xFFFF) + b"".join(struct.pack("<HHII", n, 2, ENDLESS, 8) for n in range(0xFFFF))
    )


def in_exif(block: bytes) -> bytes:
    """Within a sound JPEG, as far as a block of EXIF can reach."""
    sound = photos.jpeg()
    segment = b"Exif\x00\x00" + block[:65_000]
    start = sound.index(b"\xff\xdb")
    return b"\xff\xd8\xff\xe1" + struct.pack(">H", len(segment) + 2) + segment + sound[start:]


def in_png(block: bytes) -> bytes:
    sound = photos.png()
    chunk = b"eXIf" + block
    crc = struct.pack(">I", zlib.crc32(chunk))
    return sound[:33] + struct.pack(">I", len(block)) + chunk + crc + sound[33:]


BLOCKS = (
    directories_in_a_loop,
    directories_within_themselves,
    directories_without_end,
    a_directory_of_lies,
    a_strip_for_each_of_billions,
)
PICTURES = (a_huge_strip, a_strip_that_unpacks_without_end)


def seen(crew: Crew, folder: Path, content: bytes) -> Seen:
    original = folder / "original"
    original.write_bytes(content)
    media = identify(io.BytesIO(content))
    assert media.kind == "image"
    task = Task(original, media, "a.tif", None, folder / "made", time.time())
    return crew.run(decode_and_tell, task, 60.0).result(90)


def is_harmless(found: Seen) -> bool:
    return found.took_s < SOON_S and found.grew_kib < MOST_GROWTH_KIB


@pytest.mark.parametrize("bomb", [*PICTURES, *BLOCKS])
def test_a_tiff(crew: Crew, tmp_path: Path, bomb: Callable[[], bytes]) -> None:
    found = seen(crew, tmp_path, bomb())
    assert is_harmless(found), found


@pytest.mark.parametrize("bomb", BLOCKS)
@pytest.mark.parametrize("envelope", [in_exif, in_png])
def test_exif_spoils_no_picture(
    crew: Crew, tmp_path: Path, bomb: Callable[[], bytes], envelope: Callable[[bytes], bytes]
) -> None:
    found = seen(crew, tmp_path, envelope(bomb()))
    assert is_harmless(found), found
    assert found.outcome.failure is None
    assert found.outcome.metadata.thumbhash


def test_a_long_block(crew: Crew, tmp_path: Path) -> None:
    """EXIF of 64 MB, all of it tags of text."""
    found = seen(crew, tmp_path, in_png(a_directory_of_lies() + b"A" * (64 << 20)))
    assert is_harmless(found), found
    assert found.outcome.failure is None
