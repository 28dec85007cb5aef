"""Promise 2, cut means gone: an upload that breaks off leaves nothing, and the older version stays."""

from __future__ import annotations

import random
import time

import pytest

from tests.clients import Answer, DavClient, RawConnection, basic
from tests.server_process import ServerProcess

SIZE = 300_000
OLD, NEW = (random.Random(seed).randbytes(SIZE) for seed in (1, 2))
POSITIONS = {"nothing": 0, "one byte": 1, "half": SIZE // 2, "all but one": SIZE - 1}
CUTS = [
    ("length", "end"),
    ("length", "reset"),
    ("chunked", "end"),
    ("chunked", "reset"),
    ("chunked", "broken chunk"),
]


def head(server: ServerProcess, path: str, *framing: str) -> bytes:
    lines = [f"PUT {path} HTTP/1.1", f"Host: {server.host}:{server.port}"]
    lines += [f"Authorization: {basic(server.user, server.password)}", *framing, "", ""]
    return "\r\n".join(lines).encode()


def send_part(connection: RawConnection, server: ServerProcess, path: str, framing: str, part: bytes) -> None:
    """The head of a PUT of SIZE bytes and the first bytes of its body, in the given framing."""
    if framing == "length":
        connection.send(head(server, path, f"Content-Length: {SIZE}") + part)
        return
    connection.send(head(server, path, "Transfer-Encoding: chunked", f"X-Expected-Entity-Length: {SIZE}"))
    if part:
        connection.send(f"{len(part):X}\r\n".encode() + part + b"\r\n")


def break_off(connection: RawConnection, ending: str) -> Answer | None:
    """End the connection; the server's last word, where one can still be heard."""
    if ending == "reset":
        time.sleep(0.1)
        connection.reset()
        return None
    if ending == "broken chunk":
        connection.send(b"this is no chunk size\r\n")
    connection.finish()
    try:
        return connection.answer()
    except ConnectionError:
        return None


def settle(server: ServerProcess) -> None:
    """Wait until the server has noticed the end of every upload."""
    deadline = time.monotonic() + 20
    time.sleep(0.2)
    while server.staged() or server.status()["receiving"]:
        assert time.monotonic() < deadline, f"left behind: {server.staged()}"
        time.sleep(0.05)


@pytest.mark.parametrize("position", POSITIONS)
@pytest.mark.parametrize(("framing", "ending"), CUTS)
def test_a_cut_upload_leaves_nothing(
    shared_server: ServerProcess, shared_dav: DavClient, framing: str, ending: str, position: str
) -> None:
    folder = f"/Upload/cut-{framing}-{ending}-{position}".replace(" ", "-")
    shared_dav.mkcol(folder)
    shared_dav.put(f"{folder}/old.jpg", OLD, expect=201)
    before, stored_before = shared_server.wait_idle(), set(shared_server.originals())

    for name in ("new.jpg", "old.jpg"):
        with RawConnection(shared_server.host, shared_server.port) as connection:
            part = NEW[: POSITIONS[position]]
            send_part(connection, shared_server, f"{folder}/{name}", framing, part)
            answer = break_off(connection, ending)
            assert answer is None or answer.status >= 400, answer
    settle(shared_server)

    shared_dav.get(f"{folder}/new.jpg", expect=404)
    assert shared_dav.children(folder) == [f"{folder}/old.jpg"]
    assert shared_dav.get(f"{folder}/old.jpg").body == OLD
    assert set(shared_server.originals()) == stored_before
    assert shared_server.wait_idle()["items"] == before["items"]


@pytest.mark.parametrize("framing", ["length", "chunked"])
def test_the_retry_of_a_cut_upload_works(
    shared_server: ServerProcess, shared_dav: DavClient, framing: str
) -> None:
    path = f"/Upload/retry-{framing}.jpg"
    with RawConnection(shared_server.host, shared_server.port) as connection:
        send_part(connection, shared_server, path, framing, NEW[:1000])
        connection.reset()
    shared_dav.put(path, NEW)
    settle(shared_server)
    assert shared_dav.get(path).body == NEW


@pytest.mark.parametrize("header", ["X-Expected-Entity-Length", "OC-Total-Length"])
def test_a_chunked_body_shorter_than_announced_is_refused(shared_dav: DavClient, header: str) -> None:
    """The framing is whole, so only the announced length tells that bytes are missing."""
    path = f"/Upload/short-{header}.jpg"
    answer = shared_dav.put(path, iter([NEW[:1000]]), expect=400, headers={header: "2000"})
    assert "1,000" in answer.reason + answer.text
    shared_dav.get(path, expect=404)


def test_a_checksum_that_does_not_match_is_refused(shared_dav: DavClient) -> None:
    shared_dav.put("/Upload/sum.jpg", OLD)
    wrong = {"OC-Checksum": "SHA1:" + "0" * 40}
    shared_dav.put("/Upload/sum.jpg", NEW, expect=(400, 409, 412, 422), headers=wrong)
    assert shared_dav.get("/Upload/sum.jpg").body == OLD


def test_a_cut_upload_does_not_survive_a_kill(server: ServerProcess, dav: DavClient) -> None:
    dav.put("/Upload/old.jpg", OLD)
    with RawConnection(server.host, server.port) as connection:
        send_part(connection, server, "/Upload/old.jpg", "length", NEW[:-1])
        time.sleep(0.3)
        server.kill9()
    server.start()
    with server.client() as after:
        assert after.get("/Upload/old.jpg").body == OLD
    assert server.staged() == []
