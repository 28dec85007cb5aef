"""A real browser: a device from its making to its end, and files seen while they arrive."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from selenium.webdriver.common.by import By

from tests.browser import Browser
from tests.clients import RawConnection, basic
from tests.photos import Shot, jpeg
from tests.programs import require
from tests.server_process import ROOT, ServerProcess
from webui.static_files import StaticFiles

ARTEFACTS = ROOT / "artefacts" / "browser"


@pytest.fixture
def browser(tmp_path: Path, server: ServerProcess) -> Iterator[Browser]:
    """A browser at the timeline, logged in."""
    require("chromium", "chromedriver", "curl")
    if not StaticFiles().has_bundle():
        pytest.skip("the browser part was not built: npm ci --ignore-scripts && npm run build")
    browser = Browser(tmp_path / "profile", tmp_path)
    try:
        browser.driver.get(server.url)
        browser.fill(user=server.user, password=server.password)
        browser.wait_for("#status")
        yield browser
    finally:
        browser.driver.quit()


def put_status(server: ServerProcess, password: str, file: Path) -> int:
    """What curl is answered when it copies a file with a device password."""
    login = f"{server.user}:{password}"
    done = subprocess.run(
        ["curl", "-sSo/dev/null", "-w", "%{http_code}", "-u", login, "-T", str(file), f"{server.url}Upload/"],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return int(done.stdout)


def test_a_device_from_its_making_to_its_end(browser: Browser, server: ServerProcess, tmp_path: Path) -> None:
    photo = tmp_path / "card.jpg"
    photo.write_bytes(jpeg())
    browser.click("#account-menu")
    browser.click("#devices-link")
    browser.wait_for("#add-device")
    browser.picture(ARTEFACTS / "12-devices-empty.png")
    browser.driver.find_element(By.ID, "label").send_keys("Studio PC")
    browser.click("#add-device button")
    browser.wait_for(".qr-code")
    _, password = (
        one.text for one in browser.driver.find_elements(By.CSS_SELECTOR, ".new-device .copyable-text")
    )
    assert browser.evaluate("document.querySelector('.qr-code').getBoundingClientRect().width") > 100
    browser.picture(ARTEFACTS / "13-device-made.png")
    browser.show_as(390, 844, scheme="dark", pixel_ratio=2)
    browser.wait(lambda: browser.evaluate("document.documentElement.scrollWidth <= innerWidth"))
    browser.picture(ARTEFACTS / "14-device-made-phone.png")
    browser.show_as(1440, 900)
    assert put_status(server, password, photo) == 201

    browser.driver.get(f"{server.url}devices")
    assert "Studio PC" in browser.text(".devices")
    assert "last used just now" in browser.text(".devices")
    assert password not in browser.driver.page_source
    browser.click(".confirm summary")
    browser.picture(ARTEFACTS / "15-device-revoke.png")
    browser.click(".confirm button")
    browser.wait_for(".devices", count=0)
    assert put_status(server, password, photo) == 401
    assert browser.complaints() == []


def test_an_arriving_file_is_seen_and_then_its_item(browser: Browser, server: ServerProcess) -> None:
    # What is received is told in steps of some hundred kilobytes.
    content = jpeg(Shot(size=(900, 600))).ljust(4_000_000, b"\0")
    half = len(content) // 2
    with closing(RawConnection(server.host, server.port)) as raw:
        raw.send(
            f"PUT /Upload/slow.jpg HTTP/1.1\r\nHost: {server.host}\r\nContent-Length: {len(content)}\r\n"
            f"Authorization: {basic(server.user, server.password)}\r\n\r\n".encode()
        )
        raw.send(content[:half])
        browser.wait_for(".arrival")
        bar = "document.querySelector('.arrival-bar')"
        browser.wait(lambda: half / 2 < browser.evaluate(f"{bar}.value") <= half)
        assert browser.evaluate(f"{bar}.max") == len(content)
        assert browser.text(".arrival-name") == "slow.jpg"
        assert " of " in browser.text(".arrival-bytes")
        assert "Receiving 1 file" in browser.text("#status")
        spoken = "document.querySelector('#arrivals-spoken').textContent"
        assert browser.evaluate(spoken) == "Files are arriving"
        browser.picture(ARTEFACTS / "16-arriving.png")
        raw.send(content[half:])
        answer = raw.answer()
    assert answer is not None
    assert answer.status == 201
    browser.wait_for(".arrival", count=0)
    browser.wait(lambda: browser.evaluate(spoken) == "All files have arrived")
    browser.wait_for("a.tile-picture")
    assert browser.complaints() == []
