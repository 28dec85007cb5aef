"""`maker_notes`: what cameras say of sequences, as exiftool writes it into the notes of real files."""

from __future__ import annotations

import io
import shutil
import struct
import subprocess
from pathlib import Path

import pytest

from indexer.identify import identify
from indexer.knowledge import Ties
from indexer.metadata import readers
from indexer.metadata.maker_notes import read_canon_note, read_maker_note
from tests import samples
from tests.programs import require

SONY, NIKON, CANON = "_DSC2164.JPG", "Nikon.nef", "CanonRaw.cr3"
SINGLE, CONTINUOUS = Ties(), Ties(is_continuous=True)


def sample(name: str) -> Path:
    return next(one.file for one in samples.load() if one.name == name)


def ties(file: Path) -> Ties:
    with file.open("rb") as opened:
        media = identify(opened)
    found = readers.read(file, media).ties
    return Ties(sequence=found.sequence, is_continuous=found.is_continuous)


@samples.needs_samples
@pytest.mark.parametrize("name", [SONY, NIKON, CANON, "_DSC2164.ARW", "Panasonic.rw2", "Nikon D5000.jpg"])
def test_single_pictures_are_in_no_sequence(name: str) -> None:
    assert ties(sample(name)) == SINGLE


@samples.needs_samples
def test_a_real_one_of_a_sequence() -> None:
    assert ties(sample("cat.hif")) == Ties(sequence=2, is_continuous=True)


@samples.needs_samples
@pytest.mark.parametrize(
    ("name", "written", "wanted"),
    [
        (SONY, ["-Sony:SequenceNumber=7"], Ties(sequence=7, is_continuous=True)),
        (SONY, ["-Sony:ReleaseMode=Continuous"], CONTINUOUS),
        (SONY, ["-Sony:SequenceNumber#=65534"], SINGLE),
        ("_DSC2164.ARW", ["-Sony:SequenceNumber=3"], Ties(sequence=3, is_continuous=True)),
        (NIKON, ["-Nikon:ShootingMode#=1"], CONTINUOUS),
        (NIKON, ["-Nikon:ShootingMode#=2"], SINGLE),
        (CANON, ["-Canon:ContinuousDrive=Continuous, High"], CONTINUOUS),
        (
            CANON,
            ["-Canon:ContinuousDrive=Continuous", "-Canon:SequenceNumber=4"],
            Ties(sequence=4, is_continuous=True),
        ),
        (CANON, ["-Canon:SequenceNumber=4"], SINGLE),
    ],
)
def test_what_exiftool_writes_is_read(name: str, written: list[str], wanted: Ties, tmp_path: Path) -> None:
    require("exiftool")
    file = tmp_path / name
    shutil.copyfile(sample(name), file)
    subprocess.run(["exiftool", "-q", "-m", "-overwrite_original", *written, str(file)], check=True)
    assert ties(file) == wanted


@samples.needs_samples
def test_panasonic_notes_are_in_its_jpegs(tmp_path: Path) -> None:
    require("exiftool")
    extract = ["exiftool", "-b", "-JpgFromRaw", str(sample("Panasonic.rw2"))]
    file = tmp_path / "P1.JPG"
    file.write_bytes(subprocess.run(extract, check=True, capture_output=True).stdout)
    assert ties(file) == SINGLE
    write = ["-Panasonic:BurstMode=On", "-Panasonic:SequenceNumber=2"]
    subprocess.run(["exiftool", "-q", "-overwrite_original", *write, str(file)], check=True)
    assert ties(file) == Ties(sequence=2, is_continuous=True)


def directory(order: str, *entries: bytes) -> bytes:
    return struct.pack(order + "H", len(entries)) + b"".join(entries) + bytes(4)


def with_note(note: bytes) -> bytes:
    """An EXIF block, little-endian, of nothing but a maker note at byte 44."""
    about = struct.pack("<HHII", 0x8769, 4, 1, 26)
    of_note = struct.pack("<HHII", 0x927C, 7, len(note), 44)
    return b"II*\x00\x08\x00\x00\x00" + directory("<", about) + directory("<", of_note) + note


FUJIFILM = b"FUJIFILM\x0c\x00\x00\x00" + directory("<", struct.pack("<HHIHH", 0x1101, 3, 1, 5, 0))
OLYMPUS = b"OLYMPUS\x00II\x03\x00" + directory("<", struct.pack("<HHII", 0x0200, 4, 3, 30))


@pytest.mark.parametrize(
    ("note", "wanted"),
    [
        (FUJIFILM, Ties(sequence=5, is_continuous=True)),
        (OLYMPUS + struct.pack("<III", 2, 3, 0), Ties(sequence=3, is_continuous=True)),
        (OLYMPUS + struct.pack("<III", 0, 3, 0), SINGLE),
        (b"Somebody" + directory("<", struct.pack("<HHIHH", 0x1101, 3, 1, 5, 0)), SINGLE),
    ],
)
def test_notes_of_other_makers(note: bytes, wanted: Ties) -> None:
    assert read_maker_note(io.BytesIO(with_note(note))) == wanted


@pytest.mark.parametrize(
    "block",
    [
        b"",
        b"II*\x00",
        b"II*\x00\xff\xff\xff\xff",
        b"MM\x00*\x00\x00\x00\x08" + b"\xff" * 64,
        b"II*\x00\x08\x00\x00\x00" + b"\x01\x00" + b"\x69\x87\x04\x00\x01\x00\x00\x00\x08\x00\x00\x00",
    ],
)
def test_broken_blocks_say_nothing(block: bytes) -> None:
    assert read_maker_note(io.BytesIO(block)) == SINGLE
    assert read_canon_note(io.BytesIO(block)) == SINGLE


@samples.needs_samples
@pytest.mark.parametrize("name", [SONY, NIKON, "Panasonic.rw2"])
@pytest.mark.parametrize("step", [3, 11])
def test_cut_and_broken_notes_raise_nothing(name: str, step: int) -> None:
    head = bytearray(sample(name).read_bytes()[:4096])
    for at in range(8, len(head), step * 16):
        broken = bytes(head[:at]) + b"\xff" * step + bytes(head[at + step :])
        read_maker_note(io.BytesIO(broken))
        read_maker_note(io.BytesIO(broken[:at]))
