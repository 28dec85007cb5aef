"""The regular files of a folder, in a fixed order. Reads them, changes nothing, follows no links."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import FileIO
from pathlib import Path

from indexer import names

# What a library of Apple's Photos keeps beside the pictures themselves can be made anew.
_PHOTOS_LIBRARY = ".photoslibrary"
_MASTERS = frozenset({"originals", "Masters"})


@dataclass(frozen=True, slots=True)
class Source:
    """A regular file, or a folder that cannot be read; ``path`` is its place in the Upload share: the name of
    the folder that is walked, then its own below it."""

    place: Path
    path: str


@dataclass(slots=True)
class Walk:
    """What a walk found: files, how many links it left alone, and what cannot be read, with the reason."""

    sources: list[Source] = field(default_factory=list)
    links: int = 0
    unreadable: list[tuple[Source, str]] = field(default_factory=list)


def walk(folder: Path) -> Walk:
    """Everything below a folder. Links are left alone, so that nothing outside of it can come along."""
    found = Walk()
    root = folder.resolve()
    ahead = _last_first(root, _spelled(root.name) or "import", found)
    while ahead:
        member, path = ahead.pop()
        if member.is_symlink():
            found.links += 1
        elif member.is_dir(follow_symlinks=False):
            ahead += _last_first(Path(member.path), path, found)
        elif member.is_file(follow_symlinks=False):
            found.sources.append(Source(Path(member.path), path))
    return found


def open_to_read(place: Path) -> FileIO:
    """A file to read, never a link that took its place meanwhile; raises OSError."""
    return open(os.open(place, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC), "rb", buffering=0)


def digest_of(file: FileIO) -> str:
    """The SHA-256 of what is left of an open file; raises OSError."""
    return hashlib.file_digest(file, "sha256").hexdigest()


def _last_first(folder: Path, path: str, found: Walk) -> list[tuple[os.DirEntry[str], str]]:
    """What a folder holds, each with its path, for a walk that goes on at the end of the list."""
    try:
        with os.scandir(folder) as listing:
            members = sorted(listing, key=lambda member: member.name, reverse=True)
    except OSError as error:
        found.unreadable.append((Source(folder, path), error.strerror or str(error)))
        return []
    return [(member, names.join(path, _spelled(member.name))) for member in _wanted(folder, members)]


def _wanted(folder: Path, members: list[os.DirEntry[str]]) -> Iterator[os.DirEntry[str]]:
    is_library = folder.suffix.lower() == _PHOTOS_LIBRARY
    return (member for member in members if not is_library or member.name in _MASTERS)


def _spelled(name: str) -> str:
    """A name in UTF-8: file systems hold any bytes. One that grows too long by it is cut, and marked so that
    two of one beginning stay two."""
    as_kept = os.fsencode(name)
    spelled = as_kept.decode("utf-8", "replace")
    if len(spelled.encode()) <= names.LONGEST_NAME_BYTES:
        return spelled
    return names.marked(spelled, f" {hashlib.sha256(as_kept).hexdigest()[:8]}")
