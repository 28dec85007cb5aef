"""`texts`: what of strangers' text is kept, and what a camera wrote by itself."""

from __future__ import annotations

import pytest

from indexer.metadata.texts import LONGEST_STORY, LONGEST_WORD, clean_text, written_by_people


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("  Canon  ", "Canon"),
        ("MAVICA\x00junk", "MAVICA"),
        ("Ca\x01non\x7f", "Canon"),
        ("two\r\nlines,\tone tab", "two lines, one tab"),
        (b"Gr\xfc\xdfe", "Grüße"),
        ("a\ud800b", "ab"),
        ("   ", None),
        ("\x00", None),
        ("", None),
        ("x" * 5000, "x" * LONGEST_WORD),
    ],
)
def test_clean_text(value: str | bytes, expected: str | None) -> None:
    assert clean_text(value) == expected


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        "OLYMPUS DIGITAL CAMERA         ",
        "SONY DSC",
        "SAMSUNG",
        "<Digimax S500 / Kenox S500 / Digimax Cyber 530>",
        "dav",
        "oznorHO",
        "DCIM\\100GOPRO\\GOPR8514.JPG",
        "C:\\DCIM\\100GOPRO\\GOPR8514.GPR",
        "DC0003M",
        "Processed with VSCO with a6 preset",
    ],
)
def test_what_cameras_write_is_no_description(value: str | None) -> None:
    assert written_by_people(value) is None


@pytest.mark.parametrize("value", ["mit blauem Kleid", "David", "A nor'easter", "<3 you", "My SONY DSC"])
def test_what_people_write_is_kept(value: str) -> None:
    assert written_by_people(value) == value


def test_a_story_may_be_longer() -> None:
    assert written_by_people("word " * 1000) == ("word " * 1000)[:LONGEST_STORY]
