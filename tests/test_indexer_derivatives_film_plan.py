"""How a video becomes playable, and at which size: tables."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from indexer import identify
from indexer.derivatives.film_plan import Plan, Way, film_size, filters, fitted, plan
from indexer.model import MediaType
from indexer.probe import Streams

TELEPHONE = Streams(1920, 1080, "h264", "aac", pixel_format="yuv420p", duration_s=30.0)


@pytest.mark.parametrize(
    ("media", "changes", "expected"),
    [
        (identify.MP4, {}, Plan(Way.AS_IT_IS)),
        (identify.M4V, {}, Plan(Way.AS_IT_IS)),
        (identify.MOV, {"audio_codec": None, "pixel_format": "yuvj420p"}, Plan(Way.AS_IT_IS)),
        (identify.MP4, {"rotation_deg": 90}, Plan(Way.AS_IT_IS)),
        (identify.MOV, {"audio_codec": "pcm_s16le"}, Plan(Way.REMUX, keeps_sound=False)),
        (identify.THREE_GP, {}, Plan(Way.REMUX)),
        (identify.M2TS, {"audio_codec": "ac3"}, Plan(Way.REMUX, keeps_sound=False)),
        (identify.MKV, {"audio_codec": None}, Plan(Way.REMUX)),
        (identify.M2TS, {"audio_codec": "ac3", "is_interlaced": True}, Plan(Way.ENCODE, keeps_sound=False)),
        (identify.MP4, {"video_codec": "hevc"}, Plan(Way.ENCODE)),
        (identify.MP4, {"pixel_format": "yuv420p10le"}, Plan(Way.ENCODE)),
        (identify.MP4, {"pixel_format": "yuv422p"}, Plan(Way.ENCODE)),
        (identify.MP4, {"is_hdr": True}, Plan(Way.ENCODE)),
        (identify.WEBM, {"video_codec": "vp9", "audio_codec": "opus"}, Plan(Way.ENCODE, keeps_sound=False)),
        (identify.AVI, {"video_codec": "mjpeg", "audio_codec": None}, Plan(Way.ENCODE)),
    ],
)
def test_way(media: MediaType, changes: dict[str, Any], expected: Plan) -> None:
    assert plan(replace(TELEPHONE, **changes), media) == expected


@pytest.mark.parametrize(
    ("changes", "shorter_px", "expected"),
    [
        ({}, 480, (854, 480)),
        ({}, 1080, (1920, 1080)),
        ({"rotation_deg": 270}, 480, (480, 854)),
        ({"rotation_deg": 180}, 480, (854, 480)),
        ({"width": 1440, "pixel_aspect": Fraction(4, 3)}, 1080, (1920, 1080)),
        ({"width": 176, "height": 144, "pixel_aspect": Fraction(12, 11)}, 480, (192, 144)),
        ({"width": 353, "height": 289}, 480, (352, 288)),
        ({"width": 1, "height": 1}, 480, (2, 2)),
    ],
)
def test_size(changes: dict[str, Any], shorter_px: int, expected: tuple[int, int]) -> None:
    assert fitted(replace(TELEPHONE, **changes), shorter_px) == expected


@pytest.mark.parametrize(
    ("duration_s", "expected"), [(60.0, (1920, 1080)), (61.0, (1280, 720)), (None, (1280, 720))]
)
def test_short_films_keep_more_detail(duration_s: float | None, expected: tuple[int, int]) -> None:
    assert film_size(replace(TELEPHONE, width=3840, height=2160, duration_s=duration_s)) == expected


@pytest.mark.parametrize(
    ("changes", "steps"),
    [
        ({}, {"scale", "setsar", "format"}),
        ({"is_interlaced": True}, {"bwdif", "scale", "setsar", "format"}),
        ({"is_wide_gamut": True}, {"zscale", "setsar", "format"}),
        ({"is_hdr": True, "is_wide_gamut": True}, {"zscale", "tonemap", "setsar", "format"}),
    ],
)
def test_filters(changes: dict[str, Any], steps: set[str]) -> None:
    chain = filters(replace(TELEPHONE, **changes), (854, 480))
    assert {step.partition("=")[0] for step in chain.split(",")} == steps
    assert "w=854:h=480" in chain
