"""While pictures wait, their placeholders do not: real processes, that are slow, die or are paused."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from indexer import worker as module
from indexer.model import Glimpse, Outcome, State, Task
from indexer.worker import decode
from tests import photos
from tests.libraries import Home
from tests.photos import Shot

SMALL = photos.jpeg(Shot(size=(160, 120)))
COUNT = 8


def decode_slowly(task: Task) -> Outcome:
    time.sleep(0.5)
    return decode(task)


def decode_never(_task: Task) -> Outcome:
    time.sleep(3600)
    raise AssertionError


def die(_glimpses: tuple[Glimpse | None, ...]) -> tuple[str | None, ...]:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def bring(home: Home) -> list[str]:
    pictures = (photos.jpeg_with_thumbnail(SMALL, seed=number) for number in range(COUNT))
    return [home.bring(f"{number}.jpg", picture).sha256 or "" for number, picture in enumerate(pictures)]


def without_placeholder(home: Home, digests: list[str]) -> int:
    items = [home.library.item(home.alice, sha256) for sha256 in digests]
    return sum(item.metadata.thumbhash is None for item in items)


def states(home: Home, digests: list[str]) -> list[State]:
    return [home.library.item(home.alice, sha256).state for sha256 in digests]


@contextmanager
def working(home: Home) -> Iterator[None]:
    wake, stop = threading.Event(), threading.Event()
    thread = threading.Thread(target=home.worker().run, args=(wake, stop))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        wake.set()
        thread.join(30)
    assert not thread.is_alive()


def wait_until(is_true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not is_true():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.02)


def test_placeholders_come_before_their_pictures(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "decode", decode_slowly)
    digests = bring(home)
    with working(home):
        # The two that are being decoded were not looked into.
        wait_until(lambda: without_placeholder(home, digests) <= 2)
        assert states(home, digests).count(State.PENDING) >= COUNT // 2
        rough = home.library.item(home.alice, digests[0]).metadata.thumbhash
        wait_until(lambda: set(states(home, digests)) == {State.READY})
    assert without_placeholder(home, digests) == 0
    assert home.library.item(home.alice, digests[0]).metadata.thumbhash != rough


def test_a_look_that_kills_the_process_stops_no_picture(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "decode", decode_slowly)
    monkeypatch.setattr(module, "look", die)
    digests = bring(home)
    with working(home):
        wait_until(lambda: not home.catalog.glimpses.unseen(COUNT))
        wait_until(lambda: State.READY in states(home, digests))
    assert State.FAILED not in states(home, digests)


def test_a_worker_that_ends_in_the_middle_costs_one_more_look(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The only process is busy for ever, so the look never begins; the next worker has it."""
    monkeypatch.setattr(module, "decode", decode_never)
    digests = bring(home)
    with working(home):
        wait_until(lambda: home.catalog.jobs.queue(home.alice).running == 2)
        time.sleep(0.2)
    assert without_placeholder(home, digests) == COUNT
    monkeypatch.setattr(module, "decode", decode_slowly)
    with working(home):
        wait_until(lambda: without_placeholder(home, digests) <= 2)


def test_a_pause_is_for_looks_too(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "decode", decode_slowly)
    digests = bring(home)
    home.library.pause(is_paused=True)
    with working(home):
        time.sleep(1.5)
        assert without_placeholder(home, digests) == COUNT
        home.library.pause(is_paused=False)
        wait_until(lambda: without_placeholder(home, digests) <= 2)


def test_what_is_gone_has_no_placeholder(home: Home) -> None:
    assert module.look((None,)) == (None,)
