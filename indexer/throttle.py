"""Patience with wrong logins: strict with one name from one address, softer with an address as a whole.

Behind a proxy everybody has one address, so what is counted there must not let one stale password
lock the household out; and a guess at somebody's name elsewhere must not lock its owner out at home.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from indexer.errors import TooManyAttempts

FREE_BY_NAME = 5
FREE_BY_ADDRESS = 50
LONGEST_WAIT_S = 300.0
FORGET_AFTER_S = 900.0
# A mount that tries a stale password for days is never quiet; at an address its tries must not add up.
_FORGOTTEN_PER_S = FREE_BY_ADDRESS / FORGET_AFTER_S
_MOST_KEPT = 10_000


@dataclass(slots=True)
class _Failures:
    free: int
    forgotten_per_s: float
    count: float = 0.0
    last_at: float = 0.0

    def count_at(self, now: float) -> float:
        """What is not forgotten yet; after a quiet time everything is."""
        quiet_s = now - self.last_at
        return 0.0 if quiet_s >= FORGET_AFTER_S else max(0.0, self.count - quiet_s * self.forgotten_per_s)

    def wait_s(self, now: float) -> float:
        """How long the next attempt has to wait still; not positive when it need not."""
        # The waiting itself must not shorten the wait: what counts is how many there were.
        excess = self.count - self.free
        return self.last_at + min(2.0**excess, LONGEST_WAIT_S) - now if excess >= 0 else 0.0

    def add(self, now: float) -> None:
        self.count, self.last_at = self.count_at(now) + 1, now


@dataclass(slots=True)
class Throttle:
    """Counts attempts before they are checked, so that many at once gain nothing. Safe to share."""

    clock: Callable[[], float]
    _failures: dict[tuple[str, ...], _Failures] = field(default_factory=dict, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def enter(self, name: str, address: str) -> None:
        """Count an attempt as a failure, until `forgive` says otherwise; raises TooManyAttempts."""
        now = self.clock()
        with self._lock:
            by_name = self._of((name, address), FREE_BY_NAME, 0.0)
            by_address = self._of((address,), FREE_BY_ADDRESS, _FORGOTTEN_PER_S)
            wait_s = max(by_name.wait_s(now), by_address.wait_s(now))
            if wait_s > 0:
                raise TooManyAttempts(int(wait_s) + 1)
            by_name.add(now)
            by_address.add(now)

    def forgive(self, name: str, address: str) -> None:
        """The attempt was right: the name's failures are forgotten, the address is as it was before."""
        with self._lock:
            self._failures.pop((name, address), None)
            if (address,) in self._failures:
                self._failures[address,].count -= 1

    def _of(self, who: tuple[str, ...], free: int, forgotten_per_s: float) -> _Failures:
        # Taken out and put back, so that the longest unused is the first to go.
        failures = self._failures.pop(who, None) or _Failures(free, forgotten_per_s)
        if len(self._failures) >= _MOST_KEPT:
            del self._failures[next(iter(self._failures))]
        self._failures[who] = failures
        return failures
