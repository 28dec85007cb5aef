"""The one way in: whole, once, durable; and nothing at all when anything goes wrong."""

from __future__ import annotations

import errno
import os
import threading
import time
from collections.abc import Callable

import pytest
import sqlalchemy as sa

from indexer.catalog.arrivals import Arrivals
from indexer.catalog.database import Database
from indexer.catalog.versions import bump
from indexer.errors import (
    BadName,
    ChecksumMismatch,
    IncompleteUpload,
    NameOccupied,
    NoRoom,
    NoSuchEntry,
    OriginalMissing,
    TooLarge,
    UploadBroken,
)
from indexer.hashing import Announced
from indexer.model import Arrival, Door, Entry, EntryType, Tally
from indexer.store import Store
from indexer.upload_tree import UploadTree
from tests import photos
from tests.libraries import Home, add_person, digest
from tests.photos import Shot

PHOTO = photos.jpeg()
SHA256 = digest(PHOTO)


def assert_untouched(home: Home) -> None:
    assert home.catalog.entries.children(home.alice, "") == ()
    assert home.catalog.items.tally(home.alice) == (Tally(0, 0), Tally(0, 0))
    assert not home.catalog.arrivals.is_recorded(SHA256)
    assert (home.originals(), home.staged(), home.wakes) == (set(), [], [])


def test_a_photo_comes_in(home: Home) -> None:
    entry = home.bring("IMG_1.JPG", PHOTO, mtime=5.5)
    assert (entry.sha256, entry.size_bytes, entry.mime, entry.mtime) == (
        SHA256,
        len(PHOTO),
        "image/jpeg",
        5.5,
    )
    assert home.catalog.entries.get(home.alice, "IMG_1.JPG") == entry
    assert (home.originals(), home.staged(), len(home.wakes)) == ({SHA256}, [], 1)
    with home.intake.open(entry) as file:
        assert file.read() == PHOTO


def test_nothing_is_visible_before_the_end(home: Home) -> None:
    with home.intake.begin(home.alice, "IMG_1.JPG", Announced(len(PHOTO))) as incoming:
        incoming.write(PHOTO)
        incoming.finish()
        assert home.catalog.entries.children(home.alice, "") == ()
        assert home.originals() == set()
    assert_untouched(home)


