"""Bad input gets the right status or exit code and a sentence, never a traceback."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.clients import Answer, DavClient, RawConnection, basic
from tests.programs import require, require_root, run
from tests.server_process import ServerProcess, add_account, lay_account, photocloud

LONG_NAME = "n" * 300 + ".jpg"
DISK_BYTES = 24_000_000

# What no share can hold or has, as it goes out on the wire.
BAD_TARGETS = {
    "a NUL in the name": "/Upload/bad%00name.jpg",
    "300 characters": f"/Upload/{LONG_NAME}",
    "dot dot": "/Upload/../../secret.jpg",
    "encoded dot dot": "/Upload/%2e%2e/%2e%2e/secret.jpg",
    "invalid UTF-8": "/Upload/bad%FFname.jpg",
    "a name below a file": "/Upload/bad-input/file.jpg/below.jpg",
    "a folder that is not there": "/Upload/bad-input/nowhere/file.jpg",
}


def is_clear(answer: Answer) -> bool:
    """A client error whose reason phrase or body says something, and shows nothing of the inside."""
    said = answer.reason + answer.body.decode(errors="replace")
    return 400 <= answer.status < 500 and "Traceback" not in said and len(said) > 3


@pytest.fixture
def crowded(shared_dav: DavClient) -> DavClient:
    """A client of a share that holds one file under /Upload/bad-input/."""
    shared_dav.mkcol("/Upload/bad-input", expect=(201, 405))
    shared_dav.put("/Upload/bad-input/file.jpg", b"a file")
    return shared_dav


@pytest.mark.parametrize("method", ["GET", "PUT", "MKCOL", "DELETE", "PROPFIND", "LOCK"])
@pytest.mark.parametrize("case", BAD_TARGETS)
def test_bad_paths_are_refused_in_words(
    crowded: DavClient, shared_server: ServerProcess, case: str, method: str
) -> None:
    before = set(shared_server.originals())
    body = b"data" if method == "PUT" else b""
    answer = crowded.request(method, "", target=BAD_TARGETS[case], body=body, expect=range(200, 600))
    assert is_clear(answer), (answer.status, answer.reason, answer.body[:300])
    assert set(shared_server.originals()) == before
    assert crowded.get("/Upload/bad-input/file.jpg").body == b"a file"


@pytest.mark.parametrize("case", BAD_TARGETS)
def test_bad_destinations_are_refused_in_words(crowded: DavClient, case: str) -> None:
    there = {"Destination": crowded.base_url + BAD_TARGETS[case]}
    answer = crowded.request("MOVE", "/Upload/bad-input/file.jpg", headers=there, expect=range(200, 600))
    assert is_clear(answer) or answer.status == 502, (answer.status, answer.reason)
    assert crowded.get("/Upload/bad-input/file.jpg").body == b"a file"


@pytest.mark.parametrize(
    "path",
    ["/Upload/nothing.jpg", "/nowhere", "/Library/nowhere/", "/Upload/no/such/folder/", "/static/nothing.js"],
)
def test_an_unknown_path_is_404(shared_dav: DavClient, path: str) -> None:
    assert is_clear(shared_dav.get(path, expect=404))


@pytest.mark.parametrize("call", ["items/unknown", "items/" + "0" * 64 + "/original", "nothing"])
def test_an_unknown_call_is_404_in_json(shared_dav: DavClient, call: str) -> None:
    error = shared_dav.get(f"/api/v1/{call}", expect=404).json()["error"]
    assert error["code"]
    assert len(error["message"].split()) > 2


@pytest.mark.parametrize(
    "query", ["limit=many", "limit=-1", "cursor=%00nonsense", "kind=cake", "day=yesterday"]
)
def test_a_bad_query_is_400_in_json(shared_dav: DavClient, query: str) -> None:
    assert shared_dav.api(f"items?{query}", expect=400)["error"]["message"]


@pytest.mark.parametrize("body", [b"<not xml", b'<!DOCTYPE x [<!ENTITY e "e">]><x>&e;</x>'])
def test_bad_xml_is_400(shared_dav: DavClient, body: bytes) -> None:
    assert is_clear(shared_dav.propfind("/Upload/", body=body, expect=400))


@pytest.mark.parametrize(
    "said",
    [b"nonsense\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"PUT /Upload/x HTTP/1.1\r\n\r\n"],
)
def test_bad_http_is_answered_or_closed(shared_server: ServerProcess, said: bytes) -> None:
    with RawConnection(shared_server.host, shared_server.port) as connection:
        connection.send(said)
        answer = connection.answer()
    assert answer is None or 400 <= answer.status < 600
    assert shared_server.status()


# A file over the owner's limit


@pytest.fixture
def limited(tmp_path: Path, launch: Callable[..., ServerProcess]) -> ServerProcess:
    lay_account(tmp_path / "data")
    return launch(tmp_path / "data", extra_environment={"PHOTOCLOUD_MAX_FILE_BYTES": "1000000"})


def test_a_file_over_the_limit_is_413_and_leaves_nothing(limited: ServerProcess) -> None:
    with limited.client() as client:
        client.put("/Upload/fits.jpg", bytes(1_000_000), expect=201)
        answer = client.put("/Upload/announced.jpg", bytes(1_000_001), expect=413)
        assert "1,000,000" in answer.reason + answer.text
        client.put("/Upload/chunked.jpg", iter([bytes(600_000)] * 2), expect=413)
        assert client.children("/Upload/") == ["/Upload/fits.jpg"]
    assert len(limited.originals()) == 1
    assert limited.staged() == []


# No space left


@pytest.fixture
def small_disk(tmp_path: Path, launch: Callable[..., ServerProcess]) -> Iterator[ServerProcess]:
    """A server whose data folder lies on a small file system of its own."""
    require("mount", "umount")
    require_root()
    disk = tmp_path / "disk"
    disk.mkdir()
    run("mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", disk)
    try:
        add_account(disk / "data")
        server = launch(disk / "data", log=tmp_path / "server.log")
        yield server
        server.kill9()
    finally:
        run("umount", "--lazy", disk)


def fill(disk: Path) -> Path:
    """Leave not one byte free; the file to remove again."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while file.write(bytes(65536)):
                pass
        except OSError:
            return filler
    return filler


