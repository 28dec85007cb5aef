"""Decides when a picture was taken: which of the dates on offer wins, and why. Pure.

The order of trust: what the camera wrote, what programs wrote, what a receiver of satellites knew, what
the sidecar of another service says, what people and telephones put into the file's name, the modification
time that the client sent. The first *believable* date wins; where none is, the date is unknown, never
"today".

A moment in UTC becomes the wall clock of the place: by the zone of its coordinates, else by a clock
in the file's name, else by the server's zone. A wall clock without an offset is given one by the
satellites' time, else by the zone of its coordinates.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo

from indexer.knowledge import CaptureTime, Confidence
from indexer.metadata.file_names import dates_in, moment_of

FILE_NAME = "file name"
CLIENT_MTIME = "client mtime"
GPS_TIME = "GPS:GPSDateTime"

TAGS_BY_TRUST = (
    "ExifIFD:DateTimeOriginal",
    "IFD0:DateTimeOriginal",
    "CanonRaw:DateTimeOriginal",
    "SigmaRaw:DateTimeOriginal",
    "ExifIFD:CreateDate",
    "XMP-exif:DateTimeOriginal",
    "XMP-photoshop:DateCreated",
    "XMP-xmp:CreateDate",
    "IPTC:DateTimeCreated",
    "Keys:CreationDate",  # QuickTime metadata of Apple: the wall clock with its offset
    "UserData:ContentCreateDate",  # the same in the older atom ©day
    "XML:CreationDate",  # Sony XAVC
    "H264:DateTimeOriginal",  # AVCHD: the MDPM message within the video stream
    "RIFF:DateTimeOriginal",
    "QuickTime:CreateDate",  # of cameras known to write their wall clock where UTC belongs
    "QuickTime:CreateDate (UTC)",
    "Matroska:DateTimeOriginal (UTC)",
    "ASF:CreationDate (UTC)",
    GPS_TIME,
    "IFD0:ModifyDate",
)
# These tell of the file, which may have been made or changed long after the picture was taken.
TAGS_OF_THE_FILE = frozenset({"XMP-xmp:CreateDate", "IFD0:ModifyDate"})

FIRST_PHOTOGRAPH_YEAR = 1826
MOST_DIGITS = 9  # of a second: no clock tells less than nanoseconds
LAST_YEAR = 9999  # of the calendar, which a zone must not leave
CLOCK_TOLERANCE = timedelta(days=1)  # a fast camera clock, or one that is hours ahead in another zone
WIDEST_OFFSET = timedelta(hours=14)

# Where clocks and file systems begin to count. A program that took such a zero for UTC moved it by an offset.
EPOCHS = tuple(datetime(year, 1, 1) for year in (1904, 1970, 1980))  # noqa: DTZ001 - wall clocks
# Cameras and computers without a battery for their clock count on from here at each start.
BOOT = datetime(1970, 1, 1)  # noqa: DTZ001 - a wall clock
UNSET_CLOCKS = frozenset({datetime(1899, 12, 30), datetime(2000, 1, 1)})  # noqa: DTZ001 - wall clocks

# Offsets that are in use besides whole hours, in minutes.
BROKEN_OFFSETS = frozenset({-570, -210, -150, 210, 270, 330, 345, 390, 525, 570, 630, 765, 825})
STALEST_FIX = timedelta(minutes=4)  # a name tells the start of a recording, its clock often the end

_RECORDED = re.compile(
    r"(?P<year>\d{4})[-:/.](?P<month>\d\d)[-:/.](?P<day>\d\d)"
    r"(?:[T ]+(?P<hour>\d\d):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,](?P<subsec>\d+))?)?)?"
    r"\s*(?P<offset>Z|[+-]\d\d:?\d\d)?",
    re.ASCII,
)
_OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Recorded:
    """A date as some tag of the file states it; ``source`` is one of `TAGS_BY_TRUST`, or it is ignored.

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

    @classmethod
    def at(cls, source: str, seconds: float, *, is_utc: bool = False) -> Recorded:
        """So many seconds after the start of 1970, by the camera's own clock or with ``is_utc`` by UTC.

        Raises OverflowError, ValueError or OSError beyond what the calendar or the platform can say.
        """
        moment = datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)
        return cls(source, moment.isoformat(" ", "seconds"), is_utc=is_utc)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything that may tell a date. ``now`` and ``client_mtime`` are seconds since the epoch.

    ``zone_there`` is that of the picture's coordinates, None where they are unknown. ``zone`` is the best
    guess without them; None is the zone of this server. ``hinted`` was told beside the file.
    """

    recorded: tuple[Recorded, ...] = ()
    name: str = ""
    client_mtime: float | None = None
    now: float = 0.0
    zone: tzinfo | None = None
    zone_there: tzinfo | None = None
    hinted: Recorded | None = None


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
                yield from _from_tag(recorded, evidence)
    if evidence.hinted is not None:
        yield from _from_tag(evidence.hinted, evidence)
    yield from _from_name(evidence)
    yield from _from_mtime(evidence)


def _is_believable(date: CaptureTime, latest: datetime) -> bool:
    moment = datetime.fromisoformat(date.taken_at[:19])
    if _was_never_set(moment) or moment.year < FIRST_PHOTOGRAPH_YEAR:
        return False
    return moment <= latest.replace(tzinfo=None) + _as_timedelta(date.utc_offset)


def _was_never_set(moment: datetime) -> bool:
    """The zero of some clock, to the second, as it reads in any zone; or the first day after `BOOT`."""
    if -WIDEST_OFFSET <= moment - BOOT < timedelta(days=1):
        return True
    if moment.minute % 15 or moment.second:
        return False
    return moment in UNSET_CLOCKS or any(abs(moment - epoch) <= WIDEST_OFFSET for epoch in EPOCHS)


def _from_tag(recorded: Recorded, evidence: Evidence) -> Iterator[CaptureTime]:
    match = _RECORDED.fullmatch(recorded.text.strip())
    moment = moment_of(match) if match else None
    if match is None or moment is None:
        return
    subsec = match["subsec"] or _digits(recorded.subsec)
    if recorded.is_utc:
        yield from _at_the_place(moment, subsec, recorded.source, evidence)
        return
    offset = _utc_offset(match["offset"]) or _utc_offset(recorded.offset) or _missing_offset(moment, evidence)
    confidence = Confidence.MEDIUM if recorded.source in TAGS_OF_THE_FILE else Confidence.HIGH
    yield CaptureTime(_text(moment, subsec), recorded.source, offset, confidence)


def _missing_offset(moment: datetime, evidence: Evidence) -> str | None:
    """The offset of a wall clock: what it is ahead of the satellites' time, else that of the place."""
    for recorded in evidence.recorded:
        match = _RECORDED.fullmatch(recorded.text) if recorded.source == GPS_TIME else None
        fix = moment_of(match) if match else None
        offset = _difference(moment, fix) if fix else None
        if offset is not None:
            return _offset_text(offset)
    there = evidence.zone_there
    return _offset_text(moment.replace(tzinfo=there).utcoffset()) if there else None


