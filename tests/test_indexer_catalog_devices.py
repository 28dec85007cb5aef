"""Devices as rows: what a login is compared with, in one question."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from indexer.catalog import Catalog
from indexer.errors import LabelTaken
from indexer.model import Login
from tests.libraries import NOW, opened_catalog


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    with opened_catalog(tmp_path) as catalog:
        yield catalog


def test_one_question_for_device_or_account(catalog: Catalog) -> None:
    alice = catalog.people.add("Alice", "alice", "argon", NOW)
    tv = catalog.devices.add(alice.id, "TV", "sha", "ha1", NOW, is_read_only=True)
    by_device = catalog.devices.find_login("alice", "sha")
    by_account = catalog.devices.find_login("alice", "another")
    assert by_device is not None
    assert by_account is not None
    assert by_device.login == Login(alice, tv.id, True)
    assert (by_account.login, by_account.proof) == (Login(alice), "argon")
    assert catalog.devices.find_login("bob", "sha") is None


def test_a_device_belongs_to_one_person(catalog: Catalog) -> None:
    alice = catalog.people.add("Alice", "alice", "argon", NOW)
    bob = catalog.people.add("Bob", "bob", "argon", NOW)
    tv = catalog.devices.add(alice.id, "TV", "sha", "ha1", NOW, is_read_only=False)
    assert catalog.devices.list(bob.id) == ()
    assert not catalog.devices.remove(bob.id, tv.id)
    with pytest.raises(LabelTaken):
        catalog.devices.add(alice.id, "TV", "sha2", "ha2", NOW, is_read_only=False)
    catalog.devices.note_use(tv.id, NOW + 5)
    assert [one.used_at for one in catalog.devices.list(alice.id)] == [NOW + 5]
    assert catalog.devices.remove(alice.id, tv.id)
    assert catalog.devices.list(alice.id) == ()
