"""Memories and albums over a real catalog: suggested, arranged, undone, and there after a rebuild."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa

from indexer.catalog import open_catalog
from indexer.catalog.memory_tables import CollectionRow, SuggestionRow
from indexer.errors import BadQuery, NoSuchCollection, NoSuchItem
from indexer.knowledge import Camera, CaptureTime, Metadata, Position
from indexer.ledger import Ledger
from indexer.memories import Memories
from indexer.model import Collection, JobKind, Sort
from indexer.rebuild import rebuild
from indexer.tending import Tending
from tests.libraries import NOW, Home, arrival

MEMORY, ALBUM = Sort.MEMORY, Sort.ALBUM
BERLIN, LISBON = (Position(52.52, 13.40), "Berlin, Germany"), (Position(38.72, -9.14), "Lisbon, Portugal")
PHONE = Camera("Apple", "iPhone 13")


def bring(home: Home, day: str, number: int, at: tuple[Position, str] = BERLIN, first: int = 0) -> list[str]:
    """So many shots of a day."""
    noon = datetime.fromisoformat(f"{day}T12:00:00")
    learnt = {}
    for n in range(first, first + number):
        one = arrival(home.alice, f"{day} {n:02}.jpg", at=NOW + n)
        home.catalog.arrivals.record(one)
        captured = CaptureTime((noon + timedelta(minutes=n)).isoformat(), "ExifIFD:DateTimeOriginal")
        learnt[one.sha256] = Metadata(
            captured=captured, camera=PHONE, position=at[0], place=at[1], width=4, height=3
        )
    for job in home.catalog.jobs.claim(1000, 60, NOW):
        if job.kind is JobKind.INDEX:  # televisions wait
            assert home.catalog.jobs.finish(job, learnt[job.sha256], None)
    return list(learnt)


def tend(home: Home) -> None:
    Tending(home.catalog).finish()


def told(home: Home) -> list[tuple[str, int]]:
    return [(one.title, one.count) for one in home.catalog.memories.page(home.alice, MEMORY)]


def everything(home: Home) -> list[tuple[Collection, tuple[str, ...]]]:
    catalog = home.catalog
    return [
        (one, catalog.memories.shots(home.alice, one.id))
        for sort in Sort
        for one in catalog.memories.page(home.alice, sort)
    ]


@pytest.fixture
def memories(home: Home) -> Memories:
    """Some days at home, two trips."""
    for day in range(1, 9):
        bring(home, f"2024-03-0{day}", 2)
    bring(home, "2024-05-12", 6, LISBON)
    bring(home, "2023-08-20", 7, LISBON)
    tend(home)
    return Memories(home.catalog, lambda: NOW)


def only(home: Home, title: str) -> Collection:
    (one,) = [one for one in home.catalog.memories.page(home.alice, MEMORY) if one.title == title]
    return one


MAY, AUGUST = "Lisbon, Sunday 12 May 2024", "Lisbon, Sunday 20 August 2023"


def test_trips_are_suggested_when_it_is_quiet(home: Home, memories: Memories) -> None:
    assert told(home) == [(MAY, 6), (AUGUST, 7)]
    one = only(home, MAY)
    assert (one.first_day, one.last_day, one.kind) == ("2024-05-12", "2024-05-12", "trip")
    assert one.cover in home.catalog.memories.shots(home.alice, one.id)
    assert "km from the usual places" in one.why
    assert one.folder == f"2024-05-12 {MAY}"


def test_an_id_outlives_new_pictures_and_a_title_too(home: Home, memories: Memories) -> None:
    before = only(home, MAY)
    memories.change(home.alice, MEMORY, before.id, {"title": "Honeymoon"})
    bring(home, "2024-05-13", 3, LISBON)
    tend(home)
    after = memories.get(home.alice, MEMORY, before.id)
    assert (after.id, after.title, after.count, after.last_day) == (before.id, "Honeymoon", 9, "2024-05-13")


Decide = Callable[[Memories, Home], object]


def merge(memories: Memories, home: Home) -> object:
    return memories.merge(home.alice, only(home, MAY).id, [only(home, AUGUST).id])


def split(memories: Memories, home: Home) -> object:
    may = only(home, MAY)
    return memories.split(home.alice, may.id, home.catalog.memories.shots(home.alice, may.id)[:2], "Arrival")[
        1
    ]


def move(memories: Memories, home: Home) -> object:
    shots = home.catalog.memories.shots(home.alice, only(home, MAY).id)
    return memories.move(home.alice, shots[:1], only(home, AUGUST).id)


def take_out(memories: Memories, home: Home) -> object:
    id_ = only(home, MAY).id
    return memories.take_out(home.alice, id_, home.catalog.memories.shots(home.alice, id_)[:1])


def hide(memories: Memories, home: Home) -> object:
    return memories.change(home.alice, MEMORY, only(home, MAY).id, {"hidden": True, "pinned": True})


def reorder(memories: Memories, home: Home) -> object:
    may = only(home, MAY)
    shots = home.catalog.memories.shots(home.alice, may.id)
    changes = {"order": list(reversed(shots)), "cover": shots[0], "title": "Backwards"}
    return memories.change(home.alice, MEMORY, may.id, changes)


def album(memories: Memories, home: Home) -> object:
    return memories.make(
        home.alice, ALBUM, home.catalog.memories.shots(home.alice, only(home, MAY).id), "Best"
    )[1]


@pytest.mark.parametrize("decide", [merge, split, move, take_out, hide, reorder, album])
def test_undo_restores_exactly(home: Home, memories: Memories, decide: Decide) -> None:
    before = everything(home)
    decision = decide(memories, home)
    assert everything(home) != before
    Ledger(home.catalog).undo(home.alice, int(str(decision)))
    assert everything(home) == before


@pytest.mark.parametrize(
    ("decide", "expected"),
    [
        (merge, [("Lisbon, 20 August 2023 - 12 May 2024", 13)]),
        (split, [("Arrival", 2), (MAY, 4), (AUGUST, 7)]),
        (move, [(MAY, 5), ("Lisbon, 20 August 2023 - 12 May 2024", 8)]),
        (take_out, [(MAY, 5), (AUGUST, 7)]),
        (hide, [(MAY, 6), (AUGUST, 7)]),
        (reorder, [("Backwards", 6), (AUGUST, 7)]),
    ],
)
def test_decisions(home: Home, memories: Memories, decide: Decide, expected: list[tuple[str, int]]) -> None:
    decide(memories, home)
    assert sorted(told(home)) == sorted(expected)


def test_decisions_outlive_a_rebuild(home: Home, memories: Memories) -> None:
    for decide in (album, reorder):
        decide(memories, home)
    before = everything(home)
    with home.catalog._database.write() as connection:
        for table in (CollectionRow, SuggestionRow):
            connection.execute(sa.delete(table))
    home.catalog.close()
    rebuild(home.folder, NOW, lambda done, total: None)
    home.catalog = open_catalog(home.folder.catalog)
    with home.catalog._database.write() as connection:
        connection.exec_driver_sql("INSERT INTO stale_day VALUES (1, 'memories', 1)")
    tend(home)
    assert everything(home) == before


def test_on_this_day(home: Home, memories: Memories) -> None:
    assert [one.title for one in memories.on_this_day(home.alice, date(2026, 5, 12))] == [MAY]
    assert memories.on_this_day(home.alice, date(2026, 5, 13)) == ()
    assert memories.on_this_day(home.alice, date(2024, 5, 12)) == ()
    hide(memories, home)
    assert memories.on_this_day(home.alice, date(2026, 5, 12)) == ()


def test_albums_keep_their_folders_apart(home: Home, memories: Memories) -> None:
    shots = home.catalog.memories.shots(home.alice, only(home, MAY).id)
    for title in ("Best: of/all", "best- of-all", "Best- of-all"):
        memories.make(home.alice, ALBUM, shots, title)
    folders = [one.folder for one in home.catalog.memories.page(home.alice, ALBUM)]
    assert len({folder.casefold() for folder in folders}) == 3
    assert all("/" not in folder and ":" not in folder for folder in folders)


def test_an_album_is_changed_and_deleted(home: Home, memories: Memories) -> None:
    shots = home.catalog.memories.shots(home.alice, only(home, MAY).id)
    id_, _ = memories.make(home.alice, ALBUM, shots[:2], "Best")
    memories.put(home.alice, id_, shots[2:4])
    memories.take(home.alice, id_, shots[:1])
    memories.change(home.alice, ALBUM, id_, {"order": [shots[3]]})
    assert home.catalog.memories.shots(home.alice, id_) == (shots[3], shots[1], shots[2])
    deletion = memories.delete(home.alice, id_)
    with pytest.raises(NoSuchCollection):
        memories.get(home.alice, ALBUM, id_)
    Ledger(home.catalog).undo(home.alice, deletion)
    assert memories.get(home.alice, ALBUM, id_).count == 3


def test_what_makes_no_sense_is_refused(home: Home, memories: Memories) -> None:
    may = only(home, MAY)
    with pytest.raises(NoSuchItem):
        memories.make(home.alice, ALBUM, ["f" * 64], "Nothing")
    for changes in ({"title": ""}, {"title": 3}, {"hidden": "yes"}, {"order": "abc"}, {}):
        with pytest.raises(BadQuery):
            memories.change(home.alice, MEMORY, may.id, changes)
    with pytest.raises(BadQuery):
        memories.merge(home.alice, may.id, [may.id])
    with pytest.raises(NoSuchCollection):
        memories.change(home.alice, MEMORY, "memory-0", {"hidden": True})
