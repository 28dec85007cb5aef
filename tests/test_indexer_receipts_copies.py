"""Receipts from the first file to the last word: live, paused, read back, killed, healed; and quick."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
import sqlalchemy as sa

from indexer.catalog.tables import UploadRow
from indexer.errors import BadQuery, NoSuchReceipt
from indexer.hashing import Announced
from indexer.maintenance import sweep_staging
from indexer.model import Door, Lock, Transfer
from indexer.receipt import PAUSE_S, ReceiptState, Totals
from tests import photos
from tests.libraries import Home, add_person, counted, digest
from tests.photos import Shot
from tests.receipts import Desk, damage

PHOTO = photos.jpeg()
OTHER = photos.jpeg(Shot(seed=1))


@pytest.fixture
def desk(home: Home) -> Desk:
    desk = Desk(home)
    desk.folder("DCIM", "DCIM/100")
    return desk


def test_a_copy_of_everything(desk: Desk) -> None:
    home = desk.home
    home.bring("held-before.jpg", PHOTO)
    desk.later()
    home.bring("DCIM/100/new.jpg", OTHER)
    home.bring("DCIM/100/again.jpg", PHOTO)
    home.bring("DCIM/notes.txt", b"not a picture")
    home.bring("DCIM/.DS_Store", b"litter")
    home.bring("DCIM/empty.jpg", b"")
    desk.cut("DCIM/cut.jpg", b"12345", 10)
    receipt = desk.finish()
    assert (receipt.folder, receipt.door, receipt.state) == ("DCIM", Door.SHARE, ReceiptState.CLOSED)
    assert receipt.totals == Totals(
        new=1, held=1, not_media=1, junk=1, empty=1, incomplete=1, verified=3,
        size_bytes=len(OTHER) + len(PHOTO) + len(b"not a picture"),
    )  # fmt: skip
    assert desk.outcomes(receipt) == {
        "DCIM/100/new.jpg": "new",
        "DCIM/100/again.jpg": "held",
        "DCIM/notes.txt": "not_media",
        "DCIM/.DS_Store": "junk",
        "DCIM/empty.jpg": "empty",
        "DCIM/cut.jpg": "incomplete",
    }
    again = desk.file(receipt, "DCIM/100/again.jpg")
    first = home.catalog.items.get(home.alice, digest(PHOTO))
    assert first is not None
    assert (again.sha256, again.first_at, again.is_verified) == (digest(PHOTO), first.added_at, True)
    assert not receipt.is_safe_to_format
    assert "cut.jpg, empty.jpg" in receipt.verdict
    (files_in_share,) = [one for one in desk.all() if one.folder == ""]
    assert files_in_share.is_safe_to_format


def test_it_is_told_while_the_copy_runs(desk: Desk) -> None:
    for number in range(3):
        desk.home.bring(f"DCIM/{number}.jpg", photos.jpeg(Shot(seed=number)))
        receipt = desk.newest()
        assert (receipt.state, receipt.totals.files, receipt.totals.verified) == (
            ReceiptState.OPEN,
            number + 1,
            0,
        )
    assert len(desk.all()) == 1


def test_it_tells_how_many_files_are_prepared(desk: Desk) -> None:
    """Shown or failed, under each name; of this copy alone."""
    home = desk.home
    home.bring("other.jpg", photos.jpeg(Shot(seed=7)))
    home.bring("DCIM/a.jpg", PHOTO)
    home.bring("DCIM/again.jpg", PHOTO)
    home.bring("DCIM/broken.jpg", PHOTO[: PHOTO.index(b"\xff\xdb") + 6])
    home.bring("DCIM/empty.jpg", b"")
    receipt = next(one for one in desk.all() if one.folder == "DCIM")
    assert (receipt.totals.files, desk.receipts.prepared(receipt)) == (3, 0)
    home.worker().drain()
    home.bring("DCIM/new.jpg", OTHER)
    (receipt,) = (one for one in desk.all() if one.folder == "DCIM")
    assert (receipt.totals.files, desk.receipts.prepared(receipt)) == (4, 3)


def test_a_pause_begins_another_copy(desk: Desk) -> None:
    desk.home.bring("DCIM/a.jpg", PHOTO)
    desk.later()
    assert desk.newest().state is ReceiptState.VERIFYING
    desk.home.bring("DCIM/b.jpg", OTHER)
    assert [receipt.totals.files for receipt in desk.all()] == [1, 1]


def test_a_short_pause_does_not(desk: Desk) -> None:
    desk.home.bring("DCIM/a.jpg", PHOTO)
    desk.receipts.gather()
    desk.ahead_s += PAUSE_S - 30
    desk.receipts.end_quiet()
    assert desk.newest().state is ReceiptState.OPEN


def test_pauses_are_found_also_when_nobody_looked_meanwhile(desk: Desk) -> None:
    """The server was off between two copies: both are gathered at once, and still are two."""
    desk.home.bring("DCIM/a.jpg", PHOTO)
    desk.home.bring("DCIM/b.jpg", OTHER)
    with desk.home.catalog._database.write() as connection:
        connection.execute(
            sa.update(UploadRow).where(UploadRow.path == "DCIM/a.jpg").values(at=UploadRow.at - PAUSE_S - 5)
        )
    assert [receipt.totals.files for receipt in desk.all()] == [1, 1]


def test_a_long_film_keeps_the_copy_open(desk: Desk) -> None:
    desk.home.bring("DCIM/a.jpg", PHOTO)
    desk.receipts.gather()
    with desk.home.intake.begin(desk.home.alice, "DCIM/film.mp4", Announced(None)):
        desk.later()
        assert desk.newest().state is ReceiptState.OPEN
    assert desk.newest().totals == Totals(new=1, size_bytes=len(PHOTO))
    desk.later()
    assert desk.newest().state is ReceiptState.VERIFYING


def test_folders_doors_and_people_have_receipts_of_their_own(desk: Desk) -> None:
    home = desk.home
    bob = add_person(home.catalog, "bob")
    desk.folder("Other")
    for path in ("DCIM/a.jpg", "Other/a.jpg", "a.jpg"):
        home.bring(path, PHOTO)
    with home.intake.begin(home.alice, "DCIM/b.jpg", Announced(), door=Door.IMPORT) as incoming:
        incoming.write(OTHER)
        home.intake.accept(incoming, home.alice, "DCIM/b.jpg", door=Door.IMPORT, client_mtime=None)
    with home.intake.begin(bob, "a.jpg", Announced()) as incoming:
        incoming.write(OTHER)
        home.intake.accept(incoming, bob, "a.jpg", door=Door.SHARE, client_mtime=None)
    assert {(one.folder, one.door) for one in desk.all()} == {
        ("DCIM", Door.SHARE), ("Other", Door.SHARE), ("", Door.SHARE), ("DCIM", Door.IMPORT),
    }  # fmt: skip
    for_bob = replace(desk.alice, id=bob, name="bob")
    (only,), _ = desk.receipts.page(for_bob, None, 10)
    assert only.totals.new == 1
    for receipt in desk.all():
        with pytest.raises(NoSuchReceipt):
            desk.receipts.get(for_bob, receipt.id)


def test_a_cut_file_copied_again_leaves_a_clean_receipt(desk: Desk) -> None:
    desk.cut("DCIM/a.jpg", PHOTO[:100], len(PHOTO))
    assert desk.newest().totals == Totals(incomplete=1)
    desk.home.bring("DCIM/a.jpg", PHOTO)
    receipt = desk.finish()
    assert receipt.totals == Totals(new=1, verified=1, size_bytes=len(PHOTO))
    assert receipt.is_safe_to_format
    assert desk.home.catalog.items.tally(desk.home.alice)[0].count == 1


def test_a_file_that_is_cut_after_it_came_whole_is_told(desk: Desk) -> None:
    desk.home.bring("DCIM/a.jpg", PHOTO)
    desk.cut("DCIM/a.jpg", OTHER[:100], len(OTHER))
    assert not desk.finish().is_safe_to_format


def test_what_was_new_stays_new_when_it_is_sent_twice(desk: Desk) -> None:
    for _ in range(2):
        desk.home.bring("DCIM/a.jpg", PHOTO)
    assert desk.newest().totals == Totals(new=1, size_bytes=len(PHOTO))


def test_names_are_one_in_any_spelling(desk: Desk) -> None:
    desk.cut("DCIM/u\u0308.jpg", b"", 10)
    desk.home.bring("DCIM/\u00fc.jpg", PHOTO)
    assert desk.finish().is_safe_to_format


def test_what_is_refused_before_a_byte_came_is_told(desk: Desk) -> None:
    desk.home.bring("DCIM/a.jpg", PHOTO)
    desk.home.intake.staging.limit_bytes = 10
    with pytest.raises(Exception, match="larger"):
        desk.home.bring("DCIM/b.jpg", OTHER)
    receipt = desk.finish()
    assert desk.outcomes(receipt)["DCIM/b.jpg"] == "failed"
    assert not receipt.is_safe_to_format


def test_a_name_whose_bytes_never_came_is_told(desk: Desk) -> None:
    """Finder makes a name, locks it and vanishes; the lock's end takes the name away before the copy ends."""
    home = desk.home
    home.bring("DCIM/a.jpg", PHOTO)
    tree_time = time.time()
    home.catalog.entries.place_placeholder(home.alice, "DCIM/b.jpg", tree_time, tree_time)
    lock = Lock("t", "/Upload/DCIM/b.jpg", "", "0", "exclusive", 1.0, tree_time + 1)
    assert home.catalog.locks.add(home.alice, lock, tree_time) == ()
    home.catalog.locks.expire("/Upload", tree_time + 2)
    assert home.catalog.entries.get(home.alice, "DCIM/b.jpg") is None
    receipt = desk.finish()
    assert desk.outcomes(receipt) == {"DCIM/a.jpg": "new", "DCIM/b.jpg": "empty"}
    assert not receipt.is_safe_to_format


