"""Wrong clocks of cameras by the JSON API: suggested, and corrected by a decision that can be undone."""

from __future__ import annotations

from typing import Any

from bottle import HTTPResponse, request

from indexer.clocks import Clocks, WrongClock
from webui.api import decided, json_answer
from webui.visitors import Visitors


class ClockCalls:
    """Everything under ``/api/v1/clock-suggestions``."""

    def __init__(self, clocks: Clocks, visitors: Visitors) -> None:
        self._clocks = clocks
        self._visitors = visitors

    def list(self) -> HTTPResponse:
        """The clocks of cameras that seem wrong, and those that were corrected."""
        person_id = self._visitors.require(request.environ).person.id
        found = self._clocks.suggestions(person_id)
        return json_answer({"suggestions": [clock_json(one) for one in found]})

    def correct(self, clock_id: str) -> HTTPResponse:
        """Correct a clock as it was suggested; raises NoSuchClock."""
        visitor = self._visitors.require_for_call(request.environ)
        return decided(self._clocks.apply(visitor.person.id, clock_id))


def clock_json(one: WrongClock) -> dict[str, Any]:
    return {
        "id": one.id,
        "camera": one.camera,
        "folder": one.correction.folder,
        "sentence": one.sentence,
        "shift_s": one.correction.shift_s,
        "pictures": one.pictures,
        "matched": one.matched,
        "applied": one.decision is not None,
        "decision": one.decision,
    }
