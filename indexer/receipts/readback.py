"""Reading originals back from the disk itself, not from the memory that their arrival has left.

When a copy is over, each of its originals is read so, and its receipt is closed for ever.
"""

from __future__ import annotations

import hashlib
import logging
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from indexer import names
from indexer.errors import NoRoom
from indexer.receipt import ReceiptState, verdict
from indexer.receipts import forms
from indexer.receipts.copies import Receipts
from indexer.store import Store

_log = logging.getLogger(__name__)
_BLOCK_BYTES = 1 << 20
# The whole file, in the words of posix_fadvise.
_ALL = (0, 0)
_MARK_ROWS = 100
_MOST_NAMED = 5
_LOOK_EVERY_S = 3.0
_LOW_PRIORITY = 10
_DAMAGED = "What the server's disk gives back is not what arrived. Copy it again to heal it."


class Interrupted(Exception):
    """The reader was asked to stop; nothing is known of this file."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads the originals of ended copies back, and closes their receipts. For one thread."""

    receipts: Receipts
    originals: Store

    def run(self, stop: threading.Event) -> None:
        """Until ``stop``: gather, end what is quiet, read back. A failure is logged, then tried again."""
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _LOW_PRIORITY)
        while not stop.is_set():
            try:
                self.receipts.gather()
                self.receipts.end_quiet()
                self.read_back(lambda: not stop.is_set())
            except Interrupted:
                return
            except NoRoom as error:
                _log.warning("receipts wait for room: %s", error)
            except Exception:  # noqa: BLE001 - the wall around this thread
                _log.exception("receipts could not be brought forward")
            stop.wait(_LOOK_EVERY_S)

    def read_back(self, go_on: Callable[[], bool]) -> None:
        """Read all copies that have ended, and close them; what was read before is not read again.

        Raises Interrupted as soon as ``go_on`` says no.
        """
        for person_id, receipt_id in self.receipts.catalog.receipts.to_verify():
            while unread := self.receipts.catalog.receipts.unread(receipt_id, _MARK_ROWS):
                self._read(receipt_id, unread, go_on)
            self._close(person_id, receipt_id)

    def _read(self, receipt_id: int, unread: tuple[tuple[str, str], ...], go_on: Callable[[], bool]) -> None:
        """One batch; equal bytes, which stand together, are read once."""
        marks: list[tuple[str, bool, str]] = []
        known: dict[str, bool] = {}
        try:
            for key, sha256 in unread:
                if sha256 not in known:
                    known[sha256] = self._is_sound(sha256, go_on)
                marks.append((key, known[sha256], "" if known[sha256] else _DAMAGED))
        finally:
            self.receipts.catalog.receipts.mark_read(receipt_id, marks)

    def _is_sound(self, sha256: str, go_on: Callable[[], bool]) -> bool:
        if not go_on():
            raise Interrupted
        path = self.originals.find(sha256)
        is_sound = path is not None and reads_as(path, sha256, go_on)
        if not is_sound:
            self.receipts.catalog.damage.mark(sha256, self.receipts.clock())
        return is_sound

    def _close(self, person_id: int, receipt_id: int) -> None:
        receipt = self.receipts.catalog.receipts.get(person_id, receipt_id)
        if receipt is None:
            return  # its person was removed
        troubled = self.receipts.files(receipt, limit=_MOST_NAMED, only_troubled=True).files
        told = verdict(ReceiptState.CLOSED, receipt.totals, [names.last(file.path) for file in troubled])
        receipt = replace(receipt, state=ReceiptState.CLOSED, verdict=told)
        text = "".join(
            forms.text(
                receipt,
                self.receipts.all_files(receipt, only_troubled=True),
                self.receipts.all_files(receipt),
            )
        )
        self.receipts.catalog.receipts.close(
            receipt,
            text,
            text_sha256=hashlib.sha256(text.encode()).hexdigest(),
            file_name=forms.file_name(receipt.folder, receipt.begun_at),
            now=self.receipts.clock(),
        )


def reads_as(path: Path, sha256: str, go_on: Callable[[], bool]) -> bool:
    """Whether the bytes on the disk have this digest; those that cannot be read have not.

    ``go_on`` is asked at every megabyte; raises Interrupted when it says no. Leaves the system's memory
    to others: what was read is given up again.
    """
    try:
        fd = os.open(path, os.O_RDONLY)
        try:
            return _digest(fd, go_on) == sha256
        finally:
            os.posix_fadvise(fd, *_ALL, os.POSIX_FADV_DONTNEED)
            os.close(fd)
    except OSError:
        _log.exception("could not read %s back", path)
        return False


def _digest(fd: int, go_on: Callable[[], bool]) -> str:
    os.posix_fadvise(fd, *_ALL, os.POSIX_FADV_DONTNEED)
    os.posix_fadvise(fd, *_ALL, os.POSIX_FADV_SEQUENTIAL)
    digest, block = hashlib.sha256(), memoryview(bytearray(_BLOCK_BYTES))
    while count := os.readv(fd, [block]):
        digest.update(block[:count])
        if not go_on():
            raise Interrupted
    return digest.hexdigest()
