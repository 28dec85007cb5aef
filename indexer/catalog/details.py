"""The part of what is known that only the page of one item shows: one JSON text beside the columns.

A listing of ten thousand items never reads it. Only what is known is written, and names that this
version does not know are left alone, so that a field may come or go without a migration.
"""

from __future__ import annotations

import json
import math
from dataclasses import fields, replace
from typing import Any, TypeVar

from indexer.knowledge import Caption, Confidence, Exposure, Film, Metadata, Ties

_Value = TypeVar("_Value", Exposure, Caption, Film, Ties)


def dump(known: Metadata) -> str | None:
    """What the columns do not hold, as JSON; None when there is nothing."""
    position, captured = known.position, known.captured
    parts: dict[str, Any] = {
        "exposure": _said(known.exposure),
        "caption": _said(known.caption),
        "ties": _said(known.ties),
        "altitude_m": _finite(position.altitude_m) if position else None,
        "direction_deg": _finite(position.direction_deg) if position else None,
        "color_space": known.color_space,
        "confidence": captured.confidence if captured else None,
    }
    said = {name: part for name, part in parts.items() if part not in (None, {})}
    if known.film is not None:  # that there is one is known, even if nothing else is
        said["film"] = _said(known.film)
    return json.dumps(said, separators=(",", ":")) if said else None


def load(known: Metadata, text: str | None) -> Metadata:
    """``known``, as the columns have it, with what `dump` wrote."""
    said: dict[str, Any] = json.loads(text) if text else {}
    position, captured = known.position, known.captured
    if position:
        position = replace(
            position, altitude_m=said.get("altitude_m"), direction_deg=said.get("direction_deg")
        )
    if captured and said.get("confidence") in set(Confidence):
        captured = replace(captured, confidence=Confidence(said["confidence"]))
    return replace(
        known,
        position=position,
        captured=captured,
        exposure=_made(Exposure, said.get("exposure", {})),
        caption=_made(Caption, said.get("caption", {})),
        film=_made(Film, said["film"]) if "film" in said else None,
        ties=_made(Ties, said.get("ties", {})),
        color_space=said.get("color_space"),
    )


def _said(value: Exposure | Caption | Film | Ties) -> dict[str, Any]:
    """The fields that say more than their defaults."""
    said = {field.name: _finite(getattr(value, field.name)) for field in fields(value)}
    return {field.name: said[field.name] for field in fields(value) if said[field.name] != field.default}


def _made(kind: type[_Value], said: dict[str, Any]) -> _Value:
    names = {field.name for field in fields(kind)}
    known: dict[str, Any] = {
        name: tuple(part) if isinstance(part, list) else part for name, part in said.items() if name in names
    }
    return kind(**known)


def _finite(value: Any) -> Any:
    """JSON has no infinity, and no camera has one either."""
    return None if isinstance(value, float) and not math.isfinite(value) else value
