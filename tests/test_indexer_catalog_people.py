"""Accounts and sessions as rows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from indexer.catalog import Catalog
from indexer.catalog.people import People
from indexer.errors import NameTaken
from indexer.model import Person, Session
from tests.libraries import NOW, opened_catalog


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    with opened_catalog(tmp_path) as catalog:
        yield catalog


@pytest.fixture
def people(catalog: Catalog) -> People:
    return catalog.people


def test_the_first_is_the_owner(people: People) -> None:
    assert people.is_empty()
    alice = people.add("Alice", "alice", "hash", NOW)
    bob = people.add("Bob", "bob", "hash", NOW)
    assert (alice.is_owner, bob.is_owner) == (True, False)
    assert people.list() == (alice, bob)
    assert not people.is_empty()


def test_a_name_is_given_once(people: People) -> None:
    alice = people.add("Alice", "alice", "hash", NOW)
    with pytest.raises(NameTaken):
        people.add("ALICE", "alice", "another", NOW)
    assert people.find("alice") == (alice, "hash")


def test_finding(people: People) -> None:
    alice = people.add("Alice", "alice", "hash", NOW)
    assert people.find("alice") == (Person(alice.id, "Alice", True), "hash")
    assert people.find("Alice") is None


def test_sessions_until_they_expire(people: People) -> None:
    alice = people.add("Alice", "alice", "hash", NOW)
    people.open_session("secret", alice.id, "token", NOW + 100, NOW)
    assert people.find_session("secret", NOW + 99) == Session(alice, "token")
    assert people.find_session("secret", NOW + 100) is None
    assert people.find_session("another", NOW) is None


def test_closing_ends_one_session_and_a_new_password_all(people: People) -> None:
    alice, bob = people.add("Alice", "alice", "hash", NOW), people.add("Bob", "bob", "hash", NOW)
    for secret, person in (("a1", alice), ("a2", alice), ("a3", alice), ("b", bob)):
        people.open_session(secret, person.id, "token", NOW + 100, NOW)
    people.close_session("a1")
    people.close_session("unknown")
    assert [bool(people.find_session(secret, NOW)) for secret in ("a1", "a2", "a3", "b")] == [
        False,
        True,
        True,
        True,
    ]
    people.set_password_hash(alice.id, "new")
    assert [bool(people.find_session(secret, NOW)) for secret in ("a2", "a3", "b")] == [False, False, True]
    assert people.find("alice") == (alice, "new")


def test_a_new_session_clears_away_expired_ones(people: People) -> None:
    alice = people.add("Alice", "alice", "hash", NOW)
    people.open_session("old", alice.id, "token", NOW + 1, NOW)
    people.open_session("new", alice.id, "token", NOW + 100, NOW + 2)
    assert people.find_session("old", NOW) is None
