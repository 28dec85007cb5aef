"""Devices: what mounts a share, each with a password of its own that can be revoked alone.

A device password is 140 random bits, so its plain SHA-256 is safe to keep and quick to check. HTTP Digest
needs one secret more: the MD5 of name, realm and password (RFC 7616 3.4.2), bound to the exact text.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

from indexer.catalog import devices as catalog
from indexer.errors import BadName, NoSuchDevice
from indexer.model import Device, Person

REALM = "Private Photo Cloud"
LONGEST_LABEL = 100
# Crockford's base 32: no letter can be taken for another, and what is misread is forgiven.
_LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"
_FORGIVEN = str.maketrans({"o": "0", "i": "1", "l": "1", "-": None, " ": None})
_GROUPS, _GROUP_LETTERS = 7, 4
_LONGEST_TYPED = 64


@dataclass(frozen=True, slots=True)
class NewDevice:
    """A device and its password, which nobody can read again."""

    device: Device
    password: str


@dataclass(frozen=True, slots=True)
class Devices:
    """A person's devices. Safe to share between threads."""

    rows: catalog.Devices
    clock: Callable[[], float] = time.time

    def add(self, person: Person, label: str, *, is_read_only: bool = False) -> NewDevice:
        """Make a device and its password. Raises BadName, LabelTaken, TooManyDevices."""
        label = label.strip()
        if not 1 <= len(label) <= LONGEST_LABEL or not label.isprintable():
            raise BadName(f"a device's name has 1 to {LONGEST_LABEL} printable characters")
        password = new_password()
        device = self.rows.add(
            person.id,
            label,
            secret_hash(password),
            digest_ha1(person.name, password),
            self.clock(),
            is_read_only=is_read_only,
        )
        return NewDevice(device, password)

    def list(self, person: Person) -> tuple[Device, ...]:
        """The person's devices, oldest first."""
        return self.rows.list(person.id)

    def revoke(self, person: Person, device_id: int) -> None:
        """End a device: its next request is refused. Raises NoSuchDevice."""
        if not self.rows.remove(person.id, device_id):
            raise NoSuchDevice

    def revoke_label(self, person: Person, label: str) -> None:
        """End the device of this name. Raises NoSuchDevice."""
        found = [device.id for device in self.list(person) if device.label == label.strip()]
        self.revoke(person, found[0] if found else 0)


def new_password() -> str:
    """Seven groups of four letters and digits, to be read and typed by people."""
    groups = ("".join(secrets.choice(_LETTERS) for _ in range(_GROUP_LETTERS)) for _ in range(_GROUPS))
    return "-".join(groups)


def secret_hash(typed: str) -> str:
    """What is kept of a device password, however it was typed; "" when it can be none."""
    if len(typed) > _LONGEST_TYPED:
        return ""
    letters = typed.lower().translate(_FORGIVEN)
    if len(letters) != _GROUPS * _GROUP_LETTERS or not set(letters) <= set(_LETTERS):
        return ""
    return hashlib.sha256(letters.encode()).hexdigest()


def digest_ha1(name: str, password: str) -> str:
    """HA1 of RFC 7616 3.4.2, which stands for name and password in HTTP Digest."""
    return hashlib.md5(f"{name}:{REALM}:{password}".encode(), usedforsecurity=False).hexdigest()
