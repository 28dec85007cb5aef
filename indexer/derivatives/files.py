"""Where derivatives lie: one folder for each original, one file for each derivative and recipe.

The web process reads through this module, so nothing here may import a decoder. A file's name
carries the version of the recipe that made it ("thumbnail-2.webp"): a better recipe makes new files,
and until it has come by, the old ones still serve.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import stat
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from enum import StrEnum
from pathlib import Path

MIMES: dict[str, str] = {".jpg": "image/jpeg", ".webp": "image/webp", ".mp4": "video/mp4"}

_UNFINISHED = ".making-"
_TO_LOCK_S = 60.0  # between the making of a file and its lock lies a moment
_NAME = re.compile(r"(?P<derivative>[a-z]+)-(?P<recipe>\d{1,6})(?P<extension>\.[a-z0-9]+)")


class Derivative(StrEnum):
    """What can be made from an original; the words of the API."""

    THUMBNAIL = "thumbnail"
    PREVIEW = "preview"
    CLIP = "clip"
    PLAYABLE = "playable"
    FULL = "full"
    TV = "tv"


# To be raised when what is made gets better: what an older one made is then made anew, in the background,
# and nothing else. The stills' also when more can be read from files, which is done in the same pass.
STILLS_RECIPE = 2  # 2: RAW and videos, thumbhashes, colours by code points
RECIPES: dict[Derivative, int] = {
    Derivative.THUMBNAIL: STILLS_RECIPE,
    Derivative.PREVIEW: STILLS_RECIPE,
    Derivative.CLIP: 2,
    Derivative.PLAYABLE: 2,
    Derivative.FULL: 2,
    Derivative.TV: 2,
}

# Made again in a moment, and so many that a copy of photos would wait for the disk three times as often.
_PASSING = frozenset({Derivative.THUMBNAIL, Derivative.PREVIEW})


def find(folder: Path, derivative: str) -> tuple[Path, str] | None:
    """The file of the newest recipe and its MIME type; None when there is none (or no folder).

    What is empty or no file has not been made: a power cut or somebody else left it.
    """
    try:
        names = os.listdir(folder)
    except (FileNotFoundError, NotADirectoryError):
        return None
    matches = [match for name in names if (match := _NAME.fullmatch(name))]
    ours = [match for match in matches if match["derivative"] == derivative and match["extension"] in MIMES]
    for newest in sorted(ours, key=lambda match: int(match["recipe"]), reverse=True):
        if _is_made(folder / newest[0]):
            return folder / newest[0], MIMES[newest["extension"]]
    return None


def turned(folder: Path, turn_deg: int) -> Path:
    """Where what is made of an original lies when people had it turned, clockwise; they may not agree."""
    return folder / f"turned-{turn_deg}" if turn_deg else folder


def is_current(folder: Path, derivative: Derivative) -> bool:
    """Whether the current recipe has made it."""
    found = find(folder, derivative)
    return found is not None and found[0].stem == _stem(derivative)


def write(folder: Path, derivative: Derivative, extension: str, content: bytes) -> Path:
    """Put a derivative in its place: whole, or not at all. Raises OSError.

    Thumbnail and preview may be lost in a power cut: no file, or an empty one, is what remains of them.

    ``extension`` is one of `MIMES`. The folder is made when it is missing.
    """
    with making(folder, derivative, extension) as file:
        file.write_bytes(content)
    return _place(folder, derivative, extension)


@contextmanager
def making(folder: Path, derivative: Derivative, extension: str) -> Iterator[Path]:
    """An empty file for another program to write a derivative to, which is put in its place in the end.

    As with `write`, but when the block raises, nothing remains.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _sweep(folder)
    handle, name = tempfile.mkstemp(dir=folder, prefix=_UNFINISHED)
    temporary = Path(name)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield temporary
        if derivative not in _PASSING:
            os.fsync(handle)
        place = _place(folder, derivative, extension)
        if place.is_dir():
            _remove(place)
        os.replace(temporary, place)
    finally:
        os.close(handle)
        temporary.unlink(missing_ok=True)


def _is_made(file: Path) -> bool:
    try:
        found = file.stat()
    except OSError:
        return False
    return stat.S_ISREG(found.st_mode) and found.st_size > 0


def _remove(place: Path) -> None:
    """Whatever is there, if anything; a file's name may be a folder's by now."""
    if place.is_dir() and not place.is_symlink():
        shutil.rmtree(place)
    else:
        place.unlink(missing_ok=True)


def _sweep(folder: Path) -> None:
    """Remove what killed processes have left here, films of gigabytes maybe; one at work holds a lock."""
    for left in folder.glob(f"{_UNFINISHED}*"):
        with suppress(OSError), left.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if time.time() - left.stat().st_mtime > _TO_LOCK_S:
                left.unlink()


def drop_older(folder: Path, derivatives: Iterable[Derivative]) -> None:
    """Forget what earlier recipes made of these, once the current one was followed. Raises OSError."""
    for name in os.listdir(folder) if folder.is_dir() else ():
        match = _NAME.fullmatch(name)
        if match is None or match["derivative"] not in set(derivatives):
            continue
        if int(match["recipe"]) < RECIPES[Derivative(match["derivative"])]:
            _remove(folder / name)


def edition(*derivatives: Derivative) -> str:
    """The current recipes of these in one word, which changes with each of them."""
    return " ".join(map(_stem, derivatives))


def _place(folder: Path, derivative: Derivative, extension: str) -> Path:
    return folder / f"{_stem(derivative)}{extension}"


def _stem(derivative: Derivative) -> str:
    return f"{derivative}-{RECIPES[derivative]}"
