"""The store: once, whole, durable, read-only."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from indexer.errors import NoRoom, OriginalMissing
from indexer.hashing import Announced, Staged, Staging
from indexer.store import Store
from tests.libraries import digest

CONTENT = b"All the bytes of a photo."
SHA256 = digest(CONTENT)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    (tmp_path / "originals").mkdir()
    return Store(tmp_path / "originals")


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Callable[[bytes], Staged]]:
    """Staging files as intake has them, one for each call."""
    folder = tmp_path / "staging"
    folder.mkdir()
    staging, opened = Staging(folder), []

    def staged(content: bytes = CONTENT) -> Staged:
        incoming = staging.begin(1, "a", Announced())
        opened.append(incoming)
        incoming.write(content)
        return incoming.finish()

    yield staged
    for incoming in opened:
        incoming.__exit__(None, None, None)


Stage = Callable[..., Staged]


def test_kept_once(store: Store, stage: Stage) -> None:
    assert store.commit(stage(), ".jpg") is True
    assert store.commit(stage(), ".jpg") is False
    assert store.commit(stage(), ".png") is False
    place = store.root / SHA256[:2] / SHA256[2:4] / f"{SHA256}.jpg"
    assert list(store.enumerate()) == [place]
    assert store.find(SHA256) == place
    assert place.stat().st_mode & 0o777 == 0o444
    with store.open(SHA256) as file:
        assert file.read() == CONTENT
        assert file.seek(4) == 4
        assert file.read() == CONTENT[4:]


def test_what_is_not_held(store: Store, stage: Stage) -> None:
    store.commit(stage(b"another"), "")
    assert store.find(SHA256) is None
    with pytest.raises(OriginalMissing):
        store.open(SHA256)
    store.remove(SHA256)
    assert [path.name for path in store.enumerate()] == [digest(b"another")]


def test_removed(store: Store, stage: Stage) -> None:
    store.commit(stage(), ".jpg")
    store.remove(SHA256)
    assert store.find(SHA256) is None
    assert store.commit(stage(), ".jpg") is True


def test_a_damaged_original_is_healed(store: Store, stage: Stage) -> None:
    store.commit(stage(), ".jpg")
    place = store.find(SHA256)
    assert place is not None
    place.unlink()
    place.write_bytes(CONTENT[:4])
    staged = stage()
    assert store.commit(staged, ".png") is False
    assert place.read_bytes() == CONTENT
    assert sorted(staged.path.parent.glob("*.heal")) == []


def test_the_name_comes_after_the_bytes_are_on_the_disk(
    store: Store, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    events: list[str] = []
    fsync, link = os.fsync, os.link

    def noted_fsync(fd: int) -> None:
        events.append(f"sync {os.readlink(f'/proc/self/fd/{fd}')}")
        fsync(fd)

    def noted_link(*args: Any) -> None:
        events.append("name")
        link(*args)

    staged = stage()
    monkeypatch.setattr("os.fsync", noted_fsync)
    monkeypatch.setattr("os.link", noted_link)
    store.commit(staged, ".jpg")
    folder = store.root / SHA256[:2] / SHA256[2:4]
    assert events.index(f"sync {staged.path}") < events.index("name") < events.index(f"sync {folder}")
    assert {f"sync {folder.parent}", f"sync {store.root}"} <= set(events)


def test_held_bytes_are_durable_before_they_are_told_so(
    store: Store, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another thread may have linked the name a moment ago and still be waiting for the disk."""
    store.commit(stage(), ".jpg")
    synced: list[str] = []
    monkeypatch.setattr("os.fsync", lambda fd: synced.append(os.readlink(f"/proc/self/fd/{fd}")))
    store.commit(stage(), ".jpg")
    assert synced == [str(store.root / SHA256[:2] / SHA256[2:4])]


@pytest.mark.parametrize("fault", ["os.fsync", "os.link", "os.mkdir"])
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk(
    fault: str, number: int, store: Store, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_args: object, **_options: object) -> None:
        raise OSError(number, os.strerror(number))

    staged = stage()
    monkeypatch.setattr(fault, full)
    with pytest.raises(NoRoom):
        store.commit(staged, ".jpg")
    assert list(store.enumerate()) == []


def test_other_faults_are_told_as_they_are(store: Store, stage: Stage) -> None:
    staged = stage()
    staged.path.unlink()
    with pytest.raises(FileNotFoundError):
        store.commit(staged, ".jpg")
