"""Grouping a neighbourhood anew: the kin of some items are read, grouped by the rules, and written back.

What is in a group follows from the items and the decisions alone (`indexer.grouping.stacks`). Since all that
may be tied to an item is found and judged together, it does not matter in which order files arrived.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from indexer.catalog import decisions, details, preferences, stale_days
from indexer.catalog.group_tables import BurstRow, KinRow, RegroupingRow, ShotRow
from indexer.catalog.paths import paths_of
from indexer.catalog.portable import upsert
from indexer.catalog.prepared import Prepared
from indexer.catalog.tables import ItemRow, PersonRow
from indexer.catalog.versions import bump
from indexer.grouping import kinship, stacks
from indexer.grouping.decisions import Decision
from indexer.grouping.pictures import Picture, best_path, is_by_camera
from indexer.grouping.stacks import BurstStack, ShotStack, Stacks
from indexer.knowledge import Metadata
from indexer.model import Kind

_HERE = (ItemRow.person_id == sa.bindparam("person_id"), ItemRow.sha256 == sa.bindparam("sha256"))
_FACTS = Prepared(
    sa.select(
        ItemRow.kind, ItemRow.taken_at, ItemRow.taken_at_source, ItemRow.camera_make, ItemRow.camera_model,
        ItemRow.width, ItemRow.height, ItemRow.duration_s, ItemRow.details, ItemRow.recipe, ItemRow.added_at,
        ItemRow.day, ItemRow.shot_id, ItemRow.shot_rank, ItemRow.burst_id, ItemRow.burst_rank,
    ).where(*_HERE)
)  # fmt: skip
_KEYS = Prepared(
    sa.select(KinRow.key).where(
        KinRow.person_id == sa.bindparam("person_id"), KinRow.sha256 == sa.bindparam("sha256")
    )
)
_KIN = Prepared(
    sa.select(KinRow.sha256).where(
        KinRow.person_id == sa.bindparam("person_id"), KinRow.key == sa.bindparam("key")
    )
)
_ADD_KEY = Prepared(
    sa.insert(KinRow.__table__).values(  # type: ignore[arg-type]
        {column: sa.bindparam(column) for column in ("person_id", "key", "sha256")}
    )
)
_DROP_KEY = Prepared(
    sa.delete(KinRow.__table__).where(  # type: ignore[arg-type]
        KinRow.person_id == sa.bindparam("person_id"),
        KinRow.key == sa.bindparam("key"),
        KinRow.sha256 == sa.bindparam("sha256"),
    )
)
_NEAR = Prepared(
    sa.select(KinRow.sha256).where(
        KinRow.person_id == sa.bindparam("person_id"),
        KinRow.key >= sa.bindparam("first"),
        KinRow.key < sa.bindparam("end"),
    )
)
_OF_SHOT = Prepared(
    sa.select(ItemRow.sha256).where(
        ItemRow.person_id == sa.bindparam("person_id"), ItemRow.shot_id == sa.bindparam("shot_id")
    )
)
_OF_BURST = Prepared(
    sa.select(ItemRow.sha256).where(
        ItemRow.person_id == sa.bindparam("person_id"), ItemRow.burst_id == sa.bindparam("burst_id")
    )
)
_PLACE = Prepared(
    sa.update(ItemRow.__table__)  # type: ignore[arg-type]
    .where(ItemRow.person_id == sa.bindparam("whose"), ItemRow.sha256 == sa.bindparam("which"))
    .values({column: sa.bindparam(column) for column in ("shot_id", "shot_rank", "burst_id", "burst_rank")})
)
_STACK = ("kind", "count", "why", "rules", "is_locked")


def _keeping(table: type[ShotRow | BurstRow]) -> tuple[Prepared, Prepared, Prepared]:
    """How rows of groups are read, written and dropped."""
    here = (table.person_id == sa.bindparam("person_id"), table.id == sa.bindparam("id"))
    columns = [getattr(table, column) for column in _STACK]
    return (
        Prepared(sa.select(*columns).where(*here)),
        Prepared(
            lambda dialect: upsert(dialect, table, ("person_id", "id", *_STACK), ["person_id", "id"], _STACK)
        ),
        Prepared(sa.delete(table.__table__).where(*here)),  # type: ignore[arg-type]
    )


_SHOTS, _BURSTS = _keeping(ShotRow), _keeping(BurstRow)
_MARK = Prepared(
    sa.insert(RegroupingRow.__table__).values(  # type: ignore[arg-type]
        {column: sa.bindparam(column) for column in ("person_id", "sha256")}
    )
)
_Place = tuple[str, int, str | None, int | None]
_LOCK = sa.select(PersonRow.id).with_for_update()


@dataclass(frozen=True, slots=True)
class _Known:
    """An item and where it is now."""

    picture: Picture
    day: str
    shot_id: str
    shot_rank: int
    burst_id: str | None
    burst_rank: int | None

    @property
    def place(self) -> _Place:
        return self.shot_id, self.shot_rank, self.burst_id, self.burst_rank


def mark(connection: sa.Connection, person_id: int, sha256: str) -> None:
    """Have an item's kin grouped anew soon: it came, its row is gone, or something else is known about it."""
    _MARK.run(connection, person_id=person_id, sha256=sha256)


