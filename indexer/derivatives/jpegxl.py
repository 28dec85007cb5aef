"""Decodes JPEG XL by the libjxl within ffmpeg, which runs contained anyway; there is no decoder in Pillow.

ffmpeg shrinks the picture, turns it upright and writes a PNG, which names the colours as the original does.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from indexer import jpegxl
from indexer.derivatives import ffmpeg, stills
from indexer.derivatives.stills import MOST_PIXELS, PictureTooLarge, PictureUnreadable
from indexer.model import MediaType
from indexer.probe import VideoUnreadable

MIME = "image/jxl"
_LIMITS = ffmpeg.Limits(
    deadline_s=30,
    most_output_bytes=1 << 30,
    most_pixels=MOST_PIXELS,
    hopeless=b"Decoding error: ",  # of a film one picture of many; here it is tried for ever
)


def to_png(original: Path, media: MediaType, longest_px: int | None) -> bytes:
    """An upright PNG of the first picture, fitted into a square if one is given.

    Raises PictureTooLarge, PictureUnreadable, VideoTooSlow, and OSError when the disk fails.
    """
    with original.open("rb") as file:
        head = jpegxl.read_head(file)
    if head is None:
        raise PictureUnreadable("its header makes no sense")
    if head.width * head.height > MOST_PIXELS:
        raise PictureTooLarge
    encoding = ["-frames:v", "1", "-c:v", "png", "-compression_level", "1", "-f", "image2pipe"]
    if longest_px:
        shown = (head.height, head.width) if head.orientation >= 5 else (head.width, head.height)
        width, height = stills.fitted(shown, longest_px)
        encoding = ["-vf", f"scale={width}:{height}:flags=area", *encoding]
    with tempfile.TemporaryDirectory() as scratch:
        picture = Path(scratch) / "picture.png"
        try:
            ffmpeg.convert(original, media, picture, encoding, _LIMITS)
        except VideoUnreadable as error:
            raise PictureUnreadable(error.detail) from error
        return picture.read_bytes()
