"""Making the index anew: from the catalog, from a snapshot, from the originals alone; cut in the middle."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from indexer import snapshots
from indexer.accounts import Accounts
from indexer.catalog import Catalog, copies, open_catalog
from indexer.errors import CatalogInUse, CatalogTooNew, NobodyKnown, OwnerKnown, SnapshotDamaged
from indexer.grouping.decisions import Choice, Scope
from indexer.identify import JPEG, PNG
from indexer.library import Library, derivatives_folder
from indexer.model import Arrival, Door, Item, State
from indexer.rebuild import Basis, Rebuilt, Recovered, rebuild
from indexer.store import Store
from indexer.verification import Damage, Damaged
from indexer.worker import Worker
from tests import photos
from tests.libraries import CHEAP_HASHER, NOW, Home, add_person, digest
from tests.photos import Shot

PHOTO, OTHER, LATE = (photos.jpeg(Shot(seed=seed)) for seed in range(3))
TODAY = date(2026, 11, 22)
PLENTY = 1 << 40
SESSION = "the hash of a cookie"


@pytest.fixture
def filled(home: Home) -> Home:
    """Two photos, one of them under two names and loved; the day's snapshot; one more photo since."""
    home.catalog.entries.make_folder(home.alice, "card", NOW)
    home.bring("card/IMG_1.JPG", PHOTO, mtime=NOW - 5)
    home.bring("IMG_1.JPG", OTHER)
    like(home, "copy.jpg", PHOTO)
    home.catalog.people.open_session(SESSION, home.alice, "token", NOW + 1000, NOW)
    home.worker().drain()
    snapshots.take_daily(home.folder, home.catalog, TODAY, PLENTY)
    home.bring("late.jpg", LATE)
    home.worker().drain()
    return home


def like(home: Home, path: str, content: bytes) -> None:
    size_bytes, at = len(content), NOW
    arrival = Arrival(
        home.alice, path, path, Door.SHARE, at, digest(content), size_bytes, JPEG, None, is_favourite=True
    )
    home.catalog.arrivals.record(arrival)


def rebuilt(home: Home, **options: Any) -> Rebuilt:
    """Rebuild as the command does: nobody else uses the catalog; it is opened again, and worked off."""
    home.catalog.close()
    done = rebuild(home.folder, NOW, lambda *_: None, **options)
    home.catalog = open_catalog(home.folder.catalog)
    return done


def work(home: Home) -> None:
    Worker(home.catalog, home.intake.originals, home.folder.derivatives).drain()


def answers(home: Home) -> dict[str, Any]:
    """Everything that the faces would say."""
    library = Library(home.catalog, home.intake.originals, home.folder.derivatives, home.intake.staging)
    days = [day.day for day in library.timeline(home.alice)]
    return {
        "people": home.catalog.people.list(),
        "timeline": library.timeline(home.alice),
        "items": [
            library.item(home.alice, item.sha256) for item in library.items(home.alice, limit=1000).items
        ],
        "library": {day: [file.name for file in home.catalog.listings.day(home.alice, day)] for day in days},
        "upload": home.catalog.entries.below(home.alice, "card")
        + home.catalog.entries.children(home.alice, ""),
        "held": library.held(home.alice, sorted(home.originals())),
        "duplicates": library.status(home.alice).duplicates,
    }


@pytest.mark.parametrize("basis", [Basis.CATALOG, Basis.SNAPSHOT])
def test_what_people_decided_about_groups_is_kept(home: Home, basis: Basis) -> None:
    """Two of one moment, taken apart, and two strangers, put together."""
    taken = {"make": "Nikon", "model": "D90", "subsec": "25"}
    contents = [photos.jpeg(Shot(seed=seed, **taken)) for seed in (1, 2)]  # type: ignore[arg-type]
    contents += [photos.jpeg(Shot(seed=seed, taken=f"2020:01:0{seed} 10:00:00")) for seed in (3, 4)]
    items = [
        home.bring(name, one).sha256 or ""
        for name, one in zip(("DSC_1.JPG", "DSC_1-2.JPG", "a.JPG", "b.JPG"), contents, strict=True)
    ]
    home.worker().drain()
    catalog = home.catalog.groups
    catalog.decide(home.alice, Scope.SHOT, Choice.UNGROUP, items[:2], NOW)
    catalog.decide(home.alice, Scope.SHOT, Choice.MERGE, items[2:], NOW)
    catalog.set_burst_window_s(home.alice, 2.5)
    home.worker().drain()
    before = answers(home)
    assert [item.shot and item.shot.count for item in before["items"]] == [2, 2, 1, 1]
    snapshots.take_daily(home.folder, home.catalog, TODAY, PLENTY)
    if basis is Basis.SNAPSHOT:
        home.catalog.close()
        home.folder.catalog.write_bytes(b"lost")
    assert rebuilt(home).basis is basis
    work(home)
    assert answers(home) == before
    assert home.catalog.groups.burst_window_s(home.alice) == 2.5
    undone = home.catalog.decisions.about(home.alice, items)
    assert [one.choice for one in undone] == [Choice.UNGROUP, Choice.MERGE]


