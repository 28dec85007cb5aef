"""Reads from a camera's maker note whether its picture is one of a sequence, and the number within it.

A maker note is a TIFF directory behind a signature of its own; its numbers mean what `exiftool` documents.
Only what makers write in plain is read: Nikon's burst group and much of Sony's are enciphered.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import BinaryIO, NamedTuple

from indexer.boxes import read_at
from indexer.knowledge import Ties
from indexer.tiff import Directory, directory_at, first_directory

_MAKE, _EXIF_DIRECTORY, _MAKER_NOTE = 0x010F, 0x8769, 0x927C
_HEAD_BYTES = 20
_MOST_IN_SEQUENCE = 9999  # beyond it, the number is nonsense
_CANON_CONTINUOUS = frozenset({1, 3, 4, 5, 8, 10})
_PANASONIC_CONTINUOUS = frozenset({1, 4, 17})
_SONY_CONTINUOUS = 2
_OLYMPUS_CONTINUOUS = 2
_NIKON_CONTINUOUS = 1  # a bit among others


class _Note(NamedTuple):
    """A maker note's directory; ``base`` is where its offsets count from."""

    directory: Directory
    base: int

    def numbers(self, tag: int) -> tuple[int, ...]:
        """The first values of a tag of whole numbers."""
        return self.directory.numbers(tag, self.base)

    def number(self, tag: int) -> int:
        return next(iter(self.numbers(tag)), 0)


def read_maker_note(file: BinaryIO) -> Ties:
    """What the maker note of an EXIF block or TIFF file, seekable, says of a sequence."""
    main = first_directory(file)
    about = directory_at(file, main.number(_EXIF_DIRECTORY) or 0, main.order)
    place = about.place(_MAKER_NOTE)
    if place is None:
        return Ties()
    head = read_at(file, place, _HEAD_BYTES)
    make = main.content(_MAKE, _HEAD_BYTES)
    candidates = ((head, _SIGNED), (make, _UNSIGNED))
    for beginning, openers in candidates:
        for signature, (open_note, read) in openers.items():
            if beginning.startswith(signature):
                return read(open_note(file, place, main.order))
    return Ties()


def read_canon_note(file: BinaryIO) -> Ties:
    """The same where Canon's note is a block of its own (CR3)."""
    return _canon(_Note(first_directory(file), 0))


def _plain(file: BinaryIO, start: int, order: str) -> _Note:
    return _Note(directory_at(file, start, order), 0)


def _behind(signature_bytes: int) -> Callable[[BinaryIO, int, str], _Note]:
    """Offsets count from the beginning of the block, as those of the EXIF do."""

    def open_note(file: BinaryIO, at: int, order: str) -> _Note:
        return _plain(file, at + signature_bytes, order)

    return open_note


def _nikon_note(file: BinaryIO, at: int, _: str) -> _Note:
    base = at + 10
    order = ">" if read_at(file, base, 2) == b"MM" else "<"
    return _Note(directory_at(file, base + _long(file, base + 4, order), order), base)


def _fujifilm_note(file: BinaryIO, at: int, _: str) -> _Note:
    return _Note(directory_at(file, at + _long(file, at + 8, "<"), "<"), at)


def _olympus_note(file: BinaryIO, at: int, _: str) -> _Note:
    order = ">" if read_at(file, at + 8, 2) == b"MM" else "<"
    return _Note(directory_at(file, at + 12, order), at)


def _long(file: BinaryIO, at: int, order: str) -> int:
    return int(struct.unpack(order + "I", read_at(file, at, 4).ljust(4, b"\x00"))[0])


def _canon(note: _Note) -> Ties:
    settings, shot = note.numbers(0x0001), note.numbers(0x0004)
    is_continuous = len(settings) > 5 and settings[5] in _CANON_CONTINUOUS
    return _ties(shot[9] if is_continuous and len(shot) > 9 else 0, is_continuous=is_continuous)


def _sony(note: _Note) -> Ties:
    return _ties(note.number(0xB04A), is_continuous=note.number(0xB049) == _SONY_CONTINUOUS)


def _nikon(note: _Note) -> Ties:
    return _ties(0, is_continuous=bool(note.number(0x0089) & _NIKON_CONTINUOUS))


def _fujifilm(note: _Note) -> Ties:
    return _ties(note.number(0x1101), is_continuous=False)


def _panasonic(note: _Note) -> Ties:
    is_continuous = note.number(0x002A) in _PANASONIC_CONTINUOUS
    return _ties(note.number(0x002B) if is_continuous else 0, is_continuous=is_continuous)


def _olympus(note: _Note) -> Ties:
    mode = note.numbers(0x0200)
    is_continuous = len(mode) > 1 and mode[0] == _OLYMPUS_CONTINUOUS
    return _ties(mode[1] if is_continuous else 0, is_continuous=is_continuous)


def _ties(number: int, *, is_continuous: bool) -> Ties:
    sequence = number if 0 < number <= _MOST_IN_SEQUENCE else None
    return Ties(sequence=sequence, is_continuous=is_continuous or sequence is not None)


_Openers = dict[bytes, tuple[Callable[[BinaryIO, int, str], _Note], Callable[[_Note], Ties]]]

# By the signature of the note; else, for notes that have none, by the make of the camera.
_SIGNED: _Openers = {
    b"Nikon\x00\x02": (_nikon_note, _nikon),
    b"SONY DSC": (_behind(12), _sony),
    b"SONY CAM": (_behind(12), _sony),
    b"FUJIFILM": (_fujifilm_note, _fujifilm),
    b"Panasonic\x00": (_behind(12), _panasonic),
    b"OLYMPUS\x00": (_olympus_note, _olympus),
}
_UNSIGNED: _Openers = {
    b"Canon\x00": (_plain, _canon),
    b"SONY\x00": (_plain, _sony),
}
