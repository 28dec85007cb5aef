"""What came beside a file fills the gaps that the file itself leaves, and never overrules it. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

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
        moment = datetime.fromtimestamp(hint.taken_at, UTC)
    except (OverflowError, ValueError, OSError):  # beyond what the calendar or the platform can say
        return None
    return Recorded(hint.source, moment.strftime("%Y-%m-%d %H:%M:%S").zfill(19), is_utc=True)
