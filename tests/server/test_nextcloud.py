"""Files in chunks over the wire, as rclone and the Nextcloud apps send them, through kills and collisions."""

from __future__ import annotations

import functools
import hashlib
import http.client
import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

import pytest

from tests.clients import Answer, DavClient, RawConnection, basic
from tests.programs import run
from tests.server.cards import make_card
from tests.server.rclone import Rclone
from tests.server_process import ServerProcess, add_account

FILES = "/remote.php/dav/files/alice"
UPLOADS = "/remote.php/dav/uploads/alice"
DAV = "{DAV:}"


class App:
    """A client that sends one file in chunks. ``headers`` go with every request, as v2 wants it."""

    def __init__(self, dav: DavClient, name: str, data: bytes, target: str, pieces: int = 10) -> None:
        self.dav = dav
        self.folder = f"{UPLOADS}/{name}"
        self.data = data
        self.target = f"{FILES}/{target}"
        step = -(-len(data) // pieces)
        self.chunks = [data[at : at + step] for at in range(0, len(data), step)]

    @property
    def told(self) -> dict[str, str]:
        return {"Destination": self.target, "OC-Total-Length": str(len(self.data))}

    def begin(self, *, expect: int = 201) -> None:
        self.dav.request("MKCOL", self.folder, expect=expect, headers=self.told)

    def send(self, numbers: range, *, expect: int = 201) -> None:
        """Chunks by their numbers, named as Android does."""
        for number in numbers:
            self.dav.put(
                f"{self.folder}/{number:06}", self.chunks[number - 1], expect=expect, headers=self.told
            )

    def listed(self) -> dict[str, int]:
        """{name of a chunk: its size}, as a resuming client asks."""
        found = self.dav.propfind(self.folder).resources()
        return {
            path.rpartition("/")[2]: int(properties[f"{DAV}getcontentlength"].text or "")
            for path, properties in found.items()
            if not path.endswith("/")
        }

    def finish(
        self, *, expect: int | tuple[int, ...] = (201, 204), headers: Mapping[str, str] | None = None
    ) -> Answer:
        sent = {"Destination": self.target, "OC-Total-Length": str(len(self.data)), **(headers or {})}
        return self.dav.request("MOVE", f"{self.folder}/.file", expect=expect, headers=sent)

    def all(self, **headers: str) -> Answer:
        self.begin()
        self.send(range(1, len(self.chunks) + 1))
        return self.finish(headers=headers)


@pytest.fixture
def data() -> bytes:
    return random.Random(7).randbytes(1_000_003)


@pytest.fixture
def others(server: ServerProcess) -> Iterator[DavClient]:
    add_account(server.data, "bob", "another-long-password")
    with server.client(user="bob", password="another-long-password") as client:
        yield client


def parts(server: ServerProcess) -> list[str]:
    return [path.name for path in (server.data / "staging" / "parts").iterdir()]


def checksum(data: bytes) -> str:
    return "SHA1:" + hashlib.sha1(data, usedforsecurity=False).hexdigest()


def test_ten_chunks_resumed_after_a_kill(server: ServerProcess, data: bytes) -> None:
    with server.client() as dav:
        first = App(dav, "resumed", data, "film.mp4")
        first.begin()
        first.send(range(1, 5))
        half = RawConnection(server.host, server.port)
        login = f"Host: x\r\nAuthorization: {basic(server.user, server.password)}\r\n"
        half.send(f"PUT {first.folder}/000005 HTTP/1.1\r\n{login}Content-Length: 100000\r\n\r\n".encode())
        half.send(first.chunks[4][:50_000])
        acknowledged = first.listed()
    server.kill9()
    half.close()
    server.start()
    assert len(parts(server)) == 4
    assert server.staged() == [path for path in server.staged() if path.parent.name == "parts"]
    with server.client() as dav:
        again = App(dav, "resumed", data, "film.mp4")
        again.begin(expect=405)
        assert again.listed() == acknowledged == {f"{n:06}": len(again.chunks[n - 1]) for n in range(1, 5)}
        again.send(range(5, 11))
        answer = again.finish(headers={"X-OC-Mtime": "1700000000.25", "OC-Checksum": checksum(data)})
        assert answer.status == 201
        assert answer.headers["X-OC-MTime"] == "accepted"
        assert answer.headers["OC-ETag"] == answer.headers["ETag"]
        assert dav.get("/Upload/film.mp4").body == data
        assert dav.head(f"{FILES}/film.mp4").headers["Last-Modified"] == "Tue, 14 Nov 2023 22:13:20 GMT"
        again.finish(expect=404)
        assert parts(server) == []
        assert dav.propfind(UPLOADS).resources().keys() == {f"{UPLOADS}/"}


@pytest.mark.parametrize("pause_s", [0.02, 0.15])
def test_a_kill_while_the_chunks_are_put_together(server: ServerProcess, pause_s: float) -> None:
    """Whenever it comes: the file is there as a whole, or asking again makes it so."""
    data = random.Random(11).randbytes(30_000_000)
    with server.client() as dav:
        app = App(dav, "killed", data, "killed.bin")
        app.begin()
        app.send(range(1, 11))

    def move() -> None:
        with server.client() as own, suppress(OSError, http.client.HTTPException):
            App(own, "killed", data, "killed.bin").finish()

    mover = threading.Thread(target=move)
    mover.start()
    time.sleep(pause_s)
    server.kill9()
    mover.join()
    server.start()
    with server.client() as dav:
        found = dav.request("GET", "/Upload/killed.bin", expect=(200, 404))
        assert found.status == 404 or found.body == data
        App(dav, "killed", data, "killed.bin").finish(expect=(201, 204, 404))
        assert dav.get("/Upload/killed.bin").body == data
        assert server.staged() == []


def test_chunks_named_by_their_bytes_come_in_any_order(shared_dav: DavClient, data: bytes) -> None:
    """rclone: the folder of the last try is dropped first, and no chunk tells where the file goes."""
    folder = f"{UPLOADS}/rclone-chunked-upload-0123456789abcdef"
    shared_dav.delete(f"{folder}/", expect=404)
    shared_dav.mkcol(f"{folder}/")
    spans = [(at, min(at + 300_000, len(data)) - 1) for at in range(0, len(data), 300_000)]
    for start, end in reversed(spans):
        shared_dav.put(f"{folder}/{start:015}-{end:015}", data[start : end + 1], expect=201)
    moved = {
        "Destination": f"{shared_dav.base_url}{FILES}/nc-spans.bin",
        "X-OC-Mtime": "1700000000",
        "OC-Checksum": checksum(data),
    }
    shared_dav.request("MOVE", f"{folder}/.file", expect=201, headers=moved)
    assert shared_dav.get(f"{FILES}/nc-spans.bin").body == data


def test_gaps_are_refused_and_can_be_filled(shared_dav: DavClient, data: bytes) -> None:
    app = App(shared_dav, "gap", data, "nc-gap.bin")
    app.begin()
    app.send(range(1, 5))
    app.send(range(6, 11))
    app.finish(expect=400)
    shared_dav.get("/Upload/nc-gap.bin", expect=404)
    app.send(range(5, 6))
    app.finish(expect=201)
    assert shared_dav.get("/Upload/nc-gap.bin").body == data


def test_too_few_chunks_are_refused_by_the_announced_length(shared_dav: DavClient, data: bytes) -> None:
    app = App(shared_dav, "short", data, "nc-short.bin")
    app.begin()
    app.send(range(1, 10))
    app.finish(expect=400)
    assert len(app.listed()) == 9
    shared_dav.delete(app.folder)


def test_a_wrong_checksum_leaves_the_old_version(shared_dav: DavClient, data: bytes) -> None:
    shared_dav.put("/Upload/nc-corrupt.bin", b"the old version")
    app = App(shared_dav, "corrupt", data, "nc-corrupt.bin")
    app.begin()
    app.send(range(1, 11))
    shared_dav.put(f"{app.folder}/000003", b"\0" + app.chunks[2][1:], expect=201)
    app.finish(expect=400, headers={"OC-Checksum": checksum(data)})
    assert shared_dav.get("/Upload/nc-corrupt.bin").body == b"the old version"
    app.send(range(3, 4))
    app.finish(expect=204, headers={"OC-Checksum": checksum(data)})
    assert shared_dav.get("/Upload/nc-corrupt.bin").body == data


def test_a_chunk_that_is_cut_or_wrong_is_not_kept(
    shared_server: ServerProcess, shared_dav: DavClient, data: bytes
) -> None:
    app = App(shared_dav, "cut", data, "nc-cut.bin")
    app.begin()
    shared_dav.put(f"{app.folder}/1", b"chunk", expect=400, headers={"OC-Checksum": checksum(b"other")})
    with RawConnection(shared_server.host, shared_server.port) as raw:
        login = f"Host: x\r\nAuthorization: {basic(shared_server.user, shared_server.password)}\r\n"
        raw.send(f"PUT {app.folder}/1 HTTP/1.1\r\n{login}Content-Length: 100\r\n\r\nonly this".encode())
        raw.finish()
        answer = raw.answer("PUT")
        assert answer is not None
        assert answer.status == 400
    assert app.listed() == {}
    shared_dav.delete(app.folder)


def test_the_same_file_twice_is_one_original(server: ServerProcess, dav: DavClient, data: bytes) -> None:
    App(dav, "one", data, "one.bin").all()
    App(dav, "two", data, "two.bin", pieces=3).all()
    dav.put("/Upload/three.bin", data)
    status = server.wait_idle()
    assert (status["items"], status["originals"]["count"]) == (1, 1)
    assert len(server.originals()) == 1


def test_parallel_chunks_and_moves(server: ServerProcess, dav: DavClient, data: bytes) -> None:
    """Each chunk by two connections at once, then the whole by four: it is there once, and nobody is hurt."""
    app = App(dav, "parallel", data, "parallel.bin")
    app.begin()
    statuses: list[int] = []

    def each(numbers: range) -> None:
        with server.client() as own:
            App(own, "parallel", data, "parallel.bin").send(numbers)

    def move() -> None:
        with server.client() as own:
            same = App(own, "parallel", data, "parallel.bin")
            statuses.append(same.finish(expect=(201, 204, 404, 423)).status)

    halves = (range(1, 6), range(6, 11))
    together([functools.partial(each, half) for half in halves for _ in range(2)])
    assert len(parts(server)) == 10
    together([move] * 4)
    assert statuses.count(201) == 1
    assert dav.get("/Upload/parallel.bin").body == data
    assert server.wait_idle()["originals"]["count"] == 1
    assert parts(server) == []


def test_a_locked_destination(shared_dav: DavClient, data: bytes) -> None:
    app = App(shared_dav, "locked", data, "nc-locked.bin")
    app.begin()
    app.send(range(1, 11))
    token = shared_dav.lock("/Upload/nc-locked.bin")
    app.finish(expect=423)
    answer = app.finish(headers={"If": f"<{shared_dav.base_url}{app.target}> (<{token}>)"})
    assert answer.status == 204
    shared_dav.unlock("/Upload/nc-locked.bin", token)
    assert shared_dav.get(f"{FILES}/nc-locked.bin").body == data


def test_preconditions(shared_dav: DavClient, data: bytes) -> None:
    etag = shared_dav.put("/Upload/nc-kept.bin", b"kept").headers["ETag"]
    app = App(shared_dav, "conditions", data, "nc-kept.bin")
    app.begin()
    app.send(range(1, 11))
    for refused in ({"Overwrite": "F"}, {"If-None-Match": "*"}, {"If-Match": '"other"'}):
        app.finish(expect=412, headers=refused)
    assert shared_dav.get("/Upload/nc-kept.bin").body == b"kept"
    app.finish(expect=204, headers={"If-Match": etag})
    assert shared_dav.get("/Upload/nc-kept.bin").body == data


def test_missing_folders_are_made_if_wanted(shared_dav: DavClient, data: bytes) -> None:
    app = App(shared_dav, "deep", data, "nc-auto/B/C/deep.bin")
    app.begin()
    app.send(range(1, 11))
    app.finish(expect=409)
    app.finish(expect=201, headers={"X-NC-WebDAV-Auto-Mkcol": "1"})
    assert shared_dav.get("/Upload/nc-auto/B/C/deep.bin").body == data
    auto = {"X-NC-WebDAV-Auto-Mkcol": "1"}
    shared_dav.put(f"{FILES}/nc-auto/B/D/E/small.txt", b"small", expect=201, headers=auto)
    shared_dav.put(f"{FILES}/nc-root.txt", b"small too", expect=201, headers=auto)
    shared_dav.put(f"{FILES}/nc-root.txt/below.txt", b"never", expect=409, headers=auto)
    assert shared_dav.get("/Upload/nc-auto/B/D/E/small.txt").body == b"small"


def test_nothing_of_it_is_visible_to_others(dav: DavClient, others: DavClient, data: bytes) -> None:
    app = App(dav, "private", data, "private.bin")
    app.begin()
    app.send(range(1, 2))
    for path in (app.folder, f"{app.folder}/000001", UPLOADS, FILES):
        others.propfind(path, expect=404)
    others.put(f"{app.folder}/000002", b"x", expect=404)
    others.request("MOVE", f"{app.folder}/.file", expect=404, headers={"Destination": "/Upload/x"})
    own = "/remote.php/dav/uploads/bob"
    others.request("MKCOL", f"{own}/private", expect=404, headers={"Destination": app.target})
    others.mkcol(f"{own}/private")
    assert list(others.propfind(f"{own}/private").resources()) == [f"{own}/private/"]
    others.delete(f"{own}/private")
    assert list(app.listed()) == ["000001"]


def test_what_a_transfer_refuses(shared_dav: DavClient) -> None:
    folder = f"{UPLOADS}/refusing"
    shared_dav.put(f"{folder}/1", b"x", expect=404)
    shared_dav.mkcol(folder)
    shared_dav.mkcol(folder, expect=405)
    shared_dav.mkcol(f"{folder}/below", expect=403)
    shared_dav.put(f"{folder}/name.jpg", b"x", expect=400)
    shared_dav.put(f"{folder}/", b"x", expect=400)
    shared_dav.request("MOVE", f"{folder}/.file", expect=400)
    shared_dav.request("MOVE", f"{folder}/.file", expect=400, headers={"Destination": f"{FILES}/empty.bin"})
    shared_dav.put(f"{folder}/1", b"x", expect=201)
    for destination, status in (("/Library/x", 403), ("/remote.php/dav/files/bob/x", 404)):
        shared_dav.request("MOVE", f"{folder}/.file", expect=status, headers={"Destination": destination})
    shared_dav.request("MOVE", f"{folder}/1", expect=403, headers={"Destination": f"{FILES}/x"})
    shared_dav.get(f"{folder}/1", expect=405)
    shared_dav.delete(f"{folder}/2", expect=404)
    shared_dav.delete(f"{folder}/1")
    shared_dav.delete(folder)
    shared_dav.delete(folder, expect=404)
    shared_dav.mkcol(f"{UPLOADS}/{'x' * 256}", expect=400)
    vast = {"OC-Total-Length": str(1 << 60)}
    shared_dav.request("MKCOL", f"{UPLOADS}/vast", expect=507, headers=vast)
    shared_dav.request("MKCOL", f"{UPLOADS}/odd", expect=400, headers={"OC-Total-Length": "many"})


def test_it_is_seen_arriving_as_one_file(server: ServerProcess, dav: DavClient, data: bytes) -> None:
    app = App(dav, "seen", data, "A/seen.bin")
    app.begin()
    app.send(range(1, 4))
    sent = sum(map(len, app.chunks[:3]))
    assert server.status()["receiving"] == [{"path": "A/seen.bin", "bytes": sent, "expected": len(data)}]
    dav.delete(app.folder)
    assert server.status()["receiving"] == []


@pytest.mark.parametrize("base", [FILES, "/remote.php/dav/files/ALICE", "/remote.php/webdav"])
def test_the_share_by_other_names(shared_dav: DavClient, base: str) -> None:
    """All methods, and answers that begin with the address that was asked."""
    shared_dav.mkcol(f"{base}/nc-Höhe")
    assert shared_dav.put(f"{base}/nc-Höhe/a b.txt", b"words").headers["OC-ETag"]
    listed = shared_dav.propfind(base).resources().keys()
    assert listed >= {f"{base}/", f"{base}/nc-Höhe/"}
    assert all(path.startswith(f"{base}/") for path in listed)
    assert shared_dav.children(f"{base}/nc-Höhe") == [f"{base}/nc-Höhe/a b.txt"]
    shared_dav.copy(f"{base}/nc-Höhe/a b.txt", f"{base}/nc-Höhe/copy.txt", expect=201)
    shared_dav.move(f"{base}/nc-Höhe/copy.txt", f"{base}/nc-moved.txt", expect=201)
    assert shared_dav.get(f"{base}/nc-moved.txt").body == b"words"
    assert shared_dav.get("/Upload/nc-moved.txt").body == b"words"
    change = b"<prop><lastmodified>1700000000</lastmodified></prop>"
    change = b'<propertyupdate xmlns="DAV:"><set>' + change + b"</set></propertyupdate>"
    assert list(shared_dav.proppatch(f"{base}/nc-moved.txt", change).resources()) == [f"{base}/nc-moved.txt"]
    token = shared_dav.lock(f"{base}/nc-moved.txt")
    shared_dav.put("/Upload/nc-moved.txt", b"other", expect=423)
    shared_dav.request(
        "PUT", f"{base}/nc-moved.txt", expect=204, body=b"mine", headers={"If": f"(<{token}>)"}
    )
    shared_dav.unlock(f"{base}/nc-moved.txt", token)
    shared_dav.delete(f"{base}/nc-moved.txt")
    shared_dav.get("/Upload/nc-moved.txt", expect=404)
    assert "PUT" in shared_dav.options(base).headers["Allow"]
    shared_dav.delete(f"{base}/nc-Höhe")


def test_long_listings_are_translated_throughout(shared_dav: DavClient) -> None:
    """Longer than what is sent in one piece, so that addresses lie across its ends."""
    shared_dav.mkcol("/Upload/nextcloud-many")
    wanted = set()
    for number in range(1000):
        name = f"{number:04}-{'x' * 200}.txt"
        shared_dav.put(f"/Upload/nextcloud-many/{name}", b"x")
        wanted.add(f"{FILES}/nextcloud-many/{name}")
    assert set(shared_dav.children(f"{FILES}/nextcloud-many")) == wanted


@pytest.mark.parametrize("vendor", ["nextcloud", "owncloud"])
def test_rclone(shared_server: ServerProcess, tmp_path: Path, vendor: str) -> None:
    """By the address that its Nextcloud mode asks for; versions that can chunk (since 1.63) do."""
    rclone = Rclone(f"{shared_server.url}remote.php/dav/files/{shared_server.user}", tmp_path, vendor)
    card, there = make_card(tmp_path / "card"), f":webdav:chunked-{vendor}"
    (card / "film.mp4").write_bytes(random.Random(5).randbytes(3_500_001))
    can_chunk = "nextcloud-chunk-size" in run("rclone", "help", "flags")
    in_chunks = ["--webdav-nextcloud-chunk-size", "1M"] if can_chunk else []
    rclone("copy", *in_chunks, card, there)
    assert "0 differences" in rclone("check", "--download", card, there)
    assert "Copied" not in rclone("copy", *in_chunks, "--checksum", "--verbose", card, there)
    rclone("purge", there)
    with shared_server.client() as dav:
        assert f"/Upload/chunked-{vendor}/" not in dav.children("/Upload")


def together(works: list[Callable[[], None]]) -> None:
    threads = [threading.Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
