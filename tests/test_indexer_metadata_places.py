"""`places.place_of`: a name in English for a position, and none where none would be honest."""

from __future__ import annotations

import pytest

from indexer.knowledge import Position
from indexer.metadata.places import place_of


@pytest.mark.parametrize(
    ("lat", "lon", "place"),
    [
        (38.72, -9.14, "Lisbon, Portugal"),
        (38.7538, -9.2308, "Amadora, Portugal"),  # beside a city, a town is still a town
        (52.4596, 13.32, "Berlin, Germany"),  # within a city, a district is not the name
        (48.858374, 2.291901, "Paris, France"),
        (48.1374, 11.5755, "Munich, Germany"),
        (69.65, 18.96, "Tromsø, Norway"),
        (-33.87, 151.21, "Sydney, Australia"),
        (-18.14, 178.44, "Suva, Fiji"),
        (37.5, 127.03, "Seoul, South Korea"),
    ],
)
def test_places(lat: float, lon: float, place: str) -> None:
    assert place_of(Position(lat, lon)) == place


@pytest.mark.parametrize(
    ("lat", "lon"), [(0, -30), (89.9, 0), (-90, 0), (90, 180), (-90, -180), (0, 180), (23.0, 12.0)]
)
def test_no_place(lat: float, lon: float) -> None:
    assert place_of(Position(lat, lon)) is None


def test_both_sides_of_the_date_line_are_near() -> None:
    """Fiji's Taveuni lies at 180 degrees; what is named there does not change with the side."""
    assert place_of(Position(-16.5, 179.9999)) == place_of(Position(-16.5, -179.9999))