def test_a_lock_that_outlives_the_copy_opens_no_other(desk: Desk) -> None:
    home = desk.home
    home.bring("DCIM/a.jpg", PHOTO)
    home.catalog.entries.place_placeholder(home.alice, "DCIM/b.jpg", time.time(), time.time())
    lock = Lock("t", "/Upload/DCIM/b.jpg", "", "0", "exclusive", 1.0, time.time() + 5000)
    home.catalog.locks.add(home.alice, lock, time.time())
    told = desk.finish()
    home.catalog.locks.expire("/Upload", time.time() + 6000)
    assert desk.all() == (told,)
    assert told.totals.empty == 1


def test_parts_that_never_became_a_file_are_told(desk: Desk) -> None:
    home = desk.home
    home.bring("DCIM/a.jpg", PHOTO)
    home.catalog.transfers.begin(Transfer(home.alice, "t", "DCIM/film.mp4", 1000, time.time()), 10)
    receipt = desk.finish()
    assert desk.outcomes(receipt)["DCIM/film.mp4"] == "incomplete"


def test_it_is_ended_by_hand(desk: Desk) -> None:
    desk.home.bring("DCIM/a.jpg", PHOTO)
    ended = desk.receipts.end(desk.alice, desk.newest().id)
    assert ended.state is ReceiptState.VERIFYING
    desk.home.bring("DCIM/b.jpg", OTHER)
    desk.read_back()
    newer, older = desk.all()
    assert (older.id, older.is_safe_to_format, older.totals.files) == (ended.id, True, 1)
    assert newer.state is ReceiptState.OPEN
    assert desk.receipts.end(desk.alice, older.id) == older
    with pytest.raises(NoSuchReceipt):
        desk.receipts.end(desk.alice, 999)


