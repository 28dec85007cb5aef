"""rclone copies a card and checks every byte; its Nextcloud and ownCloud modes keep times and sums too."""

from __future__ import annotations

import hashlib
import json
import os
import random
import time
from pathlib import Path

import pytest

from tests.clients import DavClient
from tests.server.cards import NAMES, SHOT_AT, make_card
from tests.server.corrupting_proxy import DAMAGED, FRAGILE, corrupting_proxy
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


@pytest.mark.parametrize("vendor", ["nextcloud", "owncloud"])
def test_checksums_are_told_so_that_a_copy_is_verified_without_reading_it(
    shared_server: ServerProcess, tmp_path: Path, vendor: str
) -> None:
    rclone, card = rclone_at(shared_server, tmp_path, vendor), make_card(tmp_path / "card")
    there = f":webdav:rclone-sums-{vendor}"
    rclone("copy", "--checksum", card, there)
    assert "Copied" not in rclone("copy", "--checksum", "--verbose", card, there)
    sums = {hashlib.sha1((card / name).read_bytes()).hexdigest(): name for name in NAMES}
    listed = rclone("sha1sum", there).splitlines()
    assert {line.split("  ", 1)[0]: line.split("  ", 1)[1] for line in listed} == sums
    # The same size and the same time, one byte changed: only a checksum can tell.
    file = card / NAMES[0]
    data = bytearray(file.read_bytes())
    data[-1] ^= 1
    file.write_bytes(data)
    os.utime(file, (SHOT_AT, SHOT_AT))
    assert "1 differences found" in rclone("check", card, there, expect=1)
    rclone("copy", "--checksum", card, there)
    rclone("check", "--download", card, there)


@pytest.mark.parametrize("vendor", ["nextcloud", "owncloud"])
def test_a_copy_that_is_damaged_on_the_way_is_refused(
    server: ServerProcess, dav: DavClient, tmp_path: Path, vendor: str
) -> None:
    """The older version stays an item although rclone removes the name that it failed to write."""
    old, new = bytes([DAMAGED]) * 90_000, bytes([FRAGILE]) * 90_000
    (tmp_path / "card").mkdir()
    (tmp_path / "card" / "photo.jpg").write_bytes(new)
    os.utime(tmp_path / "card" / "photo.jpg", (SHOT_AT, SHOT_AT))
    dav.mkcol("/Upload/damaged")
    dav.put("/Upload/damaged/photo.jpg", old)
    with corrupting_proxy(server) as url:
        said = Rclone(f"{url}Upload", tmp_path, vendor)(
            "copy", tmp_path / "card", ":webdav:damaged", expect=1
        )
    assert "checksum" in said.lower(), said
    assert server.wait_idle()["items"] == 1
    assert [path.read_bytes() for path in server.originals()] == [old]
    assert server.staged() == []

    Rclone(f"{server.url}Upload", tmp_path, vendor)("copy", tmp_path / "card", ":webdav:damaged")
    assert dav.get("/Upload/damaged/photo.jpg").body == new


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
