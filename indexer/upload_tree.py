"""The names in people's Upload shares, and what changing them means. Originals never change here.

Every door that renames, removes or annotates goes through this; files come in by `indexer.intake`.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass

from indexer import names
from indexer.errors import LibraryError
from indexer.intake import Intake
from indexer.model import Entry

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class UploadTree:
    """Paths are relative to a person's share and may come in any Unicode form."""

    intake: Intake

    def get(self, person_id: int, path: str) -> Entry | None:
        return self.intake.catalog.entries.get(person_id, path)

    def children(self, person_id: int, folder: str) -> tuple[Entry, ...]:
        return self.intake.catalog.entries.children(person_id, folder)

    def make_folder(self, person_id: int, path: str) -> None:
        """Raises BadName, NoRoom, NoSuchEntry (no such parent), NameOccupied."""
        names.check(path)
        self.intake.staging.check_room()
        self.intake.catalog.entries.make_folder(person_id, path, time.time())

    def make_placeholder(self, person_id: int, path: str) -> None:
        """An empty file of a new name; one that is in use stays as it is. Raises as `make_folder`."""
        names.check(path)
        self.intake.staging.check_room()
        now = time.time()
        self.intake.catalog.entries.place_placeholder(person_id, path, now, now, only_new=True)

    def remove(self, person_id: int, path: str) -> None:
        """A name and all names below it."""
        self.intake.catalog.entries.delete(person_id, path)

    def move(self, person_id: int, source: str, target: str) -> None:
        """Rename; what had the target's name is replaced. Raises BadName, NoSuchEntry, NameOccupied."""
        names.check(target)
        self.intake.catalog.entries.move(person_id, source, target)
        self._adopt(person_id, target)

    def copy(self, person_id: int, source: str, target: str, *, deep: bool) -> None:
        """Further names for the same originals; raises as `move`."""
        names.check(target)
        self.intake.catalog.entries.copy(person_id, source, target, deep=deep, now=time.time())
        self._adopt(person_id, target)

    def annotate(
        self, person_id: int, path: str, changes: dict[str, str | None], mtime: float | None
    ) -> None:
        """Set (None: remove) dead properties, and the mtime; raises NoSuchEntry, TooManyProperties."""
        self.intake.catalog.arrivals.annotate(person_id, path, changes, mtime, time.time())
        if mtime is not None:
            self.intake.wake()

    def _adopt(self, person_id: int, path: str) -> None:
        for entry in self.intake.catalog.entries.below(person_id, path):
            try:
                self.intake.adopt(person_id, entry)
            except (LibraryError, OSError):
                # The rename has happened and the bytes are safe; the housekeeper will try again.
                _log.exception("could not make an item of %s yet", entry.path)
