"""The Upload share as rows: trees move whole, neighbours stay, spellings meet, placeholders give way."""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest

from indexer.catalog import Catalog
from indexer.catalog.entries import Entries
from indexer.errors import NameOccupied, NoSuchEntry, TooManyProperties
from indexer.model import Entry, EntryType, Kind, Lock, MediaType
from tests.libraries import NOW, add_person, arrival, digest, opened_catalog

ALICE, BOB = 1, 2
PLAIN = MediaType(Kind.OTHER, "text/plain", "")
COMPOSED, DECOMPOSED = (unicodedata.normalize(form, "Höhe/é.jpg") for form in ("NFC", "NFD"))


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    with opened_catalog(tmp_path) as catalog:
        assert (add_person(catalog), add_person(catalog, "bob")) == (ALICE, BOB)
        yield catalog


@pytest.fixture
def entries(catalog: Catalog) -> Entries:
    return catalog.entries


def make(catalog: Catalog, *paths: str, person_id: int = ALICE) -> None:
    """Folders (with a "/" at the end) and files."""
    for path in paths:
        if path.endswith("/"):
            catalog.entries.make_folder(person_id, path[:-1], NOW)
        else:
            catalog.arrivals.record(arrival(person_id, path))


def paths(entries: Entries, person_id: int = ALICE) -> list[str]:
    """Everything there is, folders with a "/" at the end."""
    found, folders = [], [""]
    while folders:
        for entry in entries.children(person_id, folders.pop()):
            is_folder = entry.type is EntryType.FOLDER
            found.append(f"{entry.path}/" if is_folder else entry.path)
            folders += [entry.path] if is_folder else []
    return sorted(found)


def got(entries: Entries, path: str) -> Entry:
    entry = entries.get(ALICE, path)
    assert entry is not None
    return entry


def test_folders(entries: Entries) -> None:
    entries.make_folder(ALICE, "DCIM", NOW)
    entries.make_folder(ALICE, "DCIM/100", NOW)
    assert got(entries, "DCIM/100").type is EntryType.FOLDER
    assert [entry.path for entry in entries.children(ALICE, "")] == ["DCIM"]
    assert entries.children(ALICE, "nowhere") == ()
    with pytest.raises(NameOccupied):
        entries.make_folder(ALICE, "DCIM", NOW)
    with pytest.raises(NoSuchEntry):
        entries.make_folder(ALICE, "nowhere/100", NOW)


def test_a_file_is_no_folder(catalog: Catalog) -> None:
    make(catalog, "a.jpg")
    with pytest.raises(NoSuchEntry):
        catalog.entries.make_folder(ALICE, "a.jpg/below", NOW)
    with pytest.raises(NoSuchEntry):
        make(catalog, "a.jpg/b.jpg")


TREE = ("A/", "A/a.jpg", "A/B/", "A/B/b.jpg", "A/B/%.jpg")
NEIGHBOURS = ("A%/", "A%/x.jpg", "A-/", "A-/x.jpg", "A0/", "A0/x.jpg", "A_/", "A_/x.jpg", "AB", "a", "Ä")


def test_deleting_a_tree(catalog: Catalog) -> None:
    make(catalog, *TREE, *NEIGHBOURS)
    make(catalog, *TREE, person_id=BOB)
    catalog.entries.delete(ALICE, "A")
    assert paths(catalog.entries) == sorted(NEIGHBOURS)
    assert paths(catalog.entries, BOB) == sorted(TREE)
    assert catalog.items.get(ALICE, digest("A/a.jpg")) is not None
    catalog.entries.delete(ALICE, "nowhere")


@pytest.mark.parametrize("path", ["%", "_", "A%", "*", "A_"])
def test_wildcards_are_letters(path: str, catalog: Catalog) -> None:
    make(catalog, *TREE, *NEIGHBOURS)
    catalog.entries.delete(ALICE, path)
    gone = {f"{path}/", f"{path}/x.jpg"}
    assert paths(catalog.entries) == sorted({*TREE, *NEIGHBOURS} - gone)


def test_a_way_as_long_as_a_path_can_be(entries: Entries) -> None:
    path = f"{'a/' * 2045}a.jpg"
    entries.make_way(ALICE, path, NOW)
    folder = path.removesuffix("/a.jpg")
    assert len(entries.below(ALICE, "a")) == 2045
    assert got(entries, folder).type is EntryType.FOLDER
    entries.make_way(ALICE, path, NOW)
    assert len(entries.below(ALICE, "a")) == 2045


