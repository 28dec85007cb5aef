"""`file_names.dates_in`: which names tell a date, a clock, or a moment in UTC. A table."""

from __future__ import annotations

from datetime import datetime

import pytest

from indexer.metadata.file_names import Named, dates_in

MOMENT = datetime.fromisoformat("2024-05-17T18:30:01")


@pytest.mark.parametrize(
    ("name", "subsec"),
    [
        ("IMG_20240517_183001.jpg", None),
        ("MVIMG_20240517_183001.jpg", None),
        ("IMG_20240517_183001123.jpg", "123"),
        ("IMG_20240517_183001_2.jpg", None),
        ("IMG20240517183001.jpg", None),
        ("00100lPORTRAIT_00100_BURST20240517183001123_COVER.jpg", "123"),
        ("P_20240517_183001.jpg", None),
        ("PANO_20240517_183001.jpg", None),
        ("20240517_183001.jpg", None),
        ("20240517_183001(0).jpg", None),
        ("20240517183001.jpg", None),
        ("VID_20240517_183001.mp4", None),
        ("VID_20240517_183001_00_001.insv", None),
        ("DJI_20240517183001_0001_D.JPG", None),
        ("DJI_20240517_183001_123_0001.JPG", "123"),
        ("lv_0_20240517183001.mp4", None),
        ("Screenshot_20240517-183001.png", None),
        ("Screenshot_20240517-183001~2.png", None),
        ("Screenshot_2024-05-17-18-30-01-123_com.example.jpg", "123"),
        ("Screenshot 2024-05-17 at 18.30.01.png", None),
        ("Screenshot 2024-05-17 183001.png", None),
        ("Screen Shot 2024-05-17 at 6.30.01 PM.png", None),
        ("Screenshot 2024-05-17 at 6.30.01\u202fPM.png", None),
        ("Screenshot from 2024-05-17 18-30-01.png", None),
        ("WhatsApp Image 2024-05-17 at 18.30.01.jpeg", None),
        ("WhatsApp Video 2024-05-17 at 6.30.01 PM.mp4", None),
        ("telegram_2024-05-17_18-30-01.jpg", None),
        ("photo_2024-05-17_18-30-01 (2).jpg", None),
        ("photo_12@17-05-2024_18-30-01.jpg", None),
        ("signal-2024-05-17-183001.jpg", None),
        ("2024-05-17 18.30.01.jpg", None),
        ("2024-05-17T18:30:01.jpg", None),
        ("WIN_20240517_18_30_01_Pro.jpg", None),
        ("C360_2024-05-17-18-30-01-123.jpg", "123"),
    ],
)
def test_names_with_a_clock(name: str, subsec: str | None) -> None:
    assert next(dates_in(name)) == Named(MOMENT, subsec)


@pytest.mark.parametrize(
    "name",
    [
        "IMG-20240517-WA0001.jpg",
        "VID-20240517-WA0012.mp4",
        "WP_20240517_001.jpg",
        "2024-05-17 Anna's party.jpg",
        "2024-05-17-0001.jpg",
        "20240517.jpg",
        "IMG_20240517_253001.jpg",
        "Screen Shot 2024-05-17 at 13.61.01 PM.png",
    ],
)
def test_names_with_a_day_only(name: str) -> None:
    assert list(dates_in(name)) == [Named(MOMENT.replace(hour=0, minute=0, second=0), has_clock=False)]


@pytest.mark.parametrize(
    "name", ["PXL_20240517_183001123.MP.jpg", "PXL_20240517_183001123.jpg", "UTC-20240517-183001-123.jpg"]
)
def test_names_in_utc(name: str) -> None:
    assert next(dates_in(name)) == Named(MOMENT, "123", is_utc=True)


def test_midnight_and_noon_of_a_clock_with_halves() -> None:
    assert next(dates_in("2024-05-17 at 12.30.01 AM.png")).moment.hour == 0
    assert next(dates_in("2024-05-17 at 12.30.01 PM.png")).moment.hour == 12


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
        "FB_IMG_1512345678901.jpg",
        "120240517.jpg",
        "12345678-1234-5678-2024-123456789012.jpg",
        "٢٠٢٤٠٥١٧.jpg",
    ],
)
def test_names_without_a_date(name: str) -> None:
    assert list(dates_in(name)) == []
