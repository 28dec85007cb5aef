"""The ledger of work: order, lease, token, crash, release."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from indexer.catalog import Catalog
from indexer.catalog import jobs as jobs_module
from indexer.catalog.jobs import FILMS, STILLS
from indexer.knowledge import CaptureTime, Metadata
from indexer.model import Failure, Job, JobKind, Kind, MediaType, Queue, State, TvFile
from tests.libraries import NOW, add_person, arrival, digest, opened_catalog

ALICE = 1
LEASE_S = 60.0
VIDEO = MediaType(Kind.VIDEO, "video/mp4", ".mp4")
BROKEN = Failure("derivatives", "It is broken.")


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    with opened_catalog(tmp_path) as catalog:
        assert add_person(catalog) == ALICE
        yield catalog


def bring(catalog: Catalog, *names: str, **changes: object) -> None:
    """Items that arrive one after the other, a second apart."""
    for number, name in enumerate(names):
        catalog.arrivals.record(arrival(ALICE, name, at=NOW + number, **changes))


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
    assert {job.attempts for job in claim(catalog, most=9)} == {1}, "a worker decodes nothing itself"


def test_a_lease_that_ran_out_keeps_its_place(catalog: Catalog) -> None:
    bring(catalog, "a", "b", "c")
    claim(catalog, most=2)
    jobs = [claim(catalog, NOW + LEASE_S)[0] for _ in range(3)]
    assert [job.sha256 for job in jobs] == [digest(name) for name in "cba"]


def test_claiming_never_sorts_the_queue(catalog: Catalog) -> None:
    bring(catalog, "a")
    statements: list[str] = []
    with catalog.jobs._database.write() as connection:  # the only one that writes, and so the one that claims
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


def bring_video(catalog: Catalog, name: str, at: float = NOW) -> None:
    catalog.arrivals.record(arrival(ALICE, name, media=VIDEO, at=at))


def finish(catalog: Catalog, job: Job, failure: Failure | None = None) -> None:
    assert catalog.jobs.finish(job, Metadata(), failure)


def state_of(catalog: Catalog, name: str) -> State:
    item = catalog.items.get(ALICE, digest(name))
    assert item is not None
    return item.state


def test_a_video_that_is_indexed_has_its_film_made(catalog: Catalog) -> None:
    bring_video(catalog, "a.mp4")
    bring(catalog, "a.jpg")
    assert catalog.jobs.state(ALICE, digest("a.mp4"), JobKind.FILM) is None
    for job in claim(catalog, most=9):
        finish(catalog, job)
    assert catalog.jobs.state(ALICE, digest("a.mp4"), JobKind.FILM) is State.PENDING
    (film,) = claim(catalog, most=9)
    assert (film.kind, film.sha256) == (JobKind.FILM, digest("a.mp4"))
    assert state_of(catalog, "a.mp4") is State.READY
    finish(catalog, film)
    assert catalog.jobs.state(ALICE, digest("a.mp4"), JobKind.FILM) is None
    assert catalog.jobs.queue(ALICE) == Queue(0, 0, 0)


def test_a_video_that_cannot_be_indexed_has_no_film(catalog: Catalog) -> None:
    bring_video(catalog, "a.mp4")
    finish(catalog, claim(catalog)[0], BROKEN)
    assert claim(catalog) == ()


def test_a_film_that_fails_is_told_and_leaves_what_is_known(catalog: Catalog) -> None:
    bring_video(catalog, "a.mp4")
    assert catalog.jobs.finish(claim(catalog)[0], Metadata(width=640), None)
    finish(catalog, claim(catalog)[0], Failure("film", "It is broken."))
    item = catalog.items.get(ALICE, digest("a.mp4"))
    assert item is not None
    assert (item.state, item.failure, item.metadata.width) == (
        State.FAILED, Failure("film", "It is broken."), 640,
    )  # fmt: skip
    assert catalog.jobs.state(ALICE, digest("a.mp4"), JobKind.FILM) is State.FAILED


def test_what_somebody_waits_for_then_pictures_then_films_the_newest_first(catalog: Catalog) -> None:
    for number, name in enumerate(("old.mp4", "new.mp4")):
        bring_video(catalog, name, at=NOW + number)
    for job in claim(catalog, most=9):
        finish(catalog, job)
    bring(catalog, "old.jpg", "new.jpg")
    catalog.jobs.request(ALICE, digest("old.mp4"), JobKind.FULL, 0.0)
    jobs = [claim(catalog)[0] for _ in range(5)]
    assert [job.kind for job in jobs] == ["full", "index", "index", "film", "film"]
    names = ("old.mp4", "new.jpg", "old.jpg", "new.mp4", "old.mp4")
    assert [job.sha256 for job in jobs] == [digest(name) for name in names]


def test_lanes_keep_films_and_pictures_apart(catalog: Catalog) -> None:
    bring_video(catalog, "a.mp4")
    finish(catalog, claim(catalog)[0])
    bring(catalog, "a.jpg")
    assert [job.kind for job in catalog.jobs.claim(9, LEASE_S, NOW, FILMS)] == ["film"]
    assert catalog.jobs.claim(9, LEASE_S, NOW, FILMS) == ()
    assert [job.kind for job in catalog.jobs.claim(9, LEASE_S, NOW, STILLS)] == ["index"]


def test_what_is_asked_for_twice_is_one_job(catalog: Catalog) -> None:
    bring(catalog, "a")
    finish(catalog, claim(catalog)[0])
    asked = [catalog.jobs.request(ALICE, digest("a"), JobKind.FULL, NOW) for _ in range(2)]
    assert asked == [State.PENDING, State.PENDING]
    (job,) = claim(catalog, most=9)
    assert catalog.jobs.request(ALICE, digest("a"), JobKind.FULL, NOW) is State.PENDING
    finish(catalog, job, Failure("full size", "It is broken."))
    assert catalog.jobs.request(ALICE, digest("a"), JobKind.FULL, NOW) is State.FAILED
    assert claim(catalog) == ()


def test_indexed_anew_what_failed_may_be_asked_for_again(catalog: Catalog) -> None:
    bring(catalog, "a")
    finish(catalog, claim(catalog)[0])
    catalog.jobs.request(ALICE, digest("a"), JobKind.FULL, NOW)
    finish(catalog, claim(catalog)[0], BROKEN)
    bring(catalog, "a")  # copying it again is how people heal it
    (job,) = claim(catalog, most=9)
    finish(catalog, job)
    assert catalog.jobs.queue(ALICE) == Queue(0, 0, 0)
    assert catalog.jobs.request(ALICE, digest("a"), JobKind.FULL, NOW) is State.PENDING


def test_a_claim_that_is_renewed_does_not_run_out(catalog: Catalog) -> None:
    bring(catalog, "a", "b")
    kept, lost = claim(catalog, most=2)
    catalog.jobs.renew([kept], LEASE_S, NOW + LEASE_S - 1)
    (again,) = claim(catalog, NOW + LEASE_S, most=9)
    assert again.id == lost.id
    catalog.jobs.renew([lost], 10 * LEASE_S, NOW)
    assert {job.id for job in claim(catalog, NOW + 2 * LEASE_S, most=9)} == {kept.id, lost.id}


def test_what_an_older_recipe_made_waits_behind_all_else(catalog: Catalog) -> None:
    bring(catalog, "a", "b", "c", "d")
    d, c, b, a = claim(catalog, most=9)
    assert catalog.jobs.finish(d, Metadata(), None, recipe=2)
    assert catalog.jobs.finish(c, Metadata(), BROKEN, recipe=1)
    assert catalog.jobs.finish(b, Metadata(), None, recipe=1)
    catalog.jobs.release(a)
    assert catalog.jobs.remake(2, 9) == 2
    assert catalog.jobs.remake(2, 9) == 0, "they were asked for"
    jobs = [claim(catalog)[0] for _ in range(3)]
    assert [job.sha256 for job in jobs] == [digest(name) for name in "acb"]
    for job in jobs:
        assert catalog.jobs.finish(job, Metadata(), None, recipe=2)
    assert catalog.jobs.remake(2, 9) == 0
    assert catalog.jobs.queue(ALICE) == Queue(0, 0, 0)


def test_remakes_come_in_batches(catalog: Catalog) -> None:
    bring(catalog, "a", "b", "c")
    for job in claim(catalog, most=9):
        assert catalog.jobs.finish(job, Metadata(), None, recipe=1)
    assert [catalog.jobs.remake(2, 2) for _ in range(3)] == [2, 1, 0]


def test_whoever_changed_an_item_need_not_wait_for_its_remake(catalog: Catalog) -> None:
    """New evidence about an item that waits to be remade lifts it among the new ones."""
    bring(catalog, "a", "b")
    for job in claim(catalog, most=9):
        assert catalog.jobs.finish(job, Metadata(), None, recipe=1)
    catalog.jobs.remake(2, 9)
    catalog.arrivals.record(arrival(ALICE, "a", client_mtime=1.7e9, at=NOW + 9))
    assert claim(catalog)[0].sha256 == digest("a")


def test_films_are_looked_at_again_once_for_each_recipe(catalog: Catalog) -> None:
    """All of them: what is up to date costs a look. What was given up has another chance."""
    bring(catalog, "photo")
    bring(catalog, "good", "bad", media=VIDEO)
    for job in claim(catalog, most=9):
        assert catalog.jobs.finish(job, Metadata(), None)
    for job in claim(catalog, most=9):
        assert catalog.jobs.finish(job, Metadata(), BROKEN if job.sha256 == digest("bad") else None)
    asked = []
    for recipes in ("1", "1", "2"):
        catalog.jobs.remake_all(JobKind.FILM, recipes)
        while jobs := claim(catalog):
            asked.append((recipes, jobs[0].sha256, jobs[0].kind))
            assert catalog.jobs.finish(jobs[0], Metadata(), None)
    good, bad = digest("good"), digest("bad")
    assert asked == [
        ("1", bad, JobKind.INDEX),  # or it would count as failed for ever
        ("1", bad, JobKind.FILM),
        ("1", good, JobKind.FILM),
        ("2", bad, JobKind.FILM),
        ("2", good, JobKind.FILM),
    ]
    assert catalog.items.get(ALICE, digest("bad")).state == "ready"  # type: ignore[union-attr]


def test_what_televisions_get_is_told_anew_right_after_its_film(catalog: Catalog) -> None:
    bring(catalog, "a", "b", media=VIDEO)
    for _ in range(2):
        for job in claim(catalog, most=9):
            assert catalog.jobs.finish(job, Metadata(), None)
    catalog.jobs.request(ALICE, digest("a"), JobKind.TV, NOW)
    (job,) = claim(catalog)
    assert catalog.jobs.finish(job, Metadata(), None, made=TvFile(1, "d", "video/mp4", "playable"))
    catalog.jobs.remake_all(JobKind.FILM, "2")
    order = []
    for job in iter(lambda: next(iter(claim(catalog)), None), None):
        order.append((job.sha256, job.kind))
        assert catalog.jobs.finish(job, Metadata(), None)
    after = order.index((digest("a"), JobKind.FILM)) + 1
    assert order[after] == (digest("a"), JobKind.TV)
    assert len(order) == 3


def test_looking_for_old_recipes_reads_an_index_alone(catalog: Catalog) -> None:
    bring(catalog, "a")
    query = str(jobs_module._OUTDATED.compile(catalog.jobs._database.engine))
    with catalog.jobs._database.read() as connection:
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}", (2, "index", "failed", 9, 0)).all()
    plans = [row[3] for row in rows]
    assert any("item_by_recipe" in plan for plan in plans), plans
    assert not any(plan.startswith("SCAN") for plan in plans), plans


def test_a_pause_is_remembered(catalog: Catalog) -> None:
    told = []
    for is_paused in (True, True, False, False):
        catalog.jobs.pause(is_paused=is_paused)
        told.append(catalog.jobs.is_paused())
    assert told == [True, True, False, False]
