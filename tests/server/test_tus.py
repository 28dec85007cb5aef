"""tus 1.0.0 at a running server: the core and each extension by raw requests, and the client tuspy."""

from __future__ import annotations

import base64
import hashlib
import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from tusclient.client import TusClient

from tests.clients import Answer, DavClient, RawConnection, basic
from tests.photos import Shot, jpeg
from tests.server_process import ServerProcess, add_account, lay_account, photocloud

ADDRESS = "/api/v1/uploads/"
BYTES = {"Content-Type": "application/offset+octet-stream"}
_numbers = count()


def told(**pairs: str) -> str:
    """An Upload-Metadata."""
    return ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in pairs.items())


def checksum(content: bytes, algorithm: str = "sha1") -> str:
    return f"{algorithm} {base64.b64encode(hashlib.new(algorithm, content).digest()).decode()}"


def fresh_name() -> str:
    """A path that no other test uses."""
    return f"tus/{next(_numbers)}.bin"


@dataclass(frozen=True, slots=True)
class Tus:
    """One person's tus client. Each verb takes the expected status; headers are written with _ for -."""

    dav: DavClient

    def send(
        self, method: str, address: str, expect: int, body: bytes | Iterator[bytes] = b"", **headers: object
    ) -> Answer:
        named = {name.replace("_", "-"): str(value) for name, value in headers.items()}
        answer = self.dav.request(
            method, address, expect=expect, body=body, headers={"Tus-Resumable": "1.0.0", **named}
        )
        assert answer.headers["Tus-Resumable"] == "1.0.0" or expect == 401
        return answer

    def create(self, size: int | None = 10, expect: int = 201, **headers: object) -> str:
        """Begin an upload; its address."""
        length = {} if size is None else {"Upload_Length": size}
        named: dict[str, Any] = {"Upload_Metadata": told(filename="x", relativePath=fresh_name())}
        named |= {**length, **headers}
        return str(self.send("POST", ADDRESS, expect, **named).headers.get("Location", ""))

    def patch(
        self, address: str, offset: int, body: bytes | Iterator[bytes], expect: int = 204, **more: object
    ) -> Answer:
        headers = {"Content_Type": BYTES["Content-Type"], "Upload_Offset": offset, **more}
        return self.send("PATCH", address, expect, body, **headers)

    def offset(self, address: str) -> int:
        return int(self.send("HEAD", address, 200).headers["Upload-Offset"])


@pytest.fixture
def tus(shared_dav: DavClient) -> Tus:
    return Tus(shared_dav)


def test_what_it_can_do(shared_server: ServerProcess) -> None:
    with shared_server.client() as dav:
        headers = dav.options(ADDRESS, expect=204).headers
    assert (headers["Tus-Resumable"], headers["Tus-Version"]) == ("1.0.0", "1.0.0")
    assert set(headers["Tus-Extension"].split(",")) == {
        "creation", "creation-with-upload", "creation-defer-length", "checksum", "termination",
        "expiration", "concatenation",
    }  # fmt: skip
    assert headers["Tus-Checksum-Algorithm"] == "sha1,sha256,md5"
    assert "Tus-Max-Size" not in headers


def test_piece_by_piece(tus: Tus, shared_server: ServerProcess) -> None:
    content, name = jpeg(Shot(make="Canon")) + os.urandom(8), fresh_name()
    metadata = told(filename="x.jpg", relativePath=name, mtime="1700000000123", filetype="image/jpeg")
    address = tus.create(len(content), Upload_Metadata=metadata)
    first = tus.patch(address, 0, content[:100])
    assert first.headers["Upload-Offset"] == "100"
    assert "Upload-Item" not in first.headers
    state = tus.send("HEAD", address, 200).headers
    assert (state["Upload-Offset"], state["Upload-Length"]) == ("100", str(len(content)))
    assert (state["Upload-Metadata"], state["Cache-Control"]) == (metadata, "no-store")
    last = tus.patch(address, 100, content[100:])
    item = hashlib.sha256(content).hexdigest()
    assert (last.headers["Upload-Item"], last.headers["Upload-Path"]) == (item, name)
    assert tus.send("HEAD", address, 200).headers["Upload-Item"] == item
    assert tus.dav.get(f"/Upload/{name}").body == content
    assert tus.dav.head(f"/Upload/{name}").headers["Last-Modified"] == "Tue, 14 Nov 2023 22:13:20 GMT"
    (upload,) = tus.dav.api(f"items/{item}")["uploads"]
    assert (upload["path"], upload["door"]) == (name, "browser")


