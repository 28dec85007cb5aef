"""A real browser: a receipt followed from its first file to its verdict, without a reload by hand."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser import Browser
from tests.clients import DavClient
from tests.photos import Shot, jpeg
from tests.programs import require
from tests.server_process import ROOT, ServerProcess
from webui.static_files import StaticFiles

ARTEFACTS = ROOT / "artefacts" / "browser"
PHONE = (390, 844)


@pytest.fixture
def browser(tmp_path: Path, server: ServerProcess) -> Iterator[Browser]:
    """A browser at the receipts, logged in."""
    require("chromium", "chromedriver")
    browser = Browser(tmp_path / "profile", tmp_path)
    try:
        browser.driver.get(f"{server.url}receipts")
        browser.fill(user=server.user, password=server.password)
        browser.wait_for(".receipts-none")
        yield browser
    finally:
        browser.driver.quit()


@pytest.fixture
def card(tmp_path: Path, dav: DavClient) -> Path:
    """Ten photos, of which the server holds seven, a copy of one, a text, litter and an empty file."""
    card = tmp_path / "card"
    card.mkdir()
    for number in range(10):
        photo = jpeg(Shot(seed=number))
        (card / f"IMG_{number}.JPG").write_bytes(photo)
        if number < 7:
            dav.put(f"/Upload/{number}.jpg", photo)
    (card / "copy.JPG").write_bytes(jpeg(Shot(seed=9)))
    (card / "notes.txt").write_bytes(b"what the card was for")
    (card / ".DS_Store").write_bytes(b"litter")
    (card / "zero.JPG").touch()
    return card


def test_a_card_of_which_most_is_held_has_a_receipt_of_all(
    browser: Browser, server: ServerProcess, dav: DavClient, card: Path
) -> None:
    if not StaticFiles().has_bundle():
        pytest.skip("the browser part was not built: npm ci --ignore-scripts && npm run build")
    browser.driver.get(f"{server.url}upload")
    browser.wait_for(".picker")
    browser.drop(card)
    browser.wait(lambda: browser.text(".upload-title") == "All 12 files are in your library")
    assert "1 empty file of 0 bytes" in browser.text(".upload-outcome")
    (receipt,) = (one for one in dav.api("receipts")["receipts"] if one["folder"] == "card")
    browser.driver.get(f"{server.url}receipts/{receipt['id']}")
    browser.click("#receipt form button")
    browser.wait_for("#verdict.verdict-safe")
    assert browser.text("#verdict") == (
        "All 12 files are stored and verified. Safe to format the card. "
        "Of these, the browser sent 4 and compared 8 by digest."
    )
    told = {one["name"]: one for one in dav.api(f"receipts/{receipt['id']}")["entries"]}
    assert {name: one["sha256"] for name, one in told.items()} == {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest()
        for file in card.iterdir()
        if file.name not in (".DS_Store", "zero.JPG")
    }
    assert sum(one["outcome"] == "held" for one in told.values()) == 8
    assert (told["IMG_3.JPG"]["first_at"] is None, told["IMG_3.JPG"]["by_digest"]) == (False, True)
    assert told["notes.txt"]["outcome"] == "not_media"
    assert dav.get("/Upload/card/IMG_3.JPG").body == (card / "IMG_3.JPG").read_bytes()
    done = subprocess.run(
        ["sha256sum", "--check", "--strict", "-"], cwd=card, capture_output=True, timeout=30, check=False,
        input=dav.get(f"/api/v1/receipts/{receipt['id']}/SHA256SUMS").body,
    )  # fmt: skip
    assert (done.returncode, done.stdout.count(b": OK")) == (0, 12)
    browser.picture(ARTEFACTS / "32-receipt-not-sent.png")
    assert browser.complaints() == []


def test_a_receipt_is_followed_to_its_verdict(
    browser: Browser, server: ServerProcess, dav: DavClient
) -> None:
    dav.mkcol("/Upload/DCIM")
    dav.put("/Upload/DCIM/1.jpg", jpeg())
    browser.driver.get(f"{server.url}receipts")
    browser.click(".receipt-name a")
    browser.wait_for("#verdict.verdict-busy")
    dav.put("/Upload/DCIM/2.jpg", jpeg(Shot(seed=1)))
    browser.wait(lambda: browser.text("[data-number=files]") == "2")
    browser.click("#receipt form button")
    browser.wait_for("#verdict.verdict-safe")
    assert browser.text("#verdict") == "All 2 files are stored and verified. Safe to format the card."
    browser.picture(ARTEFACTS / "30-receipt.png")
    browser.show_as(*PHONE)
    browser.picture(ARTEFACTS / "31-receipt-phone.png")
    assert browser.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    assert browser.complaints() == []
