"""The rows of failed items: only items that failed, in their order, each person's own."""

from __future__ import annotations

from indexer.knowledge import Metadata
from indexer.model import Failure, JobKind, Queue
from tests.libraries import NOW, Home, arrival, digest, index


def test_pages_go_on_where_two_arrived_at_once(home: Home) -> None:
    for name in "abc":
        home.catalog.arrivals.record(arrival(home.alice, name))
    index(home.catalog, {}, Failure("metadata", "no reason"))
    found: list[str] = []
    after = None
    while page := home.catalog.failures.page(home.alice, after, 1):
        after = page[0]
        found.append(after[1])
    assert found == sorted(map(digest, "abc"), reverse=True)


def test_an_item_that_waits_again_has_not_failed(home: Home) -> None:
    home.catalog.arrivals.record(arrival(home.alice, "a"))
    index(home.catalog, {}, Failure("metadata", "no reason"))
    assert home.catalog.failures.retry(home.alice, digest("a"), NOW)
    assert not home.catalog.failures.retry(home.alice, digest("a"), NOW)
    assert home.catalog.failures.count(home.alice) == 0


def test_what_is_tried_again_counts_as_failed_nowhere(home: Home) -> None:
    """A full size that failed is a job of its own, beside the indexing that is asked for."""
    home.catalog.arrivals.record(arrival(home.alice, "a"))
    index(home.catalog, {})
    home.catalog.jobs.request(home.alice, digest("a"), JobKind.FULL, NOW)
    (job,) = home.catalog.jobs.claim(1, 60, NOW)
    home.catalog.jobs.finish(job, Metadata(), Failure("full size", "no reason"))
    assert home.catalog.jobs.queue(home.alice) == Queue(0, 0, 1)
    home.catalog.failures.retry(home.alice, digest("a"), NOW)
    assert home.catalog.jobs.queue(home.alice) == Queue(1, 0, 0)
