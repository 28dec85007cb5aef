"""How a failed upload is told on its receipt: cut or refused, under which name, in which words. Pure."""

from __future__ import annotations

import re

from indexer.errors import IncompleteUpload, LibraryError, UploadBroken
from indexer.model import Door
from indexer.receipt import FileOutcome, Mishap, advice

# Copy programs give these names to what they rename when it is whole; rclone puts eight digits before.
_UNFINISHED = re.compile(r"(\.[0-9a-f]{8})?\.(partial|part|tmp)$", re.IGNORECASE)
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def mishap(
    person_id: int,
    path: str,
    door: Door,
    at: float,
    error: BaseException,
    *,
    received_bytes: int,
    expected_bytes: int | None,
) -> Mishap:
    """What to remember of a file that did not come in."""
    is_cut = _is_cut(error, received_bytes, expected_bytes)
    outcome = FileOutcome.INCOMPLETE if is_cut else FileOutcome.FAILED
    reason = advice(outcome, _happened(error, received_bytes, expected_bytes, is_cut=is_cut))
    return Mishap(person_id, final_path(path), door, at, outcome, received_bytes, expected_bytes, reason)


def final_path(path: str) -> str:
    """The name that the file was to have in the end, in characters that can be shown."""
    return _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", _UNFINISHED.sub("", path))


def _is_cut(error: BaseException, received_bytes: int, expected_bytes: int | None) -> bool:
    if isinstance(error, LibraryError):
        return isinstance(error, IncompleteUpload | UploadBroken)
    return expected_bytes is None or received_bytes < expected_bytes


def _happened(error: BaseException, received_bytes: int, expected_bytes: int | None, *, is_cut: bool) -> str:
    if is_cut and expected_bytes is not None:
        return str(IncompleteUpload(received_bytes, expected_bytes))
    if isinstance(error, LibraryError) and str(error):
        return str(error)
    return str(UploadBroken()) if is_cut else "The server could not keep it."
