"""Uploads that grow: what is acknowledged is kept, whoever interrupts; whole ones are files like others."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from indexer import growth, resumable
from indexer.errors import (
    BadName,
    BeyondEnd,
    ChecksumMismatch,
    NoRoom,
    NoSuchTransfer,
    PartsMissing,
    TooLarge,
    TooManyTransfers,
    UploadTakenOver,
    WrongOffset,
)
from indexer.hashing import Staged, Staging
from indexer.intake import Ready
from indexer.model import Door, EntryType, Resumable
from indexer.receipt import FileOutcome, Mishap
from indexer.resumable import IDLE_S, Resumables
from indexer.store import Store
from tests.libraries import Home, add_person, digest, open_home


@dataclass(slots=True)
class Desk:
    """Alice's uploads; ``restart`` is what a new process would have."""

    home: Home
    uploads: Resumables

    def begin(self, target: str | None = "DCIM/IMG_1.JPG", size_bytes: int | None = 10) -> Resumable:
        return self.uploads.begin(self.home.alice, target, size_bytes, mtime=7.5, told="said")

    def send(self, upload: Resumable, offset_bytes: int, content: bytes, **told: object) -> Resumable:
        with self.uploads.grow(self.home.alice, upload.id, offset_bytes, **told) as way:  # type: ignore[arg-type]
            way.write(content)
            return way.finish()

    def break_off(self, upload: Resumable, offset_bytes: int, content: bytes, **told: object) -> None:
        """Send a piece whose connection breaks before its end."""
        with (
            suppress(ConnectionError),
            self.uploads.grow(
                self.home.alice,
                upload.id,
                offset_bytes,
                **told,  # type: ignore[arg-type]
            ) as way,
        ):
            way.write(content)
            raise ConnectionError

    def get(self, upload: Resumable) -> Resumable:
        return self.uploads.get(self.home.alice, upload.id)

    def restart(self) -> None:
        self.uploads = Resumables(self.home.intake, self.uploads.folder)
        self.uploads.sweep()

    def on_disk(self) -> set[str]:
        return {path.name for path in self.uploads.folder.iterdir()}

    def part(self, content: bytes) -> str:
        upload = self.begin(None, len(content))
        self.send(upload, 0, content)
        return upload.id

    def join(self, part_ids: list[str], target: str = "film.mov") -> Resumable:
        return self.uploads.join(self.home.alice, part_ids, target, mtime=None, told="")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_home(tmp_path) as home:
        desk = Desk(home, Resumables(home.intake, home.folder.staging / "resumable"))
        desk.uploads.sweep()
        yield desk


def test_a_whole_upload_is_a_file_of_the_share_and_leaves_nothing_behind(desk: Desk) -> None:
    upload = desk.begin()
    assert desk.send(upload, 0, b"01234").received_bytes == 5
    assert not desk.get(upload).is_kept
    kept = desk.send(upload, 5, b"56789")
    assert (kept.stored_path, kept.sha256, kept.told) == ("DCIM/IMG_1.JPG", digest("0123456789"), "said")
    entry = desk.home.catalog.entries.get(desk.home.alice, "DCIM/IMG_1.JPG")
    assert entry is not None
    assert (entry.sha256, entry.mtime) == (kept.sha256, 7.5)
    assert desk.home.library.item(desk.home.alice, digest("0123456789")).uploads[0].door is Door.BROWSER
    assert desk.get(upload) == kept
    assert desk.on_disk() == set()
    assert len(desk.home.wakes) == 1