def test_what_one_receipt_has_told_the_next_does_not(desk: Desk) -> None:
    desk.home.bring("DCIM/a.jpg", PHOTO)
    desk.home.bring("DCIM/empty.jpg", b"")
    desk.home.bring("DCIM/.DS_Store", b"litter")
    desk.receipts.end(desk.alice, desk.newest().id)
    desk.home.bring("DCIM/b.jpg", OTHER)
    assert desk.finish().totals == Totals(new=1, verified=1, size_bytes=len(OTHER))


def test_a_finished_receipt_never_changes(desk: Desk) -> None:
    home = desk.home
    home.bring("DCIM/a.jpg", PHOTO)
    receipt = desk.finish()
    text, files = desk.receipts.text(desk.alice, receipt.id), list(desk.receipts.all_files(receipt))
    home.bring("DCIM/a.jpg", OTHER)
    desk.cut("DCIM/a.jpg", b"", 10)
    damage(home, PHOTO)
    desk.finish()
    assert desk.receipts.get(desk.alice, receipt.id) == receipt
    assert desk.receipts.text(desk.alice, receipt.id) == text
    assert list(desk.receipts.all_files(receipt)) == files


def test_pages(desk: Desk) -> None:
    for number in range(5):
        desk.folder(f"F{number}")
        desk.home.bring(f"F{number}/a.jpg", PHOTO)
    found, cursor = desk.receipts.page(desk.alice, None, 3)
    rest, end = desk.receipts.page(desk.alice, cursor, 3)
    assert [receipt.folder for receipt in (*found, *rest)] == ["F4", "F3", "F2", "F1", "F0"]
    assert end is None
    for cursor in ("x", "-1", "9" * 40):
        with pytest.raises(BadQuery):
            desk.receipts.page(desk.alice, cursor, 3)


