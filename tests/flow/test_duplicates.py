"""Promise 3, once: the same bytes again, under whatever names, cost rows and nothing else."""

from __future__ import annotations

import random
from pathlib import Path

from tests.clients import DavClient
from tests.server_process import ServerProcess

COUNT = 500


def size_of(paths: list[Path]) -> int:
    return sum(path.stat().st_size for path in paths)


def test_the_same_500_files_under_other_names(server: ServerProcess, dav: DavClient) -> None:
    chance = random.Random(500)
    files = [chance.randbytes(chance.randint(1, 4096)) for _ in range(COUNT)]
    dav.mkcol("/Upload/first")
    dav.mkcol("/Upload/second")
    for number, data in enumerate(files):
        dav.put(f"/Upload/first/{number}.jpg", data, expect=201)
    before, stored_before = server.wait_idle(), server.originals()
    assert before["items"] == COUNT
    assert size_of(stored_before) == sum(map(len, files)) == before["originals"]["bytes"]

    for number, data in enumerate(files):
        dav.put(f"/Upload/second/other name {number}.jpg", data, expect=201)
    after, stored_after = server.wait_idle(), server.originals()

    assert set(stored_after) == set(stored_before)
    assert size_of(stored_after) == size_of(stored_before)
    assert after["items"] == COUNT
    assert after["originals"] == before["originals"]
    assert after["duplicates"] == {"count": COUNT, "bytes": sum(map(len, files))}
    assert len(dav.children("/Upload/second/")) == COUNT


def test_a_duplicate_is_answered_and_listed_like_a_new_file(dav: DavClient) -> None:
    """Explorer, rclone and davfs2 all look again at what they just wrote (fact 1 of the client reference)."""
    new = dav.put("/Upload/one.jpg", b"the same bytes", expect=201)
    again = dav.put("/Upload/two.jpg", b"the same bytes", expect=201)
    assert new.headers["ETag"] == again.headers["ETag"]
    assert again.headers["Last-Modified"]
    assert dav.get("/Upload/two.jpg").body == b"the same bytes"
    assert dav.children("/Upload/") == ["/Upload/one.jpg", "/Upload/two.jpg"]


def test_deleting_one_name_leaves_the_other(server: ServerProcess, dav: DavClient) -> None:
    dav.put("/Upload/one.jpg", b"the same bytes")
    dav.put("/Upload/two.jpg", b"the same bytes")
    dav.delete("/Upload/one.jpg")
    assert dav.get("/Upload/two.jpg").body == b"the same bytes"
    dav.delete("/Upload/two.jpg")
    assert len(server.originals()) == 1, "only people delete originals (promise 5)"
    assert len(dav.items()) == 1
