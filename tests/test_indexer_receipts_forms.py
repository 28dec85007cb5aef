"""Receipts as files: judged by the programs that read them, sha256sum and a CSV reader."""

from __future__ import annotations

import csv
import io
import subprocess
from pathlib import Path

import pytest

from indexer import names
from indexer.model import Door
from indexer.receipt import FileOutcome, Receipt, ReceiptFile, ReceiptState, Totals, verdict
from indexer.receipts import forms
from tests.libraries import NOW, digest

HURTING = [
    "plain.jpg",
    "with space.jpg",
    "back\\slash.jpg",
    "ü 😀.jpg",
    "sub/*star.jpg",
    "-dash.jpg",
    "-",
    "--",
    "sub/-",
    "#hash.jpg",
]


def stored(path: str, content: bytes, outcome: FileOutcome = FileOutcome.NEW) -> ReceiptFile:
    return ReceiptFile(path, path, outcome, len(content), NOW, digest(content), is_verified=True)


def receipt(totals: Totals, folder: str = "DCIM") -> Receipt:
    told = verdict(ReceiptState.CLOSED, totals)
    return Receipt(1, 1, folder, Door.SHARE, ReceiptState.CLOSED, NOW, NOW + 90, totals, told)


def card(folder: Path) -> list[ReceiptFile]:
    """A card with names that hurt, and what its receipt says of it."""
    files = []
    for name in HURTING:
        content = name.encode()
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
        files.append(stored(f"DCIM/{name}", content))
    return files


def check(folder: Path, sums: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sha256sum", "--check", "--strict", "-"], cwd=folder, input=sums, capture_output=True, text=True,
        timeout=30, check=False,
    )  # fmt: skip


def test_sha256sum_accepts_the_checksums_on_the_card(tmp_path: Path) -> None:
    sums = "".join(forms.checksums(card(tmp_path), "DCIM"))
    done = check(tmp_path, sums)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count(": OK") == len(HURTING)


def test_sha256sum_finds_a_changed_file(tmp_path: Path) -> None:
    files = card(tmp_path)
    (tmp_path / HURTING[2]).write_bytes(b"something else")
    done = check(tmp_path, "".join(forms.checksums(files, "DCIM")))
    assert done.returncode == 1
    assert done.stdout.count(": FAILED") == 1


@pytest.mark.parametrize("name", ["a\\b", "a\nb", "a\rb", "a b", "\\"])
def test_names_are_escaped_as_sha256sum_does(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"x")
    theirs = subprocess.run(
        ["sha256sum", "--", name], cwd=tmp_path, capture_output=True, text=True, timeout=30, check=True
    )
    assert "".join(forms.checksums([stored(name, b"x")], "")) == theirs.stdout


def test_only_what_is_stored_has_a_checksum() -> None:
    kept = [stored("a", b"a"), stored("b", b"b", FileOutcome.HELD), stored("c", b"c", FileOutcome.NOT_MEDIA)]
    lost = [
        ReceiptFile(outcome, outcome, outcome, 0, NOW, reason="Copy it again.")
        for outcome in (FileOutcome.JUNK, FileOutcome.EMPTY, FileOutcome.INCOMPLETE, FileOutcome.FAILED)
    ]
    lines = list(forms.checksums([*kept, *lost], ""))
    assert [line.split("  ")[1].strip() for line in lines] == ["a", "b", "c"]


def test_the_text_itself_passes_sha256sum(tmp_path: Path) -> None:
    files = card(tmp_path)
    cut = ReceiptFile(
        "DCIM/#cut\\.jpg", "DCIM/#cut\\.jpg", FileOutcome.INCOMPLETE, 5, NOW, reason="Copy it again."
    )
    totals = Totals(new=len(files), verified=len(files), incomplete=1)
    text = "".join(forms.text(receipt(totals), [cut], [*files, cut]))
    done = check(tmp_path, text)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count(": OK") == len(HURTING)
    assert "Copy it again." in text
    assert "#cut" in text
    assert max(map(len, (line for line in text.splitlines() if line.startswith("#")))) <= 80


def test_csv_is_read_as_it_was_meant() -> None:
    files = [
        stored('DCIM/a "quoted", name.jpg', b"a"),
        ReceiptFile(
            "DCIM/b", "DCIM/b", FileOutcome.FAILED, 3, NOW, is_verified=False, reason="One, two\nthree."
        ),
    ]
    heading, first, second = csv.reader(io.StringIO("".join(forms.csv_lines(files)), newline=""))
    assert tuple(heading) == forms.CSV_COLUMNS
    assert first[:5] == ['DCIM/a "quoted", name.jpg', 'a "quoted", name.jpg', "new", "1", digest(b"a")]
    assert first[7] == "yes"
    assert (second[4], second[7], second[8]) == ("", "no", "One, two\nthree.")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "＝"])
def test_no_cell_is_a_formula(start: str) -> None:
    path = f"{start}cmd|'calc'!A1"
    _, row = csv.reader(io.StringIO("".join(forms.csv_lines([stored(path, b"")])), newline=""))
    assert row[0] == row[1] == f"'{path}"


def test_names_of_receipts_fit_every_system() -> None:
    name = forms.file_name("DCIM", NOW)
    assert name.endswith(" DCIM.txt")
    assert not set(name) & set(':*?"<>|/\\')
    assert forms.file_name("", NOW).endswith(" Upload.txt")
    long = forms.file_name("ü" * 127, NOW)
    assert len(names.numbered(long, 999).encode()) <= names.LONGEST_NAME_BYTES
    assert long.endswith(".txt")
