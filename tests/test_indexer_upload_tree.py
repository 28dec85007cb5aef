"""Names in the Upload share: what a rename, a copy or a word about a file means for the library."""

from __future__ import annotations

import pytest

from indexer.errors import BadName, NoRoom, NoSuchEntry
from indexer.model import EntryType
from indexer.upload_tree import UploadTree
from tests import photos
from tests.libraries import Home, digest

PHOTO = photos.jpeg()
SHA256 = digest(PHOTO)


def names_in(home: Home, tree: UploadTree, folder: str = "") -> list[str]:
    return [entry.name for entry in tree.children(home.alice, folder)]


def test_a_renamed_part_becomes_an_item(home: Home, tree: UploadTree) -> None:
    tree.make_folder(home.alice, "DCIM")
    home.bring("DCIM/IMG_1.JPG.part", PHOTO)
    assert home.catalog.items.get(home.alice, SHA256) is None
    tree.move(home.alice, "DCIM/IMG_1.JPG.part", "DCIM/IMG_1.JPG")
    assert home.originals() == {SHA256}
    item = home.catalog.items.get(home.alice, SHA256)
    assert item is not None
    assert item.name == "IMG_1.JPG"
    tree.copy(home.alice, "DCIM", "Copy", deep=True)
    assert names_in(home, tree, "Copy") == ["IMG_1.JPG"]


def test_a_rename_stands_even_when_the_bytes_cannot_be_adopted(home: Home, tree: UploadTree) -> None:
    home.bring("a.part", PHOTO)
    home.intake.junk.remove(SHA256)
    tree.move(home.alice, "a.part", "a.jpg")
    assert names_in(home, tree) == ["a.jpg"]


def test_removing_a_name_keeps_the_original(home: Home, tree: UploadTree) -> None:
    home.bring("a.jpg", PHOTO)
    tree.remove(home.alice, "a.jpg")
    assert (names_in(home, tree), home.originals()) == ([], {SHA256})
    assert home.catalog.items.get(home.alice, SHA256) is not None


def test_a_time_is_evidence_and_wakes_the_worker(home: Home, tree: UploadTree) -> None:
    home.bring("a.jpg", PHOTO)
    before = len(home.wakes)
    tree.annotate(home.alice, "a.jpg", {"{x}y": "<y/>"}, 1_500_000_000.0)
    entry = tree.get(home.alice, "a.jpg")
    assert entry is not None
    assert (entry.mtime, entry.properties) == (1_500_000_000.0, (("{x}y", "<y/>"),))
    assert home.catalog.items.client_mtime(home.alice, SHA256) == 1_500_000_000.0
    assert len(home.wakes) == before + 1


def test_impossible_targets(home: Home, tree: UploadTree) -> None:
    home.bring("a.jpg", PHOTO)
    with pytest.raises(BadName):
        tree.move(home.alice, "a.jpg", "x" * 300)
    with pytest.raises(BadName):
        tree.make_folder(home.alice, "..")
    with pytest.raises(NoSuchEntry):
        tree.copy(home.alice, "a.jpg", "nowhere/a.jpg", deep=True)
    assert names_in(home, tree) == ["a.jpg"]


def test_no_folder_on_a_full_disk(home: Home, tree: UploadTree, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(home.intake.staging), "available_bytes", lambda _: 0)
    with pytest.raises(NoRoom):
        tree.make_folder(home.alice, "DCIM")
    assert names_in(home, tree) == []


def test_a_placeholder_never_hides_a_file_that_is_there(home: Home, tree: UploadTree) -> None:
    """A LOCK that saw a free name may come after the file of somebody who was faster."""
    entry = home.bring("a.jpg", PHOTO)
    tree.make_placeholder(home.alice, "a.jpg")
    tree.make_placeholder(home.alice, "b.jpg")
    assert tree.get(home.alice, "a.jpg") == entry
    found = tree.get(home.alice, "b.jpg")
    assert found is not None
    assert (found.type, found.size_bytes) == (EntryType.PLACEHOLDER, 0)
