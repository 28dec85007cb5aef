"""A real browser uploads real files: folders, duplicates, and everything that may go wrong on the way.

What was sent is judged by the requests that passed the wire, and by what the server holds in the end.
"""

from __future__ import annotations

import hashlib
import os
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver.common.by import By

from tests.browser import Browser
from tests.photos import Shot, jpeg
from tests.programs import require
from tests.server.recording_proxy import Record, recording_proxy
from tests.server_process import ROOT, ServerProcess, photocloud, process_tree
from webui.static_files import StaticFiles

ARTEFACTS = ROOT / "artefacts" / "browser"
UPLOADS = "/api/v1/uploads/"
# So much is sent per request, and may have to be sent again for each file after a crash.
CHUNK_BYTES = 32 << 20
SLOW_BYTES_PER_S = 4_000_000
PATIENCE_S = 240
LARGE_FILE_BYTES = 1_000_000 * int(os.environ.get("PHOTOCLOUD_LARGE_FILE_MB", "300"))


@pytest.fixture
def wire(server: ServerProcess) -> Iterator[Record]:
    with recording_proxy(server) as record:
        yield record


@pytest.fixture
def browser(tmp_path: Path, server: ServerProcess, wire: Record) -> Iterator[Browser]:
    """A browser at the upload page, logged in."""
    with at_page(Browser(tmp_path / "profile", tmp_path), server, wire.url) as browser:
        yield browser


@contextmanager
def at_page(browser: Browser, server: ServerProcess, url: str) -> Iterator[Browser]:
    try:
        browser.driver.get(url)
        browser.fill(user=server.user, password=server.password)
        browser.wait_for("#status")
        browser.driver.get(f"{url}upload")
        browser.wait_for(".picker")
        yield browser
    finally:
        browser.driver.quit()


@pytest.fixture(autouse=True)
def _needed() -> None:
    require("chromium", "chromedriver")
    if not StaticFiles().has_bundle():
        pytest.skip("the browser part was not built: npm ci --ignore-scripts && npm run build")


def wait_until(condition: Callable[[], object], patience_s: float = PATIENCE_S) -> None:
    deadline = time.monotonic() + patience_s
    while not condition():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.05)


def wait_for_end(browser: Browser) -> str:
    """The sentence that sums up, when nothing is under way any more."""
    wait_until(lambda: "in your library" in title(browser) or "could not" in title(browser))
    return browser.text(".upload-outcome")


def title(browser: Browser) -> str:
    return str(browser.evaluate("document.querySelector('.upload-title').textContent"))


def films(folder: Path, count: int, size_bytes: int) -> dict[str, bytes]:
    """Large files of random bytes, in a folder that is made."""
    folder.mkdir(parents=True)
    dice = random.Random(count)
    made = {f"clip{number}.mp4": dice.randbytes(size_bytes) for number in range(count)}
    for name, content in made.items():
        (folder / name).write_bytes(content)
    return made


def digests(contents: dict[str, bytes]) -> set[str]:
    return {hashlib.sha256(content).hexdigest() for content in contents.values()}


def held(server: ServerProcess) -> set[str]:
    """The digests of the originals on the disk, taken anew."""
    return {hashlib.sha256(path.read_bytes()).hexdigest() for path in server.originals()}


@pytest.fixture
def large_card(tmp_path: Path, server: ServerProcess) -> Path:
    """3,020 files of 1,400 contents, of which 400 are held by the server; and litter."""
    card = tmp_path / "card"
    for number in range(3000):
        folder = card / f"DCIM/{number // 100:03}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"note{number:04}.txt").write_text(f"text number {number % 1400}")
    (card / "DCIM/copy").mkdir()
    for number in range(20):
        (card / f"DCIM/copy/again{number}.txt").write_text(f"text number {number + 1100}")
    for junk in (".DS_Store", "DCIM/._note0001.txt", "DCIM/000/Thumbs.db"):
        (card / junk).write_text("litter")
    dated = card / "DCIM/029/note2999.txt"
    os.utime(dated, (1_600_000_000, 1_600_000_000))
    before = tmp_path / "before"
    before.mkdir()
    for number in range(400):
        (before / f"{number}.txt").write_text(f"text number {number}")
    words = ("import", str(before), "--user", server.user, "--data", str(server.data))
    assert photocloud(*words, timeout_s=PATIENCE_S).returncode == 0
    return card


