"""One original's way through the steps: what is learnt, and that failure has walls."""

from __future__ import annotations

import errno
import io
import logging
import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from indexer import pipeline
from indexer.derivatives.files import find
from indexer.identify import identify
from indexer.knowledge import Camera, CaptureTime, Confidence, Metadata, Position
from indexer.model import Failure, JobKind, Kind, Outcome, Task
from indexer.pipeline import STEPS, Learnt, run
from tests import photos, samples
from tests.films import make_film
from tests.photos import Shot
from tests.raws import dng

NOW = datetime(2026, 11, 1, tzinfo=UTC).timestamp()
SHOT = Shot(
    size=(640, 480), subsec="5", offset="+02:00", gps=(47.5, 8.25), make="Canon", model="EOS", orientation=6
)


def task_for(folder: Path, content: bytes, name: str = "IMG_0001.JPG", mtime: float | None = None) -> Task:
    original = folder / "original"
    original.write_bytes(content)
    return Task(original, identify(io.BytesIO(content)), name, mtime, folder / "derivatives", NOW)


def derivatives_of(task: Task) -> list[str]:
    """The names of what was made, without recipe and extension."""
    if not task.derivatives.exists():
        return []
    return sorted(path.name.partition("-")[0] for path in task.derivatives.iterdir())


def outcome_word(task: Task, outcome: Outcome) -> str:
    """The manifest's word for what became of a file."""
    if find(task.derivatives, "thumbnail") and find(task.derivatives, "preview"):
        return "thumbnail"
    return "reject-cleanly" if outcome.failure else "no-thumbnail"


def test_a_picture(tmp_path: Path) -> None:
    task = task_for(tmp_path, photos.jpeg(SHOT))
    outcome = run(task)
    assert outcome.metadata.thumbhash is not None
    assert outcome.metadata.place is not None
    assert outcome.metadata.place.endswith(", Switzerland")
    assert outcome == Outcome(
        Metadata(
            width=480,
            height=640,
            captured=CaptureTime("2024-05-17T18:30:01.5", "ExifIFD:DateTimeOriginal", "+02:00"),
            camera=Camera("Canon", "EOS"),
            position=Position(47.5, 8.25),
            place=outcome.metadata.place,
            thumbhash=outcome.metadata.thumbhash,
            color_space=outcome.metadata.color_space,
        ),
        failure=None,
    )
    assert outcome_word(task, run(task)) == "thumbnail"


def test_metadata_only_makes_no_derivatives(tmp_path: Path) -> None:
    task = replace(task_for(tmp_path, photos.jpeg(SHOT)), metadata_only=True)
    outcome = run(task)
    assert outcome.failure is None
    assert outcome.metadata.camera == Camera("Canon", "EOS")
    assert not task.derivatives.exists()


@pytest.mark.parametrize(
    ("content", "kind", "has_failed"),
    [
        (b"FUJIFILMCCD-RAW 0201", Kind.RAW, True),
        (b"\x00\x00\x01\xba" + bytes(64), Kind.VIDEO, True),
        (b"Shopping list\n", Kind.OTHER, False),
    ],
)
def test_what_cannot_be_decoded_still_has_a_date(
    content: bytes, kind: Kind, has_failed: bool, tmp_path: Path
) -> None:
    task = task_for(tmp_path, content, name="20240517_183001.bin")
    assert task.media.kind is kind
    outcome = run(task)
    assert outcome.metadata.captured is not None
    assert outcome.metadata.captured.taken_at == "2024-05-17T18:30:01"
    assert (outcome.failure is not None) is has_failed
    assert derivatives_of(task) == []


def test_a_video_in_two_jobs(tmp_path: Path) -> None:
    film = make_film(tmp_path / "film.avi", "-c:v", "mpeg4", seconds=0.5)
    task = replace(task_for(tmp_path, film.read_bytes()), kind=JobKind.INDEX)
    outcome = run(task)
    assert (outcome.failure, outcome.metadata.width) == (None, 320)
    assert derivatives_of(task) == ["preview", "thumbnail"]
    assert run(replace(task, kind=JobKind.FILM)) == Outcome(Metadata(), None)
    assert derivatives_of(task) == ["clip", "playable", "preview", "thumbnail"]


def test_a_film_is_made_once(tmp_path: Path) -> None:
    """Somebody else may hold the same bytes, and hints have an item indexed again."""
    film = make_film(tmp_path / "film.avi", "-c:v", "mpeg4", seconds=0.5)
    task = replace(task_for(tmp_path, film.read_bytes()), kind=JobKind.FILM)
    run(task)
    made = {path.name: path.stat().st_ino for path in task.derivatives.iterdir()}
    assert run(task).failure is None
    assert {path.name: path.stat().st_ino for path in task.derivatives.iterdir()} == made
    clip = next(task.derivatives.glob("clip-*"))
    clip.rename(clip.with_name("clip-1.mp4"))
    run(task)
    assert {path.name for path in task.derivatives.iterdir()} == set(made)


def test_a_film_that_cannot_be_made(tmp_path: Path) -> None:
    task = replace(task_for(tmp_path, b"\x00\x00\x01\xba" + bytes(64)), kind=JobKind.FILM)
    failure = run(task).failure
    assert failure is not None
    assert failure.step == "film"


@pytest.mark.parametrize(
    "content", [photos.heic(SHOT), dng(photos.quarters((300, 200)))], ids=["heic", "dng"]
)
def test_a_picture_in_full_size(content: bytes, tmp_path: Path) -> None:
    task = replace(task_for(tmp_path, content), kind=JobKind.FULL)
    assert run(task) == Outcome(Metadata(), None)
    assert derivatives_of(task) == ["full"]


