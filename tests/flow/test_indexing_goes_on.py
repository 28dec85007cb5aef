"""Promise 9: whatever is killed while photos are prepared, in the end each is ready, and nobody waited long.

The server with all of its processes, and single decoding ones, as a kernel short of memory does it.
"""

from __future__ import annotations

import functools
import os
import random
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.clients import DavClient
from tests.films import make_film
from tests.photos import Shot, jpeg
from tests.server_process import ServerProcess, process_tree

PHOTOS = 12


def send(client: DavClient, folder: Path) -> list[str]:
    """Photos that take a moment each, and a video with a film to make; their names."""
    film = make_film(folder / "film.avi", "-c:v", "mpeg4", seconds=1)
    files = {f"IMG_{n}.JPG": jpeg(Shot(size=(3000, 2000), seed=n)) for n in range(PHOTOS)}
    files["MVI_1.AVI"] = film.read_bytes()
    for name, content in files.items():
        client.put(f"/Upload/{name}", content)
    return list(files)


def decoders(server: ServerProcess) -> Iterator[int]:
    """The processes in which files are decoded."""
    for pid in process_tree(server.pid):
        with suppress(OSError):
            if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes():
                yield pid


def wait_until(is_true: Callable[[], object]) -> None:
    deadline = time.monotonic() + 120
    while not is_true():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.02)


def check_all_ready(client: DavClient, names: list[str]) -> None:
    items = client.api("items")["items"]
    assert {item["name"]: item["state"] for item in items} == dict.fromkeys(names, "ready")
    for item in items:
        kinds = ("thumbnail", "preview", "clip", "playable") if item["kind"] == "video" else ("thumbnail",)
        for kind in kinds:
            client.request("GET", f"/api/v1/items/{item['id']}/{kind}", expect=200)


def test_servers_that_are_killed_in_the_middle(server: ServerProcess, dav: DavClient, tmp_path: Path) -> None:
    names = send(dav, tmp_path)
    for _ in range(3):
        wait_until(lambda: server.status()["queue"]["running"])
        server.kill9()
        server.start()
    status = server.wait_idle(300)
    assert status["queue"] == {"pending": 0, "running": 0, "failed": 0}
    with server.client() as client:
        check_all_ready(client, names)


@pytest.mark.skipif(sys.platform != "linux", reason="processes are found by /proc")
def test_decoders_that_are_killed_in_the_middle(
    server: ServerProcess, dav: DavClient, tmp_path: Path
) -> None:
    names = send(dav, tmp_path)
    chance = random.Random(2024)
    for _ in range(2):
        wait_until(lambda: server.status()["queue"]["running"] and list(decoders(server)))
        with suppress(ProcessLookupError):
            os.kill(chance.choice(list(decoders(server))), signal.SIGKILL)
        # The same photo may be hit once; twice would be its own fault.
        enough = count_ready(dav) + 3
        wait_until(functools.partial(are_ready, dav, enough))
    status = server.wait_idle(300)
    assert status["queue"] == {"pending": 0, "running": 0, "failed": 0}
    check_all_ready(dav, names)


def are_ready(client: DavClient, count: int) -> bool:
    return count_ready(client) >= count


def count_ready(client: DavClient) -> int:
    return sum(item["state"] == "ready" for item in client.api("items")["items"])


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's own means are Linux's")
def test_what_decodes_is_contained(server: ServerProcess, dav: DavClient) -> None:
    dav.put("/Upload/photo.jpg", jpeg())
    server.wait_idle()
    # A process that starts just now takes a moment to shut itself in; it is given nothing before.
    wait_until(lambda: {kernel_status(pid)["Seccomp"] for pid in decoders(server)} == {"2"})
    for pid in decoders(server):
        process = Path(f"/proc/{pid}")
        status = kernel_status(pid)
        assert status["NoNewPrivs"] == "1"
        assert int(status["VmHWM"].split()[0]) < 400_000
        environment = (process / "environ").read_bytes()
        assert b"PHOTOCLOUD_" not in environment
        limits = (process / "limits").read_text()
        assert "Max address space         2147483648" in limits


def kernel_status(pid: int) -> dict[str, str]:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def test_a_pause_outlasts_a_restart(server: ServerProcess, dav: DavClient) -> None:
    dav.request("POST", "/api/v1/indexing", body=b'{"paused": true}', expect=200)
    dav.put("/Upload/photo.jpg", jpeg())
    server.restart()
    time.sleep(3)
    status = server.status()
    assert (status["indexing"], status["queue"]["pending"]) == ({"paused": True}, 1)
    with server.client() as client:
        client.request("POST", "/api/v1/indexing", body=b'{"paused": false}', expect=200)
    assert server.wait_idle()["queue"]["pending"] == 0