def test_three_thousand_files_of_which_many_are_here_already(
    browser: Browser, server: ServerProcess, wire: Record, large_card: Path
) -> None:
    browser.driver.find_element(By.CSS_SELECTOR, "input[webkitdirectory]").send_keys(str(large_card))
    most_rows = 0
    while "in your library" not in title(browser):
        most_rows = max(most_rows, browser.evaluate("document.querySelectorAll('.file').length"))
        assert "could not" not in title(browser)
        time.sleep(0.1)
    assert title(browser) == "All 3,020 files are in your library"
    assert browser.text(".upload-outcome").startswith(
        "1,000 new, 2,020 already here. Left out: 3 system files"
    )
    assert 0 < most_rows < 60
    sent = [one.metadata for one in wire.to(UPLOADS, "POST")]
    assert len(sent) == 1000
    assert {one["sha256"] for one in sent} == {
        hashlib.sha256(f"text number {number}".encode()).hexdigest() for number in range(400, 1400)
    }
    assert len(wire.to("/api/v1/originals/check", "POST")) < 300
    with server.client() as dav:
        stored = dav.head("/Upload/card/DCIM/029/note2999.txt")
        assert stored.headers["Last-Modified"] == "Sun, 13 Sep 2020 12:26:40 GMT"
        assert dav.get("/Upload/card/DCIM/029/note2999.txt").body == b"text number 199"
        assert dav.get("/Upload/card/DCIM/copy/again7.txt").body == b"text number 1107"
        assert dav.get("/Upload/card/DCIM/000/note0042.txt").body == b"text number 42"
        (receipt,) = (one for one in dav.api("receipts")["receipts"] if one["folder"] == "card")
        assert (receipt["door"], receipt["files"], receipt["by_digest"]) == ("browser", 3020, 2020)
    assert len(wire.to("/api/v1/originals/held", "POST")) < 300
    assert server.status()["originals"]["count"] == 1400
    browser.picture(ARTEFACTS / "20-uploaded.png")
    assert browser.complaints() == []


def test_a_drop_on_the_timeline_shows_the_photos_there(
    browser: Browser, server: ServerProcess, wire: Record, tmp_path: Path
) -> None:
    card = tmp_path / "card/DCIM"
    card.mkdir(parents=True)
    for number in range(4):
        (card / f"IMG_{number}.JPG").write_bytes(jpeg(Shot(size=(900, 600), seed=number * 40)))
    browser.driver.get(wire.url)
    browser.wait_for("#status")
    browser.drop(tmp_path / "card")
    browser.wait(lambda: browser.driver.find_element(By.CSS_SELECTOR, ".upload-dialog").is_displayed())
    wait_until(lambda: title(browser) == "All 4 files are in your library")
    browser.wait_for(".upload-strip img", count=4)
    browser.picture(ARTEFACTS / "21-dropped-on-the-timeline.png")
    browser.click(".upload-dialog .panel-head button")
    browser.wait_for("a.tile-picture", count=4)
    assert not browser.driver.find_element(By.CSS_SELECTOR, ".upload-handle").is_displayed()
    assert browser.complaints() == []


def test_killed_in_the_middle_the_server_goes_on_where_it_was(
    browser: Browser, server: ServerProcess, wire: Record, tmp_path: Path
) -> None:
    contents = films(tmp_path / "card", 3, 40_000_000)
    browser.network(upload_bytes_per_s=20_000_000)
    browser.drop(tmp_path / "card")
    wait_until(lambda: wire.uploaded_bytes() > 100_000_000)
    server.kill9()
    wait_until(lambda: browser.driver.find_element(By.CSS_SELECTOR, ".upload .notice").is_displayed())
    assert "does not answer" in browser.text(".upload .notice")
    browser.picture(ARTEFACTS / "22-server-gone.png")
    browser.network()
    server.start()
    assert wait_for_end(browser).startswith("3 new")
    assert held(server) == digests(contents)
    assert wire.to(UPLOADS, "HEAD")
    assert wire.uploaded_bytes() < 120_000_000 + 3 * CHUNK_BYTES
    assert len(wire.to(UPLOADS, "POST")) == 3


def test_offline_in_the_middle(browser: Browser, server: ServerProcess, wire: Record, tmp_path: Path) -> None:
    """A piece that is under way may still get through; the next ones cannot."""
    contents = films(tmp_path / "card", 3, CHUNK_BYTES + 3_000_000)
    browser.network(upload_bytes_per_s=20_000_000)
    browser.drop(tmp_path / "card")
    wait_until(lambda: wire.uploaded_bytes() > 30_000_000)
    browser.network(is_offline=True)
    wait_until(lambda: browser.driver.find_element(By.CSS_SELECTOR, ".upload .notice").is_displayed())
    time.sleep(3)
    browser.network()
    assert wait_for_end(browser).startswith("3 new")
    assert held(server) == digests(contents)
    assert wire.uploaded_bytes() < 3 * (CHUNK_BYTES + 3_000_000) + 3 * CHUNK_BYTES


