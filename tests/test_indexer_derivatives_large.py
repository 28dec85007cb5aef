"""Very large pictures one at a time: real locks of threads and processes, and what counts as large."""

from __future__ import annotations

import errno
import io
import multiprocessing
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from indexer.derivatives import large
from indexer.derivatives.files import Derivative
from indexer.derivatives.large import FROM_PIXELS, MustWait, alone
from indexer.derivatives.makers import pixels_for
from indexer.identify import identify
from indexer.model import Kind, MediaType, Task
from indexer.pipeline import run
from tests import jpegxl, photos
from tests.photos import Shot, quarters
from tests.raws import dng

SIZE = (1920, 1280)
STORED = SIZE[0] * SIZE[1]
BIG = (4800, 3200)


def encoded(encoder: str, size: tuple[int, int] = SIZE, **options: Any) -> bytes:
    buffer = io.BytesIO()
    quarters(size).save(buffer, encoder, **options)
    return buffer.getvalue()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(large, "LONGEST_WAIT_S", 0.2)


def test_one_at_a_time(tmp_path: Path) -> None:
    at_once, most = [0], [0]

    def decode() -> None:
        with alone(tmp_path, FROM_PIXELS):
            at_once[0] += 1
            most[0] = max(most[0], at_once[0])
            time.sleep(0.2)
            at_once[0] -= 1

    threads = [threading.Thread(target=decode) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1]


@pytest.mark.usefixtures("impatient")
def test_who_waits_for_too_long_gives_up(tmp_path: Path) -> None:
    with alone(tmp_path, FROM_PIXELS), pytest.raises(MustWait), alone(tmp_path, FROM_PIXELS):
        pass
    with alone(tmp_path, FROM_PIXELS):
        pass


@pytest.mark.usefixtures("impatient")
def test_small_ones_wait_for_nobody(tmp_path: Path) -> None:
    with alone(tmp_path, FROM_PIXELS), alone(tmp_path, FROM_PIXELS - 1), alone(None, FROM_PIXELS):
        pass


def hold(folder: Path, has_begun: Any) -> None:
    with alone(folder, FROM_PIXELS):
        has_begun.set()
        time.sleep(3600)


def test_a_process_that_is_killed_holds_up_nobody(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    has_begun = context.Event()
    process = context.Process(target=hold, args=(tmp_path, has_begun))
    process.start()
    assert has_begun.wait(30)
    threading.Timer(0.5, process.kill).start()
    with alone(tmp_path, FROM_PIXELS):
        process.join()


@pytest.mark.parametrize("error", [OSError(errno.EIO, "no")])
def test_the_lock_is_given_back_whatever_happens(tmp_path: Path, error: OSError) -> None:
    with pytest.raises(OSError, match="no"), alone(tmp_path, FROM_PIXELS):
        raise error
    with alone(tmp_path, FROM_PIXELS):
        pass


@pytest.mark.parametrize(
    ("content", "made", "pixels"),
    [
        (encoded("JPEG", BIG), Derivative.PREVIEW, BIG[0] * BIG[1] // 4),  # shrunk while it is decoded
        (encoded("JPEG", BIG, progressive=True), Derivative.PREVIEW, BIG[0] * BIG[1]),
        (encoded("JPEG", BIG), Derivative.FULL, BIG[0] * BIG[1]),
        (encoded("PNG"), Derivative.PREVIEW, STORED),
        (encoded("TIFF"), Derivative.TV, STORED),
        (photos.heic(Shot(size=SIZE)), Derivative.PREVIEW, STORED),
        (jpegxl.encode(quarters(SIZE)), Derivative.PREVIEW, STORED),
        (encoded("PNG")[:20], Derivative.PREVIEW, 0),
        (b"no picture", Derivative.PREVIEW, 0),
    ],
)
def test_what_is_in_memory_at_once(tmp_path: Path, content: bytes, made: Derivative, pixels: int) -> None:
    assert count(tmp_path, content, made) == pixels


@pytest.mark.parametrize(
    ("preview", "made", "pixels"),
    [
        (None, Derivative.PREVIEW, STORED),
        (encoded("JPEG"), Derivative.PREVIEW, 0),  # the camera's own will do
        (encoded("JPEG"), Derivative.FULL, STORED),
        (encoded("JPEG", (160, 107)), Derivative.PREVIEW, STORED),
    ],
)
def test_what_is_developed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, preview: bytes | None, made: Derivative, pixels: int
) -> None:
    raw = dng(quarters(SIZE), preview=preview)
    assert count(tmp_path, raw, made) == 0
    monkeypatch.setattr(large, "FROM_PIXELS", STORED)
    assert count(tmp_path, raw, made) == pixels


def count(folder: Path, content: bytes, made: Derivative) -> int:
    original = folder / "original"
    original.write_bytes(content)
    return pixels_for(made, original, identify(io.BytesIO(content)))


def test_a_damaged_raw_counts_nothing(tmp_path: Path) -> None:
    original = tmp_path / "original"
    original.write_bytes(b"II*\0 and no more")
    assert pixels_for(Derivative.PREVIEW, original, MediaType(Kind.RAW, "image/x-adobe-dng", ".dng")) == 0


@pytest.fixture
def task(tmp_path: Path) -> Task:
    original = tmp_path / "original"
    original.write_bytes(encoded("PNG"))
    media = MediaType(Kind.IMAGE, "image/png", ".png")
    return Task(original, media, "a.png", None, tmp_path / "made", 0.0, lock_folder=tmp_path)


@pytest.mark.usefixtures("impatient")
def test_the_pipeline_waits_for_its_turn(task: Task, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(large, "FROM_PIXELS", STORED)
    assert task.lock_folder
    with alone(task.lock_folder, STORED):
        outcome = run(task)
        assert (outcome.must_wait, outcome.failure) == (True, None)
        assert not task.derivatives.exists()
        monkeypatch.setattr(large, "FROM_PIXELS", STORED + 1)
        assert not run(task).must_wait
    outcome = run(task)
    assert (outcome.must_wait, outcome.failure) == (False, None)
    assert outcome.metadata.thumbhash
