"""What people say of single items against the file or beside it: favourite, title, rating."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from indexer.catalog import Catalog
from indexer.errors import BadQuery, NoSuchItem
from indexer.memories import MOST_TITLE_CHARS


@dataclass(frozen=True, slots=True)
class OwnWords:
    """Safe to share between threads."""

    catalog: Catalog
    clock: Callable[[], float] = field(default=time.time)

    def say(self, person_id: int, item_id: str, wanted: Mapping[str, object]) -> int:
        """Favourite (true or false), title (None: the file's own), rating (0 to 5): the decision's number.

        Raises NoSuchItem, BadQuery.
        """
        said = {name: wanted[name] for name in ("favourite", "title", "rating") if name in wanted}
        if not said:
            raise BadQuery("favourite", "or title or rating must be there")
        if not isinstance(said.get("favourite", True), bool):
            raise BadQuery("favourite", "must be true or false")
        rating = said.get("rating")
        if rating is not None and (isinstance(rating, bool) or rating not in range(6)):
            raise BadQuery("rating", "must be a number from 0 to 5")
        title = said.get("title")
        if title is not None and not (isinstance(title, str) and 0 < len(title.strip()) <= MOST_TITLE_CHARS):
            raise BadQuery("title", f"must be a text of 1 to {MOST_TITLE_CHARS} characters")
        number = self.catalog.own_words.say(person_id, item_id, said, self.clock())
        if number is None:
            raise NoSuchItem
        return number
