"""Items as rows: what was learnt comes back, and names in the Library are unique in a day and kept."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from indexer.catalog import Catalog
from indexer.knowledge import Camera, Caption, CaptureTime, Exposure, Film, Metadata, Position
from indexer.model import Day, Door, Failure, State, Tally, Upload
from tests.libraries import NOW, add_person, arrival, digest, index, opened_catalog

ALICE, BOB = 1, 2
DAY, NEXT_DAY = "2024-05-17", "2024-05-18"
NOON = f"{DAY}T12:00:00"


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    with opened_catalog(tmp_path) as catalog:
        assert (add_person(catalog), add_person(catalog, "bob")) == (ALICE, BOB)
        yield catalog


def bring(
    catalog: Catalog, number: int, name: str, taken_at: str | None = NOON, person_id: int = ALICE
) -> str:
    """One indexed item; each number is another original."""
    sha256 = digest(str(number))
    catalog.arrivals.record(arrival(person_id, name, sha256=sha256))
    index(catalog, {name: taken_at})
    return sha256


def reindex(catalog: Catalog, sha256: str, taken_at: str | None) -> None:
    """The item's evidence changed; its date is another one now."""
    known = catalog.items.client_mtime(ALICE, sha256)
    captured = CaptureTime(taken_at, "client mtime") if taken_at else None
    item = catalog.items.get(ALICE, sha256)
    assert item is not None
    again = arrival(ALICE, item.name, sha256=sha256, client_mtime=(known or 100.0) - 1)
    catalog.arrivals.record(again)
    for job in catalog.jobs.claim(9, 60, NOW):
        assert catalog.jobs.finish(job, Metadata(captured=captured), None)


def shown(catalog: Catalog, day: str = DAY, person_id: int = ALICE) -> list[tuple[str, str]]:
    return [(file.name, file.sha256) for file in catalog.listings.day(person_id, day)]


def test_what_was_learnt_comes_back(catalog: Catalog) -> None:
    catalog.arrivals.record(arrival(ALICE, "a.jpg"))
    catalog.arrivals.record(arrival(ALICE, "b.jpg", sha256=digest("a.jpg"), door=Door.IMPORT, at=NOW + 1))
    metadata = Metadata(
        640, 480, CaptureTime(f"{NOON}.25", "ExifIFD:DateTimeOriginal", "+02:00"),
        Camera("Canon", "EOS", "50 mm"), Position(47.5, -8.25), 1.5,
    )  # fmt: skip
    (job,) = catalog.jobs.claim(1, 60, NOW)
    failure = Failure("derivatives", "It is broken.")
    catalog.jobs.finish(job, metadata, failure)
    item = catalog.items.get(ALICE, digest("a.jpg"))
    assert item is not None
    assert (item.metadata, item.failure, item.state, item.day) == (metadata, failure, State.FAILED, DAY)
    assert (item.name, item.size_bytes, item.library_name) == ("a.jpg", 100, "a.jpg")
    assert item.uploads == (Upload("b.jpg", NOW + 1, Door.IMPORT), Upload("a.jpg", NOW, Door.SHARE))
    assert catalog.items.get(BOB, digest("a.jpg")) is None


def test_lists_know_less_of_an_item_than_its_page(catalog: Catalog) -> None:
    known = Metadata(
        place="Lisbon, Portugal", thumbhash="1QcSHQRnh493V4dIh4eXh1h4kJUI",
        exposure=Exposure(iso=100), film=Film("h264"), caption=Caption("Sunset", None, ("Beach",), 4),
    )  # fmt: skip
    catalog.arrivals.record(arrival(ALICE, "a.mp4"))
    (job,) = catalog.jobs.claim(1, 60, NOW)
    catalog.jobs.finish(job, known, None)
    whole = catalog.items.get(ALICE, digest("a.mp4"))
    assert whole is not None
    assert whole.metadata == known
    (listed,) = catalog.items.page(ALICE, day=None, kind=None, query=None, after=None, limit=9)
    assert listed.metadata == Metadata(place=known.place, thumbhash=known.thumbhash)


@pytest.mark.parametrize("query", ["sunSET", "beach", "lisbon", "a.MP4", "eos"])
def test_where_a_search_looks(catalog: Catalog, query: str) -> None:
    known = Metadata(
        place="Lisbon, Portugal",
        camera=Camera("Canon", "EOS"),
        caption=Caption("Sunset", "not this", ("Sea", "Beach")),
    )
    catalog.arrivals.record(arrival(ALICE, "a.mp4"))
    (job,) = catalog.jobs.claim(1, 60, NOW)
    catalog.jobs.finish(job, known, None)
    found = catalog.items.page(ALICE, day=None, kind=None, query=query, after=None, limit=9)
    assert [item.sha256 for item in found] == [digest("a.mp4")]


def test_an_item_that_waits(catalog: Catalog) -> None:
    catalog.arrivals.record(arrival(ALICE, "a.jpg"))
    item = catalog.items.get(ALICE, digest("a.jpg"))
    assert item is not None
    assert (item.state, item.metadata, item.library_name) == (State.PENDING, Metadata(), None)
    assert catalog.items.days(ALICE) == (Day("unknown", 1, 1, 1),)
    assert shown(catalog, "unknown") == []


