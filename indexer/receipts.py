"""Receipts of copies: what the faces ask, and what is done for them in the background.

Uploads leave rows, and what fails leaves a mishap; from both receipts are gathered afterwards, so that no
upload waits for one. When a copy is over, each of its originals is read back from the disk, and the
receipt is closed for ever.
"""

from __future__ import annotations

import hashlib
import logging
import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from indexer import names, receipt_forms
from indexer.catalog import Catalog
from indexer.errors import BadQuery, NoSuchReceipt
from indexer.hashing import Staging
from indexer.model import Person
from indexer.readback import Interrupted, reads_as
from indexer.receipt import (
    PAUSE_S,
    FilePage,
    Receipt,
    ReceiptFile,
    ReceiptState,
    ReceiptText,
    top_folder,
    verdict,
)
from indexer.store import Store

_log = logging.getLogger(__name__)

MOST_RECEIPTS = 200
MOST_FILES = 5000
_MARK_ROWS = 100
_MOST_NAMED = 5
_LOOK_EVERY_S = 3.0
# What comes in parts and got none for so long is not on its way any more.
_ARRIVING_S = 120.0
_LOW_PRIORITY = 10
_DAMAGED = "What the server's disk gives back is not what arrived. Copy it again to heal it."


@dataclass(frozen=True, slots=True)
class Receipts:
    """A person's receipts. Safe to share between threads."""

    catalog: Catalog
    staging: Staging
    clock: Callable[[], float] = time.time

    def page(self, person: Person, cursor: str | None, limit: int) -> tuple[tuple[Receipt, ...], str | None]:
        """Receipts, newest first, and the cursor of the next page; raises BadQuery.

        All that has arrived until now is in them.
        """
        if cursor is not None and not (cursor.isascii() and cursor.isdigit() and len(cursor) < 16):
            raise BadQuery("cursor", "is not one that this server gave")
        self.gather()
        before = None if cursor is None else int(cursor)
        # One more than asked for tells whether there is a next page.
        found = self.catalog.receipts.page(person.id, before=before, limit=limit + 1)
        return found[:limit], str(found[limit - 1].id) if len(found) > limit else None

    def get(self, person: Person, receipt_id: int) -> Receipt:
        """One receipt as it stands now; raises NoSuchReceipt."""
        self.gather()
        receipt = self.catalog.receipts.get(person.id, receipt_id)
        if receipt is None:
            raise NoSuchReceipt
        return receipt

    def files(
        self, receipt: Receipt, *, after: str = "", limit: int = 1000, only_troubled: bool = False
    ) -> FilePage:
        """Files of a receipt by path, beginning after a key; of those to copy again only, if told."""
        return self.catalog.receipts.files(receipt.id, after=after, limit=limit, only_troubled=only_troubled)

    def all_files(self, receipt: Receipt, *, only_troubled: bool = False) -> Iterator[ReceiptFile]:
        """All files of a receipt by path, read in pages."""
        after: str | None = ""
        while after is not None:
            page = self.files(receipt, after=after, limit=MOST_FILES, only_troubled=only_troubled)
            yield from page.files
            after = page.next_key

    def end(self, person: Person, receipt_id: int) -> Receipt:
        """End a copy by hand: its files are read back, and what arrives now opens another receipt.

        One that has ended stays as it is. Raises NoSuchReceipt.
        """
        self.get(person, receipt_id)
        self.catalog.gathering.freeze(person.id, receipt_id, self.clock())
        return self.get(person, receipt_id)

    def texts(self, person: Person) -> tuple[ReceiptText, ...]:
        """The closed receipts as files, by name."""
        return self.catalog.receipts.texts(person.id)

    def text_named(self, person: Person, name: str) -> ReceiptText | None:
        return self.catalog.receipts.text_named(person.id, name)

    def text(self, person: Person, receipt_id: int) -> str:
        """The words of a closed receipt; raises NoSuchReceipt."""
        text = self.catalog.receipts.text(person.id, receipt_id)
        if text is None:
            raise NoSuchReceipt
        return text

    def gather(self) -> None:
        """Take everything that has arrived, or failed to, into receipts."""
        while self.catalog.gathering.gather():
            pass

    def end_quiet(self) -> None:
        """End the copies in which nothing has arrived for `PAUSE_S` and nothing is on its way."""
        now = self.clock()
        for receipt, active_at in self.catalog.receipts.open():
            if receipt.folder in self._arriving(receipt.person_id, now):
                self.catalog.gathering.touch(receipt.id, now)
            elif now - active_at > PAUSE_S:
                self.catalog.gathering.freeze(receipt.person_id, receipt.id, now)

    def _arriving(self, person_id: int, now: float) -> frozenset[str]:
        """The top folders into which files are on their way."""
        files = self.staging.receiving(person_id)
        files += self.catalog.transfers.receiving(person_id, now - _ARRIVING_S)
        files += self.catalog.resumables.receiving(person_id, now - _ARRIVING_S)
        return frozenset(top_folder(names.key(file.path)) for file in files)


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
            receipt_forms.text(
                receipt,
                self.receipts.all_files(receipt, only_troubled=True),
                self.receipts.all_files(receipt),
            )
        )
        self.receipts.catalog.receipts.close(
            receipt,
            text,
            text_sha256=hashlib.sha256(text.encode()).hexdigest(),
            file_name=receipt_forms.file_name(receipt.folder, receipt.begun_at),
            now=self.receipts.clock(),
        )
