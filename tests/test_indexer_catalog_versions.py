"""A library's version: grows with each change of its answers, and with nobody else's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from indexer.catalog import Catalog
from tests.libraries import NOW, add_person, arrival, index, opened_catalog


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    with opened_catalog(tmp_path) as catalog:
        yield catalog


def test_it_grows(catalog: Catalog) -> None:
    alice = add_person(catalog)
    versions = [catalog.items.version(alice)]
    for change in (
        lambda: catalog.arrivals.record(arrival(alice, "a.jpg")),
        lambda: catalog.arrivals.record(arrival(alice, "a.jpg")),
        lambda: index(catalog, {"a.jpg": "2024-05-17T18:30:01"}),
    ):
        change()
        versions.append(catalog.items.version(alice))
    assert versions == sorted(set(versions))


def test_nothing_else_moves_it(catalog: Catalog) -> None:
    alice, bob = add_person(catalog), add_person(catalog, "bob")
    before = catalog.items.version(bob)
    catalog.arrivals.record(arrival(alice, "a.jpg"))
    index(catalog, {})
    catalog.entries.make_folder(bob, "DCIM", NOW)
    assert catalog.items.version(bob) == before


def test_of_nobody(catalog: Catalog) -> None:
    assert catalog.items.version(99) == 0
