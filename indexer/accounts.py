"""Accounts and browser sessions: who may ask. Passwords are kept as argon2id hashes."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
import time
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from indexer.catalog.people import People
from indexer.errors import BadName, WeakPassword
from indexer.model import Person, Session
from indexer.throttle import Throttle

# Where whoever has checked a request leaves its person, for every face behind.
PERSON_KEY = "photocloud.person"
SHORTEST_PASSWORD = 8
LONGEST_PASSWORD = 1024
SESSION_S = 30 * 24 * 3600
_REMEMBER_S = 300.0
_MOST_REMEMBERED = 1000
_LONGEST_NAME = 100
# Each hash takes 64 MiB for its while.
_MOST_HASHING = 2


@dataclass(slots=True)
class Accounts:
    """People, their passwords and their browser sessions. Safe to share between threads.

    ``hasher`` says what a guess at a password costs.
    """

    people: People
    clock: Callable[[], float] = time.time
    hasher: PasswordHasher = field(default_factory=PasswordHasher)
    _throttle: Throttle = field(init=False)
    _hashing: threading.BoundedSemaphore = field(
        default_factory=lambda: threading.BoundedSemaphore(_MOST_HASHING), init=False
    )
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)
    _salt: bytes = field(default_factory=lambda: secrets.token_bytes(32), init=False)
    _verified: dict[bytes, tuple[Person, str, float]] = field(default_factory=dict, init=False)
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

    def set_password(self, name: str, password: str) -> bool:
        """Replace a password and end the person's browser sessions; False for an unknown name."""
        found = self.people.find(_key(name))
        if found is None:
            return False
        self.people.set_password_hash(found[0].id, self._hash(password))
        return True

    def check_password(self, name: str, password: str, address: str = "") -> Person | None:
        """The person, or None when name or password is wrong (in the same time).

        A correct password is remembered for five minutes, because shares send it with each request,
        but never across a change of the password. ``address`` is the client's: after some failures for
        one name from one address, or many from one address, TooManyAttempts is raised for a growing while.
        """
        found = self.people.find(_key(name))
        person, stored_hash = found if found else (None, self._decoy_hash)
        fingerprint = self._fingerprint(name, password)
        if person and self._remembers(fingerprint, stored_hash):
            return person
        with self._hashing:
            # A program that comes with many connections at once is checked once.
            if person and self._remembers(fingerprint, stored_hash):
                return person
            who = _key(name)[:_LONGEST_NAME], address
            self._throttle.enter(*who)
            is_right = self._verify(stored_hash, password)
            if person is None or not is_right:
                return None
            self._throttle.forgive(*who)
            self._remember(fingerprint, person, stored_hash)
            return person

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
        return bool(remembered and remembered[1] == stored_hash and remembered[2] > self.clock())

    def _remember(self, fingerprint: bytes, person: Person, stored_hash: str) -> None:
        with self._lock:
            if len(self._verified) >= _MOST_REMEMBERED:
                self._verified.clear()
            self._verified[fingerprint] = (person, stored_hash, self.clock() + _REMEMBER_S)


def _key(name: str) -> str:
    return unicodedata.normalize("NFC", name.strip()).casefold()


def _hash_secret(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
