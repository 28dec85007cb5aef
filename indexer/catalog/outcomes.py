"""What the pipeline learnt about an item, written to its row: the end of a job that `jobs` finishes."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from indexer.catalog import clocks, details, regrouping, stale_days
from indexer.catalog.library_names import free_library_name, library_key
from indexer.catalog.prepared import Prepared
from indexer.catalog.tables import UNKNOWN_TIME, ItemRow
from indexer.knowledge import Metadata
from indexer.model import UNKNOWN_DAY, Failure, State

_NAMES = Prepared(
    sa.select(ItemRow.name, ItemRow.day, ItemRow.library_name, ItemRow.decided).where(
        ItemRow.person_id == sa.bindparam("person_id"), ItemRow.sha256 == sa.bindparam("sha256")
    )
)
_LEARNT = (
    "state", "failure_step", "failure_reason", "width", "height", "taken_at", "taken_at_source", "utc_offset",
    "day", "camera_make", "camera_model", "camera_lens", "search", "lat", "lon", "duration_s",
    "library_name", "library_key", "place", "rating", "title", "thumbhash", "recipe", "details",
)  # fmt: skip
_LEARN = Prepared(
    sa.update(ItemRow.__table__)  # type: ignore[arg-type]
    .where(ItemRow.person_id == sa.bindparam("whose"), ItemRow.sha256 == sa.bindparam("which"))
    .values({column: sa.bindparam(column) for column in _LEARNT})
)


def record_outcome(
    connection: sa.Connection,
    person_id: int,
    sha256: str,
    metadata: Metadata,
    failure: Failure | None,
    recipe: int,
) -> None:
    """Write what the pipeline learnt, within the caller's transaction; names the item in the Library."""
    item = _NAMES.row(connection, person_id=person_id, sha256=sha256)
    if item is None:
        return  # its person is gone
    name, old_day, library_name, decided = item
    captured = clocks.corrected(connection, person_id, sha256, metadata.camera, metadata.captured)
    day = captured.taken_at[:10] if captured else UNKNOWN_DAY
    if library_name is None or day != old_day:
        library_name = free_library_name(connection, person_id, day, name)
    values = _facts(replace(metadata, captured=captured)) | {
        "state": State.FAILED if failure else State.READY,
        "failure_step": failure.step if failure else None,
        "failure_reason": failure.reason if failure else None,
        "day": day,
        "search": searched(name, metadata, own_title(decided)),
        "library_name": library_name,
        "library_key": library_key(library_name),
        "recipe": recipe,
        "details": details.dump(metadata),
    }
    _LEARN.run(connection, whose=person_id, which=sha256, **values)
    regrouping.mark(connection, person_id, sha256)
    stale_days.mark(connection, person_id, {old_day, day})


def record_failure(connection: sa.Connection, person_id: int, sha256: str, failure: Failure) -> None:
    """Mark an item failed, within the caller's transaction; what is known about it stays."""
    connection.execute(
        sa.update(ItemRow)
        .where(ItemRow.person_id == person_id, ItemRow.sha256 == sha256)
        .values(state=State.FAILED, failure_step=failure.step, failure_reason=failure.reason)
    )


def _facts(known: Metadata) -> dict[str, Any]:
    """What has a column of its own; the rest is for `details`."""
    captured, camera, position = known.captured, known.camera, known.position
    return {
        "width": known.width,
        "height": known.height,
        "taken_at": captured.taken_at if captured else UNKNOWN_TIME,
        "taken_at_source": captured.source if captured else None,
        "utc_offset": captured.utc_offset if captured else None,
        "camera_make": camera.make,
        "camera_model": camera.model,
        "camera_lens": camera.lens,
        "lat": position.lat if position else None,
        "lon": position.lon if position else None,
        "duration_s": known.duration_s,
        "place": known.place,
        "rating": known.caption.rating,
        "title": known.caption.title,
        "thumbhash": known.thumbhash,
    }


def mark_stale(connection: sa.Connection, person_id: int, sha256: str) -> None:
    """Have an item's day looked at again, within the caller's transaction."""
    if item := _NAMES.row(connection, person_id=person_id, sha256=sha256):
        stale_days.mark(connection, person_id, [item[1]])


def searched(name: str, known: Metadata, title: str | None) -> str:
    """The text in which a search looks for a part; ``title`` is that which people gave."""
    camera, caption = known.camera, known.caption
    titles = (title, caption.title)
    words = (name, camera.make, camera.model, camera.lens, *titles, *caption.keywords, known.place)
    return " ".join(filter(None, words)).casefold()


def own_title(decided: str | None) -> str | None:
    """The title among what people say of an item (`ItemRow.decided`)."""
    title: str | None = json.loads(decided).get("title") if decided else None
    return title
