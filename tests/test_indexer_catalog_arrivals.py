"""Recording what came in: one transaction for original, item, upload, entry and job, or nothing."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from indexer.catalog import Catalog, open_catalog
from indexer.errors import NameOccupied, NoSuchEntry
from indexer.knowledge import Metadata
from indexer.model import Failure, Queue, Tally
from tests.libraries import NOW, add_person, arrival, digest, index, opened_catalog

ALICE, BOB = 1, 2
SHA256 = digest("a.jpg")


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    with opened_catalog(tmp_path) as catalog:
        assert (add_person(catalog), add_person(catalog, "bob")) == (ALICE, BOB)
        yield catalog


def state(catalog: Catalog, person_id: int = ALICE) -> tuple[Any, ...]:
    """All that an arrival may change for a person."""
    entries = tuple(entry.path for entry in catalog.entries.children(person_id, ""))
    items = catalog.items
    return entries, items.tally(person_id), catalog.jobs.queue(person_id), items.version(person_id)


def test_the_first_time(catalog: Catalog) -> None:
    assert catalog.arrivals.record(arrival(ALICE, "a.jpg")) == catalog.entries.get(ALICE, "a.jpg")
    entries, tally, queue, _ = state(catalog)
    assert (entries, tally, queue) == (("a.jpg",), (Tally(1, 100), Tally(0, 0)), Queue(1, 0, 0))
    assert catalog.arrivals.is_recorded(SHA256)
    assert catalog.arrivals.originals() == ((SHA256, 100),)


def test_again_under_another_name(catalog: Catalog) -> None:
    catalog.arrivals.record(arrival(ALICE, "a.jpg"))
    index(catalog, {"a.jpg": "2024-05-17T12:00:00"})
    assert catalog.arrivals.record(arrival(ALICE, "b.jpg", sha256=SHA256)).path == "b.jpg"
    entries, tally, queue, _ = state(catalog)
    assert (entries, tally, queue) == (("a.jpg", "b.jpg"), (Tally(1, 100), Tally(1, 100)), Queue(0, 0, 0))
    assert catalog.arrivals.names_of(SHA256) == ("b.jpg", "a.jpg")
    item = catalog.items.get(ALICE, SHA256)
    assert item is not None
    assert item.name == "a.jpg"


def test_what_failed_is_tried_again_when_its_bytes_come_again(catalog: Catalog) -> None:
    catalog.arrivals.record(arrival(ALICE, "a.jpg"))
    index(catalog, {}, Failure("original", "It is missing."))
    assert catalog.jobs.queue(ALICE) == Queue(0, 0, 1)
    catalog.arrivals.record(arrival(ALICE, "b.jpg", sha256=SHA256))
    assert catalog.jobs.queue(ALICE) == Queue(1, 0, 0)


def test_for_another_person_it_is_new(catalog: Catalog) -> None:
    catalog.arrivals.record(arrival(ALICE, "a.jpg"))
    before = state(catalog)
    catalog.arrivals.record(arrival(BOB, "a.jpg"))
    assert state(catalog) == before
    assert state(catalog, BOB)[:3] == before[:3]
    assert len(catalog.arrivals.originals()) == 1


@pytest.mark.parametrize(("path", "error"), [("gone/a.jpg", NoSuchEntry), ("folder", NameOccupied)])
def test_nothing_when_the_name_cannot_be(path: str, error: type[Exception], catalog: Catalog) -> None:
    catalog.entries.make_folder(ALICE, "folder", NOW)
    before = state(catalog)
    for record in (catalog.arrivals.record, catalog.arrivals.record_junk):
        with pytest.raises(error):
            record(arrival(ALICE, path, sha256=SHA256))
    assert state(catalog) == before
    assert not catalog.arrivals.is_recorded(SHA256)


def test_nothing_when_the_last_statement_fails(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_args: object) -> None:
        raise sa.exc.OperationalError("commit", {}, Exception("disk I/O error"))

    before = state(catalog)
    for part in ("indexer.catalog.jobs.enqueue", "indexer.catalog.arrivals.bump"):
        monkeypatch.setattr(part, fail)
        with pytest.raises(sa.exc.OperationalError):
            catalog.arrivals.record(arrival(ALICE, "a.jpg"))
        monkeypatch.undo()
        assert state(catalog) == before
    assert not catalog.arrivals.is_recorded(SHA256)


def test_junk_is_an_entry_and_nothing_else(catalog: Catalog) -> None:
    catalog.arrivals.record_junk(arrival(ALICE, ".DS_Store"))
    entries, (held, again), queue, _ = state(catalog)
    assert (entries, held.count, again.count, queue) == ((".DS_Store",), 0, 0, Queue(0, 0, 0))
    assert catalog.arrivals.originals() == ()
    assert catalog.arrivals.is_recorded(digest(".DS_Store"), as_junk=True)


def test_only_what_no_row_needs_is_forgotten(catalog: Catalog) -> None:
    catalog.arrivals.record(arrival(ALICE, "a.jpg"))
    catalog.arrivals.record_junk(arrival(ALICE, "b.part"))
    forgotten: list[str] = []
    for sha256 in (SHA256, digest("b.part")):
        for as_junk in (False, True):
            forget = functools.partial(forgotten.append, f"{sha256} {as_junk}")
            catalog.arrivals.unless_recorded(sha256, forget, as_junk=as_junk)
    assert forgotten == [f"{SHA256} True", f"{digest('b.part')} False"]


def test_adopting_needs_the_very_bytes(catalog: Catalog) -> None:
    """Whoever renames junk may meet somebody who has put another file there in between."""
    catalog.arrivals.record_junk(arrival(ALICE, "a.part"))
    catalog.entries.move(ALICE, "a.part", "a.jpg")
    with pytest.raises(NoSuchEntry):
        catalog.arrivals.record_adopted(arrival(ALICE, "a.jpg", sha256=digest("other")))
    adopted = catalog.arrivals.record_adopted(arrival(ALICE, "a.jpg", sha256=digest("a.part")))
    assert (adopted.is_junk, adopted.sha256) == (False, digest("a.part"))


@pytest.mark.parametrize(("client_mtime", "mtime"), [(None, NOW), (5.5, 5.5)])
def test_the_time_of_the_entry(client_mtime: float | None, mtime: float, catalog: Catalog) -> None:
    catalog.arrivals.record(arrival(ALICE, "a.jpg", client_mtime=client_mtime))
    entry = catalog.entries.get(ALICE, "a.jpg")
    assert entry is not None
    assert (entry.mtime, catalog.items.client_mtime(ALICE, SHA256)) == (mtime, client_mtime)


@pytest.mark.parametrize(
    ("known", "offered", "kept", "asked"),
    [(None, 5.0, 5.0, 1), (9.0, 5.0, 5.0, 1), (5.0, 9.0, 9.0, 1)],
)
def test_an_item_that_stayed_undated_takes_another_time(
    known: float | None, offered: float, kept: float, asked: int, catalog: Catalog
) -> None:
    catalog.arrivals.record(arrival(ALICE, "a.jpg", client_mtime=known))
    index(catalog, {})
    catalog.arrivals.annotate(ALICE, "a.jpg", {}, offered, NOW)
    assert catalog.items.client_mtime(ALICE, SHA256) == kept
    assert catalog.jobs.queue(ALICE).pending == asked


def test_a_time_that_may_still_be_believed_is_not_replaced(catalog: Catalog) -> None:
    """A copy with the time of an unset clock must not take away the first one's."""
    catalog.arrivals.record(arrival(ALICE, "a.jpg", client_mtime=9.0))
    catalog.arrivals.record(arrival(ALICE, "b.jpg", sha256=SHA256, client_mtime=5.0))
    assert catalog.items.client_mtime(ALICE, SHA256) == 9.0


def test_a_dated_item_needs_no_time(catalog: Catalog) -> None:
    catalog.arrivals.record(arrival(ALICE, "a.jpg"))
    index(catalog, {"a.jpg": "2024-05-17T12:00:00"})
    catalog.arrivals.annotate(ALICE, "a.jpg", {}, 5.0, NOW)
    assert catalog.jobs.queue(ALICE) == Queue(0, 0, 0)


def test_a_second_copy_may_bring_the_time(catalog: Catalog) -> None:
    catalog.arrivals.record(arrival(ALICE, "a.jpg"))
    index(catalog, {})
    catalog.arrivals.record(arrival(ALICE, "b.jpg", sha256=SHA256, client_mtime=7.0))
    (job,) = catalog.jobs.claim(1, 60, NOW)
    assert catalog.items.client_mtime(ALICE, SHA256) == 7.0
    assert catalog.jobs.finish(job, Metadata(), None)


def test_it_is_durable_on_return(catalog: Catalog, tmp_path: Path) -> None:
    catalog.arrivals.record(arrival(ALICE, "a.jpg"))
    another = open_catalog(f"sqlite:///{tmp_path / 'catalog.sqlite3'}")
    assert another.arrivals.is_recorded(SHA256)
    another.close()
