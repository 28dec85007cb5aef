"""The data folder: made ready, refused in words, served by one only."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from indexer.catalog import open_catalog
from indexer.data_folder import DataFolder
from indexer.errors import DataFolderInUse, DataFolderUnusable
from tests.libraries import add_person
from tests.server_process import ROOT


def test_made_ready_and_private(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "new" / "data")
    folder.prepare()
    folder.prepare()
    parts = {folder.originals, folder.junk, folder.staging, folder.derivatives, folder.snapshots}
    assert set(folder.root.iterdir()) == parts
    assert all(part.stat().st_mode & 0o777 == 0o700 for part in {folder.root, *parts})
    assert list(folder.staging.iterdir()) == []


@pytest.mark.parametrize("name", ["plain", "My photos 100%", "Ferien – Höhe", "a+b&c=d;e"])
def test_the_catalog_lies_in_it(name: str, tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / name)
    folder.prepare()
    catalog = open_catalog(folder.catalog)
    add_person(catalog)
    catalog.close()
    assert (folder.root / "catalog.sqlite3").is_file()


def test_a_file_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("mine")
    with pytest.raises(DataFolderUnusable):
        DataFolder(tmp_path / "data").prepare()
    with pytest.raises(DataFolderUnusable):
        DataFolder(tmp_path / "data" / "below").prepare()
    assert (tmp_path / "data").read_text() == "mine"


def test_a_read_only_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = DataFolder(tmp_path)
    folder.prepare()

    def refuse(*_args: object) -> int:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr("os.open", refuse)
    with pytest.raises(DataFolderUnusable, match="Read-only file system"):
        folder.prepare()


def test_one_server_at_a_time(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    with folder.held(), pytest.raises(DataFolderInUse), folder.held():
        pass
    with folder.held():
        pass


def test_the_kernel_lets_go_of_the_dead(tmp_path: Path) -> None:
    program = (
        "import os, sys, pathlib; from indexer.data_folder import DataFolder\n"
        "with DataFolder(pathlib.Path(sys.argv[1])).held(): print('held', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", program, str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        with pytest.raises(DataFolderInUse), DataFolder(tmp_path).held():
            pass
        process.kill()
    with DataFolder(tmp_path).held():
        pass
