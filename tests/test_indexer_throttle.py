"""Patience with wrong logins: who waits for whose failures, and how long; the clock is the tests'."""

from __future__ import annotations

import pytest

from indexer.errors import TooManyAttempts
from indexer.throttle import FREE_BY_ADDRESS, FREE_BY_NAME, Throttle
from tests.libraries import Clock

HOME, AWAY = "192.168.1.20", "203.0.113.7"


@pytest.fixture
def throttle(clock: Clock) -> Throttle:
    return Throttle(clock)


def fail(throttle: Throttle, times: int, name: str = "alice", address: str = AWAY) -> None:
    for _ in range(times):
        throttle.enter(name, address)


def wait_s(throttle: Throttle, name: str = "alice", address: str = AWAY) -> int:
    with pytest.raises(TooManyAttempts) as caught:
        throttle.enter(name, address)
    return caught.value.retry_after_s


def test_waits_grow_to_five_minutes(throttle: Throttle, clock: Clock) -> None:
    fail(throttle, FREE_BY_NAME)
    waits = []
    for _ in range(20):
        waits.append(wait_s(throttle))
        clock.now += waits[-1]
        fail(throttle, 1)
    assert waits[0] <= 2
    assert waits == sorted(waits)
    assert waits[-1] in (300, 301)


def test_only_this_name_at_this_address_waits(throttle: Throttle) -> None:
    fail(throttle, FREE_BY_NAME)
    wait_s(throttle)
    fail(throttle, 1, "bob")
    fail(throttle, 1, "alice", HOME)


def test_an_address_that_tries_many_names_waits(throttle: Throttle) -> None:
    for number in range(FREE_BY_ADDRESS):
        fail(throttle, 1, f"name {number}")
    wait_s(throttle, "bob")
    fail(throttle, 1, "bob", HOME)


def test_a_stale_password_never_locks_the_others_out(throttle: Throttle, clock: Clock) -> None:
    """A mount that tries as often as it may, for a day, behind the proxy that everybody is behind."""
    for _ in range(24 * 60):
        clock.now += 60
        for _ in range(3):
            try:
                throttle.enter("stale", AWAY)
            except TooManyAttempts:
                break
        throttle.enter("alice", AWAY)
        throttle.forgive("alice", AWAY)


def test_quiet_is_forgiven(throttle: Throttle, clock: Clock) -> None:
    fail(throttle, FREE_BY_NAME)
    for _ in range(5):
        clock.now += wait_s(throttle)
        fail(throttle, 1)
    clock.now += 15 * 60
    fail(throttle, FREE_BY_NAME)


def test_a_success_clears_its_own_name_alone(throttle: Throttle) -> None:
    fail(throttle, FREE_BY_NAME - 1)
    for number in range(FREE_BY_ADDRESS - FREE_BY_NAME):
        fail(throttle, 1, f"name {number}")
    throttle.enter("alice", AWAY)
    throttle.forgive("alice", AWAY)
    throttle.enter("alice", AWAY)
    wait_s(throttle, "bob")


def test_successes_are_not_counted(throttle: Throttle) -> None:
    for _ in range(3 * FREE_BY_ADDRESS):
        throttle.enter("alice", AWAY)
        throttle.forgive("alice", AWAY)
