"""Which files of a folder an import sees, and under which paths."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from indexer import names
from indexer.importing.folders import walk
from tests.folders import deep_folder


def test_regular_files_in_order_and_no_links(tmp_path: Path) -> None:
    card = tmp_path / "Card"
    (card / "b").mkdir(parents=True)
    for name in ("b/2.jpg", "b/1.jpg", "a.jpg", "c.jpg"):
        (card / name).touch()
    (card / "link").symlink_to(tmp_path)
    (card / "dangling").symlink_to("nowhere")
    os.mkfifo(card / "pipe")
    found = walk(card)
    assert [source.path for source in found.sources] == [
        "Card/a.jpg",
        "Card/b/1.jpg",
        "Card/b/2.jpg",
        "Card/c.jpg",
    ]
    assert (found.links, found.unreadable) == (2, [])


def test_a_name_in_no_encoding_is_spelled_somehow(tmp_path: Path) -> None:
    (Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.jpg"))).touch()
    (source,) = walk(tmp_path).sources
    assert source.path == f"{tmp_path.name}/\ufffd.jpg"
    assert source.place.exists()


def test_long_names_in_no_encoding_are_cut_and_stay_two(tmp_path: Path) -> None:
    folder = Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + b"\xff" * 200))
    folder.mkdir()
    for name in (b"\xfe" * 240 + b"1.jpg", b"\xfe" * 240 + b"2.jpg", b"a." + b"\xfe" * 240):
        Path(os.fsdecode(os.fsencode(folder) + b"/" + name)).touch()
    paths = [source.path for source in walk(folder).sources]
    assert len(set(paths)) == 3
    assert [path[-4:] for path in paths].count(".jpg") == 2
    for path in paths:
        names.check(path)
    assert [source.path for source in walk(folder).sources] == paths


def test_folders_in_folders_of_any_depth(tmp_path: Path) -> None:
    """More than Python's calls may nest, and more than a path may be long."""
    with deep_folder(tmp_path / "deep", 2_100) as top:
        (top / "a.jpg").touch()
        (top.joinpath(*["d"] * 1_500) / "b.jpg").touch()
        found = walk(top)
    assert [source.path.count("/") for source in found.sources] == [1, 1_501]
    ((source, reason),) = found.unreadable
    assert source.path.count("/") > 1_900
    assert reason == os.strerror(errno.ENAMETOOLONG)


def test_of_a_photos_library_only_the_masters_count(tmp_path: Path) -> None:
    library = tmp_path / "Photos Library.photoslibrary"
    for name in ("originals/A/1.heic", "resources/derivatives/1.jpg", "database/Photos.sqlite"):
        (library / name).parent.mkdir(parents=True)
        (library / name).touch()
    assert [source.path for source in walk(tmp_path).sources] == [
        f"{tmp_path.name}/Photos Library.photoslibrary/originals/A/1.heic"
    ]
    assert len(walk(library).sources) == 1


def test_a_folder_that_is_gone_is_told(tmp_path: Path) -> None:
    ((source, reason),) = walk(tmp_path / "gone").unreadable
    assert (source.place, source.path) == (tmp_path / "gone", "gone")
    assert reason
