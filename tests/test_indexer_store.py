"""The store: once, whole, durable, read-only."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from pathlib import Path

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
    place = store.root / SHA256[:2] / SHA256[2:4] / f"{SHA256}.jpg"
    assert store.commit(stage(), ".jpg") == place
    assert store.commit(stage(), ".jpg", is_recorded=True) == place
    assert store.commit(stage(), ".png") == place
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
    assert store.commit(stage(), ".jpg").read_bytes() == CONTENT


def test_a_damaged_original_is_healed(store: Store, stage: Stage) -> None:
    store.commit(stage(), ".jpg")
    place = store.find(SHA256)
    assert place is not None
    place.unlink()
    place.write_bytes(CONTENT[:4])
    staged = stage()
    assert store.commit(staged, ".png", is_recorded=True) == place
    assert place.read_bytes() == CONTENT
    assert sorted(staged.path.parent.glob("*.spare")) == []


def test_a_name_that_no_row_stands_for_is_not_believed(store: Store, stage: Stage) -> None:
    """A power cut can leave a name of the right size over bytes that never reached the disk."""
    place = store.commit(stage(), ".jpg")
    place.unlink()
    place.write_bytes(bytes(len(CONTENT)))
    assert store.commit(stage(), ".jpg") == place
    assert place.read_bytes() == CONTENT


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What has been waited for, in order; names of a file are its real ones."""
    paths: list[str] = []
    fsync = os.fsync

    def noted(fd: int) -> None:
        paths.append(os.readlink(f"/proc/self/fd/{fd}"))
        fsync(fd)

    monkeypatch.setattr("os.fsync", noted)
    return paths


def test_bytes_and_names_are_on_the_disk(store: Store, stage: Stage, synced: list[str]) -> None:
    staged = stage()
    place = store.commit(staged, ".jpg")
    assert synced[0] == str(staged.path), "the same file as the place, by the name that nobody takes away"
    assert {str(place.parent), str(place.parent.parent), str(store.root)} == set(synced[1:])


def test_folders_that_were_there_are_not_waited_for_again(
    store: Store, stage: Stage, synced: list[str]
) -> None:
    place = store.commit(stage(), ".jpg")
    synced.clear()
    staged = stage()
    store.commit(staged, ".jpg")
    assert set(synced) == {str(staged.path), str(place.parent)}


def test_bytes_that_take_a_name_over_are_on_the_disk_before(
    store: Store, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The name may stand for bytes of which another client was told, a moment ago, that they are safe."""
    store.commit(stage(), ".jpg")
    events: list[str] = []
    replace = os.replace

    def noted_replace(*paths: Path) -> None:
        events.append("replaced")
        replace(*paths)

    staged = stage()
    monkeypatch.setattr("os.fsync", lambda fd: events.append(os.readlink(f"/proc/self/fd/{fd}")))
    monkeypatch.setattr("os.replace", noted_replace)
    store.commit(staged, ".jpg")
    assert events[:2] == [str(staged.path), "replaced"]


def test_what_the_catalog_knows_is_not_waited_for(store: Store, stage: Stage, synced: list[str]) -> None:
    store.commit(stage(), ".jpg")
    synced.clear()
    store.commit(stage(), ".jpg", is_recorded=True)
    assert synced == []


def test_what_is_only_passing_is_not_waited_for(store: Store, stage: Stage, synced: list[str]) -> None:
    assert store.commit(stage(), "", durable=False).read_bytes() == CONTENT
    assert synced == []


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


def test_other_faults_are_told_as_they_are(store: Store, stage: Stage) -> None:
    staged = stage()
    staged.path.unlink()
    with pytest.raises(FileNotFoundError):
        store.commit(staged, ".jpg")
