"""Albums that an export tells: their titles and files, and how they become albums of the product.

What an import has brought into an album is kept with its decisions. So a second import brings only what is
new, and neither what a person took out nor a deleted album comes back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from indexer.memories import Memories
from indexer.model import Kind


@dataclass(frozen=True, slots=True)
class ToldAlbum:
    """``key`` tells albums of one title apart, and one again that lies in several parts of an export.

    ``places`` are its files, in the order that the album has, where the export tells it.
    """

    key: str
    title: str
    places: tuple[Path, ...]
    is_ordered: bool = False


def joined(albums: Iterable[ToldAlbum]) -> tuple[ToldAlbum, ...]:
    """The same, those of one key as one."""
    found: dict[str, ToldAlbum] = {}
    for album in albums:
        before = found.get(album.key)
        places = (*before.places, *album.places) if before else album.places
        found[album.key] = ToldAlbum(album.key, album.title, places, album.is_ordered)
    return tuple(found.values())


def bring(
    memories: Memories, person_id: int, albums: Iterable[ToldAlbum], digests: Mapping[Path, str]
) -> int:
    """Make these albums of the files that came in, or add to them what is new; how many were changed.

    Only pictures and films are in albums; what an export has beside them is not.
    """
    changed = 0
    for album in albums:
        named = dict.fromkeys(digests[place] for place in album.places if digests.get(place))
        known = memories.catalog.items.several(person_id, named)
        items = [item.sha256 for item in known if item.kind is not Kind.OTHER]
        changed += memories.bring(person_id, album.key, album.title, items, is_ordered=album.is_ordered)
    return changed