def regroup(connection: sa.Connection, person_id: int, seeds: Iterable[str]) -> None:
    """Group all that may belong to these items anew. Items may be gone."""
    # Two of these at once would not see each other.
    connection.execute(_LOCK.where(PersonRow.id == person_id))
    window_s = preferences.burst_window_s(connection, person_id)
    found = _Neighbourhood(connection, person_id, window_s)
    for seed in seeds:
        found.plant(seed)
    found.grow()
    made = stacks.stack((one.picture for one in found.known.values()), found.wishes(), window_s)
    if _write(connection, person_id, found.known, made):
        bump(connection, person_id)


class _Neighbourhood:
    """Items and whatever may be tied to them, and to that, until nothing is left out."""

    def __init__(self, connection: sa.Connection, person_id: int, window_s: float) -> None:
        self.known: dict[str, _Known] = {}
        self._connection = connection
        self._person_id = person_id
        self._window_s = window_s
        self._rows: dict[str, _Known | None] = {}
        self._decisions: set[int] = set()
        self._seen: set[str] = set()
        self._waiting: set[str] = set()
        self._asked: set[object] = set()

    def plant(self, sha256: str) -> None:
        """An item about which something is new: its keys are corrected, its old kin are asked, too."""
        known = self._read(sha256)
        of_item = {"person_id": self._person_id, "sha256": sha256}
        before = {key for (key,) in _KEYS.rows(self._connection, **of_item)}
        now = kinship.keys(known.picture) if known else frozenset()
        for key in before - now:
            _DROP_KEY.run(self._connection, **of_item, key=key)
            self._ask_key(key)
        for key in now - before:
            _ADD_KEY.run(self._connection, **of_item, key=key)
        self._waiting.add(sha256)

    def grow(self) -> None:
        """Find everybody."""
        while self._waiting:
            sha256 = self._waiting.pop()
            self._seen.add(sha256)
            self._ask_decisions(sha256)
            known = self._read(sha256)
            if known:
                self.known[sha256] = known
                self._ask_relatives(known)

    def _read(self, sha256: str) -> _Known | None:
        if sha256 not in self._rows:
            self._rows[sha256] = _known(self._connection, self._person_id, sha256)
        return self._rows[sha256]

    def wishes(self) -> tuple[Decision, ...]:
        """The decisions that concern what was found."""
        return decisions.reaching(self._connection, self._person_id, self._decisions)

    def _ask_relatives(self, known: _Known) -> None:
        for key in kinship.keys(known.picture):
            self._ask_key(key)
        self._ask(_OF_SHOT, shot_id=known.shot_id)
        if known.burst_id is not None:
            self._ask(_OF_BURST, burst_id=known.burst_id)

    def _ask_key(self, key: str) -> None:
        if reach := kinship.reach(key, self._window_s):
            self._ask(_NEAR, first=reach[0], end=reach[1])
        else:
            self._ask(_KIN, key=key)

    def _ask_decisions(self, sha256: str) -> None:
        for number in decisions.related(self._connection, self._person_id, sha256):
            if number not in self._decisions:
                self._decisions.add(number)
                self._expect(decisions.items_of(self._connection, number))

    def _ask(self, question: Prepared, **values: str) -> None:
        asked = (question, *values.values())
        if asked not in self._asked:
            self._asked.add(asked)
            rows = question.rows(self._connection, person_id=self._person_id, **values)
            self._expect(sha256 for (sha256,) in rows)

    def _expect(self, items: Iterable[str]) -> None:
        self._waiting.update(item for item in items if item not in self._seen)


