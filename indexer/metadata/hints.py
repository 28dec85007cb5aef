"""What came beside a file fills the gaps that the file itself leaves, and never overrules it. Pure."""

from __future__ import annotations

from dataclasses import replace

from indexer.metadata.capture_time import Recorded
from indexer.metadata.findings import Findings
from indexer.model import Hint


def filled(findings: Findings, hint: Hint) -> Findings:
    """The findings, with the hint's position and words where there are none."""
    caption = findings.caption
    words = replace(
        caption,
        title=caption.title or hint.title,
        description=caption.description or hint.description,
    )
    return replace(findings, caption=words, position=findings.position or hint.position)


def date_of(hint: Hint | None) -> Recorded | None:
    """The date of a hint: a moment in UTC, as `capture_time.choose` wants it."""
    if hint is None or hint.taken_at is None:
        return None
    try:
        return Recorded.at(hint.source, hint.taken_at, is_utc=True)
    except (OverflowError, ValueError, OSError):
        return None
