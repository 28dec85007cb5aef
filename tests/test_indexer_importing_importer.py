"""Importing a folder: all of it comes in once, the folder stays as it is, a second run changes nothing."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import pytest

from indexer.errors import NoRoom
from indexer.hashing import Staging
from indexer.importing import spool
from indexer.importing.check import check_folder
from indexer.importing.importer import Imported, Importer
from indexer.model import Door
from indexer.receipt import FileOutcome, Totals
from tests.folders import deep_folder
from tests.libraries import Home, digest
from tests.photos import Shot, jpeg
from tests.receipts import Desk


def run(home: Home, folder: Path) -> Imported:
    with spool.spooled(home.intake) as intake:
        return Importer(intake, home.alice).run(folder, lambda done, total: None)


def state_of(folder: Path) -> dict[str, tuple[str, int, int, int]]:
    """Bytes, times, modes and links of all that a folder holds."""
    found = {}
    for place in sorted(folder.rglob("*")):
        stat = place.lstat()
        content = hashlib.sha256(place.read_bytes()).hexdigest() if place.is_file() else ""
        found[str(place)] = content, stat.st_mtime_ns, stat.st_mode, stat.st_nlink
    return found


@pytest.fixture
def card(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with pictures, a duplicate, junk, an empty file and a link."""
    card = tmp_path_factory.mktemp("source") / "Card"
    (card / "DCIM" / "100").mkdir(parents=True)
    for number in range(3):
        place = card / "DCIM" / "100" / f"IMG_{number}.JPG"
        place.write_bytes(jpeg(Shot(seed=number)))
        os.utime(place, (1.5e9, 1.5e9 + number))
    (card / "copy.jpg").write_bytes(jpeg(Shot(seed=0)))
    (card / "notes.txt").write_bytes(b"not media")
    (card / ".DS_Store").write_bytes(b"junk")
    (card / "empty.jpg").touch()
    (card / "link.jpg").symlink_to("/etc/passwd")
    (card / "up").symlink_to("..")
    return card


def test_everything_comes_in_once_and_the_folder_stays_as_it_is(home: Home, card: Path) -> None:
    before = state_of(card)
    done = run(home, card)
    assert state_of(card) == before
    told = {str(outcome): number for outcome, number in done.counts.items()}
    assert told == {"new": 4, "held": 1, "junk": 1, "empty": 1, "failed": 0}
    assert (done.links, done.failed) == (2, [])
    entry = home.catalog.entries.get(home.alice, "Card/DCIM/100/IMG_2.JPG")
    assert entry is not None
    assert (entry.mtime, entry.sha256) == (1.5e9 + 2, digest(jpeg(Shot(seed=2))))
    item = home.library.item(home.alice, digest(jpeg(Shot(seed=0))))
    assert {upload.path for upload in item.uploads} == {"Card/copy.jpg", "Card/DCIM/100/IMG_0.JPG"}
    assert {upload.door for upload in item.uploads} == {Door.IMPORT}
    assert home.catalog.entries.get(home.alice, "Card/link.jpg") is None
    assert home.staged() == []


def test_a_second_run_changes_nothing(home: Home, card: Path) -> None:
    run(home, card)
    (card / "DCIM" / "100" / "IMG_1.JPG").write_bytes(jpeg(Shot(seed=77)))
    run(home, card)  # now one name stands for two pictures
    before = (
        home.catalog.entries.below(home.alice, "Card"),
        home.originals(),
        len(home.library.items(home.alice).items),
    )
    done = run(home, card)
    assert done.counts[FileOutcome.HELD] == 5
    assert done.counts[FileOutcome.NEW] == 0
    assert before == (
        home.catalog.entries.below(home.alice, "Card"),
        home.originals(),
        len(home.library.items(home.alice).items),
    )
    numbered = home.catalog.entries.get(home.alice, "Card/DCIM/100/IMG_1 (2).JPG")
    assert numbered is not None


