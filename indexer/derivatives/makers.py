"""Which maker makes what: kind -> maker. A new kind is one line here."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from indexer.derivatives import images, raw, television, videos
from indexer.derivatives.files import Derivative
from indexer.derivatives.stills import PREVIEW_PX
from indexer.model import Kind, MediaType, TvFile

Maker = Callable[[Path, MediaType, Path, int], str | None]

MAKERS: dict[Kind, Maker] = {
    Kind.IMAGE: images.make_stills,
    Kind.RAW: raw.make_stills,
    Kind.VIDEO: videos.make_poster,
}

# What browsers cannot show; see `indexer.library.is_shown_in_full`.
FULL_MAKERS: dict[Kind, Callable[[Path, MediaType, Path, int], None]] = {
    Kind.IMAGE: images.make_full,
    Kind.RAW: raw.make_full,
}


# How many pixels a kind has in memory at once; of videos it is bounded for each.
_COUNTERS: dict[Kind, Callable[[Path, MediaType, int | None], int]] = {
    Kind.IMAGE: images.pixels_at_once,
    Kind.RAW: raw.pixels_at_once,
}


def pixels_for(made: Derivative, original: Path, media: MediaType) -> int:
    """How many pixels of an original are in memory at once while this is made; 0 where it is broken."""
    count = _COUNTERS.get(media.kind)
    return count(original, media, _NEEDED_PX[made, media.kind]) if count else 0


# None is all there is; of a RAW, televisions get what was developed in full, made smaller.
_NEEDED_PX: dict[tuple[Derivative, Kind], int | None] = {
    (Derivative.PREVIEW, Kind.IMAGE): PREVIEW_PX,
    (Derivative.PREVIEW, Kind.RAW): PREVIEW_PX,
    (Derivative.FULL, Kind.IMAGE): None,
    (Derivative.FULL, Kind.RAW): None,
    (Derivative.TV, Kind.IMAGE): television.TV_PX,
    (Derivative.TV, Kind.RAW): None,
}


def make(original: Path, media: MediaType, folder: Path, turn_deg: int = 0) -> str | None:
    """Make the stills of an original in its folder; none where its kind has no maker.

    ``turn_deg`` is by how much people want them turned, clockwise. Returns the thumbhash of the picture in
    base64, if one was made. Raises what the maker raises: errors of the library for the file's faults,
    OSError for the disk's.
    """
    maker = MAKERS.get(media.kind)
    return maker(original, media, folder, turn_deg) if maker else None


def make_film(original: Path, media: MediaType, folder: Path) -> None:
    """Make hover clip and playable version of a video; nothing of any other kind. Raises as `make` does."""
    if media.kind is Kind.VIDEO:
        videos.make_film(original, media, folder)


def make_full(original: Path, media: MediaType, folder: Path, turn_deg: int = 0) -> None:
    """Make the JPEG in full size; nothing where the kind has no maker. Raises as `make` does."""
    maker = FULL_MAKERS.get(media.kind)
    if maker:
        maker(original, media, folder, turn_deg)


def make_tv(original: Path, media: MediaType, folder: Path, turn_deg: int = 0) -> TvFile | None:
    """Make what televisions get; None where the kind has no such. Raises as `make` does."""
    return television.make(original, media, folder, turn_deg)