def test_what_an_older_recipe_made_serves_until_the_new_is_there(tmp_path: Path) -> None:
    task = task_for(tmp_path, photos.jpeg(SHOT))
    for name in ("thumbnail-0.webp", "full-0.jpg", "clip-0.mp4"):
        task.derivatives.mkdir(exist_ok=True)
        (task.derivatives / name).write_bytes(b"old")
    assert run(replace(task, metadata_only=True)).failure is None
    assert derivatives_of(task) == ["clip", "full", "thumbnail"]
    assert run(task).failure is None
    assert derivatives_of(task) == ["clip", "preview", "thumbnail"]
    found = find(task.derivatives, "thumbnail")
    assert found is not None
    assert found[0].read_bytes() != b"old"


@pytest.mark.parametrize("full", [errno.ENOSPC, errno.EDQUOT])
@pytest.mark.parametrize("step", ["read_metadata", "make_derivatives"])
def test_a_full_disk_is_no_fault_of_the_file(
    full: int, step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> Learnt:
        raise OSError(full, os.strerror(full))

    steps = [(name, fail if each.__name__ == step else each) for name, each in STEPS[JobKind.INDEX]]
    monkeypatch.setitem(STEPS, JobKind.INDEX, tuple(steps))
    outcome = run(task_for(tmp_path, photos.jpeg(SHOT)))
    assert (outcome.failure, outcome.found_no_room) == (None, True)


def test_an_unknown_date_stays_unknown(tmp_path: Path) -> None:
    assert run(task_for(tmp_path, photos.gif())).metadata.captured is None


def test_a_broken_picture_keeps_its_date(tmp_path: Path) -> None:
    content = photos.jpeg(SHOT)
    cut = content[: content.index(b"\xff\xdb") + 6]
    outcome = run(task_for(tmp_path, cut))
    assert outcome.failure is not None
    assert outcome.failure.step == "derivatives"
    assert outcome.metadata.captured is not None
    assert outcome.metadata.captured.taken_at == "2024-05-17T18:30:01.5"


def test_broken_exif_keeps_its_thumbnail(tmp_path: Path) -> None:
    content = bytearray(photos.jpeg(SHOT))
    start = content.index(b"Exif\x00\x00") + 6
    content[start + 8 : start + 60] = b"\xff" * 52
    task = task_for(tmp_path, bytes(content))
    outcome = run(task)
    assert outcome.failure is None
    assert outcome_word(task, outcome) == "thumbnail"


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (MemoryError(), "The file needs more memory than one file may take."),
        (
            OSError(5, "Input/output error"),
            "The server could not read or write a file: Input/output error.",
        ),
        (RecursionError("deep"), "An unexpected error came up: RecursionError."),
    ],
)
def test_a_failing_step_has_walls(
    error: Exception,
    reason: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(_task: Task, _learnt: Learnt) -> Learnt:
        raise error

    steps = (("metadata", fail), *pipeline.STEPS[JobKind.INDEX][1:], ("last", fail))
    monkeypatch.setitem(pipeline.STEPS, JobKind.INDEX, steps)
    task = task_for(tmp_path, photos.jpeg(SHOT), name="20240517_183001.jpg")
    with caplog.at_level(logging.WARNING):
        outcome = run(task)
    assert outcome.failure == Failure("metadata", reason)
    assert outcome.metadata.captured == CaptureTime(
        "2024-05-17T18:30:01", "file name", None, Confidence.MEDIUM
    )
    assert outcome_word(task, outcome) == "thumbnail"
    assert "original" in caplog.text


def test_a_missing_original_is_told(tmp_path: Path) -> None:
    task = task_for(tmp_path, photos.jpeg(SHOT))
    task.original.unlink()
    failure = run(task).failure
    assert failure is not None
    assert failure.reason == "The server could not read or write a file: No such file or directory."


def test_running_twice_changes_nothing(tmp_path: Path) -> None:
    task = task_for(tmp_path, photos.jpeg(SHOT))
    first = run(task)
    before = {path.name: path.read_bytes() for path in task.derivatives.iterdir()}
    assert run(task) == first
    assert {path.name: path.read_bytes() for path in task.derivatives.iterdir()} == before


STILLS_AND_BROKEN = [each for each in samples.load() if each.kind in ("image", "other", "broken")]


@samples.needs_samples
@pytest.mark.parametrize("sample", STILLS_AND_BROKEN, ids=str)
def test_outcome_of_samples(sample: samples.Sample, tmp_path: Path) -> None:
    with sample.file.open("rb") as file:
        media = identify(file)
    task = Task(sample.file, media, sample.name, None, tmp_path / "derivatives", NOW)
    outcome = run(task)
    assert outcome_word(task, outcome) in sample.accepted
    if sample.kind == "image":
        assert outcome.failure is None or "reject-cleanly" in sample.accepted


@samples.needs_samples
@pytest.mark.parametrize(
    ("path", "taken_at"),
    [
        ("jpeg/telegram_2020-01-30_09-57-18.jpg", "2020-01-30T09:57:18"),
        ("other-images/Screenshot 2019-05-21 at 10.45.52.png", "2019-05-21T10:45:52"),
    ],
)
def test_samples_with_a_date_in_their_name_only(path: str, taken_at: str, tmp_path: Path) -> None:
    sample = samples.named(path)
    with sample.file.open("rb") as file:
        media = identify(file)
    outcome = run(Task(sample.file, media, sample.name, 1.7e9, tmp_path, NOW, metadata_only=True))
    assert outcome.metadata.captured == CaptureTime(taken_at, "file name", None, Confidence.MEDIUM)
