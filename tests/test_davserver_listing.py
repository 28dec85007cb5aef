"""Listings of any size: as many statements as for a small one, as much memory, and no false end."""

from __future__ import annotations

import io
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from wsgidav.dav_error import DAVError

from davserver import listing
from davserver.receipt_texts import ReceiptTexts
from davserver.upload_share import UploadShare
from indexer.catalog.listings import Listed
from indexer.catalog.tables import EntryRow
from indexer.model import Lock, Person
from indexer.receipts.copies import Receipts
from indexer.upload_tree import UploadTree
from tests.libraries import NOW, Home, digest, open_home

FAR = 2.0**33


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    with open_home(tmp_path / "data") as home:
        yield home


def fill(home: Home, folder: str, number: int) -> None:
    """Files as rows, without their bytes."""
    home.catalog.entries.make_folder(home.alice, folder, NOW)
    rows = [
        {
            "person_id": home.alice, "path": f"{folder}/IMG_{n:06}.jpg", "folder": folder,
            "name": f"IMG_{n:06}.jpg", "type": "file", "sha256": digest(str(n)), "size_bytes": n,
            "mime": "image/jpeg", "mtime": NOW + n,
            "created_at": NOW, "changed_at": NOW, "is_junk": False, "properties": "{}", "checksums": "",
            "previous_sha256": None, "previous_mtime": None,
        }
        for n in range(number)
    ]  # fmt: skip
    with home.catalog._database.write() as connection:
        connection.execute(sa.insert(EntryRow), rows)


class Asked:
    """One PROPFIND without a server: the answer's status, headers and pieces."""

    def __init__(
        self, home: Home, path: str, depth: str | None = "1", body: bytes = b"", **more: str
    ) -> None:
        environ: dict[str, Any] = {"wsgi.input": io.BytesIO(body), "wsgidav.provider": None, **more}
        if depth is not None:
            environ["HTTP_DEPTH"] = depth
        person = Person(home.alice, "alice", True)
        receipts = ReceiptTexts(Receipts(home.catalog, home.intake.staging), person)
        share = UploadShare(home.intake, UploadTree(home.intake), person, receipts)
        resource = share.resolve(path, f"/Upload/{path}".rstrip("/"), environ)
        self.status, self.headers = "", dict[str, str]()
        self.pieces = iter(listing.answer(resource, environ, self._start))

    def _start(self, status: str, headers: list[tuple[str, str]]) -> None:
        self.status, self.headers = status, dict(headers)

    def text(self) -> str:
        return b"".join(self.pieces).decode()


def test_a_small_listing_tells_its_length(home: Home) -> None:
    fill(home, "f", 20)
    asked = Asked(home, "f")
    assert int(asked.headers["Content-Length"]) == len(asked.text().encode())
    assert asked.status == "207 Multi-Status"


def test_a_long_listing_is_sent_while_it_is_read(home: Home) -> None:
    fill(home, "f", 5000)
    asked = Asked(home, "f")
    assert "Content-Length" not in asked.headers
    pieces = list(asked.pieces)
    assert len(pieces) > 10
    assert max(map(len, pieces)) < 2 * listing._LONGEST_WHOLE_BYTES
    assert b"".join(pieces).count(b"<D:response>") == 5001


def test_the_number_of_statements_does_not_grow_with_the_folder(home: Home) -> None:
    def statements(folder: str) -> int:
        del log[:]
        Asked(home, folder).text()
        return len(log)

    log: list[str] = []
    engine = home.catalog._database.engine
    sa.event.listen(engine, "checkout", lambda driver, *_: driver.set_trace_callback(log.append))
    fill(home, "small", 3)
    fill(home, "large", 3000)
    statements("small")
    assert statements("small") == statements("large") > 0


def test_the_memory_does_not_grow_with_the_folder(home: Home) -> None:
    def peak_bytes(folder: str) -> int:
        tracemalloc.start()
        try:
            assert sum(map(len, Asked(home, folder).pieces)) > 1_000_000
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    fill(home, "ten", 10_000)
    fill(home, "fifty", 50_000)
    peak_bytes("ten")
    assert peak_bytes("fifty") < 1.5 * peak_bytes("ten") < 30_000_000


def broken_after(number: int) -> Iterator[Listed]:
    for n in range(number):
        yield Listed(str(n), str(n), True)
    raise OSError("the disk has gone")


def test_an_error_in_the_middle_is_not_an_end(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server must cut the connection: a shorter listing would look as if files were deleted."""
    monkeypatch.setattr(listing, "_members", lambda _resource: broken_after(5000))
    asked = Asked(home, "")
    with pytest.raises(OSError, match="gone"):
        asked.text()


def test_an_error_at_the_beginning_can_still_be_told(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "_members", lambda _resource: broken_after(10))
    with pytest.raises(OSError, match="gone"):
        Asked(home, "")


@pytest.mark.parametrize(("depth", "status"), [("infinity", 403), (None, 403), ("2", 400), ("", 400)])
def test_depths_that_are_refused(home: Home, depth: str | None, status: int) -> None:
    with pytest.raises(DAVError) as caught:
        Asked(home, "", depth)
    assert caught.value.value == status
    if status == 403:
        assert b"propfind-finite-depth" in caught.value.err_condition.as_string().encode()


@pytest.mark.parametrize("depth", ["0", "1", "infinity", None])
def test_a_file_is_listed_at_any_depth(home: Home, depth: str | None) -> None:
    fill(home, "f", 2)
    assert Asked(home, "f/IMG_000001.jpg", depth).text().count("<D:response>") == 1


@pytest.mark.parametrize(
    ("root", "depth", "own", "members"),
    [
        ("/Upload/f", "0", 1, 0),
        ("/Upload/f", "infinity", 1, 3),
        ("/Upload/f/IMG_000001.jpg", "0", 0, 1),
        ("/Upload/g", "infinity", 0, 0),
    ],
)
def test_locks_are_told_where_they_hold(home: Home, root: str, depth: str, own: int, members: int) -> None:
    fill(home, "f", 3)
    lock = Lock("urn:uuid:1", root, "", depth, "exclusive", 600.0, FAR)
    assert not home.catalog.locks.add(home.alice, lock, NOW)
    assert Asked(home, "f", "0").text().count("<D:activelock>") == own
    assert Asked(home, "f").text().count("<D:activelock>") == own + members


@pytest.mark.parametrize("header", [{"HTTP_PREFER": "foo, return=minimal"}, {"HTTP_BRIEF": "t"}])
def test_a_client_may_prefer_not_to_hear_of_what_is_missing(home: Home, header: dict[str, str]) -> None:
    body = b'<propfind xmlns="DAV:"><prop><getetag/><resourcetype/></prop></propfind>'
    assert " 404 " in Asked(home, "", "0", body).text()
    brief = Asked(home, "", "0", body, **header)
    assert " 404 " not in brief.text()
    assert brief.headers["Preference-Applied"] == "return=minimal"
