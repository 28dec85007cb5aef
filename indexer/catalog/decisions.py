"""People's decisions about shots and bursts, found by the items that they name.

They stand in the ledger of all decisions (`indexer.catalog.ledger`), added and undone, never changed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

import sqlalchemy as sa

from indexer.catalog import ledger
from indexer.catalog.database import Database
from indexer.catalog.group_tables import DecidedItemRow
from indexer.catalog.ledger import AnyDecision
from indexer.catalog.memory_tables import DecisionRow
from indexer.catalog.prepared import Prepared
from indexer.grouping.decisions import Choice, Decision, Scope

_SCOPES = tuple(str(scope) for scope in Scope)
_ITEMS = Prepared(
    sa.select(DecidedItemRow.sha256).where(DecidedItemRow.decision_id == sa.bindparam("decision_id"))
)
_RELATED = Prepared(
    sa.select(DecidedItemRow.decision_id)
    .join(DecisionRow, DecisionRow.id == DecidedItemRow.decision_id)
    .where(
        DecidedItemRow.person_id == sa.bindparam("person_id"),
        DecidedItemRow.sha256 == sa.bindparam("sha256"),
        DecisionRow.undone_at.is_(None),
    )
)


class Decisions:
    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, person_id: int, decision_id: int) -> Decision | None:
        """The person's decision of this number, if it is one about shots or bursts."""
        with self._database.read() as connection:
            found = _decisions(connection, person_id, DecisionRow.id == decision_id)
            return found[0] if found else None

    def about(self, person_id: int, items: Collection[str]) -> tuple[Decision, ...]:
        """The standing decisions that name one of these items, the oldest first."""
        with self._database.read() as connection:
            numbers = {number for item in items for number in related(connection, person_id, item)}
            return _decisions(connection, person_id, DecisionRow.id.in_(numbers))


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
    named = sorted(set(items))
    body = {"items": named, "rules": sorted(rules)}
    number = ledger.record(connection, person_id, ledger.Scope(scope), str(choice), body, now)
    if choice is not Choice.UNGROUP_LIKE:  # which concerns everything
        rows = [{"person_id": person_id, "sha256": item, "decision_id": number} for item in named]
        connection.execute(sa.insert(DecidedItemRow), rows)
    return number


def items_of(connection: sa.Connection, decision_id: int) -> tuple[str, ...]:
    """The items that a decision names, unless it concerns everything."""
    return tuple(sha256 for (sha256,) in _ITEMS.rows(connection, decision_id=decision_id))


def related(connection: sa.Connection, person_id: int, sha256: str) -> tuple[int, ...]:
    """The standing decisions that name this item and concern nothing but the items they name."""
    return tuple(number for (number,) in _RELATED.rows(connection, person_id=person_id, sha256=sha256))


def reaching(connection: sa.Connection, person_id: int, numbers: Collection[int]) -> tuple[Decision, ...]:
    """These decisions, and those that concern the whole library, as far as they stand."""
    meant = DecisionRow.subject == Choice.UNGROUP_LIKE
    if numbers:
        meant = sa.or_(DecisionRow.id.in_(numbers), meant)
    return _decisions(connection, person_id, sa.and_(meant, DecisionRow.undone_at.is_(None)))


def as_decision(one: AnyDecision) -> Decision:
    """A decision about shots or bursts, as the ledger has it, in its own words."""
    items, rules = tuple(one.body["items"]), tuple(one.body["rules"])
    return Decision(one.id, one.at, Scope(one.scope), Choice(one.subject), items, rules, one.undone_at)


def _decisions(
    connection: sa.Connection, person_id: int, which: sa.ColumnElement[bool]
) -> tuple[Decision, ...]:
    is_ours = DecisionRow.scope.in_(_SCOPES)
    return tuple(as_decision(one) for one in ledger.find(connection, person_id, is_ours, which))
