"""What people say of single items by the JSON API, each a decision that can be undone."""

from __future__ import annotations

from bottle import HTTPResponse, request

from indexer.own_words import OwnWords
from webui.api import SHORT_BODY_BYTES, decided
from webui.bodies import read_json
from webui.visitors import Visitors


class OwnWordCalls:
    """The call ``POST /api/v1/items/ID``."""

    def __init__(self, own_words: OwnWords, visitors: Visitors) -> None:
        self._own_words = own_words
        self._visitors = visitors

    def say(self, item_id: str) -> HTTPResponse:
        """Favourite, title, rating, rotation, time of an item; raises NoSuchItem, BadQuery, BadRequest."""
        visitor = self._visitors.require_for_call(request.environ)
        wanted = read_json(request.environ, SHORT_BODY_BYTES)
        return decided(self._own_words.say(visitor.person.id, item_id, wanted))
