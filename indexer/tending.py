"""What is done when a library is quiet: days on which something changed are looked at again.

Items without a position are lent the place of those taken at nearly the same time, every item gets its
shelves, and memories are suggested anew. It runs in the worker's own process; no file is opened.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from indexer.catalog import Catalog
from indexer.catalog.aspects import Aspect, Seen
from indexer.catalog.stale_days import MEMORIES
from indexer.grouping.categories import COVER, Traits, bits_of, camera_name, categories_of
from indexer.grouping.clocks import Lent, lend_places
from indexer.grouping.memories import Scene
from indexer.memories import Memories
from indexer.model import UNKNOWN_DAY, Kind
from indexer.moments import moment_of

DAYS_AT_ONCE = 31
# Who lends is at most half an hour away; to know whether it stood still, half an hour more.
_LENDERS_WITHIN = timedelta(minutes=30)
_SURE_ENOUGH = 0.5
_REST_TIMES = 20  # suggesting memories takes a twentieth of the worker's time at most


@dataclass(slots=True)
class Tending:
    """The quiet work on everybody's library. One at a time, in the worker."""

    catalog: Catalog
    _memories_after: float = field(default=0.0, init=False)

    def turn(self) -> bool:
        """Look at some stale days, and at memories when none is left; whether there is more to do now."""
        people = self.catalog.stale_days.people()
        if sum(self._look_at_days(person_id) for person_id in people):
            return True
        begun = time.monotonic()
        if people and begun >= self._memories_after:
            for person_id in people:
                Memories(self.catalog).suggest(person_id)
            ended = time.monotonic()
            self._memories_after = ended + _REST_TIMES * (ended - begun)
        return False

    def finish(self) -> None:
        """Do all there is to do, without any rest."""
        while self.turn():
            self._memories_after = 0.0
        self._memories_after = 0.0
        self.turn()

    def _look_at_days(self, person_id: int) -> bool:
        stale = self.catalog.stale_days.of(person_id)
        stale.pop(MEMORIES, None)
        chosen = list(stale)[:DAYS_AT_ONCE]
        for run in _runs(chosen):
            self._look_at(person_id, run, {day: stale[day] for day in run})
        return len(chosen) < len(stale)

    def _look_at(self, person_id: int, days: Sequence[str], stale: dict[str, int]) -> None:
        self.catalog.tv.want(person_id, days, time.time())
        is_dated = days[0] != UNKNOWN_DAY
        found = self._of_days(person_id, days) if is_dated else self._of_unknown_day(person_id)
        self.catalog.aspects.put(person_id, found, stale)

    def _of_unknown_day(self, person_id: int) -> list[Aspect]:
        seen = self.catalog.aspects.between(person_id, UNKNOWN_DAY, f"{UNKNOWN_DAY}U")
        return [_aspect(one, None) for one in seen]

    def _of_days(self, person_id: int, days: Sequence[str]) -> list[Aspect]:
        """Of the items around these days, too, to which theirs may lend a place."""
        first, end = _start_of(days[0]), _start_of(days[-1]) + timedelta(days=1)
        far, near = 2 * _LENDERS_WITHIN, _LENDERS_WITHIN
        seen = self.catalog.aspects.between(person_id, (first - far).isoformat(), (end + far).isoformat())
        lent = {one.id: one for one in lend_places(scenes_of(seen))}
        low, high = (first - near).isoformat(), (end + near).isoformat()
        return [_aspect(one, lent.get(one.sha256)) for one in seen if low <= one.taken_at < high]


def scenes_of(seen: Iterable[Seen]) -> Iterator[Scene]:
    """What places can be lent to and by."""
    for one in seen:
        if one.kind != Kind.OTHER and (moment := moment_of(one.taken_at)):
            spot = None if one.lat is None or one.lon is None else (one.lat, one.lon)
            yield Scene(one.sha256, moment, spot, one.place, camera_name(one.make, one.model))


def _aspect(one: Seen, lent: Lent | None) -> Aspect:
    film = json.loads(one.details or "{}").get("film", {}) if one.kind == Kind.VIDEO else {}
    traits = Traits(
        Kind(one.kind),
        one.path or one.name,
        one.width,
        one.height,
        one.lens,
        film.get("frame_rate"),
        one.burst_id is not None,
    )
    bits = bits_of(categories_of(traits)) | (COVER if one.is_cover else 0)
    camera = camera_name(one.make, one.model)
    known = Aspect(one.sha256, one.taken_at, bits, camera, one.lens, one.place)
    if lent is None:
        return known
    return known._replace(
        place=lent.place if lent.confidence >= _SURE_ENOUGH else None,
        lent_lat=lent.spot[0],
        lent_lon=lent.spot[1],
        lent_confidence=round(lent.confidence, 3),
        lender=lent.lender,
    )


def _start_of(day: str) -> datetime:
    return datetime.fromisoformat(day)


def _runs(days: Sequence[str]) -> Iterator[list[str]]:
    """Days that follow each other, together; the unknown one by itself."""
    run: list[str] = []
    for day in days:
        if run and (
            day == UNKNOWN_DAY or date.fromisoformat(day) - date.fromisoformat(run[-1]) > timedelta(1)
        ):
            yield run
            run = []
        run.append(day)
    if run:
        yield run
