"""The process tree: decoders stay out of the process that serves, memory stays flat, and all of it ends."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterator
from pathlib import Path

from tests.clients import DavClient
from tests.server.test_library_share import photo
from tests.server_process import ServerProcess, process_tree

DECODERS = ("PIL/", "pillow_heif", "rawpy", "/av/", "moviepy", "imageio")
BLOCK = os.urandom(1 << 20)
BLOCKS = 400


def resident_bytes(pid: int) -> int:
    """The most memory that a process ever held, from the kernel."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) * 1024


def is_alive(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z"


def test_the_web_process_loads_no_decoder(server: ServerProcess, dav: DavClient) -> None:
    dav.put("/Upload/photo.jpg", photo("2024:05:17 18:30:01"))
    server.wait_idle()
    (item,) = dav.items()
    dav.get(f"/api/v1/items/{item['id']}/thumbnail")
    loaded = Path(f"/proc/{server.pid}/maps").read_text()
    assert [decoder for decoder in DECODERS if decoder in loaded] == []


def test_large_files_stream_through_flat_memory(server: ServerProcess, dav: DavClient) -> None:
    dav.put("/Upload/warm up.bin", BLOCK)
    before = resident_bytes(server.pid)

    def body() -> Iterator[bytes]:
        for number in range(BLOCKS):
            yield number.to_bytes(4, "big") + BLOCK[4:]

    dav.put("/Upload/chunked.mov", body(), expect=201)
    digest = hashlib.sha256()
    for block in body():
        digest.update(block)
    assert hashlib.sha256(dav.get("/Upload/chunked.mov").body).digest() == digest.digest()
    assert resident_bytes(server.pid) - before < 40_000_000


def test_no_process_outlives_a_killed_server(server: ServerProcess, dav: DavClient) -> None:
    dav.put("/Upload/photo.jpg", photo(None))
    server.wait_idle()
    tree = list(process_tree(server.pid))
    assert len(tree) > 1, "the worker is a process of its own"
    os.kill(server.pid, 9)
    deadline = time.monotonic() + 15
    while left := [pid for pid in tree if pid != server.pid and is_alive(pid)]:
        assert time.monotonic() < deadline, f"still running: {left}"
        time.sleep(0.1)
    server.start()
