"""macOS Finder's copy, replayed byte by byte."""

from __future__ import annotations

import random

import pytest

from tests.clients import DavClient
from tests.server.replay import in_chunks, replay
from tests.server_process import ServerProcess


@pytest.mark.parametrize("size", [1, 65_536, 200_001])
def test_finder_copies_a_file_with_its_companion(server: ServerProcess, dav: DavClient, size: int) -> None:
    photo = random.Random(size).randbytes(size)
    values = {
        "name": b"IMG_0001.JPG",
        "photo in chunks": in_chunks(photo),
        "photo_length": str(size).encode(),
        "companion": b"\x00\x05\x16\x07\x00\x02\x00\x00Mac OS X        extended attributes",
    }
    answers = replay(server, "finder-copy.txt", values)

    assert answers["read back"].body == photo
    assert answers["read back"].headers["ETag"] == answers["data"].headers["ETag"]
    assert answers["data"].headers["Last-Modified"]
    quota = answers["quota"].resources()["/Upload/"]
    assert int(quota["{DAV:}quota-available-bytes"].text or 0) > 0
    listed = answers["listing"].resources()
    assert listed["/Upload/IMG_0001.JPG"]["{DAV:}getcontentlength"].text == str(size)

    assert server.wait_idle()["items"] == 1
    assert dav.get("/Upload/._IMG_0001.JPG").body == values["companion"]
    (item,) = dav.items()
    assert item["name"] == "IMG_0001.JPG"


def test_finder_sends_all_of_it_again_after_a_broken_connection(
    shared_server: ServerProcess, shared_dav: DavClient
) -> None:
    photo = random.Random(21).randbytes(300_000)
    values = {
        "name": b"finder-retry.jpg",
        "photo in chunks": in_chunks(photo),
        "photo_length": str(len(photo)).encode(),
    }
    replay(shared_server, "finder-retry.txt", values)
    answer = shared_dav.get("/Upload/finder-retry.jpg")
    assert answer.body == photo
    assert answer.headers["ETag"].encode() == values["etag"]


def test_finder_keeps_house(shared_server: ServerProcess) -> None:
    photo = random.Random(22).randbytes(50_000)
    values = {"folder": b"finder-folders", "photo": photo, "companion": b"the second file"}
    answers = replay(shared_server, "finder-folders.txt", values)
    assert answers["part"].body == photo[100:200]
    assert answers["read"].body == photo
    full = answers["is the folder empty"].resources()
    assert list(full) == ["/Upload/finder-folders/", "/Upload/finder-folders/two.jpg"]
    assert list(answers["is it empty now"].resources()) == ["/Upload/finder-folders/"]


def test_decomposed_names_are_shown_as_sent_and_found_in_both_forms(dav: DavClient) -> None:
    dav.put("/Upload/U\u0308ber.jpg", b"photo", expect=201)
    assert dav.children("/Upload/") == ["/Upload/U\u0308ber.jpg"]
    assert dav.get("/Upload/\u00dcber.jpg").body == b"photo"
    dav.put("/Upload/\u00dcber.jpg", b"newer", expect=204)
    assert len(dav.children("/Upload/")) == 1


@pytest.mark.parametrize("junk", [".DS_Store", "._IMG_1.JPG", ".Spotlight-V100", "Thumbs.db", "desktop.ini"])
def test_junk_is_taken_and_given_back_but_never_an_item(
    shared_server: ServerProcess, shared_dav: DavClient, junk: str
) -> None:
    items = shared_server.wait_idle()["items"]
    shared_dav.mkcol("/Upload/junk", expect=(201, 405))
    shared_dav.put(f"/Upload/junk/{junk}", b"junk of " + junk.encode())
    assert shared_dav.get(f"/Upload/junk/{junk}").body == b"junk of " + junk.encode()
    assert shared_server.wait_idle()["items"] == items
