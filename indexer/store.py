"""Originals by digest: kept once, whole, durable, read-only.

On disk an original is ``ab/cd/abcd...ef.jpg``, the extension taken from its content. A file gets
its name by a hard link from the staging folder, so a name in the store always stands for all of
its bytes.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from indexer.errors import OriginalMissing
from indexer.hashing import Staged, told_when_full


@dataclass(frozen=True, slots=True)
class Store:
    """Files by SHA-256 under ``root``. Safe to share between threads and processes."""

    root: Path
    _made: set[Path] = field(default_factory=set, init=False, compare=False)
    _making: threading.Lock = field(default_factory=threading.Lock, init=False, compare=False)

    def commit(self, staged: Staged, extension: str) -> bool:
        """Keep these bytes; on return they survive a power cut. True when they were not held before.

        A held file of the wrong size is damaged, and is replaced. Raises NoRoom.
        """
        with told_when_full(staged.size_bytes):
            held = self.find(staged.sha256)
            if held is not None and held.stat().st_size == staged.size_bytes:
                _sync_folder(held.parent)
                return False
            self._link(staged, held or self._place(staged.sha256, extension))
            return held is None

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
        _sync_file(staged.path)
        self._make_folders(place.parent)
        try:
            os.link(staged.path, place)
        except FileExistsError:
            self._replace_damaged(staged, place)
        _sync_folder(place.parent)

    def _replace_damaged(self, staged: Staged, place: Path) -> None:
        try:
            if place.stat().st_size == staged.size_bytes:
                return  # another thread was first with the same bytes
        except FileNotFoundError:
            pass  # and has undone them again
        spare = staged.path.with_suffix(".heal")
        os.link(staged.path, spare)
        os.replace(spare, place)

    def _make_folders(self, folder: Path) -> None:
        # Whoever finds the folder there must not rely on it before its maker has synced its name.
        with self._making:
            if folder in self._made:
                return
            folder.mkdir(parents=True, exist_ok=True)
            _sync_folder(folder.parent)
            _sync_folder(folder.parent.parent)
            self._made.add(folder)

    def _place(self, sha256: str, extension: str) -> Path:
        return self._folder(sha256) / f"{sha256}{extension}"

    def _folder(self, sha256: str) -> Path:
        return self.root / sha256[:2] / sha256[2:4]


def _sync_file(path: Path) -> None:
    fd = os.open(path, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def _sync_folder(folder: Path) -> None:
    _sync_file(folder)