def test_the_bytes_come_before_the_rows_and_the_rows_before_the_worker(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = Arrivals.record

    def checked(arrivals: Arrivals, arrival: Arrival, ensure: Callable[[], object]) -> Entry:
        assert home.originals() == {SHA256}
        assert home.wakes == []
        return record(arrivals, arrival, ensure)

    monkeypatch.setattr(Arrivals, "record", checked)
    home.bring("IMG_1.JPG", PHOTO)
    assert len(home.wakes) == 1


def test_a_duplicate_costs_nothing(home: Home) -> None:
    first = home.bring("IMG_1.JPG", PHOTO)
    second = home.bring("again.jpg", PHOTO, mtime=9.0)
    assert (second.sha256, second.mtime) == (first.sha256, 9.0)
    assert home.originals() == {SHA256}
    assert home.catalog.items.tally(home.alice) == (Tally(1, len(PHOTO)), Tally(1, len(PHOTO)))


@pytest.mark.parametrize("path", ["", "..", "a//b", "a\nb"])
def test_impossible_names(path: str, home: Home) -> None:
    with pytest.raises(BadName):
        home.bring(path, PHOTO)
    assert_untouched(home)


@pytest.mark.parametrize(
    ("path", "announced", "error"),
    [
        ("a.jpg", Announced(len(PHOTO) + 1), IncompleteUpload),
        ("a.jpg", Announced(None, (("md5", "0" * 32),)), ChecksumMismatch),
        ("nowhere/a.jpg", Announced(), NoSuchEntry),
        ("nowhere/Thumbs.db", Announced(), NoSuchEntry),
    ],
)
def test_a_refusal_changes_nothing(
    path: str, announced: Announced, error: type[Exception], home: Home
) -> None:
    with home.intake.begin(home.alice, path, announced) as incoming:
        incoming.write(PHOTO)
        with pytest.raises(error):
            home.intake.accept(incoming, home.alice, path, door=Door.SHARE, client_mtime=None)
    assert_untouched(home)
    assert list(home.intake.junk.enumerate()) == []


def test_a_folder_in_the_way(home: Home) -> None:
    home.catalog.entries.make_folder(home.alice, "DCIM", 1.0)
    with pytest.raises(NameOccupied):
        home.bring("DCIM", PHOTO)
    assert (home.originals(), home.staged()) == (set(), [])


def test_too_large(home: Home) -> None:
    home.intake.staging.limit_bytes = len(PHOTO) - 1
    with pytest.raises(TooLarge):
        home.bring("IMG_1.JPG", PHOTO)
    assert_untouched(home)


def full(*_args: object, **_options: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def full_database(*_args: object, **_options: object) -> None:
    raise NoRoom


@pytest.mark.parametrize(
    ("place", "fault"),
    [
        ("os.write", full),
        ("os.fsync", full),
        ("os.link", full),
        ("indexer.catalog.jobs.enqueue", full_database),
        ("indexer.catalog.arrivals.bump", full_database),
    ],
)
def test_a_full_disk_anywhere(
    place: str, fault: Callable[..., None], home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(place, fault)
    with pytest.raises(NoRoom):
        home.bring("IMG_1.JPG", PHOTO)
    monkeypatch.undo()
    assert_untouched(home)
    assert home.bring("IMG_1.JPG", PHOTO).sha256 == SHA256


def test_what_a_full_disk_kept_from_the_receipt_is_told_later(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a receipt could say that a card is safe to format while a file of it is missing."""
    told: list[str] = []
    monkeypatch.setattr("indexer.catalog.mishaps.Mishaps.record", full_database)
    for name in ("a.jpg", "b.jpg"):
        incoming = home.intake.begin(home.alice, name, Announced(9))
        with pytest.raises(UploadBroken), incoming:
            raise UploadBroken
    monkeypatch.setattr(
        "indexer.catalog.mishaps.Mishaps.record", lambda _, happened: told.append(happened.path)
    )
    home.intake.tell_mishaps()
    home.intake.tell_mishaps()
    assert told == ["a.jpg", "b.jpg"]


def test_the_older_version_survives_a_failure(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    before = home.bring("IMG_1.JPG", PHOTO)
    monkeypatch.setattr("indexer.catalog.arrivals.bump", full_database)
    for content in (photos.jpeg(Shot(seed=1)), PHOTO):
        with pytest.raises(NoRoom):
            home.bring("IMG_1.JPG", content)
    assert home.catalog.entries.get(home.alice, "IMG_1.JPG") == before
    assert home.originals() == {SHA256}


def test_a_commit_that_failed_for_us_but_not_on_the_disk(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """The row is there, so the bytes must stay."""
    record = Arrivals.record

    def interrupted(arrivals: Arrivals, arrival: Arrival, ensure: Callable[[], object]) -> Entry:
        record(arrivals, arrival, ensure)
        raise sa.exc.OperationalError("commit", {}, Exception("disk I/O error"))

    monkeypatch.setattr(Arrivals, "record", interrupted)
    with pytest.raises(sa.exc.OperationalError):
        home.bring("IMG_1.JPG", PHOTO)
    assert home.originals() == {SHA256}


def test_in_doubt_the_bytes_stay(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def out_of_reach(*_args: object) -> None:
        raise sa.exc.OperationalError("begin", {}, Exception("disk I/O error"))

    monkeypatch.setattr(Database, "write", out_of_reach)
    with pytest.raises(sa.exc.OperationalError):
        home.bring("IMG_1.JPG", PHOTO)
    assert home.originals() == {SHA256}


def test_a_failure_never_takes_what_another_upload_was_told_is_safe(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other one comes in whole between our failure and our cleaning up."""
    unless_recorded = Arrivals.unless_recorded

    def after_another(arrivals: Arrivals, sha256: str, forget: Callable[[], None], *, as_junk: bool) -> None:
        home.bring("other.jpg", PHOTO)
        unless_recorded(arrivals, sha256, forget, as_junk=as_junk)

    monkeypatch.setattr(Arrivals, "unless_recorded", after_another)
    with pytest.raises(NoSuchEntry):
        home.bring("gone/IMG_1.JPG", PHOTO)
    assert home.originals() == {SHA256}


def test_nobody_records_while_bytes_are_forgotten(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other one arrives while we remove the bytes: it waits, finds them gone, and keeps its own."""
    remove = Store.remove

    def slowly(store: Store, sha256: str) -> None:
        other = threading.Thread(target=home.bring, args=("other.jpg", PHOTO))
        other.start()
        others.append(other)
        time.sleep(0.3)
        remove(store, sha256)

    others: list[threading.Thread] = []
    monkeypatch.setattr(Store, "remove", slowly)
    with pytest.raises(NoSuchEntry):
        home.bring("gone/IMG_1.JPG", PHOTO)
    for other in others:
        other.join()
    assert home.catalog.entries.get(home.alice, "other.jpg") is not None
    assert home.originals() == {SHA256}


def test_another_upload_undid_the_same_bytes(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    record = Arrivals.record

    def undone_meanwhile(arrivals: Arrivals, arrival: Arrival, ensure: Callable[[], object]) -> Entry:
        home.intake.originals.remove(arrival.sha256)
        return record(arrivals, arrival, ensure)

    monkeypatch.setattr(Arrivals, "record", undone_meanwhile)
    entry = home.bring("IMG_1.JPG", PHOTO)
    with home.intake.open(entry) as file:
        assert file.read() == PHOTO


def test_no_row_ever_counts_before_its_bytes_are_back(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are undone by another upload; a power cut at the commit must not leave a row without them."""
    held: list[set[str]] = []

    def undone(connection: sa.Connection, person_id: int) -> None:
        home.intake.originals.remove(SHA256)
        bump(connection, person_id)

    monkeypatch.setattr("indexer.catalog.arrivals.bump", undone)
    sa.event.listen(home.catalog.arrivals._database.engine, "commit", lambda _: held.append(home.originals()))
    home.bring("IMG_1.JPG", PHOTO)
    assert held == [{SHA256}]


def test_litter_that_a_power_cut_took_is_never_adopted(home: Home, tree: UploadTree) -> None:
    """Small junk is answered before it is on the disk: under a real name only its true bytes count."""
    home.bring("._a.jpg", PHOTO)
    junk = home.intake.junk.require(SHA256)
    junk.chmod(0o600)
    junk.write_bytes(b"")
    tree.move(home.alice, "._a.jpg", "a.jpg")
    assert home.originals() == set()
    assert not home.catalog.arrivals.is_recorded(SHA256)


@pytest.mark.parametrize(("path", "waits"), [("._a.jpg", False), ("a.jpg.part", True), ("a.tmp", True)])
def test_only_litter_does_not_wait_for_the_disk(
    path: str, waits: bool, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    monkeypatch.setattr("os.fsync", synced.append)
    home.bring(path, b"a little")
    assert bool(synced) is waits


def test_how_long_it_takes_does_not_tell_what_somebody_else_holds(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    bob = add_person(home.catalog, "bob")
    home.bring("IMG_1.JPG", PHOTO)
    synced: list[int] = []
    monkeypatch.setattr("os.fsync", synced.append)
    with home.intake.begin(bob, "mine.jpg", Announced()) as incoming:
        incoming.write(PHOTO)
        home.intake.accept(incoming, bob, "mine.jpg", door=Door.SHARE, client_mtime=None)
    assert synced


def test_the_same_photo_by_many_at_once(home: Home) -> None:
    paths = [f"IMG_{number}.JPG" for number in range(8)]
    threads = [threading.Thread(target=home.bring, args=(path, PHOTO)) for path in paths]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {entry.sha256 for entry in home.catalog.entries.children(home.alice, "")} == {SHA256}
    assert home.catalog.items.tally(home.alice) == (Tally(1, len(PHOTO)), Tally(7, 7 * len(PHOTO)))
    assert (home.originals(), home.staged()) == ({SHA256}, [])


def test_no_bytes_make_a_placeholder(home: Home) -> None:
    entry = home.bring("IMG_1.JPG", b"", mtime=5.5)
    assert (entry.type, entry.size_bytes, entry.mtime) == (EntryType.PLACEHOLDER, 0, 5.5)
    assert (home.originals(), home.staged(), home.wakes) == (set(), [], [])
    assert home.bring("IMG_1.JPG", PHOTO).type is EntryType.FILE


@pytest.mark.parametrize("mtime", [-9e10, -1.0, 0.0, 2.0**35, 9e15, float("nan"), float("inf")])
@pytest.mark.parametrize("content", [PHOTO, b""])
def test_times_that_no_calendar_knows_do_not_count(home: Home, mtime: float, content: bytes) -> None:
    """One such file would make its whole folder unreadable."""
    assert abs(home.bring("IMG_1.JPG", content, mtime=mtime).mtime - time.time()) < 60


def test_lost_bytes_are_told(home: Home) -> None:
    entry = home.bring("IMG_1.JPG", PHOTO)
    home.intake.originals.remove(SHA256)
    with pytest.raises(OriginalMissing):
        home.intake.open(entry)


def test_junk_is_kept_apart(home: Home) -> None:
    entry = home.bring("._IMG_1.JPG", PHOTO)
    assert entry.is_junk
    assert (home.originals(), home.wakes) == (set(), [])
    assert [path.name[:64] for path in home.intake.junk.enumerate()] == [SHA256]
    with home.intake.open(entry) as file:
        assert file.read() == PHOTO
    assert home.catalog.items.tally(home.alice)[0] == Tally(0, 0)


def test_a_whole_copy_that_gets_its_name_is_adopted(home: Home) -> None:
    junk = home.bring("IMG_1.JPG.part", PHOTO, mtime=5.5)
    home.intake.adopt(home.alice, junk)
    assert home.originals() == set()
    home.catalog.entries.move(home.alice, "IMG_1.JPG.part", "IMG_1.JPG")
    entry = home.catalog.entries.get(home.alice, "IMG_1.JPG")
    for _ in range(2):
        assert entry is not None
        home.intake.adopt(home.alice, entry)
        entry = home.catalog.entries.get(home.alice, "IMG_1.JPG")
        assert entry is not None
        assert (entry.is_junk, entry.sha256, entry.mtime) == (False, SHA256, 5.5)
    assert (home.originals(), home.staged()) == ({SHA256}, [])
    item = home.catalog.items.get(home.alice, SHA256)
    assert item is not None
    assert item.name == "IMG_1.JPG"
