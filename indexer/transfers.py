"""Files that arrive in parts: a part is kept when it is acknowledged, the whole goes in by `indexer.intake`.

A face begins a transfer, brings its parts in any order and in parallel, and reads them as one stream in the
end. What was acknowledged outlives a restart; a transfer that nobody touches for a day is dropped.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import FileIO
from pathlib import Path

from indexer.catalog import Catalog
from indexer.errors import NoSuchTransfer, PartsMissing, TooLarge
from indexer.hashing import Announced, Incoming, Staging, sync, told_when_full
from indexer.model import Part, Transfer

_log = logging.getLogger(__name__)

MOST_PARTS = 10_000
MOST_TRANSFERS = 1_000
IDLE_S = 24 * 3600.0
# Longer than the largest file takes to be put together.
_CLAIM_S = 6 * 3600.0
# People see a transfer as one file (`catalog.transfers.receiving`), so the parts in flight are nobody's.
_NOBODY = 0


class Whole:
    """The parts of a transfer as one stream, while nobody else may touch them."""

    def __init__(self, folder: Path, parts: tuple[Part, ...]) -> None:
        self.size_bytes = sum(part.size_bytes for part in parts)
        self._files = (folder / part.file for part in parts)
        self._open: FileIO | None = None

    def readinto(self, view: memoryview) -> int:
        """Some bytes into ``view`` and their number; 0 only at the end."""
        while self._open is not None or self._next():
            assert self._open is not None
            if count := self._open.readinto(view):
                return count
            self.close()
        return 0

    def close(self) -> None:
        if self._open is not None:
            self._open.close()
            self._open = None

    def _next(self) -> bool:
        file = next(self._files, None)
        self._open = file.open("rb", buffering=0) if file else None
        return file is not None


@dataclass(frozen=True, slots=True)
class Transfers:
    """Parts lie in ``folder``, on the file system of the staging folder. Safe to share between threads."""

    staging: Staging
    catalog: Catalog
    folder: Path

    def sweep(self) -> int:
        """At a start, while nothing arrives: make the folder, remove what no row stands for; how many."""
        self.folder.mkdir(mode=0o700, exist_ok=True)
        self.catalog.transfers.release_all()
        recorded = self.catalog.transfers.files()
        unrecorded = [path.name for path in self.folder.iterdir() if path.name not in recorded]
        self._remove(unrecorded)
        return len(unrecorded)

    def begin(self, person_id: int, name: str, *, target: str | None, expected_bytes: int | None) -> Transfer:
        """Raises TransferExists, TooManyTransfers, and TooLarge or NoRoom when the size tells so already."""
        transfer = Transfer(person_id, name, target, expected_bytes, time.time())
        self._check_size(transfer, 0)
        self.catalog.transfers.begin(transfer, MOST_TRANSFERS)
        return transfer

    def get(self, person_id: int, name: str) -> Transfer:
        """Raises NoSuchTransfer."""
        transfer = self.catalog.transfers.get(person_id, name)
        if transfer is None:
            raise NoSuchTransfer
        return transfer

    def all_of(self, person_id: int) -> tuple[Transfer, ...]:
        """A person's unfinished transfers, by name."""
        return self.catalog.transfers.all_of(person_id)

    def parts(self, transfer: Transfer) -> tuple[Part, ...]:
        """The parts that have come, by name."""
        return self.catalog.transfers.parts(transfer.person_id, transfer.name)

    def begin_part(self, transfer: Transfer, announced: Announced) -> Incoming:
        """The way for a part's bytes, which end in `keep_part` or in nothing; raises TooLarge, NoRoom."""
        self._check_size(transfer, announced.size_bytes or 0)
        return self.staging.begin(_NOBODY, transfer.name, announced)

    def keep_part(
        self, incoming: Incoming, transfer: Transfer, name: str, place: int, *, is_offset: bool
    ) -> Part:
        """Keep a part that came in whole, in place of an earlier one of its name; durable on return.

        ``place`` is its first byte in the whole file if ``is_offset``, else its number in the row.
        ``transfer`` may tell more of target and size than it did when it began. Raises
        IncompleteUpload, ChecksumMismatch, NoRoom, NoSuchTransfer, TransferBusy, TooManyParts.
        """
        staged = incoming.finish()
        part = Part(name, place, is_offset, staged.size_bytes, staged.path.name, time.time())
        with told_when_full(staged.size_bytes):
            _move_durably(staged.path, self.folder / part.file)
        try:
            replaced = self.catalog.transfers.put(transfer, part, MOST_PARTS)
        except BaseException:
            self._remove([part.file])
            raise
        self._remove([replaced] if replaced else [])
        return part

    @contextmanager
    def whole(self, transfer: Transfer, expected_bytes: int | None = None) -> Iterator[Whole]:
        """All parts in their order, for one reader; `finish` within the block when the file is safe.

        Else the parts stay for another try. Raises NoSuchTransfer, TransferBusy, and PartsMissing also
        when their sizes do not add up to what is expected.
        """
        now = time.time()
        parts = self.catalog.transfers.claim(transfer, now, now + _CLAIM_S)
        try:
            stream = Whole(self.folder, in_order(parts))
            if stream.size_bytes != (expected_bytes or transfer.expected_bytes or stream.size_bytes):
                raise PartsMissing
            try:
                yield stream
            finally:
                stream.close()
        finally:
            self.catalog.transfers.release(transfer)

    def finish(self, transfer: Transfer) -> None:
        """Forget a transfer whose file is safe elsewhere, from within `whole`."""
        self._remove(self.catalog.transfers.finish(transfer))

    def drop_part(self, transfer: Transfer, name: str) -> bool:
        """Forget one part; False when there was none. Raises NoSuchTransfer, TransferBusy."""
        file = self.catalog.transfers.drop_part(transfer, name, time.time())
        self._remove([file] if file else [])
        return file is not None

    def drop(self, transfer: Transfer) -> None:
        """Forget a transfer and its parts; raises NoSuchTransfer, TransferBusy."""
        self._remove(self.catalog.transfers.drop(transfer, time.time()))

    def drop_idle(self, now: float) -> None:
        """Forget the transfers that nobody has touched for a day."""
        self._remove(self.catalog.transfers.drop_idle(now - IDLE_S, now))

    def _check_size(self, transfer: Transfer, more_bytes: int) -> None:
        received = self.catalog.transfers.received_bytes(transfer.person_id, transfer.name)
        expected = transfer.expected_bytes or 0
        limit_bytes = self.staging.limit_bytes
        if limit_bytes is not None and max(received + more_bytes, expected) > limit_bytes:
            raise TooLarge(limit_bytes)
        if expected > received:
            # When they are put together, the parts and the whole are on the disk.
            self.staging.check_room(2 * expected - received)

    def _remove(self, files: Iterable[str]) -> None:
        # Their rows went first: what cannot be removed now is swept at the next start.
        for file in files:
            try:
                (self.folder / file).unlink(missing_ok=True)
            except OSError:
                _log.exception("could not remove the part %s", file)


def in_order(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """The parts as they follow each other; raises PartsMissing for a gap, an overlap, or none at all.

    Numbers begin with 0 or 1 and leave none out; offsets begin with 0 and each continues the one before.
    """
    ordered = tuple(sorted(parts, key=lambda part: part.place))
    if not ordered or len({part.is_offset for part in ordered}) > 1:
        raise PartsMissing
    due = 1 if ordered[0].place == 1 and not ordered[0].is_offset else 0
    for part in ordered:
        if part.place != due:
            raise PartsMissing
        due += part.size_bytes if part.is_offset else 1
    return ordered


def _move_durably(path: Path, place: Path) -> None:
    sync(path)
    path.rename(place)
    sync(place.parent)
