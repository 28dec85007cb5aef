"""What came beside a file reaches its item, where the file itself is silent and nowhere else."""

from __future__ import annotations

import pytest

from indexer.hashing import Announced
from indexer.knowledge import Caption, Position
from indexer.metadata.findings import Findings
from indexer.metadata.hints import date_of, filled
from indexer.model import Door, Hint, Item
from tests.libraries import Home
from tests.photos import Shot, jpeg

LISBON = Position(38.7, -9.1, 20.0)
HINT = Hint("Google Takeout", 1_558_110_600.0, LISBON, None, "At the river")


def bring(home: Home, content: bytes, hint: Hint | None) -> Item:
    """The item, indexed."""
    with home.intake.begin(home.alice, "a.jpg", Announced(len(content))) as incoming:
        incoming.write(content)
        entry = home.intake.accept(
            incoming, home.alice, "a.jpg", door=Door.IMPORT, client_mtime=1.5e9, hint=hint, name="true.jpg"
        )
    home.worker().drain()
    return home.library.item(home.alice, entry.sha256 or "")


def test_a_silent_file_gets_date_place_and_words(home: Home) -> None:
    item = bring(home, jpeg(Shot(taken=None)), HINT)
    known = item.metadata
    assert known.captured is not None
    assert (known.captured.source, known.captured.taken_at) == ("Google Takeout", "2019-05-17T17:30:00")
    assert known.captured.utc_offset == "+01:00", "the zone of the place"
    assert known.position == LISBON
    assert known.place is not None
    assert "Portugal" in known.place
    assert known.caption.description == "At the river"
    assert item.name == "true.jpg"


def test_a_file_that_speaks_is_not_overruled(home: Home) -> None:
    item = bring(home, jpeg(Shot(taken="2020:01:02 03:04:05", gps=(48.0, 11.0))), HINT)
    assert item.metadata.captured is not None
    assert item.metadata.captured.taken_at == "2020-01-02T03:04:05"
    assert item.metadata.position is not None
    assert item.metadata.position.lat == pytest.approx(48.0)


def test_a_hint_that_comes_later_is_news_once(home: Home) -> None:
    item = bring(home, jpeg(Shot(taken=None)), None)
    assert home.catalog.hints.get(home.alice, item.sha256) is None
    assert home.catalog.hints.offer(home.alice, item.sha256, HINT, 0.0)
    assert not home.catalog.hints.offer(home.alice, item.sha256, HINT, 0.0)
    assert home.catalog.hints.get(home.alice, item.sha256) == HINT
    home.worker().drain()
    captured = home.library.item(home.alice, item.sha256).metadata.captured
    assert captured is not None
    assert captured.source == "Google Takeout"


def test_only_gaps_are_filled() -> None:
    found = Findings(position=Position(1.0, 2.0), caption=Caption(title="mine"))
    done = filled(found, Hint("x", None, LISBON, "theirs", "words"))
    assert (done.position, done.caption) == (Position(1.0, 2.0), Caption(title="mine", description="words"))


@pytest.mark.parametrize("taken_at", [None, 1e300, float("nan")])
def test_what_is_no_date(taken_at: float | None) -> None:
    assert date_of(Hint("x", taken_at)) is None
    assert date_of(None) is None


def test_old_pictures_have_dates_before_1970() -> None:
    recorded = date_of(Hint("x", -1_000_000_000.0))
    assert recorded is not None
    assert (recorded.text, recorded.is_utc) == ("1938-04-24 22:13:20", True)
