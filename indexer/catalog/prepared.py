"""Statements for the path that every file takes: compiled once, then run by the driver itself.

SQLAlchemy's way of running a statement costs 50 to 150 microseconds of Python each time; a small file
that arrives runs a dozen. These cost three, are written in the same language, and take part in the
same transactions. Everything else in the catalog stays with ``connection.execute``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

Row = tuple[Any, ...]
_Plan = tuple[str, Callable[[dict[str, Any]], Any]]


class Prepared:
    """One statement, its values named by ``sa.bindparam``. Safe to share between threads.

    Rows are the driver's own tuples: a truth value is 0 or 1 on SQLite, an enum's value is text.
    ``statement`` may be a function of the dialect's name, for what the databases spell differently.
    """

    def __init__(self, statement: sa.ClauseElement | Callable[[str], sa.ClauseElement]) -> None:
        self._statement = statement
        self._plans: dict[str, _Plan] = {}

    def rows(self, connection: sa.Connection, **values: Any) -> list[Row]:
        """All rows."""
        found: list[Row] = self._run(connection, values).fetchall()
        return found

    def row(self, connection: sa.Connection, **values: Any) -> Row | None:
        """The first row, if there is one."""
        found: Row | None = self._run(connection, values).fetchone()
        return found

    def run(self, connection: sa.Connection, **values: Any) -> int:
        """How many rows were changed."""
        count: int = self._run(connection, values).rowcount
        return count

    def _run(self, connection: sa.Connection, values: dict[str, Any]) -> Any:
        sql, arguments = self._plans.get(connection.dialect.name) or self._compiled(connection)
        return connection.connection.driver_connection.execute(sql, arguments(values))  # type: ignore[union-attr]

    def _compiled(self, connection: sa.Connection) -> _Plan:
        dialect, statement = connection.dialect, self._statement
        if not isinstance(statement, sa.ClauseElement):
            statement = statement(dialect.name)
        compiled: Any = statement.compile(dialect=dialect)
        constants = {name: bind.value for name, bind in compiled.binds.items() if not bind.required}
        plan = self._plans[dialect.name] = str(compiled), _arguments(compiled.positiontup, constants)
        return plan


def _arguments(order: list[str] | None, constants: dict[str, Any]) -> Callable[[dict[str, Any]], Any]:
    """How the driver wants the values: in the order of their places (SQLite), or by name."""
    if order is None:
        return lambda values: constants | values
    if not constants:
        return lambda values: [values[name] for name in order]
    return lambda values: [values[name] if name in values else constants[name] for name in order]