def test_a_body_without_room_is_507_before_it_is_sent(small_disk: ServerProcess) -> None:
    head = (
        f"PUT /Upload/huge.mov HTTP/1.1\r\nHost: {small_disk.host}:{small_disk.port}\r\n"
        f"Authorization: {basic(small_disk.user, small_disk.password)}\r\n"
    )
    for announced in ("Content-Length: ", "Transfer-Encoding: chunked\r\nX-Expected-Entity-Length: "):
        with RawConnection(small_disk.host, small_disk.port) as connection:
            connection.socket.settimeout(20)
            connection.send(f"{head}{announced}{DISK_BYTES * 10}\r\n\r\n".encode())
            answer = connection.answer()
        assert answer is not None
        assert answer.status == 507
        assert "room" in answer.reason + answer.text
    with small_disk.client() as client:
        assert client.children("/Upload/") == []


def test_a_full_disk_is_507_for_every_write_and_loses_nothing(small_disk: ServerProcess) -> None:
    with small_disk.client() as client:
        client.put("/Upload/kept.jpg", b"kept" * 1000, expect=201)
        small_disk.wait_idle()
        filler = fill(small_disk.data.parent)
        client.put("/Upload/empty.jpg", b"", expect=507)
        client.lock("/Upload/locked.jpg", expect=507)
        client.mkcol("/Upload/folder", expect=507)
        client.put("/Upload/data.jpg", b"data" * 1000, expect=507)
        client.put("/Upload/chunked.jpg", iter([bytes(100_000)] * 3), expect=507)
        assert client.get("/Upload/kept.jpg").body == b"kept" * 1000
        assert client.children("/Upload/") == ["/Upload/kept.jpg"]

        filler.unlink()
        client.put("/Upload/data.jpg", b"data" * 1000, expect=201)
        assert small_disk.wait_idle()["items"] == 2
    assert small_disk.staged() == []
    assert "Traceback" not in small_disk.output


def test_a_disk_that_fills_up_while_bytes_come_is_507(small_disk: ServerProcess) -> None:
    with small_disk.client() as client:
        client.put("/Upload/old.jpg", b"old version", expect=201)
        client.put("/Upload/old.jpg", iter([bytes(1_000_000)] * (DISK_BYTES // 1_000_000 + 5)), expect=507)
        assert client.get("/Upload/old.jpg").body == b"old version"
        client.put("/Upload/small.jpg", b"small", expect=201)
    assert small_disk.staged() == []


def test_a_server_starts_on_a_full_disk_so_that_its_owner_can_look(small_disk: ServerProcess) -> None:
    with small_disk.client() as client:
        client.put("/Upload/kept.jpg", b"kept" * 1000, expect=201)
        small_disk.wait_idle()
    filler = fill(small_disk.data.parent)
    small_disk.kill9()
    small_disk.start()
    with small_disk.client() as client:
        assert client.get("/Upload/kept.jpg").body == b"kept" * 1000
        client.put("/Upload/more.jpg", b"more" * 1000, expect=507)
        filler.unlink()
        client.put("/Upload/more.jpg", b"more" * 1000, expect=201)
    assert "Traceback" not in small_disk.output


# A server that cannot start


def refusal(data: Path, *arguments: str) -> str:
    """What `serve` says when it ends at once, which must be with exit code 1 and a sentence."""
    done = photocloud("serve", "--data", str(data), "--host", "127.0.0.1", *arguments)
    said = done.stdout + done.stderr
    assert done.returncode == 1, said
    assert "Traceback" not in said
    return done.stderr


def test_a_second_server_on_the_same_data_folder_is_refused(server: ServerProcess) -> None:
    said = refusal(server.data, "--port", "0")
    assert str(server.data) in said
    assert "already" in said
    assert server.status()["items"] == 0


def test_a_port_in_use_is_told(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert port in refusal(tmp_path / "data", "--port", port)


def test_a_data_folder_below_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    assert str(tmp_path / "file") in refusal(tmp_path / "file" / "data", "--port", "0")


def test_a_data_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    require("mount", "umount")
    require_root()
    folder = tmp_path / "readonly"
    folder.mkdir()
    run("mount", "-t", "tmpfs", "-o", "ro", "tmpfs", folder)
    try:
        assert str(folder) in refusal(folder / "data", "--port", "0")
    finally:
        run("umount", "--lazy", folder)


def test_bad_usage_is_exit_code_2(tmp_path: Path) -> None:
    done = photocloud("serve", "--data", str(tmp_path), "--port", "many")
    assert done.returncode == 2
    assert "many" in done.stderr
    assert "Traceback" not in done.stderr
