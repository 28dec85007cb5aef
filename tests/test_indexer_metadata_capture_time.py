"""`capture_time.choose`: which date wins, and which dates nobody should believe. A table."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from indexer.knowledge import CaptureTime
from indexer.metadata.capture_time import TAGS_BY_TRUST, Evidence, Recorded, choose

NOW = datetime(2024, 6, 1, 12, 0, tzinfo=UTC).timestamp()
MTIME = datetime(2024, 5, 20, 8, 0, 5, tzinfo=UTC).timestamp()
BERLIN_SUMMER = timezone(timedelta(hours=2))
ORIGINAL = "ExifIFD:DateTimeOriginal"
MODIFIED = "IFD0:ModifyDate"


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
        (Recorded(ORIGINAL, "2024/05/17 18:30"), "2024-05-17T18:30:00", None),
        (Recorded(ORIGINAL, "2024-05-17"), "2024-05-17T00:00:00", None),
        (Recorded(ORIGINAL, "1919:05:04 05:59:26"), "1919-05-04T05:59:26", None),
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
        "2020-01-02T03:04:05", MODIFIED
    )
    assert choice(blank, name="IMG_20200102_030405.jpg") == CaptureTime("2020-01-02T03:04:05", "file name")
    assert choice(blank, client_mtime=MTIME) == CaptureTime("2024-05-20T10:00:05", "client mtime", "+02:00")


@pytest.mark.parametrize(
    ("name", "taken_at"),
    [
        ("IMG_20240517_183001.jpg", "2024-05-17T18:30:01"),
        ("MVIMG_20240517_183001.jpg", "2024-05-17T18:30:01"),
        ("IMG_20240517_183001123.jpg", "2024-05-17T18:30:01.123"),
        ("IMG_20240517_183001_2.jpg", "2024-05-17T18:30:01"),
        ("20240517_183001.jpg", "2024-05-17T18:30:01"),
        ("20240517183001.jpg", "2024-05-17T18:30:01"),
        ("VID_20240517_183001.mp4", "2024-05-17T18:30:01"),
        ("Screenshot_20240517-183001.png", "2024-05-17T18:30:01"),
        ("Screenshot_2024-05-17-18-30-01-123_com.example.jpg", "2024-05-17T18:30:01.123"),
        ("Screenshot 2024-05-17 at 18.30.01.png", "2024-05-17T18:30:01"),
        ("Screen Shot 2024-05-17 at 6.30.01 PM.png", "2024-05-17T18:30:01"),
        ("Screenshot 2024-05-17 at 6.30.01\u202fPM.png", "2024-05-17T18:30:01"),
        ("Screen Shot 2024-05-17 at 12.30.01 AM.png", "2024-05-17T00:30:01"),
        ("Screenshot from 2024-05-17 18-30-01.png", "2024-05-17T18:30:01"),
        ("WhatsApp Image 2024-05-17 at 18.30.01.jpeg", "2024-05-17T18:30:01"),
        ("telegram_2024-05-17_18-30-01.jpg", "2024-05-17T18:30:01"),
        ("photo_2024-05-17_18-30-01 (2).jpg", "2024-05-17T18:30:01"),
        ("photo_12@17-05-2024_18-30-01.jpg", "2024-05-17T18:30:01"),
        ("signal-2024-05-17-183001.jpg", "2024-05-17T18:30:01"),
        ("2024-05-17 18.30.01.jpg", "2024-05-17T18:30:01"),
        ("WIN_20240517_18_30_01_Pro.jpg", "2024-05-17T18:30:01"),
        ("IMG-20240517-WA0001.jpg", "2024-05-17T00:00:00"),
        ("VID-20240517-WA0012.mp4", "2024-05-17T00:00:00"),
        ("2024-05-17 Anna's party.jpg", "2024-05-17T00:00:00"),
        ("20240517.jpg", "2024-05-17T00:00:00"),
    ],
)
def test_dates_in_names(name: str, taken_at: str) -> None:
    assert choice(name=name) == CaptureTime(taken_at, "file name")


def test_pixel_telephones_name_files_in_utc() -> None:
    assert choice(name="PXL_20240517_223001123.MP.jpg") == CaptureTime(
        "2024-05-18T00:30:01.123", "file name", "+02:00"
    )


@pytest.mark.parametrize(
    "name",
    [
        "",
        "DSC_0001.JPG",
        "IMG_3607.JPG",
        "P1010001.JPG",
        "IMG_20241399_183001.jpg",
        "IMG_20240230_183001.jpg",
        "1512345678901.jpg",
        "120240517.jpg",
        "IMG_20990101_000000.jpg",
        "12345678-1234-5678-2024-123456789012.jpg",
    ],
)
def test_names_without_a_date(name: str) -> None:
    assert choice(name=name) is None


def test_a_name_with_an_impossible_clock_still_tells_the_day() -> None:
    assert choice(name="Screen Shot 2024-05-17 at 13.61.01 PM.png") == CaptureTime(
        "2024-05-17T00:00:00", "file name"
    )


@pytest.mark.parametrize(
    ("mtime", "expected"),
    [
        (MTIME, CaptureTime("2024-05-20T10:00:05", "client mtime", "+02:00")),
        (MTIME + 0.75, CaptureTime("2024-05-20T10:00:05", "client mtime", "+02:00")),
        (-86400.0, CaptureTime("1969-12-31T02:00:00", "client mtime", "+02:00")),
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
