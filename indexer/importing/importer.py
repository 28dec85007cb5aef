"""Brings a folder on the server in, file by file, through the one way in; the folder is never changed.

It may be run again: what is held and in its place costs a hash and changes nothing.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import count
from pathlib import Path
from typing import BinaryIO

from indexer import names
from indexer.blocks import blocks
from indexer.errors import LibraryError, NoRoom
from indexer.hashing import Announced, Staged
from indexer.importing import apple_export, takeout
from indexer.importing.beside import Told
from indexer.importing.folders import Source, walk
from indexer.intake import Arrived, Intake, Ready
from indexer.model import Door, EntryType

Note = Callable[[int, int], None]


class Fate(StrEnum):
    """What became of a file."""

    NEW = "new"
    HELD = "held"  # by this person, also under another name
    JUNK = "junk"
    EMPTY = "empty"
    FAILED = "failed"


@dataclass(slots=True)
class Imported:
    """What became of a folder; ``failed`` are (place, reason)."""

    counts: dict[Fate, int] = field(default_factory=lambda: dict.fromkeys(Fate, 0))
    size_bytes: int = 0
    hinted: int = 0
    links: int = 0
    failed: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Importer:
    """``intake`` stages in a folder of its own (`spool`). For one thread."""

    intake: Intake
    person_id: int

    def run(self, folder: Path, note: Note) -> Imported:
        """Bring in all regular files below a folder; those that cannot be read are told. Raises NoRoom."""
        found, done = walk(folder), Imported()
        done.links, done.failed = found.links, list(found.unreadable)
        sizes = self.intake.catalog.items.sizes(self.person_id)
        told = beside(found.sources)
        for number, source in enumerate(found.sources, start=1):
            fate = self._bring(source, told.get(source.place, Told()), sizes, done)
            done.counts[fate] += 1
            note(number, len(found.sources))
        done.counts[Fate.FAILED] += len(found.unreadable)
        return done

    def _bring(self, source: Source, told: Told, sizes: set[int], done: Imported) -> Fate:
        try:
            with open_to_read(source.place) as file:
                fate = self._take(file, source, told, sizes)
                done.size_bytes += os.fstat(file.fileno()).st_size
        except NoRoom:
            raise
        except OSError as error:
            done.failed.append((str(source.place), error.strerror or str(error)))
            return Fate.FAILED
        except LibraryError as error:
            done.failed.append((str(source.place), str(error)))
            return Fate.FAILED
        done.hinted += told.hint is not None
        return fate

    def _take(self, file: BinaryIO, source: Source, told: Told, sizes: set[int]) -> Fate:
        before = os.fstat(file.fileno())
        held = self._held(file) if before.st_size in sizes else None
        if held is not None and not names.is_junk(source.path):
            return self._place_again(held, source, told, before)
        announced = Announced(before.st_size)
        with self.intake.begin(self.person_id, source.path, announced, door=Door.IMPORT) as incoming:
            for block in blocks(file):
                incoming.write(block)
            is_known = self.intake.catalog.arrivals.is_held(self.person_id, incoming.finish().sha256)
            self._accept(incoming, source, told, before)
        sizes.add(before.st_size)
        if names.is_junk(source.path):
            return Fate.JUNK
        return Fate.EMPTY if not before.st_size else Fate.HELD if is_known else Fate.NEW

    def _held(self, file: BinaryIO) -> Staged | None:
        """The original with the bytes of this file, if the person holds it whole; the file is read once."""
        sha256 = digest_of(file)
        file.seek(0)
        if not self.intake.catalog.arrivals.is_held(self.person_id, sha256):
            return None
        original = self.intake.originals.find(sha256)
        return Staged(original, sha256, os.fstat(file.fileno()).st_size) if original else None

    def _place_again(self, held: Staged, source: Source, told: Told, stat: os.stat_result) -> Fate:
        if self._stands(source.path, held.sha256):
            if told.hint is not None:
                self.intake.catalog.hints.offer(self.person_id, held.sha256, told.hint, time.time())
        else:
            self._accept(Ready(held), source, told, stat)
        return Fate.HELD

    def _stands(self, path: str, sha256: str) -> bool:
        """Whether the path, or a number of it, is the name of these bytes already."""
        folder, name = names.parent(path), names.last(path)
        for number in count(1):
            numbered = names.join(folder, names.numbered(name, number))
            entry = self.intake.catalog.entries.get(self.person_id, numbered)
            if entry is None or entry.type is not EntryType.FILE:
                return False
            if entry.sha256 == sha256:
                return True
        raise AssertionError("numbers do not end")

    def _accept(self, arrived: Arrived, source: Source, told: Told, stat: os.stat_result) -> None:
        self.intake.accept(
            arrived, self.person_id, source.path, door=Door.IMPORT, client_mtime=stat.st_mtime,
            is_favourite=told.is_favourite, hint=told.hint, name=told.name,
        )  # fmt: skip


def beside(sources: Iterable[Source]) -> dict[Path, Told]:
    """What the files that lie beside others say about them."""
    by_folder: dict[Path, list[str]] = {}
    for source in sources:
        by_folder.setdefault(source.place.parent, []).append(source.place.name)
    told: dict[Path, Told] = {}
    for folder, members in by_folder.items():
        told |= _beside(folder, members)
    return told


def _beside(folder: Path, members: list[str]) -> dict[Path, Told]:
    lower = {name: name.lower() for name in members}
    sidecars = [name for name in members if lower[name].endswith(".json")]
    packets = {lower[name].removesuffix(".xmp"): name for name in members if lower[name].endswith(".xmp")}
    media = [name for name in members if not lower[name].endswith((".json", ".xmp", ".aae", ".csv"))]
    told: dict[Path, Told] = {}
    for details in filter(apple_export.is_details, members):
        told |= {folder / name: what for name, what in apple_export.read_details(folder / details).items()}
    for name in media:
        packet = packets.get(lower[name]) or packets.get(lower[name].rpartition(".")[0])
        if packet and (what := apple_export.read_xmp_beside(folder / packet)):
            told[folder / name] = what
    for name, sidecar in takeout.pair(media, sidecars).items() if sidecars else ():
        if what := takeout.read(folder / sidecar, name):
            told[folder / name] = what
    return told


def open_to_read(place: Path) -> BinaryIO:
    """A file to read, never a link that took its place meanwhile; raises OSError."""
    return open(os.open(place, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC), "rb", buffering=0)


def digest_of(file: BinaryIO) -> str:
    """The SHA-256 of what is left of a file; raises OSError."""
    sha256 = hashlib.sha256()
    for block in blocks(file):
        sha256.update(block)
    return sha256.hexdigest()
