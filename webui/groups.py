"""Shots, bursts and decisions in the JSON API: why files are together, what people want instead, and undo."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from bottle import HTTPResponse, request

from indexer.catalog.ledger import AnyDecision
from indexer.grouping.decisions import Scope
from indexer.groups import Groups, Shown
from indexer.ledger import Ledger, words
from webui import wire
from webui.api import decided, json_answer, parse_digests, parse_limit
from webui.bodies import read_json, text_field
from webui.errors import BadRequest, NoSuchPage
from webui.visitors import Visitors

_BODY_LIMIT_BYTES = 1024 * 1024
_LISTED = 100


class GroupCalls:
    """The calls about shots, or those about bursts."""

    def __init__(self, groups: Groups, visitors: Visitors, scope: Scope) -> None:
        self._groups = groups
        self._visitors = visitors
        self._scope = scope

    def get(self, group_id: str) -> HTTPResponse:
        """One with its members and why they are together; raises NoSuchGroup."""
        person_id = self._visitors.require(request.environ).person.id
        return json_answer(group_json(self._groups.get(person_id, self._scope, group_id)))

    def change(self, group_id: str) -> HTTPResponse:
        """Choose the cover, lock or unlock, take out; raises NoSuchGroup, NotGrouped."""
        person_id, wanted = self._changing()
        given = [name for name in ("cover", "lock", "ungroup") if name in wanted]
        if len(given) != 1:
            raise BadRequest("Give one of “cover”, “lock” and “ungroup”.")
        changes: dict[str, Callable[[int, str, dict[str, Any]], int]] = {
            "cover": self._choose_cover,
            "lock": self._lock,
            "ungroup": self._ungroup,
        }
        return decided(changes[given[0]](person_id, group_id, wanted))

    def merge(self) -> HTTPResponse:
        """Make one of several; raises NoSuchGroup, NotGrouped."""
        person_id, wanted = self._changing()
        return decided(self._groups.merge(person_id, self._scope, parse_digests(wanted.get("merge"))))

    def split(self, group_id: str) -> HTTPResponse:
        """Make one of its own of some items; raises NoSuchGroup, NotGrouped."""
        person_id, wanted = self._changing()
        items = parse_digests(wanted.get("items"))
        return decided(self._groups.split(person_id, self._scope, group_id, items))

    def _choose_cover(self, person_id: int, group_id: str, wanted: dict[str, Any]) -> int:
        return self._groups.choose_cover(person_id, self._scope, group_id, text_field(wanted, "cover"))

    def _lock(self, person_id: int, group_id: str, wanted: dict[str, Any]) -> int:
        if not isinstance(wanted["lock"], bool):
            raise BadRequest("“lock” must be true or false.")
        return self._groups.lock(person_id, self._scope, group_id, is_locked=wanted["lock"])

    def _ungroup(self, person_id: int, group_id: str, wanted: dict[str, Any]) -> int:
        what = text_field(wanted, "ungroup")
        if what == "like":
            return self._groups.ungroup_like(person_id, self._scope, group_id)
        items = None if what == "all" else [what]
        return self._groups.ungroup(person_id, self._scope, group_id, items)

    def _changing(self) -> tuple[int, dict[str, Any]]:
        visitor = self._visitors.require_for_call(request.environ)
        return visitor.person.id, read_json(request.environ, _BODY_LIMIT_BYTES)


class DecisionCalls:
    """The calls about all decisions, and about how bursts are found."""

    def __init__(self, groups: Groups, ledger: Ledger, visitors: Visitors) -> None:
        self._groups = groups
        self._ledger = ledger
        self._visitors = visitors

    def list(self) -> HTTPResponse:
        """The caller's last decisions, the newest first."""
        person_id = self._visitors.require(request.environ).person.id
        limit = parse_limit(request.query.decode().get("limit", str(_LISTED)))
        found = self._ledger.newest(person_id, limit)
        return json_answer({"decisions": [decision_json(one) for one in found]})

    def undo(self, decision_id: str) -> HTTPResponse:
        """Undo one; raises NoSuchDecision."""
        person_id = self._changing()
        if not (decision_id.isascii() and decision_id.isdigit() and len(decision_id) < 16):
            raise NoSuchPage
        self._ledger.undo(person_id, int(decision_id))
        return decided(int(decision_id))

    def grouping(self) -> HTTPResponse:
        """How the caller's bursts are found."""
        person_id = self._visitors.require(request.environ).person.id
        return json_answer({"burst_window_s": self._groups.burst_window_s(person_id)})

    def set_grouping(self) -> HTTPResponse:
        """Find bursts with another window; raises BadQuery."""
        person_id = self._changing()
        window_s = read_json(request.environ, _BODY_LIMIT_BYTES).get("burst_window_s")
        if isinstance(window_s, bool) or not isinstance(window_s, int | float) or not math.isfinite(window_s):
            raise BadRequest("“burst_window_s” must be a number of seconds.")
        self._groups.set_burst_window_s(person_id, float(window_s))
        return self.grouping()

    def _changing(self) -> int:
        return self._visitors.require_for_call(request.environ).person.id


def group_json(shown: Shown) -> dict[str, Any]:
    """A shot or burst with its members, the cover first."""
    group = shown.group
    return {
        "id": group.id,
        "kind": group.kind,
        "cover": group.covers[0],
        "members": [wire.item_json(item) for item in shown.members],
        "why": list(group.why),
        "locked": group.is_locked,
        "burst_id": group.burst_id,
        "decisions": [one.id for one in shown.decisions],
    }


def decision_json(one: AnyDecision) -> dict[str, Any]:
    """A decision as lists have it."""
    return {
        "id": one.id,
        "at": wire.moment(one.at),
        "scope": str(one.scope),
        "words": words(one),
        "undone_at": None if one.undone_at is None else wire.moment(one.undone_at),
    }
