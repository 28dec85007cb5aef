"""Tells the time zone of a place, offline: from its coordinates, by the borders that tzfpy carries.

The borders take some 35 MB, so they are loaded when the first position asks, and in a worker only.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from indexer.knowledge import Position


def zone_at(position: Position | None) -> ZoneInfo | None:
    """The zone whose clocks are shown there; at sea that of the ships. None where nothing is known."""
    if position is None:
        return None
    import tzfpy

    try:
        return ZoneInfo(tzfpy.get_tz(position.lon, position.lat))
    except (ZoneInfoNotFoundError, ValueError):  # no zone there, or one newer than this system's tables
        return None