def test_reloaded_in_the_middle_the_same_drop_goes_on(
    browser: Browser, server: ServerProcess, wire: Record, tmp_path: Path
) -> None:
    contents = films(tmp_path / "card", 3, 8_000_000)
    small = tmp_path / "card/small.jpg"
    small.write_bytes(jpeg())
    browser.network(upload_bytes_per_s=SLOW_BYTES_PER_S)
    browser.drop(tmp_path / "card")
    wait_until(lambda: wire.uploaded_bytes() > 12_000_000)
    browser.driver.refresh()
    browser.wait_for(".picker")
    browser.network()
    browser.drop(tmp_path / "card")
    assert wait_for_end(browser).startswith("3 new, 1 already here")
    assert held(server) == digests(contents) | {hashlib.sha256(small.read_bytes()).hexdigest()}
    created = [one.metadata["filename"] for one in wire.to(UPLOADS, "POST")]
    assert sorted(created) == ["clip0.mp4", "clip1.mp4", "clip2.mp4", "small.jpg"]
    assert wire.uploaded_bytes() < 24_000_000 + 12_000_000 / 2
    assert browser.complaints() == []


def test_pause_resume_and_cancel(
    browser: Browser, server: ServerProcess, wire: Record, tmp_path: Path
) -> None:
    contents = films(tmp_path / "card", 4, 6_000_000)
    browser.network(upload_bytes_per_s=SLOW_BYTES_PER_S)
    assert not asks_before_leaving(browser)
    browser.drop(tmp_path / "card")
    wait_until(lambda: wire.uploaded_bytes() > 3_000_000)
    assert asks_before_leaving(browser)
    action(browser, "Pause").click()
    wait_until(lambda: title(browser) == "Paused")
    time.sleep(0.5)
    before = wire.uploaded_bytes()
    browser.picture(ARTEFACTS / "23-paused.png")
    time.sleep(1.5)
    assert wire.uploaded_bytes() == before
    browser.click("[aria-label='Cancel: clip3.mp4']")
    browser.network()
    action(browser, "Resume").click()
    wait_until(lambda: title(browser) == "The rest was cancelled")
    assert browser.text(".upload-outcome").startswith("3 new, 1 cancelled")
    del contents["clip3.mp4"]
    assert held(server) == digests(contents)
    assert not asks_before_leaving(browser)

    browser.click("[aria-label='Retry: clip3.mp4']")
    assert wait_for_end(browser).startswith("4 new")
    browser.show_as(390, 844, scheme="dark", pixel_ratio=2)
    browser.wait(lambda: browser.evaluate("document.documentElement.scrollWidth <= innerWidth"))
    browser.picture(ARTEFACTS / "24-uploaded-phone.png")
    assert browser.complaints() == []


def action(browser: Browser, word: str) -> Any:
    return browser.driver.find_element(By.XPATH, f"//button[text()='{word}']")


def asks_before_leaving(browser: Browser) -> bool:
    script = "!dispatchEvent(new Event('beforeunload', { cancelable: true }))"
    return bool(browser.evaluate(script))


def test_over_plain_http_in_the_home_network(tmp_path: Path, server: ServerProcess) -> None:
    """There the browser has no digests of its own: small files are hashed by the worker's WebAssembly too."""
    card = tmp_path / "card"
    card.mkdir()
    (card / "photo.jpg").write_bytes(jpeg())
    switches = ("--host-resolver-rules=MAP photos.example 127.0.0.1",)
    home = Browser(tmp_path / "profile", tmp_path, switches=switches)
    with at_page(home, server, f"http://photos.example:{server.port}/") as browser:
        assert browser.evaluate("isSecureContext") is False
        browser.drop(card)
        assert wait_for_end(browser).startswith("1 new")
        assert held(server) == {hashlib.sha256(jpeg()).hexdigest()}
        browser.drop(card)
        wait_until(lambda: browser.text(".upload-outcome").startswith("0 new, 1 already here"))
        assert browser.complaints() == []


def test_a_large_film_passes_through_little_memory(
    browser: Browser, server: ServerProcess, wire: Record, tmp_path: Path
) -> None:
    """Three gigabytes with PHOTOCLOUD_LARGE_FILE_MB=3000, which takes a minute or two."""
    film = tmp_path / "film.mp4"
    write_sparse(film, LARGE_FILE_BYTES)
    before, most = memory_bytes(browser), 0
    browser.drop(film)
    while "in your library" not in title(browser):
        most = max(most, memory_bytes(browser))
        assert "could not" not in title(browser)
        time.sleep(0.1)
    assert most - before < 200_000_000
    (original,) = server.originals()
    with original.open("rb") as stored, film.open("rb") as sent:
        assert hashlib.file_digest(stored, "sha256").digest() == hashlib.file_digest(sent, "sha256").digest()


def write_sparse(file: Path, size_bytes: int) -> None:
    """Random bytes here and there, holes between: large, and made at once."""
    dice = random.Random(size_bytes)
    with file.open("wb") as out:
        for place in range(0, size_bytes, 100_000_000):
            out.seek(place)
            out.write(dice.randbytes(1_000_000))
        out.truncate(size_bytes)


def memory_bytes(browser: Browser) -> int:
    """What all processes of the browser hold, what they share counted once (proportional set size)."""
    total = 0
    for pid in process_tree(browser.driver.service.process.pid):
        with suppress(OSError):
            rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
            total += 1024 * int(rollup.partition("\nPss:")[2].split()[0])
    return total
