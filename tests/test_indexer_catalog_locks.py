"""Locks as rows: who may lock what, until when, and what a lock that ran out takes along."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from indexer.catalog import Catalog
from indexer.model import Lock
from tests.libraries import NOW, add_person, arrival, digest, opened_catalog

ALICE, BOB = 1, 2
LOCK = Lock("token", "/Upload/a.jpg", "<owner/>", "0", "exclusive", 100.0, NOW + 100)
LATER = NOW + 1000


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    with opened_catalog(tmp_path) as catalog:
        assert (add_person(catalog), add_person(catalog, "bob")) == (ALICE, BOB)
        yield catalog


def test_a_lock_until_it_expires(catalog: Catalog) -> None:
    assert catalog.locks.add(ALICE, LOCK, NOW) == ()
    assert catalog.locks.around(ALICE, "/Upload/a.jpg", NOW + 99) == (LOCK,)
    assert catalog.locks.around(ALICE, "/Upload/a.jpg", NOW + 100) == ()
    assert catalog.locks.around(BOB, "/Upload/a.jpg", NOW) == ()


@pytest.mark.parametrize(
    ("held", "wanted", "is_granted"),
    [
        ("exclusive", "exclusive", False),
        ("exclusive", "shared", False),
        ("shared", "exclusive", False),
        ("shared", "shared", True),
    ],
)
def test_who_may_lock_too(held: str, wanted: str, is_granted: bool, catalog: Catalog) -> None:
    first, second = replace(LOCK, scope=held), replace(LOCK, token="second", scope=wanted)
    assert catalog.locks.add(ALICE, first, NOW) == ()
    assert catalog.locks.add(ALICE, second, NOW) == (() if is_granted else (first,))
    assert catalog.locks.add(ALICE, replace(second, token="third", root="/Upload/b.jpg"), NOW) == ()
    assert catalog.locks.add(BOB, replace(second, token="fourth"), NOW) == ()
    assert catalog.locks.add(ALICE, replace(second, token="fifth"), LATER) == ()


@pytest.mark.parametrize(
    ("held", "depth", "wanted", "wanted_depth", "is_granted"),
    [
        ("/Upload/A", "infinity", "/Upload/A/b/c.jpg", "0", False),
        ("/Upload/A", "0", "/Upload/A/b/c.jpg", "0", True),
        ("/Upload/A/b/c.jpg", "0", "/Upload/A", "infinity", False),
        ("/Upload/A/b/c.jpg", "0", "/Upload/A", "0", True),
        ("/Upload/A", "infinity", "/Upload/A0", "infinity", True),
        ("/Upload/A_", "infinity", "/Upload/Ab/c.jpg", "0", True),
    ],
)
def test_locks_reach_down_and_are_met_from_above(
    held: str, depth: str, wanted: str, wanted_depth: str, is_granted: bool, catalog: Catalog
) -> None:
    first = replace(LOCK, root=held, depth=depth)
    catalog.locks.add(ALICE, first, NOW)
    second = replace(LOCK, token="second", root=wanted, depth=wanted_depth)
    assert catalog.locks.add(ALICE, second, NOW) == (() if is_granted else (first,))


def test_refreshing(catalog: Catalog) -> None:
    catalog.locks.add(ALICE, LOCK, NOW)
    refreshed = catalog.locks.refresh(ALICE, "token", 50, NOW + 90)
    assert refreshed == replace(LOCK, timeout_s=50, expires_at=NOW + 140)
    assert catalog.locks.refresh(BOB, "token", 50, NOW + 90) is None
    assert catalog.locks.refresh(ALICE, "token", 50, LATER) is None


def test_removing(catalog: Catalog) -> None:
    catalog.locks.add(ALICE, LOCK, NOW)
    assert [catalog.locks.remove(who, "token", "/Upload") for who in (BOB, ALICE, ALICE)] == [
        False,
        True,
        False,
    ]


def test_locks_on_and_below_a_path(catalog: Catalog) -> None:
    for root in (
        "/Upload",
        "/Upload/A",
        "/Upload/A/a",
        "/Upload/A/B/b",
        "/Upload/A0",
        "/Upload/A-",
        "/Upload/a",
    ):
        catalog.locks.add(ALICE, replace(LOCK, token=root, root=root), NOW)

    def found(root: str, *, below: bool) -> set[str]:
        return {lock.token for lock in catalog.locks.around(ALICE, root, NOW, below=below)}

    inside = {"/Upload/A/a", "/Upload/A/B/b"}
    assert found("/Upload/A", below=False) == {"/Upload/A"}
    assert found("/Upload/A", below=True) == {"/Upload/A"} | inside
    catalog.locks.remove_below(ALICE, "/Upload/A")
    assert found("/Upload", below=True) == {"/Upload", "/Upload/A0", "/Upload/A-", "/Upload/a"}
    assert catalog.locks.around(ALICE, "/Upload", LATER, below=True) == ()


def test_a_placeholder_ends_with_its_lock(catalog: Catalog) -> None:
    catalog.entries.make_folder(ALICE, "Höhe", NOW)
    for path in ("Höhe/new.jpg", "kept.jpg"):
        catalog.entries.place_placeholder(ALICE, path, NOW, NOW)
    catalog.arrivals.record(arrival(ALICE, "real.jpg"))
    catalog.locks.add(ALICE, replace(LOCK, token="1", root="/Upload/Ho\u0308he/new.jpg"), NOW)
    catalog.locks.add(ALICE, replace(LOCK, token="2", root="/Upload/real.jpg"), NOW)
    catalog.locks.add(ALICE, replace(LOCK, token="3", root="/Upload/kept.jpg", expires_at=LATER + 1), NOW)
    catalog.locks.expire("/Upload", LATER)
    assert catalog.entries.get(ALICE, "Höhe/new.jpg") is None
    assert catalog.entries.get(ALICE, "real.jpg") is not None
    assert catalog.entries.get(ALICE, "kept.jpg") is not None
    assert [lock.token for lock in catalog.locks.around(ALICE, "/Upload", NOW, below=True)] == ["3"]


def test_the_version_behind_a_placeholder_comes_back(catalog: Catalog) -> None:
    catalog.arrivals.record(arrival(ALICE, "a.jpg"))
    catalog.entries.place_placeholder(ALICE, "a.jpg", NOW, NOW)
    catalog.locks.add(ALICE, LOCK, NOW)
    catalog.locks.expire("/Upload", LATER)
    entry = catalog.entries.get(ALICE, "a.jpg")
    assert entry is not None
    assert entry.sha256 == digest("a.jpg")


def test_unlocking_without_data_brings_the_version_back(catalog: Catalog) -> None:
    """Finder empties a file, locks it, sends data, and unlocks even when the data was refused."""
    catalog.arrivals.record(arrival(ALICE, "a.jpg"))
    for path in ("a.jpg", "new.jpg"):
        catalog.entries.place_placeholder(ALICE, path, NOW, NOW)
        catalog.locks.add(ALICE, replace(LOCK, token=path, root=f"/Upload/{path}"), NOW)
        catalog.locks.remove(ALICE, path, "/Upload")
    found = [catalog.entries.get(ALICE, path) for path in ("a.jpg", "new.jpg")]
    assert [entry and entry.sha256 for entry in found] == [digest("a.jpg"), None]
    assert found[1] is not None, "a file that its owner made empty stays"


def test_a_placeholder_that_is_locked_again_stays(catalog: Catalog) -> None:
    """A client that lost its lock in a pause takes a new one before the old one is swept."""
    catalog.entries.place_placeholder(ALICE, "a.jpg", NOW, NOW)
    catalog.locks.add(ALICE, LOCK, NOW)
    assert catalog.locks.add(ALICE, replace(LOCK, token="new", expires_at=LATER + 100), LATER) == ()
    catalog.locks.expire("/Upload", LATER)
    assert catalog.entries.get(ALICE, "a.jpg") is not None
    catalog.locks.expire("/Upload", LATER + 100)
    assert catalog.entries.get(ALICE, "a.jpg") is None
