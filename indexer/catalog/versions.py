"""One statement that belongs into every transaction which changes what a library answers."""

from __future__ import annotations

import sqlalchemy as sa

from indexer.catalog.tables import PersonRow


def bump(connection: sa.Connection, person_id: int) -> None:
    """Make this person's library version grow: whoever watches it asks again."""
    connection.execute(
        sa.update(PersonRow).where(PersonRow.id == person_id).values(version=PersonRow.version + 1)
    )
