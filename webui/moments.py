"""Moments in words: how long ago, the same in every time zone."""

from __future__ import annotations


def ago(moment: float, now: float) -> str:
    """As people say it: "3 hours ago", "just now"."""
    minutes = int((now - moment) // 60)
    for size, word in ((24 * 60, "day"), (60, "hour"), (1, "minute")):
        if minutes >= 2 * size or minutes == size:
            count = minutes // size
            return f"{count} {word}{'' if count == 1 else 's'} ago"
    return "just now" if minutes < 1 else f"{minutes} minutes ago"