def test_the_core_refuses_what_it_must(tus: Tus) -> None:
    address = tus.create()
    tus.patch(address, 5, b"56789", expect=409)
    tus.patch(address, 0, b"0", expect=415, Content_Type="text/plain")
    tus.patch(address, 0, bytes(11), expect=413)
    tus.patch(address, 0, iter([bytes(11)]), expect=413)
    for offset in ("", "-1", "x"):
        tus.send("PATCH", address, 400, b"0", Upload_Offset=offset, Content_Type=BYTES["Content-Type"])
    for method, expect in (("HEAD", 404), ("PATCH", 404), ("DELETE", 404)):
        tus.send(method, ADDRESS + "0" * 32, expect, Upload_Offset=0, Content_Type=BYTES["Content-Type"])
    for version in ("0.2.2", ""):
        answer = tus.send("HEAD", address, 412, Tus_Resumable=version)
        assert answer.headers["Tus-Version"] == "1.0.0"
        tus.send("POST", ADDRESS, 412, Tus_Resumable=version, Upload_Length=1)
    assert tus.offset(address) == 0


@pytest.mark.parametrize(
    "headers",
    [
        {"Upload_Length": "ten"},
        {"Upload_Length": "-1"},
        {"Upload_Metadata": "filename"},
        {"Upload_Metadata": ""},
        {"Upload_Metadata": told(relativePath="a/../b")},
        {"Upload_Metadata": told(filename="tab\there")},
        {"Upload_Defer_Length": "1"},
        {"Upload_Defer_Length": "2"},
        {"Upload_Concat": "whole"},
    ],
)
def test_what_cannot_begin(tus: Tus, headers: dict[str, Any]) -> None:
    tus.create(expect=400, **headers)


def test_the_first_bytes_come_with_the_beginning(tus: Tus) -> None:
    headers: dict[str, Any] = {"Upload_Length": 5, "Content_Type": BYTES["Content-Type"]}
    answer = tus.send("POST", ADDRESS, 201, b"whole", Upload_Metadata=told(filename=fresh_name()), **headers)
    assert answer.headers["Upload-Item"] == hashlib.sha256(b"whole").hexdigest()
    answer = tus.send("POST", ADDRESS, 201, b"ha", Upload_Metadata=told(filename=fresh_name()), **headers)
    assert answer.headers["Upload-Offset"] == "2"
    assert tus.patch(answer.headers["Location"], 2, b"lf!").headers["Upload-Offset"] == "5"


def test_the_length_comes_later(tus: Tus) -> None:
    address = tus.create(None, Upload_Defer_Length=1)
    tus.patch(address, 0, iter([b"in ", b"chunks"]))
    assert tus.send("HEAD", address, 200).headers["Upload-Defer-Length"] == "1"
    tus.patch(address, 9, b"", Upload_Length=12)
    assert tus.send("HEAD", address, 200).headers["Upload-Length"] == "12"
    tus.patch(address, 9, b"!!!", Upload_Length=13, expect=413)
    assert "Upload-Item" in tus.patch(address, 9, b"!!!").headers


@pytest.mark.parametrize("algorithm", ["sha1", "sha256", "md5"])
def test_checksums(tus: Tus, algorithm: str) -> None:
    address = tus.create(6)
    tus.patch(address, 0, b"abc", Upload_Checksum=checksum(b"abc", algorithm))
    answer = tus.patch(address, 3, b"dex", Upload_Checksum=checksum(b"def", algorithm), expect=460)
    assert answer.json()["error"]["code"] == "checksum_mismatch"
    tus.patch(address, 3, b"def", Upload_Checksum="crc32 AAAA", expect=400)
    assert tus.offset(address) == 3
    last = tus.patch(address, 3, b"def", Upload_Checksum=checksum(b"def", algorithm))
    assert last.headers["Upload-Item"] == hashlib.sha256(b"abcdef").hexdigest()


@pytest.mark.parametrize("how", ["last piece", "with creation"])
def test_a_file_whose_checksum_fails_is_told_on_its_receipt(tus: Tus, how: str) -> None:
    folder = f"wrong {how}"
    about, wrong = told(relativePath=f"{folder}/a.jpg"), checksum(b"other")
    if how == "last piece":
        address = tus.create(6, Upload_Metadata=about)
        tus.patch(address, 0, b"abc")
        tus.patch(address, 3, b"def", Upload_Checksum=wrong, expect=460)
    else:
        whole = {"Upload_Metadata": about, "Upload_Length": 6, "Upload_Checksum": wrong, **BYTES}
        tus.send("POST", ADDRESS, 460, b"abcdef", **whole)
    receipts = tus.dav.api("receipts")["receipts"]
    (receipt,) = (each for each in receipts if each["folder"] == folder)
    assert (receipt["failed"], receipt["safe_to_format"]) == (1, False)


