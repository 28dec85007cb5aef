"""The worker: everything pending is done, a crash costs one attempt, and real processes do the work."""

from __future__ import annotations

import errno
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from pebble import ProcessPool

from indexer import worker as module
from indexer.catalog.jobs import Jobs, Lane, enqueue
from indexer.crew import Crew, PoolBroken
from indexer.derivatives import videos
from indexer.derivatives.files import RECIPES, Derivative, find
from indexer.derivatives.large import LONGEST_WAIT_S
from indexer.errors import NoRoom
from indexer.knowledge import Metadata
from indexer.library import derivatives_folder
from indexer.model import Failure, Item, Job, JobKind, Outcome, Queue, State, Task
from indexer.probe import Streams
from indexer.worker import MOST_ATTEMPTS, deadline_of, decode
from tests import photos
from tests.films import make_film
from tests.libraries import Home
from tests.photos import Shot

PHOTO = photos.jpeg(Shot(size=(64, 48)))


def item_of(home: Home, sha256: str | None) -> Item:
    return home.library.item(home.alice, sha256 or "")


def has_thumbnail(home: Home, sha256: str | None) -> bool:
    return find(derivatives_folder(home.folder.derivatives, sha256 or ""), "thumbnail") is not None


def test_everything_pending_is_done(home: Home) -> None:
    photo = home.bring("IMG_1.JPG", PHOTO).sha256
    broken = home.bring("broken.jpg", PHOTO[: PHOTO.index(b"\xff\xdb") + 6]).sha256
    text = home.bring("20240518_120000.txt", b"Shopping list\n").sha256
    home.worker().drain()
    assert [item_of(home, each).state for each in (photo, broken, text)] == ["ready", "failed", "ready"]
    assert [item_of(home, each).day for each in (photo, broken, text)] == [
        "2024-05-17",
        "2024-05-17",
        "2024-05-18",
    ]
    assert [has_thumbnail(home, each) for each in (photo, broken, text)] == [True, False, False]
    failure = item_of(home, broken).failure
    assert failure is not None
    assert failure.step == "derivatives"
    assert home.catalog.jobs.queue(home.alice) == Queue(0, 0, 1)


@pytest.mark.parametrize(
    ("content", "mime"),
    [
        (b"<plist><key>adjustmentData</key></plist>", "application/vnd.apple.photos"),
        (b'<x:xmpmeta xmlns:x="adobe:ns:meta/"/>', "application/rdf+xml"),
    ],
)
@pytest.mark.parametrize("extension", ["jpg", "AAE", "xmp"])
def test_side_files_are_documents_whatever_their_name(
    home: Home, content: bytes, mime: str, extension: str
) -> None:
    sha256 = home.bring(f"IMG_1.{extension}", content).sha256
    home.worker().drain()
    item = item_of(home, sha256)
    assert (item.kind, item.mime, item.state, item.failure) == ("other", mime, "ready", None)
    assert not has_thumbnail(home, sha256)
    with home.library.open_original(home.alice, sha256 or "") as original:
        assert original.read() == content


@pytest.mark.parametrize("extension", ["AAE", "xmp"])
def test_side_files_are_in_the_shot_of_their_picture(home: Home, extension: str) -> None:
    photo = home.bring("IMG_1.JPG", PHOTO).sha256
    side = home.bring(f"IMG_1.{extension}", b"<plist><key>adjustmentData</key></plist>").sha256
    home.worker().drain()
    assert item_of(home, side).shot_id == item_of(home, photo).shot_id


