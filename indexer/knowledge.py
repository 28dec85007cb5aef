"""What can be known about an original, as frozen values: read from its bytes, and made anew at any time.

None (or an empty value) stands for what a file does not say, or does not say believably. People's own
decisions are never kept here.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Confidence(StrEnum):
    """How far a capture time can be believed."""

    HIGH = "high"  # the camera wrote it at the moment of capture
    MEDIUM = "medium"  # it was worked out from other facts: a position's time, a zone, a file's name
    LOW = "low"  # the copying program's word for when the file was changed


@dataclass(frozen=True, slots=True)
class CaptureTime:
    """A believable capture time: local wall clock, and where it was found.

    ``utc_offset`` is "+02:00" or None; ``source`` names the tag ("ExifIFD:DateTimeOriginal"),
    or "file name", or "client mtime".
    """

    taken_at: str
    source: str
    utc_offset: str | None = None
    confidence: Confidence = Confidence.HIGH


@dataclass(frozen=True, slots=True)
class Camera:
    make: str | None = None
    model: str | None = None
    lens: str | None = None


@dataclass(frozen=True, slots=True)
class Position:
    """WGS 84, decimal degrees; ``direction_deg`` is where the lens looked, clockwise from north."""

    lat: float
    lon: float
    altitude_m: float | None = None
    direction_deg: float | None = None


@dataclass(frozen=True, slots=True)
class Exposure:
    """``focal_length_35mm`` is what a 35 mm camera would need for the same angle, in millimetres."""

    time_s: float | None = None
    f_number: float | None = None
    iso: int | None = None
    focal_length_mm: float | None = None
    focal_length_35mm: float | None = None
    bias_ev: float | None = None
    flash_fired: bool | None = None


@dataclass(frozen=True, slots=True)
class Caption:
    """What people wrote about a picture; ``rating`` is 1 to 5, or -1 for a rejected one."""

    title: str | None = None
    description: str | None = None
    keywords: tuple[str, ...] = ()
    rating: int | None = None


@dataclass(frozen=True, slots=True)
class Film:
    """The streams of a video; codecs by the names of FFmpeg ("h264", "hevc", "aac").

    ``rotation_deg`` is the clockwise turn that it asks for.
    """

    video_codec: str | None = None
    audio_codec: str | None = None
    frame_rate: float | None = None
    rotation_deg: int = 0
    is_hdr: bool = False


@dataclass(frozen=True, slots=True)
class Ties:
    """Marks that tie files together.

    ``content_id`` is shared by the picture and the clip of a Live Photo, ``burst_id`` by the pictures of
    a burst. ``clip_offset`` is where the clip of a Motion Photo begins within the file, in bytes.
    ``sequence`` is the picture's number within a sequence, as the camera counts, from 1 (or None);
    ``is_continuous`` tells that it was set to take pictures as long as the shutter is held.
    """

    content_id: str | None = None
    burst_id: str | None = None
    clip_offset: int | None = None
    sequence: int | None = None
    is_continuous: bool = False


@dataclass(frozen=True, slots=True)
class Metadata:
    """All that was learnt from one original.

    ``width`` and ``height`` are as displayed, after rotation. ``captured`` is None for an unknown date.
    ``place`` is a name in English ("Lisbon, Portugal"). ``color_space`` names the profile ("Display P3").
    ``thumbhash`` is the tiny placeholder of some 25 bytes, in base64 (https://evanw.github.io/thumbhash/).
    """

    width: int | None = None
    height: int | None = None
    captured: CaptureTime | None = None
    camera: Camera = Camera()
    position: Position | None = None
    duration_s: float | None = None
    place: str | None = None
    exposure: Exposure = Exposure()
    caption: Caption = Caption()
    film: Film | None = None
    ties: Ties = Ties()
    color_space: str | None = None
    thumbhash: str | None = None
