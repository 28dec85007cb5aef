"""GNOME Files' own machinery (gio over gvfs): mount, copy in, list, copy out, read the library."""

from __future__ import annotations

import shlex
from pathlib import Path

from tests.programs import require, run
from tests.server.cards import NAMES, make_card
from tests.server_process import ServerProcess


def in_session(server: ServerProcess, folder: Path, script: str) -> str:
    """What a script prints in a desktop session of its own, with the server mounted; $dav is its URL."""
    require("gio", "dbus-run-session")
    runtime, printed = folder / "runtime", folder / "printed"
    runtime.mkdir(mode=0o700)
    whole = f"""\
dav=dav://{server.user}@{server.host}:{server.port}
printf '%s\\n' {shlex.quote(server.password)} | gio mount $dav/
{{
{script}
}} >{shlex.quote(str(printed))} 2>&1
gio mount --unmount $dav/
"""
    own = {"XDG_RUNTIME_DIR": str(runtime), "HOME": str(folder), "GIO_USE_VOLUME_MONITOR": "unix"}
    said = run("dbus-run-session", "--", "sh", "-c", whole, extra_environment=own, timeout_s=120, expect=None)
    return printed.read_text() if printed.exists() else said


def test_files_copied_in_are_listed_and_come_back(shared_server: ServerProcess, tmp_path: Path) -> None:
    card = make_card(tmp_path / "card")
    with shared_server.client() as client:
        client.mkcol("/Upload/gio")
    copies = [
        f"gio copy {shlex.quote(str(card / name))} $dav/Upload/gio/{number}.jpg"
        for number, name in enumerate(NAMES)
    ]
    back = f"gio copy $dav/Upload/gio/1.jpg {tmp_path}/back.jpg"
    listed = in_session(shared_server, tmp_path, "\n".join([*copies, back, "gio list $dav/Upload/gio/"]))
    assert set(listed.split()) == {f"{number}.jpg" for number in range(len(NAMES))}
    assert (tmp_path / "back.jpg").read_bytes() == (card / NAMES[1]).read_bytes()
    with shared_server.client() as client:
        for number, name in enumerate(NAMES):
            assert client.get(f"/Upload/gio/{number}.jpg").body == (card / name).read_bytes()


def test_both_shares_are_seen_at_the_root(shared_server: ServerProcess, tmp_path: Path) -> None:
    assert set(in_session(shared_server, tmp_path, "gio list $dav/").split()) == {"Upload", "Library"}


def test_a_refusal_is_shown_in_the_servers_words(shared_server: ServerProcess, tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_bytes(b"bytes")
    copy = f"gio copy {tmp_path}/photo.jpg $dav/Library/photo.jpg"
    assert "read-only" in in_session(shared_server, tmp_path, copy).lower()
