"""What people say of single items against the file or beside it: favourite, title, rating.

The decisions are rows; what follows from them stands in the item, for lists to be quick.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from indexer.catalog import arrangements
from indexer.catalog.arrangements import Scope
from indexer.catalog.database import Database
from indexer.catalog.tables import ItemRow
from indexer.catalog.versions import bump


class OwnWords:
    def __init__(self, database: Database) -> None:
        self._database = database

    def say(self, person_id: int, sha256: str, said: Mapping[str, Any], now: float) -> int | None:
        """Keep what is said of an item: the decision's id, None when no such item is held."""
        here = (ItemRow.person_id == person_id, ItemRow.sha256 == sha256)
        with self._database.write() as connection:
            row = connection.execute(sa.select(ItemRow.favourite).where(*here)).one_or_none()
            if row is None:
                return None
            body = {"said": dict(said), "was_favourite": row[0]}
            id_ = arrangements.record(connection, person_id, Scope.ITEM, sha256, body, now)
            apply(connection, person_id, sha256)
            bump(connection, person_id)
            return id_

    def apply(self, person_id: int, sha256: str) -> None:
        """Have an item say what the decisions that stand say, after one was undone."""
        with self._database.write() as connection:
            apply(connection, person_id, sha256)
            bump(connection, person_id)

    def of(self, person_id: int, sha256: str) -> dict[str, Any]:
        """What holds of title and rating in place of the file's own words."""
        query = sa.select(ItemRow.decided).where(ItemRow.person_id == person_id, ItemRow.sha256 == sha256)
        with self._database.read() as connection:
            text = connection.scalar(query)
        said: dict[str, Any] = json.loads(text) if text else {}
        return said


def apply(connection: sa.Connection, person_id: int, sha256: str) -> None:
    """As `OwnWords.apply`, within the caller's transaction."""
    every = arrangements.every(connection, person_id, Scope.ITEM, sha256)
    if not every:
        return
    said: dict[str, Any] = {}
    for one in every:
        if one.undone_at is None:
            said |= one.body["said"]
    favourite = said.pop("favourite", every[0].body["was_favourite"])
    connection.execute(
        sa.update(ItemRow)
        .where(ItemRow.person_id == person_id, ItemRow.sha256 == sha256)
        .values(favourite=favourite, decided=json.dumps(said) if said else None)
    )
