"""Writing down what was made for televisions, under a name that nothing else has on its day."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import PurePosixPath

import sqlalchemy as sa

from indexer import names
from indexer.catalog.library_names import first_free, library_key
from indexer.catalog.memory_tables import TvFileRow
from indexer.catalog.tables import ItemRow
from indexer.model import TvFile

OF_ITEM = (TvFileRow.person_id == ItemRow.person_id) & (TvFileRow.sha256 == ItemRow.sha256)
_EXTENSIONS = {"image/jpeg": ".jpg", "video/mp4": ".mp4"}


def record(connection: sa.Connection, person_id: int, sha256: str, made: TvFile) -> None:
    """Write what was made of an item, within the caller's transaction; it keeps the name that it has."""
    row = connection.execute(
        sa.select(ItemRow.name, ItemRow.day, TvFileRow.name, TvFileRow.day)
        .join(TvFileRow, OF_ITEM, isouter=True)
        .where(ItemRow.person_id == person_id, ItemRow.sha256 == sha256)
    ).one_or_none()
    if row is None:
        return
    name, day, old_name, old_day = row
    wanted = PurePosixPath(name).stem + _EXTENSIONS.get(made.mime, PurePosixPath(name).suffix.lower())
    here = (TvFileRow.person_id == person_id, TvFileRow.sha256 == sha256)
    connection.execute(sa.delete(TvFileRow).where(*here))
    kept = None
    if old_name and old_day == day:
        kept = {"day": day, "name": old_name, "key": library_key(old_name)}
    place = kept or named(connection, person_id, day, wanted)
    values = {"person_id": person_id, "sha256": sha256, **asdict(made), **place}
    connection.execute(sa.insert(TvFileRow).values(values))


def is_recorded(connection: sa.Connection, person_id: int, sha256: str) -> bool:
    """Whether something was made of an item."""
    here = (TvFileRow.person_id == person_id, TvFileRow.sha256 == sha256)
    return connection.execute(sa.select(TvFileRow.sha256).where(*here)).first() is not None


def named(connection: sa.Connection, person_id: int, day: str, name: str) -> dict[str, str]:
    """A name that nothing else has on this day."""

    def is_taken(number: int) -> bool:
        here = (TvFileRow.person_id == person_id, TvFileRow.day == day)
        query = sa.select(TvFileRow.sha256).where(
            *here, TvFileRow.key == library_key(names.numbered(name, number))
        )
        return connection.execute(query).first() is not None

    free = names.numbered(name, first_free(is_taken))
    return {"day": day, "name": free, "key": library_key(free)}
