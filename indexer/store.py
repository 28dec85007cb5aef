"""Originals by digest: kept once, whole, durable, read-only.

On disk an original is ``ab/cd/abcd...ef.jpg``, the extension taken from its content. A file gets
its name by a hard link from the staging folder, so a name in the store stands for all of its bytes;
that both are on the disk is certain once `Store.commit` has returned.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from indexer.errors import OriginalMissing
from indexer.hashing import Staged, sync, told_when_full


@dataclass(frozen=True, slots=True)
class Store:
    """Files by SHA-256 under ``root``. Safe to share between threads and processes."""

    root: Path
    _synced: set[Path] = field(default_factory=set, init=False, compare=False)

    def commit(
        self, staged: Staged, extension: str, *, is_recorded: bool = False, durable: bool = True
    ) -> Path:
        """Keep these bytes and tell where; on return they survive a power cut, if ``durable``.

        ``is_recorded`` says that the catalog knows them: then they are on the disk already, and nothing
        is done unless they are missing or of the wrong size. A name that no row stands for proves
        nothing (a power cut may have come between name and bytes) and is taken over. Raises NoRoom.
        """
        with told_when_full(staged.size_bytes):
            held = self.find(staged.sha256)
            if is_recorded and held is not None and _size_bytes(held) == staged.size_bytes:
                return held
            place = held or self._folder(staged.sha256) / f"{staged.sha256}{extension}"
            self._link(staged, place)
            if durable:
                self._sync(staged, place)
            return place

    def find(self, sha256: str) -> Path | None:
        """Where an original lies, whatever its extension; None when it is not held."""
        try:
            with os.scandir(self._folder(sha256)) as files:
                return next((Path(file.path) for file in files if file.name.startswith(sha256)), None)
        except FileNotFoundError:
            return None

    def open(self, sha256: str) -> BinaryIO:
        """The bytes, for reading; raises OriginalMissing."""
        return self.require(sha256).open("rb", buffering=0)

    def require(self, sha256: str) -> Path:
        """Where an original lies; raises OriginalMissing."""
        path = self.find(sha256)
        if path is None:
            raise OriginalMissing(sha256)
        return path

    def remove(self, sha256: str) -> None:
        """Forget bytes that no row stands for; missing ones are not an error."""
        path = self.find(sha256)
        if path is not None:
            path.unlink(missing_ok=True)

    def enumerate(self) -> Iterator[Path]:
        """Every file in the store, in no particular order."""
        return (path for path in self.root.glob("??/??/*") if path.is_file())

    def _link(self, staged: Staged, place: Path) -> None:
        os.chmod(staged.path, 0o444)
        place.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(staged.path, place)
        except FileExistsError:
            self._take_over(staged, place)

    def _take_over(self, staged: Staged, place: Path) -> None:
        # Somebody may have been told meanwhile that the bytes under this name are safe.
        sync(staged.path)
        spare = staged.path.with_name(f"{staged.sha256}.{secrets.token_hex(4)}.spare")
        os.link(staged.path, spare)
        os.replace(spare, place)
        spare.unlink(missing_ok=True)  # where both were one file already, replacing did nothing

    def _sync(self, staged: Staged, place: Path) -> None:
        # The names were given before the first wait: where one journal holds bytes and names, as on ext4,
        # the first wait does it all and the others find nothing left to do. The bytes are waited for by
        # the name that is ours: the other may be undone by an upload that failed.
        sync(staged.path)
        sync(place.parent)
        for folder in (place.parent, place.parent.parent):
            if folder not in self._synced:
                sync(folder.parent)
                self._synced.add(folder)

    def _folder(self, sha256: str) -> Path:
        return self.root / sha256[:2] / sha256[2:4]


def _size_bytes(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return None  # undone this very moment
