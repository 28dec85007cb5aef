"""Makes tiny real media for tests: pictures with the EXIF that a test asks for.

A picture has four quarters of different colours, so that a test sees how it was turned: red
top left, green top right, blue bottom left, white bottom right.
"""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass
from typing import Any

import pillow_heif
from PIL import Image
from PIL.ExifTags import GPS, IFD, Base

pillow_heif.register_heif_opener()

RED, GREEN, BLUE, WHITE = (220, 30, 30), (30, 200, 30), (30, 30, 220), (245, 245, 245)


@dataclass(frozen=True, slots=True)
class Shot:
    """What the camera of a test writes; ``gps`` is (latitude, longitude) in decimal degrees."""

    size: tuple[int, int] = (64, 48)
    taken: str | None = "2024:05:17 18:30:01"
    subsec: str | None = None
    offset: str | None = None
    modified: str | None = None
    orientation: int | None = None
    gps: tuple[float, float] | None = None
    make: str | None = None
    model: str | None = None
    seed: int = 0


def quarters(size: tuple[int, int], seed: int = 0) -> Image.Image:
    """The picture itself; each ``seed`` (0-255) makes other bytes."""
    width, height = size
    image = Image.new("RGB", size, WHITE)
    image.paste(RED, (0, 0, width // 2, height // 2))
    image.paste(GREEN, (width // 2, 0, width, height // 2))
    image.paste(BLUE, (0, height // 2, width // 2, height))
    image.paste((seed, seed, seed), (width // 2 - 1, height // 2 - 1, width // 2 + 1, height // 2 + 1))
    return image


def jpeg(shot: Shot = Shot()) -> bytes:
    """A baseline JPEG of this shot."""
    return _save(shot, "JPEG", quality=92)


def jpeg_with_thumbnail(thumbnail: bytes, orientation: int = 1, seed: int = 0) -> bytes:
    """A baseline JPEG in whose EXIF a camera put a small picture."""
    buffer = io.BytesIO()
    exif = b"Exif\x00\x00" + exif_with_thumbnail(thumbnail, orientation)
    quarters((96, 64), seed).save(buffer, "JPEG", quality=92, exif=exif)
    return buffer.getvalue()


def exif_with_thumbnail(thumbnail: bytes, orientation: int = 1) -> bytes:
    """A block of two directories: how the picture is turned, and where the thumbnail lies."""
    first = struct.pack("<HHHIHHI", 1, Base.Orientation, 3, 1, orientation, 0, 26)
    second = struct.pack("<HHHIIHHIII", 2, 0x0201, 4, 1, 56, 0x0202, 4, 1, len(thumbnail), 0)
    return b"II*\x00" + struct.pack("<I", 8) + first + second + thumbnail


def png(shot: Shot = Shot()) -> bytes:
    """A PNG with an eXIf chunk."""
    return _save(shot, "PNG")


def webp(shot: Shot = Shot()) -> bytes:
    """A lossy WebP with an EXIF chunk."""
    return _save(shot, "WEBP")


def tiff(shot: Shot = Shot()) -> bytes:
    """An uncompressed TIFF."""
    return _save(shot, "TIFF")


def gif(shot: Shot = Shot()) -> bytes:
    """A GIF of two frames, the second one black; GIF knows no EXIF."""
    buffer = io.BytesIO()
    first, second = quarters(shot.size, shot.seed), Image.new("RGB", shot.size)
    first.save(buffer, "GIF", save_all=True, append_images=[second])
    return buffer.getvalue()


def bmp(shot: Shot = Shot()) -> bytes:
    """A BMP, which knows no EXIF either."""
    buffer = io.BytesIO()
    quarters(shot.size, shot.seed).save(buffer, "BMP")
    return buffer.getvalue()


def heic(shot: Shot = Shot()) -> bytes:
    """A HEIC as telephones write it."""
    return _save(shot, "HEIF", quality=80)


def avif(shot: Shot = Shot()) -> bytes:
    """An AVIF, encoded in a hurry."""
    return _save(shot, "AVIF", speed=10)


def exif(shot: Shot = Shot()) -> bytes:
    """The block alone, from its TIFF header on."""
    return _exif(shot).tobytes().removeprefix(b"Exif\x00\x00")


def _save(shot: Shot, encoder: str, **options: int) -> bytes:
    buffer = io.BytesIO()
    quarters(shot.size, shot.seed).save(buffer, encoder, exif=_exif(shot).tobytes(), **options)
    return buffer.getvalue()


def _exif(shot: Shot) -> Image.Exif:
    exif = Image.Exif()
    main: dict[int, Any] = {
        Base.Make: shot.make,
        Base.Model: shot.model,
        Base.Orientation: shot.orientation,
        Base.DateTime: shot.modified,
    }
    camera: dict[int, Any] = {
        Base.DateTimeOriginal: shot.taken,
        Base.SubsecTimeOriginal: shot.subsec,
        Base.OffsetTimeOriginal: shot.offset,
    }
    exif.update({tag: value for tag, value in main.items() if value is not None})
    exif.get_ifd(IFD.Exif).update({tag: value for tag, value in camera.items() if value is not None})
    if shot.gps:
        exif.get_ifd(IFD.GPSInfo).update(_gps(*shot.gps))
    return exif


def _gps(lat: float, lon: float) -> dict[int, Any]:
    return {
        GPS.GPSLatitudeRef: "S" if lat < 0 else "N",
        GPS.GPSLatitude: _sexagesimal(abs(lat)),
        GPS.GPSLongitudeRef: "W" if lon < 0 else "E",
        GPS.GPSLongitude: _sexagesimal(abs(lon)),
    }


def _sexagesimal(degrees: float) -> tuple[float, float, float]:
    minutes = degrees % 1 * 60
    return float(int(degrees)), float(int(minutes)), round(minutes % 1 * 60, 4)
