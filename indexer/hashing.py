"""Bytes arriving: a private staging file, hashed while it is written, checked against its announcement.

The first station of every photo. Nothing here is visible to anybody; what does not end in
`indexer.intake` disappears again. Left-overs of a crash are swept by `indexer.maintenance`.
"""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from indexer.errors import ChecksumMismatch, IncompleteUpload, NoRoom, TooLarge
from indexer.model import Receiving

_FLUSH_BYTES = 8 << 20
_FLUSH_WINDOW_BYTES = 128 << 20
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


@contextmanager
def told_when_full(needed_bytes: int | None) -> Iterator[None]:
    """Turn the system's word for a full disk, or a used-up quota, into NoRoom."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise NoRoom(needed_bytes) from error
        raise


def sync(path: Path) -> None:
    """Wait until a file's bytes, or a folder's names, are on the disk."""
    fd = os.open(path, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def digest_of(path: Path) -> str:
    """The SHA-256 of a file; raises OSError."""
    with path.open("rb", buffering=0) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def begin_flush(fd: int, end: int) -> None:
    """Have what was written last, up to ``end``, on its way to the disk.

    Linux starts to write these pages, without waiting, and gives up those that are there already: the
    final fsync of a long video finds little left to do, and the video does not push everything else out
    of memory.
    """
    start = max(0, end - _FLUSH_WINDOW_BYTES)
    os.posix_fadvise(fd, start, end - start, os.POSIX_FADV_DONTNEED)


@dataclass(frozen=True, slots=True)
class Announced:
    """What a client said about the bytes before it sent them.

    ``size_bytes`` must be exactly right (Content-Length, X-Expected-Entity-Length, OC-Total-Length);
    None when nothing was said. ``checksums`` are (algorithm, hex digits) pairs; algorithms that
    `CHECKSUMS` lacks are not verified.
    """

    size_bytes: int | None = None
    checksums: tuple[tuple[str, str], ...] = ()


class _Checksum(Protocol):
    def update(self, block: bytes | memoryview, /) -> None: ...
    def hexdigest(self) -> str: ...


class _Adler32:
    def __init__(self) -> None:
        self._value = 1

    def update(self, block: bytes | memoryview, /) -> None:
        self._value = zlib.adler32(block, self._value)

    def hexdigest(self) -> str:
        return f"{self._value:08x}"


CHECKSUMS: dict[str, Callable[[], _Checksum]] = {
    "md5": lambda: hashlib.md5(usedforsecurity=False),
    "sha1": lambda: hashlib.sha1(usedforsecurity=False),
    "sha256": hashlib.sha256,
    "adler32": _Adler32,
}


@dataclass(frozen=True, slots=True)
class Staged:
    """Whole bytes in a staging file, checked against what was announced; not yet on the disk for sure.

    ``checksums`` are what its client may ask for later: "SHA1:... MD5:...", or nothing.
    """

    path: Path
    sha256: str
    size_bytes: int
    checksums: str = ""


def _algorithms(announced: Announced) -> tuple[str, ...]:
    """What is computed beside SHA-256: what was declared, and for those who verify so, both of the usual.

    rclone declares SHA-1 to ownCloud and then asks for MD5.
    """
    declared = {name for name, _ in announced.checksums if name in CHECKSUMS}
    usual = {"sha1", "md5"} if declared & {"sha1", "md5"} else set()
    return tuple(sorted((declared | usual) - {"sha256"}, reverse=True))


class Incoming:
    """One file in flight. Use as a context manager: leaving it removes the staging file."""

    def __init__(self, staging: Staging, label: str, announced: Announced, mark: str = "") -> None:
        self._staging = staging
        self._path = staging.folder / f"{secrets.token_hex(8)}{mark}"
        self._announced = announced
        self._limit_bytes = staging.limit_bytes
        self._sha256 = hashlib.sha256()
        self._checksums = {name: CHECKSUMS[name]() for name in _algorithms(announced)}
        self._label = label
        self._received_bytes = 0
        self._flushed_bytes = 0
        self._tell: Callable[[int, BaseException], None] | None = None
        self._fd = self._open()

    def write(self, block: bytes | memoryview) -> None:
        """Take the next bytes; raises TooLarge, NoRoom. Blocks of 256 KiB and more are fastest."""
        self._received_bytes += len(block)
        if self._limit_bytes is not None and self._received_bytes > self._limit_bytes:
            raise TooLarge(self._limit_bytes)
        self._sha256.update(block)
        for checksum in self._checksums.values():
            checksum.update(block)
        rest = memoryview(block)
        while rest:
            rest = rest[self._write_some(rest) :]
        if self._received_bytes - self._flushed_bytes >= _FLUSH_BYTES:
            self._staging.check_reserve()
            begin_flush(self._fd, self._received_bytes)
            self._flushed_bytes = self._received_bytes

    def finish(self) -> Staged:
        """Check the bytes against the announcement; raises IncompleteUpload, ChecksumMismatch."""
        expected = self._announced.size_bytes
        if expected is not None and expected != self._received_bytes:
            raise IncompleteUpload(self._received_bytes, expected)
        found = {name: checksum.hexdigest() for name, checksum in self._checksums.items()}
        sha256 = found["sha256"] = self._sha256.hexdigest()
        for algorithm, digits in self._announced.checksums:
            if found.get(algorithm, digits) != digits.lower():
                raise ChecksumMismatch(algorithm)
        told = " ".join(f"{name.upper()}:{found[name]}" for name in self._checksums)
        return Staged(self._path, sha256, self._received_bytes, told)

    def on_failure(self, tell: Callable[[int, BaseException], None]) -> None:
        """Have the received bytes and the error told when the file does not come in."""
        self._tell = tell

    @property
    def progress(self) -> Receiving:
        return Receiving(self._label, self._received_bytes, self._announced.size_bytes)

    @property
    def missing_bytes(self) -> int:
        """What is announced and has not come yet."""
        return max(0, (self._announced.size_bytes or 0) - self._received_bytes)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._fd)
        self._path.unlink(missing_ok=True)
        self._staging.forget(self)
        if error is not None and self._tell is not None:
            self._tell(self._received_bytes, error)

    def _open(self) -> int:
        with told_when_full(self._announced.size_bytes):
            return os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)

    def _write_some(self, rest: memoryview) -> int:
        with told_when_full(self._announced.size_bytes):
            return os.write(self._fd, rest)


@dataclass(slots=True)
class Staging:
    """The folder where files in flight lie, on the same file system as the originals.

    ``limit_bytes`` is the largest file accepted (None: any); ``keep_free_bytes`` stays free for the
    catalog and the thumbnails, but never more than a twentieth of a small disk.
    """

    folder: Path
    limit_bytes: int | None = None
    keep_free_bytes: int = 0
    _in_flight: dict[Incoming, int] = field(default_factory=dict, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def begin(self, person_id: int, label: str, announced: Announced, mark: str = "") -> Incoming:
        """Open a staging file for a file called ``label``; raises TooLarge and NoRoom before any byte.

        ``mark`` is appended to its name, for whoever finds it after a crash: see
        `indexer.receipts.in_flight`.
        """
        if self.limit_bytes is not None and (announced.size_bytes or 0) > self.limit_bytes:
            raise TooLarge(self.limit_bytes)
        self.check_room(announced.size_bytes)
        incoming = Incoming(self, label, announced, mark)
        with self._lock:
            self._in_flight[incoming] = person_id
        return incoming

    def check_room(self, needed_bytes: int | None = None) -> None:
        """Raise NoRoom unless the disk takes so many bytes more and keeps its reserve."""
        if self.available_bytes() < max(needed_bytes or 0, 1):
            raise NoRoom(needed_bytes)

    def check_reserve(self) -> None:
        """Raise NoRoom when files of unknown length have used up what uploads may use."""
        disk = os.statvfs(self.folder)
        if disk.f_bavail * disk.f_frsize < self._reserve_bytes(disk):
            raise NoRoom

    def available_bytes(self) -> int:
        """What may still be uploaded, beside what is arriving already."""
        disk = os.statvfs(self.folder)
        reserve = self._reserve_bytes(disk)
        with self._lock:
            promised = sum(incoming.missing_bytes for incoming in self._in_flight)
        return max(0, disk.f_bavail * disk.f_frsize - reserve - promised)

    def receiving(self, person_id: int) -> tuple[Receiving, ...]:
        """The files that are arriving for a person right now."""
        with self._lock:
            return tuple(
                incoming.progress for incoming, owner in self._in_flight.items() if owner == person_id
            )

    def _reserve_bytes(self, disk: os.statvfs_result) -> int:
        return min(self.keep_free_bytes, disk.f_blocks * disk.f_frsize // 20)

    def forget(self, incoming: Incoming) -> None:
        """A file is in flight no longer."""
        with self._lock:
            self._in_flight.pop(incoming, None)
