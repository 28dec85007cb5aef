"""The knowledge values: frozen, comparable, and able to travel between processes."""

from __future__ import annotations

import pickle
from dataclasses import FrozenInstanceError

import pytest

from indexer.knowledge import Caption, CaptureTime, Confidence, Film, Metadata, Position

FULL = Metadata(
    width=4000,
    height=3000,
    captured=CaptureTime("2024-05-17T18:30:01.25", "ExifIFD:DateTimeOriginal", "+02:00", Confidence.MEDIUM),
    position=Position(38.7, -9.1, altitude_m=12.0),
    caption=Caption(keywords=("tram", "yellow")),
    film=Film("hevc", "aac", 29.97, 90, is_hdr=True),
)


def test_knowledge_survives_the_way_back_from_another_process() -> None:
    assert pickle.loads(pickle.dumps(FULL)) == FULL  # noqa: S301 - our own bytes


def test_knowledge_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        FULL.width = 1  # type: ignore[misc]


def test_nothing_is_known_to_begin_with() -> None:
    assert (Metadata().captured, Metadata().position, Metadata().film) == (None, None, None)
