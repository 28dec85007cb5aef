"""Names and paths in the Upload share: what can be kept, what is junk, which spellings are one name.

Pure. A *path* is relative and uses "/" ("DCIM/IMG_1.JPG"; "" is the share itself). Its *key* is
the NFC form, so that the decomposed names of macOS and the composed ones of everybody else meet.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from fnmatch import translate

from indexer.errors import BadName

LONGEST_NAME_BYTES = 255
LONGEST_PATH_BYTES = 4096

_LITTER = (
    "._*", ".ds_store", ".localized", ".apdisk", ".metadata_never_index", ".ql_disable*", "thumbs.db",
    "ehthumbs.db", "desktop.ini", ".hidden", ".directory",
)  # fmt: skip
_UNFINISHED = (".~lock.*#", ".davfs.tmp*", "*.partial", "*.part", "*.tmp")
_JUNK_FOLDERS = (
    ".spotlight-v100", ".trashes", ".fseventsd", ".temporaryitems", ".appledouble", "__macosx", ".trash-*",
)  # fmt: skip


def _any_of(patterns: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(map(translate, patterns)))


_IS_JUNK_FOLDER = _any_of(_JUNK_FOLDERS).match
_IS_JUNK_NAME = _any_of((*_LITTER, *_UNFINISHED, *_JUNK_FOLDERS)).match
_IS_LITTER = _any_of(_LITTER).match
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f\ufffe\uffff]")  # the last two cannot stand in XML


def key(path: str) -> str:
    """The form under which a path is looked up and compared."""
    return unicodedata.normalize("NFC", path)


def parent(path: str) -> str:
    """The folder of a path; "" for names in the share itself."""
    return path.rpartition("/")[0]


def last(path: str) -> str:
    """The last part of a path: the file's or folder's own name."""
    return path.rpartition("/")[2]


def join(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name


def check(path: str) -> None:
    """Raise BadName when a part of the path cannot be a name on every system that may mount it."""
    if len(path.encode("utf-8", "surrogatepass")) > LONGEST_PATH_BYTES:
        raise BadName(f"the whole path is longer than {LONGEST_PATH_BYTES} bytes")
    for name in path.split("/"):
        _check_name(name)


def _check_name(name: str) -> None:
    if name in ("", ".", ".."):
        raise BadName("a part of the path is empty, '.' or '..'")
    if _UNPRINTABLE.search(name):
        raise BadName("it contains a control character")
    try:
        length_bytes = len(name.encode("utf-8"))
    except UnicodeEncodeError:
        raise BadName("it is not valid UTF-8") from None
    if length_bytes > LONGEST_NAME_BYTES:
        raise BadName(f"it is longer than {LONGEST_NAME_BYTES} bytes")


def is_junk(path: str) -> bool:
    """True for the litter of operating systems and unfinished copies.

    Only a few folders, which no photographer names so, make junk of all that lies in them.
    """
    *folders, name = path.lower().split("/")
    return bool(_IS_JUNK_NAME(name) or any(map(_IS_JUNK_FOLDER, folders)))


def is_litter(path: str) -> bool:
    """True for the junk that a system writes for itself beside files, and nobody ever renames."""
    return bool(_IS_LITTER(last(path).lower()))


def numbered(name: str, number: int) -> str:
    """The name with " (2)" before its extension, cut where it would be too long; 1 is the name itself."""
    return name if number == 1 else marked(name, f" ({number})")


def marked(name: str, mark: str) -> str:
    """The name with a short mark before its extension, cut where it would be too long."""
    stem, dot, extension = name.rpartition(".")
    if not stem or len(f"{mark}.{extension}".encode()) > LONGEST_NAME_BYTES // 2:
        stem, dot, extension = name, "", ""  # what follows the last dot is no extension
    ending = f"{mark}{dot}{extension}"
    while len(f"{stem}{ending}".encode()) > LONGEST_NAME_BYTES:
        stem = stem[:-1]
    return stem + ending
