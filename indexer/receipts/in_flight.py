"""Whose a staging file is, told by its name: what a crash cuts can still be told on a receipt. Pure.

A row or a note for each file in flight would cost every upload something; its name has to be chosen anyway.
"""

from __future__ import annotations

import base64
import binascii

from indexer import names
from indexer.model import Door
from indexer.receipt import top_folder

# Of a path: with what stands around it, in Base64, it stays a name that every disk takes.
_LONGEST_BYTES = 160
_SHORTEST_NAME_BYTES = 20
_PARTS = 4


def mark(person_id: int, path: str, door: Door) -> str:
    """What to append to the random name of a staging file; a long path loses its middle.

    Nothing where the first folder is too long to be told: half of it would name another copy.
    """
    shortened = _shortened(path)
    if shortened is None:
        return ""
    return f".{person_id}.{door}.{base64.urlsafe_b64encode(shortened).decode()}"


def read(name: str) -> tuple[int, str, Door] | None:
    """(person id, path, door) of a staging file's name; None where nothing is told."""
    parts = name.split(".")
    if len(parts) != _PARTS:
        return None
    try:
        path = base64.b64decode(parts[3], b"-_", validate=True).decode()
        return int(parts[1]), path, Door(parts[2])
    except (binascii.Error, ValueError):
        return None


def _shortened(path: str) -> bytes | None:
    encoded = path.encode("utf-8", "replace")
    if len(encoded) <= _LONGEST_BYTES:
        return encoded
    # The first folder says to which copy it belongs, the last name which file it was.
    folder, last = top_folder(path), names.last(path)
    room_bytes = _LONGEST_BYTES - len(folder.encode("utf-8", "replace"))
    if room_bytes < _SHORTEST_NAME_BYTES:
        return None
    kept = last.encode("utf-8", "replace")[-room_bytes:].decode("utf-8", "ignore")
    return names.join(folder, kept if kept == last else f"…{kept}").encode("utf-8", "replace")
