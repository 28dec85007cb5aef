"""Accounts: names, passwords, patience with guesses, sessions; the clock is the tests'."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from indexer.accounts import SESSION_S, Accounts
from indexer.errors import BadName, NameTaken, NoSuchAccount, OwnerNeeded, TooManyAttempts, WeakPassword
from tests.libraries import CHEAP_HASHER, NOW, Clock, opened_catalog

PASSWORD = "correct horse battery"
HOME, AWAY = "192.168.1.20", "203.0.113.7"


@pytest.fixture
def accounts(tmp_path: Path, clock: Clock) -> Iterator[Accounts]:
    with opened_catalog(tmp_path) as catalog:
        accounts = Accounts(catalog.people, catalog.devices, clock, CHEAP_HASHER)
        assert accounts.is_empty()
        accounts.add("Alice", PASSWORD)
        yield accounts


def is_let_in(accounts: Accounts, name: str, password: str = PASSWORD, address: str = HOME) -> bool:
    return accounts.check_password(name, password, address) is not None


def test_joining(accounts: Accounts) -> None:
    bob = accounts.add("  Bob ", PASSWORD)
    assert (bob.name, bob.is_owner) == ("Bob", False)
    assert [(person.name, person.is_owner) for person in accounts.list()] == [("Alice", True), ("Bob", False)]
    assert not accounts.is_empty()


@pytest.mark.parametrize("name", ["", "  ", "a:b", "a\nb", "a\x00", "a" * 101])
def test_names_that_cannot_be(name: str, accounts: Accounts) -> None:
    with pytest.raises(BadName):
        accounts.add(name, PASSWORD)


@pytest.mark.parametrize("name", ["Alice", "alice", " ALICE "])
def test_taken_names(name: str, accounts: Accounts) -> None:
    with pytest.raises(NameTaken):
        accounts.add(name, PASSWORD)


@pytest.mark.parametrize("password", ["", "1234567", "x" * 1025])
def test_passwords_too_short_or_long(password: str, accounts: Accounts) -> None:
    with pytest.raises(WeakPassword, match=r"8.*1,024"):
        accounts.add("Bob", password)
    with pytest.raises(WeakPassword):
        accounts.set_password("Alice", password)
    assert is_let_in(accounts, "Alice")


def test_passwords_are_kept_as_hashes(accounts: Accounts) -> None:
    found = accounts.people.find("alice")
    assert found is not None
    assert found[1].startswith("$argon2id$")


def test_who_is_let_in(accounts: Accounts) -> None:
    accounts.add("Zo\u00eb", "pässword")
    assert is_let_in(accounts, "Alice")
    assert is_let_in(accounts, "aLICE")
    assert is_let_in(accounts, "Zoe\u0308", "pässword")
    assert not is_let_in(accounts, "Alice", PASSWORD.upper())
    assert not is_let_in(accounts, "Alice", "x" * 5000)
    assert not is_let_in(accounts, "nobody")
    assert not is_let_in(accounts, "", "")


def test_a_new_password_counts_at_once(accounts: Accounts) -> None:
    assert is_let_in(accounts, "Alice")
    accounts.set_password("alice", "another password")
    assert not is_let_in(accounts, "Alice")
    assert is_let_in(accounts, "Alice", "another password")
    with pytest.raises(NoSuchAccount):
        accounts.set_password("nobody", PASSWORD)


def test_a_right_password_is_remembered_for_minutes(
    accounts: Accounts, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    verified: list[str] = []
    verify = Accounts._verify

    def counted(accounts: Accounts, stored_hash: str, password: str) -> bool:
        verified.append(password)
        return verify(accounts, stored_hash, password)

    monkeypatch.setattr(Accounts, "_verify", counted)
    for _ in range(3):
        assert is_let_in(accounts, "Alice")
    assert len(verified) == 1
    clock.now += 300
    assert is_let_in(accounts, "Alice")
    assert len(verified) == 2


def guess(accounts: Accounts, times: int, name: str = "Alice", address: str = AWAY) -> None:
    for number in range(times):
        assert not is_let_in(accounts, name, f"guess {number}", address)


def test_guesses_have_to_wait_longer_and_longer(accounts: Accounts, clock: Clock) -> None:
    guess(accounts, 5)
    waits = []
    for _ in range(10):
        with pytest.raises(TooManyAttempts) as caught:
            is_let_in(accounts, "Alice", address=AWAY)
        waits.append(caught.value.retry_after_s)
        clock.now += waits[-1]
        guess(accounts, 1)
    assert waits == sorted(waits)
    assert waits[0] <= 2
    assert waits[-1] in (300, 301)


def test_other_addresses_need_not_wait(accounts: Accounts) -> None:
    guess(accounts, 5)
    assert is_let_in(accounts, "Alice", address=HOME)


def test_guesses_at_once_are_counted_before_they_are_checked(accounts: Accounts) -> None:
    refused: list[int] = []

    def guess_once(number: int) -> None:
        try:
            assert not is_let_in(accounts, "Alice", f"guess {number}", AWAY)
        except TooManyAttempts:
            refused.append(number)

    with ThreadPoolExecutor(20) as pool:
        list(pool.map(guess_once, range(20)))
    assert len(refused) == 15


def test_few_passwords_are_hashed_at_a_time(accounts: Accounts, monkeypatch: pytest.MonkeyPatch) -> None:
    running: set[str] = set()
    most: list[int] = []

    def slow(_accounts: Accounts, _stored_hash: str, password: str) -> bool:
        running.add(password)
        most.append(len(running))
        time.sleep(0.01)
        running.remove(password)
        return False

    monkeypatch.setattr(Accounts, "_verify", slow)
    with ThreadPoolExecutor(12) as pool:
        list(pool.map(lambda number: is_let_in(accounts, f"{number}", f"guess {number}"), range(12)))
    assert max(most) <= 4


def test_many_connections_of_one_program_are_let_in(accounts: Accounts) -> None:
    with ThreadPoolExecutor(20) as pool:
        assert all(pool.map(lambda _: is_let_in(accounts, "Alice"), range(20)))


def test_who_is_in_stays_in(accounts: Accounts) -> None:
    """A mount that logs in with each request is not stopped by a guess at the same address."""
    assert is_let_in(accounts, "Alice", address=AWAY)
    guess(accounts, 5)
    assert is_let_in(accounts, "Alice", address=AWAY)


def test_being_right_is_forgiven(accounts: Accounts) -> None:
    guess(accounts, 4)
    assert is_let_in(accounts, "Alice", address=AWAY)
    guess(accounts, 4)
    assert is_let_in(accounts, "Alice", address=AWAY)


def test_sessions(accounts: Accounts, clock: Clock) -> None:
    (alice,) = accounts.list()
    secret, session = accounts.open_session(alice)
    another, other_session = accounts.open_session(alice)
    assert len({secret, another, session.csrf_token, other_session.csrf_token}) == 4
    assert accounts.find_session(secret) == session
    assert accounts.find_session("") is accounts.find_session("\udc80") is None
    accounts.close_session(another)
    accounts.close_session("unknown")
    assert accounts.find_session(another) is None
    clock.now += SESSION_S - 1
    assert accounts.find_session(secret) == session
    clock.now += 1
    assert accounts.find_session(secret) is None


def test_a_new_password_ends_sessions(accounts: Accounts) -> None:
    (alice,) = accounts.list()
    secret, _ = accounts.open_session(alice)
    accounts.set_password("Alice", PASSWORD)
    assert accounts.find_session(secret) is None


def test_a_removed_person_is_gone_with_everything_but_the_owner_goes_last(accounts: Accounts) -> None:
    bob = accounts.add("Bob", PASSWORD)
    secret, _ = accounts.open_session(bob)
    accounts.devices.add(bob.id, "TV", "sha", "ha1", NOW, is_read_only=False)
    with pytest.raises(OwnerNeeded):
        accounts.remove("Alice")
    assert is_let_in(accounts, "Bob")
    accounts.remove("BOB")
    assert not is_let_in(accounts, "Bob")
    assert accounts.find_session(secret) is None
    assert accounts.devices.list(bob.id) == ()
    with pytest.raises(NoSuchAccount):
        accounts.remove("Bob")
    accounts.remove("Alice")  # the last one may go
    assert accounts.is_empty()
