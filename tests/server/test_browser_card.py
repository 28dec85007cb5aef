"""A real browser checks a card: what it says, that only digests leave it, and the upload of the rest."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver.common.by import By

from tests.browser import Browser
from tests.photos import Shot, jpeg
from tests.programs import require
from tests.server.recording_proxy import Record, recording_proxy
from tests.server_process import ROOT, ServerProcess
from webui.static_files import StaticFiles

ARTEFACTS = ROOT / "artefacts" / "browser"


@pytest.fixture
def wire(server: ServerProcess) -> Iterator[Record]:
    with recording_proxy(server) as record:
        yield record


@pytest.fixture
def browser(tmp_path: Path, server: ServerProcess, wire: Record) -> Iterator[Browser]:
    """A browser at the check page, logged in."""
    require("chromium", "chromedriver")
    if not StaticFiles().has_bundle():
        pytest.skip("the browser part was not built: npm ci --ignore-scripts && npm run build")
    browser = Browser(tmp_path / "profile", tmp_path)
    try:
        browser.driver.get(wire.url)
        browser.fill(user=server.user, password=server.password)
        browser.wait_for("#status")
        browser.driver.get(f"{wire.url}check")
        browser.wait_for(".picker")
        yield browser
    finally:
        browser.driver.quit()


@pytest.fixture
def card(tmp_path: Path, server: ServerProcess) -> Path:
    """A card of twelve photos, which the server holds under other names, and litter."""
    folder = tmp_path / "card"
    (folder / "DCIM/100").mkdir(parents=True)
    (folder / ".DS_Store").write_bytes(b"litter")
    with server.client() as dav:
        for number in range(12):
            photo = jpeg(Shot(seed=number * 10))
            (folder / f"DCIM/100/IMG_{number}.JPG").write_bytes(photo)
            dav.put(f"/Upload/other{number}.jpg", photo)
    server.wait_idle()
    return folder


def title(browser: Browser) -> str:
    return str(browser.evaluate("document.querySelector('.upload-title').textContent"))


def wait_for_title(browser: Browser, words: str) -> None:
    browser.wait(lambda: title(browser) == words)


def sent_bodies(wire: Record) -> list[str]:
    """The addresses to which the page sent anything at all."""
    return [one.path for one in wire.requests if one.method in ("POST", "PUT", "PATCH") and one.body_bytes]


def test_a_card_that_is_safe(browser: Browser, wire: Record, card: Path) -> None:
    before = len(sent_bodies(wire))
    browser.drop(card)
    wait_for_title(browser, "All 12 files of this card are in your library.")
    assert browser.driver.find_element(By.CSS_SELECTOR, ".verdict-good").is_displayed()
    assert "1 system file" in browser.text(".verdict")
    assert set(sent_bodies(wire)[before:]) == {"/api/v1/originals/check"}
    (asked,) = wire.to("/api/v1/originals/check", "POST")
    assert asked.body_bytes < 12 * 70 + 100
    browser.picture(ARTEFACTS / "30-card-safe.png")
    browser.show_as(390, 844, scheme="dark", pixel_ratio=2)
    browser.wait(lambda: browser.evaluate("document.documentElement.scrollWidth <= innerWidth"))
    browser.picture(ARTEFACTS / "31-card-safe-phone.png")
    assert browser.complaints() == []


def test_what_is_missing_is_named_and_uploaded(
    browser: Browser, server: ServerProcess, wire: Record, card: Path, tmp_path: Path
) -> None:
    missing = {f"NEW_{number}.JPG": jpeg(Shot(seed=200 + number)) for number in range(2)}
    for name, content in (missing | {"COPY.JPG": missing["NEW_0.JPG"]}).items():
        (card / name).write_bytes(content)
    browser.driver.find_element(By.CSS_SELECTOR, "input[webkitdirectory]").send_keys(str(card))
    wait_for_title(browser, "3 of 15 files are not in your library.")
    assert "Do not format" in browser.text(".verdict-bad")
    browser.picture(ARTEFACTS / "32-card-not-safe.png")
    assert wire.to("/api/v1/uploads/", "POST") == []

    browser.click("a[download]")
    saved = tmp_path / "card check.txt"
    browser.wait(saved.exists)
    not_held, _, held = saved.read_text().partition("In the library (12):")
    for name, content in missing.items():
        assert f"{hashlib.sha256(content).hexdigest()}  card/{name}\n" in not_held
    assert "card/COPY.JPG" in not_held
    assert held.count(".JPG") == 12

    browser.click(".upload-actions .button-main")
    wait_for_title(browser, "All 15 files are in your library")
    sent = {one.metadata["filename"] for one in wire.to("/api/v1/uploads/", "POST")}
    assert len(sent) == 2
    assert len(wire.to("/api/v1/uploads/", "POST")) == 2
    assert server.wait_idle()["originals"]["count"] == 14
    with server.client() as dav:
        (receipt,) = (one for one in dav.api("receipts")["receipts"] if one["folder"] == "card")
        assert (receipt["files"], receipt["new"], receipt["held"], receipt["by_digest"]) == (15, 2, 13, 13)
    browser.driver.get(f"{wire.url}check")
    browser.wait_for(".picker")
    browser.drop(card)
    wait_for_title(browser, "All 15 files of this card are in your library.")
    assert browser.complaints() == []


def test_a_card_that_is_pulled_out_is_not_called_safe(browser: Browser, card: Path) -> None:
    """A file ends while it is read."""
    large = card / "DCIM/large.mp4"
    with large.open("wb") as file:
        file.truncate(400_000_000)
    browser.drop(card)
    browser.wait(lambda: browser.evaluate("document.querySelectorAll('.file-hashing').length"))
    time.sleep(0.2)
    os.truncate(large, 0)
    wait_for_title(browser, "1 of 13 files is not in your library.")
    assert "could not be read" in browser.text(".verdict-bad")