def test_names_are_unique_within_a_day(catalog: Catalog) -> None:
    for number, name in enumerate(["IMG.JPG", "IMG.JPG", "img.jpg", "IMG (2).JPG", "other.jpg"]):
        bring(catalog, number, name)
    assert shown(catalog) == [
        ("IMG (2) (2).JPG", digest("3")),
        ("IMG (2).JPG", digest("1")),
        ("img (3).jpg", digest("2")),
        ("IMG.JPG", digest("0")),
        ("other.jpg", digest("4")),
    ]


def test_another_day_or_person_is_another_folder(catalog: Catalog) -> None:
    bring(catalog, 1, "IMG.JPG")
    bring(catalog, 2, "IMG.JPG", f"{NEXT_DAY}T00:00:00")
    bring(catalog, 3, "IMG.JPG", None)
    bring(catalog, 1, "IMG.JPG", person_id=BOB)
    assert shown(catalog) == shown(catalog, person_id=BOB) == [("IMG.JPG", digest("1"))]
    assert shown(catalog, NEXT_DAY) == [("IMG.JPG", digest("2"))]
    assert shown(catalog, "unknown") == [("IMG.JPG", digest("3"))]


def test_a_name_is_kept_for_ever(catalog: Catalog) -> None:
    """Also when the item that had it first has left the day, and when it is indexed again."""
    first, second = bring(catalog, 1, "IMG.JPG", None), bring(catalog, 2, "IMG.JPG", None)
    reindex(catalog, first, NOON)
    reindex(catalog, second, None)
    assert shown(catalog, "unknown") == [("IMG (2).JPG", second)]
    assert shown(catalog) == [("IMG.JPG", first)]
    reindex(catalog, second, NOON)
    assert shown(catalog) == [("IMG (2).JPG", second), ("IMG.JPG", first)]


def test_unicode_spellings_clash(catalog: Catalog) -> None:
    bring(catalog, 1, "é.jpg")
    bring(catalog, 2, "e\u0301.jpg")
    assert sorted(name or "" for name, _ in shown(catalog)) == ["e\u0301 (2).jpg", "é.jpg"]


def test_many_equal_names(catalog: Catalog) -> None:
    for number in range(600):
        catalog.arrivals.record(arrival(ALICE, "image.jpg", sha256=digest(str(number))))
    index(catalog, {"image.jpg": NOON})
    names = {name for name, _ in shown(catalog)}
    assert names == {"image.jpg"} | {f"image ({number}).jpg" for number in range(2, 601)}


def test_a_file_of_the_library(catalog: Catalog) -> None:
    bring(catalog, 1, "Höhe.JPG")
    bring(catalog, 2, "Straße.jpg")

    def found(name: str, day: str = DAY, person_id: int = ALICE) -> bool:
        return catalog.items.library_file(person_id, day, name) is not None

    assert [found(name) for name in ("Höhe.JPG", "Ho\u0308he.JPG", "Straße.jpg")] == [True] * 3
    assert [found(name) for name in ("höhe.jpg", "STRASSE.jpg", "Höhe", "", "%")] == [False] * 5
    assert not found("Höhe.JPG", NEXT_DAY)
    assert not found("Höhe.JPG", person_id=BOB)


def test_days(catalog: Catalog) -> None:
    for number, taken_at in enumerate(
        [NOON, f"{NEXT_DAY}T00:00:00", f"{DAY}T23:59:59.9", None, "2025-01-01T00:00:00"]
    ):
        bring(catalog, number, f"{number}.jpg", taken_at)
    assert catalog.items.days(ALICE) == (
        Day(DAY, 2, 2, 2),
        Day(NEXT_DAY, 1, 1, 1),
        Day("2025-01-01", 1, 1, 1),
        Day("unknown", 1, 1, 1),
    )
    assert catalog.items.library_days(ALICE, "") == (DAY, NEXT_DAY, "2025-01-01")
    assert (
        catalog.items.library_days(ALICE, "2024")
        == catalog.items.library_days(ALICE, "2024-05")
        == (DAY, NEXT_DAY)
    )
    assert catalog.items.library_days(ALICE, "2023") == catalog.items.library_days(BOB, "") == ()


def test_held_and_tally(catalog: Catalog) -> None:
    wanted = [digest(str(number)) for number in range(1200)]
    bring(catalog, 0, "a.jpg")
    bring(catalog, 1100, "b.jpg")
    bring(catalog, 1100, "again.jpg")
    bring(catalog, 7, "c.jpg", person_id=BOB)
    assert catalog.items.held(ALICE, wanted) == {digest("0"), digest("1100")}
    assert catalog.items.held(ALICE, []) == frozenset()
    assert catalog.items.tally(ALICE) == (Tally(2, 200), Tally(1, 100))
    assert catalog.items.tally(99) == (Tally(0, 0), Tally(0, 0))
