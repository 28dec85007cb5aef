"""Wrong clocks of cameras: found by a telephone's pictures, corrected when somebody says so."""

from __future__ import annotations

import hashlib
import json
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from indexer.catalog import Catalog
from indexer.catalog.clocks import Correction, Taken
from indexer.catalog.ledger import Scope
from indexer.errors import NoSuchClock
from indexer.grouping.categories import camera_name
from indexer.grouping.clocks import ClockError, clock_error
from indexer.moments import moment_of

Key = tuple[str | None, str | None, str | None]  # make, model, card


@dataclass(frozen=True, slots=True)
class WrongClock:
    """A clock that seems wrong, or was corrected by the decision of that number."""

    correction: Correction
    pictures: int = 0
    matched: int = 0
    decision: int | None = None

    @property
    def id(self) -> str:
        """The same as long as it is about the same camera and card."""
        text = json.dumps([*self.correction[:3], self.decision])
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    @property
    def camera(self) -> str:
        return camera_name(self.correction.make, self.correction.model) or "A camera"

    @property
    def sentence(self) -> str:
        """Such as "1 h 12 min behind"."""
        return ClockError(self.correction.shift_s, 0, 0).sentence


@dataclass(frozen=True, slots=True)
class Clocks:
    """Safe to share between threads."""

    catalog: Catalog
    clock: Callable[[], float] = field(default=time.time)

    def suggestions(self, person_id: int) -> tuple[WrongClock, ...]:
        """The clocks that seem wrong, and those that were corrected; by camera and card."""
        applied = [
            WrongClock(Correction(**one.body), decision=one.id)
            for one in self.catalog.ledger.standing(person_id, Scope.CLOCK)
        ]
        found = list(_wrong_clocks(list(self.catalog.clocks.taken(person_id))))
        return tuple(sorted([*found, *applied], key=lambda one: (one.camera, one.correction.folder or "")))

    def apply(self, person_id: int, id_: str) -> int:
        """Correct a clock as it was suggested: the decision's id. Raises NoSuchClock."""
        for one in self.suggestions(person_id):
            if one.id == id_ and one.decision is None:
                return self.catalog.clocks.decide(person_id, one.correction, self.clock())
        raise NoSuchClock


def _wrong_clocks(taken: list[Taken]) -> Iterator[WrongClock]:
    """Those of cameras, by whole cameras where one error explains them, else by cards."""
    cameras: defaultdict[Key, list[Taken]] = defaultdict(list)
    for one in taken:
        cameras[one.make, one.model, None].append(one)
    located = {key for key, ones in cameras.items() if sum(one.has_place for one in ones) * 2 > len(ones)}
    phone = [moment for key in located for moment in _moments(cameras[key])]
    for key in [key for key in cameras if key not in located]:
        if error := clock_error(_moments(cameras[key]), phone):
            yield _wrong(key, error)
            continue
        cards: defaultdict[Key, list[Taken]] = defaultdict(list)
        for one in cameras[key]:
            cards[one.make, one.model, one.folder].append(one)
        for card, ones in cards.items() if len(cards) > 1 else ():
            if error := clock_error(_moments(ones), phone):
                yield _wrong(card, error)


def _moments(taken: list[Taken]) -> list[datetime]:
    return [moment for one in taken if (moment := moment_of(one.taken_at))]


def _wrong(key: Key, error: ClockError) -> WrongClock:
    return WrongClock(Correction(*key, error.shift_s), error.pictures, error.matched)
