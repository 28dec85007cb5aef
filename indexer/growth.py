"""An upload's next bytes: appended to its staging file, hashed on, and on the disk before anybody is told.

Made by `indexer.resumable`, which see.
"""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
import stat
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import Self

from indexer.blocks import blocks
from indexer.errors import (
    BeyondEnd,
    ChecksumMismatch,
    IncompleteUpload,
    LibraryError,
    TooLarge,
    UploadTakenOver,
)
from indexer.hashing import CHECKSUMS, begin_flush, sync, told_when_full
from indexer.intake import Intake
from indexer.model import Resumable

_log = logging.getLogger(__name__)

_FLUSH_BYTES = 8 << 20
# So much of a long piece may have to be sent again after a crash.
_SYNC_BYTES = 64 << 20


@dataclass(slots=True, eq=False)
class Live:
    """What this process knows of an unfinished upload. Who holds ``lock`` may read and change its row.

    ``sha256`` is the digest of its first ``hashed_bytes``.
    """

    lock: threading.Lock = field(default_factory=threading.Lock)
    sha256: hashlib._Hash = field(default_factory=hashlib.sha256)
    hashed_bytes: int = 0
    writer: Growth | None = None


class Growth:
    """An upload's next bytes. Use as a context manager: what came before a connection broke is kept then.

    Bytes with a checksum are kept all or none. Raises UploadTakenOver when another request goes on.
    """

    def __init__(
        self,
        intake: Intake,
        place: Path,
        upload: Resumable,
        live: Live,
        size_bytes: int | None,
        checksum: tuple[str, str] | None,
        settle: Callable[[Resumable, Live], Resumable],
        regret: Callable[[int, BaseException], None],
    ) -> None:
        """With the lock of ``live``; ``settle`` is for an upload that may be whole now, with the lock too.

        ``place`` holds what the row says already. ``regret`` is told how many bytes there were when these
        broke off, and by what. Raises NoRoom.
        """
        self._intake, self._place, self._settle, self._regret = intake, place, settle, regret
        self._upload, self._live = upload, live
        self._size_bytes = size_bytes
        self._declared = checksum
        self._checksum = CHECKSUMS[checksum[0]]() if checksum else None
        self._at = self._flushed_at = upload.received_bytes
        self._sha256 = live.sha256.copy()
        self._is_hashed = live.hashed_bytes == upload.received_bytes
        with told_when_full(None):
            _leave_to_store(place)
            self._fd = os.open(place, os.O_RDWR | os.O_CREAT, 0o600)
        # What came after the last of which the row knows may be anything.
        os.ftruncate(self._fd, upload.received_bytes)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._live.lock:
            is_ours = self._live.writer is self
            if is_ours:
                self._leave()
        os.close(self._fd)
        if error is not None and is_ours:
            self._regret(self._at, error)

    def write(self, block: bytes | memoryview) -> None:
        """Take the next bytes; raises UploadTakenOver, BeyondEnd, TooLarge, NoRoom."""
        with self._live.lock:
            self._check_turn()
            self._check_end(self._at + len(block))
            with told_when_full(len(block)):
                self._write_whole(block)
            self._hash(block)
            self._at += len(block)
            if self._at - self._flushed_at >= _FLUSH_BYTES:
                self._flush()

    def finish(self) -> Resumable:
        """All that was to come has come: it is on the disk now, and a whole upload is kept.

        Raises ChecksumMismatch, UploadTakenOver, NoSuchTransfer (dropped meanwhile), and what
        `Intake.accept` raises.
        """
        with self._live.lock:
            self._check_turn()
            if self._checksum and self._declared and self._checksum.hexdigest() != self._declared[1]:
                raise ChecksumMismatch(self._declared[0])
            self._checksum = None  # what came counts
            upload = self._noted() if self._is_last() else self.sync()
            kept = self._settle(upload, self._live)
            self._live.writer = None
            return kept

    def _is_last(self) -> bool:
        return self._at == self._size_bytes and not self._upload.is_part

    def _noted(self) -> Resumable:
        """With all that came, which its row need not say: it is kept next, or else `sync` follows."""
        self._live.sha256, self._live.hashed_bytes = self._sha256, self._at
        return replace(self._upload, received_bytes=self._at, size_bytes=self._size_bytes)

    def sync(self) -> Resumable:
        """With the lock: what came is on the disk, and its row says so."""
        is_known = (self._at, self._size_bytes) == (self._upload.received_bytes, self._upload.size_bytes)
        if self._checksum or is_known:
            return self._upload
        with told_when_full(None):
            os.fdatasync(self._fd)
        if not self._upload.received_bytes:
            sync(self._place.parent)
        rows = self._intake.catalog.resumables
        self._upload = rows.grow(self._upload, self._at, self._size_bytes, time.time())
        self._live.sha256, self._live.hashed_bytes = self._sha256.copy(), self._at
        return self._upload

    def _leave(self) -> None:
        self._live.writer = None
        try:
            self.sync()
        except (LibraryError, OSError):
            _log.exception("what came last of the upload %s must come again", self._upload.id)

    def _check_turn(self) -> None:
        if self._live.writer is not self:
            raise UploadTakenOver

    def _check_end(self, end_bytes: int) -> None:
        if self._size_bytes is not None and end_bytes > self._size_bytes:
            raise BeyondEnd(self._size_bytes)
        limit_bytes = self._intake.staging.limit_bytes
        if limit_bytes is not None and end_bytes > limit_bytes:
            raise TooLarge(limit_bytes)

    def _write_whole(self, block: bytes | memoryview) -> None:
        rest, at = memoryview(block), self._at
        while rest:
            count = os.pwrite(self._fd, rest, at)
            rest, at = rest[count:], at + count

    def _hash(self, block: bytes | memoryview) -> None:
        if not self._is_hashed:
            self._sha256 = hash_of(self._place, self._upload.received_bytes)
            self._is_hashed = True
        self._sha256.update(block)
        if self._checksum:
            self._checksum.update(block)

    def _flush(self) -> None:
        self._intake.staging.check_reserve()
        begin_flush(self._fd, self._at)
        self._flushed_at = self._at
        if self._at - self._upload.received_bytes >= _SYNC_BYTES:
            self.sync()


def _leave_to_store(place: Path) -> None:
    """Where a crash came after the store had taken a whole upload, and before its row said so, the staging
    file is the original under a second name. What comes again goes into a copy."""
    with suppress(FileNotFoundError):
        found = place.stat()
        if found.st_nlink > 1 or not found.st_mode & stat.S_IWUSR:
            copy = place.with_name(f"{place.name}.copy")
            shutil.copyfile(place, copy)
            sync(copy)
            copy.replace(place)
            sync(place.parent)


def hash_of(place: Path, size_bytes: int) -> hashlib._Hash:
    """The SHA-256 of a file's first bytes, by reading it: after a restart, once. Raises IncompleteUpload."""
    sha256, left = hashlib.sha256(), size_bytes
    if left:
        with place.open("rb", buffering=0) as file:
            for block in blocks(file):
                sha256.update(block[:left])
                left -= len(block[:left])
    if left:
        raise IncompleteUpload(size_bytes - left, size_bytes)
    return sha256