def test_the_receipt_compared_with_the_truth(home: Home, card: Path) -> None:
    run(home, card)
    desk = Desk(home)
    receipt = desk.finish()
    sizes = [place.stat().st_size for place in card.rglob("*") if place.is_file() and not place.is_symlink()]
    size_bytes = sum(sizes) - len(b"junk")
    assert receipt.totals == Totals(
        new=3, held=1, not_media=1, junk=1, empty=1, verified=5, size_bytes=size_bytes
    )
    assert desk.outcomes(receipt) == {
        "Card/DCIM/100/IMG_0.JPG": "new",
        "Card/DCIM/100/IMG_1.JPG": "new",
        "Card/DCIM/100/IMG_2.JPG": "new",
        "Card/copy.jpg": "held",
        "Card/notes.txt": "not_media",
        "Card/.DS_Store": "junk",
        "Card/empty.jpg": "empty",
    }
    (card / "empty.jpg").unlink()
    home.catalog.entries.delete(home.alice, "Card/empty.jpg")
    run(home, card)
    again = desk.finish()
    assert (again.door, again.totals.files, again.totals.held, again.totals.by_digest) == (
        Door.IMPORT,
        5,
        4,
        0,
    )
    assert again.verdict == "All 5 files are stored and verified. Safe to format the card."
    assert all(file.first_at for file in desk.receipts.all_files(again) if file.outcome is FileOutcome.HELD)


