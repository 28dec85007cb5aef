"""Promise 10, knowledge is disposable, decisions are not: every answer before and after, over all samples.

A household: Alice, the owner, has every sample, some of them loved and some under two names; Bob has a few.
The catalog is whole, or lost but for a snapshot, or lost altogether; then the index is made anew.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.clients import DavClient
from tests.samples import load, needs_samples
from tests.server_process import PASSWORD, USER, ServerProcess, add_account, lay_account, photocloud

pytestmark = needs_samples

SAMPLES = load()
LAST = SAMPLES[-1]
MOST_S = 900
# What a person said, which no original can tell: names, arrivals, favourites, and dates taken from them.
SAID = ("name", "uploads", "favourite", "shot_id", "shot", "burst", "group")
DATED = ("taken_at", "taken_at_source", "taken_at_confidence", "utc_offset")
Answers = dict[str, Any]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A data folder with everything indexed, and the snapshot that the housekeeper took at the last start."""
    data = tmp_path_factory.mktemp("rebuild") / "data"
    lay_account(data)
    add_account(data, "bob")
    server = ServerProcess(data, arguments=["--workers", "2"])
    server.start()
    try:
        with server.client() as alice, server.client(user="bob") as bob:
            bring(alice, bob)
        server.wait_idle(MOST_S)
        for snapshot in (data / "snapshots").iterdir():
            snapshot.unlink()
        server.restart()
        assert server.stop() == 0
        assert len(list((data / "snapshots").iterdir())) == 1
        yield data
    finally:
        server.kill9()


def bring(alice: DavClient, bob: DavClient) -> None:
    for number, sample in enumerate(SAMPLES):
        folder = f"/Upload/{number:03}"
        alice.mkcol(folder)
        loved = {"X-Favorite": "1"} if number % 7 == 0 else {}
        headers = {"X-OC-Mtime": str(1_500_000_000 + number), **loved}
        alice.put(f"{folder}/{sample.name}", sample.file.read_bytes(), headers=headers)
        if number % 10 == 0:
            alice.copy(f"{folder}/{sample.name}", f"{folder}/again {sample.name}")
            bob.put(f"/Upload/{number}-{sample.name}", sample.file.read_bytes())


@pytest.fixture
def serve(filled: Path, tmp_path: Path) -> Iterator[Callable[[], ServerProcess]]:
    """Serve a copy of the data folder at ``tmp_path / "data"``; a new copy for each test."""
    data = tmp_path / "data"
    shutil.copytree(filled, data, copy_function=copy_or_link)
    server = ServerProcess(data, arguments=["--workers", "2"])

    def start() -> ServerProcess:
        server.start()
        return server

    yield start
    server.kill9()


def copy_or_link(source: str, target: str) -> None:
    """Originals and derivatives are never written to, so a second name will do."""
    if "/originals/" in source or "/derivatives/" in source:
        os.link(source, target)
    else:
        shutil.copy2(source, target)


def answers(server: ServerProcess, user: str = USER) -> Answers:
    """Everything that the faces say to this person, but for numbers that count changes."""
    with server.client(user=user) as client:
        items = {item["id"]: client.api(f"items/{item['id']}") for item in client.items()}
        status = client.api("status")
        every = sorted(path.name[:64] for path in server.originals())
        checked = client.post_json("/api/v1/originals/check", {"digests": every}, expect=200)
        return {
            "numbers": {name: status[name] for name in ("items", "originals", "duplicates")},
            "timeline": client.api("timeline"),
            "order": [item["id"] for item in client.items()],
            "items": items,
            "held": checked.json()["held"],
            "upload": listing(client, "/Upload/"),
            "library": listing(client, "/Library/"),
            "devices": client.api("devices") if user == USER else None,
        }


def listing(client: DavClient, path: str) -> dict[str, dict[str, str]]:
    """Every path of a share with all its properties: etag, dates, size, type, checksums."""
    found: dict[str, dict[str, str]] = {}
    for name, properties in client.propfind(path).resources().items():
        found[name] = {tag: as_text(element) for tag, element in properties.items() if "quota" not in tag}
        if name.endswith("/") and name != path:
            found |= listing(client, name)
    return found


