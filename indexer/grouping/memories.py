"""Which runs of shots belong together in memory: trips away from the usual places, and days full of pictures.

Pure. What is usual is learnt from the library itself: the places of many of its days, the number of shots
on a common day, the cameras that are always at hand. These are suggestions; people decide.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import groupby
from statistics import median

_CELL_DEG = 0.25
_AWAY_KM = 60.0
_FEWEST_USUAL_DAYS = 5
_USUAL_SHARE = 0.1
_QUIET_DAYS = 2  # a trip may have days without pictures
_FEWEST_ON_TRIP = 6
_FEWEST_ON_DAY = 20
_FULL_DAY_TIMES = 4.0
_RARE_SHARE = 0.1
_COVER_WINDOW_S = 1800.0
_EARTH_KM = 6371.0
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip

Spot = tuple[float, float]  # latitude and longitude, in degrees


class MemoryKind(StrEnum):
    TRIP = "trip"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class Scene:
    """A shot as memories see it. ``taken_at`` is local; ``place`` a name like "Lisbon, Portugal"."""

    id: str
    taken_at: datetime
    spot: Spot | None = None
    place: str | None = None
    camera: str | None = None

    @property
    def day(self) -> date:
        return self.taken_at.date()


@dataclass(frozen=True, slots=True)
class Memory:
    """``members`` are shots in the order of capture; ``score`` ranks the memories of one library."""

    kind: MemoryKind
    first_day: date
    last_day: date
    title: str
    cover: str
    members: tuple[str, ...]
    score: float
    why: str


@dataclass(frozen=True, slots=True)
class Habits:
    """What is usual in a library; learnt by `learn`."""

    spots: tuple[Spot, ...]
    shots_a_day: float
    cameras: frozenset[str]

    def is_away(self, spot: Spot) -> bool:
        return bool(self.spots) and all(distance_km(spot, usual) > _AWAY_KM for usual in self.spots)


def learn(scenes: Iterable[Scene]) -> Habits:
    """The usual places (of a tenth of the days, and five at least), cameras and number of shots a day."""
    known = sorted(scenes, key=lambda scene: scene.id)  # sums of fractions depend on the order
    days_of_cell: defaultdict[tuple[int, int], set[date]] = defaultdict(set)
    spots_of_cell: defaultdict[tuple[int, int], list[Spot]] = defaultdict(list)
    days_of_camera: defaultdict[str, set[date]] = defaultdict(set)
    for scene in known:
        if scene.spot:
            days_of_cell[_cell(scene.spot)].add(scene.day)
            spots_of_cell[_cell(scene.spot)].append(scene.spot)
        if scene.camera:
            days_of_camera[scene.camera].add(scene.day)
    located = len(set().union(*days_of_cell.values()))
    often = max(_FEWEST_USUAL_DAYS, located * _USUAL_SHARE)
    usual = sorted(cell for cell, days in days_of_cell.items() if len(days) >= often)
    per_day = Counter(scene.day for scene in known)
    used = len(set().union(*days_of_camera.values()))
    return Habits(
        tuple(_centre(spots_of_cell[cell]) for cell in usual),
        median(per_day.values()) if per_day else 0.0,
        frozenset(camera for camera, days in days_of_camera.items() if len(days) > used * _RARE_SHARE),
    )


def suggest(scenes: Iterable[Scene], habits: Habits) -> tuple[Memory, ...]:
    """The memories of these shots, the newest first; a shot is in one of them at most."""
    ordered = sorted(scenes, key=lambda scene: (scene.taken_at, scene.id))
    by_day = {day: list(members) for day, members in groupby(ordered, key=lambda scene: scene.day)}
    found = []
    for days in _spans(by_day, habits):
        members = [scene for day in days for scene in by_day[day]]
        if _is_trip(by_day[days[0]], habits) and len(members) >= _FEWEST_ON_TRIP:
            found.append(_memory(MemoryKind.TRIP, members, habits))
        elif len(members) >= max(_FEWEST_ON_DAY, _FULL_DAY_TIMES * habits.shots_a_day):
            found.append(_memory(MemoryKind.DAY, members, habits))
    return tuple(sorted(found, key=lambda memory: (memory.first_day, memory.cover), reverse=True))


def is_on_this_day(first: date, last: date, today: date) -> bool:
    """Whether these days were all in earlier years, and this day of the year was among them."""
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return last.year < today.year and any((day.month, day.day) == (today.month, today.day) for day in days)


def distance_km(a: Spot, b: Spot) -> float:
    """Along the great circle of a sphere as large as the Earth."""
    (lat_a, lon_a), (lat_b, lon_b) = (tuple(map(math.radians, spot)) for spot in (a, b))
    half = math.sin((lat_b - lat_a) / 2) ** 2
    half += math.cos(lat_a) * math.cos(lat_b) * math.sin((lon_b - lon_a) / 2) ** 2
    return 2 * _EARTH_KM * math.asin(math.sqrt(min(1.0, half)))


def title(kind: MemoryKind, first: date, last: date, place: str | None) -> str:
    """Such as "Lisbon, 12-15 May 2024" or "Sunday 5 May 2024"; English whatever the server's locale."""
    if first == last:
        text = f"{_WEEKDAYS[first.weekday()]} {_day_month(first)} {first.year}"
    elif (first.year, first.month) == (last.year, last.month):
        text = f"{first.day}-{_day_month(last)} {last.year}"
    elif first.year == last.year:
        text = f"{_day_month(first)} - {_day_month(last)} {last.year}"
    else:
        text = f"{_day_month(first)} {first.year} - {_day_month(last)} {last.year}"
    return f"{place}, {text}" if place and kind is MemoryKind.TRIP else text