def test_a_crash_is_tried_again_and_then_given_up_with_the_date_read(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    tasks: list[Task] = []

    def crash(task: Task) -> Outcome:
        tasks.append(task)
        if not task.metadata_only:
            raise RuntimeError("the process died")
        return decode(task)

    monkeypatch.setattr(module, "decode", crash)
    sha256 = home.bring("IMG_1.JPG", PHOTO).sha256
    home.worker().drain()
    assert [task.metadata_only for task in tasks] == [False] * MOST_ATTEMPTS + [True]
    item = item_of(home, sha256)
    assert (item.state, item.day) == (State.FAILED, "2024-05-17")
    assert not has_thumbnail(home, sha256)
    assert home.catalog.jobs.queue(home.alice) == Queue(0, 0, 1)


def test_a_file_that_crashes_whatever_is_read(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(_task: Task) -> Outcome:
        raise RuntimeError("the process died")

    monkeypatch.setattr(module, "decode", crash)
    sha256 = home.bring("IMG_1.JPG", PHOTO).sha256
    home.worker().drain()
    assert (item_of(home, sha256).state, item_of(home, sha256).day) == (State.FAILED, "unknown")


def test_a_crash_of_the_last_attempt_keeps_what_is_known(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(_task: Task) -> Outcome:
        raise RuntimeError("the process died")

    sha256 = home.bring("IMG_1.JPG", PHOTO, mtime=1715963401.0).sha256 or ""
    home.worker().drain()
    known = item_of(home, sha256)
    with home.catalog.jobs._database.write() as connection:
        enqueue(connection, home.alice, sha256, time.time())
    monkeypatch.setattr(module, "decode", crash)
    home.worker().drain()
    item = item_of(home, sha256)
    assert (item.state, item.metadata, item.day) == (State.FAILED, known.metadata, "2024-05-17")


def test_workers_that_die_are_no_fault_of_the_file(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Servers are killed and started again, however often; one crash of its own is still forgiven."""
    crashes = iter([RuntimeError("the process died")])

    def crash_once(task: Task) -> Outcome:
        for crash in crashes:
            raise crash
        return decode(task)

    monkeypatch.setattr(module, "decode", crash_once)
    sha256 = home.bring("IMG_1.JPG", PHOTO).sha256
    for _ in range(5):
        home.catalog.jobs.claim(1, 60, time.time())
        home.catalog.jobs.release_all()
    home.worker().drain()
    assert item_of(home, sha256).state is State.READY


def test_a_very_large_picture_that_has_to_wait_is_not_to_blame(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = [Outcome(Metadata(), None, must_wait=True)] * (MOST_ATTEMPTS + 1)
    monkeypatch.setattr(module, "decode", lambda task: left.pop() if left else decode(task))
    sha256 = home.bring("IMG_1.JPG", PHOTO).sha256
    home.worker().drain()
    assert (item_of(home, sha256).state, left) == (State.READY, [])
    assert has_thumbnail(home, sha256)


def test_a_batch_of_missing_originals_does_not_end_the_work(home: Home) -> None:
    photo = home.bring("IMG_1.JPG", PHOTO).sha256
    for number in range(20):
        missing = home.bring(f"{number}.txt", b"text %d" % number).sha256
        home.intake.originals.remove(missing or "")
    home.worker().drain()
    assert item_of(home, photo).state is State.READY
    assert home.catalog.jobs.queue(home.alice) == Queue(0, 0, 20)


def test_a_broken_pool_ends_the_run_and_gives_the_jobs_back(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: object, **_options: object) -> None:
        raise RuntimeError("Unexpected error within the Pool")

    home.bring("IMG_1.JPG", PHOTO)
    monkeypatch.setattr(ProcessPool, "schedule", broken)
    monkeypatch.setattr(Crew, "prepare", lambda *_: None)
    with pytest.raises(PoolBroken):
        home.worker().run(threading.Event(), threading.Event())
    (job,) = home.catalog.jobs.claim(1, 60, time.time())
    assert job.attempts == 1


def test_trouble_with_the_catalog_passes(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    troubles = iter([OSError("the disk is away")])
    claim = Jobs.claim

    def troubled(jobs: Jobs, most: int, lease_s: float, now: float, lane: Lane) -> tuple[Job, ...]:
        for trouble in troubles:
            raise trouble
        return claim(jobs, most, lease_s, now, lane)

    monkeypatch.setattr(Jobs, "claim", troubled)
    monkeypatch.setattr(module, "_PAUSE_AFTER_ERROR_S", 0.01)
    sha256 = home.bring("notes.txt", b"text").sha256
    with working(home):
        wait_until(lambda: is_ready(home, sha256))


def test_a_full_disk_costs_a_photo_nothing(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def full_disk(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    sha256 = home.bring("IMG_1.JPG", PHOTO).sha256
    with monkeypatch.context() as full:
        full.setattr("os.replace", full_disk)
        for _ in range(MOST_ATTEMPTS + 1):
            with pytest.raises(NoRoom):
                home.worker().drain()
    assert home.catalog.jobs.queue(home.alice) == Queue(1, 0, 0)
    home.worker().drain()
    assert item_of(home, sha256).state is State.READY
    assert has_thumbnail(home, sha256)


def test_the_work_goes_on_when_there_is_room(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "decode", _find_no_room_at_first)
    monkeypatch.setattr(module, "_PAUSE_AFTER_ERROR_S", 0.05)
    digests = [home.bring(f"{number}.jpg", photos.jpeg(Shot(seed=number))).sha256 for number in range(3)]
    tried = home.folder.derivatives / "tried"
    with working(home):
        wait_until(lambda: tried.exists() and tried.stat().st_size > 2 * MOST_ATTEMPTS)
        assert [item_of(home, each).state for each in digests] == [State.PENDING] * 3
        (home.folder.derivatives / "room").touch()
        wait_until(lambda: all(is_ready(home, each) for each in digests))


def test_a_catalog_without_room_takes_the_outcome_later(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Long before the claim runs out."""
    refusals = iter([NoRoom(), NoRoom()])
    finish: Callable[..., bool] = Jobs.finish

    def full(*arguments: object) -> bool:
        for refusal in refusals:
            raise refusal
        return finish(*arguments)

    monkeypatch.setattr(Jobs, "finish", full)
    monkeypatch.setattr(module, "decode", _work_once)
    monkeypatch.setattr(module, "_PAUSE_AFTER_ERROR_S", 0.01)
    digests = [home.bring(f"{number}.jpg", photos.jpeg(Shot(seed=number))).sha256 for number in range(3)]
    with working(home):
        wait_until(lambda: all(is_ready(home, each) for each in digests))
    assert next(refusals, None) is None


def test_a_crash_that_does_not_come_back(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    crashes = iter([RuntimeError("the process died")])

    def crash_once(task: Task) -> Outcome:
        for crash in crashes:
            raise crash
        return decode(task)

    monkeypatch.setattr(module, "decode", crash_once)
    sha256 = home.bring("IMG_1.JPG", PHOTO).sha256
    home.worker().drain()
    assert item_of(home, sha256).state is State.READY
    assert has_thumbnail(home, sha256)


def test_a_lost_claim_is_discarded(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the first worker decodes, its lease runs out and another one finishes."""
    stolen: list[Job] = []

    def slow(task: Task) -> Outcome:
        outcome = decode(task)
        if not stolen:
            stolen.extend(home.catalog.jobs.claim(1, 60, time.time() + 10 * module.LEASE_S))
        return outcome

    monkeypatch.setattr(module, "decode", slow)
    sha256 = home.bring("IMG_1.JPG", PHOTO).sha256
    home.worker().drain()
    assert len(stolen) == 1
    assert item_of(home, sha256).state is State.PENDING
    assert home.catalog.jobs.queue(home.alice) == Queue(0, 1, 0)


def test_a_missing_original_stops_nobody(home: Home) -> None:
    photo = home.bring("IMG_1.JPG", PHOTO).sha256
    missing = home.bring("gone.jpg", photos.jpeg(Shot(seed=1))).sha256
    home.intake.originals.remove(missing or "")
    home.worker().drain()
    assert item_of(home, photo).state is State.READY
    item = item_of(home, missing)
    assert (item.state, item.failure is not None) == (State.FAILED, True)


def test_what_the_client_declared_reaches_the_pipeline(home: Home) -> None:
    sha256 = home.bring("scan.gif", photos.gif(), mtime=1715963401.0).sha256
    home.worker().drain()
    captured = item_of(home, sha256).metadata.captured
    assert captured is not None
    assert captured.source == "client mtime"


def wait_until(is_true: Callable[[], bool], timeout_s: float = 60.0) -> None:
    deadline = time.monotonic() + timeout_s
    while not is_true():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.05)


def test_real_processes(home: Home) -> None:
    early = [home.bring(f"{number}.jpg", photos.jpeg(Shot(seed=number))).sha256 for number in range(4)]
    with working(home, processes=2) as wake:
        wait_until(lambda: home.catalog.jobs.queue(home.alice) == Queue(0, 0, 0))
        late = home.bring("late.jpg", PHOTO).sha256
        wake.set()
        wait_until(lambda: is_ready(home, late))
    assert all(has_thumbnail(home, each) for each in (*early, late))


def test_stopping_gives_claims_back(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "decode", _wait_long)
    home.bring("IMG_1.JPG", PHOTO)
    with working(home):
        wait_until(lambda: home.catalog.jobs.queue(home.alice) == Queue(0, 1, 0))
    assert home.catalog.jobs.queue(home.alice) == Queue(1, 0, 0)
    (job,) = home.catalog.jobs.claim(1, 60, time.time())
    assert job.attempts == 1


@pytest.mark.parametrize("kind", [JobKind.INDEX, JobKind.FULL])
def test_the_deadline_of_a_picture(home: Home, kind: JobKind) -> None:
    item = item_of(home, home.bring("a.txt", b"text").sha256)
    assert deadline_of(kind, item) == 120 + LONGEST_WAIT_S  # of which others may take that much


@pytest.mark.parametrize(
    ("duration_s", "most_s"), [(5.0, 1200), (None, 2 * 3600), (600.0, 2 * 3600), (1e6, 8 * 3600)]
)
def test_the_deadline_of_a_film(home: Home, tmp_path: Path, duration_s: float | None, most_s: float) -> None:
    """ffmpeg's own deadlines, of the film and of two tries at the clip, come first: they word themselves."""
    original = tmp_path / "film.mp4"
    original.write_bytes(b"film")
    film_s = videos.film_limits(original, Streams(64, 48, duration_s=duration_s)).deadline_s
    item = item_of(home, home.bring("film.mp4", b"film").sha256)
    known = replace(item, metadata=Metadata(duration_s=duration_s))
    least_s = film_s + 2 * videos.CLIP_LIMITS.deadline_s
    assert least_s < deadline_of(JobKind.FILM, known) <= most_s


def test_a_film_that_crashes_is_tried_twice_and_then_failed(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tasks: list[JobKind] = []

    def crash(task: Task) -> Outcome:
        tasks.append(task.kind)
        if task.kind is JobKind.FILM:
            raise RuntimeError("the process died")
        return decode(task)

    monkeypatch.setattr(module, "decode", crash)
    film = make_film(tmp_path / "film.mp4", seconds=0.5)
    sha256 = home.bring("film.mp4", film.read_bytes()).sha256
    home.worker().drain()
    assert tasks == [JobKind.INDEX, JobKind.FILM, JobKind.FILM]
    item = item_of(home, sha256)
    assert item.failure is not None
    assert (item.state, item.failure.step, item.metadata.width) == (State.FAILED, "film", 320)
    assert has_thumbnail(home, sha256)


@contextmanager
def working(home: Home, processes: int = 1) -> Iterator[threading.Event]:
    """A worker that runs; the event wakes it."""
    wake, stop = threading.Event(), threading.Event()
    thread = threading.Thread(target=home.worker(processes).run, args=(wake, stop))
    thread.start()
    try:
        yield wake
    finally:
        stop.set()
        wake.set()
        thread.join(30)
    assert not thread.is_alive()


def test_a_film_keeps_no_picture_waiting(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The only process for films hangs; pictures that come meanwhile are done."""
    monkeypatch.setattr(module, "decode", _hang_at_films)
    film = make_film(tmp_path / "film.mp4", seconds=0.5)
    video = home.bring("film.mp4", film.read_bytes()).sha256
    with working(home) as wake:
        wait_until(lambda: home.catalog.jobs.queue(home.alice) == Queue(0, 1, 0) and is_ready(home, video))
        photo = home.bring("IMG_1.JPG", PHOTO).sha256
        wake.set()
        wait_until(lambda: is_ready(home, photo))
        assert home.catalog.jobs.queue(home.alice) == Queue(0, 1, 0)


def test_films_by_real_processes(home: Home, tmp_path: Path) -> None:
    film = make_film(tmp_path / "film.avi", "-c:v", "mpeg4", seconds=0.5)
    sha256 = home.bring("film.avi", film.read_bytes()).sha256 or ""
    with working(home, processes=2):
        wait_until(lambda: is_ready(home, sha256) and home.catalog.jobs.queue(home.alice) == Queue(0, 0, 0))
    folder = derivatives_folder(home.folder.derivatives, sha256)
    assert all(find(folder, name) for name in ("thumbnail", "preview", "clip", "playable"))


@pytest.mark.parametrize("misdeed", ["hang", "eat memory", "die", "call home"])
def test_a_file_that_misbehaves_is_failed_and_the_next_is_done(
    home: Home, monkeypatch: pytest.MonkeyPatch, misdeed: str
) -> None:
    monkeypatch.setattr(module, "decode", _misbehave)
    monkeypatch.setattr(module, "_DEADLINE_S", 2.0)
    monkeypatch.setattr(module, "LONGEST_WAIT_S", 0.0)
    bad = home.bring(f"{misdeed}.jpg", photos.jpeg(Shot(seed=7))).sha256
    with working(home):
        wait_until(lambda: item_of(home, bad).state is State.FAILED)
        good = home.bring("good.jpg", PHOTO).sha256
        wait_until(lambda: is_ready(home, good))
    item = item_of(home, bad)
    assert item.failure is not None
    assert (item.failure.step, item.day) == ("derivatives", "2024-05-17")


def test_processes_that_are_killed_in_the_middle(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever kills one of them (the kernel short of memory, say): its photo is done all the same."""
    monkeypatch.setattr(module, "decode", _tell_and_wait)
    sha256 = home.bring("IMG_1.JPG", PHOTO).sha256
    told = home.folder.derivatives / "pid"
    with working(home):
        wait_until(lambda: told.exists() and bool(told.read_text()))
        os.kill(int(told.read_text()), signal.SIGKILL)
        wait_until(lambda: is_ready(home, sha256))
    assert home.catalog.jobs.queue(home.alice) == Queue(0, 0, 0)


def test_a_pause_stops_what_waits_until_it_ends(home: Home) -> None:
    with working(home) as wake:
        home.library.pause(is_paused=True)
        sha256 = home.bring("notes.txt", b"text").sha256
        for _ in range(5):
            wake.set()
            time.sleep(0.1)
        assert home.catalog.jobs.queue(home.alice) == Queue(1, 0, 0)
        home.library.pause(is_paused=False)
        wake.set()
        wait_until(lambda: is_ready(home, sha256))


def test_what_an_older_recipe_made_is_made_anew(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the background, when the worker starts with a new one; the failed have another chance."""
    monkeypatch.setattr(module, "STILLS_RECIPE", 0)
    monkeypatch.setattr(module, "decode", lambda task: Outcome(Metadata(), _broken(task)))
    good = home.bring("good.jpg", PHOTO).sha256
    bad = home.bring("bad.jpg", photos.jpeg(Shot(seed=1))).sha256
    home.worker().drain()
    assert [item_of(home, each).state for each in (good, bad)] == ["ready", "failed"]
    monkeypatch.undo()
    with working(home):
        wait_until(lambda: all(item_of(home, each).metadata.thumbhash for each in (good, bad)))
    assert [item_of(home, each).state for each in (good, bad)] == ["ready", "ready"]
    assert home.catalog.jobs.queue(home.alice) == Queue(0, 0, 0)


def test_a_better_recipe_makes_its_own_derivative_anew_and_no_other(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = make_film(tmp_path / "a.avi", "-c:v", "mpeg4", sound=None, seconds=1).read_bytes()
    folder = derivatives_folder(home.folder.derivatives, home.bring("a.avi", content).sha256 or "")
    worker = home.worker()
    worker.drain()
    made = _made(folder)
    for better in (None, Derivative.CLIP, Derivative.THUMBNAIL, Derivative.TV):
        if better:
            monkeypatch.setitem(RECIPES, better, RECIPES[better] + 1)
        monkeypatch.setattr(module, "STILLS_RECIPE", RECIPES[Derivative.THUMBNAIL])
        assert worker._remake() == (better is Derivative.THUMBNAIL)
        worker.drain()
        remade = {name: ids for name, ids in _made(folder).items() if made.get(name) != ids}
        # The two stills come of one decode; what televisions get of this film is its playable version.
        wanted = {"preview", "thumbnail"} if better is Derivative.THUMBNAIL else {better} - {None, "tv"}
        assert set(remade) == wanted, better
        made |= remade
    (on_tv,) = home.catalog.tv.days(home.alice) or ("unknown",)
    (file,) = home.catalog.tv.day(home.alice, on_tv)
    assert file.size_bytes == find(folder, "playable")[0].stat().st_size  # type: ignore[index]


def _made(folder: Path) -> dict[str, tuple[str, int]]:
    """Derivative -> the file that it is now."""
    return {file.name.partition("-")[0]: (file.name, file.stat().st_ino) for file in folder.iterdir()}


def test_claims_of_long_work_are_kept(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "decode", _wait_long)
    monkeypatch.setattr(module, "LEASE_S", 1.0)
    monkeypatch.setattr(module, "_LOOK_AGAIN_S", 0.05)
    home.bring("IMG_1.JPG", PHOTO)
    with working(home):
        wait_until(lambda: home.catalog.jobs.queue(home.alice) == Queue(0, 1, 0))
        time.sleep(2.5)
        assert home.catalog.jobs.claim(1, 60, time.time()) == ()


def is_ready(home: Home, sha256: str | None) -> bool:
    return item_of(home, sha256).state is State.READY


def _broken(task: Task) -> Failure | None:
    return Failure("derivatives", "It is broken.") if task.name == "bad.jpg" else None


def _hang_at_films(task: Task) -> Outcome:
    return _wait_long(task) if task.kind is JobKind.FILM else decode(task)


def _misbehave(task: Task) -> Outcome:
    if task.metadata_only or task.name == "good.jpg":
        return decode(task)
    if task.name == "hang.jpg":
        return _wait_long(task)
    if task.name == "die.jpg":
        os.kill(os.getpid(), signal.SIGKILL)
    if task.name == "call home.jpg":
        socket.create_connection(("127.0.0.1", 9), 1)
    raise AssertionError([bytes(1 << 24) for _ in range(1000)])


def _tell_and_wait(task: Task) -> Outcome:
    told = task.derivatives.parent.parent.parent / "pid"
    if told.exists():
        return decode(task)
    told.write_text(str(os.getpid()))
    return _wait_long(task)


def _find_no_room_at_first(task: Task) -> Outcome:
    root = task.derivatives.parent.parent.parent
    if (root / "room").exists():
        return decode(task)
    with (root / "tried").open("a") as tried:
        tried.write(".")
    return Outcome(Metadata(), None, found_no_room=True)


def _work_once(task: Task) -> Outcome:
    (task.derivatives.parent.parent.parent / f"done {task.name}").touch(exist_ok=False)
    return decode(task)


def _wait_long(_task: Task) -> Outcome:
    time.sleep(300)
    raise AssertionError
