"""What a failed upload becomes on its receipt."""

from __future__ import annotations

import pytest

from indexer.errors import BadName, ChecksumMismatch, IncompleteUpload, NoRoom, TooLarge, UploadBroken
from indexer.model import Door
from indexer.receipt import FileOutcome
from indexer.receipts.mishaps import final_path, mishap
from tests.libraries import NOW

CUT, FAILED = FileOutcome.INCOMPLETE, FileOutcome.FAILED


@pytest.mark.parametrize(
    ("error", "received", "expected", "outcome"),
    [
        (IncompleteUpload(5, 10), 5, 10, CUT),
        (UploadBroken(), 5, 10, CUT),
        (UploadBroken(), 5, None, CUT),
        (ConnectionResetError(), 5, 10, CUT),
        (KeyboardInterrupt(), 0, 10, CUT),
        (ChecksumMismatch("sha1"), 10, 10, FAILED),
        (NoRoom(10), 0, 10, FAILED),
        (TooLarge(5), 0, 10, FAILED),
        (BadName("it is odd"), 0, 10, FAILED),
        (OSError(5, "Input/output error"), 10, 10, FAILED),
    ],
)
def test_cut_or_failed(
    error: BaseException, received: int, expected: int | None, outcome: FileOutcome
) -> None:
    made = mishap(1, "a.jpg", Door.SHARE, NOW, error, received_bytes=received, expected_bytes=expected)
    assert made.outcome is outcome
    assert made.reason.endswith(" Copy it again.")
    assert (made.received_bytes, made.expected_bytes) == (received, expected)


@pytest.mark.parametrize(
    ("path", "final"),
    [
        ("DCIM/a.jpg", "DCIM/a.jpg"),
        ("DCIM/a.jpg.part", "DCIM/a.jpg"),
        ("DCIM/a.jpg.1a2b3c4d.partial", "DCIM/a.jpg"),
        ("DCIM/a.jpg.PARTIAL", "DCIM/a.jpg"),
        ("DCIM/partial.jpg", "DCIM/partial.jpg"),
        ("a\nb\x00.jpg", "a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}.jpg"),
        ("a\udcff.jpg", "a\N{REPLACEMENT CHARACTER}.jpg"),
    ],
)
def test_the_name_it_was_to_have(path: str, final: str) -> None:
    assert final_path(path) == final
