"""Which waiting pictures have not even a placeholder yet, and what a look into their files found.

``ItemRow.thumbhash`` is NULL until such a look or the indexing itself wrote it, and empty where the look
found nothing: so nobody looks twice, also after a restart.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import NamedTuple

import sqlalchemy as sa

from indexer.catalog.database import Database
from indexer.catalog.jobs import waiting_pictures
from indexer.catalog.prepared import Prepared
from indexer.catalog.tables import ItemRow
from indexer.catalog.versions import bump
from indexer.model import Kind, State

_WITH_THUMBNAILS = (ItemRow.kind == Kind.RAW) | (ItemRow.mime == "image/jpeg")
# Of those far behind, nobody sees a tile soon; so a long queue makes no look slower.
_NEWEST = 2000
_WAITING = waiting_pictures(_NEWEST).subquery()
_UNSEEN = Prepared(
    sa.select(ItemRow.person_id, ItemRow.sha256, ItemRow.kind, ItemRow.mime, ItemRow.decided)
    .join(_WAITING, (_WAITING.c.person_id == ItemRow.person_id) & (_WAITING.c.sha256 == ItemRow.sha256))
    .where(ItemRow.state == State.PENDING, ItemRow.thumbhash.is_(None), _WITH_THUMBNAILS)
    .order_by(_WAITING.c.priority.desc(), _WAITING.c.id.desc())
    .limit(sa.bindparam("most", type_=sa.Integer))
)
_PUT = Prepared(
    sa.update(ItemRow.__table__)  # type: ignore[arg-type]
    .where(ItemRow.person_id == sa.bindparam("whose"), ItemRow.sha256 == sa.bindparam("which"))
    # What was indexed meanwhile has a better one, or a reason to have none.
    .where(ItemRow.state == State.PENDING, ItemRow.thumbhash.is_(None))
    .values(thumbhash=sa.bindparam("found"))
)


class Unseen(NamedTuple):
    """An item that waits; ``turn_deg`` as in `indexer.model.Item`."""

    person_id: int
    sha256: str
    kind: Kind
    mime: str
    turn_deg: int


class Glimpses:
    """What a power cut takes back is only looked at once more, so nothing here waits for the disk."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def unseen(self, most: int) -> tuple[Unseen, ...]:
        """Waiting pictures that may hold a thumbnail, the newest upload first; of the newest ones only."""
        with self._database.read() as connection:
            rows = _UNSEEN.rows(connection, most=most)
        return tuple(
            Unseen(person_id, sha256, Kind(kind), mime, _turn_deg(decided))
            for person_id, sha256, kind, mime, decided in rows
        )

    def put(self, found: Iterable[tuple[Unseen, str | None]]) -> None:
        """Write the placeholders of those that still wait; None where there is none, which is kept too."""
        with self._database.write(durable=False) as connection:
            shown = set()
            for one, thumbhash in found:
                count = _PUT.run(connection, whose=one.person_id, which=one.sha256, found=thumbhash or "")
                if count and thumbhash:
                    shown.add(one.person_id)
            for person_id in shown:
                bump(connection, person_id)


def _turn_deg(decided: str | None) -> int:
    return int(json.loads(decided).get("rotation") or 0) if decided else 0
