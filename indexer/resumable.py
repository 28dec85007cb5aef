"""Uploads that grow from their beginning and go on after whatever interrupts them; tus stands on this.

Each has a staging file that only ever grows, and a row that says how much of it is on the disk for sure.
What was acknowledged outlives a restart and a power cut. The SHA-256 runs on from piece to piece; only
after a restart the bytes are read once more. A whole upload ends in `indexer.intake` as files do by every
other door; one that nobody touches for a day is dropped.
"""

from __future__ import annotations

import functools
import logging
import secrets
import threading
import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from indexer import names
from indexer.blocks import blocks
from indexer.errors import (
    BeyondEnd,
    NoSuchTransfer,
    PartsMissing,
    Refused,
    TooLarge,
    WrongOffset,
)
from indexer.growth import Growth, Live, hash_of
from indexer.hashing import Announced, Incoming, Staged
from indexer.intake import Arrived, Intake, Ready
from indexer.model import Door, Entry, Resumable

_log = logging.getLogger(__name__)

MOST_UPLOADS = 1_000
IDLE_S = 24 * 3600.0


@dataclass(frozen=True, slots=True)
class Resumables:
    """Bytes lie in ``folder``, on the file system of the staging folder. Safe to share between threads."""

    intake: Intake
    folder: Path
    _live: dict[str, Live] = field(default_factory=dict, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def sweep(self) -> int:
        """At a start, while nothing arrives: make the folder, remove what no row stands for; how many."""
        self.folder.mkdir(mode=0o700, exist_ok=True)
        recorded = self.intake.catalog.resumables.ids()
        unrecorded = [path.name for path in self.folder.iterdir() if path.name not in recorded]
        self._remove(unrecorded)
        return len(unrecorded)

    def begin(
        self, person_id: int, target: str | None, size_bytes: int | None, *, mtime: float | None, told: str
    ) -> Resumable:
        """An upload without bytes; an empty file is kept at once. The other words as in `Resumable`.

        Raises BadName, TooLarge, NoRoom, TooManyTransfers.
        """
        try:
            if target is not None:
                names.check(target)
            self._check_size(size_bytes, 0)
        except Refused as error:
            self._remember(person_id, target, size_bytes, 0, error)
            raise
        upload = Resumable(
            secrets.token_hex(16), person_id, target, mtime, size_bytes, 0, told, "", time.time()
        )
        self.intake.catalog.resumables.begin(upload, MOST_UPLOADS)
        return self._settle(upload, Live())

    def get(self, person_id: int, upload_id: str) -> Resumable:
        """How far an upload is; one that is whole and could not be kept before is kept now.

        Raises NoSuchTransfer, and for such a one what `Intake.accept` raises.
        """
        live = self._live_of(person_id, upload_id)
        with live.lock:
            return self._settle(self._synced(person_id, upload_id, live), live)

    def grow(
        self,
        person_id: int,
        upload_id: str,
        offset_bytes: int,
        *,
        size_bytes: int | None = None,
        more_bytes: int | None = None,
        checksum: tuple[str, str] | None = None,
    ) -> Growth:
        """The way for an upload's next bytes. Another request that is at it is put off: its client has gone.

        ``size_bytes`` is the whole size when it is told only now, ``more_bytes`` what is announced to come,
        ``checksum`` algorithm and hex digits of just these bytes: they count only if they fit. Raises
        NoSuchTransfer, WrongOffset, BeyondEnd, TooLarge, NoRoom.
        """
        live = self._live_of(person_id, upload_id)
        with live.lock:
            upload = self._synced(person_id, upload_id, live)
            if upload.is_kept:
                raise BeyondEnd(upload.received_bytes)
            if upload.received_bytes != offset_bytes:
                raise WrongOffset(upload.received_bytes)
            size = upload.size_bytes if upload.size_bytes is not None else size_bytes
            if size_bytes not in (None, size) or (
                size is not None and offset_bytes + (more_bytes or 0) > size
            ):
                raise BeyondEnd(size or 0)
            self._check_size(size, offset_bytes)
            place = self._place(upload)
            regret = functools.partial(self._remember, person_id, upload.target, size)
            live.writer = Growth(self.intake, place, upload, live, size, checksum, self._settle, regret)
            return live.writer

    def join(
        self, person_id: int, part_ids: list[str], target: str, *, mtime: float | None, told: str
    ) -> Resumable:
        """One file of whole parts, in their order; the parts are gone then. Asked again, the same upload.

        Raises BadName, NoSuchTransfer, PartsMissing when one is not whole or none is told, and what
        `Intake.begin` and `Intake.accept` raise.
        """
        rows, parts = self.intake.catalog.resumables, " ".join(part_ids)
        if parts and (joined := rows.joined(person_id, parts)):
            return joined
        found = [self.get(person_id, part_id) for part_id in part_ids]
        if not found or not all(part.is_part and part.is_whole for part in found):
            raise PartsMissing
        size_bytes = sum(part.received_bytes for part in found)
        upload = Resumable(
            secrets.token_hex(16), person_id, target, mtime, size_bytes, 0, told, parts, time.time()
        )
        with self.intake.begin(person_id, target, Announced(size_bytes), door=Door.BROWSER) as incoming:
            self._pour(found, incoming)
            entry = self._accept(incoming, upload)
        kept = replace(
            upload, received_bytes=size_bytes, stored_path=entry.path, sha256=_item_of(entry, size_bytes)
        )
        rows.begin(kept, MOST_UPLOADS + 1)  # its parts may be as many as there may be
        self._forget(part_ids)
        return kept

    def drop(self, person_id: int, upload_id: str) -> None:
        """Forget an upload; a file that it has become stays. Raises NoSuchTransfer."""
        live = self._live_of(person_id, upload_id)
        with live.lock:
            live.writer = None
            self.intake.catalog.resumables.get(person_id, upload_id)
            self._forget([upload_id])

    def drop_idle(self, now: float) -> None:
        """Forget the uploads that nobody has touched for a day."""
        idle = self.intake.catalog.resumables.idle(now - IDLE_S)
        with self._lock:
            growing = {upload_id for upload_id, live in self._live.items() if live.writer is not None}
        self._forget(set(idle) - growing)

    def _live_of(self, person_id: int, upload_id: str) -> Live:
        self.intake.catalog.resumables.get(person_id, upload_id)
        with self._lock:
            return self._live.setdefault(upload_id, Live())

    def _synced(self, person_id: int, upload_id: str, live: Live) -> Resumable:
        """The row as it is when all that a running request has brought is on the disk.

        Raises NoSuchTransfer also for one whose bytes are gone. A power cut can do that: it may undo that an
        upload was kept, and not that its staging file was removed.
        """
        if live.writer is not None:
            live.writer.sync()
        upload = self.intake.catalog.resumables.get(person_id, upload_id)
        if not upload.is_kept and _size_bytes(self._place(upload)) < upload.received_bytes:
            self._forget([upload_id])
            raise NoSuchTransfer
        return upload

    def _settle(self, upload: Resumable, live: Live) -> Resumable:
        if upload.is_part or upload.is_kept or not upload.is_whole:
            return upload
        if live.hashed_bytes != upload.received_bytes:
            live.sha256 = hash_of(self._place(upload), upload.received_bytes)
            live.hashed_bytes = upload.received_bytes
        staged = Staged(self._place(upload), live.sha256.hexdigest(), upload.received_bytes)
        entry = self._accept(Ready(staged), upload)
        item = _item_of(entry, upload.received_bytes)
        kept = self.intake.catalog.resumables.keep(upload, entry.path, item, time.time())
        self._remove([upload.id])
        return kept

    def _accept(self, arrived: Arrived, upload: Resumable) -> Entry:
        return self.intake.accept(
            arrived, upload.person_id, upload.target or "", door=Door.BROWSER, client_mtime=upload.mtime
        )

    def _remember(
        self,
        person_id: int,
        target: str | None,
        size_bytes: int | None,
        received_bytes: int,
        error: BaseException,
    ) -> None:
        if target is not None:
            self.intake.remember(person_id, target, Door.BROWSER, size_bytes, received_bytes, error)

    def _pour(self, parts: Iterable[Resumable], incoming: Incoming) -> None:
        for part in parts:
            try:
                file = self._place(part).open("rb", buffering=0)
            except FileNotFoundError as error:
                raise NoSuchTransfer from error
            with file:
                for block in blocks(file):
                    incoming.write(block)

    def _place(self, upload: Resumable) -> Path:
        return self.folder / upload.id

    def _check_size(self, size_bytes: int | None, received_bytes: int) -> None:
        limit_bytes = self.intake.staging.limit_bytes
        if limit_bytes is not None and (size_bytes or 0) > limit_bytes:
            raise TooLarge(limit_bytes)
        self.intake.staging.check_room((size_bytes or 0) - received_bytes)

    def _forget(self, upload_ids: Collection[str]) -> None:
        self._remove(self.intake.catalog.resumables.drop(upload_ids))

    def _remove(self, upload_ids: Iterable[str]) -> None:
        # Their rows say so already: what cannot be removed now is swept at the next start.
        for upload_id in upload_ids:
            with self._lock:
                self._live.pop(upload_id, None)
            try:
                (self.folder / upload_id).unlink(missing_ok=True)
            except OSError:
                _log.exception("could not remove the upload %s", upload_id)


def _size_bytes(place: Path) -> int:
    try:
        return place.stat().st_size
    except FileNotFoundError:
        return 0


def _item_of(entry: Entry, size_bytes: int) -> str | None:
    return entry.sha256 if size_bytes and not entry.is_junk else None