def damage(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:100] + os.urandom(50_000))


def test_from_a_sound_catalog_every_answer_is_the_same(filled: Home) -> None:
    before, version = answers(filled), filled.catalog.items.version(filled.alice)
    done = rebuilt(filled)
    assert (done.basis, done.items, done.originals) == (Basis.CATALOG, 3, 3)
    assert (done.recovered, done.damaged) == ((), ())
    assert answers(filled) == before, "while the worker reads again, people see what they saw"
    assert filled.catalog.jobs.queue(filled.alice).pending == 3
    work(filled)
    assert answers(filled) == before
    assert filled.catalog.items.version(filled.alice) > version
    assert filled.catalog.people.find_session(SESSION, NOW) is not None


def test_what_was_learnt_wrongly_is_learnt_again(filled: Home) -> None:
    """The old rows say nonsense about dates, sizes and types; the originals know better."""
    before = answers(filled)
    filled.catalog.close()
    with closing(sqlite3.connect(filled.folder.catalog)) as connection, connection:
        connection.execute("UPDATE item SET taken_at = '1999-09-09T09:09:09', width = 1, mime = 'x/y'")
        connection.execute("UPDATE item SET camera_make = 'Nobody', state = 'failed', failure_step = 'x'")
        connection.execute("UPDATE original SET kind = 'other', mime = 'x/y', extension = ''")
        connection.execute("UPDATE entry SET mime = 'x/y' WHERE sha256 IS NOT NULL")
    filled.catalog = open_catalog(filled.folder.catalog)
    assert answers(filled) != before
    rebuilt(filled)
    work(filled)
    assert answers(filled) == before


@pytest.mark.parametrize("loss", [damage, Path.unlink])
def test_from_the_newest_snapshot(filled: Home, loss: Callable[[Path], None]) -> None:
    before = answers(filled)
    filled.catalog.close()
    loss(filled.folder.catalog)
    done = rebuilt(filled)
    assert (done.basis, done.source) == (Basis.SNAPSHOT, filled.folder.snapshots / "2026-11-22.sqlite3")
    assert done.recovered == (Recovered(digest(LATE), "alice", f"Recovered/{digest(LATE)[:16]}.jpg"),)
    assert filled.catalog.people.find_session(SESSION, NOW) is None, "it may have been ended since"
    work(filled)
    after = answers(filled)
    assert after["held"] == before["held"]
    assert after["timeline"] == before["timeline"]
    assert without(after["items"], LATE) == without(before["items"], LATE)
    assert [entry.path for entry in after["upload"]] == [
        "card", "card/IMG_1.JPG", "IMG_1.JPG", "Recovered", "card", "copy.jpg",
    ]  # fmt: skip
    (recovered,) = filled.catalog.entries.children(filled.alice, "Recovered")
    assert recovered.path == f"Recovered/{digest(LATE)[:16]}.jpg"
    assert recovered.etag == digest(LATE)


def without(items: list[Item], content: bytes) -> list[Item]:
    return [item for item in items if item.sha256 != digest(content)]


def test_a_damaged_snapshot_is_passed_over(filled: Home) -> None:
    older = filled.folder.snapshots / "2026-11-20.sqlite3"
    older.write_bytes((filled.folder.snapshots / "2026-11-22.sqlite3").read_bytes())
    filled.catalog.close()
    for file in (filled.folder.catalog, filled.folder.snapshots / "2026-11-22.sqlite3"):
        damage(file)
    assert rebuilt(filled).source == older


def test_an_empty_catalog_made_meanwhile_is_no_source(filled: Home) -> None:
    """The catalog was deleted, and a server started that made a new one."""
    filled.catalog.close()
    filled.folder.catalog.unlink()
    open_catalog(filled.folder.catalog).close()
    assert rebuilt(filled).basis is Basis.SNAPSHOT


