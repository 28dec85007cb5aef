"""The answer to "may I format the card?", for every course that a copy can take."""

from __future__ import annotations

import pytest

from indexer.receipt import (
    FileOutcome,
    ReceiptState,
    Totals,
    advice,
    is_safe,
    relative,
    top_folder,
    verdict,
)

CLOSED = ReceiptState.CLOSED
SAFE = "Safe to format the card."
YET = "Do not format the card yet."


@pytest.mark.parametrize(
    ("state", "totals", "troubled", "words"),
    [
        (CLOSED, Totals(new=1284, verified=1284), [], f"All 1,284 files are stored and verified. {SAFE}"),
        (
            CLOSED,
            Totals(new=84, held=1200, verified=1284, by_digest=1200),
            [],
            f"All 1,284 files are stored and verified. {SAFE} "
            "Of these, the browser sent 84 and compared 1,200 by digest.",
        ),
        (CLOSED, Totals(new=1, verified=1), [], f"The one file is stored and verified. {SAFE}"),
        (
            CLOSED,
            Totals(new=900, held=80, not_media=20, junk=7, verified=1000),
            [],
            f"All 1,000 files are stored and verified. {SAFE}",
        ),
        (
            CLOSED,
            Totals(new=3, verified=3, incomplete=1),
            ["IMG_4.JPG"],
            f"3 of 4 files are stored and verified. {YET} Copy again: IMG_4.JPG.",
        ),
        (
            CLOSED,
            Totals(new=1, verified=1, empty=2, failed=3),
            ["a", "b", "c", "d", "e"],
            f"1 of 6 files is stored and verified. {YET} Copy again: a, b, c and 2 more.",
        ),
        (
            CLOSED,
            Totals(new=2, verified=1, damaged=1),
            ["a.jpg"],
            f"1 of 2 files is stored and verified. {YET} Copy again: a.jpg.",
        ),
        (CLOSED, Totals(incomplete=1), ["a"], f"No file is stored and verified. {YET} Copy again: a."),
        (CLOSED, Totals(), [], f"No file is stored and verified. {YET}"),
        (ReceiptState.OPEN, Totals(new=12), [], f"12 files arrived so far. {YET}"),
        (ReceiptState.OPEN, Totals(new=1), [], f"1 file arrived so far. {YET}"),
        (
            ReceiptState.OPEN,
            Totals(new=1, failed=1),
            [],
            f"1 file arrived so far. 1 file must be copied again. {YET}",
        ),
        (
            ReceiptState.VERIFYING,
            Totals(new=12, verified=5),
            [],
            f"12 files arrived; 5 of them are read back and verified. {YET}",
        ),
        (
            ReceiptState.VERIFYING,
            Totals(new=2, verified=1, damaged=1),
            [],
            f"2 files arrived; 1 of them is read back and verified. 1 file must be copied again. {YET}",
        ),
    ],
)
def test_the_verdict(state: ReceiptState, totals: Totals, troubled: list[str], words: str) -> None:
    assert verdict(state, totals, troubled) == words


@pytest.mark.parametrize(
    ("totals", "safe"),
    [
        (Totals(new=1, verified=1), True),
        (Totals(new=1, held=1, not_media=1, verified=3, junk=9), True),
        (Totals(), False),
        (Totals(junk=1), False),
        (Totals(new=2, verified=1), False),
        (Totals(new=1, verified=1, empty=1), False),
        (Totals(new=1, verified=1, incomplete=1), False),
        (Totals(new=1, verified=1, failed=1), False),
        (Totals(new=1, damaged=1), False),
    ],
)
def test_only_what_leaves_nothing_behind_is_safe(totals: Totals, safe: bool) -> None:
    assert is_safe(totals) is safe
    assert (SAFE in verdict(CLOSED, totals)) is safe


@pytest.mark.parametrize("outcome", FileOutcome)
def test_trouble_is_told_with_what_to_do(outcome: FileOutcome) -> None:
    troubled = outcome in (FileOutcome.EMPTY, FileOutcome.INCOMPLETE, FileOutcome.FAILED)
    assert ("opy it again." in advice(outcome, "It broke.")) is troubled


@pytest.mark.parametrize(
    ("path", "folder", "rest"),
    [
        ("DCIM/100CANON/IMG_1.JPG", "DCIM", "100CANON/IMG_1.JPG"),
        ("IMG_1.JPG", "", "IMG_1.JPG"),
        ("Ferien/ü.jpg", "Ferien", "ü.jpg"),
    ],
)
def test_a_copy_is_a_top_folder(path: str, folder: str, rest: str) -> None:
    assert top_folder(path) == folder
    assert relative(path, folder) == rest
