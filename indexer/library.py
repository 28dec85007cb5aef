"""What the faces ask: the timeline, a page of items, one item, its original, its derivatives."""

from __future__ import annotations

import base64
import binascii
import re
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

from indexer.catalog import Catalog
from indexer.catalog.aspects import EVERYTHING, Shelf
from indexer.catalog.groups import Group
from indexer.catalog.tv import Found
from indexer.derivatives import files
from indexer.derivatives.files import Derivative
from indexer.errors import BadQuery, NoDerivative, NoSuchItem
from indexer.grouping.categories import categories_in
from indexer.hashing import Staging
from indexer.model import UNKNOWN_DAY, Day, Item, JobKind, Kind, Page, State, Status, Tally
from indexer.receipts.copies import arriving
from indexer.store import Store

MOST_ITEMS = 1000
_SHOWN_BY_BROWSERS = frozenset(
    {"image/jpeg", "image/png", "image/webp", "image/gif", "image/avif", "image/bmp"}
)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class Library:
    """Answers about people's libraries. Every question names the person; nobody sees another's.

    Safe to share between threads.
    """

    catalog: Catalog
    originals: Store
    derivatives: Path
    staging: Staging
    _tallies: dict[int, tuple[int, tuple[Tally, Tally]]] = field(default_factory=dict, init=False)

    def timeline(self, person_id: int, shelf: Shelf = EVERYTHING) -> tuple[Day, ...]:
        """The days with items on a shelf, newest first, ``UNKNOWN_DAY`` last."""
        days = self.catalog.items.days(person_id, shelf)
        dated = [day for day in days if day.day != UNKNOWN_DAY]
        undated = [day for day in days if day.day == UNKNOWN_DAY]
        return (*reversed(dated), *undated)

    def items(
        self,
        person_id: int,
        *,
        day: str | None = None,
        kind: str | None = None,
        query: str | None = None,
        cursor: str | None = None,
        limit: int = 200,
        is_collapsed: bool = False,
        shelf: Shelf = EVERYTHING,
    ) -> Page:
        """Items in capture order (unknown dates last), without their uploads; raises BadQuery.

        Collapsed, a burst is its cover only, and so is a shot; each tells how many it stands for.

        ``query`` finds a part of the name, camera, title, keywords or place, in any case.
        """
        if not 1 <= limit <= MOST_ITEMS:
            raise BadQuery("limit", f"must be between 1 and {MOST_ITEMS}")
        if day is not None and day != UNKNOWN_DAY and not _DAY.fullmatch(day):
            raise BadQuery("day", f"must look like 2024-05-17, or be {UNKNOWN_DAY!r}")
        if kind is not None and kind not in set(Kind):
            raise BadQuery("kind", f"must be one of {', '.join(Kind)}")
        if query and "\0" in query:  # where a database would take it for the end
            raise BadQuery("query", "contains a character that no text has")
        after = _parse_cursor(cursor) if cursor else None
        # One more than asked for tells whether there is a next page.
        found = self.catalog.items.page(
            person_id,
            day=day,
            kind=kind,
            query=query or None,
            after=after,
            limit=limit + 1,
            is_collapsed=is_collapsed,
            shelf=shelf,
        )
        next_cursor = _cursor(found[limit - 1]) if len(found) > limit else None
        return Page(self._placed(person_id, found[:limit]), next_cursor)

    def several(self, person_id: int, item_ids: Sequence[str]) -> tuple[Item, ...]:
        """These items as lists have them, in this order, as far as they are held."""
        return self._placed(person_id, self.catalog.items.several(person_id, item_ids))

    def facets(self, person_id: int, shelf: Shelf = EVERYTHING) -> dict[str, list[tuple[str, int]]]:
        """How many items of a shelf have each value of each facet: the most first, of years the newest."""
        counts = self.catalog.aspects.counts(person_id, shelf)
        categories: Counter[str] = Counter()
        for bits, count in counts.pop("categories").items():
            categories.update(dict.fromkeys(categories_in(bits), count))
        facets = {"category": categories.most_common()}
        for name, found in counts.items():
            known = [(value, count) for value, count in found.items() if value]
            facets[name] = sorted(known, key=lambda one: (-one[1], one[0]))
        dated = [(value, count) for value, count in facets["year"] if value.isdigit()]
        return {**facets, "year": sorted(dated, reverse=True)}

    def item(self, person_id: int, item_id: str) -> Item:
        """One item with its uploads; raises NoSuchItem."""
        return self._placed(person_id, [self._held(person_id, item_id)])[0]

    def shot_of(self, person_id: int, item_id: str) -> Group | None:
        """The shot that an item is in: its members, and why they are together."""
        return self.catalog.groups.shot(person_id, item_id)

    def open_original(self, person_id: int, item_id: str) -> BinaryIO:
        """The stored bytes, seekable; raises NoSuchItem, OriginalMissing. The caller closes it."""
        return self.originals.open(self._held(person_id, item_id).sha256)

    def open_derivative(self, person_id: int, item_id: str, name: str) -> tuple[BinaryIO, str]:
        """The file (seekable) and its MIME type; ``name`` is one of `files.Derivative`.

        A video that plays everywhere is its own playable version. What somebody deleted, and a picture
        in full size, is asked for and made soon. Raises NoSuchItem, NoDerivative.
        """
        item = self._held(person_id, item_id)
        if item.state is State.PENDING:
            # Somebody else's copy may have been prepared long ago, but that is not this person's to know.
            raise NoDerivative(name, item.state)
        folder = files.turned(derivatives_folder(self.derivatives, item.sha256), item.turn_deg)
        found = _opened(folder, name)
        if found is None and name == Derivative.PLAYABLE and _plays_as_it_is(item, folder):
            found = self.originals.open(item.sha256), item.mime
        if found is None:
            raise NoDerivative(name, self._ask_for(person_id, item, name))
        if name == Derivative.FULL and not files.is_current(folder, Derivative.FULL):
            self._ask_for(person_id, item, name)  # the old one serves until then
        return found

    def folder_days(self, person_id: int, prefix: str = "") -> tuple[str, ...]:
        """The days beginning with ``prefix`` ("", "2024", "2024-05") that the Library share shows."""
        return self.catalog.items.library_days(person_id, prefix)

    def day_file(self, person_id: int, day: str, name: str) -> Item | None:
        """The item of that name on that day, or on ``UNKNOWN_DAY``."""
        return self.catalog.items.library_file(person_id, day, name)

    def open_tv(self, person_id: int, found: Found) -> BinaryIO:
        """What televisions get, seekable; raises NoSuchItem, NoDerivative, OriginalMissing."""
        if not found.derivative:
            return self.open_original(person_id, found.item_id)
        # As it was made, so that size and digest are as told, though people may have had it turned since.
        place = derivatives_folder(self.derivatives, found.item_id) / found.derivative
        if opened := _opened(place.parent, place.name):
            return opened[0]
        return self.open_derivative(person_id, found.item_id, place.name)[0]

    def held(self, person_id: int, digests: list[str]) -> dict[str, str]:
        """Which of these digests this person holds already: digest -> item id."""
        return {digest: digest for digest in self.catalog.items.held(person_id, digests)}

    def status(self, person_id: int) -> Status:
        """The library in numbers."""
        version = self.catalog.items.version(person_id)
        held, again = self._tally(person_id, version)
        # In the order in which work goes on from one to the next, so that none of it is overlooked.
        receiving = arriving(self.catalog, self.staging, person_id, time.time())
        queue = self.catalog.jobs.queue(person_id)
        ungrouped = self.catalog.groups.waiting(person_id)
        stale_days = self.catalog.stale_days.count(person_id)
        return Status(
            version,
            held.count,
            held,
            again,
            queue,
            receiving,
            self.is_paused(),
            ungrouped,
            stale_days,
            self.catalog.jobs.for_televisions(person_id),
        )

    def is_paused(self) -> bool:
        """Whether the owner has stopped the work on everybody's items."""
        return self.catalog.jobs.is_paused()

    def pause(self, *, is_paused: bool) -> None:
        """Stop the work on everybody's items, or go on; what has begun is finished. Outlasts a restart."""
        self.catalog.jobs.pause(is_paused=is_paused)

    def _held(self, person_id: int, item_id: str) -> Item:
        """As `item`, without what only a person who reads about it wants to know."""
        item = self.catalog.items.get(person_id, item_id)
        if item is None:
            raise NoSuchItem
        return item

    def _placed(self, person_id: int, items: Sequence[Item]) -> tuple[Item, ...]:
        """The same with the places that were lent to those without."""
        lacking = [item.sha256 for item in items if item.metadata.position is None]
        lent = self.catalog.aspects.estimates(person_id, lacking) if lacking else {}
        return tuple(replace(item, estimated_place=lent.get(item.sha256)) for item in items)

    def _ask_for(self, person_id: int, item: Item, name: str) -> State:
        """PENDING when this derivative is being made, which is asked for if need be; else why it is not."""
        kind = _job_for(item, name)
        if kind is None or item.state is State.FAILED:
            return item.state
        return self.catalog.jobs.request(person_id, item.sha256, kind, time.time())

    def _tally(self, person_id: int, version: int) -> tuple[Tally, Tally]:
        # Open pages ask every two seconds; counting a large library that often would be work for nothing.
        known = self._tallies.get(person_id)
        if known is None or known[0] != version:
            known = self._tallies[person_id] = version, self.catalog.items.tally(person_id)
        return known[1]


