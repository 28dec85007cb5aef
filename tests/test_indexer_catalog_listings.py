"""Listings as rows: in order, whole however many pages they take, and nobody else's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from indexer.catalog import Catalog, listings
from indexer.catalog.listings import DayFile, Listed
from indexer.knowledge import CaptureTime, Metadata
from indexer.model import Lock
from tests.libraries import NOW, add_person, arrival, digest, opened_catalog

ALICE, BOB = 1, 2
LOCK = Lock("token", "/Upload/a", "<owner/>", "0", "exclusive", 100.0, NOW + 100)


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    with opened_catalog(tmp_path) as catalog:
        assert (add_person(catalog), add_person(catalog, "bob")) == (ALICE, BOB)
        yield catalog


def test_a_line_says_what_the_entry_says(catalog: Catalog) -> None:
    catalog.entries.make_folder(ALICE, "DCIM", NOW)
    entry = catalog.arrivals.record(arrival(ALICE, "DCIM/a.jpg"))
    catalog.arrivals.annotate(ALICE, "DCIM/a.jpg", {"{x}y": "<y/>"}, NOW - 5, NOW)

    (line,) = catalog.listings.folder(ALICE, "DCIM")

    assert line == Listed(
        "DCIM/a.jpg", "a.jpg", False, NOW - 5, NOW, entry.sha256, entry.size_bytes, entry.mime,
        '{"{x}y": "<y/>"}', "",
    )  # fmt: skip
    assert line.etag == entry.etag
    assert [line.is_folder for line in catalog.listings.folder(ALICE, "")] == [True]


def test_a_placeholder_has_the_tag_that_it_has_elsewhere(catalog: Catalog) -> None:
    placed = catalog.entries.place_placeholder(ALICE, "a.jpg", NOW, NOW)
    (line,) = catalog.listings.folder(ALICE, "")
    assert line.etag == placed.etag


@pytest.mark.parametrize("number", [0, 1, 3, 4, 6, 7])
def test_pages_join_without_a_seam(number: int, catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listings, "_PAGE_ROWS", 3)
    catalog.entries.make_folder(ALICE, "DCIM", NOW)
    catalog.entries.make_folder(ALICE, "DCIM/z", NOW)
    catalog.entries.make_folder(ALICE, "DCIM/z/deeper", NOW)
    for index in reversed(range(number)):
        catalog.arrivals.record(arrival(ALICE, f"DCIM/{index}.jpg"))
    names = [line.name for line in catalog.listings.folder(ALICE, "DCIM")]
    assert names == [f"{index}.jpg" for index in range(number)] + ["z"]


def test_no_transaction_is_open_between_the_pages(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is removed while a slow client reads is missing in the pages to come; nothing waits for it."""
    monkeypatch.setattr(listings, "_PAGE_ROWS", 2)
    for name in "abcd":
        catalog.entries.make_folder(ALICE, name, NOW)
    lines = catalog.listings.folder(ALICE, "")
    assert next(lines).name == "a"
    catalog.entries.delete(ALICE, "c")
    catalog.entries.make_folder(ALICE, "e", NOW)
    assert [line.name for line in lines] == ["b", "d", "e"]


def test_nobody_sees_anothers_lines(catalog: Catalog) -> None:
    catalog.entries.make_folder(ALICE, "a", NOW)
    assert list(catalog.listings.folder(BOB, "")) == []


def test_the_files_of_a_day(catalog: Catalog) -> None:
    entry = catalog.arrivals.record(arrival(ALICE, "IMG.JPG"))
    dated = Metadata(captured=CaptureTime("2024-05-17T18:30:01", "file name", "+02:00"))
    (job,) = catalog.jobs.claim(1, 60, NOW)
    catalog.jobs.finish(job, dated, None)

    (file,) = catalog.listings.day(ALICE, "2024-05-17")

    assert file == DayFile(
        "img.jpg", "IMG.JPG", entry.size_bytes, entry.mime, digest("IMG.JPG"), "2024-05-17T18:30:01",
        "+02:00", NOW,
    )  # fmt: skip
    assert list(catalog.listings.day(BOB, "2024-05-17")) == []
