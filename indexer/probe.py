"""Looks into a video without trusting it: which streams, how large, how turned, what it says of itself.

Two steps of an item's way ask: the reader of its metadata, and the maker of its derivatives. libav is
handed an open file, one container format and no protocol at all, so a script or playlist with the name
of a video leads neither to another file nor to the network.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import islice
from pathlib import Path

import av
from av.audio.codeccontext import AudioCodecContext
from av.container import InputContainer
from av.packet import Packet
from av.video.codeccontext import VideoCodecContext
from av.video.stream import VideoStream

from indexer.errors import LibraryError
from indexer.model import MediaType

# What each type may be opened as, by the names of FFmpeg's demuxers; one picture is a short film to it.
FORMATS: dict[str, str] = {
    "video/mp4": "mov",
    "video/x-m4v": "mov",
    "video/quicktime": "mov",
    "video/3gpp": "mov",
    "video/3gpp2": "mov",
    "video/x-msvideo": "avi",
    "video/m2ts": "mpegts",
    "video/mp2t": "mpegts",
    "video/mpeg": "mpeg,mpegvideo",
    "video/x-matroska": "matroska",
    "video/webm": "matroska",
    "video/x-ms-asf": "asf",
    "image/jxl": "jpegxl_pipe,jpegxl_anim",
}
MOST_PIXELS = 40_000_000  # 8K has 33 million
MOST_FRAMES_PER_S = 1000
MOST_STRETCH = 16  # anamorphic lenses squeeze by two, old standards by less
HDR_TRANSFERS = frozenset({16, 18})  # PQ (SMPTE ST 2084) and HLG (ARIB STD-B67), by ISO/IEC 23091-2
WIDE_PRIMARIES = frozenset({9, 11, 12})  # BT.2020, and P3 in two white points
UNSPECIFIED = 2
PROGRESSIVE = frozenset({0, 1})  # or unknown, which nearly always is progressive too

_PACKETS_TO_A_PICTURE = 64


class VideoUnreadable(LibraryError):
    def __init__(self, detail: str) -> None:
        super().__init__(f"The video is damaged or not understood ({detail}).")
        self.detail = detail


class VideoTooLarge(LibraryError):
    def __init__(self) -> None:
        super().__init__(f"The video's pictures have more than {MOST_PIXELS // 1_000_000} megapixels.")


@dataclass(frozen=True, slots=True)
class Streams:
    """The best video stream of a file and its first sound, as the file states them.

    ``width`` and ``height`` are as stored; ``rotation_deg`` turns them clockwise for display.
    ``pixel_aspect`` is the width of a pixel by its height. Codecs and pixel format by FFmpeg's names,
    streams by their place in the file.
    """

    width: int
    height: int
    video_codec: str | None = None
    audio_codec: str | None = None
    video_index: int = 0
    audio_index: int | None = None
    pixel_format: str | None = None
    pixel_aspect: Fraction = Fraction(1)
    rotation_deg: int = 0
    frame_rate: float | None = None
    duration_s: float | None = None
    is_hdr: bool = False
    is_wide_gamut: bool = False
    is_interlaced: bool = False
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_turned(self) -> bool:
        """Whether width and height change places for display."""
        return self.rotation_deg % 180 == 90


@contextmanager
def opened(original: Path, media: MediaType) -> Iterator[InputContainer]:
    """The container of a video, closed in the end. Raises VideoUnreadable, also from within, and OSError."""
    options = {"format_whitelist": FORMATS.get(media.mime, "none"), "protocol_whitelist": "none"}
    with original.open("rb") as file:
        try:
            with av.open(file, "r", container_options=options, metadata_errors="replace") as container:
                yield container
        except av.FFmpegError as error:
            raise VideoUnreadable(error.strerror or type(error).__name__) from error


def look(container: InputContainer) -> Streams:
    """What the streams are. Raises VideoUnreadable when there is no picture among them."""
    video = _video(container)
    if video is None:
        raise VideoUnreadable("it has no moving picture")
    codec = video.codec_context
    rate = video.average_rate or video.guessed_rate
    audio_codec, audio_index = _audio(container)
    return Streams(
        width=codec.width,
        height=codec.height,
        video_codec=codec.codec.canonical_name,
        audio_codec=audio_codec,
        video_index=video.index,
        audio_index=audio_index,
        pixel_format=codec.pix_fmt,
        pixel_aspect=_pixel_aspect(video),
        rotation_deg=_rotation_deg(container, video),
        frame_rate=round(float(rate), 3) if rate and 0 < rate < MOST_FRAMES_PER_S else None,
        duration_s=_duration_s(container),
        is_hdr=codec.color_trc in HDR_TRANSFERS,
        is_wide_gamut=_has_wide_gamut(codec),
        is_interlaced=codec.field_order not in PROGRESSIVE,
        tags={**video.metadata, **container.metadata},
    )


def first_packets(container: InputContainer, most: int) -> Iterator[Packet[VideoStream]]:
    """The first packets of the moving picture, in the order of the file. Raises av.FFmpegError."""
    packets = container.demux(_video(container))
    try:
        yield from islice(packets, most)
    except IndexError:  # PyAV knows only the streams of the start, and another one has begun
        return


def _video(container: InputContainer) -> VideoStream | None:
    stream = container.streams.best("video")
    if not isinstance(stream, VideoStream):
        return None
    context: VideoCodecContext | None = stream.codec_context  # libav knows not every codec that there is
    if not context or not context.width:
        return None
    is_cover = stream.disposition & av.stream.Disposition.attached_pic
    return None if is_cover else stream


def _pixel_aspect(video: VideoStream) -> Fraction:
    """Square where nothing is said, and where nobody can mean what is said."""
    said = Fraction(video.sample_aspect_ratio or 1)
    return said if 1 / MOST_STRETCH <= said <= MOST_STRETCH else Fraction(1)


def _has_wide_gamut(codec: VideoCodecContext) -> bool:
    """Colours beyond sRGB, and enough said about them to bring them into it."""
    is_told = UNSPECIFIED not in (codec.color_trc, codec.colorspace)
    return codec.color_primaries in WIDE_PRIMARIES and is_told


def _audio(container: InputContainer) -> tuple[str | None, int | None]:
    """Codec and place of the first sound that libav knows how to decode."""
    for stream in container.streams.audio:
        context: AudioCodecContext | None = stream.codec_context
        if context:
            return context.codec.canonical_name, stream.index
    return None, None


def _duration_s(container: InputContainer) -> float | None:
    duration = container.duration
    return round(duration / av.time_base, 3) if duration and duration > 0 else None


def _rotation_deg(container: InputContainer, video: VideoStream) -> int:
    """By the display matrix, which comes with the first decoded picture; 0 when that is broken."""
    codec = video.codec_context
    if container.format.name.startswith("mpeg") or codec.width * codec.height > MOST_PIXELS:
        return 0
    codec.thread_count = 1
    try:
        for packet in first_packets(container, _PACKETS_TO_A_PICTURE):
            for frame in packet.decode():
                return -frame.rotation % 360
    except av.FFmpegError:
        pass
    return 0
