"""By which paths of the Upload share an item arrived, for other statements about it."""

from __future__ import annotations

import sqlalchemy as sa

from indexer.catalog.prepared import Prepared
from indexer.catalog.tables import ItemRow, UploadRow

# The first that it arrived by, as a column of a statement about items; NULL for one without.
FIRST_PATH = (
    sa.select(UploadRow.path)
    .where(UploadRow.person_id == ItemRow.person_id, UploadRow.sha256 == ItemRow.sha256)
    .order_by(UploadRow.id)
    .limit(sa.literal_column("1"))
    .scalar_subquery()
)
_PATHS = Prepared(
    sa.select(UploadRow.path).where(
        UploadRow.person_id == sa.bindparam("person_id"), UploadRow.sha256 == sa.bindparam("sha256")
    )
)


def paths_of(connection: sa.Connection, person_id: int, sha256: str) -> list[str]:
    """All of them, in no order."""
    return [path for (path,) in _PATHS.rows(connection, person_id=person_id, sha256=sha256)]
