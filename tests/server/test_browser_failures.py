"""A real browser: from the count in the header to the Failures page and through a retry, by keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver.common.keys import Keys

from tests.browser import Browser
from tests.photos import jpeg
from tests.programs import require
from tests.server_process import ROOT, ServerProcess
from webui.static_files import StaticFiles

ARTEFACTS = ROOT / "artefacts" / "browser"
FOCUSED = "document.activeElement"


@pytest.fixture
def browser(tmp_path: Path, server: ServerProcess) -> Iterator[Browser]:
    """A browser at the timeline of a library with one broken photo, logged in."""
    require("chromium", "chromedriver")
    if not StaticFiles().has_bundle():
        pytest.skip("the browser part was not built: npm ci --ignore-scripts && npm run build")
    with server.client() as dav:
        dav.put("/Upload/broken.jpg", jpeg()[:300])
    server.wait_idle()
    browser = Browser(tmp_path / "profile", tmp_path)
    try:
        browser.driver.get(server.url)
        browser.fill(user=server.user, password=server.password)
        browser.wait_for("a.chip-bad")
        yield browser
    finally:
        browser.driver.quit()


def tab_to(browser: Browser, selector: str) -> None:
    """Move the focus there as a keyboard does."""
    for _ in range(30):
        browser.press(Keys.TAB)
        if browser.evaluate(f"{FOCUSED}.matches('{selector}')"):
            return
    raise AssertionError(f"the keyboard does not reach {selector}")


def test_by_keyboard_to_the_list_and_through_a_retry(browser: Browser, server: ServerProcess) -> None:
    assert browser.text("a.chip-bad") == "1 failed"
    tab_to(browser, "a.chip-bad")
    browser.press(Keys.ENTER)
    browser.wait_for(".failure")
    assert browser.text(".failure h2") == "broken.jpg"
    assert browser.evaluate("document.querySelector('.failure button').getAttribute('aria-describedby')") == (
        browser.evaluate("document.querySelector('.failure h2').id")
    )
    browser.picture(ARTEFACTS / "16-failures.png")
    browser.show_as(390, 844, scheme="dark", pixel_ratio=2)
    browser.wait(lambda: browser.evaluate("document.documentElement.scrollWidth <= innerWidth"))
    browser.picture(ARTEFACTS / "17-failures-phone.png")
    browser.show_as(1440, 900)
    tab_to(browser, ".failure button")
    browser.press(Keys.ENTER)
    browser.wait_for("#retried a")  # tried, and failed once more
    tab_to(browser, "#retried a")
    browser.press(Keys.ENTER)
    browser.wait_for(".failure")
    assert server.status()["queue"]["failed"] == 1
    assert browser.complaints() == []