def derivatives_folder(root: Path, sha256: str) -> Path:
    """Where the derivatives of an original lie."""
    return root / sha256[:2] / sha256[2:4] / sha256


def is_shown_in_full(item: Item) -> bool:
    """Whether browsers show the original itself; else there is a JPEG in full size of a picture."""
    if item.turn_deg:
        return False
    return item.kind is not Kind.RAW and (item.kind is not Kind.IMAGE or item.mime in _SHOWN_BY_BROWSERS)


def _opened(folder: Path, name: str) -> tuple[BinaryIO, str] | None:
    for _ in range(2):
        if (found := files.find(folder, name)) is None:
            return None
        # A newer recipe's file may have taken its place meanwhile.
        with suppress(FileNotFoundError):
            return found[0].open("rb"), found[1]
    return None


def _plays_as_it_is(item: Item, folder: Path) -> bool:
    # The clip is made last: when there is one, a playable version that is missing was not needed.
    return item.state is State.READY and files.find(folder, Derivative.CLIP) is not None


def _job_for(item: Item, name: str) -> JobKind | None:
    """What makes this derivative of this item; None when nothing does."""
    if name in (Derivative.CLIP, Derivative.PLAYABLE) and item.kind is Kind.VIDEO:
        return JobKind.FILM
    if name == Derivative.FULL and not is_shown_in_full(item):
        return JobKind.FULL
    # Where a placeholder is known, its picture has been made before.
    if name in (Derivative.THUMBNAIL, Derivative.PREVIEW) and item.metadata.thumbhash:
        return JobKind.INDEX
    return None


def _cursor(item: Item) -> str:
    captured = item.metadata.captured
    place = f"{captured.taken_at if captured else UNKNOWN_DAY} {item.sha256}"
    return base64.urlsafe_b64encode(place.encode()).decode()


def _parse_cursor(cursor: str) -> tuple[str, str]:
    try:
        taken_at, sha256 = base64.urlsafe_b64decode(cursor.encode()).decode().split(" ")
    except (binascii.Error, UnicodeError, ValueError):
        raise BadQuery("cursor", "is not one that this server gave") from None
    return taken_at, sha256
