"""What could not be finished, for the people whose it is: listed with step and reason, and tried again."""

from __future__ import annotations

import base64
import binascii
import time
from collections.abc import Callable
from dataclasses import dataclass

from indexer.catalog import Catalog
from indexer.errors import BadQuery, NoSuchItem
from indexer.library import MOST_ITEMS
from indexer.model import Item, Page


@dataclass(frozen=True, slots=True)
class Failures:
    """Every question names the person; nobody sees another's. Safe to share between threads."""

    catalog: Catalog
    clock: Callable[[], float] = time.time

    def page(self, person_id: int, *, cursor: str | None = None, limit: int = 100) -> Page:
        """Failed items with their uploads, the newest arrival first; raises BadQuery."""
        if not 1 <= limit <= MOST_ITEMS:
            raise BadQuery("limit", f"must be between 1 and {MOST_ITEMS}")
        after = _parse_cursor(cursor) if cursor else None
        # One more than asked for tells whether there is a next page.
        places = self.catalog.failures.page(person_id, after, limit + 1)
        found = (self.catalog.items.get(person_id, sha256) for _, sha256 in places[:limit])
        next_cursor = _cursor(*places[limit - 1]) if len(places) > limit else None
        return Page(tuple(item for item in found if item), next_cursor)

    def count(self, person_id: int) -> int:
        """How many items have failed."""
        return self.catalog.failures.count(person_id)

    def retry(self, person_id: int, item_id: str) -> Item:
        """Have a failed item read again, before all others; one that has not failed stays as it is.

        The item as it is now. Raises NoSuchItem.
        """
        self.catalog.failures.retry(person_id, item_id, self.clock())
        item = self.catalog.items.get(person_id, item_id)
        if item is None:
            raise NoSuchItem
        return item

    def retry_all(self, person_id: int) -> int:
        """Have all failed items read again; how many they are."""
        return self.catalog.failures.retry_all(person_id, self.clock())


def _cursor(added_at: float, sha256: str) -> str:
    return base64.urlsafe_b64encode(f"{added_at!r} {sha256}".encode()).decode()


def _parse_cursor(cursor: str) -> tuple[float, str]:
    try:
        added_at, sha256 = base64.urlsafe_b64decode(cursor.encode()).decode().split(" ")
        return float(added_at), sha256
    except (binascii.Error, UnicodeError, ValueError):
        raise BadQuery("cursor", "is not one that this server gave") from None
