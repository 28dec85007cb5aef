"""Reads an EXIF block (a TIFF directory): dates, camera, exposure, place. exifread does the parsing.

exifread never sees a whole file of a stranger: it is given a bounded view, in which a hostile block
simply ends, and whatever it raises is contained here, since a picture with broken EXIF is still a picture.
"""

from __future__ import annotations

import io
import logging
from dataclasses import dataclass, field
from typing import Any, BinaryIO, cast

import exifread

from indexer.knowledge import Camera, Caption, Exposure, Position
from indexer.metadata.capture_time import GPS_TIME, Recorded
from indexer.metadata.texts import clean_text, written_by_people

MOST_READS = 60_000
MOST_BYTES = 1 << 20
LONGEST_READ_BYTES = 1 << 16

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

# CR3 keeps positions in a block of their own, whose numbers mean other tags elsewhere.
POSITION_TAGS = {
    0x0001: "GPSLatitudeRef",
    0x0002: "GPSLatitude",
    0x0003: "GPSLongitudeRef",
    0x0004: "GPSLongitude",
    0x0005: "GPSAltitudeRef",
    0x0006: "GPSAltitude",
    0x0007: "GPSTimeStamp",
    0x0011: "GPSImgDirection",
    0x001D: "GPSDate",
}
COLOR_SPACES = {1: "sRGB", 2: "Adobe RGB"}
BELOW_SEA = 1
NO_ISO = (0, 65535)
HIGHEST_PEAK_M = 100_000  # beyond it, the number is nonsense

Tags = dict[str, Any]

_log = logging.getLogger(__name__)
logging.getLogger("exifread").setLevel(logging.CRITICAL)  # it warns about every oddity of every camera


@dataclass(frozen=True, slots=True)
class Exif:
    """What a block says; None and empty where it says nothing usable."""

    recorded: tuple[Recorded, ...] = ()
    camera: Camera = field(default_factory=Camera)
    position: Position | None = None
    orientation: int | None = None
    exposure: Exposure = field(default_factory=Exposure)
    caption: Caption = field(default_factory=Caption)
    color_space: str | None = None


def read_exif(block: BinaryIO) -> Exif:
    """The facts of an EXIF block or TIFF file, seekable; what cannot be read is left out.

    Raises nothing that the bytes could cause (not even a MemoryError).
    """
    return _facts(_tags(block))


def read_exif_in_parts(main: BinaryIO, camera: BinaryIO, position: BinaryIO) -> Exif:
    """The same where each directory is a block of its own (CR3)."""
    tags = _tags(main)
    tags |= {name.replace("Image ", "EXIF ", 1): tag for name, tag in _tags(camera).items()}
    places = [tag for tag in _tags(position).values() if getattr(tag, "tag", None) in POSITION_TAGS]
    return _facts(tags | {f"GPS {POSITION_TAGS[tag.tag]}": tag for tag in places})


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


def _tags(block: BinaryIO) -> Tags:
    try:
        view = cast(BinaryIO, _BoundedView(block))
        tags: Tags = exifread.process_file(view, details=False, extract_thumbnail=False)
    except Exception as error:  # noqa: BLE001 - exifread's failures are of every class there is
        _log.debug("unreadable EXIF: %r", error)
        return {}
    return tags


def _facts(tags: Tags) -> Exif:
    orientation = _integer(tags, "Image Orientation")
    return Exif(
        recorded=tuple(_dates(tags)),
        camera=Camera(
            _text(tags, "Image Make"),
            _text(tags, "Image Model"),
            _lens(tags),
        ),
        position=_position(tags),
        orientation=orientation if orientation in range(1, 9) else None,
        exposure=_exposure(tags),
        caption=_caption(tags),
        color_space=COLOR_SPACES.get(_integer(tags, "EXIF ColorSpace") or 0),
    )


def _dates(tags: Tags) -> list[Recorded]:
    dates = [
        Recorded(source, text, _text(tags, subsec), _text(tags, offset) or _text(tags, ANY_OFFSET_TAG))
        for source, (date, subsec, offset) in DATE_TAGS.items()
        if (text := _text(tags, date))
    ]
    return dates + _satellite_time(tags)


def _satellite_time(tags: Tags) -> list[Recorded]:
    """The time of the position, always UTC; sub-seconds are of the satellites, not of the picture."""
    day, clock = _text(tags, "GPS GPSDate"), _values(tags, "GPS GPSTimeStamp")
    numbers = [_quotient(part) for part in clock[:3]]
    if day is None or len(numbers) < 3:
        return []
    hour, minute, second = (int(number or 0) for number in numbers)
    return [Recorded(GPS_TIME, f"{day} {hour:02}:{minute:02}:{second:02}", is_utc=True)]


