"""One original's way through the steps: what is learnt, and that failure has walls."""

from __future__ import annotations

import io
import logging
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from indexer import pipeline
from indexer.derivatives.files import find
from indexer.identify import identify
from indexer.knowledge import Camera, CaptureTime, Metadata, Position
from indexer.model import Failure, Kind, Outcome, Task
from indexer.pipeline import Learnt, run
from tests import photos, samples
from tests.photos import Shot

NOW = datetime(2026, 11, 1, tzinfo=UTC).timestamp()
SHOT = Shot(
    size=(640, 480), subsec="5", offset="+02:00", gps=(47.5, 8.25), make="Canon", model="EOS", orientation=6
)


def task_for(folder: Path, content: bytes, name: str = "IMG_0001.JPG", mtime: float | None = None) -> Task:
    original = folder / "original"
    original.write_bytes(content)
    return Task(original, identify(io.BytesIO(content)), name, mtime, folder / "derivatives", NOW)


def outcome_word(task: Task, outcome: Outcome) -> str:
    """The manifest's word for what became of a file."""
    if find(task.derivatives, "thumbnail") and find(task.derivatives, "preview"):
        return "thumbnail"
    return "reject-cleanly" if outcome.failure else "no-thumbnail"


def test_a_picture(tmp_path: Path) -> None:
    task = task_for(tmp_path, photos.jpeg(SHOT))
    assert run(task) == Outcome(
        Metadata(
            width=480,
            height=640,
            captured=CaptureTime("2024-05-17T18:30:01.5", "ExifIFD:DateTimeOriginal", "+02:00"),
            camera=Camera("Canon", "EOS"),
            position=Position(47.5, 8.25),
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
    ("content", "kind"),
    [
        (b"FUJIFILMCCD-RAW 0201", Kind.RAW),
        (b"\x00\x00\x01\xba" + bytes(64), Kind.VIDEO),
        (b"Shopping list\n", Kind.OTHER),
    ],
)
def test_kinds_to_come_have_a_date_and_no_failure(content: bytes, kind: Kind, tmp_path: Path) -> None:
    task = task_for(tmp_path, content, name="20240517_183001.bin")
    assert task.media.kind is kind
    captured = CaptureTime("2024-05-17T18:30:01", "file name")
    assert run(task) == Outcome(Metadata(captured=captured), failure=None)
    assert not task.derivatives.exists()


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
            OSError(28, "No space left on device"),
            "The server could not read or write a file: No space left on device.",
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

    monkeypatch.setattr(pipeline, "STEPS", (("metadata", fail), *pipeline.STEPS[1:], ("last", fail)))
    task = task_for(tmp_path, photos.jpeg(SHOT), name="20240517_183001.jpg")
    with caplog.at_level(logging.WARNING):
        outcome = run(task)
    assert outcome.failure == Failure("metadata", reason)
    assert outcome.metadata.captured == CaptureTime("2024-05-17T18:30:01", "file name")
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
    assert outcome.metadata.captured == CaptureTime(taken_at, "file name")
