"""Grouping on the real catalog: whatever the order in which files come and go, the groups are the same."""

# ruff: noqa: E501 - one case a line reads best; the tables are looked at as they are

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexer.catalog import Catalog, regrouping
from indexer.catalog.jobs import STILLS
from indexer.catalog.tables import Base, ItemRow, UploadRow
from indexer.grouping.decisions import Choice, Scope
from indexer.knowledge import Camera, CaptureTime, Exposure, Metadata, Ties
from indexer.model import Door, Kind, MediaType
from tests.libraries import NOW, add_person, arrival, digest, opened_catalog

NOON = "2024-05-17T12:00:00"
KINDS = {"jpg": Kind.IMAGE, "nef": Kind.RAW, "mov": Kind.VIDEO, "xmp": Kind.OTHER}
FEW = settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))


@dataclass(frozen=True, slots=True)
class File:
    """A file as a person brings it; its bytes are its path."""

    path: str
    taken_at: str | None = None
    camera: str | None = "D90"
    content_id: str | None = None
    burst_id: str | None = None
    bias_ev: float | None = None
    duration_s: float | None = None

    @property
    def id(self) -> str:
        return digest(self.path)


def bring(catalog: Catalog, person: int, file: File, at: float = NOW) -> None:
    """It arrives, and is indexed; nothing is grouped yet."""
    kind = KINDS[file.path.rpartition(".")[2]]
    media = MediaType(kind, "image/x", ".x")
    catalog.arrivals.record(arrival(person, file.path, media=media, at=at, door=Door.IMPORT))
    (job,) = catalog.jobs.claim(10, 60, at, STILLS)
    captured = CaptureTime(file.taken_at, "ExifIFD:DateTimeOriginal") if file.taken_at else None
    learnt = Metadata(
        captured=captured,
        camera=Camera("Nikon", file.camera) if file.camera else Camera(),
        exposure=Exposure(bias_ev=file.bias_ev),
        ties=Ties(file.content_id, file.burst_id),
        duration_s=file.duration_s,
    )
    assert catalog.jobs.finish(job, learnt, None)


def bring_all(catalog: Catalog, person: int, files: Iterable[File]) -> None:
    for number, file in enumerate(files):
        bring(catalog, person, file, NOW + number)
        catalog.groups.regroup_next()


def settle(catalog: Catalog) -> None:
    while catalog.groups.regroup_next():
        pass


Groups = tuple[frozenset[frozenset[str]], frozenset[tuple[frozenset[str], str | None]]]


def groups(catalog: Catalog, person: int) -> Groups:
    """Shots and bursts by their members alone; checks on the way that rows agree with each other."""
    items = catalog.items.page(person, day=None, kind=None, query=None, after=None, limit=1000)
    shots, bursts = set(), set()
    for item in items:
        shot = catalog.groups.shot(person, item.sha256)
        assert shot is not None
        assert item.sha256 in shot.members
        assert item.shot is not None
        assert (item.shot.id, item.shot.count) == (shot.id, len(shot.members))
        shots.add(frozenset(shot.members))
        if item.burst:
            burst = catalog.groups.burst(person, item.sha256)
            assert burst is not None
            assert item.burst.count == len(burst.members) == len(burst.covers)
            bursts.add((frozenset(burst.items), burst.kind))
    days = catalog.items.days(person)
    covers = catalog.items.page(
        person, day=None, kind=None, query=None, after=None, limit=1000, is_collapsed=True
    )
    assert sum(day.items for day in days) == len(items)
    assert sum(day.shots for day in days) == len(shots)
    assert sum(day.covers for day in days) == len(covers)
    assert sum(one.burst.count if one.burst else 1 for one in covers) == len(shots)
    return frozenset(shots), frozenset(bursts)


PAIR = [File("a/DSC_1.nef", f"{NOON}.25"), File("a/DSC_1.jpg", f"{NOON}.25"), File("a/DSC_1.xmp", None, None)]
SERIES = [File(f"a/DSC_{n:04}.jpg", f"{NOON}.{n}") for n in range(2, 6)]
OTHER = File("b/other.jpg", "2019-01-01T00:00:00")