def test_files_come_in_pages(desk: Desk) -> None:
    for number in range(5):
        desk.home.bring(f"DCIM/{number}.jpg", PHOTO)
    receipt = desk.newest()
    first = desk.receipts.files(receipt, limit=3)
    assert first.next_key == "DCIM/2.jpg"
    rest = desk.receipts.files(receipt, after=first.next_key, limit=2)
    assert [file.path for file in rest.files] == ["DCIM/3.jpg", "DCIM/4.jpg"]
    assert rest.next_key is None


def test_a_removed_person_stops_nobody(desk: Desk) -> None:
    home = desk.home
    bob = add_person(home.catalog, "bob")
    with home.intake.begin(bob, "a.jpg", Announced()) as incoming:
        incoming.write(OTHER)
        home.intake.accept(incoming, bob, "a.jpg", door=Door.SHARE, client_mtime=None)
    home.bring("DCIM/a.jpg", PHOTO)
    desk.later()
    assert home.catalog.people.remove(bob)
    desk.read_back()
    assert desk.newest().is_safe_to_format
    home.catalog.gathering.settle()
    home.bring("DCIM/b.jpg", photos.jpeg(Shot(seed=3)))
    assert desk.newest().totals.new == 1


def test_a_long_history_costs_nothing(desk: Desk) -> None:
    """A million uploads before: as many statements as with none, each by an index, and no wait."""
    home = desk.home
    home.bring("DCIM/a.jpg", PHOTO)
    with counted(home) as few:
        desk.all()
    history = """
        INSERT INTO upload (person_id, sha256, path, door, at, size_bytes, is_new)
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000)
        SELECT :person, :sha256, 'DCIM/' || i || '.jpg', 'share', 1.0, 1, 1 FROM n
    """
    with home.catalog._database.write(durable=False) as connection:
        connection.execute(sa.text(history), {"person": home.alice, "sha256": digest(PHOTO)})
        connection.execute(sa.text("UPDATE gathered SET upload_id = (SELECT max(id) FROM upload)"))
    with counted(home) as many:
        started = time.monotonic()
        desk.all()
        took_s = time.monotonic() - started
    assert len(many) <= len(few)
    assert took_s < 0.5
    with home.catalog._database.read() as connection:
        for statement in many:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", ("",) * statement.count("?"))
            assert not [row for row in plan if "SCAN upload" in row[3]], statement


def test_what_a_crash_has_cut_is_told(desk: Desk) -> None:
    """After kill -9 only the staging file is left; its name says which file it was."""
    home = desk.home
    home.bring("DCIM/a.jpg", PHOTO)
    incoming = home.intake.begin(home.alice, "DCIM/film.mp4", Announced(1000))
    incoming.write(b"12345")
    assert sweep_staging(home.intake) == 1
    home.intake.staging.forget(incoming)  # a new process knows nothing of it
    receipt = desk.newest()
    assert receipt.totals.incomplete == 1
    assert desk.file(receipt, "DCIM/film.mp4").size_bytes == 5
    home.bring("DCIM/film.mp4", OTHER)
    assert desk.finish().is_safe_to_format


def test_a_folder_with_the_longest_name_takes_files(desk: Desk) -> None:
    folder = "日" * 85
    desk.folder(folder)
    desk.home.bring(f"{folder}/a.jpg", PHOTO)
    assert desk.finish().is_safe_to_format


def test_what_came_in_before_the_crash_is_not_told_as_cut(desk: Desk) -> None:
    home = desk.home
    incoming = home.intake.begin(home.alice, "DCIM/a.jpg", Announced())
    incoming.write(PHOTO)
    home.intake.accept(incoming, home.alice, "DCIM/a.jpg", door=Door.SHARE, client_mtime=None)
    assert sweep_staging(home.intake) == 1
    home.intake.staging.forget(incoming)
    assert desk.finish().is_safe_to_format
