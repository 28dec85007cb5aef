"""Albums of exports become albums: once, in order, and never against what a person has decided since."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from indexer.catalog import open_catalog
from indexer.importing import spool
from indexer.importing.importer import Imported, Importer
from indexer.ledger import Ledger
from indexer.memories import Memories
from indexer.model import Sort
from indexer.rebuild import rebuild
from indexer.tending import Tending
from tests.libraries import NOW, Home, digest
from tests.photos import Shot, jpeg

PHOTOS = Path("Takeout/Google Photos")


def photo(number: int) -> bytes:
    """Taken in the minute of its number."""
    return jpeg(Shot(taken=f"2019:05:17 18:{number:02}:00", seed=number))


def item(number: int) -> str:
    return digest(photo(number))


@pytest.fixture
def export(tmp_path: Path) -> Path:
    return tmp_path / "Export"


def write(export: Path, files: dict[str, bytes | dict[str, object] | str]) -> None:
    for name, content in files.items():
        place = export / name
        place.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, dict):
            content = json.dumps(content)
        place.write_bytes(content.encode() if isinstance(content, str) else content)


def takeout(export: Path, album: str, title: str, *numbers: int) -> None:
    """An album's folder as Google makes one; its pictures lie in the folder of the year, too."""
    about: dict[str, object] = {"title": title, "access": "protected", "date": {"timestamp": "1558110600"}}
    write(export, {f"{PHOTOS}/{album}/metadata.json": about})
    for number in numbers:
        for folder in (album, "Photos from 2019"):
            write(export, {f"{PHOTOS}/{folder}/IMG_{number:04}.jpg": photo(number)})


def run(home: Home, export: Path) -> Imported:
    with spool.spooled(home.intake) as intake:
        done = Importer(intake, home.alice).run(export, lambda done, total: None)
    assert done.failed == []
    home.worker().drain()
    Tending(home.catalog).finish()
    return done


def albums(home: Home) -> dict[str, list[str]]:
    """What the pages and the Library share show: folders by title, with the items in order."""
    memories = home.catalog.memories
    return {
        one.folder: list(memories.shots(home.alice, one.id)) for one in memories.page(home.alice, Sort.ALBUM)
    }


def the_album(home: Home) -> str:
    (one,) = home.catalog.memories.page(home.alice, Sort.ALBUM)
    return one.id


@pytest.fixture
def memories(home: Home) -> Memories:
    return Memories(home.catalog)


def test_a_takeout_brings_its_albums(home: Home, export: Path) -> None:
    takeout(export, "Lisbon", "Lisbon", 2, 1, 3)
    takeout(export, "Cats", "Cats & more", 1)
    write(export, {f"{PHOTOS}/Lisbon/IMG_0001.jpg.json": {"photoTakenTime": {"timestamp": "1558110600"}}})
    write(export, {f"{PHOTOS}/Lisbon/notes.txt": b"no picture", f"{PHOTOS}/Lisbon/.DS_Store": b"litter"})
    assert run(home, export).albums == 2
    assert albums(home) == {"Lisbon": [item(1), item(2), item(3)], "Cats & more": [item(1)]}


def test_a_second_import_changes_nothing(home: Home, export: Path) -> None:
    takeout(export, "Lisbon", "Lisbon", 1, 2)
    run(home, export)
    decided, before = home.catalog.ledger.newest(home.alice, 10), albums(home)
    assert run(home, export).albums == 0
    assert (home.catalog.ledger.newest(home.alice, 10), albums(home)) == (decided, before)


def test_what_is_new_comes_and_what_was_taken_out_does_not(
    home: Home, export: Path, memories: Memories
) -> None:
    takeout(export, "Lisbon", "Lisbon", 1, 2)
    run(home, export)
    memories.take(home.alice, the_album(home), [item(1)])
    memories.change(home.alice, Sort.ALBUM, the_album(home), {"title": "Portugal"})
    takeout(export, "Lisbon", "Lisbon", 3)
    assert run(home, export).albums == 1
    assert albums(home) == {"Portugal": [item(2), item(3)]}


def delete(home: Home, memories: Memories) -> None:
    memories.delete(home.alice, the_album(home))


def undo(home: Home, memories: Memories) -> None:
    ledger = Ledger(home.catalog)
    ledger.undo(home.alice, ledger.newest(home.alice, 1)[0].id)


@pytest.mark.parametrize("end", [delete, undo])
def test_a_deleted_or_undone_album_stays_away(
    home: Home, export: Path, memories: Memories, end: Callable[[Home, Memories], None]
) -> None:
    takeout(export, "Lisbon", "Lisbon", 1)
    run(home, export)
    end(home, memories)
    takeout(export, "Lisbon", "Lisbon", 2)
    assert run(home, export).albums == 0
    assert albums(home) == {}


def test_an_album_by_hand_of_the_same_title_takes_them_in(
    home: Home, export: Path, memories: Memories
) -> None:
    home.bring("mine.jpg", photo(9))
    mine, _ = memories.make(home.alice, Sort.ALBUM, [item(9)], "LISBON")
    takeout(export, "Lisbon", "Lisbon", 1)
    assert run(home, export).albums == 1
    assert (the_album(home), albums(home)) == (mine, {"LISBON": [item(1), item(9)]})
    memories.delete(home.alice, mine)
    assert run(home, export).albums == 0
    assert albums(home) == {}


def test_two_albums_of_one_title_stay_two_and_parts_of_one_become_one(home: Home, export: Path) -> None:
    takeout(export, "Lisbon", "Lisbon", 1)
    takeout(export, "Lisbon(1)", "Lisbon", 2)
    takeout(export / "second part", "Lisbon", "Lisbon", 3)
    assert run(home, export).albums == 2
    assert sorted(map(tuple, albums(home).values())) == sorted([(item(1), item(3)), (item(2),)])
    assert set(albums(home)) == {"Lisbon", "Lisbon (2)"}


