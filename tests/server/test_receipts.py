"""Receipts through the share: compared with the truth, checked by sha256sum, read inside the mount."""

from __future__ import annotations

import hashlib
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from tests.clients import DavClient, RawConnection, basic
from tests.photos import Shot, jpeg
from tests.server.cards import make_card
from tests.server.rclone import Rclone
from tests.server_process import ServerProcess

PATIENCE_S = 60
QUOTA = b'<D:propfind xmlns:D="DAV:"><D:prop><D:quota-used-bytes/></D:prop></D:propfind>'


def receipts(dav: DavClient) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = dav.api("receipts")["receipts"]
    return found


def close(dav: DavClient, folder: str) -> dict[str, Any]:
    """End the copy of this folder, and wait for its last word."""
    receipt = next(one for one in receipts(dav) if one["folder"] == folder and one["state"] == "open")
    dav.post_json(f"/api/v1/receipts/{receipt['id']}/close", {}, expect=202)
    return finished(dav, receipt["id"])


def finished(dav: DavClient, receipt_id: int) -> dict[str, Any]:
    deadline = time.monotonic() + PATIENCE_S
    while (receipt := dav.api(f"receipts/{receipt_id}"))["state"] != "closed":
        assert time.monotonic() < deadline, receipt
        time.sleep(0.2)
    told: dict[str, Any] = receipt
    return told


def put_head(server: ServerProcess, path: str, announced_bytes: int) -> bytes:
    login = basic(server.user, server.password)
    head = f"PUT {path} HTTP/1.1\r\nHost: {server.host}\r\nContent-Length: {announced_bytes}\r\n"
    return f"{head}Authorization: {login}\r\n\r\n".encode()


def cut(server: ServerProcess, path: str, sent: bytes, announced_bytes: int) -> None:
    """A client that breaks off in the middle of a file."""
    with RawConnection(server.host, server.port) as raw:
        raw.send(put_head(server, path, announced_bytes) + sent)
        time.sleep(0.2)
        raw.reset()


def wait_for(dav: DavClient, **numbers: int | str) -> None:
    """Until the newest receipt tells these numbers: a broken connection is noticed a moment later."""
    deadline = time.monotonic() + PATIENCE_S
    while not numbers.items() <= receipts(dav)[0].items():
        assert time.monotonic() < deadline, receipts(dav)[0]
        time.sleep(0.1)


@pytest.fixture
def rclone(server: ServerProcess, tmp_path: Path) -> Rclone:
    return Rclone(f"{server.url}Upload", tmp_path)


def test_a_copy_of_everything_compared_with_the_truth(
    server: ServerProcess, dav: DavClient, rclone: Rclone, tmp_path: Path
) -> None:
    photos = [jpeg(Shot(seed=number)) for number in range(4)]
    dav.put("/Upload/held.jpg", photos[0])
    card = tmp_path / "DCIM"
    files = {
        "100CANON/IMG_1.JPG": photos[0], "100CANON/IMG_2.JPG": photos[1], "IMG 3 (ü) #1.JPG": photos[2],
        "copy of 2.JPG": photos[1], "notes.txt": b"what the card was for", ".DS_Store": b"litter",
        "._IMG_3.JPG": b"more litter", "zero.JPG": b"",
    }  # fmt: skip
    for name, content in files.items():
        (card / name).parent.mkdir(parents=True, exist_ok=True)
        (card / name).write_bytes(content)
    rclone("copy", card, ":webdav:DCIM")
    cut(server, "/Upload/DCIM/cut.JPG", photos[3][:100], len(photos[3]))
    wait_for(dav, folder="DCIM", incomplete=1, state="open")
    whole = {name: content for name, content in files.items() if content and not name.startswith(".")}

    first = close(dav, "DCIM")
    assert {key: first[key] for key in ("files", "not_media", "junk", "empty", "incomplete", "failed")} == {
        "files": 5, "not_media": 1, "junk": 2, "empty": 1, "incomplete": 1, "failed": 0,
    }  # fmt: skip
    # rclone sends four at a time: which of the two equal files came first is its own affair.
    assert (first["new"], first["held"]) == (2, 2)
    assert first["bytes"] == sum(map(len, whole.values()))
    assert (first["verified"], first["safe_to_format"]) == (5, False)
    told = {entry["path"]: entry for entry in first["entries"]}
    assert {name: told[f"DCIM/{name}"]["sha256"] for name in whole} == {
        name: hashlib.sha256(content).hexdigest() for name, content in whole.items()
    }
    assert told["DCIM/100CANON/IMG_1.JPG"]["outcome"] == "held"
    assert told["DCIM/100CANON/IMG_1.JPG"]["first_at"] is not None
    assert dav.get(f"/api/v1/items/{told['DCIM/notes.txt']['item_id']}/original").body == files["notes.txt"]
    assert told["DCIM/cut.JPG"]["reason"].endswith("Copy it again.")

    dav.put("/Upload/DCIM/cut.JPG", photos[3])
    second = close(dav, "DCIM")
    assert second["verdict"] == "The one file is stored and verified. Safe to format the card."
    again = dav.api(f"receipts/{first['id']}")
    assert again | {"prepared": 0} == first | {"prepared": 0}, "what is written stays, whatever is prepared"


