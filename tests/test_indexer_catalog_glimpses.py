"""`indexer.catalog.glimpses`: each waiting picture is looked into once, the newest first."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.catalog.glimpses import Unseen
from indexer.knowledge import Metadata
from indexer.model import Kind, State
from tests import photos
from tests.films import make_film
from tests.libraries import NOW, Home
from tests.photos import Shot


def bring(home: Home, count: int) -> list[str]:
    shots = [home.bring(f"{number}.jpg", photos.jpeg(Shot(seed=number))) for number in range(count)]
    return [entry.sha256 or "" for entry in shots]


def unseen(home: Home, most: int = 10) -> list[str]:
    return [one.sha256 for one in home.catalog.glimpses.unseen(most)]


def test_the_newest_first(home: Home) -> None:
    digests = bring(home, 4)
    assert unseen(home) == digests[::-1]
    assert unseen(home, most=2) == digests[:1:-1]
    (first,) = home.catalog.glimpses.unseen(1)
    assert first == Unseen(home.alice, digests[-1], Kind.IMAGE, "image/jpeg", 0)


def test_what_was_looked_at_is_not_looked_at_again(home: Home) -> None:
    found, empty, left = bring(home, 3)
    ones = {one.sha256: one for one in home.catalog.glimpses.unseen(10)}
    version = home.catalog.items.version(home.alice)
    home.catalog.glimpses.put([(ones[found], "hash"), (ones[empty], None)])
    assert unseen(home) == [left]
    items = [home.library.item(home.alice, sha256) for sha256 in (found, empty, left)]
    assert [item.metadata.thumbhash for item in items] == ["hash", None, None]
    assert {item.state for item in items} == {State.PENDING}
    assert home.catalog.items.version(home.alice) == version + 1  # pages that are open ask again


def test_nothing_new_changes_nothing_for_those_who_watch(home: Home) -> None:
    bring(home, 1)
    version = home.catalog.items.version(home.alice)
    home.catalog.glimpses.put([(one, None) for one in home.catalog.glimpses.unseen(10)])
    assert home.catalog.items.version(home.alice) == version


@pytest.mark.parametrize("thumbhash", ["better", None])
def test_what_was_indexed_meanwhile_stays(home: Home, thumbhash: str | None) -> None:
    (sha256,) = bring(home, 1)
    looked_at = home.catalog.glimpses.unseen(10)
    (job,) = home.catalog.jobs.claim(1, 60.0, NOW)
    assert unseen(home) == []  # its turn has come
    home.catalog.jobs.finish(job, Metadata(thumbhash=thumbhash), None)
    home.catalog.glimpses.put([(one, "rough") for one in looked_at])
    assert home.library.item(home.alice, sha256).metadata.thumbhash == thumbhash


def test_the_turn_that_people_decided(home: Home) -> None:
    (sha256,) = bring(home, 1)
    with home.catalog.jobs._database.write() as connection:
        connection.exec_driver_sql("UPDATE item SET decided = '{\"rotation\": 90}'")
    assert [one.turn_deg for one in home.catalog.glimpses.unseen(10)] == [90]
    assert unseen(home) == [sha256]


def test_only_what_may_hold_a_thumbnail(home: Home, tmp_path: Path) -> None:
    home.bring("a.png", photos.png())
    home.bring("a.txt", b"text")
    home.bring("a.mp4", make_film(tmp_path / "a.mp4", seconds=0.5).read_bytes())
    assert unseen(home) == []
