"""What people say of single items against the file or beside it: favourite, title, rating, turn, time.

The decisions are rows; what follows from them stands in the item, for lists to be quick.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from indexer.catalog import clocks, details, jobs, ledger, outcomes, reindexing
from indexer.catalog.database import Database
from indexer.catalog.ledger import Scope
from indexer.catalog.memory_tables import DecisionRow, TvFileRow
from indexer.catalog.tables import ItemRow, JobRow
from indexer.catalog.versions import bump
from indexer.knowledge import Camera, Metadata
from indexer.model import JobKind


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
            id_ = ledger.record(connection, person_id, Scope.ITEM, sha256, body, now)
            apply(connection, person_id, sha256, now)
            bump(connection, person_id)
            return id_

    def apply(self, person_id: int, sha256: str, now: float) -> None:
        """Have an item say what the decisions that stand say, after one was undone."""
        with self._database.write() as connection:
            apply(connection, person_id, sha256, now)
            bump(connection, person_id)


def apply(connection: sa.Connection, person_id: int, sha256: str, now: float) -> None:
    """As `OwnWords.apply`, within the caller's transaction."""
    every = ledger.find(connection, person_id, DecisionRow.scope == Scope.ITEM, DecisionRow.subject == sha256)
    here = (ItemRow.person_id == person_id, ItemRow.sha256 == sha256)
    row = connection.execute(sa.select(ItemRow.decided).where(*here)).one_or_none()
    if not every or row is None:
        return
    before = json.loads(row[0]) if row[0] else {}
    said: dict[str, Any] = {}
    for one in every:
        if one.undone_at is None:
            said |= one.body["said"]
    favourite = said.pop("favourite", every[0].body["was_favourite"])
    values = {"favourite": favourite, "decided": json.dumps(said) if said else None}
    connection.execute(sa.update(ItemRow).where(*here).values(values))
    if said.get("title") != before.get("title"):
        _have_found(connection, person_id, sha256, said.get("title"))
    if said.get("shift_s", 0) != before.get("shift_s", 0):
        clocks.apply_to(connection, person_id, sha256)
    if said.get("rotation", 0) != before.get("rotation", 0):
        _make_anew(connection, person_id, sha256, now)


def _have_found(connection: sa.Connection, person_id: int, sha256: str, title: str | None) -> None:
    """Have a search find an item by the title that people gave it."""
    here = (ItemRow.person_id == person_id, ItemRow.sha256 == sha256)
    row = connection.execute(
        sa.select(
            ItemRow.name, ItemRow.camera_make, ItemRow.camera_model, ItemRow.camera_lens, ItemRow.place,
            ItemRow.details,
        ).where(*here)
    ).one()  # fmt: skip
    name, make, model, lens, place, about = row
    known = details.load(Metadata(camera=Camera(make, model, lens), place=place), about)
    connection.execute(sa.update(ItemRow).where(*here).values(search=outcomes.searched(name, known, title)))


def _make_anew(connection: sa.Connection, person_id: int, sha256: str, now: float) -> None:
    """Have made what is shown of an item, and what televisions get if they got something already."""
    reindexing.wait(connection, person_id, sha256)
    jobs.anew(connection, person_id, sha256, JobKind.INDEX, now)
    is_for_tv = sa.or_(
        sa.exists().where(TvFileRow.person_id == person_id, TvFileRow.sha256 == sha256),
        sa.exists().where(JobRow.person_id == person_id, JobRow.sha256 == sha256, JobRow.kind == JobKind.TV),
    )
    if connection.scalar(sa.select(is_for_tv)):
        jobs.anew(connection, person_id, sha256, JobKind.TV, now)