def test_hashing_goes_on_without_reading_again_until_a_restart(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    readings: list[int] = []

    def counted(place: Path, size_bytes: int) -> object:
        readings.append(size_bytes)
        return hash_of(place, size_bytes)

    hash_of = growth.hash_of
    monkeypatch.setattr(growth, "hash_of", counted)
    monkeypatch.setattr(resumable, "hash_of", counted)
    upload = desk.begin()
    for offset in range(4):
        desk.send(upload, offset, b"x")
    assert readings == []
    desk.restart()
    for offset in range(4, 9):
        desk.send(upload, offset, b"x")
    assert desk.send(upload, 9, b"y").sha256 == digest("xxxxxxxxxy")
    assert readings == [4]


@pytest.mark.parametrize("restarts", [False, True])
def test_what_came_of_a_broken_piece_is_kept(desk: Desk, restarts: bool) -> None:
    upload = desk.begin()
    desk.break_off(upload, 0, b"012")
    if restarts:
        desk.restart()
    assert desk.get(upload).received_bytes == 3
    assert desk.send(upload, 3, b"3456789").sha256 == digest("0123456789")


def test_a_piece_that_broke_is_remembered_for_the_receipt(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Mishap] = []
    monkeypatch.setattr(type(desk.home.catalog.mishaps), "record", lambda _, what: told.append(what))
    upload, part = desk.begin(), desk.begin(None)
    desk.break_off(upload, 0, b"012")
    desk.break_off(part, 0, b"012")
    (what,) = told
    assert (what.path, what.outcome, what.received_bytes, what.expected_bytes) == (
        "DCIM/IMG_1.JPG", FileOutcome.INCOMPLETE, 3, 10,
    )  # fmt: skip
    desk.send(upload, 3, b"3456789")
    assert len(told) == 1


def test_bytes_that_no_row_knows_are_overwritten_and_cut_off(desk: Desk) -> None:
    """A crash in the middle of a piece leaves a longer file than was acknowledged."""
    upload = desk.begin(size_bytes=None)
    desk.send(upload, 0, b"01")
    with (desk.uploads.folder / upload.id).open("ab") as file:
        file.write(b"?" * 100)
    desk.restart()
    assert desk.send(upload, 2, b"23", size_bytes=4).sha256 == digest("0123")


def test_one_whose_bytes_the_disk_lost_is_not_there_any_more(desk: Desk) -> None:
    """Its client begins anew; told the old offset, it would come back for ever."""
    upload = desk.begin()
    desk.send(upload, 0, b"01234")
    (desk.uploads.folder / upload.id).write_bytes(b"01")
    for _ in range(2):
        with pytest.raises(NoSuchTransfer):
            desk.get(upload)
        with pytest.raises(NoSuchTransfer):
            desk.send(upload, 5, b"56789")
    assert desk.on_disk() == set()


def test_a_crash_before_it_is_noted_as_kept_leaves_the_original_alone(desk: Desk) -> None:
    """The staging file is the original then, under its second name: what comes again must not go into it."""
    upload = desk.begin()
    desk.send(upload, 0, b"01234")
    place = desk.uploads.folder / upload.id
    place.write_bytes(b"0123456789")
    ready = Ready(Staged(place, digest("0123456789"), 10))
    desk.home.intake.accept(ready, desk.home.alice, "DCIM/IMG_1.JPG", door=Door.BROWSER, client_mtime=None)
    desk.restart()
    original = desk.home.intake.originals.require(digest("0123456789"))
    desk.break_off(upload, 5, b"?")
    assert original.read_bytes() == b"0123456789"
    with pytest.raises(WrongOffset):
        desk.send(upload, 5, b"56789")
    assert desk.send(upload, 6, b"6789").sha256 == digest("01234?6789")
    assert original.read_bytes() == b"0123456789"


def test_what_is_refused_at_the_beginning_is_remembered_for_the_receipt(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the receipt of its copy would call the card safe to format."""
    told: list[Mishap] = []
    monkeypatch.setattr(type(desk.home.catalog.mishaps), "record", lambda _, what: told.append(what))
    desk.home.intake.staging.limit_bytes = 100
    with pytest.raises(TooLarge):
        desk.begin("DCIM/film.mov", 101)
    with pytest.raises(BadName):
        desk.begin("DCIM/\x07.jpg", 1)
    with pytest.raises(TooLarge):
        desk.begin(None, 101)
    assert [(what.outcome, what.door, what.expected_bytes) for what in told] == [
        (FileOutcome.FAILED, Door.BROWSER, 101), (FileOutcome.FAILED, Door.BROWSER, 1),
    ]  # fmt: skip


def test_the_offset_and_the_length_are_checked(desk: Desk) -> None:
    upload = desk.begin()
    desk.send(upload, 0, b"01234")
    for offset in (0, 4, 6):
        with pytest.raises(WrongOffset) as refused:
            desk.send(upload, offset, b"x")
        assert refused.value.offset_bytes == 5
    for told in ({}, {"more_bytes": 6}, {"size_bytes": 11}):
        with pytest.raises(BeyondEnd):
            desk.send(upload, 5, b"567890", **told)
    assert desk.get(upload).received_bytes == 5
    desk.send(upload, 5, b"56789")
    with pytest.raises(BeyondEnd):
        desk.send(upload, 10, b"")


def test_pieces_with_a_checksum_count_wholly_or_not_at_all(desk: Desk) -> None:
    upload, wrong = desk.begin(), ("sha256", digest("other"))
    desk.send(upload, 0, b"01")
    with pytest.raises(ChecksumMismatch):
        desk.send(upload, 2, b"2345", checksum=wrong)
    desk.break_off(upload, 2, b"23", checksum=wrong)
    assert desk.get(upload).received_bytes == 2
    desk.send(upload, 2, b"2345", checksum=("sha256", digest("2345")))
    assert desk.send(upload, 6, b"6789").sha256 == digest("0123456789")


def test_the_length_may_be_told_later(desk: Desk) -> None:
    upload = desk.begin(size_bytes=None)
    assert desk.send(upload, 0, b"012").size_bytes is None
    assert desk.send(upload, 3, b"345", size_bytes=6).sha256 == digest("012345")


def test_an_empty_file_is_there_at_once(desk: Desk) -> None:
    upload = desk.begin(size_bytes=0)
    assert (upload.stored_path, upload.sha256) == ("DCIM/IMG_1.JPG", None)
    entry = desk.home.catalog.entries.get(desk.home.alice, "DCIM/IMG_1.JPG")
    assert entry is not None
    assert entry.type is EntryType.PLACEHOLDER


def test_no_other_file_loses_its_name(desk: Desk) -> None:
    for content, path in [("one", "a.jpg"), ("two", "a (2).jpg"), ("one", "a.jpg"), ("six", "a (3).jpg")]:
        upload = desk.begin("a.jpg", 3)
        assert desk.send(upload, 0, content.encode()).stored_path == path
    desk.begin("a.jpg", 0)
    assert desk.home.catalog.entries.get(desk.home.alice, "a.jpg").sha256 == digest("one")  # type: ignore[union-attr]


def test_junk_is_taken_and_is_no_item(desk: Desk) -> None:
    for content in (b"one", b"two"):
        upload = desk.begin("DCIM/.DS_Store", 3)
        kept = desk.send(upload, 0, content)
        assert (kept.stored_path, kept.sha256) == ("DCIM/.DS_Store", None)
    assert desk.home.originals() == set()


def test_who_comes_last_goes_on(desk: Desk) -> None:
    """A client that lost its connection must not wait until the server has noticed."""
    upload = desk.begin()
    with desk.uploads.grow(desk.home.alice, upload.id, 0) as first:
        first.write(b"0123")
        assert desk.get(upload).received_bytes == 4, "asking makes what came safe, and does not put it off"
        first.write(b"4")
        with pytest.raises(WrongOffset):
            desk.send(upload, 0, b"x")
        first.write(b"5")
        kept = desk.send(upload, 6, b"6789")
        with pytest.raises(UploadTakenOver):
            first.write(b"!")
        with pytest.raises(UploadTakenOver):
            first.finish()
    assert kept.sha256 == digest("0123456789")
    assert desk.get(upload) == kept


def test_many_at_once_never_mix(desk: Desk) -> None:
    content = bytes(range(256)) * 40
    upload = desk.begin(size_bytes=len(content))

    def push() -> None:
        while not (now := desk.get(upload)).is_kept:
            with suppress(WrongOffset, UploadTakenOver, BeyondEnd):
                desk.send(upload, now.received_bytes, content[now.received_bytes :][:100])

    threads = [threading.Thread(target=push) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert desk.get(upload).sha256 == digest(content)


def test_long_pieces_are_made_safe_on_their_way(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(growth, "_FLUSH_BYTES", 2)
    monkeypatch.setattr(growth, "_SYNC_BYTES", 4)
    upload = desk.begin()
    with desk.uploads.grow(desk.home.alice, upload.id, 0) as way:
        for _ in range(5):
            way.write(b"x")
        assert desk.home.catalog.resumables.get(desk.home.alice, upload.id).received_bytes == 4
        desk.uploads.drop(desk.home.alice, upload.id)


def test_one_that_could_not_be_kept_is_kept_when_asked_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a client that hears that all bytes are here would take it for done."""

    def full(*_args: object, **_options: object) -> Path:
        raise NoRoom

    upload = desk.begin()
    monkeypatch.setattr(Store, "commit", full)
    with pytest.raises(NoRoom):
        desk.send(upload, 0, b"0123456789")
    desk.restart()
    with pytest.raises(NoRoom):
        desk.get(upload)
    monkeypatch.undo()
    assert desk.get(upload).sha256 == digest("0123456789")


def test_parts_become_one_file_and_are_gone(desk: Desk) -> None:
    parts = [desk.part(content) for content in (b"one ", b"two ", b"three")]
    whole = desk.join(parts)
    assert (whole.stored_path, whole.sha256) == ("film.mov", digest("one two three"))
    assert desk.join(parts) == whole, "an answer that was lost is given again"
    assert desk.on_disk() == set()
    for part in parts:
        with pytest.raises(NoSuchTransfer):
            desk.uploads.get(desk.home.alice, part)


def test_only_whole_parts_can_be_joined(desk: Desk) -> None:
    whole, unfinished = desk.part(b"whole"), desk.begin(None, 5)
    desk.send(unfinished, 0, b"1234")
    kept = desk.begin("a.jpg", 3)
    desk.send(kept, 0, b"abc")
    for ids in ([], [whole, unfinished.id], [whole, kept.id]):
        with pytest.raises(PartsMissing):
            desk.join(ids)
    with pytest.raises(NoSuchTransfer):
        desk.join([whole, "0" * 32])
    assert desk.uploads.get(desk.home.alice, whole).is_whole


def test_uploads_are_their_persons_own(desk: Desk) -> None:
    upload, bob = desk.begin(), add_person(desk.home.catalog, "bob")
    part = desk.part(b"alice's")
    with pytest.raises(NoSuchTransfer):
        desk.uploads.get(bob, upload.id)
    with pytest.raises(NoSuchTransfer):
        desk.uploads.grow(bob, upload.id, 0)
    with pytest.raises(NoSuchTransfer):
        desk.uploads.drop(bob, upload.id)
    with pytest.raises(NoSuchTransfer):
        desk.uploads.join(bob, [part], "mine.mov", mtime=None, told="")
    assert desk.uploads.get(desk.home.alice, part).is_whole


def test_what_is_refused_leaves_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.home.intake.staging.limit_bytes = 100
    monkeypatch.setattr(resumable, "MOST_UPLOADS", 1)
    with pytest.raises(TooLarge):
        desk.begin(size_bytes=101)
    with pytest.raises(BadName):
        desk.begin("../up.jpg")
    later = desk.begin(size_bytes=None)
    with pytest.raises(TooLarge):
        desk.send(later, 0, bytes(101))
    with pytest.raises(TooManyTransfers):
        desk.begin()
    monkeypatch.setattr(Staging, "available_bytes", lambda _: 5)
    with pytest.raises(NoRoom):
        desk.begin(size_bytes=10)
    with pytest.raises(NoRoom):
        desk.send(later, 0, b"", size_bytes=10)


def test_dropped_idle_and_stray_uploads_are_gone(desk: Desk) -> None:
    dropped, idle = desk.begin(), desk.begin()
    desk.send(dropped, 0, b"0")
    desk.send(idle, 0, b"0")
    with desk.uploads.grow(desk.home.alice, dropped.id, 1) as way:
        desk.uploads.drop(desk.home.alice, dropped.id)
        with pytest.raises(UploadTakenOver):
            way.write(b"1")
    assert desk.on_disk() == {idle.id}
    now = desk.get(idle).used_at
    desk.uploads.drop_idle(now + IDLE_S - 1)
    assert desk.on_disk() == {idle.id}
    with desk.uploads.grow(desk.home.alice, idle.id, 1) as way:
        desk.uploads.drop_idle(now + IDLE_S + 1)
        way.write(b"1")
    assert desk.get(idle).received_bytes == 2
    desk.uploads.drop_idle(desk.get(idle).used_at + IDLE_S + 1)
    assert desk.on_disk() == set()
    (desk.uploads.folder / "stray").write_bytes(b"")
    assert desk.uploads.sweep() == 1


def test_arriving_files_are_seen(desk: Desk) -> None:
    upload, _ = desk.begin(), desk.part(b"a part is no file")
    desk.send(upload, 0, b"012")
    status = desk.home.library.status(desk.home.alice)
    assert [(one.path, one.received_bytes, one.expected_bytes) for one in status.receiving] == [
        ("DCIM/IMG_1.JPG", 3, 10)
    ]
    desk.send(upload, 3, b"3456789")
    assert desk.home.library.status(desk.home.alice).receiving == ()