def _difference(wall_clock: datetime, utc: datetime) -> timedelta | None:
    """How far a wall clock is ahead of UTC, where that is an offset that some country uses."""
    ahead = wall_clock - utc
    minutes = 15 * round(ahead / timedelta(minutes=15))
    offset = timedelta(minutes=minutes)
    in_use = minutes % 60 == 0 or minutes in BROKEN_OFFSETS
    return offset if in_use and abs(offset) <= WIDEST_OFFSET and abs(ahead - offset) <= STALEST_FIX else None


def _at_the_place(
    moment: datetime, subsec: str | None, source: str, evidence: Evidence
) -> Iterator[CaptureTime]:
    """A moment in UTC as the wall clock of the place read it."""
    if _was_never_set(moment) or not FIRST_PHOTOGRAPH_YEAR < moment.year < LAST_YEAR:
        return  # whatever the zone makes of it
    zone = evidence.zone_there or _zone_by_name(moment, evidence.name) or evidence.zone
    yield _local(moment, subsec, source, zone)


def _zone_by_name(moment: datetime, name: str) -> tzinfo | None:
    """Telephones name a video by the wall clock: that tells the offset of its moment in UTC."""
    for named in dates_in(name):
        offset = _difference(named.moment, moment) if named.has_clock and not named.is_utc else None
        if offset is not None:
            return timezone(offset)
    return None


def _from_name(evidence: Evidence) -> Iterator[CaptureTime]:
    for named in dates_in(evidence.name):
        if named.is_utc:
            zone = evidence.zone_there or evidence.zone
            yield _local(named.moment, named.subsec, FILE_NAME, zone)
        else:
            yield CaptureTime(_text(named.moment, named.subsec), FILE_NAME, confidence=Confidence.MEDIUM)


def _from_mtime(evidence: Evidence) -> Iterator[CaptureTime]:
    if evidence.client_mtime is None:
        return
    try:
        moment = datetime.fromtimestamp(evidence.client_mtime, UTC).replace(microsecond=0, tzinfo=None)
        zone = evidence.zone_there or evidence.zone
        local = _local(moment, None, CLIENT_MTIME, zone, Confidence.LOW)
    except (OverflowError, ValueError, OSError):  # beyond what the calendar or the platform can say
        return
    if not _was_never_set(moment):
        yield local


def _local(
    moment: datetime,
    subsec: str | None,
    source: str,
    zone: tzinfo | None,
    confidence: Confidence = Confidence.MEDIUM,
) -> CaptureTime:
    """The wall clock of the zone at a moment in UTC."""
    local = moment.replace(tzinfo=UTC).astimezone(zone)
    return CaptureTime(
        _text(local.replace(tzinfo=None), subsec), source, _offset_text(local.utcoffset()), confidence
    )


def _text(moment: datetime, subsec: str | None) -> str:
    return moment.isoformat(timespec="seconds") + (f".{subsec[:MOST_DIGITS]}" if subsec else "")


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


def _offset_text(offset: timedelta | None) -> str | None:
    """ "+02:00"; None for the odd minutes and seconds of the time before zones were agreed on."""
    if offset is None or offset % timedelta(minutes=15):
        return None
    minutes = abs(offset) // timedelta(minutes=1)
    return f"{'-' if offset < timedelta(0) else '+'}{minutes // 60:02}:{minutes % 60:02}"


def _as_timedelta(offset: str | None) -> timedelta:
    if offset is None:
        return timedelta(0)
    size = timedelta(hours=int(offset[1:3]), minutes=int(offset[4:6]))
    return -size if offset[0] == "-" else size
