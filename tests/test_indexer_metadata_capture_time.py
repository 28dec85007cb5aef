"""`capture_time.choose`: which date wins, and which dates nobody should believe. A table."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from indexer.knowledge import CaptureTime, Confidence
from indexer.metadata.capture_time import TAGS_BY_TRUST, Evidence, Recorded, choose

NOW = datetime(2024, 6, 1, 12, 0, tzinfo=UTC).timestamp()
MTIME = datetime(2024, 5, 20, 8, 0, 5, tzinfo=UTC).timestamp()
BERLIN_SUMMER = timezone(timedelta(hours=2))
ORIGINAL = "ExifIFD:DateTimeOriginal"
MODIFIED = "IFD0:ModifyDate"
MEDIUM, LOW = Confidence.MEDIUM, Confidence.LOW
NEW_YORK_WINTER = ("2024-01-17T17:30:01", "-05:00")


def choice(
    *recorded: Recorded, name: str = "DSC_0001.JPG", client_mtime: float | None = None, now: float = NOW
) -> CaptureTime | None:
    return choose(Evidence(recorded, name, client_mtime, now, BERLIN_SUMMER))


@pytest.mark.parametrize(
    ("recorded", "taken_at", "utc_offset"),
    [
        (Recorded(ORIGINAL, "2024:05:17 18:30:01"), "2024-05-17T18:30:01", None),
        (Recorded(ORIGINAL, "2024:05:17 18:30:01", "25", "+02:00"), "2024-05-17T18:30:01.25", "+02:00"),
        (Recorded(ORIGINAL, "2024:05:17 18:30:01", "00", "Z"), "2024-05-17T18:30:01.00", "+00:00"),
        (
            Recorded(ORIGINAL, "2024:05:17 18:30:01", "950488", "-0330"),
            "2024-05-17T18:30:01.950488",
            "-03:30",
        ),
        (Recorded(ORIGINAL, "2024:05:17 18:30:01", "  ", "   :  "), "2024-05-17T18:30:01", None),
        (Recorded(ORIGINAL, "2024:05:17 18:30:01", "x1", "+15:00"), "2024-05-17T18:30:01", None),
        (Recorded(ORIGINAL, "2024:05:17 18:30:01", "²", "+02:99"), "2024-05-17T18:30:01", None),
        (Recorded(ORIGINAL, " 2024-05-17T18:30:01.5+05:45 "), "2024-05-17T18:30:01.5", "+05:45"),
        (Recorded(ORIGINAL, f"2024-05-17T18:30:01.{'7' * 300}"), f"2024-05-17T18:30:01.{'7' * 9}", None),
        (Recorded(ORIGINAL, "2024:05:17 18:30:01", "7" * 300), f"2024-05-17T18:30:01.{'7' * 9}", None),
        (Recorded(ORIGINAL, "2024/05/17 18:30"), "2024-05-17T18:30:00", None),
        (Recorded(ORIGINAL, "2024-05-17"), "2024-05-17T00:00:00", None),
        (Recorded(ORIGINAL, "1919:05:04 05:59:26"), "1919-05-04T05:59:26", None),
        (Recorded(ORIGINAL, "2000:01:01 00:05:00"), "2000-01-01T00:05:00", None),
        (Recorded(ORIGINAL, "1999:12:31 23:00:00"), "1999-12-31T23:00:00", None),
        (Recorded(ORIGINAL, "1965:01:01 00:00:00"), "1965-01-01T00:00:00", None),
        (Recorded(ORIGINAL, "1969:12:31 09:59:59"), "1969-12-31T09:59:59", None),
        (Recorded(ORIGINAL, "1970:01:02 00:00:00"), "1970-01-02T00:00:00", None),
        (Recorded(ORIGINAL, "1980:01:01 00:03:12"), "1980-01-01T00:03:12", None),
        (Recorded(ORIGINAL, "2024:02:29 00:00:00"), "2024-02-29T00:00:00", None),
        (Recorded(ORIGINAL, "2024:06:02 11:59:59"), "2024-06-02T11:59:59", None),
        (Recorded(ORIGINAL, "2024:06:02 20:00:00", None, "+09:00"), "2024-06-02T20:00:00", "+09:00"),
    ],
)
def test_believable_tags(recorded: Recorded, taken_at: str, utc_offset: str | None) -> None:
    assert choice(recorded) == CaptureTime(taken_at, ORIGINAL, utc_offset)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "    :  :     :  :  ",
        "0000:00:00 00:00:00",
        "200X:0X:0X 00:00:00",
        "2024:13:01 00:00:00",
        "2023:02:29 12:00:00",
        "2024:05:17 24:00:00",
        "2024:05:17 18:30:01 and more",
        "1970:01:01 00:00:00",
        "1980:01:01 00:00:00",
        "1904:01:01 00:00:00",
        "1970:01:01 01:00:00",
        "1970:01:01 00:05:33",
        "1970:01:01 23:59:59",
        "1969:12:31 16:02:07",
        "1969:12:31 19:00:00",
        "1979:12:31 23:00:00",
        "2000:01:01 00:00:00",
        "1899:12:30 00:00:00",
        "1825:12:31 23:59:59",
        "2024:06:02 12:00:01",
        "9999:12:31 23:59:59",
        "٢٠٢٤:05:17 18:30:01",
    ],
)
def test_unbelievable_tags(text: str) -> None:
    assert choice(Recorded(ORIGINAL, text)) is None


def test_the_future_is_told_by_the_offset() -> None:
    # 20:00 in New York is next morning in London, where it is more than a day ahead of now.
    assert choice(Recorded(ORIGINAL, "2024:06:02 11:00:00", None, "-05:00")) is None


def test_tags_are_trusted_in_order() -> None:
    dates = [f"2020:01:{day:02} 10:00:00" for day in range(1, len(TAGS_BY_TRUST) + 1)]
    recorded = [Recorded(tag, date) for tag, date in zip(TAGS_BY_TRUST, dates, strict=True)]
    while recorded:
        best = choice(*reversed(recorded), client_mtime=MTIME)
        assert best is not None
        assert best.source == recorded.pop(0).source


def test_the_next_believable_source_wins() -> None:
    blank = Recorded(ORIGINAL, "0000:00:00 00:00:00")
    assert choice(blank, Recorded(MODIFIED, "2020:01:02 03:04:05")) == CaptureTime(
        "2020-01-02T03:04:05", MODIFIED, None, MEDIUM
    )
    assert choice(blank, name="IMG_20200102_030405.jpg") == CaptureTime(
        "2020-01-02T03:04:05", "file name", None, MEDIUM
    )
    assert choice(blank, client_mtime=MTIME) == CaptureTime(
        "2024-05-20T10:00:05", "client mtime", "+02:00", LOW
    )


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("IMG_20240517_183001.jpg", CaptureTime("2024-05-17T18:30:01", "file name", None, MEDIUM)),
        ("IMG-20240517-WA0001.jpg", CaptureTime("2024-05-17T00:00:00", "file name", None, MEDIUM)),
        ("IMG_20990101_000000.jpg", None),
        ("IMG_20000101_000000.jpg", None),
        ("DSC_0001.JPG", None),
        # Pixel telephones name files by UTC.
        (
            "PXL_20240517_223001123.MP.jpg",
            CaptureTime("2024-05-18T00:30:01.123", "file name", "+02:00", MEDIUM),
        ),
    ],
)
def test_dates_in_names(name: str, expected: CaptureTime | None) -> None:
    assert choice(name=name) == expected


MOMENT = Recorded("QuickTime:CreateDate (UTC)", "2024-05-17 22:30:01", is_utc=True)


@pytest.mark.parametrize(
    ("moment", "name", "there", "taken_at", "utc_offset"),
    [
        # By the coordinates' zone first, which knows of summer time.
        (MOMENT, "VID_20240517_183001.mp4", ZoneInfo("Asia/Kathmandu"), "2024-05-18T04:15:01", "+05:45"),
        (MOMENT, "", ZoneInfo("America/New_York"), "2024-05-17T18:30:01", "-04:00"),
        (replace(MOMENT, text="2024-01-17 22:30:01"), "", ZoneInfo("America/New_York"), *NEW_YORK_WINTER),
        # Then by a clock in the name: a recording may have ended when its moment was written.
        (MOMENT, "VID_20240517_183001.mp4", None, "2024-05-17T18:30:01", "-04:00"),
        (MOMENT, "VID_20240517_182730.mp4", None, "2024-05-17T18:30:01", "-04:00"),
        (MOMENT, "VID_20240518_040001.mp4", None, "2024-05-18T04:00:01", "+05:30"),
        # A name that cannot be of this moment, that knows no clock, or that is in UTC itself, tells nothing.
        (MOMENT, "VID_20240517_181530.mp4", None, "2024-05-18T00:30:01", "+02:00"),
        (MOMENT, "VID_20240520_183001.mp4", None, "2024-05-18T00:30:01", "+02:00"),
        (MOMENT, "VID-20240517-WA0001.mp4", None, "2024-05-18T00:30:01", "+02:00"),
        (MOMENT, "PXL_20240517_183001123.mp4", None, "2024-05-18T00:30:01", "+02:00"),
        # Then by the server's zone.
        (replace(MOMENT, subsec="5"), "", None, "2024-05-18T00:30:01.5", "+02:00"),
    ],
)
def test_moments_in_utc(
    moment: Recorded, name: str, there: ZoneInfo | None, taken_at: str, utc_offset: str
) -> None:
    found = choose(Evidence((moment,), name, None, NOW, BERLIN_SUMMER, there))
    assert found == CaptureTime(taken_at, MOMENT.source, utc_offset, MEDIUM)


@pytest.mark.parametrize(
    "text",
    [
        "1904-01-01 00:00:00",
        "1970-01-01T00:00:00Z",
        "1970-01-01 00:00:42",
        "0000:00:00 00:00:00",
        "0001-01-01 00:00:00",
        "9999-12-31 23:59:59",
        "2024-06-02 12:00:01",
    ],
)
@pytest.mark.parametrize("there", [None, ZoneInfo("America/New_York"), ZoneInfo("Pacific/Kiritimati")])
def test_unbelievable_moments_in_utc(text: str, there: ZoneInfo | None) -> None:
    moment = replace(MOMENT, text=text)
    assert choose(Evidence((moment,), now=NOW, zone=BERLIN_SUMMER, zone_there=there)) is None


def satellites(text: str) -> Recorded:
    return Recorded("GPS:GPSDateTime", text, is_utc=True)


@pytest.mark.parametrize(
    ("others", "there", "utc_offset"),
    [
        ([satellites("2024:05:17 16:30:01")], None, "+02:00"),
        ([satellites("2024:05:17 16:27:01")], ZoneInfo("Asia/Tokyo"), "+02:00"),
        ([satellites("2024:05:18 06:30:01")], None, "-12:00"),
        ([satellites("2024:05:17 22:00:01")], None, "-03:30"),
        # A fix too old, an offset that no country uses, another day: then the place tells.
        ([satellites("2024:05:17 16:20:01")], None, None),
        ([satellites("2024:05:17 16:45:01")], None, None),
        ([satellites("2024:05:10 16:30:01")], None, None),
        ([satellites("2024:05:10 16:30:01")], ZoneInfo("Europe/Lisbon"), "+01:00"),
        ([satellites("nonsense")], ZoneInfo("Europe/Lisbon"), "+01:00"),
        ([], ZoneInfo("Europe/Lisbon"), "+01:00"),
    ],
)
def test_a_missing_offset(others: list[Recorded], there: ZoneInfo | None, utc_offset: str | None) -> None:
    recorded = (Recorded(ORIGINAL, "2024:05:17 18:30:01"), *others)
    found = choose(Evidence(recorded, now=NOW, zone=BERLIN_SUMMER, zone_there=there))
    assert found == CaptureTime("2024-05-17T18:30:01", ORIGINAL, utc_offset)


def test_an_offset_that_the_camera_wrote_stands() -> None:
    recorded = (Recorded(ORIGINAL, "2024:05:17 18:30:01", None, "+05:00"), satellites("2024:05:17 16:30:01"))
    found = choose(Evidence(recorded, now=NOW, zone_there=ZoneInfo("Europe/Lisbon")))
    assert found == CaptureTime("2024-05-17T18:30:01", ORIGINAL, "+05:00")


def test_old_places_had_no_whole_offset() -> None:
    recorded = (Recorded(ORIGINAL, "1860:05:17 18:30:01"),)
    found = choose(Evidence(recorded, now=NOW, zone_there=ZoneInfo("Europe/Lisbon")))
    assert found == CaptureTime("1860-05-17T18:30:01", ORIGINAL, None)


def test_satellites_know_the_time_where_the_camera_does_not() -> None:
    recorded = (Recorded(ORIGINAL, "1980:01:01 00:00:00"), satellites("2024:05:17 16:30:01"))
    assert choice(*recorded) == CaptureTime("2024-05-17T18:30:01", "GPS:GPSDateTime", "+02:00", MEDIUM)


def test_dates_of_the_file_itself_are_believed_less() -> None:
    for source in TAGS_BY_TRUST:
        found = choice(Recorded(source, "2024:05:17 18:30:01"))
        assert found is not None
        is_of_the_file = source in {MODIFIED, "XMP-xmp:CreateDate"}
        assert found.confidence == (MEDIUM if is_of_the_file else Confidence.HIGH)


@pytest.mark.parametrize(
    ("mtime", "expected"),
    [
        (MTIME, CaptureTime("2024-05-20T10:00:05", "client mtime", "+02:00", LOW)),
        (MTIME + 0.75, CaptureTime("2024-05-20T10:00:05", "client mtime", "+02:00", LOW)),
        (-86400.0, CaptureTime("1969-12-31T02:00:00", "client mtime", "+02:00", LOW)),
        (None, None),
        (0.0, None),
        (NOW + 86_401, None),
        (1e300, None),
        (float("nan"), None),
        (float("inf"), None),
    ],
)
def test_client_mtime(mtime: float | None, expected: CaptureTime | None) -> None:
    assert choice(client_mtime=mtime) == expected


def test_the_zone_is_that_of_the_server_unless_told() -> None:
    found = choose(Evidence(client_mtime=MTIME, now=NOW))
    here = datetime.fromtimestamp(MTIME).astimezone()
    assert found is not None
    assert datetime.fromisoformat(f"{found.taken_at}{found.utc_offset}") == here
