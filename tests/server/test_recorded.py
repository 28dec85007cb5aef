"""The rest of the recorded clients: davfs2, GNOME Files and PhotoSync, replayed byte by byte."""

from __future__ import annotations

import random

from tests.clients import DAV, DavClient
from tests.photos import Shot, jpeg
from tests.server.replay import replay
from tests.server_process import ServerProcess

PHOTO = random.Random(31).randbytes(120_000)


def test_davfs2_writes_under_the_etag_of_the_empty_file(shared_server: ServerProcess) -> None:
    values = {"name": b"davfs2-recorded.jpg", "photo": PHOTO, "companion": b"another version"}
    answers = replay(shared_server, "davfs2-copy.txt", values)
    listed = answers["listing"].resources()["/Upload/davfs2-recorded.jpg"]
    assert (listed[f"{DAV}getetag"].text or "").encode() == values["etag"] != values["placeholder"]
    assert listed[f"{DAV}getcontentlength"].text == str(len(PHOTO))


def test_gnome_files_replaces_what_it_has_seen_and_nothing_else(shared_server: ServerProcess) -> None:
    values = {"name": b"gvfs-recorded.jpg", "photo": PHOTO, "companion": b"the first version"}
    answers = replay(shared_server, "gvfs-replace.txt", values)
    assert answers["read back"].body == PHOTO
    assert values["first"] == values["seen"]
    assert answers["read back"].headers["ETag"].encode() == values["etag"] != values["seen"]


def test_photosync_sends_a_favourite(shared_server: ServerProcess, shared_dav: DavClient) -> None:
    favourite, plain = (jpeg(Shot(seed=seed, model="PhotoSync")) for seed in (1, 2))
    values = {"folder": b"photosync", "photo": favourite, "companion": plain}
    answers = replay(shared_server, "photosync-copy.txt", values)
    assert values["confirmed"] == b"accepted"
    assert "/Upload/photosync/IMG_0001.JPG" in answers["listing"].resources()
    shared_server.wait_idle()
    sent = {item["name"]: item for item in shared_dav.items() if item["camera"]["model"] == "PhotoSync"}
    assert {name: item["favourite"] for name, item in sent.items()} == {
        "IMG_0001.JPG": True,
        "IMG_0002.JPG": False,
    }
