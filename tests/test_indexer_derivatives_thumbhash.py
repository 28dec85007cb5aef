"""Thumbhashes: equal to those of the format's own reference program, quick, and of any picture."""

from __future__ import annotations

import base64
import time

import pytest
from PIL import Image

from indexer.derivatives import thumbhash
from tests import photos


def patterned(mode: str, size: tuple[int, int]) -> Image.Image:
    width, height = size
    channels = range(len(mode))
    levels = (
        (x * x * (3 + c) + y * (17 * c + 5) + x * y) % 256
        for y in range(height)
        for x in range(width)
        for c in channels
    )
    return Image.frombytes(mode, size, bytes(levels))


@pytest.mark.parametrize(
    ("mode", "size", "expected"),
    [  # what the npm package thumbhash 0.1.1 makes of the same pixels
        ("RGB", (32, 24), "3/cBDYJCBEQhQjNlZ1ZVRCMBFXBx"),
        ("RGB", (20, 32), "3/cBDAI1AyFCVXRlJlQyECMyUA=="),
        ("RGB", (32, 3), "3AcKEYYhA1SSZpdoA3cH94c="),
        ("RGBA", (32, 24), "3/eBBIIHQwQxYmZ3aBOgBDhmUBYJKTJOBw=="),
        ("RGBA", (9, 32), "3/eBCQIHVCBmWJciASQzUA0+Q3hzGKQ="),
        ("RGBA", (32, 32), "4AeCBQAHdSYwMWZWlicFMIByCHx0I3Fh0Q=="),
    ],
)
def test_as_the_reference_program(mode: str, size: tuple[int, int], expected: str) -> None:
    assert thumbhash.of(patterned(mode, size)) == expected


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "CMYK", "1"])
@pytest.mark.parametrize("size", [(1, 1), (1, 900), (900, 1), (2, 3), (4000, 30)])
def test_any_picture_has_one(mode: str, size: tuple[int, int]) -> None:
    assert 5 <= len(base64.b64decode(thumbhash.of(Image.new(mode, size)))) <= 35


def test_nothing_but_transparency() -> None:
    assert thumbhash.of(Image.new("RGBA", (60, 40), (200, 100, 50, 0)))


def test_a_plain_colour_has_no_waves() -> None:
    head = base64.b64decode(thumbhash.of(Image.new("RGB", (60, 40), (200, 10, 10))))
    assert int.from_bytes(head[:3], "little") >> 18 == 0
    assert int.from_bytes(head[3:5], "little") & 0x7FF8 == 0


def test_it_takes_no_time() -> None:
    picture = photos.quarters((256, 192))
    thumbhash.of(picture)
    start = time.process_time()
    for _ in range(20):
        thumbhash.of(picture)
    assert (time.process_time() - start) / 20 < 0.002
