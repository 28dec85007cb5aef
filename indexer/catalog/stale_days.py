"""Which days are to be looked at again, because something about an item of theirs has changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from indexer.catalog.database import Database
from indexer.catalog.memory_tables import StaleDayRow
from indexer.catalog.prepared import Prepared

MEMORIES = "memories"  # stands for the memories of a library among its stale days


def _marking(dialect: str) -> sa.ClauseElement:
    insert = (postgresql if dialect == "postgresql" else sqlite).insert(StaleDayRow.__table__)
    values = {"person_id": sa.bindparam("person_id"), "day": sa.bindparam("day"), "marks": 1}
    statement: sa.ClauseElement = insert.values(values).on_conflict_do_update(
        index_elements=["person_id", "day"], set_={"marks": StaleDayRow.marks + 1}
    )
    return statement


_MARK = Prepared(_marking)
_COUNT = Prepared(
    sa.select(sa.func.count())
    .select_from(StaleDayRow)
    .where(StaleDayRow.person_id == sa.bindparam("person_id"))
)


class StaleDays:
    def __init__(self, database: Database) -> None:
        self._database = database

    def people(self) -> tuple[int, ...]:
        """Those with stale days."""
        with self._database.read() as connection:
            return tuple(connection.scalars(sa.select(StaleDayRow.person_id).distinct()))

    def count(self, person_id: int) -> int:
        """How many a person has; their memories count as one."""
        with self._database.read() as connection:
            (count,) = _COUNT.row(connection, person_id=person_id) or (0,)
            return int(count)

    def of(self, person_id: int) -> dict[str, int]:
        """A person's stale days, in order, and how often each was marked."""
        query = sa.select(StaleDayRow.day, StaleDayRow.marks).where(StaleDayRow.person_id == person_id)
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(StaleDayRow.day))
            return {row.day: row.marks for row in rows}


def mark(connection: sa.Connection, person_id: int, days: Iterable[str]) -> None:
    """Have these days looked at again, within the transaction that changes them."""
    for day in days:
        _MARK.run(connection, person_id=person_id, day=day)


def settle(connection: sa.Connection, person_id: int, days: Mapping[str, int]) -> None:
    """These days were looked at, within the transaction that writes what was found.

    One that was marked again meanwhile stays stale.
    """
    for day, marks in days.items():
        connection.execute(
            sa.delete(StaleDayRow).where(
                StaleDayRow.person_id == person_id, StaleDayRow.day == day, StaleDayRow.marks == marks
            )
        )
