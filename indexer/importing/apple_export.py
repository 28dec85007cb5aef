"""Exports of Apple: XMP files beside the pictures (Photos), and "Photo Details.csv" (privacy.apple.com)."""

from __future__ import annotations

import csv
import re
from datetime import UTC, datetime
from pathlib import Path

from indexer.importing.told import Told
from indexer.metadata.xml_text import MOST_TEXT_BYTES
from indexer.metadata.xmp import read_xmp
from indexer.model import Hint

SOURCE = "Apple export"
_ALBUMS = "albums"
_DETAILS = re.compile(r"Photo Details(-\d+)?\.csv", re.IGNORECASE)
_DATE = "%A %B %d,%Y %I:%M %p"
_MOST_ROWS = 1_000_000


def is_details(name: str) -> bool:
    return bool(_DETAILS.fullmatch(name))


def read_details(place: Path) -> dict[str, Told]:
    """What the list of an export says of each file of its folder, by name; nothing of one that is no such."""
    try:
        with place.open(encoding="utf-8-sig", errors="replace", newline="") as file:
            rows = [row for row, _ in zip(csv.DictReader(file), range(_MOST_ROWS), strict=False)]
    except (OSError, csv.Error):
        return {}
    return {row["imgName"]: _told(row) for row in rows if row.get("imgName")}


def is_album(place: Path) -> bool:
    """Whether a file is the list of an album: "Albums/<title>.csv" beside the folders of pictures."""
    return place.suffix.lower() == ".csv" and place.parent.name.lower() == _ALBUMS


def read_album(place: Path) -> tuple[str, ...]:
    """The names of the files in an album, in its order, and the heading; nothing of what is no such list."""
    try:
        with place.open(encoding="utf-8-sig", errors="replace", newline="") as file:
            return tuple(row[0] for row, _ in zip(csv.reader(file), range(_MOST_ROWS), strict=False) if row)
    except (OSError, csv.Error):
        return ()


def read_xmp_beside(place: Path) -> Told | None:
    """What an XMP file says of the picture of the same name; None for nothing new."""
    try:
        with place.open("rb") as file:
            found = read_xmp(file.read(MOST_TEXT_BYTES + 1))
    except OSError:
        return None
    moments = (_with_offset(recorded.text) for recorded in found.recorded)
    taken_at = next((moment for moment in moments if moment is not None), None)
    hint = Hint(SOURCE, taken_at, None, found.caption.title, found.caption.description)
    return Told(hint) if hint != Hint(SOURCE) else None


def _told(row: dict[str, str]) -> Told:
    taken_at = _moment(row.get("originalCreationDate") or "")
    hint = Hint(SOURCE, taken_at) if taken_at is not None else None
    return Told(hint, None, (row.get("favorite") or "").strip().lower() == "yes")


def _moment(text: str) -> float | None:
    """ "Saturday February 3,2018 1:08 PM GMT" in seconds since the epoch."""
    clock, _, zone = text.strip().rpartition(" ")
    try:
        moment = datetime.strptime(clock, _DATE).replace(tzinfo=UTC)
    except ValueError:
        return None
    return moment.timestamp() if zone in ("GMT", "UTC") else None


def _with_offset(text: str) -> float | None:
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return moment.timestamp() if moment.tzinfo else None
