"""Originals whose bytes on the disk were found to be wrong, until the same bytes arrive again."""

from __future__ import annotations

import sqlalchemy as sa

from indexer.catalog.database import Database
from indexer.catalog.prepared import Prepared
from indexer.catalog.receipt_tables import DamageRow

_IS_DAMAGED = Prepared(sa.select(DamageRow.sha256).where(DamageRow.sha256 == sa.bindparam("sha256")))
_HEAL = Prepared(
    sa.delete(DamageRow.__table__).where(DamageRow.sha256 == sa.bindparam("sha256"))  # type: ignore[arg-type]
)


class DamagedOriginals:
    """A damaged original does not count as held: whoever asks sends it again, and intake replaces it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def mark(self, sha256: str, now: float) -> None:
        """Remember that this original is missing or not what it was."""
        with self._database.write() as connection:
            if not is_damaged(connection, sha256):
                connection.execute(sa.insert(DamageRow).values(sha256=sha256, found_at=now))

    def clear(self, sha256: str) -> None:
        """This original was read and is sound."""
        with self._database.write() as connection:
            heal(connection, sha256)

    def all(self) -> frozenset[str]:
        """The digests of all that are known to be damaged."""
        with self._database.read() as connection:
            return frozenset(connection.scalars(sa.select(DamageRow.sha256)))


def is_damaged(connection: sa.Connection, sha256: str) -> bool:
    return _IS_DAMAGED.row(connection, sha256=sha256) is not None


def heal(connection: sa.Connection, sha256: str) -> None:
    """Fresh bytes have taken the place of the damaged ones."""
    _HEAL.run(connection, sha256=sha256)
