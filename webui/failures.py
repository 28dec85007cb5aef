"""The Failures page and its calls of the API: what could not be finished, why, and another try.

The owner can pause the work on everybody's items there, and have it go on.
"""

from __future__ import annotations

from bottle import HTTPResponse, request

from indexer import names
from indexer.failures import Failures
from indexer.library import Library
from indexer.model import Item, Kind
from webui import wire
from webui.api import json_answer, parse_limit
from webui.bodies import read_form
from webui.errors import OwnerOnly
from webui.moments import ago
from webui.pages import Pages, go_to
from webui.visitors import Visitor, Visitors

_ON_A_PAGE = 100
_KINDS = {Kind.IMAGE: "picture", Kind.RAW: "picture", Kind.VIDEO: "film", Kind.OTHER: "file"}


class FailurePages:
    """Everything under ``/failures``, its like in the API, and another try for one item."""

    def __init__(self, library: Library, failures: Failures, visitors: Visitors, pages: Pages) -> None:
        self._library = library
        self._failures = failures
        self._visitors = visitors
        self._pages = pages

    def page(self) -> HTTPResponse:
        """The failed items of the caller, a page at a time; raises BadQuery."""
        visitor = self._visitors.require(request.environ)
        asked = request.query.decode()
        found = self._failures.page(visitor.person.id, cursor=asked.get("cursor") or None, limit=_ON_A_PAGE)
        now = self._failures.clock()
        return self._pages.render(
            "failures.html",
            csrf_token=visitor.csrf_token or "",
            count=self._failures.count(visitor.person.id),
            rows=[(item, _KINDS[item.kind], _folder(item), ago(item.added_at, now)) for item in found.items],
            next_cursor=found.next_cursor,
            retried=_number(asked.get("retried", "")),
            is_paused=self._library.is_paused(),
            may_pause=visitor.is_owner,
        )

    def retry(self, item_id: str) -> HTTPResponse:
        """Try one again, and back to the list; raises NoSuchItem."""
        visitor = self._changing_by_form()
        self._failures.retry(visitor.person.id, item_id)
        return go_to("/failures?retried=1")

    def retry_all(self) -> HTTPResponse:
        """Try all again, and back to the list."""
        visitor = self._changing_by_form()
        return go_to(f"/failures?retried={self._failures.retry_all(visitor.person.id)}")

    def pause(self) -> HTTPResponse:
        """Pause all preparing, or go on, as the button says, and back; raises OwnerOnly."""
        form = read_form(request.environ)
        visitor = self._visitors.require_for_change(request.environ, form.get("csrf_token", ""))
        if not visitor.is_owner:
            raise OwnerOnly
        self._library.pause(is_paused="pause" in form)
        return go_to("/failures")

    def list(self) -> HTTPResponse:
        """A page of the caller's failed items, the newest arrival first; raises BadQuery."""
        visitor = self._visitors.require(request.environ)
        asked = request.query.decode()
        limit = parse_limit(asked.get("limit", str(_ON_A_PAGE)))
        found = self._failures.page(visitor.person.id, cursor=asked.get("cursor") or None, limit=limit)
        return json_answer({"count": self._failures.count(visitor.person.id), **wire.page_json(found)})

    def retry_by_api(self, item_id: str) -> HTTPResponse:
        """Try one again: the item as it is now; raises NoSuchItem."""
        visitor = self._visitors.require_for_call(request.environ)
        return json_answer(wire.item_json(self._failures.retry(visitor.person.id, item_id)), 202)

    def retry_all_by_api(self) -> HTTPResponse:
        """Try all again: how many."""
        visitor = self._visitors.require_for_call(request.environ)
        return json_answer({"retried": self._failures.retry_all(visitor.person.id)}, 202)

    def _changing_by_form(self) -> Visitor:
        token = read_form(request.environ).get("csrf_token", "")
        return self._visitors.require_for_change(request.environ, token)


def _folder(item: Item) -> str:
    """Where it was copied to last, as a mount shows it."""
    path = item.uploads[0].path if item.uploads else item.name
    return names.parent(names.join("Upload", path))


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
