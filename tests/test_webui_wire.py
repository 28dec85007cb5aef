"""Model values as JSON: what is unknown is null, what is known is spelled as promised."""

from __future__ import annotations

from indexer.model import Day, Door, Page, Queue, Receiving, Status, Tally, Upload
from webui import wire


def test_receiving_without_announced_length() -> None:
    nothing = Tally(0, 0)
    status = Status(7, 0, nothing, nothing, Queue(0, 0, 0), (Receiving("a/b.jpg", 5, None),))
    assert wire.status_json(status)["receiving"] == [{"path": "a/b.jpg", "bytes": 5, "expected": None}]


def test_empty_timeline_and_page() -> None:
    assert wire.timeline_json(()) == {"days": []}
    assert wire.timeline_json((Day("unknown", 3, 2, 1),)) == {
        "days": [{"day": "unknown", "count": 2, "items": 3}]
    }
    assert wire.page_json(Page((), None)) == {"items": [], "next": None}


def test_moments_are_utc_with_milliseconds() -> None:
    upload = wire._upload_json(Upload("a.jpg", 1715970601.25, Door.BROWSER))
    assert upload == {"path": "a.jpg", "at": "2024-05-17T18:30:01.250Z", "door": "browser"}
