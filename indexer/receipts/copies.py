"""Receipts of copies: what the faces ask, and what is done for them in the background.

Uploads leave rows, and what fails leaves a mishap; from both receipts are gathered afterwards, so that no
upload waits for one. When a copy is over, each of its originals is read back from the disk, and the
receipt is closed for ever.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from indexer import names
from indexer.catalog import Catalog
from indexer.errors import BadQuery, NoSuchReceipt
from indexer.hashing import Staging
from indexer.model import Person, Receiving
from indexer.receipt import (
    PAUSE_S,
    FilePage,
    Receipt,
    ReceiptFile,
    ReceiptText,
    top_folder,
)

MOST_RECEIPTS = 200
MOST_FILES = 5000
# What comes in parts and got none for so long is not on its way any more.
_ARRIVING_S = 120.0


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

    def prepared(self, receipt: Receipt) -> int:
        """How many of the files that arrived are indexed: they are shown, or it is told why not."""
        return self.catalog.receipts.prepared(receipt)

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
        files = arriving(self.catalog, self.staging, person_id, now)
        return frozenset(top_folder(names.key(file.path)) for file in files)


def arriving(catalog: Catalog, staging: Staging, person_id: int, now: float) -> tuple[Receiving, ...]:
    """The files that are on their way to a person, whole or in parts, by any door."""
    since = now - _ARRIVING_S
    in_parts = catalog.transfers.receiving(person_id, since)
    return staging.receiving(person_id) + in_parts + catalog.resumables.receiving(person_id, since)