def test_sha256sum_accepts_them_on_the_card(dav: DavClient, rclone: Rclone, tmp_path: Path) -> None:
    card = make_card(tmp_path / "card")
    rclone("copy", card / "DCIM", ":webdav:DCIM")
    receipt = close(dav, "DCIM")
    assert receipt["safe_to_format"]
    sums = dav.get(f"/api/v1/receipts/{receipt['id']}/SHA256SUMS").body
    (name,) = (path for path in dav.children("/Upload/Receipts"))
    for text in (sums, dav.get(name).body):
        done = subprocess.run(
            ["sha256sum", "--check", "--strict", "-"], cwd=card / "DCIM", input=text, capture_output=True,
            timeout=30, check=False,
        )  # fmt: skip
        assert (done.returncode, done.stderr) == (0, b"")
        assert done.stdout.count(b": OK") == receipt["files"]


def copied(dav: DavClient) -> str:
    """A copy of one file and its receipt, whose path in the share this is."""
    dav.mkcol("/Upload/DCIM")
    dav.put("/Upload/DCIM/a.jpg", jpeg())
    assert dav.children("/Upload") == ["/Upload/DCIM/"]
    close(dav, "DCIM")
    (path,) = dav.children("/Upload/Receipts")
    return path


def used(dav: DavClient) -> str | None:
    told = dav.propfind("/Upload/", depth="0", body=QUOTA).resources()["/Upload/"]
    return told["{DAV:}quota-used-bytes"].text


def test_receipts_are_read_in_the_mount(dav: DavClient, rclone: Rclone, tmp_path: Path) -> None:
    path = copied(dav)
    assert path.endswith(" DCIM.txt")
    assert set(dav.children("/Upload")) == {"/Upload/DCIM/", "/Upload/Receipts/"}
    answer = dav.get(path)
    assert "Safe to format the card." in answer.text.replace("\n# ", " ")
    listed = dav.propfind("/Upload/Receipts").resources()[path]
    assert listed["{DAV:}getcontentlength"].text == str(len(answer.body))
    assert listed["{DAV:}getetag"].text == answer.headers["ETag"]
    assert answer.headers["ETag"] == f'"{hashlib.sha256(answer.body).hexdigest()}"'
    assert dav.head(path).headers["Content-Length"] == str(len(answer.body))
    assert dav.propfind(path, depth="0").resources().keys() == {path}
    part = dav.request("GET", path, expect=206, headers={"Range": "bytes=2-9"})
    assert part.body == answer.body[2:10]
    dav.get(path, expect=304, headers={"If-None-Match": answer.headers["ETag"]})
    rclone("copy", ":webdav:Receipts", tmp_path / "copied")
    assert (tmp_path / "copied" / path.rpartition("/")[2]).read_bytes() == answer.body


def test_receipts_in_the_mount_stay_and_count_for_nothing(dav: DavClient) -> None:
    path = copied(dav)
    content = dav.get(path).body
    dav.put(path, b"forged", expect=403)
    dav.delete(path, expect=403)
    dav.move(path, "/Upload/elsewhere.txt", expect=403)
    dav.copy(path, "/Upload/elsewhere.txt", expect=403)
    dav.move("/Upload/DCIM/a.jpg", path, expect=403)
    dav.copy("/Upload/DCIM/a.jpg", path, expect=403)
    dav.lock(path, expect=403)
    dav.mkcol(path, expect=405)
    assert "stays" in dav.delete("/Upload/Receipts", expect=403).reason
    dav.move("/Upload/Receipts", "/Upload/Other", expect=403)
    assert dav.get(path).body == content
    assert used(dav) == str(len(jpeg()))
    assert dav.api("status")["items"] == 1
    assert len(receipts(dav)) == 1


