"""A receipt: what became of every file of one copy, and the words that tell it. Pure.

A copy is what one person brings into one top folder of the Upload share through one door, without a
pause of more than `PAUSE_S`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from indexer.model import Door

PAUSE_S = 600.0
_MOST_NAMED = 3


class ReceiptState(StrEnum):
    """Files arrive; each is read back from the disk; nothing changes any more."""

    OPEN = "open"
    VERIFYING = "verifying"
    CLOSED = "closed"


class FileOutcome(StrEnum):
    """What became of one file of a copy."""

    NEW = "new"
    HELD = "held"  # the library had these bytes already
    NOT_MEDIA = "not_media"  # stored, though it is neither a picture nor a film
    JUNK = "junk"  # a companion of an operating system: kept for a day, never an item
    EMPTY = "empty"  # the name came without any bytes
    INCOMPLETE = "incomplete"  # fewer bytes than announced
    FAILED = "failed"  # refused, or other bytes than announced


ARRIVED = (FileOutcome.NEW, FileOutcome.HELD, FileOutcome.NOT_MEDIA)
TROUBLED = (FileOutcome.EMPTY, FileOutcome.INCOMPLETE, FileOutcome.FAILED)


@dataclass(frozen=True, slots=True)
class Totals:
    """Files by their outcome. ``size_bytes``, ``verified`` and ``damaged`` are about those that arrived:
    verified ones were read back from the disk and are what came, damaged ones are not. ``by_digest`` of them
    were not sent: their sender's digests are those of originals that were held."""

    new: int = 0
    held: int = 0
    not_media: int = 0
    junk: int = 0
    empty: int = 0
    incomplete: int = 0
    failed: int = 0
    size_bytes: int = 0
    verified: int = 0
    damaged: int = 0
    by_digest: int = 0

    @property
    def files(self) -> int:
        """Those that arrived whole."""
        return self.new + self.held + self.not_media

    @property
    def troubled(self) -> int:
        """Those that must be copied again, or at least be looked at, before a card is formatted."""
        return self.empty + self.incomplete + self.failed + self.damaged


@dataclass(frozen=True, slots=True)
class Receipt:
    """One copy. Moments are epoch seconds; ``folder`` is "" for files directly in the share.

    ``file_name`` is the receipt's name in the folder Receipts of the share, None until it is closed.
    """

    id: int
    person_id: int
    folder: str
    door: Door
    state: ReceiptState
    begun_at: float
    ended_at: float
    totals: Totals
    verdict: str
    file_name: str | None = None

    @property
    def is_safe_to_format(self) -> bool:
        """Whether all that came is stored and was verified, and nothing was missed."""
        return self.state is ReceiptState.CLOSED and is_safe(self.totals)


@dataclass(frozen=True, slots=True)
class ReceiptFile:
    """One file of a copy. ``path`` is as it was sent, in the share; ``key`` orders and names it.

    ``sha256`` is also the id of the item, None where no bytes were kept. ``first_at``: when the library got
    bytes that it held already. ``is_verified`` is None until the file was read back. ``reason`` says
    what is wrong and what to do, "" where nothing is. ``is_by_digest`` as in `indexer.model.Arrival`.
    """

    key: str
    path: str
    outcome: FileOutcome
    size_bytes: int
    at: float
    sha256: str | None = None
    first_at: float | None = None
    is_verified: bool | None = None
    reason: str = ""
    is_by_digest: bool = False


@dataclass(frozen=True, slots=True)
class Mishap:
    """A file that did not come in, and why, in a sentence. ``expected_bytes``: None if none were told."""

    person_id: int
    path: str
    door: Door
    at: float
    outcome: FileOutcome
    received_bytes: int
    expected_bytes: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class ReceiptText:
    """A closed receipt as a file: its size and digest stand for bytes that never change."""

    receipt_id: int
    name: str
    size_bytes: int
    sha256: str
    closed_at: float


@dataclass(frozen=True, slots=True)
class FilePage:
    """Some files of a receipt, by their keys; ``next_key`` is where the next page begins (None: no more)."""

    files: tuple[ReceiptFile, ...]
    next_key: str | None


def is_safe(totals: Totals) -> bool:
    """Whether a finished copy leaves nothing that is only on the card."""
    return totals.files > 0 and totals.verified == totals.files and not totals.troubled


def verdict(state: ReceiptState, totals: Totals, troubled: Sequence[str] = ()) -> str:
    """The answer to "may I format the card?". ``troubled`` are the first names of files in trouble."""
    if state is ReceiptState.OPEN:
        return f"{_arrived(totals)} so far.{_so_far(totals)} Do not format the card yet."
    if state is ReceiptState.VERIFYING:
        return (
            f"{_arrived(totals)}; {totals.verified:,} of them {_are(totals.verified)} read back and verified."
            f"{_so_far(totals)} Do not format the card yet."
        )
    if is_safe(totals):
        stored = "The one file is" if totals.files == 1 else f"All {totals.files:,} files are"
        return f"{stored} stored and verified. Safe to format the card.{_unsent(totals)}"
    sent = totals.files + totals.empty + totals.incomplete + totals.failed
    part = (
        f"{totals.verified:,} of {_count(sent)} {_are(totals.verified)}" if totals.verified else "No file is"
    )
    stored = f"{part} stored and verified."
    return f"{stored} Do not format the card yet.{_named(totals.troubled, troubled)}"


def advice(outcome: FileOutcome, happened: str = "") -> str:
    """What a person should know and do about a file of this outcome; ``happened`` is a sentence."""
    if outcome is FileOutcome.EMPTY:
        return "The name came without any bytes. If the file is not empty on the card, copy it again."
    if outcome in TROUBLED:
        return f"{happened} Copy it again.".strip()
    if outcome is FileOutcome.JUNK:
        return "A companion file of the operating system; nothing to keep."
    return ""


def top_folder(path: str) -> str:
    """What a path of the Upload share belongs to: its first folder, or "" directly in the share."""
    folder, slash, _ = path.partition("/")
    return folder if slash else ""


def relative(path: str, folder: str) -> str:
    """A path of the share as it is on the card, below the folder that was copied."""
    return path.partition("/")[2] if folder else path


def _arrived(totals: Totals) -> str:
    return f"{_count(totals.files)} arrived"


def _count(files: int) -> str:
    return "1 file" if files == 1 else f"{files:,} files"


def _are(files: int) -> str:
    return "is" if files == 1 else "are"


def _so_far(totals: Totals) -> str:
    if not totals.troubled:
        return ""
    return f" {_count(totals.troubled)} must be copied again."


def _unsent(totals: Totals) -> str:
    """That some were never seen here: their sender hashed them, and the digests were compared."""
    if not totals.by_digest:
        return ""
    sent = totals.files - totals.by_digest
    return f" Of these, the browser sent {sent:,} and compared {totals.by_digest:,} by digest."


def _named(count: int, names: Sequence[str]) -> str:
    """Which files to copy again, the first of them by name."""
    if not count:
        return ""
    named = ", ".join(names[:_MOST_NAMED])
    rest = count - min(len(names), _MOST_NAMED)
    if not named:
        return f" Copy again: {_count(count)}."
    return f" Copy again: {named}{f' and {rest:,} more' if rest else ''}."