def test_the_receipt_compared_with_the_truth(tus: Tus) -> None:
    photos = [jpeg(Shot(seed=seed, make="tus")) for seed in range(3)]
    files = {
        "DCIM/a.jpg": photos[0], "DCIM/b.jpg": photos[1], "again.jpg": photos[0], "notes.txt": b"of tus",
        ".DS_Store": b"litter", "zero.jpg": b"",
    }  # fmt: skip
    for name, content in files.items():
        address = tus.create(len(content), Upload_Metadata=told(relativePath=f"tus card/{name}"))
        if content:
            tus.patch(address, 0, content)
    cut = tus.create(len(photos[2]), Upload_Metadata=told(relativePath="tus card/cut.jpg"))
    tus.patch(cut, 0, photos[2][:100])
    (running,) = (one for one in tus.dav.api("receipts")["receipts"] if one["folder"] == "tus card")
    tus.dav.post_json(f"/api/v1/receipts/{running['id']}/close", {}, expect=202)
    deadline = time.monotonic() + 60
    while (receipt := tus.dav.api(f"receipts/{running['id']}"))["state"] != "closed":
        assert time.monotonic() < deadline
        time.sleep(0.2)
    told_of = {one["path"].removeprefix("tus card/"): one for one in receipt["entries"]}
    assert {name: one["outcome"] for name, one in told_of.items()} == {
        "DCIM/a.jpg": "new", "DCIM/b.jpg": "new", "again.jpg": "held", "notes.txt": "not_media",
        ".DS_Store": "junk", "zero.jpg": "empty", "cut.jpg": "incomplete",
    }  # fmt: skip
    for name, content in files.items():
        if told_of[name]["item_id"]:
            assert told_of[name]["sha256"] == hashlib.sha256(content).hexdigest()
    assert (receipt["files"], receipt["verified"], receipt["by_digest"]) == (4, 4, 0)
    assert receipt["verdict"].endswith("Do not format the card yet. Copy again: cut.jpg, zero.jpg.")


def test_termination(tus: Tus) -> None:
    address = tus.create()
    tus.patch(address, 0, b"0123")
    tus.send("DELETE", address, 204)
    for method in ("HEAD", "DELETE"):
        tus.send(method, address, 404)
    tus.patch(address, 4, b"456789", expect=404)


def test_expiration(tus: Tus) -> None:
    address = tus.create()
    expires = parsedate_to_datetime(tus.patch(address, 0, b"0").headers["Upload-Expires"])
    assert abs(expires.timestamp() - time.time() - 24 * 3600) < 60


