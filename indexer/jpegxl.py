"""Reads the head of a JPEG XL file (ISO/IEC 18181) without decoding it: its size, and how it is turned.

Two steps of an item's way ask: the reader of its metadata, and the maker of its derivatives, which refuses
what is too large before any decoder sees it.
"""

from __future__ import annotations

from typing import BinaryIO, NamedTuple

from indexer.boxes import boxes, read_at, whole

CODESTREAM = b"\xff\x0a"
_HEAD_BYTES = 32
_SIDE_BITS = (9, 13, 18, 30)
_RATIOS = {1: (1, 1), 2: (12, 10), 3: (4, 3), 4: (3, 2), 5: (16, 9), 6: (5, 4), 7: (2, 1)}


class Head(NamedTuple):
    """``width`` and ``height`` as stored; ``orientation`` as in EXIF, which it overrules."""

    width: int
    height: int
    orientation: int


class _Bits:
    """Numbers from the lowest bit on; beyond the end everything is 0."""

    def __init__(self, data: bytes) -> None:
        self._rest = int.from_bytes(data, "little")

    def take(self, count: int) -> int:
        value = self._rest & ((1 << count) - 1)
        self._rest >>= count
        return value


def read_head(file: BinaryIO) -> Head | None:
    """The head of a seekable file, bare or in boxes; None where there is none."""
    start = _start(file)
    data = read_at(file, start, _HEAD_BYTES) if start is not None else b""
    if not data.startswith(CODESTREAM):
        return None
    bits = _Bits(data[len(CODESTREAM) :])
    is_small = bool(bits.take(1))
    height = _side(bits, is_small=is_small)
    ratio = _RATIOS.get(bits.take(3))
    width = height * ratio[0] // ratio[1] if ratio else _side(bits, is_small=is_small)
    is_all_default = bool(bits.take(1))
    has_more = not is_all_default and bool(bits.take(1))
    return Head(width, height, 1 + bits.take(3) if has_more else 1)


def _start(file: BinaryIO) -> int | None:
    """Where the code begins: a box may hold the whole, or a number and the first part."""
    if read_at(file, 0, 2) == CODESTREAM:
        return 0
    for kind, (start, _) in boxes(file, whole(file)):
        if kind in (b"jxlc", b"jxlp"):
            return start if kind == b"jxlc" else start + 4
    return None


def _side(bits: _Bits, *, is_small: bool) -> int:
    if is_small:
        return 8 * (bits.take(5) + 1)
    return bits.take(_SIDE_BITS[bits.take(2)]) + 1
