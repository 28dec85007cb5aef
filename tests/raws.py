"""Makes tiny real RAW files for tests: a DNG with the sensor's data, and a preview if the test wants one."""

from __future__ import annotations

import struct

from PIL import Image

Tag = tuple[int, int, bytes]  # number, type, little-endian values

BYTE, ASCII, SHORT, LONG, RATIONAL, SRATIONAL = 1, 2, 3, 4, 5, 10
SIZES = {BYTE: 1, ASCII: 1, SHORT: 2, LONG: 4, RATIONAL: 8, SRATIONAL: 8}
# XYZ of D65 to linear sRGB: this camera sees as a screen shows.
MATRIX = (3.2406, -1.5372, -0.4986, -0.9689, 1.8758, 0.0415, 0.0557, -0.2040, 1.0570)


def dng(picture: Image.Image, orientation: int = 1, preview: bytes | None = None) -> bytes:
    """A DNG of 16 bits whose sensor saw this RGB picture, as it lies; ``preview`` is a JPEG."""
    main = [
        (0x010F, ASCII, b"Test\0"),
        (0x0110, ASCII, b"Test\0"),
        (0x0112, SHORT, struct.pack("<H", orientation)),
        (0xC612, BYTE, bytes((1, 4, 0, 0))),
        (0xC614, ASCII, b"Test\0"),
        (0xC621, SRATIONAL, b"".join(struct.pack("<ii", round(v * 10_000), 10_000) for v in MATRIX)),
        (0xC628, RATIONAL, struct.pack("<6I", *[1] * 6)),
        (0xC65A, SHORT, struct.pack("<H", 21)),
    ]
    if preview is None:
        return _file([main + _sensor(picture)], [_bayer(picture)])
    small = [(0x00FE, LONG, struct.pack("<I", 1)), *_strip((1, 1), 7, 6, len(preview))]
    return _file([main + small, _sensor(picture)], [preview, _bayer(picture)])


def _sensor(picture: Image.Image) -> list[Tag]:
    pattern = [(0x828D, SHORT, struct.pack("<2H", 2, 2)), (0x828E, BYTE, bytes((0, 1, 1, 2)))]
    level = [(0x0102, SHORT, struct.pack("<H", 16)), (0xC61D, LONG, struct.pack("<I", 65535))]
    whole = [(0x00FE, LONG, bytes(4)), (0x0115, SHORT, struct.pack("<H", 1))]
    return [*whole, *pattern, *level, *_strip(picture.size, 1, 32803, picture.width * picture.height * 2)]


def _strip(size: tuple[int, int], compression: int, photometric: int, length: int) -> list[Tag]:
    return [
        (0x0100, LONG, struct.pack("<I", size[0])),
        (0x0101, LONG, struct.pack("<I", size[1])),
        (0x0103, SHORT, struct.pack("<H", compression)),
        (0x0106, SHORT, struct.pack("<H", photometric)),
        (0x0116, LONG, struct.pack("<I", size[1])),
        (0x0117, LONG, struct.pack("<I", length)),
    ]


def _bayer(picture: Image.Image) -> bytes:
    """Red and green, green and blue in turn, as linear light."""
    width, bands = picture.width, [band.tobytes() for band in picture.split()]
    linear = [round((code / 255) ** 2.2 * 65535) for code in range(256)]
    cells = (
        linear[bands[(y & 1) + (x & 1)][y * width + x]] for y in range(picture.height) for x in range(width)
    )
    return struct.pack(f"<{width * picture.height}H", *cells)


def _file(directories: list[list[Tag]], strips: list[bytes]) -> bytes:
    """A TIFF: the directories in turn (the second one a child of the first), then what they point to."""
    tables = [[*tags, (0x0111, LONG, bytes(4))] for tags in directories]
    if len(tables) > 1:
        tables[0].append((0x014A, LONG, bytes(4)))
    starts, end = [], 8
    for table in tables:
        starts.append(end)
        end += 6 + 12 * len(table) + sum(len(value) for _, _, value in table if len(value) > 4)
    places = [end + sum(map(len, strips[:number])) for number in range(len(strips))]
    body = b"".join(
        _directory(table, start, {0x0111: place, 0x014A: starts[-1]})
        for table, start, place in zip(tables, starts, places, strict=True)
    )
    return b"II*\0" + struct.pack("<I", 8) + body + b"".join(strips)


def _directory(tags: list[Tag], start: int, pointers: dict[int, int]) -> bytes:
    entries, extra = struct.pack("<H", len(tags)), b""
    values_at = start + 6 + 12 * len(tags)
    for number, kind, value in sorted(tags):
        entries += struct.pack("<HHI", number, kind, len(value) // SIZES[kind])
        if number in pointers:
            entries += struct.pack("<I", pointers[number])
        elif len(value) <= 4:
            entries += value.ljust(4, b"\0")
        else:
            entries += struct.pack("<I", values_at + len(extra))
            extra += value
    return entries + bytes(4) + extra