def test_held_files_are_read_once_and_staged_never(
    home: Home, card: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(home, card)
    (card / ".DS_Store").unlink()
    (card / "empty.jpg").unlink()
    (card / "DCIM" / "100" / "IMG_1.JPG").rename(card / "elsewhere.jpg")

    def refuse(*_args: object) -> None:
        raise AssertionError("a held file was staged")

    monkeypatch.setattr(Staging, "begin", refuse)
    assert run(home, card).counts[FileOutcome.HELD] == 5
    assert home.catalog.entries.get(home.alice, "Card/elsewhere.jpg") is not None


def test_what_cannot_be_read_or_named_is_told(
    home: Home, card: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (card / "bad\nname.jpg").write_bytes(b"x")
    real = os.open

    def failing(path: object, *args: object) -> int:
        if str(path).endswith("notes.txt"):
            raise PermissionError(13, "Permission denied")
        return real(path, *args)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "open", failing)
    done = run(home, card)
    assert {Path(place).name for place, _ in done.failed} == {"notes.txt", "bad\nname.jpg"}
    assert done.counts[FileOutcome.FAILED] == 2
    receipt = Desk(home).finish()
    assert (receipt.totals.failed, receipt.is_safe_to_format) == (2, False)
    assert done.counts[FileOutcome.NEW] == 3


def test_a_folder_that_cannot_be_read_is_told(
    home: Home, card: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.scandir

    def failing(path: object) -> object:
        if str(path).endswith("100"):
            raise PermissionError(13, "Permission denied")
        return real(path)  # type: ignore[call-overload]

    monkeypatch.setattr(os, "scandir", failing)
    assert run(home, card).failed == [(str(card / "DCIM" / "100"), "Permission denied")]
    desk = Desk(home)
    assert desk.outcomes(desk.finish())["Card/DCIM/100"] == "failed"


def test_a_folder_too_deep_is_told_and_the_rest_comes_in(home: Home, card: Path) -> None:
    with deep_folder(card / "deep", 2_100) as deep:
        (deep.joinpath(*["d"] * 1_000) / "in.jpg").write_bytes(jpeg(Shot(seed=8)))
        done = run(home, card)
    assert done.counts[FileOutcome.NEW] == 5
    ((place, _),) = done.failed
    assert place.startswith(f"{deep}/d/d/")
    assert home.catalog.entries.get(home.alice, f"Card/deep/{'d/' * 1_000}in.jpg") is not None
    assert not Desk(home).finish().is_safe_to_format


def test_a_full_disk_ends_the_import(home: Home, card: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Staging, "available_bytes", lambda _: 0)
    with pytest.raises(NoRoom):
        run(home, card)
    assert home.staged() == []


def test_a_takeout_tells_dates_places_names_and_favourites(
    home: Home, tmp_path_factory: pytest.TempPathFactory
) -> None:
    album = tmp_path_factory.mktemp("takeout") / "Takeout" / "Google Photos" / "Lisbon"
    album.mkdir(parents=True)
    said = {
        "title": "IMG_1.jpg",
        "description": "At the river",
        "photoTakenTime": {"timestamp": "1558110600"},
        "geoData": {"latitude": 38.7, "longitude": -9.1, "altitude": 0.0},
        "favorited": True,
    }
    pictures = {"IMG_1(1).jpg": 1, "IMG_1-edited(1).jpg": 2, "alone.jpg": 3}
    for name, seed in pictures.items():
        (album / name).write_bytes(jpeg(Shot(taken=None, seed=seed)))
        os.utime(album / name, (1.7e9, 1.7e9))
    (album / "IMG_1.jpg.supplemental-metadata(1).json").write_text(json.dumps(said))
    (album / "metadata.json").write_text(json.dumps({"title": "Lisbon"}))
    done = run(home, album.parent.parent)
    assert (done.counts[FileOutcome.NEW], done.hinted) == (5, 2), "sidecars and album are kept too"
    home.worker().drain()
    page = home.library.items(home.alice, kind="image")
    known = {item.sha256: home.library.item(home.alice, item.sha256) for item in page.items}
    first, edited, alone = (known[digest(jpeg(Shot(taken=None, seed=seed)))] for seed in (1, 2, 3))
    for item in (first, edited):
        assert item.metadata.captured is not None
        assert item.metadata.captured.taken_at == "2019-05-17T17:30:00"
        assert item.metadata.captured.source == "Google Takeout"
        assert item.metadata.caption.description == "At the river"
        assert item.favourite
    assert (first.name, edited.name) == ("IMG_1.jpg", "IMG_1-edited(1).jpg")
    assert alone.metadata.captured is not None
    assert alone.metadata.captured.source == "client mtime"
    assert not alone.favourite


def test_an_apple_export_keeps_side_files_and_reads_them(
    home: Home, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("apple") / "Photos"
    folder.mkdir()
    for seed, name in enumerate(["IMG_1.HEIC.jpg", "IMG_2.jpg"]):
        (folder / name).write_bytes(jpeg(Shot(taken=None, seed=seed)))
    (folder / "IMG_2.AAE").write_bytes(b"<plist/>")
    (folder / "IMG_2.xmp").write_text(
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title><rdf:Alt>'
        '<rdf:li xml:lang="x-default">The cat</rdf:li></rdf:Alt></dc:title></rdf:Description>'
        "</rdf:RDF></x:xmpmeta>"
    )
    (folder / "Photo Details.csv").write_text(
        "imgName,fileChecksum,favorite,hidden,deleted,originalCreationDate,viewCount,importDate\n"
        'IMG_1.HEIC.jpg,x,yes,no,no,"Sunday February 3,2019 1:08 PM GMT",1,"x"\n'
    )
    done = run(home, folder)
    assert (done.counts[FileOutcome.NEW], done.hinted) == (5, 2)
    home.worker().drain()
    first = home.library.item(home.alice, digest(jpeg(Shot(taken=None, seed=0))))
    assert first.favourite
    assert first.metadata.captured is not None
    assert first.metadata.captured.source == "Apple export"
    second = home.library.item(home.alice, digest(jpeg(Shot(taken=None, seed=1))))
    assert second.metadata.caption.title == "The cat"


def test_check_tells_what_is_held_and_changes_nothing(home: Home, card: Path) -> None:
    run(home, card)
    (card / "new.jpg").write_bytes(b"not here yet")
    version, before = home.catalog.items.version(home.alice), state_of(card)
    done = check_folder(home.library, home.alice, card, lambda done, total: None)
    assert (done.held, done.ignored, done.failed) == (5, 2, [])
    assert [Path(place).name for place in done.missing] == ["new.jpg"]
    assert (home.catalog.items.version(home.alice), state_of(card)) == (version, before)
