"""People's decisions about groups, as rows: added and undone, never changed and never dropped."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator

import sqlalchemy as sa

from indexer.catalog.database import Database
from indexer.catalog.group_tables import DecidedItemRow, DecisionRow
from indexer.catalog.prepared import Prepared
from indexer.grouping.decisions import Choice, Decision, Scope

_COLUMNS = (
    DecisionRow.id, DecisionRow.at, DecisionRow.scope, DecisionRow.choice, DecisionRow.rules,
    DecisionRow.undone_at,
)  # fmt: skip
_ITEMS = Prepared(
    sa.select(DecidedItemRow.sha256)
    .where(DecidedItemRow.decision_id == sa.bindparam("decision_id"))
    .order_by(DecidedItemRow.sha256)
)
_RELATED = Prepared(
    sa.select(DecidedItemRow.decision_id)
    .join(DecisionRow, DecisionRow.id == DecidedItemRow.decision_id)
    .where(
        DecidedItemRow.person_id == sa.bindparam("person_id"),
        DecidedItemRow.sha256 == sa.bindparam("sha256"),
        DecisionRow.choice != Choice.UNGROUP_LIKE.value,
        DecisionRow.undone_at.is_(None),
    )
)


class Decisions:
    def __init__(self, database: Database) -> None:
        self._database = database

    def list(self, person_id: int, before: int | None, limit: int) -> tuple[Decision, ...]:
        """Up to ``limit`` decisions, the newest first, those from before the one of this number."""
        query = sa.select(*_COLUMNS).where(DecisionRow.person_id == person_id)
        if before is not None:
            query = query.where(DecisionRow.id < before)
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(DecisionRow.id.desc()).limit(limit)).all()
            return tuple(_decision(connection, row) for row in rows)

    def get(self, person_id: int, decision_id: int) -> Decision | None:
        with self._database.read() as connection:
            return find(connection, person_id, decision_id)

    def about(self, person_id: int, items: Collection[str]) -> tuple[Decision, ...]:
        """The standing decisions that name one of these items, the oldest first."""
        with self._database.read() as connection:
            numbers = {number for item in items for number in related(connection, person_id, item)}
            return tuple(_decisions(connection, person_id, DecisionRow.id.in_(numbers)))


def add(
    connection: sa.Connection,
    person_id: int,
    scope: Scope,
    choice: Choice,
    items: Iterable[str],
    rules: Iterable[str],
    now: float,
) -> int:
    """Write a decision down, within the caller's transaction, which regroups; its number."""
    values = {"person_id": person_id, "at": now, "scope": scope, "choice": choice}
    rules_text = json.dumps(sorted(rules))
    insert = sa.insert(DecisionRow).values(**values, rules=rules_text).returning(DecisionRow.id)
    number: int = connection.execute(insert).scalar_one()
    for item in sorted(set(items)):
        row = {"person_id": person_id, "sha256": item, "decision_id": number}
        connection.execute(sa.insert(DecidedItemRow).values(row))
    return number


def undo(connection: sa.Connection, person_id: int, decision_id: int, now: float) -> None:
    """Have a decision count no more; one that was undone before stays as it is."""
    connection.execute(
        sa.update(DecisionRow)
        .where(DecisionRow.person_id == person_id, DecisionRow.id == decision_id)
        .where(DecisionRow.undone_at.is_(None))
        .values(undone_at=now)
    )


def find(connection: sa.Connection, person_id: int, decision_id: int) -> Decision | None:
    """The person's decision of this number."""
    found = _decisions(connection, person_id, DecisionRow.id == decision_id)
    return next(found, None)


def items_of(connection: sa.Connection, decision_id: int) -> tuple[str, ...]:
    """The items that a decision names."""
    return tuple(sha256 for (sha256,) in _ITEMS.rows(connection, decision_id=decision_id))


def related(connection: sa.Connection, person_id: int, sha256: str) -> tuple[int, ...]:
    """The standing decisions that name this item and concern nothing but the items they name."""
    return tuple(number for (number,) in _RELATED.rows(connection, person_id=person_id, sha256=sha256))


def reaching(connection: sa.Connection, person_id: int, numbers: Collection[int]) -> tuple[Decision, ...]:
    """These decisions, and those that concern the whole library, as far as they stand."""
    everywhere = DecisionRow.choice == Choice.UNGROUP_LIKE
    query = sa.or_(DecisionRow.id.in_(numbers), everywhere) if numbers else everywhere
    return tuple(_decisions(connection, person_id, sa.and_(query, DecisionRow.undone_at.is_(None))))


def _decisions(
    connection: sa.Connection, person_id: int, which: sa.ColumnElement[bool]
) -> Iterator[Decision]:
    query = sa.select(*_COLUMNS).where(DecisionRow.person_id == person_id, which).order_by(DecisionRow.id)
    yield from (_decision(connection, row) for row in connection.execute(query).all())


def _decision(connection: sa.Connection, row: sa.Row[int, float, str, str, str, float | None]) -> Decision:
    number, at, scope, choice, rules, undone_at = row
    items = items_of(connection, number)
    return Decision(number, at, Scope(scope), Choice(choice), items, tuple(json.loads(rules)), undone_at)
