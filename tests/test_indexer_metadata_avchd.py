"""The message of AVCHD camcorders: what it says, and what a damaged one does not."""

from __future__ import annotations

import pytest

from indexer.knowledge import Camera
from indexer.metadata.avchd import parse_message
from indexer.metadata.capture_time import Recorded
from indexer.metadata.findings import Findings


def message(*entries: str) -> bytes:
    """The entries of a message, each a tag and its value in hexadecimal digits."""
    return bytes([len(entries)]) + b"".join(bytes.fromhex(entry) for entry in entries)


MOMENT = ("18 44 20 19 04", "19 24 22 24 00")


def recorded(zone: str) -> Recorded | None:
    found = parse_message(message(f"18 {zone} 20 19 04", "19 24 22 24 00")).recorded
    return found[0] if found else None


@pytest.mark.parametrize(
    ("zone", "offset"),
    [("44", "+02:00"), ("00", "+00:00"), ("2a", "-05:00"), ("0b", "+05:30"), ("ff", None)],
)
def test_date_with_its_zone(zone: str, offset: str | None) -> None:
    assert recorded(zone) == Recorded("H264:DateTimeOriginal", "2019-04-24 22:24:00", offset=offset)


def test_maker_and_model() -> None:
    found = parse_message(message("e0 01 08 31 01", "e4 49 4c 43 45", "e5 2d 37 4d 33", "e6 00 00 00 00"))
    assert found == Findings(camera=Camera("Sony", "ILCE-7M3"))


def test_bytes_that_h264_put_in_between_are_taken_out() -> None:
    escaped = message("14 00 00 00 00", *MOMENT).replace(b"\x00\x00\x00\x00", b"\x00\x00\x03\x00\x00")
    assert parse_message(escaped) == parse_message(message(*MOMENT))


@pytest.mark.parametrize("length", range(11))
def test_a_cut_message_says_nothing(length: int) -> None:
    assert parse_message(message(*MOMENT)[:length]) == Findings()
