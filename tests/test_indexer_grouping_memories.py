"""Which runs of shots are memories: made-up years of a household, and what holds for any library."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.grouping.memories import (
    MemoryKind,
    Scene,
    Spot,
    distance_km,
    is_on_this_day,
    learn,
    suggest,
    title,
)

BERLIN: Spot = (52.52, 13.40)
POTSDAM: Spot = (52.39, 13.06)
LISBON: Spot = (38.72, -9.14)
SINTRA: Spot = (38.80, -9.38)
PHONE, OLD_CAMERA = "apple iphone xr", "zeiss ikon"


def day_of(
    day: str, count: int, spot: Spot | None = BERLIN, place: str | None = None, camera: str | None = PHONE
) -> list[Scene]:
    noon = datetime.fromisoformat(f"{day}T12:00:00")
    return [Scene(f"{day}#{n:03}", noon + timedelta(minutes=n), spot, place, camera) for n in range(count)]


def everyday(days: int = 40) -> list[Scene]:
    """Some three pictures a day at home."""
    start = date(2024, 1, 1)
    return [scene for n in range(days) for scene in day_of(str(start + timedelta(days=n)), 3)]


def suggested(*parts: list[Scene]) -> list[tuple[MemoryKind, str, int]]:
    scenes = [*everyday(), *(scene for part in parts for scene in part)]
    return [(one.kind, one.title, len(one.members)) for one in suggest(scenes, learn(scenes))]


TRIP, DAY = MemoryKind.TRIP, MemoryKind.DAY


def test_every_day_life_is_no_memory() -> None:
    assert suggested() == []


def test_days_away_are_a_trip() -> None:
    days = [day_of(f"2024-05-{day}", 5, LISBON, "Lisbon, Portugal") for day in (12, 13, 14, 15)]
    assert suggested(*days) == [(TRIP, "Lisbon, 12-15 May 2024", 20)]


def test_a_trip_may_have_days_without_pictures_or_places() -> None:
    days = [
        day_of("2024-05-12", 5, LISBON, "Lisbon, Portugal"),
        day_of("2024-05-14", 4, None, camera=OLD_CAMERA),
        day_of("2024-05-17", 5, SINTRA, "Sintra, Portugal"),
    ]
    assert [(kind, count) for kind, _, count in suggested(*days)] == [(TRIP, 14)]


def test_days_without_a_place_after_a_trip_are_not_of_it() -> None:
    days = [day_of("2024-05-12", 9, LISBON, "Lisbon, Portugal"), day_of("2024-05-13", 4, None)]
    assert suggested(*days) == [(TRIP, "Lisbon, Sunday 12 May 2024", 9)]


def test_two_trips_with_home_between_are_two() -> None:
    days = [
        day_of("2024-05-12", 9, LISBON, "Lisbon, Portugal"),
        day_of("2024-05-13", 3),
        day_of("2024-05-14", 9, LISBON, "Lisbon, Portugal"),
    ]
    assert len(suggested(*days)) == 2


def test_a_walk_near_home_is_no_trip() -> None:
    assert suggested(day_of("2024-05-12", 9, POTSDAM, "Potsdam, Germany")) == []


def test_a_full_day_at_home_is_a_memory() -> None:
    assert suggested(day_of("2024-05-05", 60)) == [(DAY, "Sunday 5 May 2024", 60)]


def test_nothing_is_away_before_a_home_is_known() -> None:
    scenes = day_of("2024-05-12", 9, LISBON)
    assert suggest(scenes, learn(scenes)) == ()


def test_where_one_lives_may_change() -> None:
    scenes = [*everyday(20)]
    for n in range(20):
        scenes += day_of(str(date(2025, 1, 1) + timedelta(days=n)), 3, LISBON)
    habits = learn(scenes)
    assert not habits.is_away(LISBON)
    assert not habits.is_away(BERLIN)


def test_an_unusual_camera_and_more_days_rank_higher() -> None:
    scenes = [
        *everyday(),
        *day_of("2024-05-05", 60),
        *day_of("2024-06-05", 60, camera=OLD_CAMERA),
        *day_of("2024-07-12", 30, LISBON),
        *day_of("2024-07-13", 30, LISBON),
    ]
    full, unusual, trip = reversed(suggest(scenes, learn(scenes)))
    assert full.score < unusual.score < trip.score
    assert OLD_CAMERA in unusual.why


def test_the_cover_is_where_most_was_seen() -> None:
    evening = datetime.fromisoformat("2024-05-05T20:00:00")
    party = [Scene(f"party{n}", evening + timedelta(seconds=n), BERLIN, None, PHONE) for n in range(40)]
    scenes = [*everyday(), *day_of("2024-05-05", 25), *party]
    (memory,) = suggest(scenes, learn(scenes))
    assert memory.cover.startswith("party")


@pytest.mark.parametrize(
    ("first", "last", "place", "expected"),
    [
        ("2024-05-05", "2024-05-05", None, "Sunday 5 May 2024"),
        ("2024-05-12", "2024-05-15", "Lisbon", "Lisbon, 12-15 May 2024"),
        ("2024-05-30", "2024-06-02", "Lisbon", "Lisbon, 30 May - 2 June 2024"),
        ("2024-12-30", "2025-01-02", "Lisbon", "Lisbon, 30 December 2024 - 2 January 2025"),
        ("2024-05-12", "2024-05-15", None, "12-15 May 2024"),
    ],
)
def test_titles(first: str, last: str, place: str | None, expected: str) -> None:
    assert title(TRIP, date.fromisoformat(first), date.fromisoformat(last), place) == expected


def test_a_tour_of_a_country_is_named_after_it() -> None:
    towns = [
        ("2024-05-12", "Porto"),
        ("2024-05-13", "Lisbon"),
        ("2024-05-14", "Sintra"),
        ("2024-05-15", "Faro"),
    ]
    days = [day_of(day, 5, LISBON, f"{town}, Portugal") for day, town in towns]
    assert suggested(*days) == [(TRIP, "Portugal, 12-15 May 2024", 20)]


@pytest.mark.parametrize(
    ("today", "is_among"),
    [
        ("2025-05-05", True),
        ("2030-05-07", True),
        ("2025-05-04", False),
        ("2025-05-08", False),
        ("2024-05-06", False),
        ("2023-05-06", False),
    ],
)
def test_on_this_day_looks_at_earlier_years(today: str, is_among: bool) -> None:
    first, last = date(2024, 5, 5), date(2024, 5, 7)
    assert is_on_this_day(first, last, date.fromisoformat(today)) is is_among


def test_distances() -> None:
    assert distance_km(BERLIN, BERLIN) == 0
    assert distance_km(BERLIN, LISBON) == pytest.approx(2310, rel=0.01)
    assert distance_km((0.0, 179.9), (0.0, -179.9)) == pytest.approx(22.2, rel=0.01)


ANY_SCENES = st.lists(
    st.builds(
        Scene,
        st.uuids().map(str),
        st.datetimes(datetime.fromisoformat("2024-01-01"), datetime.fromisoformat("2024-02-01")),
        st.sampled_from([None, BERLIN, POTSDAM, LISBON, SINTRA]),
        st.sampled_from([None, "Lisbon, Portugal", "Berlin, Germany"]),
        st.sampled_from([None, PHONE, OLD_CAMERA]),
    ),
    max_size=60,
)


@given(ANY_SCENES, st.randoms(use_true_random=False))
def test_the_order_of_arrival_changes_nothing(scenes: list[Scene], chance: random.Random) -> None:
    scenes = [*everyday(8), *scenes]
    shuffled = list(scenes)
    chance.shuffle(shuffled)
    assert suggest(shuffled, learn(shuffled)) == suggest(scenes, learn(scenes))


@given(ANY_SCENES)
def test_a_shot_is_in_one_memory_at_most(scenes: list[Scene]) -> None:
    scenes = [*everyday(8), *scenes]
    members = [member for memory in suggest(scenes, learn(scenes)) for member in memory.members]
    assert len(members) == len(set(members))
