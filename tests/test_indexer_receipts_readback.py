"""Originals are read from the disk: what is there counts, not what should be. Stopped, killed, healed."""

from __future__ import annotations

import mmap
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from indexer.hashing import Announced
from indexer.model import Door
from indexer.receipt import ReceiptState
from indexer.receipts import readback
from indexer.receipts.readback import Interrupted, Reader, reads_as
from indexer.verification import verify
from tests import photos
from tests.libraries import Home, add_person, digest
from tests.photos import Shot
from tests.receipts import Desk, damage
from tests.server_process import ROOT

CONTENT = os.urandom(3 << 20)
PHOTO = photos.jpeg()


@pytest.fixture
def desk(home: Home) -> Desk:
    desk = Desk(home)
    desk.folder("DCIM", "DCIM/100")
    return desk


def stored(home: Home, content: bytes) -> bytes:
    return home.intake.originals.require(digest(content)).read_bytes()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "original"
    with path.open("wb") as opened:
        opened.write(CONTENT)
        os.fsync(opened.fileno())
    return path


def test_sound_bytes(file: Path) -> None:
    assert reads_as(file, digest(CONTENT), lambda: True)


@pytest.mark.parametrize("content", [CONTENT[:-1], CONTENT + b"x", b"", CONTENT[::-1]])
def test_other_bytes(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    assert not reads_as(file, digest(CONTENT), lambda: True)


def test_what_cannot_be_read_is_not_sound(tmp_path: Path) -> None:
    assert not reads_as(tmp_path / "missing", digest(b""), lambda: True)
    assert not reads_as(tmp_path, digest(b""), lambda: True)


def test_it_stops_when_told(file: Path) -> None:
    asked: list[None] = []

    def go_on() -> bool:
        asked.append(None)
        return len(asked) < 2

    with pytest.raises(Interrupted):
        reads_as(file, digest(CONTENT), go_on)
    assert len(asked) == 2


def test_it_leaves_nothing_in_memory(file: Path) -> None:
    if not in_memory(file):
        pytest.skip("this file system keeps nothing in the page cache")
    assert reads_as(file, digest(CONTENT), lambda: True)
    assert in_memory(file) < len(CONTENT) // 4


def in_memory(file: Path) -> int:
    """How many bytes of a file are in the page cache."""
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    size = file.stat().st_size
    pages = (size + mmap.PAGESIZE - 1) // mmap.PAGESIZE
    seen = (ctypes.c_ubyte * pages)()
    with file.open("r+b") as opened, mmap.mmap(opened.fileno(), size) as mapped:
        view = ctypes.c_char.from_buffer(mapped)
        failed = libc.mincore(ctypes.c_void_p(ctypes.addressof(view)), ctypes.c_size_t(size), seen)
        del view
    return 0 if failed else sum(page & 1 for page in seen) * mmap.PAGESIZE


def test_damage_found_by_reading_back_is_told_and_healed(desk: Desk) -> None:
    home = desk.home
    home.bring("DCIM/a.jpg", PHOTO)
    damage(home, PHOTO)
    receipt = desk.finish()
    assert (receipt.totals.verified, receipt.totals.damaged, receipt.is_safe_to_format) == (0, 1, False)
    damaged = desk.file(receipt, "DCIM/a.jpg")
    assert damaged.is_verified is False
    assert damaged.reason
    assert home.library.held(home.alice, [digest(PHOTO)]) == {}
    home.bring("DCIM/a.jpg", PHOTO)
    assert stored(home, PHOTO) == PHOTO
    assert home.library.held(home.alice, [digest(PHOTO)]) == {digest(PHOTO): digest(PHOTO)}
    assert home.catalog.damage.all() == frozenset()
    assert desk.finish().is_safe_to_format


def test_a_missing_original_is_told(desk: Desk) -> None:
    desk.home.bring("DCIM/a.jpg", PHOTO)
    desk.home.intake.originals.remove(digest(PHOTO))
    assert desk.finish().totals.damaged == 1


@pytest.mark.parametrize("who", ["alice", "bob"])
def test_damage_found_by_verify_is_healed_by_the_same_bytes(desk: Desk, who: str) -> None:
    home = desk.home
    home.bring("DCIM/a.jpg", PHOTO)
    damage(home, PHOTO)
    verify(home.catalog, home.intake.originals, lambda *_: None)
    person = home.alice if who == "alice" else add_person(home.catalog, "bob")
    with home.intake.begin(person, "a.jpg", Announced()) as incoming:
        incoming.write(PHOTO)
        home.intake.accept(incoming, person, "a.jpg", door=Door.SHARE, client_mtime=None)
    assert stored(home, PHOTO) == PHOTO
    assert home.catalog.damage.all() == frozenset()
    assert verify(home.catalog, home.intake.originals, lambda *_: None).damaged == ()


def test_verify_takes_back_what_is_sound_again(desk: Desk) -> None:
    home = desk.home
    home.bring("DCIM/a.jpg", PHOTO)
    home.catalog.damage.mark(digest(PHOTO), time.time())
    verify(home.catalog, home.intake.originals, lambda *_: None)
    assert home.catalog.damage.all() == frozenset()


def test_reading_back_goes_on_where_it_stopped(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    contents = [photos.jpeg(Shot(seed=number)) for number in range(6)]
    for number, content in enumerate(contents):
        desk.home.bring(f"DCIM/{number}.jpg", content)
    desk.later()
    read: list[str] = []

    def count(path: Path, sha256: str, go_on: object) -> bool:
        read.append(sha256)
        return True

    monkeypatch.setattr(readback, "reads_as", count)
    with pytest.raises(Interrupted):
        Reader(desk.receipts, desk.home.intake.originals).read_back(lambda: len(read) < 4)
    assert desk.newest().totals.verified == 4
    desk.read_back()
    assert sorted(read) == sorted(map(digest, contents))
    assert desk.newest().is_safe_to_format


KILLED = """
import os, signal, sys
from pathlib import Path
from indexer.catalog import open_catalog
from indexer.hashing import Staging
from indexer.receipts import readback
from indexer.receipts.copies import Receipts
from indexer.store import Store

root, real, read = Path(sys.argv[1]), readback.reads_as, []
readback._MARK_ROWS = 2

def reads_as(path, sha256, go_on):
    if len(read) == 5:
        os.kill(os.getpid(), signal.SIGKILL)
    read.append(sha256)
    return real(path, sha256, go_on)

readback.reads_as = reads_as
catalog = open_catalog(root / "catalog.sqlite3")
receipts = Receipts(catalog, Staging(root / "staging"))
readback.Reader(receipts, Store(root / "originals")).read_back(lambda: True)
"""


def test_kill_nine_while_reading_back(desk: Desk) -> None:
    home = desk.home
    for number in range(8):
        home.bring(f"DCIM/{number}.jpg", photos.jpeg(Shot(seed=number)))
    damage(home, photos.jpeg(Shot(seed=7)))
    desk.later()
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(home.folder.root)],
        cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}, timeout=60, check=False,
    )  # fmt: skip
    assert killed.returncode == -signal.SIGKILL
    halfway = desk.newest()
    assert (halfway.state, halfway.totals.verified + halfway.totals.damaged) == (ReceiptState.VERIFYING, 4)
    desk.read_back()
    receipt = desk.newest()
    assert (receipt.state, receipt.totals.verified, receipt.totals.damaged) == (ReceiptState.CLOSED, 7, 1)
    assert not receipt.is_safe_to_format


def test_the_reader_works_by_itself_and_stops_when_told(desk: Desk) -> None:
    desk.home.bring("DCIM/a.jpg", PHOTO)
    desk.receipts.end(desk.alice, desk.newest().id)
    stop = threading.Event()
    thread = threading.Thread(target=Reader(desk.receipts, desk.home.intake.originals).run, args=[stop])
    thread.start()
    try:
        deadline = time.monotonic() + 20
        while not desk.newest().is_safe_to_format:
            assert time.monotonic() < deadline
            time.sleep(0.05)
    finally:
        stop.set()
        thread.join(10)
    assert not thread.is_alive()
