"""Copies of a catalog in use, and a new catalog in the place of an old one."""

from __future__ import annotations

import os
import sqlite3
import stat
import threading
from contextlib import closing
from pathlib import Path

import pytest

from indexer.catalog import copies, open_catalog
from indexer.errors import CatalogDamaged, CatalogInUse
from tests.libraries import Home, add_person, arrival, digest


def people(file: Path) -> list[str]:
    """Whom a catalog's file knows."""
    with closing(sqlite3.connect(file)) as connection:
        return [name for (name,) in connection.execute("SELECT name FROM person ORDER BY id")]


def make(file: Path, *names: str) -> Path:
    """A closed catalog with these people."""
    catalog = open_catalog(file)
    for name in names:
        add_person(catalog, name)
    catalog.close()
    return file


def damage(file: Path) -> Path:
    """Overwrite all but the header."""
    size = file.stat().st_size
    with file.open("r+b") as written:
        written.seek(100)
        written.write(os.urandom(size - 100))
    return file


def test_a_copy_holds_what_was_committed_and_is_its_owners_alone(home: Home, tmp_path: Path) -> None:
    home.catalog.arrivals.record(arrival(home.alice, "a.jpg"))
    copy = tmp_path / "copy"
    copies.copy(home.folder.catalog, copy)
    assert people(copy) == ["alice"]
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("SELECT name FROM item").fetchall() == [("a.jpg",)]
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600


def test_writers_do_not_wait_for_a_copy(home: Home, tmp_path: Path) -> None:
    """Every file of a busy client comes in while copies are made, and each copy is whole."""
    stop = threading.Event()
    brought: list[str] = []

    def bring() -> None:
        while not stop.is_set():
            home.catalog.arrivals.record(arrival(home.alice, f"{len(brought)}.jpg"))
            brought.append("")

    writer = threading.Thread(target=bring)
    writer.start()
    try:
        for number in range(5):
            before = len(brought)
            copies.copy(home.folder.catalog, tmp_path / str(number))
            with closing(sqlite3.connect(tmp_path / str(number))) as connection:
                assert connection.execute("SELECT count(*) FROM item").fetchone()[0] >= before
    finally:
        stop.set()
        writer.join()


def test_an_earlier_copy_that_was_cut_is_replaced(home: Home, tmp_path: Path) -> None:
    (tmp_path / "copy").write_bytes(b"cut")
    copies.copy(home.folder.catalog, tmp_path / "copy")
    assert people(tmp_path / "copy") == ["alice"]


@pytest.mark.parametrize("content", [None, b"no database at all" * 500])
def test_what_is_no_catalog_makes_no_copy(content: bytes | None, tmp_path: Path) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    if content is not None:
        source.write_bytes(content)
    with pytest.raises(CatalogDamaged):
        copies.copy(source, target)
    assert not target.exists()


def test_damage_makes_no_copy(tmp_path: Path) -> None:
    source = damage(make(tmp_path / "source", "alice"))
    with pytest.raises(CatalogDamaged):
        copies.copy(source, tmp_path / "target")
    assert not (tmp_path / "target").exists()


def test_arrivals_are_told_by_what_is_left(home: Home, tmp_path: Path) -> None:
    home.catalog.arrivals.record(arrival(home.alice, "a.jpg"))
    home.catalog.arrivals.record(arrival(home.alice, "b.jpg", sha256=digest("a.jpg")))
    assert copies.arrivals(home.folder.catalog) == {digest("a.jpg"): ("alice", "b.jpg")}
    assert copies.arrivals(tmp_path / "missing") == {}
    assert not (tmp_path / "missing").exists()
    home.catalog.close()
    damage(home.folder.catalog)
    assert copies.arrivals(home.folder.catalog) == {}


def test_the_new_one_takes_the_place_and_the_old_one_stays(tmp_path: Path) -> None:
    place, new, aside = make(tmp_path / "place", "old"), make(tmp_path / "new", "new"), tmp_path / "aside"
    copies.put_in_place(new, place, aside)
    assert (people(place), people(aside), new.exists()) == (["new"], ["old"], False)


def test_nothing_of_a_lost_catalog_gets_into_the_new_one(tmp_path: Path) -> None:
    """Its log survived, and SQLite would take it for the new one's."""
    place, new, aside = tmp_path / "place", make(tmp_path / "new", "new"), tmp_path / "aside"
    with closing(sqlite3.connect(place)) as old:
        old.execute("PRAGMA journal_mode=WAL")
        old.execute("CREATE TABLE person (id, name)")
        old.commit()
        log = Path(f"{place}-wal").read_bytes()
    place.unlink()
    Path(f"{place}-wal").write_bytes(log)
    copies.put_in_place(new, place, aside)
    assert people(place) == ["new"]
    assert Path(f"{aside}-wal").read_bytes() == log


def test_a_damaged_one_is_kept_as_it_is(tmp_path: Path) -> None:
    place, new, aside = damage(make(tmp_path / "place", "old")), make(tmp_path / "new", "new"), tmp_path / "a"
    content = place.read_bytes()
    copies.put_in_place(new, place, aside)
    assert (people(place), aside.read_bytes()) == (["new"], content)


def test_a_catalog_that_somebody_uses_is_left_alone(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copies, "_PATIENCE_S", 0.05)
    new = make(tmp_path / "new", "new")
    home.catalog.people.list()
    with pytest.raises(CatalogInUse):
        copies.put_in_place(new, home.folder.catalog, tmp_path / "aside")
    assert people(home.folder.catalog) == ["alice"]
    assert not (tmp_path / "aside").exists()


def test_remove_takes_the_logs_along(tmp_path: Path) -> None:
    make(tmp_path / "draft", "alice")
    Path(tmp_path / "draft-wal").touch()
    copies.remove(tmp_path / "draft")
    copies.remove(tmp_path / "draft")
    assert list(tmp_path.iterdir()) == []