ANY_FILES = st.lists(
    st.builds(
        File,
        path=st.sampled_from(
            [f"{folder}/{stem}.{end}" for folder in "ab" for stem in ("DSC_0001", "DSC_0002", "DSC_0001 copy", "x")
             for end in ("jpg", "nef", "mov", "xmp")]
        ),
        taken_at=st.sampled_from([None, NOON, f"{NOON}.25", f"{NOON}.75", "2024-05-17T12:00:01.50", "2024-05-17T12:00:04"]),
        camera=st.sampled_from([None, "D90", "D90", "D5"]),
        content_id=st.sampled_from([None, None, "A"]),
        burst_id=st.sampled_from([None, None, None, "B"]),
        bias_ev=st.sampled_from([None, 0.0, 1.0, -1.0]),
        duration_s=st.sampled_from([None, 2.0]),
    ),
    max_size=9,
    unique_by=lambda file: file.path,
)  # fmt: skip


def test_a_shot_and_a_burst(tmp_path: Path) -> None:
    with opened_catalog(tmp_path) as catalog:
        person = add_person(catalog)
        bring_all(catalog, person, [*PAIR, *SERIES, OTHER])
        shots, bursts = groups(catalog, person)
        assert {len(shot) for shot in shots} == {1, 3}
        assert [(len(items), kind) for items, kind in bursts] == [(7, "burst")]
        shot = catalog.groups.shot(person, PAIR[0].id)
        assert shot is not None
        assert shot.members[0] == PAIR[1].id
        assert shot.id == PAIR[0].id
        assert shot.why[0].startswith("same name DSC_1")
        assert shot.burst_id is not None


@FEW
@given(ANY_FILES, st.randoms(use_true_random=False))
def test_the_order_of_arrival_changes_nothing(files: list[File], chance: random.Random) -> None:
    shuffled = list(files)
    chance.shuffle(shuffled)
    with TemporaryDirectory() as folder, opened_catalog(Path(folder)) as catalog:
        people = [add_person(catalog, name) for name in ("one by one", "shuffled", "at once")]
        bring_all(catalog, people[0], files)
        bring_all(catalog, people[1], shuffled)
        for file in files:
            bring(catalog, people[2], file)
        settle(catalog)
        first, *others = [groups(catalog, person) for person in people]
        assert others == [first, first]


@FEW
@given(ANY_FILES, ANY_FILES)
def test_what_is_gone_leaves_no_trace(kept: list[File], gone: list[File]) -> None:
    passing = [file for file in gone if file.path not in {one.path for one in kept}]
    with TemporaryDirectory() as folder, opened_catalog(Path(folder)) as catalog:
        people = [add_person(catalog, name) for name in ("never knew", "forgot")]
        bring_all(catalog, people[0], kept)
        bring_all(catalog, people[1], [*passing, *kept])
        for file in passing:
            forget(catalog, people[1], file)
            catalog.groups.regroup_next()
        assert groups(catalog, people[1]) == groups(catalog, people[0])


def forget(catalog: Catalog, person: int, file: File) -> None:
    with catalog._database.write() as connection:
        for table in (UploadRow, ItemRow):
            connection.execute(sa.delete(table).where(table.person_id == person, table.sha256 == file.id))
        regrouping.mark(connection, person, file.id)


@FEW
@given(ANY_FILES, st.data())
def test_undo_restores_exactly(files: list[File], data: st.DataObject) -> None:
    with TemporaryDirectory() as folder, opened_catalog(Path(folder)) as catalog:
        person = add_person(catalog)
        bring_all(catalog, person, files)
        ids = [file.id for file in files]
        states, numbers = [everything(catalog)], []
        for _ in range(data.draw(st.integers(0, 4)) if files else 0):
            numbers.append(decide(catalog, person, ids, data))
            states.append(everything(catalog))
        for number in reversed(numbers):
            assert everything(catalog) == states.pop()
            decision = catalog.decisions.get(person, number)
            assert decision is not None
            catalog.groups.undo(person, decision, NOW)
            settle(catalog)
        assert everything(catalog) == states.pop()


