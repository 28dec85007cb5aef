"""Who may ask: accounts with their passwords (kept as argon2id hashes), devices, browser sessions.

Every answer is asked of the catalog, so that what another process has changed or revoked holds at once;
only the costly hash of an account's password is remembered, never the password.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
import time
import unicodedata
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from indexer.catalog.devices import Candidate, Devices
from indexer.catalog.people import People
from indexer.devices import secret_hash
from indexer.errors import BadName, NoRoom, NoSuchAccount, WeakPassword
from indexer.model import Login, Person, Session
from indexer.throttle import Throttle

# Where whoever has checked a request leaves the Login that it found, for every face behind.
LOGIN_KEY = "photocloud.login"
SHORTEST_PASSWORD = 8
LONGEST_PASSWORD = 1024
SESSION_S = 30 * 24 * 3600
_REMEMBER_S = 300.0
_MOST_REMEMBERED = 1000
_LONGEST_NAME = 100
_NOTE_USE_EVERY_S = 60.0
_DECOY_HA1 = "0" * 32
# Each hash takes 64 MiB for its while.
_MOST_HASHING = 2


@dataclass(slots=True)
class Accounts:
    """People, their passwords and their browser sessions. Safe to share between threads.

    ``hasher`` says what a guess at a password costs.
    """

    people: People
    devices: Devices
    clock: Callable[[], float] = time.time
    hasher: PasswordHasher = field(default_factory=PasswordHasher)
    _throttle: Throttle = field(init=False)
    _hashing: threading.BoundedSemaphore = field(
        default_factory=lambda: threading.BoundedSemaphore(_MOST_HASHING), init=False
    )
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)
    _salt: bytes = field(default_factory=lambda: secrets.token_bytes(32), init=False)
    _verified: dict[bytes, tuple[str, float]] = field(default_factory=dict, init=False)
    _noted: dict[int, float] = field(default_factory=dict, init=False)
    _decoy_hash: str = field(init=False)

    def __post_init__(self) -> None:
        self._throttle = Throttle(self.clock)
        self._decoy_hash = self.hasher.hash(secrets.token_hex(16))

    def is_empty(self) -> bool:
        """True until the first account (the owner's) exists."""
        return self.people.is_empty()

    def list(self) -> tuple[Person, ...]:
        """Everybody, in the order of joining."""
        return self.people.list()

    def add(self, name: str, password: str) -> Person:
        """Create an account; the first is the owner. Raises NameTaken, WeakPassword, BadName."""
        name = name.strip()
        if not name or len(name) > _LONGEST_NAME or ":" in name or not name.isprintable():
            raise BadName("an account name has 1 to 100 printable characters and no colon")
        return self.people.add(name, _key(name), self._hash(password), self.clock())

    def find(self, name: str) -> Person | None:
        """The person of this name, in any case of its letters."""
        found = self.people.find(_key(name))
        return found[0] if found else None

    def require(self, name: str) -> Person:
        """As `find`; raises NoSuchAccount."""
        person = self.find(name)
        if person is None:
            raise NoSuchAccount(name)
        return person

    def remove(self, name: str) -> None:
        """Remove a person with library, devices and sessions; the originals stay on the disk.

        Raises NoSuchAccount, OwnerNeeded. No server may run meanwhile: a new account may get
        the number of the removed one, which a running server would take for the same person.
        """
        self.people.remove(self.require(name).id)

    def set_password(self, name: str, password: str) -> None:
        """Replace a password and end the person's browser sessions. Raises NoSuchAccount, WeakPassword."""
        person = self.require(name)
        self.people.set_password_hash(person.id, self._hash(password))

    def check(self, name: str, password: str, address: str = "") -> Login | None:
        """As `check_password`, with the account's password or a device's."""
        found = self.devices.find_login(_key(name), secret_hash(password))
        if found and found.login.device_id is not None:
            return self._used(found)
        return self._check_account(found, name, password, address)

    def check_password(self, name: str, password: str, address: str = "") -> Person | None:
        """The person, or None when name or password is wrong (in the same time).

        A correct password is remembered for five minutes, because shares send it with each request,
        but never across a change of the password. ``address`` is the client's: after some failures for
        one name from one address, or many from one address, TooManyAttempts is raised for a growing while.
        """
        found = self.devices.find_login(_key(name), "")
        login = self._check_account(found, name, password, address)
        return login.person if login else None

    def check_digest(self, name: str, is_right: Callable[[str], bool], address: str = "") -> Login | None:
        """The device of this name whose HA1 ``is_right``; None, counted as a failure, when there is none.

        Raises TooManyAttempts. Accounts' own passwords cannot be used with HTTP Digest.
        """
        candidates = self.devices.digest_logins(_key(name))
        # All are tried, and one that can never be right, so that the time does not tell which there are.
        tried = [(is_right(candidate.proof), candidate) for candidate in candidates]
        is_right(_DECOY_HA1)
        for fits, candidate in tried:
            if fits:
                return self._used(candidate)
        self._throttle.enter(_key(name)[:_LONGEST_NAME], address)
        return None

    def _check_account(self, found: Candidate | None, name: str, password: str, address: str) -> Login | None:
        stored_hash = found.proof if found else self._decoy_hash
        fingerprint = self._fingerprint(name, password)
        if found and self._remembers(fingerprint, stored_hash):
            return found.login
        with self._hashing:
            # A program that comes with many connections at once is checked once.
            if found and self._remembers(fingerprint, stored_hash):
                return found.login
            who = _key(name)[:_LONGEST_NAME], address
            self._throttle.enter(*who)
            is_right = self._verify(stored_hash, password)
            if found is None or not is_right:
                return None
            self._throttle.forgive(*who)
            self._remember(fingerprint, stored_hash)
            return found.login

    def _used(self, found: Candidate) -> Login:
        """Note the device's use, at most about once a minute."""
        device_id, now = found.login.device_id, self.clock()
        if device_id is None or (found.used_at or 0) > now - _NOTE_USE_EVERY_S:
            return found.login
        with self._lock:
            if self._noted.get(device_id, 0) > now - _NOTE_USE_EVERY_S:
                return found.login
            self._noted[device_id] = now
        with suppress(NoRoom):  # a full disk must still let people look
            self.devices.note_use(device_id, now)
        return found.login

    def open_session(self, person: Person) -> tuple[str, Session]:
        """Start a browser session: the secret for its cookie, and the session."""
        secret, csrf_token, now = secrets.token_urlsafe(32), secrets.token_urlsafe(32), self.clock()
        self.people.open_session(_hash_secret(secret), person.id, csrf_token, now + SESSION_S, now)
        return secret, Session(person, csrf_token)

    def find_session(self, secret: str) -> Session | None:
        """The live session of this cookie secret."""
        return self.people.find_session(_hash_secret(secret), self.clock())

    def close_session(self, secret: str) -> None:
        """Log out; an unknown secret is not an error."""
        self.people.close_session(_hash_secret(secret))

    def _hash(self, password: str) -> str:
        if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
            raise WeakPassword(SHORTEST_PASSWORD, LONGEST_PASSWORD)
        with self._hashing:
            return self.hasher.hash(password)

    def _verify(self, stored_hash: str, password: str) -> bool:
        try:
            return self.hasher.verify(stored_hash, password[: LONGEST_PASSWORD + 1])
        except VerificationError:
            return False

    def _fingerprint(self, name: str, password: str) -> bytes:
        return hmac.digest(self._salt, f"{_key(name)}\0{password}".encode("utf-8", "surrogatepass"), "sha256")

    def _remembers(self, fingerprint: bytes, stored_hash: str) -> bool:
        with self._lock:
            remembered = self._verified.get(fingerprint)
        return bool(remembered and remembered[0] == stored_hash and remembered[1] > self.clock())

    def _remember(self, fingerprint: bytes, stored_hash: str) -> None:
        with self._lock:
            if len(self._verified) >= _MOST_REMEMBERED:
                self._verified.clear()
            self._verified[fingerprint] = (stored_hash, self.clock() + _REMEMBER_S)


def _key(name: str) -> str:
    return unicodedata.normalize("NFC", name.strip()).casefold()


def _hash_secret(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
