"""Days that must be looked at again: none is forgotten, whatever happens meanwhile."""

from __future__ import annotations

from indexer.catalog import stale_days
from tests.libraries import Home, add_person, index
from tests.photos import Shot, jpeg

DAY = "2024-05-17"


def test_what_is_indexed_makes_its_day_stale(home: Home) -> None:
    home.bring("IMG_1.JPG", jpeg(Shot()))
    index(home.catalog, {"IMG_1.JPG": f"{DAY}T18:30:01"})
    assert home.catalog.stale_days.people() == (home.alice,)
    assert set(home.catalog.stale_days.of(home.alice)) == {DAY, "unknown"}


def test_a_day_that_changes_while_it_is_looked_at_stays_stale(home: Home) -> None:
    database = home.catalog._database
    with database.write() as connection:
        stale_days.mark(connection, home.alice, [DAY, "2024-05-18"])
    seen = home.catalog.stale_days.of(home.alice)
    with database.write() as connection:
        stale_days.mark(connection, home.alice, [DAY])
        stale_days.settle(connection, home.alice, seen)
    assert list(home.catalog.stale_days.of(home.alice)) == [DAY]


def test_days_are_those_of_one_person(home: Home) -> None:
    bob = add_person(home.catalog, "bob")
    with home.catalog._database.write() as connection:
        stale_days.mark(connection, home.alice, [DAY])
        stale_days.settle(connection, bob, {DAY: 1})
    assert home.catalog.stale_days.of(bob) == {}
    assert home.catalog.stale_days.of(home.alice) == {DAY: 1}
