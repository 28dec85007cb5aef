"""Which snapshots are made and kept, and what a full disk does."""

from __future__ import annotations

import errno
import os
from datetime import date, timedelta
from pathlib import Path

import pytest

from indexer import snapshots
from indexer.catalog import open_catalog
from indexer.errors import NoRoom
from tests.libraries import Home, arrival

TODAY = date(2026, 11, 22)
PLENTY = 1 << 40


def days(*numbers: int) -> list[date]:
    return [TODAY - timedelta(days=number) for number in numbers]


@pytest.mark.parametrize(
    ("taken", "dropped"),
    [
        ([], []),
        (days(*range(7)), []),
        (days(*range(8)), []),  # the eighth is the first of its month
        (days(*range(9)), days(7)),
        (days(*range(22)), days(*range(7, 21))),
        # A server that ran now and then: the last seven are not the last week.
        ([date(2026, month, 15) for month in range(1, 10)], []),
        ([date(2026, 1, 9), date(2026, 1, 10), *days(*range(7))], [date(2026, 1, 10)]),
        ([date(2025, 11, 1), date(2025, 11, 2), *days(*range(10))], [date(2025, 11, 2), *days(7, 8)]),
    ],
)
def test_the_last_seven_and_one_a_month(taken: list[date], dropped: list[date]) -> None:
    assert snapshots.surplus(reversed(taken)) == frozenset(dropped)


def test_one_a_day(home: Home) -> None:
    place = snapshots.take_daily(home.folder, home.catalog, TODAY, PLENTY)
    home.catalog.arrivals.record(arrival(home.alice, "late.jpg"))
    assert snapshots.take_daily(home.folder, home.catalog, TODAY, PLENTY) is None
    assert place == home.folder.snapshots / "2026-11-22.sqlite3"
    copy = open_catalog(place)
    assert [person.name for person in copy.people.list()] == ["alice"]
    assert copy.entries.get(home.alice, "late.jpg") is None
    copy.close()


def test_a_catalog_that_knows_nobody_pushes_no_snapshot_out(home: Home) -> None:
    home.catalog.people.remove(home.alice)
    assert snapshots.take_daily(home.folder, home.catalog, TODAY, PLENTY) is None
    assert snapshots.taken(home.folder) == ()


def test_old_ones_go_when_a_new_one_is_there(home: Home) -> None:
    (home.folder.snapshots / "of-my-own.sqlite3").touch()
    (home.folder.snapshots / "2026-13-41.sqlite3").touch()
    for day in reversed(days(*range(10))):
        snapshots.take_daily(home.folder, home.catalog, day, PLENTY)
    assert snapshots.taken(home.folder) == (*days(*range(7)), days(9)[0])
    assert {path.name for path in home.folder.snapshots.iterdir()} == {
        *(path.name for path in snapshots.newest_first(home.folder)),
        "of-my-own.sqlite3",
        "2026-13-41.sqlite3",
    }


def test_without_room_nothing_is_made_or_dropped(home: Home) -> None:
    for day in days(9, 8):
        snapshots.take_daily(home.folder, home.catalog, day, PLENTY)
    with pytest.raises(NoRoom):
        snapshots.take_daily(home.folder, home.catalog, TODAY, 1000)
    assert list(snapshots.taken(home.folder)) == days(8, 9)


def test_a_disk_that_fills_up_meanwhile(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_path: Path) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("indexer.catalog.copies.sync", full)
    with pytest.raises(NoRoom):
        snapshots.take_daily(home.folder, home.catalog, TODAY, PLENTY)
    assert list(home.folder.snapshots.iterdir()) == []
