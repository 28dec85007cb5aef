"""A real browser: a receipt followed from its first file to its verdict, without a reload by hand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser import Browser
from tests.clients import DavClient
from tests.photos import Shot, jpeg
from tests.programs import require
from tests.server_process import ROOT, ServerProcess

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
