"""Beginning the index anew: every item has a job, versions grow, types are told everywhere."""

from __future__ import annotations

from indexer.identify import PNG
from indexer.model import Failure, State
from tests.libraries import JPEG, NOW, Home, arrival, digest, index


def test_every_item_is_read_again_newest_first(home: Home) -> None:
    for number in range(3):
        home.catalog.arrivals.record(arrival(home.alice, str(number), at=NOW + number))
    index(home.catalog, {}, Failure("metadata", "no reason"))
    assert home.catalog.reindexing.begin(set(), NOW) == 3
    assert home.catalog.jobs.queue(home.alice).failed == 0
    claimed = home.catalog.jobs.claim(3, 60, NOW)
    assert [job.sha256 for job in claimed] == [digest("2"), digest("1"), digest("0")]
    item = home.catalog.items.get(home.alice, digest("0"))
    assert item is not None
    assert (item.state, item.failure) == (State.PENDING, None)


def test_versions_grow_beyond_all_that_were_told(home: Home) -> None:
    """A snapshot's version is lower than what browsers have seen since."""
    home.catalog.reindexing.begin(set(), NOW)
    first = home.catalog.items.version(home.alice)
    home.catalog.reindexing.begin(set(), NOW)
    assert NOW < first < home.catalog.items.version(home.alice)


def test_types_are_corrected_everywhere_but_in_junk(home: Home) -> None:
    home.catalog.arrivals.record(arrival(home.alice, "a.jpg"))
    home.catalog.arrivals.record(arrival(home.alice, "b.jpg"))
    home.catalog.arrivals.record_junk(arrival(home.alice, "a.part", sha256=digest("a.jpg")))
    home.catalog.reindexing.retype([(digest("a.jpg"), PNG)])
    assert home.catalog.reindexing.originals() == {digest("a.jpg"): (100, PNG), digest("b.jpg"): (100, JPEG)}
    entries = {entry.path: entry.mime for entry in home.catalog.entries.children(home.alice, "")}
    assert entries == {"a.jpg": PNG.mime, "b.jpg": JPEG.mime, "a.part": JPEG.mime}
    item = home.catalog.items.get(home.alice, digest("a.jpg"))
    assert item is not None
    assert (item.kind, item.mime) == (PNG.kind, PNG.mime)
