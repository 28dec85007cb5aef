"""What only the page of one item shows survives the way through JSON, whatever version wrote it."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest

from indexer.catalog import details
from indexer.knowledge import (
    Caption,
    CaptureTime,
    Confidence,
    Exposure,
    Film,
    Metadata,
    Position,
    Ties,
)

EVERYTHING = Metadata(
    captured=CaptureTime("2024-05-17T12:00:00", "file name", None, Confidence.MEDIUM),
    position=Position(47.5, -8.25, altitude_m=-12.5, direction_deg=0.0),
    exposure=Exposure(1 / 250, 2.8, 400, 35.0, 52.5, -0.33, flash_fired=False),
    caption=Caption("Zoë", "at the lake", ("lake", "summer"), -1),
    film=Film("hevc", "aac", 59.94, 90, is_hdr=True),
    ties=Ties("A1", "B2", 1234),
    color_space="Display P3",
)


def columns(known: Metadata) -> Metadata:
    """What a row says without its details."""
    captured, position = known.captured, known.position
    return Metadata(
        captured=captured and replace(captured, confidence=Confidence.HIGH),
        position=position and Position(position.lat, position.lon),
    )


@pytest.mark.parametrize(
    "known",
    [
        EVERYTHING,
        Metadata(),
        Metadata(film=Film()),
        Metadata(caption=Caption(keywords=("one",))),
        Metadata(position=Position(1.0, 2.0)),
    ],
)
def test_it_comes_back(known: Metadata) -> None:
    assert details.load(columns(known), details.dump(known)) == known


def test_nothing_known_is_nothing_written() -> None:
    assert details.dump(Metadata(width=640, height=480, duration_s=1.5, place="Zürich")) is None


def test_what_has_no_place_in_the_text_is_dropped() -> None:
    """A position's height without a position, say after an item was indexed anew by other means."""
    assert details.load(Metadata(), details.dump(EVERYTHING)).position is None
    assert details.load(Metadata(), details.dump(EVERYTHING)).captured is None


def test_numbers_that_json_does_not_have() -> None:
    text = details.dump(Metadata(exposure=Exposure(time_s=math.inf, f_number=math.nan, iso=100)))
    assert text is not None
    assert json.loads(text) == {"exposure": {"iso": 100}}


def test_fields_of_other_versions_are_left_alone() -> None:
    text = '{"exposure":{"iso":100,"shutter":"leaf"},"confidence":"certain","mood":"blue"}'
    known = Metadata(captured=CaptureTime("2024-05-17T12:00:00", "file name"))
    assert details.load(known, text) == replace(known, exposure=Exposure(iso=100))
