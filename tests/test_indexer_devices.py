"""Devices: their passwords, what is kept of them, who is let in by them and when no more."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from indexer.accounts import Accounts
from indexer.catalog import Catalog
from indexer.catalog.devices import MOST_DEVICES
from indexer.devices import REALM, Devices, digest_ha1, new_password, secret_hash
from indexer.errors import BadName, LabelTaken, NoSuchDevice, TooManyAttempts, TooManyDevices
from indexer.model import Login, Person
from indexer.throttle import FREE_BY_NAME
from tests.libraries import CHEAP_HASHER, NOW, opened_catalog

PASSWORD = "correct horse battery"


@dataclass(slots=True)
class Clock:
    now: float = NOW

    def __call__(self) -> float:
        return self.now


@dataclass(frozen=True, slots=True)
class House:
    """Alice with her account, and a clock to turn."""

    catalog: Catalog
    clock: Clock
    accounts: Accounts
    devices: Devices
    alice: Person


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with opened_catalog(tmp_path) as catalog:
        clock = Clock()
        accounts = Accounts(catalog.people, catalog.devices, clock, CHEAP_HASHER)
        alice = accounts.add("Alice", PASSWORD)
        yield House(catalog, clock, accounts, Devices(catalog.devices, clock), alice)


def test_passwords_are_long_random_and_easy_to_type() -> None:
    made = {new_password() for _ in range(200)}
    assert len(made) == 200
    assert all(re.fullmatch(r"([0-9a-hjkmnp-tv-z]{4}-){6}[0-9a-hjkmnp-tv-z]{4}", one) for one in made)
    assert 32 ** (7 * 4) > 2**128


@pytest.mark.parametrize(
    ("typed", "is_same"),
    [
        ("0123-4567-89ab-cdef-ghjk-mnpq-rstv", True),
        ("0123456789ABCDEFGHJKMNPQRSTV", True),
        ("O123 4567 89ab cdef ghjk mnpq rstv ", True),
        ("oi23-4567-89ab-cdef-ghjk-mnpq-rstv", True),
        ("0123-4567-89ab-cdef-ghjk-mnpq-rstw", False),
    ],
)
def test_misreadings_are_forgiven(typed: str, is_same: bool) -> None:
    assert (secret_hash(typed) == secret_hash("0123-4567-89ab-cdef-ghjk-mnpq-rstv")) is is_same


@pytest.mark.parametrize("typed", ["", "-", "x" * 27, "x" * 29, "é" * 28, "u" * 28, "x" * 10_000, "\0" * 28])
def test_what_can_be_no_device_password(typed: str) -> None:
    assert secret_hash(typed) == ""


def test_only_hashes_are_kept(house: House, tmp_path: Path) -> None:
    made = house.devices.add(house.alice, "TV")
    (candidate,) = house.catalog.devices.digest_logins("alice")
    ha1 = hashlib.md5(f"Alice:{REALM}:{made.password}".encode()).hexdigest()
    assert candidate.proof == ha1 == digest_ha1("Alice", made.password)
    written = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert secret_hash(made.password).encode() in written
    assert made.password.encode() not in written
    assert made.password.replace("-", "").encode() not in written


def test_labels(house: House) -> None:
    bob = house.accounts.add("Bob", PASSWORD)
    tv = house.devices.add(house.alice, "  Living room TV ").device
    assert tv.label == "Living room TV"
    with pytest.raises(LabelTaken):
        house.devices.add(house.alice, "Living room TV")
    house.devices.add(bob, "Living room TV")
    house.devices.add(house.alice, "phone", is_read_only=True)
    listed = house.devices.list(house.alice)
    assert {(one.label, one.is_read_only) for one in listed} == {("Living room TV", False), ("phone", True)}


@pytest.mark.parametrize("label", ["", "  ", "a\nb", "x" * 101, "a\x00"])
def test_labels_that_cannot_be(label: str, house: House) -> None:
    with pytest.raises(BadName):
        house.devices.add(house.alice, label)


def test_devices_have_an_end(house: House) -> None:
    for number in range(MOST_DEVICES):
        house.devices.add(house.alice, str(number))
    with pytest.raises(TooManyDevices):
        house.devices.add(house.alice, "one more")


def test_who_is_let_in(house: House) -> None:
    tv = house.devices.add(house.alice, "TV", is_read_only=True)
    assert house.accounts.check("alice", tv.password.upper()) == Login(house.alice, tv.device.id, True)
    assert house.accounts.check("alice", PASSWORD) == Login(house.alice, None, False)
    assert house.accounts.check("alice", new_password()) is None
    assert house.accounts.check_password("alice", tv.password) is None, "a device opens no browser session"
    house.accounts.add("Bob", PASSWORD)
    assert house.accounts.check("Bob", tv.password) is None


def test_a_revoked_device_is_refused_at_once(house: House) -> None:
    tv = house.devices.add(house.alice, "TV")
    bob = house.accounts.add("Bob", PASSWORD)
    assert house.accounts.check("Alice", tv.password)
    with pytest.raises(NoSuchDevice):
        house.devices.revoke(bob, tv.device.id)
    assert house.accounts.check("Alice", tv.password)
    house.devices.revoke_label(house.alice, "TV")
    assert house.accounts.check("Alice", tv.password) is None
    assert house.accounts.check_digest("Alice", lambda ha1: ha1 == digest_ha1("Alice", tv.password)) is None
    with pytest.raises(NoSuchDevice):
        house.devices.revoke(house.alice, tv.device.id)


def test_a_new_device_never_has_the_number_of_a_revoked_one(house: House) -> None:
    ids = set()
    for _ in range(5):
        tv = house.devices.add(house.alice, "TV").device
        ids.add(tv.id)
        house.devices.revoke(house.alice, tv.id)
    assert len(ids) == 5


def test_use_is_noted_once_a_minute(house: House) -> None:
    tv = house.devices.add(house.alice, "TV")
    assert house.devices.list(house.alice)[0].used_at is None
    seen = []
    for after_s in (0.0, 30.0, 59.0, 61.0, 100.0):
        house.clock.now = NOW + after_s
        assert house.accounts.check("Alice", tv.password)
        seen.append(house.devices.list(house.alice)[0].used_at)
    assert seen == [NOW, NOW, NOW, NOW + 61, NOW + 61]


def test_digest_finds_the_device(house: House) -> None:
    house.devices.add(house.alice, "TV")
    phone = house.devices.add(house.alice, "phone", is_read_only=True)
    wanted = digest_ha1("Alice", phone.password)
    found = house.accounts.check_digest("ALICE", lambda ha1: ha1 == wanted)
    assert found == Login(house.alice, phone.device.id, True)
    assert house.accounts.check_digest("nobody", lambda ha1: ha1 == wanted) is None


def test_guesses_by_digest_are_throttled_but_devices_stay_in(house: House) -> None:
    tv = house.devices.add(house.alice, "TV")
    for _ in range(FREE_BY_NAME):
        assert house.accounts.check_digest("Alice", lambda _: False, "10.0.0.9") is None
    with pytest.raises(TooManyAttempts):
        house.accounts.check_digest("Alice", lambda _: False, "10.0.0.9")
    with pytest.raises(TooManyAttempts):
        house.accounts.check("Alice", new_password(), "10.0.0.9")
    assert house.accounts.check("Alice", tv.password, "10.0.0.9")


def test_the_decoy_of_digest_lets_nobody_in(house: House) -> None:
    assert house.accounts.check_digest("Alice", lambda _: True) is None
