"""Failed items: listed by pages, counted, tried again; each person's own."""

from __future__ import annotations

import pytest

from indexer.errors import BadQuery, NoSuchItem
from indexer.failures import Failures
from indexer.model import Failure, Item, State
from tests.libraries import NOW, Clock, Home, add_person, arrival, digest, index

BROKEN = Failure("derivatives", "It is cut off in the middle.")


@pytest.fixture
def failures(home: Home, clock: Clock) -> Failures:
    """Three of Alice's have failed, and one of Bob's; she has a sound one."""
    home.catalog.arrivals.record(arrival(home.alice, "sound.jpg"))
    index(home.catalog, {})
    home.catalog.entries.make_folder(home.alice, "card", NOW)
    bob = add_person(home.catalog, "bob")
    for number in range(3):
        home.catalog.arrivals.record(arrival(home.alice, f"card/{number}.jpg", at=NOW + number))
    home.catalog.arrivals.record(arrival(bob, "0.jpg"))
    index(home.catalog, {}, BROKEN)
    return Failures(home.catalog, clock)


def names(items: tuple[Item, ...]) -> list[str]:
    return [item.name for item in items]


def test_the_newest_arrival_comes_first_with_its_reason_and_path(home: Home, failures: Failures) -> None:
    page = failures.page(home.alice)
    assert names(page.items) == ["2.jpg", "1.jpg", "0.jpg"]
    assert page.next_cursor is None
    assert page.items[0].failure == BROKEN
    assert page.items[0].uploads[0].path == "card/2.jpg"
    assert failures.count(home.alice) == 3


def test_pages_follow_each_other(home: Home, failures: Failures) -> None:
    first = failures.page(home.alice, limit=2)
    second = failures.page(home.alice, limit=2, cursor=first.next_cursor)
    assert (names(first.items), names(second.items)) == (["2.jpg", "1.jpg"], ["0.jpg"])
    assert second.next_cursor is None


@pytest.mark.parametrize("cursor", ["nonsense", "bm8gbnVtYmVy", "\u00e4"])
def test_a_cursor_of_somebody_else(home: Home, failures: Failures, cursor: str) -> None:
    with pytest.raises(BadQuery):
        failures.page(home.alice, cursor=cursor)


@pytest.mark.parametrize("limit", [0, 100_000])
def test_a_page_has_bounds(home: Home, failures: Failures, limit: int) -> None:
    with pytest.raises(BadQuery):
        failures.page(home.alice, limit=limit)


def test_one_is_tried_again_before_all_others(home: Home, failures: Failures, clock: Clock) -> None:
    clock.now += 60
    home.catalog.arrivals.record(arrival(home.alice, "waiting.jpg", at=NOW + 30))
    version = home.catalog.items.version(home.alice)
    item = failures.retry(home.alice, digest("card/0.jpg"))
    assert (item.state, item.failure) == (State.PENDING, None)
    assert names(failures.page(home.alice).items) == ["2.jpg", "1.jpg"]
    assert home.catalog.items.version(home.alice) > version
    (job,) = home.catalog.jobs.claim(1, 60, NOW)
    assert job.sha256 == digest("card/0.jpg")
    index(home.catalog, {})
    assert failures.count(home.alice) == 2


def test_all_are_tried_again_and_nobody_elses(home: Home, failures: Failures) -> None:
    assert failures.retry_all(home.alice) == 3
    assert failures.count(home.alice) == 0
    assert home.catalog.jobs.queue(home.alice).pending == 3
    assert failures.count(home.alice + 1) == 1
    assert failures.retry_all(home.alice) == 0


def test_a_sound_item_stays_as_it_is(home: Home, failures: Failures) -> None:
    assert failures.retry(home.alice, digest("sound.jpg")).state is State.READY
    assert home.catalog.jobs.queue(home.alice).pending == 0


def test_somebody_elses_is_none(home: Home, failures: Failures) -> None:
    with pytest.raises(NoSuchItem):
        failures.retry(home.alice, digest("0.jpg"))
    assert failures.count(home.alice + 1) == 1
