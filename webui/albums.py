"""Albums by the JSON API: made, filled, ordered and deleted by hand, every change undoable."""

from __future__ import annotations

from bottle import HTTPResponse, request

from indexer.library import Library
from indexer.memories import Memories
from indexer.model import Sort
from webui.api import decided, json_answer
from webui.bodies import read_json, text_field
from webui.collections import ITEMS_LIMIT_BYTES, collection_json, covers_of, item_list, whole
from webui.visitors import Visitors


class AlbumCalls:
    """Everything under ``/api/v1/albums``."""

    def __init__(self, library: Library, memories: Memories, visitors: Visitors) -> None:
        self._library = library
        self._memories = memories
        self._visitors = visitors

    def list(self) -> HTTPResponse:
        """The albums, those with the newest shots first."""
        person_id = self._visitors.require(request.environ).person.id
        albums = self._library.catalog.memories.page(person_id, Sort.ALBUM)
        covers = covers_of(self._library, person_id, list(albums))
        return json_answer({"albums": [collection_json(one, covers) for one in albums]})

    def one(self, album_id: str) -> HTTPResponse:
        """An album with its items; raises NoSuchCollection."""
        person_id = self._visitors.require(request.environ).person.id
        return whole(self._library, person_id, self._memories.get(person_id, Sort.ALBUM, album_id))

    def make(self) -> HTTPResponse:
        """A new album; it may be empty. Raises NoSuchItem, BadQuery, BadRequest."""
        visitor = self._visitors.require_for_call(request.environ)
        wanted = read_json(request.environ, ITEMS_LIMIT_BYTES)
        items, title = item_list({"items": [], **wanted}, "items"), text_field(wanted, "title")
        id_, decision = self._memories.make(visitor.person.id, Sort.ALBUM, items, title)
        return decided(decision, id_)

    def change(self, album_id: str) -> HTTPResponse:
        """Title, cover, order; or add, remove. Raises what each may."""
        visitor = self._visitors.require_for_call(request.environ)
        wanted = read_json(request.environ, ITEMS_LIMIT_BYTES)
        if "add" in wanted:
            return decided(self._memories.put(visitor.person.id, album_id, item_list(wanted, "add")))
        if "remove" in wanted:
            return decided(self._memories.take(visitor.person.id, album_id, item_list(wanted, "remove")))
        return decided(self._memories.change(visitor.person.id, Sort.ALBUM, album_id, wanted))

    def delete(self, album_id: str) -> HTTPResponse:
        """Delete an album, not what is in it; raises NoSuchCollection."""
        visitor = self._visitors.require_for_call(request.environ)
        return decided(self._memories.delete(visitor.person.id, album_id))
