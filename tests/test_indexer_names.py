"""Names and paths: what can be kept, what is junk, which spellings are one name."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer import names
from indexer.errors import BadName

NAMES = st.text(
    st.characters(exclude_categories=("Cc", "Cs"), exclude_characters="/"), min_size=1, max_size=60
)


@pytest.mark.parametrize(
    ("path", "parent", "last"),
    [("", "", ""), ("a.jpg", "", "a.jpg"), ("DCIM/a.jpg", "DCIM", "a.jpg"), ("a/b/c", "a/b", "c")],
)
def test_parts(path: str, parent: str, last: str) -> None:
    assert (names.parent(path), names.last(path), names.join(parent, last)) == (parent, last, path)


@given(NAMES, NAMES)
def test_joining_and_parting(folder: str, name: str) -> None:
    path = names.join(folder, name)
    assert (names.parent(path), names.last(path)) == (folder, name)


@given(st.text())
def test_spellings_meet(path: str) -> None:
    keys = {names.key(unicodedata.normalize(form, path)) for form in ("NFC", "NFD")}
    assert keys == {names.key(path)} == {names.key(names.key(path))}


def test_compatible_letters_stay_apart() -> None:
    assert len({names.key(name) for name in ("ﬁ", "fi", "K", "k", "²", "2")}) == 6


@pytest.mark.parametrize(
    "path",
    [
        "IMG_0001.JPG",
        "DCIM/100CANON/IMG 1 (2).jpg",
        ".hidden",
        "...",
        "a:b?*|<>",
        "back\\slash",
        "trailing. ",
        "ä" * 127,
        "/".join(["a" * 200] * 20),
    ],
)
def test_names_that_can_be_kept(path: str) -> None:
    names.check(path)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "a//b",
        "/a",
        "a/",
        ".",
        "..",
        "a/../b",
        "./a",
        "a\x00",
        "a\nb",
        "a\x7f",
        "\udc80",
        "ä" * 128,
        "/".join(["a" * 200] * 21),
    ],
)
def test_names_that_cannot(path: str) -> None:
    with pytest.raises(BadName):
        names.check(path)


@given(st.text(max_size=300))
def test_checking_knows_no_other_error(path: str) -> None:
    try:
        names.check(path)
    except BadName:
        return
    assert path == path.strip("/") != ""


@pytest.mark.parametrize(
    "path",
    [
        "._IMG_1.JPG",
        ".DS_Store",
        "DCIM/.ds_store",
        "Thumbs.db",
        "THUMBS.DB",
        "desktop.ini",
        "__MACOSX/IMG_1.JPG",
        ".Trashes/501/IMG_1.JPG",
        "IMG_1.JPG.part",
        "IMG_1.jpg.partial",
        ".~lock.album.odt#",
    ],
)
def test_junk(path: str) -> None:
    assert names.is_junk(path)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "IMG_1.JPG",
        "Thumbs.db.jpg",
        "_IMG.jpg",
        "Old.tmp/a.jpg",
        "Trip.part/a.jpg",
        "part",
        ".profile",
        "a._b",
    ],
)
def test_no_junk(path: str) -> None:
    assert not names.is_junk(path)


@pytest.mark.parametrize(
    ("name", "second"),
    [
        ("IMG.JPG", "IMG (2).JPG"),
        ("archive.tar.gz", "archive.tar (2).gz"),
        ("README", "README (2)"),
        (".hidden", ".hidden (2)"),
        ("IMG (2).JPG", "IMG (2) (2).JPG"),
    ],
)
def test_numbered(name: str, second: str) -> None:
    assert names.numbered(name, 1) == name
    assert names.numbered(name, 2) == second


@given(NAMES, st.integers(2, 10_000))
def test_numbers_differ(name: str, number: int) -> None:
    assert len({names.numbered(name, each) for each in (1, number, number + 1)}) == 3


@pytest.mark.parametrize("stem", ["x" * 251, "\u00e9" * 125, "\U0001f600" * 62])
def test_a_numbered_name_is_not_too_long(stem: str) -> None:
    for number in (2, 99, 12_345):
        numbered = names.numbered(f"{stem}.jpg", number)
        assert len(numbered.encode()) <= 255
        assert numbered.startswith(stem[:50])
        assert numbered.endswith(f" ({number}).jpg")
