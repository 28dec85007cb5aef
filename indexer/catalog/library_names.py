"""The names of items in the Library share: unique in their day, and kept for ever."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa

from indexer import names
from indexer.catalog.prepared import Prepared
from indexer.catalog.tables import ItemRow

_TAKEN = Prepared(
    sa.select(ItemRow.sha256).where(
        ItemRow.person_id == sa.bindparam("person_id"),
        ItemRow.day == sa.bindparam("day"),
        ItemRow.library_key == sa.bindparam("library_key"),
    )
)


def free_library_name(connection: sa.Connection, person_id: int, day: str, name: str) -> str:
    """A name like ``name`` that no item has on this day, within the caller's transaction."""

    def is_taken(number: int) -> bool:
        key = library_key(names.numbered(name, number))
        row = _TAKEN.row(connection, person_id=person_id, day=day, library_key=key)
        return row is not None

    return names.numbered(name, first_free(is_taken))


def first_free(is_taken: Callable[[int], bool]) -> int:
    """A free number, near the lowest, in few looks: a day may hold thousands of "image.jpg"."""
    if not is_taken(1):
        return 1
    taken, free = 1, 2
    while is_taken(free):
        taken, free = free, free * 2
    while free - taken > 1:
        middle = (taken + free) // 2
        taken, free = (middle, free) if is_taken(middle) else (taken, middle)
    return free


def library_key(name: str) -> str:
    """The form under which names are compared: some players fold case."""
    return names.key(name).casefold()