def test_of_some_pictures_an_album_has_only_the_sidecar(home: Home, export: Path) -> None:
    takeout(export, "Lisbon", "Lisbon", 1)
    said: dict[str, object] = {"title": "IMG_0007.jpg", "photoTakenTime": {"timestamp": "1558110600"}}
    other: dict[str, object] = {"title": "IMG_0007.jpg", "photoTakenTime": {"timestamp": "1"}}
    write(export, {
        f"{PHOTOS}/Photos from 2019/IMG_0007.jpg": photo(7),
        f"{PHOTOS}/Photos from 2019/IMG_0007.jpg.json": said,
        f"{PHOTOS}/Lisbon/IMG_0007.jpg.json": said,
        f"{PHOTOS}/Lisbon/IMG_0008.jpg.json": other,
    })  # fmt: skip
    run(home, export)
    assert albums(home) == {"Lisbon": [item(1), item(7)]}


def test_folders_that_google_makes_by_itself_are_no_albums(home: Home, export: Path) -> None:
    for title in ("Photos from 2019", "2019-05-17", "2019-05-17 #2", "", " "):
        takeout(export, title.strip() or "Untitled", title, 1)
    write(export, {f"{PHOTOS}/Empty/metadata.json": {"title": "Empty", "access": "protected"}})
    write(export, {f"{PHOTOS}/Texts/a.txt": b"a", f"{PHOTOS}/Texts/metadata.json": {"title": "Texts"}})
    assert run(home, export).albums == 0
    assert albums(home) == {}


@pytest.mark.parametrize("number", ["", "(1)"])
@pytest.mark.parametrize("word", ["edited", "bearbeitet", "modifié", "編集済み"])
def test_an_edited_picture_is_one_shot_with_its_original(
    home: Home, export: Path, word: str, number: str
) -> None:
    takeout(export, "Lisbon", "Lisbon")
    shot = Shot(taken="2019:05:17 18:30:01", make="Google", model="Pixel 3")
    original, edited = jpeg(shot), jpeg(Shot(taken=shot.taken, make="Google", model="Pixel 3", seed=9))
    write(export, {
        f"{PHOTOS}/Lisbon/IMG_1234{number}.jpg": original,
        f"{PHOTOS}/Lisbon/IMG_1234-{word}{number}.jpg": edited,
        f"{PHOTOS}/Lisbon/IMG_1234.jpg{number}.json": {
            "title": "IMG_1234.jpg", "photoTakenTime": {"timestamp": "1558117801"},
        },
    })  # fmt: skip
    run(home, export)
    shot_of = {one.sha256: one.shot_id for one in home.library.items(home.alice, kind="image").items}
    assert shot_of.keys() == {digest(original), digest(edited)}
    (only,) = set(shot_of.values())
    assert albums(home) == {"Lisbon": [only]}
    assert home.catalog.memories.covers(home.alice, [only]) == {only: digest(edited)}


def test_an_album_of_apple_has_its_own_order(home: Home, export: Path, memories: Memories) -> None:
    for number in (1, 2, 3):
        write(export, {f"Photos/IMG_{number}.JPG": photo(number)})
    write(export, {"Albums/Sommer 2019.csv": "\ufeffImages\nIMG_3.JPG\nIMG_1.JPG\ngone.JPG\n"})
    write(export, {"Albums/Empty.csv": "Images\n", "Memories/At home.csv": "Images\nIMG_1.JPG\n"})
    assert run(home, export).albums == 1
    assert albums(home) == {"Sommer 2019": [item(3), item(1)]}
    memories.change(home.alice, Sort.ALBUM, the_album(home), {"order": [item(1), item(3)]})
    write(export, {"Albums/Sommer 2019.csv": "Images\nIMG_3.JPG\nIMG_2.JPG\nIMG_1.JPG\n"})
    assert run(home, export).albums == 1
    assert albums(home) == {"Sommer 2019": [item(1), item(3), item(2)]}


def test_files_of_one_name_are_those_of_the_same_part(home: Home, export: Path) -> None:
    for part, number in (("Part 1", 1), ("Part 2", 2)):
        write(export, {
            f"{part}/Photos/IMG_1.JPG": photo(number),
            f"{part}/Albums/Cats.csv": "Images\nIMG_1.JPG\n" if part == "Part 1" else "Images\nIMG_5.JPG\n",
        })  # fmt: skip
    write(export, {"Part 2/Photos/IMG_5.JPG": photo(5), "Part 3/Albums/Dogs.csv": "Images\nIMG_1.JPG\n"})
    run(home, export)
    assert albums(home) == {"Cats": [item(1), item(5)]}


def test_an_imported_album_outlives_a_rebuild(home: Home, export: Path) -> None:
    takeout(export, "Lisbon", "Lisbon", 1, 2)
    run(home, export)
    before = albums(home)
    home.catalog.close()
    rebuild(home.folder, NOW, lambda done, total: None)
    home.catalog = open_catalog(home.folder.catalog)
    home.worker().drain()
    Tending(home.catalog).finish()
    assert albums(home) == before != {}


def test_without_the_files_there_is_nothing_to_decide(home: Home, export: Path) -> None:
    takeout(export, "Lisbon", "Lisbon", 1)
    shutil.rmtree(export / PHOTOS / "Photos from 2019")
    (export / PHOTOS / "Lisbon" / "IMG_0001.jpg").unlink()
    assert run(home, export).albums == 0
