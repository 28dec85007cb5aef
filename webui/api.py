"""The JSON API: each call asks the library one question and puts the answer on the wire."""

from __future__ import annotations

import json
import re
from typing import Any

from bottle import HTTPResponse, request

from indexer.accounts import Accounts
from indexer.catalog.aspects import Shelf
from indexer.errors import BadQuery
from indexer.grouping.categories import COVER, Category, bits_of
from indexer.library import MOST_ITEMS, Library
from webui import wire
from webui.bodies import read_json, text_field
from webui.errors import BadRequest, OwnerOnly, WrongPassword
from webui.openapi import DESCRIPTION
from webui.visitors import (
    Visitor,
    Visitors,
    client_address,
    refuse_other_sites,
    session_cookie,
    session_secret,
)

SHORT_BODY_BYTES = 64 * 1024
CHECK_LIMIT_BYTES = 1024 * 1024
MOST_DIGESTS = 10_000
_DIGEST = re.compile(r"[0-9a-f]{64}")


class Api:
    """The calls of ``/api/v1`` that answer with JSON; those that answer with bytes are in `webui.media`."""

    def __init__(self, library: Library, accounts: Accounts, visitors: Visitors) -> None:
        self._library = library
        self._accounts = accounts
        self._visitors = visitors

    def openapi(self) -> HTTPResponse:
        """This API, described for programs (OpenAPI 3.1)."""
        return json_answer(DESCRIPTION)

    def session(self) -> HTTPResponse:
        """Who is logged in, and the token that changes need."""
        return json_answer(wire.session_json(self._visitors.require(request.environ)))

    def log_in(self) -> HTTPResponse:
        """Open a session for a name and password; raises WrongPassword, TooManyAttempts."""
        refuse_other_sites(request.environ)
        wanted = read_json(request.environ, SHORT_BODY_BYTES)
        name, password = text_field(wanted, "user"), text_field(wanted, "password")
        person = self._accounts.check_password(name, password, client_address(request.environ))
        if person is None:
            raise WrongPassword
        secret, session = self._accounts.open_session(person)
        answer = json_answer(wire.session_json(Visitor(person, session.csrf_token)))
        answer.add_header("Set-Cookie", session_cookie(request.environ, secret))
        return answer

    def log_out(self) -> HTTPResponse:
        """End the session of this browser."""
        self._visitors.require_for_call(request.environ)
        self._accounts.close_session(session_secret(request.environ))
        return HTTPResponse(status=204, headers={"Set-Cookie": session_cookie(request.environ, "")})

    def status(self) -> HTTPResponse:
        """The library in numbers, and what is happening to it right now."""
        return json_answer(wire.status_json(self._library.status(self._person_id())))

    def timeline(self) -> HTTPResponse:
        """The days and how many shots each holds; collapsed, how many covers."""
        days = self._library.timeline(self._person_id(), asked_shelf())
        is_collapsed = request.query.decode().get("collapsed") == "1"
        return json_answer(wire.timeline_json(days, is_collapsed=is_collapsed))

    def items(self) -> HTTPResponse:
        """A page of items in capture order; raises BadQuery."""
        asked = request.query.decode()
        page = self._library.items(
            self._person_id(),
            day=asked.get("day") or None,
            kind=asked.get("kind") or None,
            query=asked.get("query") or None,
            cursor=asked.get("cursor") or None,
            limit=parse_limit(asked.get("limit", "200")),
            is_collapsed=asked.get("collapsed") == "1",
            shelf=asked_shelf(),
        )
        return json_answer(wire.page_json(page))

    def facets(self) -> HTTPResponse:
        """What the items are, where and with what they were taken, and how many each; raises BadQuery."""
        shelf = asked_shelf()
        if request.query.decode().get("collapsed") == "1":
            shelf = shelf._replace(categories=(shelf.categories or 0) | COVER)
        facets = self._library.facets(self._person_id(), shelf)
        return json_answer(
            {
                name: [{"value": value, "count": count} for value, count in values]
                for name, values in facets.items()
            }
        )

    def item(self, item_id: str) -> HTTPResponse:
        """All that is known about one item; raises NoSuchItem."""
        person_id = self._person_id()
        item = self._library.item(person_id, item_id)
        return json_answer(wire.whole_item_json(item, self._library.shot_of(person_id, item_id)))

    def set_indexing(self) -> HTTPResponse:
        """Pause the work on everybody's items, or go on; raises OwnerOnly."""
        visitor = self._visitors.require_for_call(request.environ)
        if not visitor.is_owner:
            raise OwnerOnly
        is_paused = read_json(request.environ, SHORT_BODY_BYTES).get("paused")
        if not isinstance(is_paused, bool):
            raise BadRequest("“paused” must be true or false.")
        self._library.pause(is_paused=is_paused)
        return json_answer({"paused": is_paused})

    def check_originals(self) -> HTTPResponse:
        """Which of these digests the caller's library holds already."""
        visitor = self._visitors.require_for_call(request.environ)
        digests = parse_digests(read_json(request.environ, CHECK_LIMIT_BYTES).get("digests"))
        return json_answer({"held": self._library.held(visitor.person.id, digests)})

    def _person_id(self) -> int:
        return self._visitors.require(request.environ).person.id


def asked_shelf() -> Shelf:
    """What the query's category, camera, lens, place and year let through; raises BadQuery."""
    asked = request.query.decode()
    category, year = asked.get("category"), asked.get("year")
    if category and category not in set(Category):
        raise BadQuery("category", f"must be one of {', '.join(Category)}")
    if year and not re.fullmatch(r"[0-9]{4}", year):
        raise BadQuery("year", "must look like 2024")
    bits = bits_of([Category(category)]) if category else None
    camera, lens, place = (asked.get(name) or None for name in ("camera", "lens", "place"))
    return Shelf(bits, camera, lens, place, year or None)


def json_answer(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> HTTPResponse:
    """An answer of this moment for this person: no cache keeps it."""
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    common = {"Content-Type": "application/json; charset=utf-8", "Cache-Control": "no-store"}
    return HTTPResponse(body, status, headers={**common, **(headers or {})})


def decided(decision: int, id_: str | None = None) -> HTTPResponse:
    """The answer to a change: the decision, to be undone by it; and what was made."""
    if id_ is None:
        return json_answer({"decision": decision})
    return json_answer({"decision": decision, "id": id_}, 201)


def parse_limit(text: str, most: int = MOST_ITEMS) -> int:
    """How many of something a page may hold; raises BadRequest."""
    if not re.fullmatch(r"[0-9]{1,6}", text) or not 1 <= int(text) <= most:
        raise BadRequest(f"“limit” must be a number from 1 to {most:,}.")
    return int(text)


def parse_digests(value: Any) -> list[str]:
    """A list of SHA-256 digests; raises BadRequest when it is too long or one of them is none."""
    if not isinstance(value, list):
        raise BadRequest("“digests” must be a list of SHA-256 digests.")
    if len(value) > MOST_DIGESTS:
        raise BadRequest(f"One call can check at most {MOST_DIGESTS:,} digests.")
    for place, digest in enumerate(value, start=1):
        if not isinstance(digest, str) or not _DIGEST.fullmatch(digest):
            raise BadRequest(f"Digest number {place} is not a SHA-256 digest of 64 lower-case hex digits.")
    return value