def test_back_to_a_snapshot_by_choice(filled: Home) -> None:
    done = rebuilt(filled, snapshot=filled.folder.snapshots / "2026-11-22.sqlite3")
    assert (done.basis, done.recovered) == (
        Basis.SNAPSHOT,
        (Recovered(digest(LATE), "alice", "Recovered/late.jpg"),),
    )


def test_what_came_since_the_snapshot_stays_with_whoever_brought_it(filled: Home) -> None:
    """The catalog that is left behind, whole or damaged in places, still tells whose it was, and its path."""
    bob = add_person(filled.catalog, "Bob".casefold())
    snapshot = filled.folder.snapshots / "2026-11-22.sqlite3"
    snapshot.unlink()
    snapshots.take_daily(filled.folder, filled.catalog, TODAY, PLENTY)
    private = photos.jpeg(Shot(seed=6))
    filled.alice, alice = bob, filled.alice
    filled.catalog.entries.make_folder(bob, "of Bob", NOW)
    filled.bring("of Bob/private.jpg", private)
    filled.alice = alice
    done = rebuilt(filled, snapshot=snapshot)
    assert done.recovered == (Recovered(digest(private), "bob", "Recovered/of Bob/private.jpg"),)
    assert filled.catalog.items.held(alice, [digest(private)]) == frozenset()


def make_owner(catalog: Catalog) -> object:
    return Accounts(catalog.people, catalog.devices, hasher=CHEAP_HASHER).add("anna", "long-enough-1")


def test_from_the_originals_alone(filled: Home) -> None:
    before = answers(filled)
    filled.catalog.close()
    filled.folder.catalog.unlink()
    (filled.folder.snapshots / "2026-11-22.sqlite3").unlink()
    with pytest.raises(NobodyKnown):
        rebuild(filled.folder, NOW, lambda *_: None)
    assert not filled.folder.catalog.exists()
    done = rebuilt(filled, owner=make_owner)
    assert (done.basis, done.aside) == (Basis.ORIGINALS, None)
    assert [one.user for one in done.recovered] == ["anna"] * 3
    work(filled)
    after = answers(filled)
    assert [person.name for person in after["people"]] == ["anna"]
    assert (after["held"], after["timeline"]) == (before["held"], before["timeline"])
    assert {knowledge(item) for item in after["items"]} == {knowledge(item) for item in before["items"]}


def knowledge(item: Item) -> tuple[Any, ...]:
    """What the bytes alone tell."""
    return item.sha256, item.kind, item.mime, item.size_bytes, item.state, item.metadata


def test_an_owner_is_not_made_where_one_is_known(filled: Home) -> None:
    with pytest.raises(OwnerKnown):
        rebuilt(filled, owner=make_owner)
    assert not list(filled.folder.root.glob("*rebuild*"))


def test_originals_that_are_gone_or_harmed_are_told_and_their_rows_stay(filled: Home) -> None:
    store = Store(filled.folder.originals)
    store.remove(digest(PHOTO))
    place = store.require(digest(OTHER))
    place.unlink()
    place.write_bytes(OTHER[:-1])
    (torn := place.with_name("0" * 64 + ".jpg")).write_bytes(b"a power cut came")
    done = rebuilt(filled)
    assert set(done.damaged) == {
        Damaged(digest(PHOTO), Damage.MISSING, ("copy.jpg", "card/IMG_1.JPG")),
        Damaged(digest(OTHER), Damage.CHANGED, ("IMG_1.JPG",)),
        Damaged("0" * 64, Damage.CHANGED, ()),
    }
    assert done.recovered == ()
    assert torn.exists()
    assert filled.catalog.entries.get(filled.alice, "card/IMG_1.JPG") is not None
    work(filled)
    item = filled.catalog.items.get(filled.alice, digest(PHOTO))
    assert item is not None
    assert (item.state, item.favourite) == (State.FAILED, True)


def test_everybody_keeps_what_is_theirs_and_strays_are_the_owners(filled: Home) -> None:
    bob = add_person(filled.catalog, "bob")
    filled.catalog.arrivals.record(
        Arrival(bob, "b.jpg", "b.jpg", Door.SHARE, NOW, digest(PHOTO), len(PHOTO), JPEG, None)
    )
    stray = photos.png()
    place = filled.folder.originals / digest(stray)[:2] / digest(stray)[2:4] / f"{digest(stray)}.png"
    place.parent.mkdir(parents=True)
    place.write_bytes(stray)
    filled.bring("Recovered", photos.jpeg(Shot(seed=9)))
    done = rebuilt(filled)
    assert done.recovered == (Recovered(digest(stray), "alice", f"Recovered (2)/{digest(stray)[:16]}.png"),)
    assert filled.catalog.items.held(bob, [digest(PHOTO), digest(stray)]) == {digest(PHOTO)}
    item = filled.catalog.items.get(filled.alice, digest(stray))
    assert item is not None
    assert (item.mime, item.added_at) == (PNG.mime, place.stat().st_mtime)


