"""Two clients at once: one whole version wins, and equal bytes meet in one original."""

from __future__ import annotations

import random
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.clients import RawConnection, basic
from tests.server_process import ServerProcess

SIZE = 200_000
FIRST, SECOND = (random.Random(seed).randbytes(SIZE) for seed in (11, 12))


def begin_put(server: ServerProcess, path: str, half: bytes, *more: str) -> RawConnection:
    """A PUT of SIZE bytes that has sent its head and half its body."""
    connection = RawConnection(server.host, server.port)
    lines = [
        f"PUT {path} HTTP/1.1",
        f"Host: {server.host}:{server.port}",
        f"Authorization: {basic(server.user, server.password)}",
        f"Content-Length: {SIZE}",
        *more,
    ]
    connection.send("\r\n".join([*lines, "", ""]).encode() + half)
    return connection


@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["first ends first", "second ends first"])
def test_interleaved_uploads_of_one_new_name_never_mix(
    shared_server: ServerProcess, order: tuple[int, int]
) -> None:
    path = f"/Upload/raced-{order[0]}.jpg"
    versions = (FIRST, SECOND)
    connections = [begin_put(shared_server, path, version[: SIZE // 2]) for version in versions]
    statuses = {}
    for turn in order:
        connections[turn].send(versions[turn][SIZE // 2 :])
        answer = connections[turn].answer()
        assert answer is not None
        statuses[turn] = answer.status
        connections[turn].close()
    accepted = [versions[turn] for turn in order if statuses[turn] in (201, 204)]
    assert accepted, statuses
    with shared_server.client() as client:
        assert client.get(path).body == accepted[-1]
        if len(accepted) == 2:
            digests = {item["sha256"] for item in client.items()}
            assert len(digests) == len({item["id"] for item in client.items()})


def test_many_writers_of_one_name_leave_one_whole_version(shared_server: ServerProcess) -> None:
    versions = [random.Random(seed).randbytes(50_000) for seed in range(20, 28)]
    start = threading.Barrier(len(versions))

    def write(version: bytes) -> int:
        with shared_server.client() as client:
            start.wait()
            return client.put("/Upload/popular.jpg", version, expect=(201, 204, 409, 412, 423, 503)).status

    with ThreadPoolExecutor(len(versions)) as pool:
        statuses = list(pool.map(write, versions))
    assert any(status in (201, 204) for status in statuses)
    with shared_server.client() as client:
        assert client.get("/Upload/popular.jpg").body in versions


def test_the_same_bytes_under_two_names_at_once_are_one_original(server: ServerProcess) -> None:
    names = [f"/Upload/copy {number}.jpg" for number in range(8)]
    start = threading.Barrier(len(names))

    def write(name: str) -> int:
        with server.client() as client:
            start.wait()
            return client.put(name, FIRST, expect=201).status

    with ThreadPoolExecutor(len(names)) as pool:
        assert list(pool.map(write, names)) == [201] * len(names)
    assert len(server.originals()) == 1
    status = server.wait_idle()
    assert (status["items"], status["duplicates"]["count"]) == (1, len(names) - 1)
    with server.client() as client:
        assert sorted(client.children("/Upload/")) == names
        assert {client.get(name).body for name in names} == {FIRST}


def test_a_name_that_was_locked_while_its_bytes_came_is_not_taken(shared_server: ServerProcess) -> None:
    path = "/Upload/locked-meanwhile.jpg"
    connection = begin_put(shared_server, path, FIRST[: SIZE // 2])
    with shared_server.client() as other:
        token = other.lock(path)
        connection.send(FIRST[SIZE // 2 :])
        answer = connection.answer()
        assert answer is not None
        assert answer.status == 423
        other.put(path, SECOND, headers={"If": f"(<{token}>)"})
        other.request("UNLOCK", path, expect=204, headers={"Lock-Token": f"<{token}>"})
        assert other.get(path).body == SECOND
    connection.close()


def test_only_if_new_is_asked_again_when_the_bytes_are_there(shared_server: ServerProcess) -> None:
    path = "/Upload/only-new.jpg"
    connection = begin_put(shared_server, path, FIRST[: SIZE // 2], "If-None-Match: *")
    with shared_server.client() as other:
        other.put(path, SECOND, expect=201)
        connection.send(FIRST[SIZE // 2 :])
        answer = connection.answer()
        assert answer is not None
        assert answer.status == 412
        assert other.get(path).body == SECOND
    connection.close()
