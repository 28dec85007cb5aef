"""What a person set for their own library, as rows."""

from __future__ import annotations

import sqlalchemy as sa

from indexer.catalog.group_tables import PreferenceRow
from indexer.catalog.prepared import Prepared
from indexer.grouping.bursts import WINDOW_S

_BURST_WINDOW = "burst window"
_GET = Prepared(
    sa.select(PreferenceRow.value).where(
        PreferenceRow.person_id == sa.bindparam("person_id"), PreferenceRow.name == sa.bindparam("name")
    )
)


def burst_window_s(connection: sa.Connection, person_id: int) -> float:
    """The longest gap within a burst that its camera did not mark, in seconds."""
    row = _GET.row(connection, person_id=person_id, name=_BURST_WINDOW)
    return float(row[0]) if row else WINDOW_S


def set_burst_window_s(connection: sa.Connection, person_id: int, window_s: float) -> None:
    """Remember it, within the caller's transaction, which has everything grouped anew."""
    here = (PreferenceRow.person_id == person_id, PreferenceRow.name == _BURST_WINDOW)
    connection.execute(sa.delete(PreferenceRow).where(*here))
    values = {"person_id": person_id, "name": _BURST_WINDOW, "value": repr(window_s)}
    connection.execute(sa.insert(PreferenceRow).values(values))
