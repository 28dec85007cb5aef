"""Reads an EXIF block (a TIFF directory): dates, camera, place, orientation. exifread does the parsing.

exifread never sees a whole file of a stranger: it is given a bounded view, in which a hostile block
simply ends, and whatever it raises is contained here, since a picture with broken EXIF is still a picture.
"""

from __future__ import annotations

import io
import logging
from dataclasses import dataclass, field
from typing import Any, BinaryIO, cast

import exifread

from indexer.knowledge import Camera, Position
from indexer.metadata.capture_time import Recorded

MOST_READS = 60_000
MOST_BYTES = 1 << 20
LONGEST_READ_BYTES = 1 << 16
LONGEST_TEXT = 200

# source -> the tags that hold the date, its sub-seconds and its offset from UTC, as exifread names them
DATE_TAGS: dict[str, tuple[str, str, str]] = {
    "ExifIFD:DateTimeOriginal": (
        "EXIF DateTimeOriginal",
        "EXIF SubSecTimeOriginal",
        "EXIF OffsetTimeOriginal",
    ),
    "IFD0:DateTimeOriginal": (
        "Image DateTimeOriginal",
        "Image SubSecTimeOriginal",
        "Image OffsetTimeOriginal",
    ),
    "ExifIFD:CreateDate": (
        "EXIF DateTimeDigitized",
        "EXIF SubSecTimeDigitized",
        "EXIF OffsetTimeDigitized",
    ),
    "IFD0:ModifyDate": ("Image DateTime", "EXIF SubSecTime", "EXIF OffsetTime"),
}

ANY_OFFSET_TAG = "EXIF OffsetTime"  # some cameras write only this one, and mean their clock

_log = logging.getLogger(__name__)
logging.getLogger("exifread").setLevel(logging.CRITICAL)  # it warns about every oddity of every camera


@dataclass(frozen=True, slots=True)
class Exif:
    """What a block says; None and empty where it says nothing usable."""

    recorded: tuple[Recorded, ...] = ()
    camera: Camera = field(default_factory=Camera)
    position: Position | None = None
    orientation: int | None = None


def read_exif(block: BinaryIO) -> Exif:
    """The facts of an EXIF block or TIFF file, seekable; what cannot be read is left out.

    Raises nothing that the bytes could cause (not even a MemoryError).
    """
    try:
        view = cast(BinaryIO, _BoundedView(block))
        return _exif(exifread.process_file(view, details=False, extract_thumbnail=False))
    except Exception as error:  # noqa: BLE001 - exifread's failures are of every class there is
        _log.debug("unreadable EXIF: %r", error)
        return Exif()


class _BoundedView(io.RawIOBase):
    """A file that ends after so many reads or bytes: exifread believes any count that it is told."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._reads_left = MOST_READS
        self._bytes_left = MOST_BYTES

    def read(self, size: int = -1) -> bytes:
        allowed = min(self._bytes_left, LONGEST_READ_BYTES)
        self._reads_left -= 1
        if self._reads_left < 0 or not allowed:
            return b""
        data = self._file.read(allowed if size < 0 else min(size, allowed))
        self._bytes_left -= len(data)
        return data

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()


def _exif(tags: dict[str, Any]) -> Exif:
    orientation = _number(tags, "Image Orientation")
    return Exif(
        recorded=tuple(_dates(tags)),
        camera=Camera(
            _text(tags, "Image Make"),
            _text(tags, "Image Model"),
            _text(tags, "EXIF LensModel"),
        ),
        position=_position(tags),
        orientation=orientation if orientation in range(1, 9) else None,
    )


def _dates(tags: dict[str, Any]) -> list[Recorded]:
    return [
        Recorded(source, text, _text(tags, subsec), _text(tags, offset) or _text(tags, ANY_OFFSET_TAG))
        for source, (date, subsec, offset) in DATE_TAGS.items()
        if (text := _text(tags, date))
    ]


def _text(tags: dict[str, Any], name: str) -> str | None:
    """A text tag without the junk that cameras leave behind its end; None when blank."""
    tag = tags.get(name)
    if tag is None or not isinstance(tag.values, str | bytes):
        return None
    return clean_text(tag.values)


def clean_text(value: str | bytes) -> str | None:
    """Printable text up to the first NUL, or None: what databases, JSON and file names can all hold."""
    text = value.decode("latin-1") if isinstance(value, bytes) else value
    kept = "".join(letter for letter in text.split("\x00", 1)[0] if letter.isprintable())
    return kept.strip()[:LONGEST_TEXT] or None


def _number(tags: dict[str, Any], name: str) -> int | None:
    tag = tags.get(name)
    if tag is None or isinstance(tag.values, str | bytes) or not tag.values:
        return None
    value = tag.values[0]
    return value if isinstance(value, int) and value > 0 else None


def _position(tags: dict[str, Any]) -> Position | None:
    lat = _degrees(tags, "GPS GPSLatitude", most=90)
    lon = _degrees(tags, "GPS GPSLongitude", most=180)
    if lat is None or lon is None or lat == lon == 0:  # 0, 0 is what a receiver without a fix writes
        return None
    return Position(lat, lon)


def _degrees(tags: dict[str, Any], name: str, *, most: int) -> float | None:
    """Signed decimal degrees; None when absent or impossible."""
    tag, side = tags.get(name), _text(tags, f"{name}Ref")
    if tag is None or side is None or isinstance(tag.values, str | bytes):
        return None
    parts = tag.values[:3]
    if not parts or any(part.den == 0 for part in parts):
        return None
    degrees = float(sum(part.num / part.den / 60**power for power, part in enumerate(parts)))
    if not 0 <= degrees <= most:
        return None
    return round(-degrees if side[0] in "SsWw" else degrees, 6)
