"""`zones.zone_at`: the clocks of a place."""

from __future__ import annotations

import pytest
import tzfpy

from indexer.knowledge import Position
from indexer.metadata.zones import zone_at


@pytest.mark.parametrize(
    ("lat", "lon", "zone"),
    [
        (38.72, -9.14, "Europe/Lisbon"),
        (27.694, 85.285, "Asia/Kathmandu"),
        (-33.45, 25.76, "Africa/Johannesburg"),
        (40.78, -73.97, "America/New_York"),
        (0, -30, "Etc/GMT+2"),
    ],
)
def test_zones(lat: float, lon: float, zone: str) -> None:
    assert str(zone_at(Position(lat, lon))) == zone


def test_every_corner_of_the_map_has_a_zone() -> None:
    for lat in (-90.0, -89.999, 0.0, 90.0):
        for lon in (-180.0, 0.0, 179.999, 180.0):
            assert zone_at(Position(lat, lon)) is not None


@pytest.mark.parametrize("name", ["", "Europe/Newly_Founded"])
def test_a_zone_that_this_system_does_not_know(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tzfpy, "get_tz", lambda lng, lat: name)
    assert zone_at(Position(38.72, -9.14)) is None


def test_no_position_has_no_zone() -> None:
    assert zone_at(None) is None
