"""One statement that belongs into every transaction which changes what a library answers."""

from __future__ import annotations

import sqlalchemy as sa

from indexer.catalog.prepared import Prepared
from indexer.catalog.tables import PersonRow

_BUMP = Prepared(
    sa.update(PersonRow.__table__)  # type: ignore[arg-type]
    .where(PersonRow.id == sa.bindparam("person_id"))
    .values(version=PersonRow.version + 1)
)


def bump(connection: sa.Connection, person_id: int) -> None:
    """Make this person's library version grow: whoever watches it asks again."""
    _BUMP.run(connection, person_id=person_id)