def test_parts_in_parallel_become_one(tus: Tus, shared_server: ServerProcess) -> None:
    content, name = os.urandom(900_000), fresh_name()
    pieces = [content[at : at + 300_000] for at in range(0, len(content), 300_000)]
    addresses = [""] * len(pieces)

    def send(number: int) -> None:
        with shared_server.client() as dav:
            own = Tus(dav)
            addresses[number] = own.create(300_000, Upload_Concat="partial", Upload_Metadata="")
            own.patch(addresses[number], 0, pieces[number])

    threads = [threading.Thread(target=send, args=[number]) for number in range(len(pieces))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert tus.send("HEAD", addresses[0], 200).headers["Upload-Concat"] == "partial"
    final: dict[str, Any] = {
        "Upload_Concat": f"final;{addresses[0]} {shared_server.url.rstrip('/')}{addresses[1]} {addresses[2]}",
        "Upload_Metadata": told(relativePath=name),
    }
    answer = tus.send("POST", ADDRESS, 201, **final)
    assert answer.headers["Upload-Item"] == hashlib.sha256(content).hexdigest()
    assert tus.dav.get(f"/Upload/{name}").body == content
    whole = answer.headers["Location"]
    state = tus.send("HEAD", whole, 200).headers
    assert state["Upload-Concat"] == "final;" + " ".join(addresses)
    assert (state["Upload-Length"], state["Upload-Offset"]) == ("900000", "900000")
    tus.patch(whole, 900_000, b"more", expect=403)
    assert tus.send("POST", ADDRESS, 201, **final).headers["Location"] == whole


def test_unfinished_parts_are_not_joined(tus: Tus) -> None:
    part = tus.create(5, Upload_Concat="partial", Upload_Metadata="")
    tus.patch(part, 0, b"1234")
    tus.create(None, expect=409, Upload_Concat=f"final;{part}")
    tus.create(None, expect=404, Upload_Concat=f"final;{part}x")
    tus.create(None, expect=400, Upload_Concat="final;")


def test_methods_that_a_network_swallows(tus: Tus) -> None:
    address = tus.create(3)
    headers: dict[str, Any] = {
        "X_HTTP_Method_Override": "PATCH",
        "Upload_Offset": 0,
        "Content_Type": BYTES["Content-Type"],
    }
    assert "Upload-Item" in tus.send("POST", address, 204, b"abc", **headers).headers
    tus.send("POST", address, 204, X_HTTP_Method_Override="DELETE")
    tus.send("HEAD", address, 404)


def test_no_file_loses_its_name_and_a_duplicate_costs_nothing(tus: Tus) -> None:
    folder = fresh_name()
    for content, name in [(b"one", "IMG.JPG"), (b"two", "IMG (2).JPG"), (b"one", "IMG.JPG")]:
        address = tus.create(3, Upload_Metadata=told(relativePath=f"{folder}/IMG.JPG"))
        answer = tus.patch(address, 0, content)
        assert unquote(answer.headers["Upload-Path"]) == f"{folder}/{name}"
    assert tus.dav.get(f"/Upload/{folder}/IMG.JPG").body == b"one"
    assert tus.dav.get(f"/Upload/{folder}/IMG (2).JPG").body == b"two"


def test_who_may(shared_server: ServerProcess) -> None:
    def device(*more: str) -> str:
        command = ["device", "add", f"tus{next(_numbers)}", "--user", shared_server.user, *more]
        done = photocloud(*command, "--data", str(shared_server.data))
        return next(line.split()[1] for line in done.stdout.splitlines() if line.startswith("Password"))

    add_account(shared_server.data, "tus-bob")
    with shared_server.client() as dav, shared_server.client(user="tus-bob") as other:
        address = Tus(dav).create()
        for method in ("HEAD", "DELETE"):
            Tus(other).send(method, address, 404)
        Tus(other).patch(address, 0, b"0", expect=404)
        assert Tus(dav).offset(address) == 0
    with shared_server.client(password=device()) as dav:
        Tus(dav).create()
    with shared_server.client(password=device("--read-only")) as dav:
        dav.request("POST", ADDRESS, expect=403, headers={"Tus-Resumable": "1.0.0", "Upload-Length": "1"})
    with DavClient(shared_server.host, shared_server.port, None, None) as nobody:
        nobody.request("POST", ADDRESS, expect=401, headers={"Tus-Resumable": "1.0.0", "Upload-Length": "1"})
        nobody.request("HEAD", address, expect=401, headers={"Tus-Resumable": "1.0.0"})


def test_a_page_needs_its_token(shared_server: ServerProcess) -> None:
    with DavClient(shared_server.host, shared_server.port, None, None) as dav:
        known = {"user": shared_server.user, "password": shared_server.password}
        answer = dav.post_json("/api/v1/session", known)
        login: dict[str, Any] = {"Cookie": answer.headers["Set-Cookie"].partition(";")[0]}
        tokened = {**login, "X-CSRF-Token": answer.json()["csrf_token"]}
        Tus(dav).create(expect=403, **login)
        address = Tus(dav).create(3, **tokened)
        Tus(dav).patch(address, 0, b"abc", expect=403, **login)
        assert Tus(dav).send("HEAD", address, 200, **login).headers["Upload-Offset"] == "0"
        assert "Upload-Item" in Tus(dav).patch(address, 0, b"abc", **tokened).headers


def test_the_owners_limit(launch: Callable[..., ServerProcess], tmp_path: Path) -> None:
    lay_account(tmp_path / "data")
    server = launch(tmp_path / "data", extra_environment={"PHOTOCLOUD_MAX_FILE_BYTES": "10"})
    with server.client() as dav:
        assert dav.options(ADDRESS, expect=204).headers["Tus-Max-Size"] == "10"
        Tus(dav).create(11, expect=413)
        later = Tus(dav).create(None, Upload_Defer_Length=1)
        Tus(dav).patch(later, 0, iter([bytes(11)]), expect=413)
        assert "Upload-Item" in Tus(dav).patch(Tus(dav).create(10), 0, bytes(10)).headers


def begin_patch(
    server: ServerProcess, address: str, offset: int, announced: int, body: bytes
) -> RawConnection:
    """A PATCH that is still on its way."""
    raw = RawConnection(server.host, server.port)
    head = [
        f"PATCH {address} HTTP/1.1", f"Host: {server.host}", f"Content-Length: {announced}",
        f"Authorization: {basic(server.user, server.password)}", "Tus-Resumable: 1.0.0",
        f"Upload-Offset: {offset}", f"Content-Type: {BYTES['Content-Type']}",
    ]  # fmt: skip
    raw.send("\r\n".join(head).encode() + b"\r\n\r\n" + body)
    return raw


def wait_for(tus: Tus, address: str, offset: int) -> None:
    deadline = time.monotonic() + 30
    while tus.offset(address) != offset:
        assert time.monotonic() < deadline, f"{tus.offset(address)} instead of {offset}"
        time.sleep(0.02)


@pytest.mark.parametrize("ends", ["finish", "reset"])
def test_what_came_before_the_connection_broke_is_kept(
    tus: Tus, shared_server: ServerProcess, ends: str
) -> None:
    content = os.urandom(1_000_000)
    address = tus.create(len(content))
    raw = begin_patch(shared_server, address, 0, len(content), content[: 3 << 18])
    wait_for(tus, address, 3 << 18)
    getattr(raw, ends)()
    raw.close()
    answer = tus.patch(address, 3 << 18, content[3 << 18 :])
    assert answer.headers["Upload-Item"] == hashlib.sha256(content).hexdigest()


def test_a_client_that_comes_back_need_not_wait_for_its_dead_connection(
    tus: Tus, shared_server: ServerProcess
) -> None:
    content = os.urandom(1_000_000)
    address = tus.create(len(content))
    with begin_patch(shared_server, address, 0, len(content), content[: 1 << 18]) as stalled:
        wait_for(tus, address, 1 << 18)
        assert "Upload-Item" in tus.patch(address, 1 << 18, content[1 << 18 :]).headers
        stalled.send(content[1 << 18 :])
        answer = stalled.answer("PATCH")
        assert answer is not None
        assert answer.status == 423


def test_acknowledged_bytes_outlive_kill_nine(server: ServerProcess) -> None:
    """Between two pieces, in the middle of one, and before the last; the file is one item then."""
    content, name = os.urandom(3_000_000), "DCIM/film.mov"
    with server.client() as dav:
        address = Tus(dav).create(len(content), Upload_Metadata=told(relativePath=name))
        Tus(dav).patch(address, 0, content[:1_000_000])
    server.kill9()
    server.start()
    with server.client() as dav:
        assert Tus(dav).offset(address) == 1_000_000
        raw = begin_patch(server, address, 1_000_000, 2_000_000, content[1_000_000:2_000_000])
        wait_for(Tus(dav), address, 1_000_000 + (3 << 18))
    server.kill9()
    raw.close()
    server.start()
    with server.client() as dav:
        offset = Tus(dav).offset(address)
        assert offset == 1_000_000 + (3 << 18), "asking had acknowledged them"
        assert Tus(dav).patch(address, offset, content[offset:]).headers["Upload-Item"]
        server.wait_idle()
        (item,) = dav.items()
        assert item["sha256"] == hashlib.sha256(content).hexdigest()
        assert dav.get(f"/Upload/{name}").body == content
    assert server.staged() == []


def test_tuspy(shared_server: ServerProcess, tmp_path: Path) -> None:
    """An independent client: whole, in pieces with checksums, and going on after it was interrupted."""
    login = {"Authorization": basic(shared_server.user, shared_server.password)}
    client = TusClient(shared_server.url + ADDRESS.lstrip("/"), headers=login)
    file = tmp_path / "film.mov"
    for chunk_size, options in [(1 << 30, {}), (300_000, {"upload_checksum": True})]:
        file.write_bytes(os.urandom(1_000_000))
        name = fresh_name()
        given: Any = {"metadata": {"filename": "film.mov", "relativePath": name}, **options}
        uploader = client.uploader(str(file), chunk_size=chunk_size, **given)
        uploader.upload(stop_at=600_000)
        again = client.uploader(str(file), chunk_size=chunk_size, url=uploader.url, **given)
        assert again.offset == uploader.offset
        again.upload()
        with shared_server.client() as dav:
            assert dav.get(f"/Upload/{name}").body == file.read_bytes()
