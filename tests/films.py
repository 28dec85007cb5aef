"""Makes tiny real videos for tests, by the ffmpeg that the product itself runs."""

from __future__ import annotations

import subprocess
from pathlib import Path

import imageio_ffmpeg

from indexer.identify import identify
from indexer.model import MediaType

H264 = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")
AAC = ("-c:a", "aac", "-b:a", "64k")
BARS = "testsrc2=size=320x180:rate=15"  # moving, so that every picture is another one
TONE = "sine=frequency=440"


def make_film(
    file: Path, *encoding: str, picture: str = BARS, sound: str | None = TONE, seconds: float = 2
) -> Path:
    """A film of FFmpeg's test sources; the container goes by the file's suffix."""
    inputs = ["-f", "lavfi", "-i", picture]
    if sound:
        inputs += ["-f", "lavfi", "-i", sound]
    chosen = encoding or (*H264, *AAC)
    _ffmpeg(*inputs, "-t", str(seconds), *chosen, str(file))
    return file


def turn(film: Path, file: Path, counterclockwise_deg: int) -> Path:
    """The same film with another display matrix, as a telephone held upright writes it."""
    _ffmpeg("-display_rotation", str(counterclockwise_deg), "-i", str(film), "-c", "copy", str(file))
    return file


def media_of(file: Path) -> MediaType:
    with file.open("rb") as opened:
        return identify(opened)


def _ffmpeg(*arguments: str) -> None:
    exe = imageio_ffmpeg.get_ffmpeg_exe()
    command = [exe, "-hide_banner", "-loglevel", "error", "-nostdin", "-y", "-threads", "1", *arguments]
    subprocess.run(command, check=True, timeout=60)
