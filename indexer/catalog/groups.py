"""Shots and bursts as rows: asked for, decided about, and grouped anew where something has changed."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from indexer.catalog import decisions, ledger, preferences, regrouping
from indexer.catalog.database import Database
from indexer.catalog.group_tables import BurstRow, RegroupingRow, ShotRow
from indexer.catalog.prepared import Prepared
from indexer.catalog.tables import ItemRow
from indexer.catalog.versions import bump
from indexer.grouping.decisions import Choice, Decision, Scope

# A transaction of so many takes some fifty milliseconds, for which an upload may have to wait.
_AT_ONCE = 200
_NEXT = Prepared(
    sa.select(RegroupingRow.id, RegroupingRow.person_id, RegroupingRow.sha256)
    .order_by(RegroupingRow.id)
    .limit(sa.bindparam("most", type_=sa.Integer))
)
_DONE = Prepared(sa.delete(RegroupingRow.__table__).where(RegroupingRow.id <= sa.bindparam("last")))  # type: ignore[arg-type]
_WAITING = Prepared(
    sa.select(sa.func.count()).select_from(RegroupingRow).where(
        RegroupingRow.person_id == sa.bindparam("person_id")
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Group:
    """A shot (``members`` are items) or a burst (its shots), the cover first. ``why`` are sentences.

    ``covers`` are what is shown of each member: of a shot's, itself; of a burst's, the cover of the shot.
    ``burst_id`` is the burst that a shot is in.
    """

    id: str
    kind: str | None
    members: tuple[str, ...]
    covers: tuple[str, ...]
    items: tuple[str, ...]
    why: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    is_locked: bool = False
    burst_id: str | None = None


class Groups:
    def __init__(self, database: Database) -> None:
        self._database = database

    def regroup_next(self, most: int = _AT_ONCE) -> bool:
        """Group the kin of up to ``most`` items anew about which something is new; False when none are."""
        with self._database.read() as connection:
            if not _NEXT.rows(connection, most=1):
                return False
        with self._database.write(durable=False) as connection:
            due = _NEXT.rows(connection, most=most)
            for person_id in {person_id for _, person_id, _ in due}:
                seeds = {sha256 for _, whose, sha256 in due if whose == person_id}
                regrouping.regroup(connection, person_id, seeds)
            if due:
                _DONE.run(connection, last=due[-1][0])
        return True

    def waiting(self, person_id: int) -> int:
        """How many of a person's items are still to be grouped."""
        with self._database.read() as connection:
            row = _WAITING.row(connection, person_id=person_id)
        return row[0] if row else 0

    def shot(self, person_id: int, item_id: str) -> Group | None:
        """The shot that an item is in."""
        with self._database.read() as connection:
            place = connection.execute(
                sa.select(ItemRow.shot_id, ItemRow.burst_id).where(
                    ItemRow.person_id == person_id, ItemRow.sha256 == item_id
                )
            ).one_or_none()
            if place is None:
                return None
            members = _members(connection, person_id, ItemRow.shot_id == place.shot_id)
            row = _row(connection, ShotRow, person_id, place.shot_id)
            return _group(place.shot_id, row, members, members, members, place.burst_id)

    def burst(self, person_id: int, item_id: str) -> Group | None:
        """The burst that an item is in."""
        query = sa.select(ItemRow.burst_id).where(ItemRow.person_id == person_id, ItemRow.sha256 == item_id)
        with self._database.read() as connection:
            burst_id = connection.scalar(query)
            if burst_id is None:
                return None
            columns = (ItemRow.shot_id, ItemRow.sha256, ItemRow.shot_rank)
            rows = connection.execute(
                sa.select(*columns)
                .where(ItemRow.person_id == person_id, ItemRow.burst_id == burst_id)
                .order_by(ItemRow.burst_rank, ItemRow.shot_rank)
            ).all()
            row = _row(connection, BurstRow, person_id, burst_id)
        covers = tuple(sha256 for _, sha256, rank in rows if rank == 0)
        shots = tuple(dict.fromkeys(shot_id for shot_id, _, _ in rows))
        return _group(burst_id, row, shots, covers, tuple(sha256 for _, sha256, _ in rows))

    def decide(
        self,
        person_id: int,
        scope: Scope,
        choice: Choice,
        items: Iterable[str],
        now: float,
        rules: Iterable[str] = (),
    ) -> int:
        """Write a decision down and do as it says, durable on return; its number.

        What it changes beyond these items' own groups is grouped anew soon.
        """
        named = tuple(items)
        with self._database.write() as connection:
            number = decisions.add(connection, person_id, scope, choice, named, rules, now)
            _apply(connection, person_id, choice, named)
        return number

    def undo(self, person_id: int, decision: Decision, now: float) -> None:
        """Have a decision count no more, and group as if it had never been made."""
        with self._database.write() as connection:
            ledger.undo(connection, person_id, decision.id, now)
            _apply(connection, person_id, decision.choice, decision.items)

    def burst_window_s(self, person_id: int) -> float:
        """The longest gap within a burst that its camera did not mark, in seconds."""
        with self._database.read() as connection:
            return preferences.burst_window_s(connection, person_id)

    def set_burst_window_s(self, person_id: int, window_s: float) -> None:
        """Change it, and have the whole library grouped anew soon. Decisions stay."""
        with self._database.write() as connection:
            preferences.set_burst_window_s(connection, person_id, window_s)
            _mark_all(connection, person_id)
            bump(connection, person_id)


def _apply(connection: sa.Connection, person_id: int, choice: Choice, items: tuple[str, ...]) -> None:
    regrouping.regroup(connection, person_id, items)
    bump(connection, person_id)
    if choice is Choice.UNGROUP_LIKE:
        _mark_all(connection, person_id)


def _mark_all(connection: sa.Connection, person_id: int) -> None:
    """In the order of capture, so that neighbours are found together."""
    all_items = (
        sa.select(ItemRow.person_id, ItemRow.sha256)
        .where(ItemRow.person_id == person_id)
        .order_by(ItemRow.taken_at, ItemRow.sha256)
    )
    connection.execute(sa.insert(RegroupingRow).from_select(["person_id", "sha256"], all_items))


def _members(connection: sa.Connection, person_id: int, which: sa.ColumnElement[bool]) -> tuple[str, ...]:
    query = sa.select(ItemRow.sha256).where(ItemRow.person_id == person_id, which)
    return tuple(connection.scalars(query.order_by(ItemRow.shot_rank)))


def _row(
    connection: sa.Connection, table: type[ShotRow | BurstRow], person_id: int, id_: str
) -> sa.Row[str, str, str, bool] | None:
    query = sa.select(table.kind, table.why, table.rules, table.is_locked)
    return connection.execute(query.where(table.person_id == person_id, table.id == id_)).one_or_none()


def _group(
    id_: str,
    row: sa.Row[str, str, str, bool] | None,
    members: tuple[str, ...],
    covers: tuple[str, ...],
    items: tuple[str, ...],
    burst_id: str | None = None,
) -> Group:
    if row is None:
        return Group(id_, None, members, covers, items, burst_id=burst_id)
    kind, why, rules, is_locked = row
    return Group(
        id_,
        kind,
        members,
        covers,
        items,
        tuple(json.loads(why)),
        tuple(json.loads(rules)),
        is_locked,
        burst_id,
    )
