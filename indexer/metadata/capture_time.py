"""Decides when a picture was taken: which of the dates on offer wins, and why. Pure.

The order of trust: what the camera wrote, what programs wrote, what people and telephones put into
the file's name, the modification time that the client sent. The first *believable* date wins; where
none is, the date is unknown, never "today".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from indexer.knowledge import CaptureTime

FILE_NAME = "file name"
CLIENT_MTIME = "client mtime"

TAGS_BY_TRUST = (
    "ExifIFD:DateTimeOriginal",
    "IFD0:DateTimeOriginal",
    "CanonRaw:DateTimeOriginal",
    "ExifIFD:CreateDate",
    "XMP-exif:DateTimeOriginal",
    "XMP-photoshop:DateCreated",
    "XMP-xmp:CreateDate",
    "IPTC:DateTimeCreated",
    "Keys:CreationDate",  # QuickTime metadata of Apple: the wall clock with its offset
    "UserData:ContentCreateDate",  # the same in the older atom \u00a9day
    "XML:CreationDate",  # Sony XAVC
    "H264:DateTimeOriginal",  # AVCHD: the MDPM message within the video stream
    "RIFF:DateTimeOriginal",
    "QuickTime:CreateDate",  # of cameras known to write their wall clock where UTC belongs
    "QuickTime:CreateDate (UTC)",
    "Matroska:DateTimeOriginal (UTC)",
    "GPS:GPSDateTime",
    "IFD0:ModifyDate",
)

FIRST_PHOTOGRAPH_YEAR = 1826
CLOCK_TOLERANCE = timedelta(days=1)  # a fast camera clock, or one that is hours ahead in another zone
WIDEST_OFFSET = timedelta(hours=14)

# Where clocks and file systems begin to count: a date that is exactly this was never set.
NEVER_SET = frozenset(f"{year}-01-01T00:00:00" for year in (1904, 1970, 1980))

_RECORDED = re.compile(
    r"(?P<year>\d{4})[-:/.](?P<month>\d\d)[-:/.](?P<day>\d\d)"
    r"(?:[T ]+(?P<hour>\d\d):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,](?P<subsec>\d+))?)?)?"
    r"\s*(?P<offset>Z|[+-]\d\d:?\d\d)?",
    re.ASCII,
)
_OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)", re.ASCII)
_CLOCK = (
    r"(?P<hour>\d\d|\d(?=[._:]))(?P<colon>[-._:]?)(?P<minute>\d\d)(?P=colon)(?P<second>\d\d)"
    r"(?:[-._]?(?P<subsec>\d{3})(?!\d))?(?:[ \u202f]?(?P<half>[AaPp][Mm])\b)?"
)
_NAME_WITH_TIME = (
    # IMG_20240517_183001, PXL_20240517_183001123, 20240517183001, Screenshot 2024-05-17 at 18.30.01, ...
    re.compile(
        r"(?<!\d)(?P<year>(?:19|20)\d\d)(?P<dash>[-_.:]?)(?P<month>\d\d)(?P=dash)(?P<day>\d\d)"
        r"(?:[-_ T]|, | at |\. )?" + _CLOCK + r"(?!\d)",
        re.ASCII,
    ),
    # photo_1@17-05-2024_18-30-01 (Telegram's export)
    re.compile(r"@(?P<day>\d\d)-(?P<month>\d\d)-(?P<year>(?:19|20)\d\d)_" + _CLOCK + r"(?!\d)", re.ASCII),
)
_NAME_WITH_DAY = (
    re.compile(
        r"(?<!\d)(?P<year>(?:19|20)\d\d)(?P<dash>[-_.])(?P<month>\d\d)(?P=dash)(?P<day>\d\d)(?!\d)", re.ASCII
    ),
    re.compile(
        r"(?:^|(?:IMG|VID)-)(?P<year>(?:19|20)\d\d)(?P<month>\d\d)(?P<day>\d\d)(?![\dA-Za-z])", re.ASCII
    ),
)
_NAMED_IN_UTC = re.compile(r"PXL_|UTC", re.IGNORECASE)  # Pixel telephones name files by UTC


@dataclass(frozen=True, slots=True)
class Recorded:
    """A date as some tag of the file states it; ``source`` is one of `TAGS_BY_TRUST`, or it counts for nothing.

    ``text`` is a date and time as EXIF or ISO 8601 writes them, with or without fraction and offset.
    It is the camera's wall clock, or with ``is_utc`` a moment in UTC, which is turned into the wall clock
    of the place. So the three ways in which videos tell their time are:

    - local with its offset: ``Recorded("Keys:CreationDate", "2021-05-25T09:21:51-0700")``
    - local without an offset: ``Recorded("RIFF:DateTimeOriginal", "2021-03-26 21:19:07")``
    - a moment in UTC: ``Recorded("QuickTime:CreateDate (UTC)", "2020-02-29 10:00:00", is_utc=True)``

    A reader brings home every date it finds and leaves it to `choose` to refuse zeros and to pick one.
    """

    source: str
    text: str
    subsec: str | None = None
    offset: str | None = None
    is_utc: bool = False


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything that may tell a date. ``now`` and ``client_mtime`` are seconds since the epoch.

    ``zone`` turns moments into wall-clock time; None is the zone of this server.
    """

    recorded: tuple[Recorded, ...] = ()
    name: str = ""
    client_mtime: float | None = None
    now: float = 0.0
    zone: tzinfo | None = None


