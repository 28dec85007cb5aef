"""Receipts as files: checksums that ``sha256sum -c`` accepts on the card, a text for people, CSV. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import datetime

from indexer import names
from indexer.receipt import ARRIVED, Receipt, ReceiptFile, relative

CSV_COLUMNS = (
    "path", "name", "outcome", "size_bytes", "sha256", "arrived_at", "first_at", "verified", "reason",
    "by_digest",
)  # fmt: skip
_ESCAPES = {"\\": "\\\\", "\n": "\\n", "\r": "\\r"}
# What spreadsheets take for the beginning of a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_WIDTH = 78


def checksums(files: Iterable[ReceiptFile], folder: str) -> Iterator[str]:
    """One line for each file that is stored, its path relative to the folder that was copied.

    Spelled as coreutils does: a line whose name needs escapes begins with a backslash.
    """
    for file in files:
        if file.outcome in ARRIVED and file.sha256:
            name = _as_argument(relative(file.path, folder))
            escaped = "".join(_ESCAPES.get(character, character) for character in name)
            mark = "\\" if escaped != name else ""
            yield f"{mark}{file.sha256}  {escaped}\n"


def csv_lines(files: Iterable[ReceiptFile]) -> Iterator[str]:
    """The files as RFC 4180, a heading first; no cell runs as a formula in a spreadsheet."""
    yield _csv_line(CSV_COLUMNS)
    for file in files:
        yield _csv_line((
            file.path, names.last(file.path), file.outcome, str(file.size_bytes), file.sha256 or "",
            _moment(file.at), _moment(file.first_at), _yes_or_no(file.is_verified), file.reason,
            _yes_or_no(file.is_by_digest if file.outcome in ARRIVED else None),
        ))  # fmt: skip


def text(receipt: Receipt, troubled: Iterable[ReceiptFile], files: Iterable[ReceiptFile]) -> Iterator[str]:
    """The whole receipt as a text that people read and ``sha256sum -c`` accepts: it skips lines with "#".

    In lines of its own: the verdict, the numbers, each file in trouble, how to check the card; then
    the checksums.
    """
    totals = receipt.totals
    yield _words(receipt.verdict)
    yield "#\n"
    yield _words(f"Copied to Upload/{receipt.folder}, {_span(receipt.begun_at, receipt.ended_at)}")
    numbers = (
        ("files arrived", totals.files), ("of these new", totals.new), ("already held", totals.held),
        ("not sent, but compared by digest", totals.by_digest),
        ("not media", totals.not_media), ("cut", totals.incomplete), ("failed", totals.failed),
        ("empty", totals.empty), ("damaged on the server", totals.damaged),
        ("companions of operating systems", totals.junk), ("bytes", totals.size_bytes),
    )  # fmt: skip
    yield from (f"# {number:>18,}  {label}\n" for label, number in numbers)
    for file in troubled:
        yield "#\n"
        yield _words(f"NOT SAFE: {relative(file.path, receipt.folder)}")
        yield _words(file.reason)
    yield "#\n"
    yield _words(
        "This receipt knows what was sent. To see that the card holds nothing else, compare the number of "
        "its files; or run, in the copied folder on the card, sha256sum -c with this file."
    )
    yield from checksums(files, receipt.folder)


def file_name(folder: str, begun_at: float) -> str:
    """The receipt's name in the share, with the server's local time; every system can show it."""
    begun = datetime.fromtimestamp(begun_at).astimezone().strftime("%Y-%m-%d %H.%M")
    name = f"{begun} {folder or 'Upload'}"
    # Room for the number that tells two of the same minute apart.
    while len(name.encode()) > names.LONGEST_NAME_BYTES - 16:
        name = name[:-1]
    return f"{name}.txt"


def _as_argument(name: str) -> str:
    """The name as a program takes it for a file: "-" alone is its standard input."""
    return "./-" if name == "-" else name


def _words(sentence: str) -> str:
    """Lines that begin with "#", broken between words."""
    lines, line = [], "#"
    for word in sentence.split():
        if len(line) + len(word) >= _WIDTH and line != "#":
            lines.append(line)
            line = "#"
        line += f" {word}"
    return "\n".join([*lines, line]) + "\n"


def _span(begun_at: float, ended_at: float) -> str:
    begun, ended = (datetime.fromtimestamp(at).astimezone() for at in (begun_at, ended_at))
    if begun.date() == ended.date():
        return f"{begun:%Y-%m-%d %H:%M:%S} to {ended:%H:%M:%S %z}"
    return f"{begun:%Y-%m-%d %H:%M:%S} to {ended:%Y-%m-%d %H:%M:%S %z}"


def _csv_line(cells: Iterable[str]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow([_harmless(cell) for cell in cells])
    return line.getvalue()


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _moment(epoch_s: float | None) -> str:
    if epoch_s is None:
        return ""
    return datetime.fromtimestamp(epoch_s).astimezone().isoformat(timespec="seconds")


def _yes_or_no(is_verified: bool | None) -> str:
    return {True: "yes", False: "no", None: ""}[is_verified]
