"""The head of JPEG XL: size and turn, bare and in boxes, and whatever else comes."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from indexer.jpegxl import Head, read_head
from tests.jpegxl import boxed, encode, turned


def head_of(content: bytes) -> Head | None:
    return read_head(io.BytesIO(content))


@pytest.mark.parametrize(
    "size", [(8, 8), (256, 256), (64, 40), (640, 480), (600, 400), (640, 360), (1, 1), (37, 1023), (3000, 17)]
)
def test_sizes(size: tuple[int, int]) -> None:
    code = encode(Image.new("RGB", size, "teal"))
    assert head_of(code) == Head(*size, 1)
    assert head_of(boxed(code)) == head_of(boxed(code, parts=2)) == Head(*size, 1)


def test_large_sizes_are_told_without_decoding() -> None:
    """40,000 by 30,000, then a billion by a billion: bits for one row of the longest kind each."""
    for width, height in ((40_000, 30_000), (1 << 30, 1 << 30)):
        bits = 0 | 3 << 1 | (height - 1) << 3 | 0 << 33 | 3 << 36 | (width - 1) << 38 | 1 << 68
        assert head_of(b"\xff\x0a" + bits.to_bytes(16, "little")) == Head(width, height, 1)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_turns(orientation: int) -> None:
    assert head_of(turned(Image.new("RGB", (480, 320), "teal"), orientation)) == Head(480, 320, orientation)


@pytest.mark.parametrize(
    "content", [b"", b"\xff", b"\xff\xd8\xff", boxed(b""), boxed(b"nothing"), boxed(b"")[:20], bytes(100)]
)
def test_no_head(content: bytes) -> None:
    assert head_of(content) is None


def test_a_cut_head_is_small() -> None:
    assert head_of(b"\xff\x0a") == Head(1, 1, 1)
