"""Cameras whose clocks were wrong: what people decided about them, and what follows for their pictures.

A correction concerns a camera, or what of its pictures came in one folder of the share (a card). It changes
what is known, never an original; new pictures of that camera get it as they are indexed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, NamedTuple

import sqlalchemy as sa

from indexer.catalog import ledger, regrouping, stale_days
from indexer.catalog.database import Database
from indexer.catalog.ledger import Scope
from indexer.catalog.library_names import free_library_name, library_key
from indexer.catalog.paths import FIRST_PATH, paths_of
from indexer.catalog.prepared import Prepared
from indexer.catalog.tables import UNKNOWN_TIME, ItemRow
from indexer.catalog.versions import bump
from indexer.grouping.clocks import own_source, said_corrected, shifted
from indexer.grouping.pictures import is_by_camera
from indexer.knowledge import Camera, CaptureTime


class Correction(NamedTuple):
    """``folder`` is the top folder of a card in the Upload share, None for everything of the camera."""

    make: str | None
    model: str | None
    folder: str | None
    shift_s: int

    def concerns(self, camera: Camera, folders: Iterable[str]) -> bool:
        is_of_camera = (camera.make, camera.model) == (self.make, self.model)
        return is_of_camera and (self.folder is None or self.folder in folders)


class Taken(NamedTuple):
    """When and by what a picture was taken; ``has_place`` tells whether its file knows where."""

    taken_at: str
    make: str | None
    model: str | None
    folder: str
    has_place: int


_SHIFT = Prepared(
    sa.select(ItemRow.shift_s, ItemRow.decided).where(
        ItemRow.person_id == sa.bindparam("person_id"), ItemRow.sha256 == sa.bindparam("sha256")
    )
)


class Clocks:
    def __init__(self, database: Database) -> None:
        self._database = database

    def taken(self, person_id: int) -> Iterator[Taken]:
        """Every picture whose camera is known and wrote down the time itself."""
        query = sa.select(
            ItemRow.taken_at, ItemRow.camera_make, ItemRow.camera_model, FIRST_PATH,
            ItemRow.lat.is_not(None), ItemRow.taken_at_source,
        ).where(
            ItemRow.person_id == person_id, ItemRow.camera_model.is_not(None), ItemRow.taken_at < UNKNOWN_TIME
        )  # fmt: skip
        with self._database.read() as connection:
            rows: list[Any] = list(connection.execute(query))
        for taken_at, make, model, path, has_place, source in rows:
            if is_by_camera(own_source(source or "")):
                yield Taken(taken_at, make, model, _top(path or ""), has_place)

    def decide(self, person_id: int, correction: Correction, now: float) -> int:
        """Correct a clock: the decision's id."""
        with self._database.write() as connection:
            body = correction._asdict()
            id_ = ledger.record(connection, person_id, Scope.CLOCK, "", body, now)
            _apply(connection, person_id, correction.make, correction.model)
            bump(connection, person_id)
            return id_

    def apply(self, person_id: int, make: str | None, model: str | None) -> None:
        """Have a camera's pictures show the times that the standing decisions give them."""
        with self._database.write() as connection:
            _apply(connection, person_id, make, model)
            bump(connection, person_id)


def corrected(
    connection: sa.Connection, person_id: int, sha256: str, camera: Camera, captured: CaptureTime | None
) -> CaptureTime | None:
    """What was read, by the corrected clock; within the transaction that writes it."""
    corrections = _standing(connection, person_id)
    row = _SHIFT.row(connection, person_id=person_id, sha256=sha256)
    before_s, decided = row or (0, None)
    if captured is None or not (corrections or before_s or decided):
        return captured
    source = own_source(captured.source)
    # What comes from the item itself has been corrected already.
    read = captured.taken_at if source == captured.source else shifted(captured.taken_at, -before_s)
    folders = [_top(path) for path in paths_of(connection, person_id, sha256)]
    shift_s = (_sum(corrections, camera, folders) if is_by_camera(source) else 0) + _own_shift_s(decided)
    here = (ItemRow.person_id == person_id, ItemRow.sha256 == sha256)
    connection.execute(sa.update(ItemRow).where(*here).values(shift_s=shift_s))
    return replace(captured, taken_at=shifted(read, shift_s), source=said_corrected(source, shift_s))


def apply_to(connection: sa.Connection, person_id: int, sha256: str) -> None:
    """Have an item show the time that the standing decisions give it; within the caller's transaction."""
    _show(connection, person_id, ItemRow.sha256 == sha256)


def _apply(connection: sa.Connection, person_id: int, make: str | None, model: str | None) -> None:
    is_same = (
        ItemRow.camera_make.is_not_distinct_from(make),
        ItemRow.camera_model.is_not_distinct_from(model),
    )
    _show(connection, person_id, *is_same)


def _show(connection: sa.Connection, person_id: int, *which: sa.ColumnElement[bool]) -> None:
    corrections = _standing(connection, person_id)
    query = sa.select(
        ItemRow.sha256, ItemRow.name, ItemRow.taken_at, ItemRow.taken_at_source, ItemRow.day, ItemRow.shift_s,
        ItemRow.camera_make, ItemRow.camera_model, ItemRow.decided,
    ).where(ItemRow.person_id == person_id, ItemRow.taken_at < UNKNOWN_TIME, *which)  # fmt: skip
    rows: list[Any] = list(connection.execute(query))
    for sha256, name, taken_at, source, day, before_s, make, model, decided in rows:
        folders = [_top(path) for path in paths_of(connection, person_id, sha256)]
        plain, camera = own_source(source), Camera(make, model)
        by_clock_s = _sum(corrections, camera, folders) if is_by_camera(plain) else 0
        shift_s = by_clock_s + _own_shift_s(decided)
        if shift_s != before_s:
            new_at = shifted(taken_at, shift_s - before_s)
            values = {
                "taken_at": new_at, "taken_at_source": said_corrected(plain, shift_s), "shift_s": shift_s,
            }  # fmt: skip
            _move(connection, person_id, sha256, name, day, new_at[:10], values)


def _move(
    connection: sa.Connection,
    person_id: int,
    sha256: str,
    name: str,
    day: str,
    new_day: str,
    values: dict[str, Any],
) -> None:
    """Write an item's new time; on another day it gets a name of that day."""
    if day != new_day:
        library_name = free_library_name(connection, person_id, new_day, name)
        values |= {"day": new_day, "library_name": library_name, "library_key": library_key(library_name)}
    here = (ItemRow.person_id == person_id, ItemRow.sha256 == sha256)
    connection.execute(sa.update(ItemRow).where(*here).values(values))
    regrouping.mark(connection, person_id, sha256)
    stale_days.mark(connection, person_id, {day, new_day})


def _standing(connection: sa.Connection, person_id: int) -> list[Correction]:
    return [Correction(**one.body) for one in ledger.standing(connection, person_id, Scope.CLOCK)]


def _sum(corrections: Iterable[Correction], camera: Camera, folders: list[str]) -> int:
    return sum(one.shift_s for one in corrections if one.concerns(camera, folders))


def _own_shift_s(decided: str | None) -> int:
    """By how much people shifted the time of an item itself."""
    return int(json.loads(decided).get("shift_s") or 0) if decided else 0


def _top(path: str) -> str:
    """The folder of the share in which a card was copied; "" for a file that lies in the share itself."""
    return path.partition("/")[0] if "/" in path else ""
