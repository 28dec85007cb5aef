"""Memories by the JSON API: what is suggested, what people make of it, and every decision's undo."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

from bottle import HTTPResponse, request

from indexer.library import Library
from indexer.memories import Memories
from indexer.model import Sort
from webui.api import decided, json_answer, parse_limit
from webui.bodies import read_json
from webui.collections import ITEMS_LIMIT_BYTES, collection_json, covers_of, item_list, whole
from webui.errors import BadRequest
from webui.visitors import Visitor, Visitors

_CURSOR = re.compile(r"(\d{4}-\d{2}-\d{2})?~([A-Za-z0-9-]{1,80})")
_ON_A_PAGE = "1000"


class MemoryCalls:
    """Everything under ``/api/v1/memories``."""

    def __init__(self, library: Library, memories: Memories, visitors: Visitors) -> None:
        self._library = library
        self._memories = memories
        self._visitors = visitors

    def list(self) -> HTTPResponse:
        """A page of memories, the newest first, and those of this day in earlier years; raises BadRequest.

        ``on`` names another day; ``hidden=1`` shows what was hidden, too.
        """
        person_id, asked = self._visitors.require(request.environ).person.id, request.query.decode()
        limit = parse_limit(asked.get("limit", _ON_A_PAGE))
        after = parse_cursor(asked.get("cursor", ""))
        found = self._library.catalog.memories.page(person_id, Sort.MEMORY, after=after, limit=limit + 1)
        shown = [one for one in found[:limit] if not one.is_hidden or asked.get("hidden") == "1"]
        past = self._memories.on_this_day(person_id, parse_day(asked.get("on", "")))
        covers = covers_of(self._library, person_id, [*shown, *past])
        last = found[limit - 1] if len(found) > limit else None
        return json_answer(
            {
                "memories": [collection_json(one, covers) for one in shown],
                "on_this_day": [collection_json(one, covers) for one in past],
                "next": f"{last.first_day}~{last.id}" if last else None,
            }
        )

    def one(self, memory_id: str) -> HTTPResponse:
        """A memory with its items; raises NoSuchCollection."""
        person_id = self._visitors.require(request.environ).person.id
        return whole(self._library, person_id, self._memories.get(person_id, Sort.MEMORY, memory_id))

    def make(self) -> HTTPResponse:
        """A memory by hand; raises NoSuchItem, BadQuery, BadRequest."""
        visitor, wanted = self._changing()
        items = item_list(wanted, "items")
        id_, decision = self._memories.make(visitor.person.id, Sort.MEMORY, items, wanted.get("title"))
        return decided(decision, id_)

    def change(self, memory_id: str) -> HTTPResponse:
        """Title, cover, order, hidden, pinned; or merge, split, add, remove. Raises what each may."""
        visitor, wanted = self._changing()
        person_id, memories = visitor.person.id, self._memories
        match next((name for name in ("merge", "split", "add", "remove") if name in wanted), None):
            case "merge":
                return decided(memories.merge(person_id, memory_id, item_list(wanted, "merge")))
            case "split":
                items, title = item_list(wanted, "split"), wanted.get("title")
                id_, decision = memories.split(person_id, memory_id, items, title)
                return decided(decision, id_)
            case "add":
                return decided(memories.move(person_id, item_list(wanted, "add"), memory_id))
            case "remove":
                return decided(memories.take_out(person_id, memory_id, item_list(wanted, "remove")))
        return decided(memories.change(person_id, Sort.MEMORY, memory_id, wanted))

    def _changing(self) -> tuple[Visitor, dict[str, Any]]:
        visitor = self._visitors.require_for_call(request.environ)
        return visitor, read_json(request.environ, ITEMS_LIMIT_BYTES)


def parse_cursor(text: str) -> tuple[str, str] | None:
    """Where a page begins; raises BadRequest."""
    if not text:
        return None
    match = _CURSOR.fullmatch(text)
    if match is None:
        raise BadRequest("“cursor” is not one that this server gave.")
    return match[1] or "", match[2]


def parse_day(text: str) -> date:
    """A day such as 2026-05-17, today when none is told; raises BadRequest."""
    if not text:
        return datetime.now().astimezone().date()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadRequest("“on” must look like 2026-05-17.") from None
