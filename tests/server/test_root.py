"""The one address: a collection to mounts, the web UI to a browser, and nobody gets in unasked."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.clients import DavClient, basic
from tests.server_process import ServerProcess, add_account

SHARES = ["/Upload/", "/Library/"]
DAV_METHODS = ["OPTIONS", "PROPFIND", "PUT", "MKCOL", "LOCK", "DELETE", "MOVE", "COPY", "PROPPATCH"]

LOCK_BODY = (
    b'<lockinfo xmlns="DAV:"><lockscope><exclusive/></lockscope><locktype><write/></locktype></lockinfo>'
)
PROPPATCH_BODY = (
    b'<propertyupdate xmlns="DAV:"><set><prop><colour xmlns="x:">blue</colour></prop></set></propertyupdate>'
)


@pytest.fixture
def stranger(shared_server: ServerProcess) -> Iterator[DavClient]:
    """A client that has not logged in."""
    with DavClient(shared_server.host, shared_server.port, None, None) as client:
        yield client


def test_the_root_lists_the_shares_as_folders(shared_dav: DavClient) -> None:
    found = shared_dav.propfind("/").resources()
    assert sorted(found) == ["/", *sorted(SHARES)]
    for properties in found.values():
        assert properties["{DAV:}resourcetype"].find("{DAV:}collection") is not None


def test_depth_0_tells_of_the_root_alone(shared_dav: DavClient) -> None:
    assert list(shared_dav.propfind("/", depth="0").resources()) == ["/"]


def test_endless_depth_is_refused_with_its_name(shared_dav: DavClient) -> None:
    for path in ("/", *SHARES):
        assert b"propfind-finite-depth" in shared_dav.propfind(path, depth="infinity", expect=403).body


@pytest.mark.parametrize("path", ["/", "/Upload/"])
def test_options_offer_locks_so_that_mounts_are_writable(shared_dav: DavClient, path: str) -> None:
    headers = shared_dav.options(path).headers
    assert {"1", "2"} <= {part.strip() for part in headers["DAV"].split(",")}
    assert headers["MS-Author-Via"] == "DAV"


def test_a_share_answers_without_its_final_slash(shared_dav: DavClient) -> None:
    """Finder does not follow redirects on every verb, so there must be none."""
    assert "/Upload/" in shared_dav.propfind("/Upload", depth="0").resources()


@pytest.mark.parametrize("method", ["PUT", "DELETE", "MKCOL"])
@pytest.mark.parametrize("path", ["/", "/new", "/Upload", "/Library"])
def test_the_root_and_the_shares_themselves_cannot_be_changed(
    shared_dav: DavClient, method: str, path: str
) -> None:
    shared_dav.request(method, path, expect=range(400, 500), body=b"x" if method == "PUT" else b"")
    assert sorted(shared_dav.propfind("/").resources()) == ["/", *sorted(SHARES)]


@pytest.mark.parametrize("depth", ["0", "infinity"])
@pytest.mark.parametrize("path", ["/", "/new", "/Library", "/Library/By date"])
def test_what_is_read_only_takes_no_lock(shared_dav: DavClient, path: str, depth: str) -> None:
    """A lock on the root would block the whole Upload share."""
    shared_dav.request("LOCK", path, expect=403, headers={"Depth": depth}, body=LOCK_BODY)
    shared_dav.put("/Upload/after-lock.jpg", b"free", expect=(201, 204))


@pytest.mark.parametrize("path", ["/", "/Library", "/Library/By date"])
def test_what_is_read_only_keeps_no_property(shared_dav: DavClient, path: str) -> None:
    answer = shared_dav.request("PROPPATCH", path, expect=207, body=PROPPATCH_BODY)
    assert b"403 Forbidden" in answer.body
    assert b"200 OK" not in answer.body


def test_a_browser_sees_pages(stranger: DavClient) -> None:
    answer = stranger.request("GET", "/", expect=(200, 302, 303), headers={"Accept": "text/html"})
    if answer.status != 200:
        answer = stranger.get(answer.headers["Location"])
    assert answer.headers["Content-Type"].startswith("text/html")
    assert "Content-Security-Policy" in answer.headers


@pytest.mark.parametrize("method", DAV_METHODS)
@pytest.mark.parametrize("path", ["/", "/Upload/", "/Upload/new.jpg", "/Library/"])
def test_a_stranger_is_asked_to_log_in(stranger: DavClient, method: str, path: str) -> None:
    answer = stranger.request(method, path, expect=401, body=b"data" if method == "PUT" else b"")
    assert answer.headers["WWW-Authenticate"].startswith("Basic ")


@pytest.mark.parametrize("call", ["status", "timeline", "items", "items/x/original"])
def test_a_stranger_learns_nothing_from_the_api(stranger: DavClient, call: str) -> None:
    assert stranger.api(call, expect=401)["error"]["code"]


WRONG_LOGINS = [
    basic("alice", "wrong"),
    basic("nobody", "correct-horse-battery"),
    basic("", ""),
    "Basic ???",
]
OTHER_LOGINS = ["Basic YWxpY2U=", "Basic", "Bearer token"]


@pytest.mark.parametrize("logins", [WRONG_LOGINS, OTHER_LOGINS], ids=["wrong", "strange"])
def test_a_wrong_login_is_401(server: ServerProcess, logins: list[str]) -> None:
    with DavClient(server.host, server.port, None, None) as stranger:
        for login in logins:
            headers = {"Authorization": login, "Depth": "0"}
            answer = stranger.request("PROPFIND", "/Upload/", expect=401, headers=headers)
            # Whoever tried Digest is asked for Digest again.
            scheme = "Digest " if login.startswith("Digest") else "Basic "
            assert answer.headers["WWW-Authenticate"].startswith(scheme)


def test_guessing_is_slowed_down(server: ServerProcess) -> None:
    with server.client(password="guess") as guesser:
        for _ in range(12):
            answer = guesser.request("GET", "/api/v1/status", target="/api/v1/status", expect=(401, 429))
    assert answer.status == 429
    assert int(answer.headers["Retry-After"]) >= 1


def test_a_person_sees_only_their_own_library(server: ServerProcess) -> None:
    server.stop()
    add_account(server.data, "bob", "another-long-password")
    server.start()
    with server.client() as alice, server.client(user="bob", password="another-long-password") as bob:
        alice.put("/Upload/hers.jpg", b"hers", expect=201)
        bob.put("/Upload/his.jpg", b"his", expect=201)
        assert bob.children("/Upload/") == ["/Upload/his.jpg"]
        bob.get("/Upload/hers.jpg", expect=404)
        server.wait_idle()
        (hers,) = alice.items()
        bob.get(f"/api/v1/items/{hers['id']}/original", expect=404)
        assert bob.post_json("/api/v1/originals/check", {"digests": [hers["sha256"]]}).json() == {"held": {}}
        assert alice.post_json("/api/v1/originals/check", {"digests": [hers["sha256"]]}).json() == {
            "held": {hers["sha256"]: hers["id"]}
        }
