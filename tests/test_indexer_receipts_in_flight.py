"""Names of staging files tell whose they are, on any disk."""

from __future__ import annotations

import string

import pytest

from indexer.model import Door
from indexer.receipts.in_flight import mark, read

TOKEN = "0123456789abcdef"
PLAIN = set(string.ascii_letters + string.digits + "._-=")


@pytest.mark.parametrize(
    "path", ["DCIM/100CANON/IMG_1.JPG", "a", "Ferien/日本語 😀.png", "a.b.c/d.e", "x" * 140, "ü/" + "y" * 130]
)
@pytest.mark.parametrize("door", Door)
def test_what_is_marked_can_be_read(path: str, door: Door) -> None:
    assert read(f"{TOKEN}{mark(7, path, door)}") == (7, path, door)


@pytest.mark.parametrize(
    "path", ["DCIM/" + "d/" * 2000 + "IMG_1.JPG", "F" * 100 + "/" + "ü" * 127, "日" * 85]
)
def test_long_paths_lose_their_middle(path: str) -> None:
    name = f"{TOKEN}{mark(1_000_000, path, Door.BROWSER)}"
    assert len(name) <= 255
    assert set(name) <= PLAIN
    found = read(name)
    assert found is not None
    assert found[1].partition("/")[0] == path.partition("/")[0] or "/" not in path
    assert found[1][-10:] == path[-10:]


@pytest.mark.parametrize("letter", ["F", "ü", "日"])
@pytest.mark.parametrize("door", Door)
def test_folders_of_any_length_make_names_for_every_disk(letter: str, door: Door) -> None:
    for length in range(1, 255 // len(letter.encode()) + 1):
        folder = letter * length
        for last in ("IMG_1.JPG", "日" * 85):
            name = f"{TOKEN}{mark(9_999_999, f'{folder}/{last}', door)}"
            assert len(name) <= 255
            found = read(name)
            assert found is None or found[1].startswith(f"{folder}/")
    assert read(f"{TOKEN}{mark(1, f'{letter * (140 // len(letter.encode()))}/IMG_1.JPG', door)}") is not None


@pytest.mark.parametrize(
    "name", ["crashed", TOKEN, f"{TOKEN}.1.share.!", f"{TOKEN}.x.share.YQ==", "a.1.door.YQ==", ""]
)
def test_other_names_tell_nothing(name: str) -> None:
    assert read(name) is None
