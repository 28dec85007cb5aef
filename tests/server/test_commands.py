"""The commands beside a running server and without one: accounts, status, verify, rebuild."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from davserver.cli import main
from tests.clients import DavClient
from tests.server_process import ServerProcess, add_account, photocloud


def ask(data: Path, *command: str, expect: int = 0) -> Any:
    """The JSON report of a command."""
    done = photocloud(*command, "--data", str(data), "--json")
    assert done.returncode == expect, done.stdout + done.stderr
    return json.loads(done.stdout)


def tell(data: Path, *command: str, expect: int = 0, stdin: str = "") -> str:
    """What a command says to a person, on both streams."""
    done = photocloud(*command, "--data", str(data), stdin=stdin)
    said = done.stdout + done.stderr
    assert done.returncode == expect, said
    assert "Traceback" not in said
    return said


def test_the_first_account_is_the_owners(tmp_path: Path) -> None:
    add_account(tmp_path, "alice")
    add_account(tmp_path, "bob")
    users = ask(tmp_path, "user", "list")["users"]
    assert users == [{"name": "alice", "owner": True}, {"name": "bob", "owner": False}]
    assert tell(tmp_path, "user", "list").split() == ["alice", "(owner)", "bob"]


@pytest.mark.parametrize(
    ("name", "password", "word"),
    [
        ("alice", "correct-horse-battery", "alice"),
        ("bob", "short", "characters"),
        ("", "long-enough-1", "name"),
    ],
)
def test_an_account_that_cannot_be_is_refused_in_words(
    tmp_path: Path, name: str, password: str, word: str
) -> None:
    add_account(tmp_path, "alice")
    said = tell(tmp_path, "user", "add", name, "--password-stdin", expect=1, stdin=password + "\n")
    assert word in said
    assert len(ask(tmp_path, "user", "list")["users"]) == 1


def test_a_changed_password_is_the_only_one_that_works(server: ServerProcess) -> None:
    command = ("user", "passwd", "alice", "--password-stdin")
    server.stop()
    tell(server.data, *command, stdin="another-password-1\n")
    server.start()
    with server.client() as old, server.client(password="another-password-1") as new:
        old.propfind("/Upload/", expect=401)
        new.propfind("/Upload/", expect=207)


def test_status_counts_what_the_server_counts(server: ServerProcess, dav: DavClient) -> None:
    for name, data in (("one.jpg", b"one"), ("two.jpg", b"two"), ("copy.jpg", b"one")):
        dav.put(f"/Upload/{name}", data)
    running = server.wait_idle()
    (alice,) = ask(server.data, "status")["users"]
    assert (alice["name"], alice["items"]) == ("alice", 2)
    assert (alice["originals"], alice["duplicates"]) == (running["originals"], running["duplicates"])
    assert "2 items" in tell(server.data, "status")


@pytest.mark.parametrize("damage", ["changed", "missing"])
def test_verify_lists_a_damaged_original_by_its_names(
    server: ServerProcess, dav: DavClient, damage: str
) -> None:
    dav.put("/Upload/whole.jpg", b"whole")
    dav.put("/Upload/harmed.jpg", b"harmed")
    server.wait_idle()
    (harmed,) = (path for path in server.originals() if path.read_bytes() == b"harmed")
    assert ask(server.data, "verify")["damaged"] == []

    harmed.chmod(0o600)
    harmed.write_bytes(b"HARMED") if damage == "changed" else harmed.unlink()
    report = ask(server.data, "verify", expect=3)
    assert report["checked"] == 2
    (found,) = report["damaged"]
    assert found["sha256"] == harmed.name[:64]
    assert found["names"] == ["harmed.jpg"]
    assert "harmed.jpg" in tell(server.data, "verify", expect=3)


@pytest.mark.parametrize(
    "command", [(), ("serve",), ("user",), ("status",), ("verify",), ("rebuild",), ("worker",)]
)
def test_every_command_explains_itself(command: tuple[str, ...]) -> None:
    done = photocloud(*command, "--help")
    assert done.returncode == 0
    assert "usage: photocloud" in done.stdout


def test_nonsense_is_usage_exit_code_2(tmp_path: Path) -> None:
    for command in (["dance"], ["user", "add"], ["serve", "--no-such-flag"], ["user", "passwd"]):
        assert photocloud(*command, "--data", str(tmp_path)).returncode == 2


def test_an_address_in_use_is_told_in_words(shared_server: ServerProcess, tmp_path: Path) -> None:
    port = str(shared_server.port)
    done = photocloud("serve", "--data", str(tmp_path), "--host", "127.0.0.1", "--port", port)
    assert done.returncode == 1
    assert f"Cannot listen on 127.0.0.1 port {port}: Address already in use." in done.stderr


def test_only_a_bad_address_is_called_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_intake: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("indexer.maintenance.sweep_staging", broken)
    monkeypatch.setattr("signal.signal", lambda *_: None)
    with pytest.raises(OSError, match="Input/output error"):
        main(["serve", "--data", str(tmp_path), "--port", "0"])


def test_rebuild_tells_what_it_did(server: ServerProcess, dav: DavClient) -> None:
    dav.put("/Upload/whole.jpg", b"whole")
    dav.put("/Upload/lost.jpg", b"lost")
    server.wait_idle()
    said = tell(server.data, "rebuild", expect=1)
    assert "stop it first" in said
    server.stop()
    report = ask(server.data, "rebuild")
    assert (report["basis"], report["items"], report["originals"], report["damaged"]) == ("catalog", 2, 2, [])
    (lost,) = (path for path in server.originals() if path.read_bytes() == b"lost")
    lost.unlink()
    assert "lost.jpg" in tell(server.data, "rebuild", expect=3)
    (found,) = ask(server.data, "rebuild", expect=3)["damaged"]
    assert (found["sha256"], found["damage"], found["names"]) == (lost.name[:64], "missing", ["lost.jpg"])
    assert len(list(server.data.glob("catalog.sqlite3.before-rebuild-*"))) >= 1
    server.start()
    assert server.wait_idle()["queue"]["failed"] == 1


def test_a_rebuild_without_anything_asks_for_the_owner(server: ServerProcess, dav: DavClient) -> None:
    dav.put("/Upload/one.jpg", b"one")
    server.wait_idle()
    server.stop()
    for file in (*server.data.glob("catalog.*"), *server.data.glob("snapshots/*")):
        file.unlink()
    assert "--owner" in tell(server.data, "rebuild", expect=1)
    command = ("rebuild", "--owner", "anna", "--password-stdin")
    assert "characters" in tell(server.data, *command, expect=1, stdin="short\n")
    assert "anna" in tell(server.data, *command, stdin="long-enough-1\n")
    assert "--owner" in tell(server.data, *command, expect=1, stdin="long-enough-1\n")
    server.start()
    with server.client(user="anna", password="long-enough-1") as anna:
        (path,) = anna.files_below("/Upload/")
        assert anna.get(path).body == b"one"


def test_a_lost_catalog_is_not_taken_for_an_empty_one(server: ServerProcess) -> None:
    server.stop()
    assert ask(server.data, "status")["newest_snapshot"] is not None
    (server.data / "catalog.sqlite3").unlink()
    assert "photocloud rebuild" in tell(server.data, "status", expect=1)
    assert not (server.data / "catalog.sqlite3").exists()
    assert "snapshot" in tell(server.data, "rebuild")
    assert [user["name"] for user in ask(server.data, "status")["users"]] == ["alice"]
