"""What people say of single items against the file or beside it: favourite, title, rating, turn, time."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from indexer.catalog import Catalog
from indexer.errors import BadQuery, NoSuchItem
from indexer.grouping.clocks import shifted
from indexer.memories import MOST_TITLE_CHARS
from indexer.model import Item, Kind

_TURNS = (0, 90, 180, 270)
_LONGEST_SHIFT_S = 200 * 366 * 86_400


@dataclass(frozen=True, slots=True)
class OwnWords:
    """Safe to share between threads."""

    catalog: Catalog
    clock: Callable[[], float] = field(default=time.time)

    def say(self, person_id: int, item_id: str, wanted: Mapping[str, object]) -> int:
        """What is wanted of an item: the decision's number.

        Favourite (true or false), title (None: the file's own), rating (0 to 5; None: the file's own),
        rotation (0, 90, 180 or 270 degrees clockwise from what is upright by the file, of pictures alone),
        shift_s (seconds that are added to the time of capture as the file tells it). Raises NoSuchItem,
        BadQuery.
        """
        said = {name: wanted[name] for name in _CHECKS if name in wanted}
        if not said:
            raise BadQuery("favourite", f"or one of {', '.join(list(_CHECKS)[1:])} must be there")
        for name, value in said.items():
            is_right, words = _CHECKS[name]
            if not is_right(value):
                raise BadQuery(name, words)
        item = self.catalog.items.get(person_id, item_id)
        if item is None:
            raise NoSuchItem
        if said.get("rotation") and item.kind not in (Kind.IMAGE, Kind.RAW):
            raise BadQuery("rotation", "is for pictures alone")
        if said.get("shift_s"):
            _check_shift(item, said["shift_s"])
        number = self.catalog.own_words.say(person_id, item_id, said, self.clock())
        if number is None:
            raise NoSuchItem
        return number


def _check_shift(item: Item, shift_s: Any) -> None:
    captured = item.metadata.captured
    if captured is None:
        raise BadQuery("shift_s", "needs a date that can be shifted, and this file tells none")
    try:
        shifted(captured.taken_at, shift_s - int(item.decided.get("shift_s") or 0))
    except OverflowError:
        raise BadQuery("shift_s", "leads out of the calendar") from None


def _is_whole(value: object, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def _is_title(value: object) -> bool:
    if value is None or not isinstance(value, str):
        return value is None
    return 0 < len(value.strip()) <= MOST_TITLE_CHARS and value.isprintable()


_CHECKS: dict[str, tuple[Callable[[object], bool], str]] = {
    "favourite": (lambda value: isinstance(value, bool), "must be true or false"),
    "title": (_is_title, f"must be a text of 1 to {MOST_TITLE_CHARS} characters"),
    "rating": (lambda value: value is None or _is_whole(value, 0, 5), "must be a number from 0 to 5"),
    "rotation": (
        lambda value: _is_whole(value, 0, 270) and value in _TURNS,
        "must be 0, 90, 180 or 270",
    ),
    "shift_s": (
        lambda value: _is_whole(value, -_LONGEST_SHIFT_S, _LONGEST_SHIFT_S),
        "must be a whole number of seconds, at most some two hundred years",
    ),
}
