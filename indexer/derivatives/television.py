"""Makes what every television plays: a JPEG of at most 3840 pixels, or an MP4 that starts at once.

What is such already is sent as it is. It runs in a worker process, when nothing else is to be done.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from PIL import Image

from indexer.boxes import boxes, whole
from indexer.derivatives import files, images, raw, stills, videos
from indexer.derivatives.files import Derivative
from indexer.errors import LibraryError
from indexer.model import Kind, MediaType, TvFile

TV_PX = 3840
TV_QUALITY = 82
_BLOCK_BYTES = 1 << 20


class FilmMissing(LibraryError):
    def __init__(self) -> None:
        super().__init__("The version of this video that plays everywhere is missing.")


def make(original: Path, media: MediaType, folder: Path, turn_deg: int = 0) -> TvFile | None:
    """Make the file for televisions, if the original is none; None where a kind has no such.

    What the current recipe has made is only looked at. Raises what the makers of previews and films raise,
    and FilmMissing.
    """
    if files.is_current(folder, Derivative.TV) and (made := files.find(folder, Derivative.TV)):
        return _told(*made, _named(turn_deg))
    maker = _MAKERS.get(media.kind)
    return maker(original, media, folder, turn_deg) if maker else None


def _make_image(original: Path, media: MediaType, folder: Path, turn_deg: int) -> TvFile:
    if media.mime == "image/jpeg" and not turn_deg and _is_plain_jpeg(original):
        return _told(original, media.mime, "")
    return _written(images.upright(original, media, TV_PX), folder, turn_deg)


def _make_raw(original: Path, media: MediaType, folder: Path, turn_deg: int) -> TvFile:
    return _written(raw.picture(original, TV_PX), folder, turn_deg)


def _make_video(original: Path, media: MediaType, folder: Path, _: int) -> TvFile:
    if playable := files.find(folder, Derivative.PLAYABLE):
        return _told(*playable, Derivative.PLAYABLE)
    if not videos.plays_as_it_is(original, media):
        raise FilmMissing
    if media.mime == "video/mp4" and _starts_at_once(original):
        return _told(original, media.mime, "")
    return _told(videos.rewrap(original, media, folder), "video/mp4", Derivative.TV)


_MAKERS: dict[Kind, Callable[[Path, MediaType, Path, int], TvFile]] = {
    Kind.IMAGE: _make_image,
    Kind.RAW: _make_raw,
    Kind.VIDEO: _make_video,
}


def _is_plain_jpeg(original: Path) -> bool:
    """Small enough, upright, and of the kind that the oldest decoders know."""
    try:
        with Image.open(original, formats=("JPEG",)) as image:
            is_simple = image.mode in ("RGB", "L") and not image.info.get("progressive")
            has_profile = "icc_profile" in image.info
            orientation = image.getexif().get(0x0112, 1)
            return is_simple and not has_profile and orientation == 1 and max(image.size) <= TV_PX
    except Exception:  # noqa: BLE001 - then it is made anew, which says what is wrong with it
        return False


def _starts_at_once(original: Path) -> bool:
    """Whether what tells how to play it comes before the film itself."""
    with original.open("rb") as file:
        order = [kind for kind, _ in boxes(file, whole(file)) if kind in (b"moov", b"mdat")]
    return order[:1] == [b"moov"]


def _written(picture: Image.Image, folder: Path, turn_deg: int) -> TvFile:
    small = stills.wanted(stills.on_white(stills.resized(picture, TV_PX)), turn_deg)
    path = files.write(folder, Derivative.TV, ".jpg", stills.jpeg(small, TV_QUALITY))
    return _told(path, "image/jpeg", _named(turn_deg))


def _named(turn_deg: int) -> str:
    """What is made for televisions of an original that people had turned so."""
    return str(files.turned(Path(), turn_deg) / Derivative.TV)


def _told(file: Path, mime: str, derivative: str) -> TvFile:
    digest, size_bytes = hashlib.sha256(), 0
    with file.open("rb") as opened:
        while block := opened.read(_BLOCK_BYTES):
            digest.update(block)
            size_bytes += len(block)
    return TvFile(size_bytes, digest.hexdigest(), mime, str(derivative))