def _lens(tags: Tags) -> str | None:
    name = _text(tags, "EXIF LensModel")
    return name if name and any(letter.isalnum() for letter in name) else None  # "----": none was seen


def _exposure(tags: Tags) -> Exposure:
    flash = _values(tags, "EXIF Flash")
    iso = _integer(tags, "EXIF ISOSpeedRatings")
    return Exposure(
        time_s=_positive(tags, "EXIF ExposureTime"),
        f_number=_positive(tags, "EXIF FNumber"),
        iso=None if iso in NO_ISO else iso,
        focal_length_mm=_positive(tags, "EXIF FocalLength"),
        focal_length_35mm=_positive(tags, "EXIF FocalLengthIn35mmFilm"),
        bias_ev=_number(tags, "EXIF ExposureBiasValue"),
        flash_fired=bool(flash[0] & 1) if flash and isinstance(flash[0], int) else None,
    )


def _caption(tags: Tags) -> Caption:
    """What Windows writes, and the description of EXIF itself."""
    rating = _integer(tags, "Image Rating")
    keywords = (clean_text(word) for word in (_wide_text(tags, "Image XPKeywords") or "").split(";"))
    return Caption(
        title=written_by_people(_wide_text(tags, "Image XPTitle")),
        description=written_by_people(_raw_text(tags, "Image ImageDescription"))
        or written_by_people(_wide_text(tags, "Image XPComment")),
        keywords=tuple(dict.fromkeys(word for word in keywords if word)),
        rating=rating if rating in range(1, 6) else None,
    )


def _raw_text(tags: Tags, name: str) -> str | bytes | None:
    tag = tags.get(name)
    return tag.values if tag is not None and isinstance(tag.values, str | bytes) else None


def _text(tags: Tags, name: str) -> str | None:
    """A text tag without the junk that cameras leave behind its end; None when blank."""
    value = _raw_text(tags, name)
    return clean_text(value) if value else None


def _wide_text(tags: Tags, name: str) -> str | None:
    """UTF-16 in bytes, as Windows writes it."""
    values = _values(tags, name)
    if not all(isinstance(value, int) and 0 <= value < 256 for value in values):
        return None
    return bytes(values).decode("utf-16-le", "ignore")


def _values(tags: Tags, name: str) -> list[Any]:
    """The numbers of a tag; empty where it is absent or holds text."""
    tag = tags.get(name)
    return tag.values if tag is not None and isinstance(tag.values, list) else []


def _integer(tags: Tags, name: str) -> int | None:
    """The first value where it is a positive whole number."""
    value = next(iter(_values(tags, name)), None)
    return value if isinstance(value, int) and value > 0 else None


def _number(tags: Tags, name: str) -> float | None:
    return next((_quotient(value) for value in _values(tags, name)), None)


def _positive(tags: Tags, name: str) -> float | None:
    number = _number(tags, name)
    return number if number and number > 0 else None


def _quotient(value: Any) -> float | None:
    """A ratio or whole number as a number that is worth keeping; None for a division by zero."""
    if isinstance(value, int):
        return float(value)
    return round(float(value.num / value.den), 9) if getattr(value, "den", 0) else None


def _position(tags: Tags) -> Position | None:
    lat = _degrees(tags, "GPS GPSLatitude", most=90)
    lon = _degrees(tags, "GPS GPSLongitude", most=180)
    if lat is None or lon is None or lat == lon == 0:  # 0, 0 is what a receiver without a fix writes
        return None
    return Position(lat, lon, _altitude(tags), _direction(tags))


def _direction(tags: Tags) -> float | None:
    direction = _number(tags, "GPS GPSImgDirection")
    return round(direction, 2) if direction is not None and 0 <= direction <= 360 else None


def _altitude(tags: Tags) -> float | None:
    height = _number(tags, "GPS GPSAltitude")
    if height is None or abs(height) > HIGHEST_PEAK_M:
        return None
    is_below = _integer(tags, "GPS GPSAltitudeRef") == BELOW_SEA
    return round(-height if is_below else height, 2)


def _degrees(tags: Tags, name: str, *, most: int) -> float | None:
    """Signed decimal degrees; None when absent or impossible."""
    side, parts = _text(tags, f"{name}Ref"), _values(tags, name)[:3]
    numbers = [_quotient(part) for part in parts]
    if side is None or not numbers:
        return None
    degrees = 0.0
    for power, number in enumerate(numbers):
        if number is None:
            return None
        degrees += number / 60**power
    if not 0 <= degrees <= most:
        return None
    return round(-degrees if side[0] in "SsWw" else degrees, 6)
