"""Devices at a running server: curl by Digest, rclone by Basic, and the command line beside them."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.clients import Answer, DavClient, RawConnection
from tests.photos import jpeg
from tests.programs import require
from tests.server_process import ServerProcess, photocloud

EXPLORER = "Microsoft-WebDAV-MiniRedir/10.0.19045"


@pytest.fixture(scope="module")
def house(shared_server: ServerProcess) -> ServerProcess:
    """The shared server; each test names its own devices."""
    return shared_server


def command(server: ServerProcess, *arguments: str) -> Any:
    """Run a command beside the running server; its JSON."""
    done = photocloud(*arguments, "--data", str(server.data), "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def add(server: ServerProcess, label: str, *more: str) -> str:
    """Make a device from the command line; its password."""
    return str(command(server, "device", "add", label, "--user", server.user, *more)["password"])


@pytest.fixture(scope="module")
def viewer(house: ServerProcess) -> Iterator[DavClient]:
    """A client with a read-only device password."""
    with house.client(password=add(house, "viewer", "--read-only")) as client:
        yield client


def curl(server: ServerProcess, password: str, path: str, *arguments: str, agent: str = EXPLORER) -> str:
    """curl by Digest; the statuses of all its exchanges and the last body, as curl shows them with -i."""
    require("curl")
    login = f"{server.user}:{password}"
    done = subprocess.run(
        ["curl", "-sSi", "--digest", "-A", agent, "-u", login, *arguments, server.url.rstrip("/") + path],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout


def statuses(shown: str) -> list[int]:
    return [int(found) for found in re.findall(r"^HTTP/1.1 (\d{3})", shown, re.MULTILINE)]


def test_commands_beside_a_running_server(house: ServerProcess) -> None:
    password = add(house, "kitchen")
    listed = command(house, "device", "list", "--user", house.user)["devices"]
    assert ("kitchen", False, None) in [(one["label"], one["read_only"], one["used_at"]) for one in listed]
    assert password not in json.dumps(listed)
    with house.client(password=password) as dav:
        dav.put("/Upload/kitchen.txt", b"words")
        listed = command(house, "device", "list")["devices"]
        assert next(one for one in listed if one["label"] == "kitchen")["used_at"] is not None
        # The connection is kept alive: the very next request on it is refused.
        command(house, "device", "revoke", "kitchen", "--user", house.user)
        dav.propfind("/Upload/", expect=401)
        dav.put("/Upload/kitchen2.txt", b"words", expect=401)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["add", "x", "--user", "nobody"], 1),
        (["add", "", "--user", "alice"], 1),
        (["add", "x"], 2),
        (["revoke", "no such", "--user", "alice"], 1),
        (["list", "--user", "nobody"], 1),
    ],
)
def test_commands_that_cannot_be(house: ServerProcess, arguments: list[str], code: int) -> None:
    done = photocloud("device", *arguments, "--data", str(house.data))
    assert (done.returncode, done.stdout) == (code, "")


def test_typing_is_forgiven(house: ServerProcess) -> None:
    password = add(house, "typed by hand")
    with house.client(user="ALICE", password=password.replace("-", "").upper()) as dav:
        dav.propfind("/")


def test_a_read_only_device_sees_the_library_alone(viewer: DavClient) -> None:
    assert sorted(viewer.propfind("/").resources()) == ["/", "/Library/"]
    viewer.propfind("/Library/")
    assert viewer.options("/").headers["DAV"] == "1"
    viewer.propfind("/Upload/", expect=403)
    viewer.request("GET", "/Upload/anything.jpg", expect=403)
    for page in ("/", "/connect", "/devices", "/login"):
        viewer.request("GET", page, expect=403)
    for call in ("items", "status", "timeline", f"items/{'0' * 64}/original"):
        refused = viewer.request("GET", f"/api/v1/{call}", expect=403)
        assert refused.json()["error"]["code"] == "read_only_device"


@pytest.mark.parametrize("method", ["PUT", "MKCOL", "DELETE", "MOVE", "COPY", "LOCK", "PROPPATCH"])
@pytest.mark.parametrize("path", ["/Upload/a.jpg", "/Library/a.jpg", "/a.jpg"])
def test_a_read_only_device_changes_nothing(viewer: DavClient, method: str, path: str) -> None:
    headers = {"Destination": f"{viewer.base_url}/Upload/b.jpg"}
    answer = viewer.request(method, path, headers=headers, expect=403)
    assert "only look" in answer.text


def test_devices_make_no_devices(house: ServerProcess, viewer: DavClient) -> None:
    with house.client(password=add(house, "would-be maker")) as full:
        for client in (full, viewer):
            client.request("GET", "/api/v1/devices", expect=403)
            client.request("POST", "/api/v1/devices", body=b'{"label": "more"}', expect=403)
            client.request("DELETE", "/api/v1/devices/1", expect=403)
        full.request("GET", "/api/v1/status", expect=200)
        viewer.request("POST", "/api/v1/originals/check", body=b'{"digests": []}', expect=403)
        full.request("POST", "/api/v1/originals/check", body=b'{"digests": []}', expect=200)


def test_curl_by_digest(house: ServerProcess, tmp_path: Path) -> None:
    password = add(house, "explorer")
    photo = tmp_path / "by digest.jpg"
    photo.write_bytes(jpeg())
    put = curl(house, password, "/Upload/by%20digest.jpg", "-T", str(photo))
    assert statuses(put)[0] == 401
    assert statuses(put)[-1] == 201
    listing = curl(house, password, "/Upload/", "-X", "PROPFIND", "-H", "Depth: 1")
    assert statuses(listing) == [401, 207]
    assert "by%20digest.jpg" in listing
    got = tmp_path / "got.jpg"
    curl(house, password, "/Upload/by%20digest.jpg", "-o", str(got))
    assert photo.read_bytes() in got.read_bytes()
    command(house, "device", "revoke", "explorer", "--user", house.user)
    assert statuses(curl(house, password, "/Upload/")) == [401, 401]


def test_account_passwords_cannot_do_digest_and_are_told_so(house: ServerProcess) -> None:
    shown = curl(house, house.password, "/Upload/")
    assert statuses(shown) == [401, 401]
    assert "device password" in shown


def test_only_explorer_is_asked_for_digest(house: ServerProcess) -> None:
    with DavClient(house.host, house.port, None, None) as stranger:
        plain = stranger.request("PROPFIND", "/", expect=401)
        explorer = stranger.request("PROPFIND", "/", headers={"User-Agent": EXPLORER}, expect=401)
    assert plain.headers.get_all("WWW-Authenticate") == ['Basic realm="Private Photo Cloud", charset="UTF-8"']
    (challenge,) = explorer.headers.get_all("WWW-Authenticate") or []
    assert challenge.startswith("Digest realm=")


def test_a_replayed_digest_is_refused_as_stale(house: ServerProcess) -> None:
    """The same header once more, and for another file, as somebody who listened would send it."""
    shown = curl(house, add(house, "listened to"), "/Upload/", "-v", "--stderr", "-")
    (header,) = re.findall(r"^> (Authorization: Digest .*?)\r?$", shown, re.MULTILINE)
    for path, is_stale in (("/Upload/", True), ("/Upload/other", False)):
        answer = raw_get(house, path, header)
        assert answer.status == 401
        assert ("stale=true" in answer.headers["WWW-Authenticate"]) is is_stale


def raw_get(server: ServerProcess, path: str, header: str) -> Answer:
    """The answer to a GET with one header more, sent as it is."""
    with RawConnection(server.host, server.port) as raw:
        raw.send(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{header}\r\n\r\n".encode("latin-1"))
        answer = raw.answer()
    assert answer is not None
    return answer


@pytest.mark.parametrize(
    "header",
    [
        "Authorization: Digest",
        "Authorization: Digest ,,,",
        'Authorization: Digest username="alice", realm="Private Photo Cloud", nonce="é", uri="/", nc=é',
        "Authorization: Digest " + "a=b," * 2000,
        "Authorization: Basic",
        "Authorization: Basic \xff\xfe",
        "Authorization: Negotiate abc",
        "Authorization: é",
    ],
)
def test_malformed_logins_are_refused_calmly(house: ServerProcess, header: str) -> None:
    assert raw_get(house, "/Upload/", header).status in (400, 401)


def test_rclone_with_a_device_password(house: ServerProcess, tmp_path: Path) -> None:
    require("rclone")
    card = tmp_path / "card"
    card.mkdir()
    (card / "IMG_1.JPG").write_bytes(jpeg())
    config = ["--config", str(tmp_path / "rclone.conf")]

    def rclone(*arguments: str) -> None:
        done = subprocess.run(
            ["rclone", *arguments, *config], capture_output=True, text=True, timeout=120, check=False
        )
        assert done.returncode == 0, done.stderr

    # As the page tells it.
    rclone(
        "config", "create", "photos", "webdav", f"url={house.url}", "vendor=other",
        f"user={house.user}", f"pass={add(house, 'rclone')}", "--obscure",
    )  # fmt: skip
    rclone("copy", str(card), "photos:Upload/rclone device")
    rclone("check", "--download", str(card), "photos:Upload/rclone device")
    (tmp_path / "rclone.conf").unlink()


def test_a_changed_password_ends_what_was_remembered(server: ServerProcess) -> None:
    with server.client() as dav:
        dav.propfind("/")
        done = photocloud(
            "user", "passwd", server.user, "--password-stdin", "--data", str(server.data),
            stdin="another-good-one\n",
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        dav.propfind("/", expect=401)


def test_removing_an_account(server: ServerProcess) -> None:
    here = ["--data", str(server.data)]
    assert photocloud("user", "add", "bob", *here, stdin="bobs-password\n").returncode == 0
    assert photocloud("device", "add", "TV", "--user", "bob", *here).returncode == 0
    with server.client(user="bob", password="bobs-password") as dav:
        dav.put("/Upload/bob.jpg", jpeg())
    server.wait_idle()
    kept = server.originals()
    assert photocloud("user", "remove", "bob", "--yes", *here).returncode == 1, "the server still runs"
    server.stop()
    assert photocloud("user", "remove", server.user, "--yes", *here).returncode == 1, "the owner goes last"
    assert photocloud("user", "remove", "bob", *here).returncode == 2, "nobody said yes"
    assert photocloud("user", "remove", "bob", "--yes", *here).returncode == 0
    assert photocloud("user", "remove", "bob", "--yes", *here).returncode == 1
    assert server.originals() == kept
    server.start()
    with server.client(user="bob", password="bobs-password") as dav:
        dav.propfind("/", expect=401)
