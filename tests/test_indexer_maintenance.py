"""Sweeping what crashes and copies left behind."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from indexer import maintenance
from indexer.hashing import Staged
from indexer.maintenance import JUNK_LIFE_S, sweep_junk, sweep_staging
from indexer.store import Store
from tests import photos
from tests.libraries import NOW, Home, arrival, digest
from tests.photos import Shot

PHOTO = photos.jpeg()
SHA256 = digest(PHOTO)
COMPANION = b"what Finder writes beside a file"


def left_staged(home: Home, store: Store | None = None) -> Path:
    """A staging file as a crash leaves it: alone, or with a second name in a store."""
    path = home.folder.staging / "crashed"
    path.write_bytes(PHOTO)
    if store is not None:
        store.commit(Staged(path, SHA256, len(PHOTO)), ".jpg")
    return path


def read(path: Path | None) -> bytes | None:
    return path.read_bytes() if path else None


def test_a_cut_upload(home: Home) -> None:
    left_staged(home)
    assert sweep_staging(home.intake) == 1
    assert home.staged() == []
    assert sweep_staging(home.intake) == 0


def test_in_the_store_but_without_rows(home: Home) -> None:
    left_staged(home, home.intake.originals)
    sweep_staging(home.intake)
    assert (home.staged(), home.originals()) == ([], set())


def test_in_the_store_with_rows(home: Home) -> None:
    left_staged(home, home.intake.originals)
    home.catalog.arrivals.record(arrival(home.alice, "a.jpg", sha256=SHA256))
    sweep_staging(home.intake)
    assert home.staged() == []
    assert read(home.intake.originals.find(SHA256)) == PHOTO


@pytest.mark.parametrize("is_recorded", [False, True])
def test_junk_in_flight(is_recorded: bool, home: Home) -> None:
    left_staged(home, home.intake.junk)
    if is_recorded:
        home.catalog.arrivals.record_junk(arrival(home.alice, "a.part", sha256=SHA256))
    sweep_staging(home.intake)
    assert (home.intake.junk.find(SHA256) is not None) is is_recorded


def test_an_original_that_came_before_is_not_the_crashed_ones(home: Home) -> None:
    """The same bytes came whole under a name of junk, and are in flight once more."""
    home.bring("a.part", PHOTO)
    left_staged(home, home.intake.originals)
    sweep_staging(home.intake)
    assert home.originals() == set()
    assert read(home.intake.junk.find(SHA256)) == PHOTO


def test_a_crash_while_healing(home: Home) -> None:
    home.bring("a.jpg", PHOTO)
    path = left_staged(home)
    os.link(path, path.with_suffix(".heal"))
    assert sweep_staging(home.intake) == 2
    assert home.staged() == []
    assert read(home.intake.originals.find(SHA256)) == PHOTO


def test_junk_lives_a_day(home: Home) -> None:
    entry = home.bring("._a.jpg", COMPANION)
    place = home.intake.junk.find(digest(COMPANION))
    assert place is not None
    now = place.stat().st_ctime
    sweep_junk(home.intake, now + JUNK_LIFE_S - 60)
    assert home.catalog.entries.get(home.alice, "._a.jpg") == entry
    assert read(place) == COMPANION
    sweep_junk(home.intake, now + JUNK_LIFE_S + 60)
    assert home.catalog.entries.get(home.alice, "._a.jpg") is None
    assert not place.exists()


def test_bytes_that_another_junk_entry_needs_stay(home: Home) -> None:
    home.bring("._a.jpg", COMPANION)
    now = home.catalog.entries.junk()[0][1].created_at
    late = arrival(home.alice, "._b.jpg", sha256=digest(COMPANION), at=now + JUNK_LIFE_S)
    home.catalog.arrivals.record_junk(late)
    sweep_junk(home.intake, now + JUNK_LIFE_S + 60)
    assert [entry.path for entry in home.catalog.entries.children(home.alice, "")] == ["._b.jpg"]
    assert read(home.intake.junk.find(digest(COMPANION))) == COMPANION


def test_a_photo_under_a_name_of_junk_is_never_swept(home: Home) -> None:
    home.bring("IMG_1.JPG.part", PHOTO)
    sweep_junk(home.intake, NOW + 1e9)
    assert read(home.intake.junk.find(SHA256)) == PHOTO


def test_what_cannot_be_adopted_stops_no_sweep(home: Home) -> None:
    home.bring("lost.part", PHOTO)
    home.catalog.entries.move(home.alice, "lost.part", "lost.jpg")
    home.intake.junk.remove(SHA256)
    home.bring("._a.jpg", COMPANION)
    sweep_junk(home.intake, NOW + 1e9)
    assert [entry.path for entry in home.catalog.entries.children(home.alice, "")] == ["lost.jpg"]


def test_renamed_junk_is_adopted_and_real_files_stay(home: Home) -> None:
    real = home.bring("real.jpg", photos.jpeg(Shot(seed=1)))
    home.bring("a.jpg.part", PHOTO)
    home.catalog.entries.move(home.alice, "a.jpg.part", "a.jpg")
    sweep_junk(home.intake, NOW + 1e9)
    assert home.originals() == {SHA256, real.sha256}
    assert [entry.path for entry in home.catalog.entries.children(home.alice, "")] == ["a.jpg", "real.jpg"]


def test_a_chore_that_fails_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    def fail() -> None:
        raise RuntimeError("out of reach")

    maintenance.guard(fail)
    assert "out of reach" in caplog.text
