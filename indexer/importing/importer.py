"""Brings a folder on the server in, file by file, through the one way in; the folder is never changed.

It may be run again: what is held and in its place costs a hash, and stands on the receipt.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from io import FileIO
from itertools import count
from pathlib import Path

from indexer import names
from indexer.blocks import blocks
from indexer.errors import ImportFailed, LibraryError, NoRoom
from indexer.hashing import Announced, Staged
from indexer.importing import albums
from indexer.importing.beside import beside
from indexer.importing.folders import Source, digest_of, open_to_read, walk
from indexer.importing.told import Told
from indexer.intake import Arrived, Intake, Ready
from indexer.memories import Memories
from indexer.model import Door, EntryType
from indexer.receipt import FileOutcome

OUTCOMES = (
    FileOutcome.NEW, FileOutcome.HELD, FileOutcome.JUNK, FileOutcome.EMPTY, FileOutcome.FAILED,
)  # fmt: skip
Note = Callable[[int, int], None]


@dataclass(slots=True)
class Imported:
    """What became of a folder; ``failed`` are (place, reason). Held ones may have had another name.

    ``albums`` counts those that were made or got something new; ``digests`` is of the files that albums name.
    """

    counts: dict[FileOutcome, int] = field(default_factory=lambda: dict.fromkeys(OUTCOMES, 0))
    size_bytes: int = 0
    hinted: int = 0
    links: int = 0
    albums: int = 0
    digests: dict[Path, str] = field(default_factory=dict)
    failed: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Importer:
    """``intake`` stages in a folder of its own (`spool`). For one thread."""

    intake: Intake
    person_id: int

    def run(self, folder: Path, note: Note) -> Imported:
        """Bring in all regular files below a folder; those that cannot be read are told. Raises NoRoom."""
        found, done = walk(folder), Imported()
        done.links = found.links
        for source, reason in found.unreadable:
            done.counts[self._fail(source, ImportFailed(reason), reason, done)] += 1
        sizes = self.intake.catalog.items.sizes(self.person_id)
        known = beside(found.sources)
        done.digests = dict.fromkeys((place for album in known.albums for place in album.places), "")
        for number, source in enumerate(found.sources, start=1):
            outcome = self._bring(source, known.told.get(source.place, Told()), sizes, done)
            done.counts[outcome] += 1
            note(number, len(found.sources))
        memories = Memories(self.intake.catalog)
        done.albums = albums.bring(memories, self.person_id, known.albums, done.digests)
        return done

    def _bring(self, source: Source, told: Told, sizes: set[int], done: Imported) -> FileOutcome:
        try:
            with open_to_read(source.place) as file:
                outcome, sha256 = self._take(file, source, told, sizes)
                done.size_bytes += os.fstat(file.fileno()).st_size
        except NoRoom:
            raise
        except OSError as error:
            reason = error.strerror or str(error)
            return self._fail(source, ImportFailed(reason), reason, done)
        except LibraryError as error:
            return self._fail(source, error, str(error), done)
        done.hinted += told.hint is not None
        if source.place in done.digests:
            done.digests[source.place] = sha256
        return outcome

    def _fail(self, source: Source, error: LibraryError, reason: str, done: Imported) -> FileOutcome:
        """Tell it at the end, and on the receipt, which must not call the folder safe then."""
        done.failed.append((str(source.place), reason))
        self.intake.remember(self.person_id, source.path, Door.IMPORT, None, 0, error)
        return FileOutcome.FAILED

    def _take(self, file: FileIO, source: Source, told: Told, sizes: set[int]) -> tuple[FileOutcome, str]:
        """What became of a file, and its digest."""
        before = os.fstat(file.fileno())
        held = self._held(file) if before.st_size in sizes else None
        if held is not None and not names.is_junk(source.path):
            self._place_again(held, source, told, before)
            return FileOutcome.HELD, held.sha256
        announced = Announced(before.st_size)
        with self.intake.begin(self.person_id, source.path, announced, door=Door.IMPORT) as incoming:
            for block in blocks(file):
                incoming.write(block)
            sha256 = incoming.finish().sha256
            is_known = self.intake.catalog.arrivals.is_held(self.person_id, sha256)
            self._accept(incoming, source, told, before)
        sizes.add(before.st_size)
        if names.is_junk(source.path):
            return FileOutcome.JUNK, sha256
        if not before.st_size:
            return FileOutcome.EMPTY, sha256
        return FileOutcome.HELD if is_known else FileOutcome.NEW, sha256

    def _held(self, file: FileIO) -> Staged | None:
        """The original with the bytes of this file, if the person holds it whole; the file is read once."""
        sha256 = digest_of(file)
        file.seek(0)
        if not self.intake.catalog.arrivals.is_held(self.person_id, sha256):
            return None
        original = self.intake.originals.find(sha256)
        return Staged(original, sha256, os.fstat(file.fileno()).st_size) if original else None

    def _place_again(self, held: Staged, source: Source, told: Told, stat: os.stat_result) -> None:
        path = self._standing(source.path, held.sha256)
        if path is None:
            self._accept(Ready(held), source, told, stat)
            return
        catalog, now = self.intake.catalog, time.time()
        catalog.arrivals.record_again(self.person_id, path, Door.IMPORT, held.sha256, held.size_bytes, now)
        if told.hint is not None:
            catalog.hints.offer(self.person_id, held.sha256, told.hint, now)

    def _standing(self, path: str, sha256: str) -> str | None:
        """The path, or a number of it, where that is the name of these bytes already."""
        folder, name = names.parent(path), names.last(path)
        for number in count(1):
            numbered = names.join(folder, names.numbered(name, number))
            entry = self.intake.catalog.entries.get(self.person_id, numbered)
            if entry is None or entry.type is not EntryType.FILE:
                return None
            if entry.sha256 == sha256:
                return numbered
        raise AssertionError("numbers do not end")

    def _accept(self, arrived: Arrived, source: Source, told: Told, stat: os.stat_result) -> None:
        self.intake.accept(
            arrived, self.person_id, source.path, door=Door.IMPORT, client_mtime=stat.st_mtime,
            is_favourite=told.is_favourite, hint=told.hint, name=told.name,
        )  # fmt: skip