def decide(catalog: Catalog, person: int, ids: list[str], data: st.DataObject) -> int:
    scope = data.draw(st.sampled_from(Scope))
    choice = data.draw(st.sampled_from(Choice))
    most = 1 if choice is Choice.COVER else len(ids)
    items = data.draw(st.lists(st.sampled_from(ids), min_size=1, max_size=most, unique=True))
    rules = data.draw(st.sets(st.sampled_from(["same name", "side file", "window", "mark"])))
    number = catalog.groups.decide(person, scope, choice, items, NOW, rules)
    settle(catalog)
    groups(catalog, person)
    return number


def everything(catalog: Catalog) -> list[object]:
    """All that grouping keeps, row by row."""
    with catalog._database.read() as connection:
        tables = [Base.metadata.tables[name] for name in ("shot", "burst", "kin")]
        rows: list[object] = [sorted(connection.execute(sa.select(table)).all()) for table in tables]
        places = "SELECT sha256, shot_id, shot_rank, burst_id, burst_rank FROM item ORDER BY sha256"
        return [*rows, connection.exec_driver_sql(places).all()]


@FEW
@given(ANY_FILES, st.data())
def test_decisions_hold_whatever_is_read_again(files: list[File], data: st.DataObject) -> None:
    with TemporaryDirectory() as folder, opened_catalog(Path(folder)) as catalog:
        person = add_person(catalog)
        bring_all(catalog, person, files)
        for _ in range(2 if files else 0):
            decide(catalog, person, [file.id for file in files], data)
        before = everything(catalog)
        for file in files:
            forget(catalog, person, file)
        settle(catalog)
        bring_all(catalog, person, files)
        assert everything(catalog) == before


def test_what_is_separated_stays_separate_and_is_no_burst(tmp_path: Path) -> None:
    """By the rules that the shot itself tells of, whatever arrives of the same moment later."""
    files = [File(f"a/DSC_0001{rest}", f"{NOON}.25") for rest in (".nef", ".jpg", " copy.jpg", "-Edit.jpg")]
    export = File("b/Sunset.jpg", f"{NOON}.25")
    with opened_catalog(tmp_path) as catalog:
        person = add_person(catalog)
        bring_all(catalog, person, files)
        before = everything(catalog)
        shot = catalog.groups.shot(person, files[0].id)
        assert shot is not None
        number = catalog.groups.decide(person, Scope.SHOT, Choice.UNGROUP_LIKE, shot.items, NOW, shot.rules)
        settle(catalog)
        assert groups(catalog, person) == (frozenset(frozenset({one.id}) for one in files), frozenset())
        decision = catalog.decisions.get(person, number)
        assert decision is not None
        bring_all(catalog, person, [export])
        assert groups(catalog, person)[0] == frozenset(frozenset({one.id}) for one in [*files, export])
        forget(catalog, person, export)
        catalog.groups.undo(person, decision, NOW)
        settle(catalog)
        assert everything(catalog) == before


def test_another_window_another_burst_and_back(tmp_path: Path) -> None:
    slow = [File(f"a/DSC_{n:04}.jpg", f"2024-05-17T12:00:{2 * n:02}.5") for n in range(4)]
    with opened_catalog(tmp_path) as catalog:
        person = add_person(catalog)
        bring_all(catalog, person, slow)
        before = everything(catalog)
        assert groups(catalog, person)[1] == frozenset()
        catalog.groups.set_burst_window_s(person, 2.0)
        assert catalog.groups.waiting(person) == 4
        settle(catalog)
        assert len(groups(catalog, person)[1]) == 1
        catalog.groups.set_burst_window_s(person, 1.0)
        settle(catalog)
        assert everything(catalog) == before


def test_nothing_crosses_from_one_person_to_another(tmp_path: Path) -> None:
    with opened_catalog(tmp_path) as catalog:
        alice, bob = add_person(catalog), add_person(catalog, "bob")
        bring_all(catalog, alice, PAIR[:1])
        bring_all(catalog, bob, PAIR[1:])
        assert {len(shot) for shot in groups(catalog, alice)[0]} == {1}