def test_the_removed_persons_originals_are_nobodys(filled: Home) -> None:
    bob = add_person(filled.catalog, "bob")
    filled.alice, alice = bob, filled.alice
    private = photos.jpeg(Shot(seed=7))
    filled.bring("private.jpg", private)
    filled.alice = alice
    filled.catalog.people.remove(bob)
    assert rebuilt(filled).recovered == ()
    assert filled.catalog.items.held(alice, [digest(private)]) == frozenset()


def test_what_was_never_acknowledged_is_not_recovered(filled: Home) -> None:
    """A crash left it in the store and in staging, without rows."""
    crashed = photos.jpeg(Shot(seed=8))
    place = filled.folder.originals / digest(crashed)[:2] / digest(crashed)[2:4] / f"{digest(crashed)}.jpg"
    place.parent.mkdir(parents=True)
    (filled.folder.staging / "crashed").write_bytes(crashed)
    os.link(filled.folder.staging / "crashed", place)
    assert rebuilt(filled).recovered == ()
    assert not place.exists()


def test_without_thumbnails_an_item_waits_for_them(filled: Home) -> None:
    folder = derivatives_folder(filled.folder.derivatives, digest(PHOTO))
    for file in folder.iterdir():
        file.unlink()
    folder.rmdir()
    rebuilt(filled)
    states = {item.sha256: item.state for item in answers(filled)["items"]}
    assert states == {digest(PHOTO): State.PENDING, digest(OTHER): State.READY, digest(LATE): State.READY}


def test_the_catalog_that_was_there_is_kept(filled: Home) -> None:
    filled.bring("only-in-the-old-one.jpg", photos.jpeg(Shot(seed=5)))
    done = rebuilt(filled, snapshot=filled.folder.snapshots / "2026-11-22.sqlite3")
    assert done.aside is not None
    old = open_catalog(done.aside)
    assert old.entries.get(filled.alice, "only-in-the-old-one.jpg") is not None
    old.close()
    assert filled.catalog.entries.get(filled.alice, "only-in-the-old-one.jpg") is None
    again = rebuilt(filled).aside  # within the same second
    assert again is not None
    assert again != done.aside
    assert again.exists()


@pytest.mark.parametrize("moment", [1, 2, 3])
def test_killed_in_the_middle(filled: Home, moment: int) -> None:
    """At whichever original it ends, the catalog is the old one, and the next try goes through."""
    before = answers(filled)
    filled.catalog.close()
    child = os.fork()
    if child == 0:
        rebuild(filled.folder, NOW, lambda done, _: os._exit(9) if done == moment else None)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    assert (filled.folder.root / "catalog.sqlite3.rebuilding").exists()
    filled.catalog = open_catalog(filled.folder.catalog)
    assert answers(filled) == before
    assert rebuilt(filled).items == 3
    assert answers(filled) == before
    assert {path.name for path in filled.folder.root.glob("*rebuilding*")} == set()


def test_somebody_uses_the_catalog(filled: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copies, "_PATIENCE_S", 0.05)
    filled.catalog.people.list()
    with pytest.raises(CatalogInUse):
        rebuild(filled.folder, NOW, lambda *_: None)
    assert not list(filled.folder.root.glob("*rebuild*"))


def test_what_cannot_be_a_source_is_refused_and_changes_nothing(filled: Home, tmp_path: Path) -> None:
    nonsense = tmp_path / "nonsense"
    nonsense.write_bytes(b"nonsense" * 1000)
    with pytest.raises(SnapshotDamaged):
        rebuilt(filled, snapshot=nonsense)
    newer = filled.folder.snapshots / "2026-11-22.sqlite3"
    with closing(sqlite3.connect(newer)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(CatalogTooNew):
        rebuilt(filled, snapshot=newer)
    assert not list(filled.folder.root.glob("*rebuild*"))
    assert filled.catalog.items.get(filled.alice, digest(LATE)) is not None