def _known(connection: sa.Connection, person_id: int, sha256: str) -> _Known | None:
    row = _FACTS.row(connection, person_id=person_id, sha256=sha256)
    if row is None:
        return None
    *facts, day, shot_id, shot_rank, burst_id, burst_rank = row
    paths = paths_of(connection, person_id, sha256)
    return _Known(_picture(sha256, facts, paths), day, shot_id, shot_rank, burst_id, burst_rank)


def _picture(sha256: str, facts: list[Any], paths: list[str]) -> Picture:
    (
        kind, taken_at, source, make, model, width, height, duration_s, about, recipe, added_at,
    ) = facts  # fmt: skip
    if recipe is None or not paths:  # nothing is known of it yet but that it is there
        return Picture(sha256, sha256, Kind(kind), added_at=added_at)
    more = details.load(Metadata(), about)
    return Picture(
        sha256,
        best_path(paths),
        Kind(kind),
        taken_at if is_by_camera(source) else None,
        " ".join(filter(None, (make, model))).casefold() or None,
        more.ties.content_id,
        more.ties.burst_id,
        (width or 0) * (height or 0),
        duration_s,
        more.exposure.bias_ev,
        added_at,
        more.ties.sequence,
        more.ties.is_continuous,
    )


def _write(connection: sa.Connection, person_id: int, known: dict[str, _Known], made: Stacks) -> bool:
    """Bring rows in line with what was made, touching only what differs."""
    changed = {sha256: place for sha256, place in _places(made).items() if place != known[sha256].place}
    for sha256, (shot_id, shot_rank, burst_id, burst_rank) in changed.items():
        _PLACE.run(
            connection, whose=person_id, which=sha256,
            shot_id=shot_id, shot_rank=shot_rank, burst_id=burst_id, burst_rank=burst_rank,
        )  # fmt: skip
    stale_days.mark(connection, person_id, sorted({known[sha256].day for sha256 in changed}))
    old_shots = {one.shot_id for one in known.values()}
    old_bursts = {one.burst_id for one in known.values() if one.burst_id}
    told = {one.id: one for one in made.shots if len(one.members) > 1 or one.why or one.is_locked}
    bursts = {one.id: one for one in made.bursts}
    has_changed = [
        *_keep(connection, person_id, _SHOTS, old_shots, told),
        *_keep(connection, person_id, _BURSTS, old_bursts, bursts),
    ]
    return bool(changed) or any(has_changed)


def _places(made: Stacks) -> dict[str, _Place]:
    """Where each item is to be."""
    burst_of = {shot: (burst.id, rank) for burst in made.bursts for rank, shot in enumerate(burst.members)}
    return {
        item: (shot.id, rank, *burst_of.get(shot.id, (None, None)))
        for shot in made.shots
        for rank, item in enumerate(shot.members)
    }


def _keep(
    connection: sa.Connection,
    person_id: int,
    statements: tuple[Prepared, Prepared, Prepared],
    old: set[str],
    made: Mapping[str, ShotStack | BurstStack],
) -> Iterator[bool]:
    """Write, correct and drop the rows of groups; for each, whether it changed."""
    read, put, drop = statements
    for id_ in old | made.keys():
        here = {"person_id": person_id, "id": id_}
        row = read.row(connection, **here)
        values = _values(made[id_]) if id_ in made else None
        if values is None and row is not None:
            drop.run(connection, **here)
        elif values is not None and (row is None or tuple(values.values()) != row):
            put.run(connection, **here, **values)
        else:
            continue
        yield True


def _values(stack: ShotStack | BurstStack) -> dict[str, Any]:
    """In the order of `_STACK`."""
    return {
        "kind": str(stack.kind),
        "count": len(stack.members),
        "why": json.dumps(stack.why),
        "rules": json.dumps(stack.rules),
        "is_locked": stack.is_locked,
    }
