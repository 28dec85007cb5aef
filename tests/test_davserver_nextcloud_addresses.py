"""Addresses below /remote.php as tables: whose they are, and what they stand for."""

from __future__ import annotations

import pytest
from wsgidav.dav_error import DAVError

from davserver.nextcloud.addresses import Alias, Chunks, destination_in_share, place, route, under_share
from indexer.accounts import LOGIN_KEY
from indexer.errors import BadName
from indexer.model import Login, Person


@pytest.mark.parametrize(
    ("path", "meant"),
    [
        ("/remote.php/webdav", Alias("/remote.php/webdav", "")),
        ("/remote.php/webdav/", Alias("/remote.php/webdav", "/")),
        ("/remote.php/webdav/A/b.jpg", Alias("/remote.php/webdav", "/A/b.jpg")),
        ("/remote.php/dav/files/zoë", Alias("/remote.php/dav/files/zoë", "")),
        ("/remote.php/dav/files/ZOE\u0308/A/b.jpg", Alias("/remote.php/dav/files/ZOE\u0308", "/A/b.jpg")),
        ("/remote.php/dav/uploads/zoë", Chunks(None, None)),
        ("/remote.php/dav/uploads/zoë/", Chunks(None, None)),
        ("/remote.php/dav/uploads/zoë/id/", Chunks("id", None)),
        ("/remote.php/dav/uploads/zoë/id/00001", Chunks("id", "00001")),
        ("/remote.php/dav/uploads/zoë/id/.file", Chunks("id", ".file")),
    ],
)
def test_what_addresses_stand_for(path: str, meant: Alias | Chunks) -> None:
    assert route(path, "zoë") == meant


@pytest.mark.parametrize(
    "path",
    [
        "/remote.php/",
        "/remote.php/dav/",
        "/remote.php/dav/files/",
        "/remote.php/dav/files/bob/a.jpg",
        "/remote.php/dav/files/zoëx",
        "/remote.php/dav/uploads/bob/id",
        "/remote.php/dav/uploads/zoë/id/1/2",
        "/remote.php/webdavs",
        "/remote.php/dav/principals/users/zoë",
    ],
)
def test_everything_else_is_not_there(path: str) -> None:
    with pytest.raises(DAVError) as caught:
        route(path, "zoë")
    assert caught.value.value == 404


@pytest.mark.parametrize(
    ("name", "where"),
    [
        ("1", (1, False)),
        ("000010", (10, False)),
        ("0000000000000000", (0, False)),
        ("000000000000000-000000010485759", (0, True)),
        ("000000010485760-000000020000000", (10485760, True)),
    ],
)
def test_the_place_of_a_chunk(name: str, where: tuple[int, bool]) -> None:
    assert place(name) == where


@pytest.mark.parametrize("name", ["", ".file", "one", "-1", "1-", "-5", "1.5", "٣", "1" * 17, "1-2-3", " 1"])
def test_other_names_are_refused(name: str) -> None:
    with pytest.raises(BadName):
        place(name)


@pytest.mark.parametrize(
    ("header", "path"),
    [
        ("http://photos/remote.php/dav/files/Zoe/A%20B/c.jpg", "A B/c.jpg"),
        ("/remote.php/webdav/c.jpg", "c.jpg"),
        ("/Upload/c.jpg", "c.jpg"),
    ],
)
def test_destinations(header: str, path: str) -> None:
    assert destination_in_share(environ(HTTP_DESTINATION=header)) == path


@pytest.mark.parametrize(
    ("header", "status"),
    [
        ("", 400),
        ("http://elsewhere/Upload/c.jpg", 502),
        ("/remote.php/dav/files/bob/c.jpg", 404),
        ("/remote.php/dav/uploads/zoe/id", 403),
        ("/Library/c.jpg", 403),
        ("/Upload", 403),
        ("/remote.php/webdav", 403),
    ],
)
def test_destinations_that_are_refused(header: str, status: int) -> None:
    with pytest.raises(DAVError) as caught:
        destination_in_share(environ(HTTP_DESTINATION=header))
    assert caught.value.value == status


def test_the_same_request_under_the_share() -> None:
    asked = environ(
        PATH_INFO="/remote.php/webdav/a.jpg", HTTP_IF='<http://photos/remote.php/dav/files/zoe/a> (["x"])'
    )
    own = under_share(asked, "/a.jpg")
    assert own["PATH_INFO"] == "/Upload/a.jpg"
    assert own["HTTP_IF"] == '<http://photos/Upload/a> (["x"])'
    assert asked["PATH_INFO"] == "/remote.php/webdav/a.jpg"


def environ(**values: str) -> dict[str, object]:
    return {"HTTP_HOST": "photos", LOGIN_KEY: Login(Person(1, "zoe", True)), **values}
