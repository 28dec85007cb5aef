"""`indexer.tiff`: true directories are read in both byte orders, lies give less."""

from __future__ import annotations

import io
import struct

import pytest

from indexer.tiff import MOST_TAGS, first_directory

WIDTH, MAKE, XMP = 0x0100, 0x010F, 700


def tiff(order: str, *entries: bytes, magic: int = 42, trailer: bytes = b"") -> bytes:
    head = (b"MM" if order == ">" else b"II") + struct.pack(order + "HI", magic, 8)
    return head + struct.pack(order + "H", len(entries)) + b"".join(entries) + bytes(4) + trailer


@pytest.mark.parametrize("order", ["<", ">"])
def test_values_of_each_sort(order: str) -> None:
    behind = 8 + 2 + 4 * 12 + 4
    content = tiff(
        order,
        struct.pack(order + "HHIHH", WIDTH, 3, 1, 4000, 0),
        struct.pack(order + "HHII", WIDTH + 1, 4, 1, 70_000),
        struct.pack(order + "HHI4s", MAKE, 2, 4, b"Abc\x00"),
        struct.pack(order + "HHII", XMP, 1, 6, behind),
        trailer=b"<xmp/>",
    )
    found = first_directory(io.BytesIO(content))
    assert (found.number(WIDTH), found.number(WIDTH + 1), found.number(WIDTH + 2)) == (4000, 70_000, None)
    assert (found.content(MAKE, 64), found.content(XMP, 64), found.content(9, 64)) == (
        b"Abc\x00",
        b"<xmp/>",
        b"",
    )
    assert found.content(XMP, 3) == b"<xm"
    assert (MAKE in found, 9 in found) == (True, False)


@pytest.mark.parametrize(
    "content", [b"", b"II", b"II*\x00", b"II*\x00\xff\xff\xff\xff", b"MM\x00*\x00\x00\x00\x08\x00\x09short"]
)
def test_lies_give_nothing(content: bytes) -> None:
    assert first_directory(io.BytesIO(content)).entries == {}


def test_a_directory_is_bounded() -> None:
    entries = (struct.pack("<HHII", tag, 4, 1, tag) for tag in range(2 * MOST_TAGS))
    assert len(first_directory(io.BytesIO(tiff("<", *entries))).entries) == MOST_TAGS


def test_a_value_may_be_said_to_lie_anywhere() -> None:
    content = tiff("<", struct.pack("<HHII", XMP, 1, 1 << 31, (1 << 32) - 1))
    assert first_directory(io.BytesIO(content)).content(XMP, 1 << 20) == b""
