"""Decides how a video is shown: whether it plays as it is, and how large its derivatives become. Pure.

What every browser and television plays is MP4 with H.264 of 8 bits (4:2:0) and AAC. Where the streams
are such already, only the container is changed; everything else is encoded once.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from indexer.model import MediaType
from indexer.probe import Streams

PLAYED_CONTAINERS = frozenset({"video/mp4", "video/x-m4v", "video/quicktime"})
PLAYED_PIXELS = frozenset({"yuv420p", "yuvj420p"})
MOST_FRAMES_PER_S = 60

CLIP_SIDE_PX = 480
FILM_SIDE_PX = 720
SHORT_FILM_SIDE_PX = 1080
SHORT_FILM_S = 60.0  # of so much it costs little to keep more detail

Size = tuple[int, int]


class Way(StrEnum):
    """How a video becomes playable."""

    AS_IT_IS = "as it is"
    REMUX = "remux"  # the same pictures in another container
    ENCODE = "encode"


@dataclass(frozen=True, slots=True)
class Plan:
    """``keeps_sound`` means copied, not encoded; without meaning where there is no sound."""

    way: Way
    keeps_sound: bool = True


def plan(streams: Streams, media: MediaType) -> Plan:
    """How this video becomes one that plays everywhere."""
    keeps_sound = streams.audio_codec in ("aac", None)
    if not _has_played_pictures(streams):
        return Plan(Way.ENCODE, keeps_sound)
    if media.mime in PLAYED_CONTAINERS and keeps_sound:
        return Plan(Way.AS_IT_IS)
    return Plan(Way.REMUX, keeps_sound)


def _has_played_pictures(streams: Streams) -> bool:
    return (
        streams.video_codec == "h264"
        and streams.pixel_format in PLAYED_PIXELS
        and not streams.is_hdr
        and not streams.is_interlaced
    )


def film_size(streams: Streams) -> Size:
    """Of an encoded film: 720p, or 1080p when it is short."""
    is_short = streams.duration_s is not None and streams.duration_s <= SHORT_FILM_S
    return fitted(streams, SHORT_FILM_SIDE_PX if is_short else FILM_SIDE_PX)


def fitted(streams: Streams, shorter_px: int) -> Size:
    """Displayed width and height in square pixels, both even, the shorter at most this, never enlarged."""
    width, height = streams.width * float(streams.pixel_aspect), float(streams.height)
    if streams.is_turned:
        width, height = height, width
    scale = min(1.0, shorter_px / min(width, height))
    return _even(width * scale), _even(height * scale)


def filters(streams: Streams, size: Size) -> str:
    """ffmpeg's chain from decoded pictures, which it turns itself, to 8 bits and square pixels."""
    width, height = size
    steps = ["bwdif=mode=send_frame:deint=interlaced"] if streams.is_interlaced else []
    if streams.is_hdr:
        # Shrunk first: linear light takes sixteen bytes a pixel. Sources of HDR all are BT.2020, said or not.
        steps += [
            f"zscale=w={width}:h={height}:min=bt2020nc:pin=bt2020:t=linear:npl=100",
            "format=gbrpf32le",
            "zscale=p=bt709",
            "tonemap=hable:desat=0",
            "zscale=t=bt709:m=bt709:r=limited",
        ]
    elif streams.is_wide_gamut:
        steps.append(f"zscale=w={width}:h={height}:p=bt709:t=bt709:m=bt709:r=limited")
    else:
        steps.append(f"scale=w={width}:h={height}:out_range=limited")
    return ",".join([*steps, "setsar=1", "format=yuv420p"])


def _even(pixels: float) -> int:
    return max(2, round(pixels / 2) * 2)
