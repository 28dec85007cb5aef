"""Times of capture as they are kept, read as moments of a wall clock. Pure."""

from __future__ import annotations

from datetime import datetime

_TO_THE_SECOND = len("2024-05-17T18:30:01")


def moment_of(taken_at: str) -> datetime | None:
    """The time of capture to the second; None for one that is unknown."""
    try:
        return datetime.fromisoformat(taken_at[:_TO_THE_SECOND])
    except ValueError:
        return None
