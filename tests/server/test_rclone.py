"""rclone copies a card and checks every byte; its Nextcloud and ownCloud modes keep times and sums too."""

from __future__ import annotations

import json
import random
import time
from pathlib import Path

import pytest

from tests.server.cards import NAMES, SHOT_AT, make_card
from tests.server.rclone import Rclone
from tests.server_process import ServerProcess


def rclone_at(server: ServerProcess, folder: Path, vendor: str = "other") -> Rclone:
    return Rclone(f"{server.url}Upload", folder, vendor)


@pytest.mark.parametrize("vendor", ["other", "nextcloud", "owncloud"])
def test_a_copied_card_checks_and_a_second_copy_sends_nothing(
    shared_server: ServerProcess, tmp_path: Path, vendor: str
) -> None:
    rclone, card = rclone_at(shared_server, tmp_path, vendor), make_card(tmp_path / "card")
    there = f":webdav:rclone-{vendor}"
    rclone("copy", card, there)
    rclone("check", "--download", card, there)
    assert "Copied" not in rclone("copy", "--verbose", card, there)


@pytest.mark.parametrize("vendor", ["nextcloud", "owncloud"])
def test_times_travel(shared_server: ServerProcess, tmp_path: Path, vendor: str) -> None:
    rclone, card = rclone_at(shared_server, tmp_path, vendor), make_card(tmp_path / "card")
    there = f":webdav:rclone-times-{vendor}"
    rclone("copy", card, there)
    listed = {file["Path"]: file for file in json.loads(rclone("lsjson", "-R", "--files-only", there))}
    assert set(listed) == set(NAMES)
    for number, name in enumerate(NAMES):
        shot_at = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(SHOT_AT + number))
        assert listed[name]["ModTime"].startswith(shot_at)
    assert "0 differences" in rclone("check", card, there)


def test_the_retry_of_a_killed_copy_completes_it(shared_server: ServerProcess, tmp_path: Path) -> None:
    rclone, folder = rclone_at(shared_server, tmp_path), tmp_path / "film"
    folder.mkdir()
    (folder / "film.mp4").write_bytes(random.Random(3).randbytes(8_000_000))
    copy = rclone.start("copy", "--bwlimit", "2M", folder, ":webdav:rclone-retry")
    deadline = time.monotonic() + 30
    while not any(arriving["path"].endswith("film.mp4") for arriving in shared_server.status()["receiving"]):
        assert time.monotonic() < deadline, "the upload was never seen arriving"
        time.sleep(0.02)
    copy.kill()
    copy.wait()
    shared_server.wait_idle()
    with shared_server.client() as client:
        client.get("/Upload/rclone-retry/film.mp4", expect=404)
    rclone("copy", folder, ":webdav:rclone-retry")
    rclone("check", "--download", folder, ":webdav:rclone-retry")


def test_move_delete_and_free_space(shared_server: ServerProcess, tmp_path: Path) -> None:
    rclone, card = rclone_at(shared_server, tmp_path), make_card(tmp_path / "card")
    rclone("copy", card, ":webdav:rclone-move")
    rclone("moveto", ":webdav:rclone-move", ":webdav:rclone-moved")
    rclone("check", "--download", card, ":webdav:rclone-moved")
    rclone("purge", ":webdav:rclone-moved")
    assert json.loads(rclone("lsjson", ":webdav:", "--include", "/rclone-move*/**", "-R")) == []
    assert json.loads(rclone("about", "--json", ":webdav:"))["free"] > 0