def choose(evidence: Evidence) -> CaptureTime | None:
    """The most trusted believable date, with its source; None when there is none.

    A name that tells only the day ("IMG-20240517-WA0001.jpg") counts as the start of that day.
    """
    latest = datetime.fromtimestamp(evidence.now, UTC) + CLOCK_TOLERANCE
    return next((date for date in _candidates(evidence) if _is_believable(date, latest)), None)


def _candidates(evidence: Evidence) -> Iterator[CaptureTime]:
    for source in TAGS_BY_TRUST:
        for recorded in evidence.recorded:
            if recorded.source == source:
                yield from _from_tag(recorded, evidence.zone)
    yield from _from_name(evidence.name, evidence.zone)
    yield from _from_mtime(evidence.client_mtime, evidence.zone)


def _is_believable(date: CaptureTime, latest: datetime) -> bool:
    moment = datetime.fromisoformat(date.taken_at[:19])
    if date.taken_at[:19] in NEVER_SET or moment.year < FIRST_PHOTOGRAPH_YEAR:
        return False
    return moment <= latest.replace(tzinfo=None) + _as_timedelta(date.utc_offset)


def _from_tag(recorded: Recorded, zone: tzinfo | None) -> Iterator[CaptureTime]:
    match = _RECORDED.fullmatch(recorded.text.strip())
    moment = _moment(match) if match else None
    if match is None or moment is None:
        return
    subsec = match["subsec"] or _digits(recorded.subsec)
    if recorded.is_utc:
        if _text(moment, None) not in NEVER_SET:
            yield _local(moment.replace(tzinfo=UTC), subsec, recorded.source, zone)
        return
    offset = _utc_offset(match["offset"]) or _utc_offset(recorded.offset)
    yield CaptureTime(_text(moment, subsec), recorded.source, offset)


def _from_name(name: str, zone: tzinfo | None) -> Iterator[CaptureTime]:
    for pattern in _NAME_WITH_TIME:
        for match in pattern.finditer(name):
            moment = _moment(match)
            if moment and _NAMED_IN_UTC.search(name[: match.start()]):
                yield _local(moment.replace(tzinfo=UTC), match["subsec"], FILE_NAME, zone)
            elif moment:
                yield CaptureTime(_text(moment, match["subsec"]), FILE_NAME)
    for pattern in _NAME_WITH_DAY:
        for match in pattern.finditer(name):
            moment = _moment(match)
            if moment:
                yield CaptureTime(_text(moment, None), FILE_NAME)


def _from_mtime(mtime: float | None, zone: tzinfo | None) -> Iterator[CaptureTime]:
    if mtime is None:
        return
    try:
        moment = datetime.fromtimestamp(mtime, UTC).replace(microsecond=0)
        local = _local(moment, None, CLIENT_MTIME, zone)
    except (OverflowError, ValueError, OSError):  # beyond what the calendar or the platform can say
        return
    if _text(moment.replace(tzinfo=None), None) not in NEVER_SET:  # whatever the zone makes of it
        yield local


def _local(moment: datetime, subsec: str | None, source: str, zone: tzinfo | None) -> CaptureTime:
    """The wall clock of the zone at a moment."""
    local = moment.astimezone(zone)
    offset = local.strftime("%z")
    return CaptureTime(_text(local.replace(tzinfo=None), subsec), source, f"{offset[:3]}:{offset[3:5]}")


def _moment(match: re.Match[str]) -> datetime | None:
    """The date of a match, at the start of the day where it has no time; None when it is no date."""
    found = match.groupdict()
    date = [int(found[part]) for part in ("year", "month", "day")]
    clock = [int(found.get(part) or 0) for part in ("hour", "minute", "second")]
    half = (found.get("half") or "").lower()
    if half and not 1 <= clock[0] <= 12:
        return None
    if half:
        clock[0] = clock[0] % 12 + (12 if half == "pm" else 0)
    try:
        return datetime(*date, *clock)  # type: ignore[arg-type]  # noqa: DTZ001 - a wall clock
    except ValueError:
        return None


def _text(moment: datetime, subsec: str | None) -> str:
    return moment.isoformat(timespec="seconds") + (f".{subsec}" if subsec else "")


def _digits(subsec: str | None) -> str | None:
    text = (subsec or "").strip()
    return text if text.isascii() and text.isdigit() else None


def _utc_offset(text: str | None) -> str | None:
    """ "+02:00" from what was recorded, None when that is no offset from UTC."""
    stripped = (text or "").strip()
    if stripped == "Z":
        return "+00:00"
    match = _OFFSET.fullmatch(stripped)
    if match is None or int(match[3]) > 59:
        return None
    offset = f"{match[1]}{match[2]}:{match[3]}"
    return offset if abs(_as_timedelta(offset)) <= WIDEST_OFFSET else None


def _as_timedelta(offset: str | None) -> timedelta:
    if offset is None:
        return timedelta(0)
    size = timedelta(hours=int(offset[1:3]), minutes=int(offset[4:6]))
    return -size if offset[0] == "-" else size