def _spans(by_day: dict[date, list[Scene]], habits: Habits) -> Iterator[list[date]]:
    """Days away, joined to trips over quiet or unlocated days between; every other day by itself."""
    trip: list[date] = []
    doubtful: list[date] = []  # without a place, after a day away: part of the trip if it goes on
    for day, members in by_day.items():
        is_near = bool(trip) and day - (doubtful or trip)[-1] <= timedelta(days=1 + _QUIET_DAYS)
        if _is_trip(members, habits):
            if not is_near:
                yield from _ended(trip, doubtful)
                trip, doubtful = [], []
            trip, doubtful = [*trip, *doubtful, day], []
        elif is_near and not any(scene.spot for scene in members):
            doubtful.append(day)
        else:
            yield from _ended(trip, doubtful)
            trip, doubtful = [], []
            yield [day]
    yield from _ended(trip, doubtful)


def _ended(trip: list[date], doubtful: list[date]) -> Iterator[list[date]]:
    if trip:
        yield trip
    yield from ([day] for day in doubtful)


def _is_trip(members: list[Scene], habits: Habits) -> bool:
    """Whether most of a day's known places are away."""
    away = [habits.is_away(scene.spot) for scene in members if scene.spot]
    return bool(away) and sum(away) * 2 > len(away)


def _memory(kind: MemoryKind, members: list[Scene], habits: Habits) -> Memory:
    first, last = members[0].day, members[-1].day
    rare = sorted({scene.camera for scene in members if scene.camera} - habits.cameras)
    days = (last - first).days + 1
    score = (
        math.log2(len(members)) + 2.0 * min(days, 14) ** 0.5 * (kind is MemoryKind.TRIP) + 1.5 * bool(rare)
    )
    why = _why(kind, len(members), habits, rare)
    name = title(kind, first, last, main_place(members))
    return Memory(
        kind, first, last, name, cover_of(members), tuple(scene.id for scene in members), score, why
    )


def _why(kind: MemoryKind, count: int, habits: Habits, rare: list[str]) -> str:
    if kind is MemoryKind.TRIP:
        reason = f"{count} shots more than {_AWAY_KM:.0f} km from the usual places"
    else:
        reason = f"{count} shots, on a common day there are {habits.shots_a_day:.0f}"
    return reason + (f"; with an unusual camera ({', '.join(rare)})" if rare else "")


def main_place(members: list[Scene]) -> str | None:
    """The town of most shots; the country when no town has a third of them. None where no place is known."""
    places = [scene.place for scene in members if scene.place]
    if not places:
        return None
    towns = Counter(place.partition(",")[0] for place in places)
    town, count = max(towns.items(), key=lambda item: (item[1], item[0]))
    countries = {place.rpartition(", ")[2] for place in places}
    return town if count * 3 >= len(places) or len(countries) > 1 else countries.pop()


def cover_of(members: list[Scene]) -> str:
    """The middle of the half hour with the most shots, of those in order: there was something to see."""
    best: list[Scene] = []
    start = 0
    for end, scene in enumerate(members):
        while (scene.taken_at - members[start].taken_at).total_seconds() > _COVER_WINDOW_S:
            start += 1
        if end + 1 - start > len(best):
            best = members[start : end + 1]
    return best[len(best) // 2].id


def _cell(spot: Spot) -> tuple[int, int]:
    return math.floor(spot[0] / _CELL_DEG), math.floor(spot[1] / _CELL_DEG)


def _centre(spots: list[Spot]) -> Spot:
    return sum(lat for lat, _ in spots) / len(spots), sum(lon for _, lon in spots) / len(spots)


def _day_month(day: date) -> str:
    return f"{day.day} {_MONTHS[day.month - 1]}"
