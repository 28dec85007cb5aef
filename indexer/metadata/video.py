"""The reader of videos: streams, dates, camera and place, from the container and its tags."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from indexer import probe
from indexer.knowledge import Camera, Caption, Film, Position, Ties
from indexer.metadata.avchd import read_avchd
from indexer.metadata.capture_time import Recorded
from indexer.metadata.exif import HIGHEST_PEAK_M
from indexer.metadata.findings import Findings
from indexer.metadata.texts import clean_text, written_by_people
from indexer.metadata.xavc import read_xavc
from indexer.model import MediaType
from indexer.probe import Streams, VideoUnreadable

MAKE_TAGS = ("com.apple.quicktime.make", "com.android.manufacturer", "make")
MODEL_TAGS = ("com.apple.quicktime.model", "com.android.model", "model")
POSITION_TAGS = ("com.apple.quicktime.location.ISO6709", "location")
TITLE_TAGS = ("com.apple.quicktime.title", "title")
DESCRIPTION_TAGS = ("com.apple.quicktime.description", "description")
CONTENT_ID_TAG = "com.apple.quicktime.content.identifier"

# What "creation_time" is called, and whether it is a moment in UTC, by container.
CREATION_TIMES: dict[str, tuple[str, bool]] = {
    "mov": ("QuickTime:CreateDate (UTC)", True),
    "matroska": ("Matroska:DateTimeOriginal (UTC)", True),
    "asf": ("ASF:CreationDate (UTC)", True),
    "avi": ("RIFF:DateTimeOriginal", False),
}
# GoPro has no zone to tell UTC by, and writes its wall clock.
LOCAL_CLOCK = ("QuickTime:CreateDate", False)

# ISO 6709 in degrees, as QuickTime and Android write it: "+52.4597+013.3220+051.178/".
_POSITION = re.compile(
    r"([+-]\d{1,2}(?:\.\d+)?)([+-]\d{1,3}(?:\.\d+)?)([+-]\d+(?:\.\d+)?)?(?:CRS\w+)?/?", re.ASCII
)

_log = logging.getLogger(__name__)


def read_video(original: Path, media: MediaType) -> Findings:
    """What a video says about itself; nothing when it cannot be opened. Raises OSError."""
    try:
        with probe.opened(original, media) as container:
            streams = probe.look(container)
            own = read_avchd(container) if container.format.name == "mpegts" else Findings()
    except VideoUnreadable as error:  # making the derivatives will tell the owner
        _log.debug("unreadable video: %s", error)
        return Findings()
    if probe.FORMATS[media.mime] == "mov":
        own = read_xavc(original)
    return _findings(streams, media, own)


def _findings(streams: Streams, media: MediaType, own: Findings) -> Findings:
    """``own`` is what the maker of the camera has put elsewhere than into tags."""
    size = (streams.width, streams.height)
    width, height = reversed(size) if streams.is_turned else size
    tags = streams.tags
    return Findings(
        width=width,
        height=height,
        recorded=(*dates(tags, probe.FORMATS[media.mime]), *own.recorded),
        camera=_camera(tags, own.camera),
        position=position(_first(tags, POSITION_TAGS) or ""),
        duration_s=streams.duration_s,
        caption=Caption(_written(tags, TITLE_TAGS), _written(tags, DESCRIPTION_TAGS)),
        film=Film(
            streams.video_codec,
            streams.audio_codec,
            streams.frame_rate,
            streams.rotation_deg,
            streams.is_hdr,
        ),
        ties=Ties(content_id=_first(tags, (CONTENT_ID_TAG,))),
    )


def dates(tags: Mapping[str, str], container: str) -> Iterator[Recorded]:
    """Every date among the tags of a container, by the first of FFmpeg's names for it ("mov", "avi")."""
    if "com.apple.quicktime.creationdate" in tags:
        yield Recorded("Keys:CreationDate", tags["com.apple.quicktime.creationdate"])
    if "date" in tags and container == "mov":
        yield Recorded("UserData:ContentCreateDate", tags["date"])
    if "creation_time" in tags and container in CREATION_TIMES:
        source, is_utc = LOCAL_CLOCK if _is_gopro(tags) else CREATION_TIMES[container]
        text = tags["creation_time"].removesuffix("Z").removesuffix(".000000")
        yield Recorded(source, text, is_utc=is_utc)


def position(text: str) -> Position | None:
    """Where a text of ISO 6709 in degrees points to; None for anything else, and for 0, 0 (no fix)."""
    match = _POSITION.fullmatch(text.strip())
    if match is None:
        return None
    lat, lon = float(match[1]), float(match[2])
    if abs(lat) > 90 or abs(lon) > 180 or lat == lon == 0:
        return None
    height_m = float(match[3] or "nan")
    return Position(lat, lon, height_m if abs(height_m) <= HIGHEST_PEAK_M else None)


def _camera(tags: Mapping[str, str], own: Camera) -> Camera:
    make = _first(tags, MAKE_TAGS) or ("GoPro" if _is_gopro(tags) else own.make)
    return Camera(make, _first(tags, MODEL_TAGS) or own.model, own.lens)


def _is_gopro(tags: Mapping[str, str]) -> bool:
    return "GoPro" in tags.get("handler_name", "")


def _first(tags: Mapping[str, str], names: tuple[str, ...]) -> str | None:
    """The first of these tags that says something."""
    return next((text for name in names if (text := clean_text(tags.get(name, "")))), None)


def _written(tags: Mapping[str, str], names: tuple[str, ...]) -> str | None:
    """The first of these tags that a person has filled."""
    return next((text for name in names if (text := written_by_people(tags.get(name)))), None)
