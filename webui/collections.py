"""What the calls about memories and those about albums have in common: lists of items, and the answers."""

from __future__ import annotations

from typing import Any

from bottle import HTTPResponse

from indexer.library import Library
from indexer.model import Collection
from webui import wire
from webui.api import json_answer
from webui.errors import BadRequest

ITEMS_LIMIT_BYTES = 1024 * 1024


def item_list(wanted: dict[str, Any], name: str) -> list[str]:
    """A list of ids; raises BadRequest."""
    value = wanted.get(name)
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise BadRequest(f"“{name}” must be a list of ids.")
    return value


def covers_of(library: Library, person_id: int, collections: list[Collection]) -> dict[str, str]:
    """shot -> item of what is shown for these."""
    return library.catalog.memories.covers(person_id, [one.cover for one in collections if one.cover])


def collection_json(one: Collection, covers: dict[str, str]) -> dict[str, Any]:
    """A memory or album as lists have it; its cover is an item."""
    return {
        "id": one.id,
        "kind": one.kind,
        "title": one.title,
        "cover": covers.get(one.cover or ""),
        "first_day": one.first_day or None,
        "last_day": one.last_day or None,
        "count": one.count,
        "score": round(one.score, 2),
        "why": one.why,
        "hidden": one.is_hidden,
        "pinned": one.is_pinned,
    }


def whole(library: Library, person_id: int, one: Collection) -> HTTPResponse:
    """A memory or album with the items to be shown for its shots, in their order."""
    shots = library.catalog.memories.shots(person_id, one.id)
    covers = library.catalog.memories.covers(person_id, [*shots, *([one.cover] if one.cover else [])])
    items = library.several(person_id, [covers[shot] for shot in shots if shot in covers])
    value = collection_json(one, covers)
    return json_answer({**value, "items": [wire.item_json(item) for item in items]})
