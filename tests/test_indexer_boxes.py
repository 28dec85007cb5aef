"""`indexer.boxes`: true boxes are found, lies end the walk."""

from __future__ import annotations

import io
import struct

import pytest

from indexer.boxes import MOST_BOXES, boxes, first_box, read_at, whole


def box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", len(content) + 8, kind) + content


def long_box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4sQ", 1, kind, len(content) + 16) + content


def found(content: bytes) -> list[tuple[bytes, bytes]]:
    file = io.BytesIO(content)
    return [(kind, content[start:end]) for kind, (start, end) in boxes(file, whole(file))]


def test_boxes_of_every_length() -> None:
    to_the_end = struct.pack(">I4s", 0, b"mdat") + b"rest"
    content = box(b"ftyp", b"a") + long_box(b"moov", b"bc") + box(b"free", b"") + to_the_end
    assert found(content) == [(b"ftyp", b"a"), (b"moov", b"bc"), (b"free", b""), (b"mdat", b"rest")]


def test_boxes_within_a_box() -> None:
    file = io.BytesIO(box(b"moov", box(b"trak", b"x") + box(b"udta", b"y")) + box(b"udta", b"z"))
    start, end = first_box(file, b"udta", first_box(file, b"moov", whole(file)))
    assert file.getvalue()[start:end] == b"y"
    assert first_box(file, b"none", whole(file)) == (0, 0)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\x00",
        struct.pack(">I4s", 7, b"free"),
        struct.pack(">I4sQ", 1, b"free", 15),
        struct.pack(">I4s", 1, b"free"),
    ],
)
def test_lies_end_the_walk(content: bytes) -> None:
    assert found(content) == []


def test_a_box_ends_with_what_holds_it() -> None:
    assert found(struct.pack(">I4sQ", 1, b"mdat", 1 << 63) + b"rest") == [(b"mdat", b"rest")]


def test_a_walk_is_bounded() -> None:
    assert len(found(box(b"free", b"") * 1000)) == MOST_BOXES


def test_an_offset_may_be_anywhere() -> None:
    assert read_at(io.BytesIO(b"abc"), 1, 10) == b"bc"
    assert read_at(io.BytesIO(b"abc"), 1 << 40, 10) == b""
    assert read_at(io.BytesIO(b"abc"), (1 << 64) - 1, 10) == b""
