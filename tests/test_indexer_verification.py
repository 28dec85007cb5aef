"""Re-reading originals: damage is found, named and left alone."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from indexer import verification
from indexer.verification import Damage, Damaged, verify
from tests import photos
from tests.libraries import Home, digest
from tests.photos import Shot

PHOTO = photos.jpeg()
SHA256 = digest(PHOTO)


def test_sound_originals(home: Home) -> None:
    shots = [photos.jpeg(Shot(seed=number)) for number in range(3)]
    for number, shot in enumerate(shots):
        home.bring(f"{number}.jpg", shot)
    reports: list[tuple[int, int]] = []
    found = verify(home.catalog, home.intake.originals, lambda done, total: reports.append((done, total)))
    assert (found.checked, found.size_bytes, found.damaged) == (3, sum(map(len, shots)), ())
    assert reports == [(1, 3), (2, 3), (3, 3)]


def test_damage_is_found_named_and_left_alone(home: Home) -> None:
    home.bring("missing.jpg", PHOTO)
    home.bring("again.jpg", PHOTO)
    changed = home.bring("changed.jpg", photos.jpeg(Shot(seed=1))).sha256 or ""
    home.bring("sound.jpg", photos.jpeg(Shot(seed=2)))
    home.intake.originals.remove(SHA256)
    place = home.intake.originals.find(changed)
    assert place is not None
    content = bytearray(place.read_bytes())
    content[-1] ^= 1
    place.unlink()
    place.write_bytes(content)
    found = verify(home.catalog, home.intake.originals, lambda *_: None)
    assert found.checked == 3
    assert set(found.damaged) == {
        Damaged(SHA256, Damage.MISSING, ("again.jpg", "missing.jpg")),
        Damaged(changed, Damage.CHANGED, ("changed.jpg",)),
    }
    assert place.read_bytes() == content


def test_a_disk_that_cannot_be_read(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    home.bring("a.jpg", PHOTO)

    def fail(_path: Path) -> str:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(verification, "digest_of", fail)
    found = verify(home.catalog, home.intake.originals, lambda *_: None)
    assert found.damaged == (Damaged(SHA256, Damage.UNREADABLE, ("a.jpg",)),)