def as_text(element: ElementTree.Element) -> str:
    return ElementTree.tostring(element, encoding="unicode")


def rebuild(server: ServerProcess, *options: str, stdin: str = "") -> Any:
    """Run the command on the stopped server's folder; its report."""
    command = ("rebuild", "--json", "--data", str(server.data), *options)
    done = photocloud(*command, stdin=stdin, timeout_s=300)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


def test_with_the_catalog_every_answer_is_the_same(serve: Callable[[], ServerProcess]) -> None:
    server = serve()
    before, of_bob = answers(server), answers(server, "bob")
    server.stop()
    report = rebuild(server)
    assert (report["basis"], report["recovered"], report["damaged"]) == ("catalog", [], [])
    assert Path(report["kept"]).is_file()
    server.start()
    server.wait_idle(MOST_S)
    assert answers(server) == before
    assert answers(server, "bob") == of_bob


def test_with_a_snapshot_only_what_came_since_lost_its_name(serve: Callable[[], ServerProcess]) -> None:
    server = serve()
    before, of_bob = answers(server), answers(server, "bob")
    with server.client() as client:
        client.put("/Upload/since.txt", b"it came after the snapshot")
    server.wait_idle()
    server.stop()
    (server.data / "catalog.sqlite3").write_bytes(b"lost")
    refused = photocloud("status", "--data", str(server.data))
    assert refused.returncode == 1
    assert "photocloud rebuild" in refused.stderr

    report = rebuild(server)
    assert (report["basis"], report["damaged"]) == ("snapshot", [])
    ((since, user),) = [(one["sha256"], one["user"]) for one in report["recovered"]]
    assert user == USER
    server.start()
    server.wait_idle(MOST_S)
    after = answers(server)
    assert f"/Upload/Recovered/{since[:16]}.txt" in after["upload"]
    assert after["held"] == before["held"] | {since: since}
    known = {item_id: item for item_id, item in after["items"].items() if item_id != since}
    assert known == before["items"]
    assert files_of(before["library"]).items() <= files_of(after["library"]).items()
    assert files_of(before["upload"]).items() <= files_of(after["upload"]).items()
    assert answers(server, "bob") == of_bob
    with server.client(user="bob") as bob:
        bob.api(f"items/{since}", expect=404)


def files_of(share: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
    """Without the folders, whose time and tag tell that something new is in them."""
    return {name: facts for name, facts in share.items() if not name.endswith("/")}


def test_with_the_originals_alone_all_that_they_tell_is_back(serve: Callable[[], ServerProcess]) -> None:
    server = serve()
    before = answers(server)
    server.stop()
    shutil.rmtree(server.data / "snapshots")
    (server.data / "catalog.sqlite3").unlink()
    refused = photocloud("rebuild", "--data", str(server.data))
    assert refused.returncode == 1
    assert "--owner" in refused.stderr

    report = rebuild(server, "--owner", USER, "--password-stdin", stdin=PASSWORD + "\n")
    assert (report["basis"], report["damaged"], report["kept"]) == ("originals", [], None)
    assert {one["sha256"] for one in report["recovered"]} == set(before["held"])
    server.start()
    server.wait_idle(MOST_S)
    after = answers(server)
    assert (after["held"], set(after["order"])) == (before["held"], set(before["order"]))
    for item_id, item in before["items"].items():
        assert told_by_bytes(after["items"][item_id], item) == told_by_bytes(item, item), item["name"]


def told_by_bytes(item: dict[str, Any], before: dict[str, Any]) -> dict[str, Any]:
    """What is left of an item without what was said about it; ``before`` tells where its date was from."""
    is_dated_inside = ":" in (before["taken_at_source"] or "")
    left_out = SAID if is_dated_inside else SAID + DATED
    return {name: value for name, value in item.items() if name not in left_out}


def test_a_server_that_runs_is_not_rebuilt_under(serve: Callable[[], ServerProcess]) -> None:
    server = serve()
    refused = photocloud("rebuild", "--data", str(server.data))
    assert refused.returncode == 1
    assert "stop it first" in refused.stderr
    assert len(server.status()["receiving"]) == 0
