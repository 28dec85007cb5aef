"""Reads the dates that telephones, cameras and messengers put into the names of files. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

_CLOCK = (
    r"(?P<hour>\d\d|\d(?=[._:]))(?P<colon>[-._:]?)(?P<minute>\d\d)(?P=colon)(?P<second>\d\d)"
    r"(?:[-._]?(?P<subsec>\d{3})(?!\d))?(?:[ \u202f]?(?P<half>[AaPp][Mm])\b)?"
)
_WITH_CLOCK = (
    # IMG_20240517_183001, PXL_20240517_183001123, 20240517183001, Screenshot 2024-05-17 at 18.30.01, ...
    re.compile(
        r"(?<!\d)(?P<year>(?:19|20)\d\d)(?P<dash>[-_.:]?)(?P<month>\d\d)(?P=dash)(?P<day>\d\d)"
        r"(?:[-_ T]|, | at |\. )?" + _CLOCK + r"(?!\d)",
        re.ASCII,
    ),
    # photo_1@17-05-2024_18-30-01 (Telegram's export)
    re.compile(r"@(?P<day>\d\d)-(?P<month>\d\d)-(?P<year>(?:19|20)\d\d)_" + _CLOCK + r"(?!\d)", re.ASCII),
)
_WITH_DAY = (
    re.compile(
        r"(?<!\d)(?P<year>(?:19|20)\d\d)(?P<dash>[-_.])(?P<month>\d\d)(?P=dash)(?P<day>\d\d)(?!\d)", re.ASCII
    ),
    # 20240517, IMG-20240517-WA0001 (WhatsApp), WP_20140517_001 (Windows Phone)
    re.compile(
        r"(?:^|[A-Za-z]{2}[-_])(?P<year>(?:19|20)\d\d)(?P<month>\d\d)(?P<day>\d\d)(?![\dA-Za-z])", re.ASCII
    ),
)
_IN_UTC = re.compile(r"PXL_|UTC", re.IGNORECASE)  # Pixel telephones name files by UTC


@dataclass(frozen=True, slots=True)
class Named:
    """A date of a name. ``moment`` is a wall clock, or UTC with ``is_utc``; midnight without a clock."""

    moment: datetime
    subsec: str | None = None
    is_utc: bool = False
    has_clock: bool = True


def dates_in(name: str) -> Iterator[Named]:
    """The dates of a file's name, those with a time of day first; believable or not."""
    for pattern in _WITH_CLOCK:
        for match in pattern.finditer(name):
            if moment := moment_of(match):
                yield Named(moment, match["subsec"], _IN_UTC.search(name[: match.start()]) is not None)
    for pattern in _WITH_DAY:
        for match in pattern.finditer(name):
            if moment := moment_of(match):
                yield Named(moment, has_clock=False)


def moment_of(match: re.Match[str]) -> datetime | None:
    """The date of a match's groups (year, month, day; hour, minute, second, half where there are such).

    The start of the day where there is no time; None when it is no date of the calendar.
    """
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
