"""Derivative files: found by their newest recipe, written whole or not at all."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from indexer.derivatives.files import (
    RECIPES,
    Derivative,
    drop_older,
    edition,
    find,
    is_current,
    making,
    write,
)


def test_nothing_there(tmp_path: Path) -> None:
    assert find(tmp_path, "thumbnail") is None
    assert find(tmp_path / "missing", "thumbnail") is None


@pytest.mark.parametrize(("extension", "mime"), [(".jpg", "image/jpeg"), (".webp", "image/webp")])
def test_written_is_found(extension: str, mime: str, tmp_path: Path) -> None:
    folder = tmp_path / "ab" / "cd"
    path = write(folder, Derivative.PREVIEW, extension, b"picture")
    assert find(folder, "preview") == (path, mime)
    assert path.read_bytes() == b"picture"
    assert find(folder, "thumbnail") is None


def test_the_newest_recipe_wins_by_number(tmp_path: Path) -> None:
    for name in ("thumbnail-2.jpg", "thumbnail-10.webp", "thumbnail-9.webp", "preview-11.jpg"):
        (tmp_path / name).write_bytes(b"picture")
    assert find(tmp_path, "thumbnail") == (tmp_path / "thumbnail-10.webp", "image/webp")


@pytest.mark.parametrize("name", ["thumbnail-1.exe", "thumbnail-x.jpg", "thumbnail.jpg", ".making-thumbnail"])
def test_other_files_are_passed_over(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(b"picture")
    assert find(tmp_path, "thumbnail") is None


def test_a_folder_and_an_empty_file_are_no_derivatives(tmp_path: Path) -> None:
    """Nor do they keep the next one from its place, or hide an older one."""
    in_the_way = tmp_path / "thumbnail-1.webp", tmp_path / f"preview-{RECIPES[Derivative.PREVIEW]}.jpg"
    for folder in in_the_way:
        folder.mkdir()
        (folder / "a.jpg").touch()
    (tmp_path / f"thumbnail-{RECIPES[Derivative.THUMBNAIL]}.webp").touch()
    assert (find(tmp_path, "preview"), find(tmp_path, "thumbnail")) == (None, None)
    old = tmp_path / "thumbnail-0.webp"
    old.write_bytes(b"old")
    assert find(tmp_path, "thumbnail") == (old, "image/webp")
    made = write(tmp_path, Derivative.PREVIEW, ".jpg", b"picture")
    assert find(tmp_path, "preview") == (made, "image/jpeg")
    drop_older(tmp_path, Derivative)
    assert sorted(tmp_path.iterdir()) == [made, tmp_path / f"thumbnail-{RECIPES[Derivative.THUMBNAIL]}.webp"]


def test_each_derivative_has_a_recipe_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A better clip is no reason to encode a film anew."""
    both = Derivative.CLIP, Derivative.PLAYABLE
    film = write(tmp_path, Derivative.PLAYABLE, ".mp4", b"film")
    write(tmp_path, Derivative.CLIP, ".mp4", b"old clip")
    before = edition(*both)
    monkeypatch.setitem(RECIPES, Derivative.CLIP, RECIPES[Derivative.CLIP] + 1)
    assert [is_current(tmp_path, each) for each in both] == [False, True]
    assert edition(*both) != before
    assert edition(Derivative.PLAYABLE) in before
    clip = write(tmp_path, Derivative.CLIP, ".mp4", b"new clip")
    drop_older(tmp_path, both)
    assert sorted(tmp_path.iterdir()) == [clip, film]


@pytest.mark.parametrize("derivative", ["", "..", "../secret", ".*"])
def test_a_strange_name_finds_nothing(derivative: str, tmp_path: Path) -> None:
    write(tmp_path, Derivative.THUMBNAIL, ".webp", b"picture")
    assert find(tmp_path, derivative) is None


def test_writing_again_replaces(tmp_path: Path) -> None:
    write(tmp_path, Derivative.THUMBNAIL, ".webp", b"old")
    path = write(tmp_path, Derivative.THUMBNAIL, ".webp", b"new")
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


def test_a_failure_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full_disk(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full_disk)
    with pytest.raises(OSError, match="No space left"):
        write(tmp_path, Derivative.FULL, ".jpg", b"picture")
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("derivative", Derivative)
def test_only_what_is_made_in_a_moment_does_not_wait_for_the_disk(
    derivative: Derivative, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[int] = []
    monkeypatch.setattr("os.fsync", waits.append)
    write(tmp_path, derivative, ".jpg", b"picture")
    assert len(waits) == (derivative not in (Derivative.THUMBNAIL, Derivative.PREVIEW))


def test_the_web_process_gets_no_decoder() -> None:
    program = (
        "import sys, indexer.derivatives.files, indexer.identify; "
        "sys.exit(any(name in sys.modules for name in ('PIL', 'pillow_heif', 'exifread')))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_what_another_program_writes_takes_its_place(tmp_path: Path) -> None:
    folder = tmp_path / "ab"
    with making(folder, Derivative.CLIP, ".mp4") as file:
        file.write_bytes(b"moving")
        assert find(folder, Derivative.CLIP) is None
    found = find(folder, Derivative.CLIP)
    assert found is not None
    assert (found[0].read_bytes(), found[1]) == (b"moving", "video/mp4")
    assert list(folder.iterdir()) == [found[0]]


def test_what_was_not_finished_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), making(tmp_path, Derivative.CLIP, ".mp4") as file:
        file.write_bytes((tmp_path / "missing").read_bytes())
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_process_left_is_swept_and_nothing_else(tmp_path: Path) -> None:
    with making(tmp_path, Derivative.PLAYABLE, ".mp4") as at_work:
        at_work.write_bytes(b"half a film")
        left, fresh = tmp_path / ".making-left", tmp_path / ".making-fresh"
        left.write_bytes(b"gigabytes")
        fresh.touch()
        for old in (left, at_work):
            os.utime(old, (0, 0))
        write(tmp_path, Derivative.CLIP, ".mp4", b"moving")
        assert not left.exists()
        assert fresh.exists()
    assert find(tmp_path, Derivative.PLAYABLE) is not None
