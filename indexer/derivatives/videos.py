"""Makes what is shown of a video: its poster, a silent clip to hover over, a version that plays everywhere.

Runs in a worker process; everything is decoded by ffmpeg under its limits. The poster is made with all
the other stills, soon after the upload; clip and film come later, when nothing more urgent waits.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from PIL import Image, ImageStat

from indexer import probe
from indexer.derivatives import files, film_plan, stills
from indexer.derivatives.ffmpeg import Limits, VideoTooSlow, convert
from indexer.derivatives.files import Derivative
from indexer.derivatives.film_plan import Plan, Way
from indexer.model import MediaType
from indexer.probe import Streams, VideoUnreadable

POSTER_PX = 1600
POSTER_LIMITS = Limits(deadline_s=40, most_output_bytes=64 << 20)
CLIP_S = 5
CLIP_LIMITS = Limits(deadline_s=240, most_output_bytes=64 << 20)
CLIP_FRAMES_PER_S = 24
MOST_FILM_S = 6 * 3600.0

DARKEST_MEAN = 16.0  # of 255
DULLEST_SPREAD = 8.0  # standard deviation of lightness

_MP4 = ("-sn", "-dn", "-movflags", "+faststart", "-f", "mp4")
_H264 = ("-c:v", "libx264", "-preset", "veryfast", "-profile:v", "high")
_AAC = ("-c:a", "aac", "-b:a", "160k", "-ac", "2")


def make_poster(original: Path, media: MediaType, folder: Path, turn_deg: int = 0) -> str | None:
    """Write preview and thumbnail of a picture that tells something; returns its thumbhash.

    Raises VideoUnreadable, VideoTooLarge, VideoTooSlow, and OSError when the disk fails.
    """
    streams = _look(original, media)
    with tempfile.TemporaryDirectory() as scratch:
        return stills.write(_poster(original, media, streams, Path(scratch) / "poster.ppm"), folder, turn_deg)


def make_film(original: Path, media: MediaType, folder: Path) -> None:
    """Write the playable version, where the original itself does not play everywhere, and then the clip.

    What the current recipes have made already stays: it is hours of work. A folder with a clip has all that
    there will be. Raises as `make_poster` does; takes at most `MOST_FILM_S` and a little.
    """
    streams = _look(original, media)
    plan = film_plan.plan(streams, media)
    if plan.way is not Way.AS_IT_IS and not files.is_current(folder, Derivative.PLAYABLE):
        with files.making(folder, Derivative.PLAYABLE, ".mp4") as film:
            convert(original, media, film, _film_encoding(streams, plan), film_limits(original, streams))
    if not files.is_current(folder, Derivative.CLIP):
        with files.making(folder, Derivative.CLIP, ".mp4") as clip:
            _make_clip(original, media, streams, clip)


def plays_as_it_is(original: Path, media: MediaType) -> bool:
    """Whether no other version is needed; raises VideoUnreadable, VideoTooLarge."""
    return film_plan.plan(_look(original, media), media).way is Way.AS_IT_IS


def rewrap(original: Path, media: MediaType, folder: Path) -> Path:
    """Put the same streams into an MP4 that starts at once: the file. Raises as `make_film` does."""
    streams = _look(original, media)
    encoding = _film_encoding(streams, Plan(Way.REMUX))
    with files.making(folder, Derivative.TV, ".mp4") as film:
        convert(original, media, film, encoding, film_limits(original, streams))
    found = files.find(folder, Derivative.TV)
    assert found is not None
    return found[0]


def _look(original: Path, media: MediaType) -> Streams:
    with probe.opened(original, media) as container:
        streams = probe.look(container)
    if streams.width * streams.height > probe.MOST_PIXELS:
        raise probe.VideoTooLarge
    return streams


def _poster(original: Path, media: MediaType, streams: Streams, frame: Path) -> Image.Image:
    """The first picture tried that is neither dark nor flat, or else the one with most in it."""
    tried: list[Image.Image] = []
    failure: VideoUnreadable | VideoTooSlow = VideoUnreadable("it has no picture that can be decoded")
    for decoding in _moments(streams):
        try:
            picture = _picture(original, media, streams, decoding, frame)
        except VideoUnreadable as error:
            failure = error
            continue
        except VideoTooSlow as error:
            failure = error
            break
        if not _is_dull(picture):
            return picture
        tried.append(picture)
    if not tried:
        raise failure
    return max(tried, key=_spread)


def _moments(streams: Streams) -> Iterator[tuple[str, ...]]:
    """Where to look, as options of ffmpeg: at pictures that need no other, which is quick, then exactly."""
    quick = ("-skip_frame", "nokey", "-noaccurate_seek")
    duration_s = streams.duration_s or 0.0
    if duration_s:
        yield (*quick, "-ss", f"{min(1.0, duration_s / 3):.3f}")
        for share in (0.25, 0.5, 0.75):
            yield (*quick, "-ss", f"{duration_s * share:.3f}")
        yield ("-ss", f"{duration_s * 0.6:.3f}")
    yield ()


def _picture(
    original: Path, media: MediaType, streams: Streams, decoding: tuple[str, ...], frame: Path
) -> Image.Image:
    size = stills.fitted(film_plan.fitted(streams, POSTER_PX), POSTER_PX)
    chain = f"{film_plan.filters(streams, size)},format=rgb24"
    encoding = ("-map", f"0:{streams.video_index}", "-vf", chain, "-frames:v", "1", "-c:v", "ppm")
    convert(original, media, frame, (*encoding, "-f", "image2pipe"), POSTER_LIMITS, decoding=decoding)
    with Image.open(frame, formats=("PPM",)) as picture:
        picture.load()
        return picture


def _is_dull(picture: Image.Image) -> bool:
    return _lightness(picture).mean[0] < DARKEST_MEAN or _spread(picture) < DULLEST_SPREAD


def _spread(picture: Image.Image) -> float:
    return _lightness(picture).stddev[0]


def _lightness(picture: Image.Image) -> ImageStat.Stat:
    return ImageStat.Stat(picture.reduce(max(1, min(picture.size) // 64)).convert("L"))


def _make_clip(original: Path, media: MediaType, streams: Streams, clip: Path) -> None:
    """From a little after the start, where hands still shake; from the start if nothing comes of that."""
    size = film_plan.fitted(streams, film_plan.CLIP_SIDE_PX)
    chain = f"fps={CLIP_FRAMES_PER_S},{film_plan.filters(streams, size)}"
    encoding = (
        "-map",
        f"0:{streams.video_index}",
        "-t",
        str(CLIP_S),
        "-vf",
        chain,
        *_H264,
        "-crf",
        "28",
        *_MP4,
    )
    start_s = 1.0 if (streams.duration_s or 0) > 2 * CLIP_S else 0.0
    try:
        convert(original, media, clip, encoding, CLIP_LIMITS, decoding=("-ss", str(start_s)))
    except VideoUnreadable:
        if not start_s:
            raise
        convert(original, media, clip, encoding, CLIP_LIMITS)


def _film_encoding(streams: Streams, plan: Plan) -> tuple[str, ...]:
    sound: tuple[str, ...] = ("-an",)
    if streams.audio_index is not None:
        sound = ("-map", f"0:{streams.audio_index}", *(("-c:a", "copy") if plan.keeps_sound else _AAC))
    if plan.way is Way.REMUX:
        return ("-map", f"0:{streams.video_index}", "-c:v", "copy", *sound, *_MP4)
    chain = film_plan.filters(streams, film_plan.film_size(streams))
    quality = ("-crf", "23", "-maxrate", "8M", "-bufsize", "16M", "-fpsmax", str(film_plan.MOST_FRAMES_PER_S))
    return ("-map", f"0:{streams.video_index}", "-vf", chain, *_H264, *quality, *sound, *_MP4)


def film_limits(original: Path, streams: Streams) -> Limits:
    """What encoding may cost, by the length of the video."""
    # Films are made when nothing else is to be done: waiting takes most of it.
    deadline_s = min(MOST_FILM_S, 600 + 10 * (streams.duration_s or 600))
    return Limits(deadline_s, 4 * original.stat().st_size + (64 << 20))
