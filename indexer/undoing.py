"""What people say of single items, and the undoing of that and of what they decide elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from indexer.catalog import Catalog
from indexer.catalog.arrangements import Arrangement, Scope
from indexer.errors import BadQuery, NoSuchDecision, NoSuchItem
from indexer.memories import MOST_TITLE_CHARS, Memories


@dataclass(frozen=True, slots=True)
class Undoing:
    """Safe to share between threads."""

    catalog: Catalog
    clock: Callable[[], float] = field(default=time.time)

    def undo(self, person_id: int, number: int) -> Arrangement:
        """Have a decision not count any more; raises NoSuchDecision."""
        found = self.catalog.arrangements.undo(person_id, number, self.clock())
        if found is None:
            raise NoSuchDecision
        if found.scope is Scope.ITEM:
            self.catalog.own_words.apply(person_id, found.subject)
        elif found.scope is Scope.CLOCK:
            self.catalog.clocks.apply(person_id, found.body["make"], found.body["model"])
        else:
            Memories(self.catalog).undo(person_id, found)
        return found

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