def test_moving_a_tree(catalog: Catalog) -> None:
    make(catalog, *TREE, *NEIGHBOURS, "C/")
    catalog.entries.move(ALICE, "A", "C/Z")
    moved = ("C/", "C/Z/", "C/Z/a.jpg", "C/Z/B/", "C/Z/B/b.jpg", "C/Z/B/%.jpg")
    assert paths(catalog.entries) == sorted((*moved, *NEIGHBOURS))
    assert (got(catalog.entries, "C/Z").name, got(catalog.entries, "C/Z/B").name) == ("Z", "B")
    assert got(catalog.entries, "C/Z/B/b.jpg").sha256 == digest("A/B/b.jpg")


def test_moving_replaces_what_had_the_name(catalog: Catalog) -> None:
    make(catalog, *TREE, "C/", "C/old.jpg", "C0.jpg")
    catalog.entries.move(ALICE, "A/B", "C")
    assert paths(catalog.entries) == ["A/", "A/a.jpg", "C/", "C/%.jpg", "C/b.jpg", "C0.jpg"]


def test_copying_a_tree(catalog: Catalog) -> None:
    make(catalog, *TREE, "A0.jpg")
    catalog.arrivals.annotate(ALICE, "A/a.jpg", {"{x}y": "<z/>"}, None, NOW)
    catalog.entries.copy(ALICE, "A", "C", deep=True, now=NOW + 5)
    copied = tuple("C" + path[1:] for path in TREE)
    assert paths(catalog.entries) == sorted((*TREE, *copied, "A0.jpg"))
    copy = got(catalog.entries, "C/a.jpg")
    assert (copy.sha256, copy.created_at, copy.mtime) == (digest("A/a.jpg"), NOW + 5, NOW)
    assert copy.properties == (("{x}y", "<z/>"),)
    assert got(catalog.entries, "C").name == "C"


def test_copying_a_folder_alone(catalog: Catalog) -> None:
    make(catalog, *TREE, "C/", "C/old.jpg")
    catalog.entries.copy(ALICE, "A", "C", deep=False, now=NOW)
    assert paths(catalog.entries) == sorted((*TREE, "C/"))


@pytest.mark.parametrize("is_copy", [False, True])
@pytest.mark.parametrize(
    ("source", "target", "error"),
    [
        ("nowhere", "x", NoSuchEntry),
        ("A", "nowhere/x", NoSuchEntry),
        ("A", "A", NameOccupied),
        ("A", "A/B/C", NameOccupied),
        ("A/B/b.jpg", "A", NameOccupied),
        ("A/B", "A", NameOccupied),
    ],
)
def test_a_tree_stays_as_it_is(
    source: str, target: str, error: type[Exception], is_copy: bool, catalog: Catalog
) -> None:
    """Where a name is missing, and where one of the two names lies in the other."""
    make(catalog, *TREE)
    copy = functools.partial(catalog.entries.copy, deep=True, now=NOW)
    transfer = copy if is_copy else catalog.entries.move
    with pytest.raises(error):
        transfer(ALICE, source, target)
    assert paths(catalog.entries) == sorted(TREE)


def test_spellings_meet(catalog: Catalog) -> None:
    entries = catalog.entries
    make(catalog, "Ho\u0308he/", DECOMPOSED)
    assert (
        entries.get(ALICE, COMPOSED) == entries.get(ALICE, DECOMPOSED) == entries.children(ALICE, "Höhe")[0]
    )
    assert got(entries, COMPOSED).name == "e\u0301.jpg"
    make(catalog, COMPOSED)
    assert paths(entries) == ["Höhe/", COMPOSED]
    catalog.arrivals.annotate(ALICE, DECOMPOSED, {}, 5.0, NOW)
    assert got(entries, COMPOSED).mtime == 5.0
    entries.move(ALICE, "Ho\u0308he", "Ka\u0308se")
    assert paths(entries) == ["Käse/", "Käse/é.jpg"]
    assert got(entries, "Käse").name == "Ka\u0308se"
    entries.delete(ALICE, "Ka\u0308se/e\u0301.jpg")
    assert paths(entries) == ["Käse/"]


def test_case_matters(catalog: Catalog) -> None:
    make(catalog, "a.jpg", "A.jpg")
    assert paths(catalog.entries) == ["A.jpg", "a.jpg"]


