"""exiftool is the oracle: dates, camera, position and size of every sample, as it and as we read them.

Each difference is named here with its reason; any other fails, and so does one that is gone.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from indexer.identify import identify
from indexer.knowledge import CaptureTime
from indexer.metadata.capture_time import TAGS_BY_TRUST, Evidence, Recorded, choose
from indexer.metadata.findings import Findings
from indexer.metadata.readers import read
from indexer.model import Kind
from tests import programs, samples

pytestmark = samples.needs_samples

SAMPLES = [sample for sample in samples.load() if sample.kind in ("image", "raw", "video")]
Tags = dict[str, Any]

# Without our second name for a tag, which is for cameras that write their wall clock into it.
SOURCES = [source for source in TAGS_BY_TRUST if source != "QuickTime:CreateDate"]
# Where exiftool, too, keeps the fraction and the offset of a date apart.
PARTS = {
    "ExifIFD:DateTimeOriginal": ("ExifIFD:SubSecTimeOriginal", "ExifIFD:OffsetTimeOriginal"),
    "ExifIFD:CreateDate": ("ExifIFD:SubSecTimeDigitized", "ExifIFD:OffsetTimeDigitized"),
    "IFD0:ModifyDate": ("ExifIFD:SubSecTime", "ExifIFD:OffsetTime"),
}
MAKES = ("IFD0:Make", "CanonRaw:Make", "Keys:Make", "ItemList:Make", "UserData:Make", "H264:Make")
MODELS = ("IFD0:Model", "CanonRaw:Model", "Keys:Model", "ItemList:Model", "UserData:Model", "H264:Model")

KNOWN: dict[str, dict[str, str]] = {
    "heic/bird_burst.heic": {
        "QuickTime:CreateDate (UTC)": "the track's date is when a program encoded it, not when it was taken",
    },
    "raw/CanonRaw.cr3": {
        "QuickTime:CreateDate (UTC)": "the movie header repeats the date of EXIF, without its fraction",
    },
    "raw/FujiFilm.raf": {
        "size": "exiftool tells how the sensor is laid out, LibRaw how it is developed",
    },
    "raw/Panasonic.rw2": {
        "IFD0:ModifyDate": "exiftool reads on in the embedded preview, which repeats the date of the RAW",
    },
    "raw/quicktake150.qtk": {"size": "exiftool does not know the format; LibRaw does"},
    "video/Sony ILCE-7M3 (A7M3).mts": {
        "make": "exiftool leaves the maker of AVCHD as a number, 264, which is Sony's",
    },
}
UNLIKE_BY = 0.03  # makers crop some pixels of RAW away that LibRaw develops


@pytest.fixture(scope="module")
def told() -> dict[str, Tags]:
    """What exiftool says of each sample, by path; one run for all."""
    programs.require("exiftool")
    files = [sample.file for sample in SAMPLES]
    answer = programs.run("exiftool", "-json", "-n", "-G1", "-ee", "-q", "-q", *files, expect=None)
    return dict(zip((sample.path for sample in SAMPLES), json.loads(answer), strict=True))


@pytest.mark.parametrize("sample", SAMPLES, ids=str)
def test_we_agree(told: dict[str, Tags], sample: samples.Sample) -> None:
    with sample.file.open("rb") as file:
        media = identify(file)
    differences = dict(_differences(read(sample.file, media), media.kind, told[sample.path]))
    known = KNOWN.get(sample.path, {})
    assert set(differences) == set(known), f"{sample.path}: ours and exiftool's: {differences}"


def _differences(found: Findings, kind: Kind, tags: Tags) -> Iterator[tuple[str, tuple[Any, Any]]]:
    """The name of each fact, and what we and exiftool say of it, where that is not the same."""
    for source in SOURCES:
        dates: list[CaptureTime | None] = [
            date for each in found.recorded if each.source == source if (date := _date(each))
        ]
        oracle = _date(_recorded(tags, source))
        if oracle not in (dates or [None]):
            yield source, (dates, oracle)
    pairs: tuple[tuple[str, Any, Any], ...] = (
        ("make", found.camera.make, _first(tags, MAKES)),
        ("model", found.camera.model, _first(tags, MODELS)),
        ("position", _our_position(found), _their_position(tags)),
    )
    for name, ours, theirs in pairs:
        if ours != theirs:
            yield name, (ours, theirs)
    size = (found.width, found.height) if found.width and found.height else None
    if not _is_alike(size, _size(tags), UNLIKE_BY if kind is Kind.RAW else 0):
        yield "size", (size, _size(tags))


def _is_alike(ours: tuple[int, int] | None, theirs: tuple[int, int] | None, unlike_by: float) -> bool:
    if ours is None or theirs is None:
        return ours == theirs
    return all(abs(one - other) <= unlike_by * other for one, other in zip(ours, theirs, strict=True))


def _date(recorded: Recorded | None) -> CaptureTime | None:
    return choose(Evidence((recorded,), now=time.time())) if recorded else None


def _recorded(tags: Tags, source: str) -> Recorded | None:
    if source == "GPS:GPSDateTime":
        day, clock = tags.get("GPS:GPSDateStamp"), tags.get("GPS:GPSTimeStamp")
        return Recorded(source, f"{day} {str(clock)[:8]}", is_utc=True) if day and clock else None
    if source == "IPTC:DateTimeCreated":
        day, clock = tags.get("IPTC:DateCreated"), str(tags.get("IPTC:TimeCreated", ""))
        return Recorded(source, f"{day} {clock}".strip().removesuffix("+00:00")) if day else None
    text = tags.get(source.removesuffix(" (UTC)"))
    if text is None:
        return None
    subsec, offset = (tags.get(name) for name in PARTS.get(source, ("", "")))
    offset = offset or (tags.get("ExifIFD:OffsetTime") if source in PARTS else None)
    is_utc = source.endswith("(UTC)")
    return Recorded(
        source,
        str(text).removesuffix("Z").removesuffix(" DST"),
        None if subsec is None else str(subsec),
        offset,
        is_utc,
    )


def _first(tags: Tags, names: tuple[str, ...]) -> str | None:
    return next((str(tags[name]).strip() for name in names if str(tags.get(name, "")).strip()), None)


def _our_position(found: Findings) -> tuple[float, float] | None:
    position = found.position
    return (round(position.lat, 4), round(position.lon, 4)) if position else None


def _their_position(tags: Tags) -> tuple[float, float] | None:
    lat, lon = tags.get("Composite:GPSLatitude"), tags.get("Composite:GPSLongitude")
    return (round(lat, 4), round(lon, 4)) if isinstance(lat, float) and isinstance(lon, float) else None


def _size(tags: Tags) -> tuple[int, int] | None:
    """As displayed: HEIF and videos by their own rotation, the others by the tag of EXIF."""
    if "Composite:ImageSize" not in tags:
        return None
    width, height = (int(number) for number in str(tags["Composite:ImageSize"]).split())
    is_heif = tags.get("File:FileType") in ("HEIC", "HEIF", "AVIF")
    turn = tags.get("Meta:Rotation") or tags.get("QuickTime:Rotation") or tags.get("Composite:Rotation") or 0
    is_turned = turn in (90, 270) if is_heif or tags.get("File:MIMEType", "")[:5] == "video" else False
    if not is_heif and tags.get("IFD0:Orientation") in (5, 6, 7, 8):
        is_turned = True
    return (height, width) if is_turned else (width, height)


def test_every_known_difference_has_a_sample_and_a_reason() -> None:
    assert set(KNOWN) <= {sample.path for sample in SAMPLES}
    assert all(len(reason.split()) > 3 for reasons in KNOWN.values() for reason in reasons.values())
