"""A real mount by davfs2: a card copied with ``cp -a`` and checked with ``sha256sum``, as on any disk."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.programs import require, require_root, run
from tests.server.cards import checksums, make_card
from tests.server_process import ServerProcess

CONFIGURATION = """\
secrets {secrets}
cache_dir {cache}
ask_auth 0
delay_upload 0
gui_optimize 0
"""


@contextmanager
def mounted(server: ServerProcess, folder: Path, share: str, *options: str) -> Iterator[Path]:
    """The share as a folder; leaving waits until davfs2 has sent everything."""
    require("mount.davfs", "umount")
    require_root()
    if not Path("/dev/fuse").exists():
        pytest.skip("no /dev/fuse")
    address, place = f"{server.url}{share}", folder / "mounted"
    place.mkdir(exist_ok=True)
    secrets = folder / "secrets"
    secrets.write_text(f'"{address}" {server.user} {server.password}\n')
    secrets.chmod(0o600)
    with tempfile.TemporaryDirectory() as cache:
        # davfs2 gives up root for a user of its own, who must get to its cache.
        Path(cache).chmod(0o777)
        (folder / "davfs2.conf").write_text(CONFIGURATION.format(secrets=secrets, cache=cache))
        settings = ",".join([f"conf={folder}/davfs2.conf", *options])
        run("mount", "-t", "davfs", "-o", settings, address, place)
        try:
            yield place
        finally:
            run("umount", place)


def test_a_card_copied_to_a_mount_is_there_byte_for_byte(
    shared_server: ServerProcess, tmp_path: Path
) -> None:
    card = make_card(tmp_path / "card")
    with shared_server.client() as client:
        client.mkcol("/Upload/davfs2")
    with mounted(shared_server, tmp_path, "Upload/davfs2") as share:
        run("cp", "-a", f"{card}/.", share)
    # Mounted anew with an empty cache, so that every byte comes from the server.
    with mounted(shared_server, tmp_path, "Upload/davfs2") as share:
        run("sha256sum", "--check", "--strict", "-", stdin=checksums(card), cwd=share)
    shared_server.wait_idle()


def test_the_library_is_read_through_a_mount(shared_server: ServerProcess, tmp_path: Path) -> None:
    with shared_server.client() as client:
        client.put("/Upload/davfs2 of unknown date.bin", b"some bytes to read through the mount")
    shared_server.wait_idle()
    with mounted(shared_server, tmp_path, "Library", "ro") as library:
        file = library / "Unknown date" / "davfs2 of unknown date.bin"
        assert file.read_bytes() == b"some bytes to read through the mount"
        assert file.stat().st_size == 36


def test_files_are_renamed_replaced_and_removed(shared_server: ServerProcess, tmp_path: Path) -> None:
    with shared_server.client() as client:
        client.mkcol("/Upload/davfs2-edit")
    with mounted(shared_server, tmp_path, "Upload/davfs2-edit") as share:
        (share / "one.txt").write_text("first version")
        (share / "two.txt").write_text("to be removed")
        (share / "folder").mkdir()
    with mounted(shared_server, tmp_path, "Upload/davfs2-edit") as share:
        (share / "one.txt").write_text("second version, longer")
        (share / "two.txt").unlink()
        (share / "one.txt").rename(share / "folder" / "three.txt")
    with shared_server.client() as client:
        assert client.files_below("/Upload/davfs2-edit") == ["/Upload/davfs2-edit/folder/three.txt"]
        assert client.get("/Upload/davfs2-edit/folder/three.txt").body == b"second version, longer"
