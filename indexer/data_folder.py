"""The data folder: where everything lies, and who may serve it."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from indexer.errors import DataFolderInUse, DataFolderUnusable


@dataclass(frozen=True, slots=True)
class DataFolder:
    """The paths below ``root``; see DESIGN section 9."""

    root: Path

    @property
    def originals(self) -> Path:
        return self.root / "originals"

    @property
    def junk(self) -> Path:
        return self.root / "junk"

    @property
    def staging(self) -> Path:
        return self.root / "staging"

    @property
    def derivatives(self) -> Path:
        return self.root / "derivatives"

    @property
    def catalog(self) -> Path:
        return self.root / "catalog.sqlite3"

    @property
    def snapshots(self) -> Path:
        return self.root / "snapshots"

    def prepare(self) -> None:
        """Create what is missing; raises DataFolderUnusable."""
        try:
            self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
            for folder in (self.originals, self.junk, self.staging, self.derivatives, self.snapshots):
                folder.mkdir(mode=0o700, exist_ok=True)
            _check_writable(self.staging)
        except OSError as error:
            raise DataFolderUnusable(self.root, error.strerror or str(error)) from error

    @contextmanager
    def held(self) -> Iterator[None]:
        """Be the only server of this folder; raises DataFolderInUse. The kernel lets go when we die."""
        with (self.root / "serving.lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise DataFolderInUse(self.root) from error
            yield


def _check_writable(folder: Path) -> None:
    # access() says yes to root on a read-only file system; only writing tells.
    probe = folder / ".writable"
    fd = os.open(probe, os.O_CREAT | os.O_WRONLY, 0o600)
    os.close(fd)
    probe.unlink()
