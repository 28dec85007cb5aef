"""Places that a phone lends to a camera, and the error of a camera's clock, on made-up days."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

import pytest

from indexer.grouping.clocks import ClockError, clock_error, lend_places
from indexer.grouping.memories import Scene, Spot

NOON = datetime.fromisoformat("2024-05-17T12:00:00")
BEACH: Spot = (38.70, -9.40)
TOWN: Spot = (38.72, -9.14)


def scene(id_: str, minutes: float, spot: Spot | None = None) -> Scene:
    return Scene(id_, NOON + timedelta(minutes=minutes), spot, "Cascais, Portugal" if spot == BEACH else None)


def test_a_picture_takes_the_place_of_the_nearest() -> None:
    (lent,) = lend_places([scene("phone 1", 0, BEACH), scene("camera", 2), scene("phone 2", 9, BEACH)])
    assert (lent.id, lent.spot, lent.place, lent.lender) == ("camera", BEACH, "Cascais, Portugal", "phone 1")
    assert lent.confidence == 1.0


def test_on_the_way_nobody_is_sure() -> None:
    (still,) = lend_places([scene("a", 0, BEACH), scene("camera", 4), scene("b", 8, BEACH)])
    (moving,) = lend_places([scene("a", 0, BEACH), scene("camera", 4), scene("b", 8, TOWN)])
    assert moving.confidence < still.confidence


def test_the_longer_ago_the_less_sure() -> None:
    lent = lend_places([scene("phone", 0, BEACH), scene("soon", 5), scene("late", 25), scene("too late", 31)])
    assert [one.id for one in lent] == ["soon", "late"]
    assert lent[0].confidence > lent[1].confidence


def test_who_knows_the_place_needs_none() -> None:
    assert lend_places([scene("a", 0, BEACH), scene("b", 1, TOWN)]) == ()
    assert lend_places([scene("a", 0), scene("b", 1)]) == ()


def together(shift_s: float, seed: int = 1, count: int = 60) -> tuple[list[datetime], list[datetime]]:
    """Days with a camera and a phone at the same sights; the camera's clock lags by ``shift_s``."""
    chance = random.Random(seed)
    sights = [
        NOON + timedelta(hours=24 * chance.randrange(5), minutes=chance.uniform(0, 480)) for _ in range(count)
    ]
    phone = [sight + timedelta(seconds=chance.uniform(-20, 20)) for sight in sights]
    camera = [
        sight + timedelta(seconds=chance.uniform(-20, 20) - shift_s) for sight in sights[: count * 3 // 4]
    ]
    return camera, phone


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("shift_s", [4320, -3600, 7200, 86_400, 25_211, -754])
def test_a_wrong_clock_is_found(shift_s: int, seed: int) -> None:
    error = clock_error(*together(shift_s, seed))
    assert error is not None
    assert error.shift_s == pytest.approx(shift_s, abs=15)
    assert error.matched > error.pictures * 0.8


@pytest.mark.parametrize("seed", range(5))
def test_a_right_clock_is_left_alone(seed: int) -> None:
    assert clock_error(*together(0, seed)) is None


@pytest.mark.parametrize("seed", range(5))
def test_pictures_of_other_days_say_nothing(seed: int) -> None:
    camera, _ = together(0, seed)
    _, phone = together(0, seed + 100)
    assert clock_error(camera, [time + timedelta(days=300) for time in phone]) is None
    assert clock_error(camera, phone) is None


def test_few_pictures_say_nothing() -> None:
    camera, phone = together(4320)
    assert clock_error(camera[:5], phone) is None
    assert clock_error([], []) is None


def test_a_long_burst_counts_once() -> None:
    camera, phone = together(0, 3)
    burst = [NOON + timedelta(hours=3, seconds=n / 10) for n in range(3000)]
    assert clock_error([*camera, *burst], phone) is None


@pytest.mark.parametrize(
    ("shift_s", "sentence"), [(4320, "1 h 12 min behind"), (-3600, "1 h ahead"), (720, "12 min behind")]
)
def test_an_error_is_told_in_words(shift_s: int, sentence: str) -> None:
    assert ClockError(shift_s, 10, 9).sentence == sentence