def test_nothing_replaces_the_folder_of_the_receipts(dav: DavClient) -> None:
    copied(dav)
    taxi = jpeg(Shot(seed=1))
    dav.put("/Upload/Receipts/taxi.jpg", taxi)
    inside = set(dav.children("/Upload/Receipts"))
    assert "stays" in dav.move("/Upload/DCIM", "/Upload/Receipts", expect=403).reason
    assert "stays" in dav.copy("/Upload/DCIM", "/Upload/Receipts/", expect=403).reason
    shallow = {"Depth": "0", "Destination": "/Upload/Receipts"}
    dav.request("COPY", "/Upload/DCIM", expect=403, headers=shallow)
    dav.move("/Upload/DCIM/a.jpg", "/Upload/Receipts", expect=403)
    dav.copy("/Upload/DCIM/a.jpg", "/Upload/Receipts", expect=403)
    assert set(dav.children("/Upload/Receipts")) == inside
    assert dav.get("/Upload/Receipts/taxi.jpg").body == taxi
    assert dav.children("/Upload/DCIM") == ["/Upload/DCIM/a.jpg"]
    dav.copy("/Upload/DCIM", "/Upload/Receipts/DCIM")
    assert "/Upload/Receipts/DCIM/" in dav.children("/Upload/Receipts")


def test_a_folder_of_that_name_of_ones_own(dav: DavClient, rclone: Rclone, tmp_path: Path) -> None:
    own = tmp_path / "Receipts"
    (own / "2024").mkdir(parents=True)
    (own / "taxi.jpg").write_bytes(jpeg(Shot(seed=1)))
    (own / "2024" / "train.jpg").write_bytes(jpeg(Shot(seed=2)))
    dav.mkcol("/Upload/DCIM")
    dav.put("/Upload/DCIM/a.jpg", jpeg())
    close(dav, "DCIM")
    rclone("copy", own, ":webdav:Receipts")
    rclone("check", "--download", "--one-way", own, ":webdav:Receipts")
    names = dav.children("/Upload/Receipts")
    assert {"/Upload/Receipts/taxi.jpg", "/Upload/Receipts/2024/"} < set(names)
    assert len(names) == 3
    assert close(dav, "Receipts")["safe_to_format"]
    dav.delete("/Upload/Receipts/taxi.jpg")
    dav.delete("/Upload/Receipts/2024")
    assert len(dav.children("/Upload/Receipts")) == 2


def test_a_file_of_that_name_of_ones_own(dav: DavClient) -> None:
    dav.put("/Upload/Receipts", b"my own")
    dav.mkcol("/Upload/DCIM")
    dav.put("/Upload/DCIM/a.jpg", jpeg())
    assert close(dav, "DCIM")["safe_to_format"]
    assert dav.get("/Upload/Receipts").body == b"my own"
    assert set(dav.children("/Upload")) == {"/Upload/DCIM/", "/Upload/Receipts"}
    dav.move("/Upload/DCIM/a.jpg", "/Upload/Receipts")
    assert dav.get("/Upload/Receipts").body == jpeg()
    dav.delete("/Upload/Receipts")


def test_a_killed_server_finishes_what_it_began(server: ServerProcess) -> None:
    with server.client() as dav:
        dav.mkcol("/Upload/DCIM")
        for number in range(40):
            dav.put(f"/Upload/DCIM/{number}.jpg", jpeg(Shot(seed=number)))
        receipt_id = receipts(dav)[0]["id"]
        dav.post_json(f"/api/v1/receipts/{receipt_id}/close", {}, expect=202)
        server.kill9()
    server.start()
    with server.client() as dav:
        assert finished(dav, receipt_id)["verdict"].startswith("All 40 files are stored and verified.")


def test_a_file_that_was_arriving_when_the_server_was_killed_is_told(server: ServerProcess) -> None:
    with server.client() as dav:
        dav.mkcol("/Upload/DCIM")
        dav.put("/Upload/DCIM/a.jpg", jpeg())
    with RawConnection(server.host, server.port) as raw:
        raw.send(put_head(server, "/Upload/DCIM/film.mp4", 10_000_000) + bytes(2_000_000))
        deadline = time.monotonic() + PATIENCE_S
        while not server.staged() and time.monotonic() < deadline:
            time.sleep(0.05)
        server.kill9()
    server.start()
    with server.client() as dav:
        receipt = close(dav, "DCIM")
        assert (receipt["files"], receipt["incomplete"], receipt["safe_to_format"]) == (1, 1, False)
        assert receipt["verdict"].endswith("Copy again: film.mp4.")


def test_what_a_checksum_refuses_is_told(dav: DavClient) -> None:
    dav.mkcol("/Upload/DCIM")
    dav.put("/Upload/DCIM/a.jpg", jpeg(), expect=400, headers={"OC-Checksum": f"SHA1:{'0' * 40}"})
    receipt = close(dav, "DCIM")
    assert (receipt["failed"], receipt["safe_to_format"]) == (1, False)
    assert "checksum" in receipt["entries"][0]["reason"]
