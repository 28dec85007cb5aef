"""The ledger of work: order, lease, token, crash, release."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from indexer.catalog import Catalog
from indexer.knowledge import CaptureTime, Metadata
from indexer.model import Failure, Job, Queue, State
from tests.libraries import NOW, add_person, arrival, digest, opened_catalog

ALICE = 1
LEASE_S = 60.0
BROKEN = Failure("derivatives", "It is broken.")


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    with opened_catalog(tmp_path) as catalog:
        assert add_person(catalog) == ALICE
        yield catalog


def bring(catalog: Catalog, *names: str) -> None:
    """Items that arrive one after the other, a second apart."""
    for number, name in enumerate(names):
        catalog.arrivals.record(arrival(ALICE, name, at=NOW + number))


def claim(catalog: Catalog, now: float = NOW, most: int = 1) -> tuple[Job, ...]:
    return catalog.jobs.claim(most, LEASE_S, now)


def test_the_newest_upload_comes_first(catalog: Catalog) -> None:
    bring(catalog, "a", "b", "c")
    jobs = [claim(catalog)[0] for _ in range(3)]
    assert [job.sha256 for job in jobs] == [digest(name) for name in "cba"]
    assert claim(catalog) == ()


def test_several_at_once_are_the_newest(catalog: Catalog) -> None:
    bring(catalog, "a", "b", "c")
    assert {job.sha256 for job in claim(catalog, most=2)} == {digest("b"), digest("c")}


def test_a_claim_is_for_one(catalog: Catalog) -> None:
    bring(catalog, *map(str, range(40)))
    claimed: list[Job] = []

    def work() -> None:
        while jobs := claim(catalog, most=3):
            claimed.extend(jobs)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(claimed) == len({job.id for job in claimed}) == 40


def test_a_lease_runs_out(catalog: Catalog) -> None:
    bring(catalog, "a")
    (lost,) = claim(catalog)
    assert claim(catalog, NOW + LEASE_S - 1) == ()
    (again,) = claim(catalog, NOW + LEASE_S)
    assert (again.id, again.attempts) == (lost.id, 2)
    assert again.token != lost.token
    assert catalog.jobs.finish(lost, Metadata(width=1), None) is False
    assert catalog.items.get(ALICE, lost.sha256).state is State.PENDING  # type: ignore[union-attr]
    assert catalog.jobs.finish(again, Metadata(width=2), None) is True
    assert catalog.items.get(ALICE, lost.sha256).metadata.width == 2  # type: ignore[union-attr]


def test_a_lost_claim_gives_nothing_back(catalog: Catalog) -> None:
    bring(catalog, "a")
    (lost,) = claim(catalog)
    (held,) = claim(catalog, NOW + LEASE_S)
    catalog.jobs.crashed(lost)
    catalog.jobs.release(lost)
    assert claim(catalog, NOW + LEASE_S) == ()
    assert catalog.jobs.finish(held, Metadata(), None)


def test_a_crash_counts_and_a_release_does_not(catalog: Catalog) -> None:
    bring(catalog, "a")
    attempts = []
    jobs = catalog.jobs
    for give_back in (jobs.crashed, jobs.release, jobs.crashed, jobs.crashed):
        (job,) = claim(catalog)
        attempts.append(job.attempts)
        give_back(job)
    assert attempts == [1, 2, 2, 3]


def test_release_all(catalog: Catalog) -> None:
    bring(catalog, "a", "b", "c")
    (failed,) = claim(catalog)
    catalog.jobs.finish(failed, Metadata(), BROKEN)
    claim(catalog, most=2)
    catalog.jobs.release_all()
    assert catalog.jobs.queue(ALICE) == Queue(pending=2, running=0, failed=1)
    assert {job.attempts for job in claim(catalog, most=9)} == {2}, "what it worked on may have killed it"


def test_a_lease_that_ran_out_keeps_its_place(catalog: Catalog) -> None:
    bring(catalog, "a", "b", "c")
    claim(catalog, most=2)
    jobs = [claim(catalog, NOW + LEASE_S)[0] for _ in range(3)]
    assert [job.sha256 for job in jobs] == [digest(name) for name in "cba"]


def test_claiming_never_sorts_the_queue(catalog: Catalog) -> None:
    bring(catalog, "a")
    statements: list[str] = []
    engine = catalog.jobs._database.engine
    with engine.connect() as connection:  # the only one in the pool, and so the one that claims
        driver: Any = connection.connection.driver_connection
        driver.set_trace_callback(statements.append)
    assert claim(catalog)
    driver.set_trace_callback(None)
    (update,) = [statement for statement in statements if statement.startswith("UPDATE job")]
    plans = [row[3] for row in driver.execute(f"EXPLAIN QUERY PLAN {update}")]
    assert any("job_to_claim" in plan for plan in plans)
    assert not any("TEMP B-TREE" in plan for plan in plans)


def test_done_is_done(catalog: Catalog) -> None:
    bring(catalog, "a")
    (job,) = claim(catalog)
    assert catalog.jobs.queue(ALICE) == Queue(0, 1, 0)
    assert catalog.jobs.finish(job, Metadata(width=3), None)
    assert catalog.jobs.queue(ALICE) == Queue(0, 0, 0)
    assert not catalog.jobs.finish(job, Metadata(width=4), None)
    assert claim(catalog, NOW + 1e6) == ()


def test_a_failure_stays_listed(catalog: Catalog) -> None:
    bring(catalog, "a")
    (job,) = claim(catalog)
    captured = CaptureTime("2024-05-17T18:30:01", "file name")
    assert catalog.jobs.finish(job, Metadata(captured=captured), BROKEN)
    item = catalog.items.get(ALICE, job.sha256)
    assert item is not None
    assert (item.state, item.failure, item.metadata.captured) == (State.FAILED, BROKEN, captured)
    assert catalog.jobs.queue(ALICE) == Queue(0, 0, 1)
    assert claim(catalog, NOW + 1e6) == ()


@pytest.mark.parametrize("is_failed", [False, True])
def test_new_evidence_asks_again(is_failed: bool, catalog: Catalog) -> None:
    """While it is worked on, too: the result of the old evidence is then thrown away."""
    bring(catalog, "a")
    (old,) = claim(catalog)
    if is_failed:
        catalog.jobs.finish(old, Metadata(), BROKEN)
    catalog.arrivals.annotate(ALICE, "a", {}, NOW - 1000, NOW)
    assert catalog.jobs.queue(ALICE) == Queue(1, 0, 0)
    assert not catalog.jobs.finish(old, Metadata(), None)
    (new,) = claim(catalog)
    assert (new.id, new.attempts) == (old.id, 1)


def test_everybody_has_a_queue_of_their_own(catalog: Catalog) -> None:
    bob = add_person(catalog, "bob")
    bring(catalog, "a")
    catalog.arrivals.record(arrival(bob, "a"))
    assert catalog.jobs.queue(bob) == catalog.jobs.queue(ALICE) == Queue(1, 0, 0)
    assert {job.person_id for job in claim(catalog, most=9)} == {ALICE, bob}
