"""Copies for the tests of receipts: files that arrive, break off, stand empty; and the time after them."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass, field

from indexer.errors import IncompleteUpload
from indexer.hashing import Announced
from indexer.model import Door, Person
from indexer.receipt import PAUSE_S, Receipt, ReceiptFile
from indexer.receipts.copies import Receipts
from indexer.receipts.readback import Reader
from tests.libraries import Home, digest


@dataclass(slots=True)
class Desk:
    """Alice's receipts, at a clock that ``later`` moves on."""

    home: Home
    ahead_s: float = 0.0
    receipts: Receipts = field(init=False)

    def __post_init__(self) -> None:
        self.receipts = Receipts(self.home.catalog, self.home.intake.staging, self.now)

    @property
    def alice(self) -> Person:
        return Person(self.home.alice, "alice", True)

    def now(self) -> float:
        return time.time() + self.ahead_s

    def later(self) -> None:
        """Past the pause that ends a copy."""
        self.ahead_s += PAUSE_S + 1
        self.receipts.gather()
        self.receipts.end_quiet()

    def read_back(self) -> None:
        Reader(self.receipts, self.home.intake.originals).read_back(lambda: True)

    def finish(self) -> Receipt:
        """End what runs, read it back, and the newest receipt."""
        self.later()
        self.read_back()
        return self.newest()

    def all(self) -> tuple[Receipt, ...]:
        """Newest first."""
        return self.receipts.page(self.alice, None, 200)[0]

    def newest(self) -> Receipt:
        return self.all()[0]

    def outcomes(self, receipt: Receipt) -> dict[str, str]:
        return {file.path: str(file.outcome) for file in self.receipts.all_files(receipt)}

    def file(self, receipt: Receipt, path: str) -> ReceiptFile:
        return next(file for file in self.receipts.all_files(receipt) if file.path == path)

    def folder(self, *paths: str) -> None:
        for path in paths:
            self.home.catalog.entries.make_folder(self.home.alice, path, time.time())

    def cut(self, path: str, content: bytes, announced_bytes: int) -> None:
        """A file of which only this much comes."""
        with (
            suppress(IncompleteUpload),
            self.home.intake.begin(self.home.alice, path, Announced(announced_bytes)) as incoming,
        ):
            incoming.write(content)
            self.home.intake.accept(incoming, self.home.alice, path, door=Door.SHARE, client_mtime=None)


def damage(home: Home, content: bytes) -> None:
    """Bit rot: one byte of the stored file is another one."""
    place = home.intake.originals.require(digest(content))
    rotten = bytearray(place.read_bytes())
    rotten[len(rotten) // 2] ^= 1
    place.unlink()
    place.write_bytes(rotten)