def test_times_and_properties(catalog: Catalog) -> None:
    entries = catalog.entries
    make(catalog, "a.jpg")
    annotate = catalog.arrivals.annotate
    annotate(ALICE, "a.jpg", {"{x}gone": "<g/>"}, 12.5, NOW)
    annotate(ALICE, "a.jpg", {"{x}y": "<ü/>", "{x}gone": None}, None, NOW)
    assert got(entries, "a.jpg").mtime == 12.5
    make(catalog, "a.jpg")  # the same file once more keeps what programs said about it
    entry = got(entries, "a.jpg")
    assert (entry.mtime, entry.created_at, entry.properties) == (NOW, NOW, (("{x}y", "<ü/>"),))
    with pytest.raises(NoSuchEntry):
        annotate(ALICE, "b.jpg", {}, 1.0, NOW)
    with pytest.raises(NoSuchEntry):
        annotate(BOB, "a.jpg", {}, None, NOW)
    with pytest.raises(TooManyProperties):
        annotate(ALICE, "a.jpg", {f"{{x}}{number}": "<p/>" for number in range(101)}, None, NOW)


def abandon(catalog: Catalog, *paths: str) -> None:
    """Their locks run out without data."""
    for path in paths:
        catalog.locks.add(ALICE, Lock(path, f"/Upload/{path}", "", "0", "exclusive", 1.0, NOW + 1), NOW)
    catalog.locks.expire("/Upload", NOW + 2)


@pytest.mark.parametrize("times", [1, 2])
def test_a_placeholder_hides_a_version_and_gives_it_back(times: int, catalog: Catalog) -> None:
    """Some clients send the empty file more than once before they give up."""
    entries = catalog.entries
    make(catalog, "a.jpg")
    before = got(entries, "a.jpg")
    for _ in range(times):
        placeholder = entries.place_placeholder(ALICE, "a.jpg", NOW + 3, NOW + 3)
        assert (placeholder.type, placeholder.size_bytes, placeholder.sha256) == (
            EntryType.PLACEHOLDER,
            0,
            None,
        )
    abandon(catalog, "a.jpg")
    after = got(entries, "a.jpg")
    assert (after.type, after.sha256, after.size_bytes, after.mime, after.mtime) == (
        EntryType.FILE, before.sha256, before.size_bytes, before.mime, before.mtime,
    )  # fmt: skip


def test_a_placeholder_without_a_past_goes(catalog: Catalog) -> None:
    entries = catalog.entries
    entries.place_placeholder(ALICE, "new.jpg", NOW, NOW)
    make(catalog, "real.jpg", "folder/")
    abandon(catalog, "new.jpg", "real.jpg", "folder", "nowhere")
    assert paths(entries) == ["folder/", "real.jpg"]


def test_data_ends_a_placeholder_for_good(catalog: Catalog) -> None:
    make(catalog, "a.jpg")
    catalog.entries.place_placeholder(ALICE, "a.jpg", NOW, NOW)
    catalog.arrivals.record(arrival(ALICE, "a.jpg", sha256=digest("new")))
    abandon(catalog, "a.jpg")
    assert got(catalog.entries, "a.jpg").sha256 == digest("new")


def test_no_placeholder_in_place_of_a_folder(catalog: Catalog) -> None:
    make(catalog, "A/")
    with pytest.raises(NameOccupied):
        catalog.entries.place_placeholder(ALICE, "A", NOW, NOW)
    with pytest.raises(NameOccupied):
        make(catalog, "A")
    with pytest.raises(NoSuchEntry):
        catalog.entries.place_placeholder(ALICE, "nowhere/a", NOW, NOW)


def test_junk(catalog: Catalog) -> None:
    make(catalog, "a.jpg", "A/")
    catalog.arrivals.record_junk(arrival(ALICE, "A/.DS_Store", at=NOW - 10, media=PLAIN))
    catalog.arrivals.record_junk(arrival(BOB, "Thumbs.db", media=PLAIN))
    entries = catalog.entries
    assert {(person_id, entry.path) for person_id, entry in entries.junk()} == {
        (ALICE, "A/.DS_Store"),
        (BOB, "Thumbs.db"),
    }
    entries.sweep_junk(NOW)
    assert [entry.path for _, entry in entries.junk()] == ["Thumbs.db"]


def test_no_sweep_takes_a_picture_or_a_real_name(catalog: Catalog) -> None:
    catalog.arrivals.record_junk(arrival(ALICE, "photo.part", at=NOW - 10))
    catalog.arrivals.record_junk(arrival(ALICE, "text.part", at=NOW - 10, media=PLAIN))
    catalog.entries.move(ALICE, "text.part", "text")
    catalog.entries.sweep_junk(NOW)
    assert [entry.path for _, entry in catalog.entries.junk()] == ["photo.part", "text"]


def test_what_lies_below(catalog: Catalog) -> None:
    make(catalog, *TREE, *NEIGHBOURS)
    assert sorted(entry.path for entry in catalog.entries.below(ALICE, "A")) == sorted(
        each.rstrip("/") for each in TREE
    )
    assert [entry.path for entry in catalog.entries.below(ALICE, "AB")] == ["AB"]
