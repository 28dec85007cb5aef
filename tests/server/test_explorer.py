"""Windows Explorer's copy, replayed byte by byte."""

from __future__ import annotations

import random
from xml.etree import ElementTree

import pytest

from tests.clients import DAV, Answer, DavClient
from tests.server.replay import replay
from tests.server_process import ServerProcess

SENT_TIME = "Fri, 17 May 2024 14:30:01 GMT"
PHOTO = random.Random(2).randbytes(150_000)


def statuses(answer: Answer) -> list[str]:
    """Every status inside a multistatus."""
    return [element.text or "" for element in ElementTree.fromstring(answer.body).iter(f"{DAV}status")]


def test_explorer_copies_a_file_with_its_times(server: ServerProcess, dav: DavClient) -> None:
    answers = replay(server, "explorer-copy.txt", {"name": b"IMG_0001.JPG", "photo": PHOTO})

    for title in ("times before the data", "times after the data"):
        assert all(" 200 " in status for status in statuses(answers[title])), answers[title].body
    listed = answers["file"].resources()["/Upload/IMG_0001.JPG"]
    assert listed["{DAV:}getlastmodified"].text == SENT_TIME
    assert listed["{DAV:}getcontentlength"].text == str(len(PHOTO))
    assert "/Upload/IMG_0001.JPG" in answers["parent"].resources()

    headers = dav.head("/Upload/IMG_0001.JPG").headers
    assert headers["Last-Modified"] == SENT_TIME
    assert headers["ETag"] == answers["data"].headers["ETag"]
    assert dav.get("/Upload/IMG_0001.JPG").body == PHOTO
    assert server.wait_idle()["items"] == 1


def test_the_time_that_explorer_sends_dates_an_undated_file(server: ServerProcess, dav: DavClient) -> None:
    replay(server, "explorer-copy.txt", {"name": b"scan.jpg", "photo": PHOTO})
    server.wait_idle()
    (item,) = dav.items()
    if item["kind"] != "other":
        assert item["taken_at_source"] == "client mtime"
    assert dav.head("/Upload/scan.jpg").headers["Last-Modified"] == SENT_TIME


@pytest.mark.parametrize("junk", ["desktop.ini", "Thumbs.db", "folder.jpg", "folder.gif", "AutoRun.inf"])
def test_probes_for_junk_are_quickly_404(shared_dav: DavClient, junk: str) -> None:
    shared_dav.propfind(f"/Upload/{junk}", depth="0", expect=404)


def test_a_lock_keeps_others_out_until_unlocked(shared_server: ServerProcess, shared_dav: DavClient) -> None:
    path = "/Upload/explorer-locked.jpg"
    token = shared_dav.lock(path, expect=201)
    with shared_server.client() as other:
        other.put(path, b"other", expect=423)
        other.delete(path, expect=423)
        other.lock(path, expect=423)
    shared_dav.put(path, b"mine", expect=204, headers={"If": f"(<{token}>)"})
    shared_dav.unlock(path, token)
    with shared_server.client() as other:
        other.put(path, b"other", expect=204)


def test_a_lock_outlives_a_restart_of_the_server(server: ServerProcess, dav: DavClient) -> None:
    """Locks are rows: a client's token stays good when the server is updated in the middle of a copy."""
    token = dav.lock("/Upload/locked.jpg", expect=201)
    server.restart()
    with server.client() as after:
        after.put("/Upload/locked.jpg", b"other", expect=423)
        after.put("/Upload/locked.jpg", b"mine", expect=204, headers={"If": f"(<{token}>)"})
        after.unlock("/Upload/locked.jpg", token)
