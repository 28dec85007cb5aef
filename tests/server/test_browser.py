"""A real browser at a started server: set-up, login, timeline, live arrival, viewer, download.

Screenshots are kept under the git-ignored folder ``artefacts``. Every test ends by asking the browser
for its log: an error of any script, or a request that failed, fails the test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from indexer.catalog import open_catalog
from indexer.derivatives import thumbhash
from tests.browser import Browser
from tests.photos import Shot, jpeg, quarters
from tests.programs import require
from tests.server_process import ROOT, ServerProcess
from webui.static_files import StaticFiles

ARTEFACTS = ROOT / "artefacts" / "browser"


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Browser]:
    require("chromium", "chromedriver")
    if not StaticFiles().has_bundle():
        pytest.skip("the browser part was not built: npm ci --ignore-scripts && npm run build")
    browser = Browser(tmp_path / "profile", tmp_path)
    try:
        yield browser
    finally:
        browser.driver.quit()


@pytest.fixture
def photos(server: ServerProcess) -> dict[str, bytes]:
    """Seven photos of three days, a text and a broken photo; all prepared. By name."""
    days = ["2024:05:17", "2024:05:17", "2024:05:17", "2024:05:17", "2024:05:16", "2024:05:16", "2019:12:24"]
    files = {
        f"IMG_{number}.JPG": jpeg(
            Shot(
                size=(900, 600),
                taken=f"{day} 10:0{number}:00",
                seed=20 * number,
                make="Canon",
                gps=(52.5, 13.4),
            )
        )
        for number, day in enumerate(days)
    }
    files |= {"notes.txt": b"plain words", "broken.jpg": jpeg()[:150]}
    with server.client() as dav:
        for name, content in files.items():
            dav.put(f"/Upload/{name}", content)
    server.wait_idle()
    return files


def log_in(browser: Browser, server: ServerProcess) -> None:
    browser.driver.get(server.url)
    browser.fill(user=server.user, password=server.password)
    browser.wait_for("#status")


def in_viewer(browser: Browser, name: str) -> Callable[[], bool]:
    """Whether the viewer shows this file."""
    return lambda: browser.driver.title.startswith(name + " ")


def open_first(browser: Browser) -> None:
    """Open the newest photo and wait until the viewer listens to keys, which is after its animation."""
    browser.wait_for("a.tile-picture", count=7)
    browser.click("a.tile-picture")
    browser.wait_for(".pswp--ui-visible")
    browser.wait(in_viewer(browser, "IMG_0.JPG"))


def test_set_up_and_first_photo(
    browser: Browser, tmp_path: Path, launch: Callable[..., ServerProcess]
) -> None:
    server = launch(tmp_path / "data")
    browser.driver.get(server.url)
    browser.picture(ARTEFACTS / "1-set-up.png")
    browser.fill(user=server.user, password=server.password, repeat=server.password)
    browser.wait(lambda: "You are all set" in browser.text("h1"))
    assert browser.text(".copyable-text") == server.url
    browser.picture(ARTEFACTS / "2-welcome.png")
    browser.click(".card-end a")
    browser.wait(lambda: browser.driver.find_element(By.ID, "empty").is_displayed())
    browser.picture(ARTEFACTS / "3-empty-library.png")

    with server.client() as dav:
        dav.put("/Upload/first.jpg", jpeg(Shot(size=(900, 600))))
    browser.wait_for("a.tile-picture")
    assert browser.text(".day-title") == "Friday, 17 May 2024"
    assert not browser.driver.find_element(By.ID, "empty").is_displayed()
    assert browser.complaints() == []


def test_wrong_password_then_right(browser: Browser, server: ServerProcess) -> None:
    browser.driver.get(server.url)
    browser.fill(user=server.user, password="not-the-password")
    assert "do not match" in browser.text("[role=alert]")
    browser.picture(ARTEFACTS / "4-login.png")
    browser.driver.get_log("browser")  # the refused login is in it, as it should be
    browser.fill(password=server.password)
    browser.wait_for("#status")
    browser.click("#account-menu")
    browser.click("#account-menu form button")
    browser.wait(lambda: browser.driver.current_url.endswith("/login"))
    # What the page was asking for while it logged out is refused, as it should be.
    assert [line for line in browser.complaints() if "401" not in line] == []


def test_timeline(browser: Browser, server: ServerProcess, photos: dict[str, bytes]) -> None:
    log_in(browser, server)
    browser.wait_for("a.tile", count=len(photos))
    browser.wait_for("a.tile-picture", count=7)
    browser.wait_for("a.tile-failed")
    browser.wait_for("a.tile-other")
    headings = [one.text for one in browser.driver.find_elements(By.CSS_SELECTOR, ".day-title")]
    assert [heading[-4:] for heading in headings] == ["2024", "2024", "2019", "date"]
    browser.wait(lambda: "9 items" in browser.text("#status"))
    assert "1 failed" in browser.text("#status")
    browser.picture(ARTEFACTS / "5-timeline-light.png")
    browser.show_as(1440, 900, scheme="dark")
    browser.picture(ARTEFACTS / "6-timeline-dark.png")
    browser.click("#connect-link")
    browser.wait(lambda: browser.driver.find_element(By.ID, "connect-panel").is_displayed())
    browser.picture(ARTEFACTS / "7-connect.png")
    browser.press(Keys.ESCAPE)
    browser.show_as(390, 844, pixel_ratio=2)
    browser.wait(lambda: browser.evaluate("document.documentElement.scrollWidth <= innerWidth"))
    browser.picture(ARTEFACTS / "8-timeline-phone.png")
    assert browser.complaints() == []


def test_a_photo_that_waits_shows_its_blur(browser: Browser, server: ServerProcess) -> None:
    """Nothing is prepared while the indexing is paused; the worker's look into the file is done here."""
    catalog = open_catalog(server.data / "catalog.sqlite3")
    catalog.jobs.pause(is_paused=True)
    with server.client() as dav:
        dav.put("/Upload/waits.jpg", jpeg(Shot(size=(900, 600))))
    log_in(browser, server)
    browser.wait_for("a.tile-pending .tile-name")
    blur = thumbhash.of(quarters((160, 107)))
    catalog.glimpses.put((one, blur) for one in catalog.glimpses.unseen(1))
    browser.wait_for("a.tile-pending canvas")
    browser.picture(ARTEFACTS / "5-timeline-waiting.png")
    catalog.jobs.pause(is_paused=False)
    browser.wait_for("a.tile-picture")
    catalog.close()
    assert browser.complaints() == []


def test_new_photos_arrive_without_moving_the_page(
    browser: Browser, server: ServerProcess, photos: dict[str, bytes]
) -> None:
    log_in(browser, server)
    browser.show_as(390, 500)
    browser.wait_for("a.tile-picture", count=7)
    where = "[...document.querySelectorAll('.day')].at(-1).getBoundingClientRect().top"
    browser.driver.execute_script("scrollTo(0, document.documentElement.scrollHeight)")
    before = browser.evaluate(f"[scrollY, {where}]")
    browser.driver.execute_script("window.isSamePage = true")
    with server.client() as dav:
        for seed in range(4):
            dav.put(f"/Upload/new{seed}.jpg", jpeg(Shot(taken="2024:06:01 12:00:00", seed=200 + seed)))
    server.wait_idle()
    browser.wait(lambda: "13 items" in browser.text("#status"))
    browser.wait(lambda: browser.evaluate("scrollY") != before[0])
    assert browser.evaluate(where) == pytest.approx(before[1], abs=1)
    assert browser.evaluate("window.isSamePage") is True
    assert browser.complaints() == []


def test_viewer(browser: Browser, server: ServerProcess, photos: dict[str, bytes]) -> None:
    log_in(browser, server)
    open_first(browser)
    browser.wait_for(".pswp__img:not(.pswp__img--placeholder)[src$=preview][alt^='IMG_0.JPG']")
    browser.picture(ARTEFACTS / "9-viewer.png")
    shown = []
    for name in ("IMG_1.JPG", "IMG_2.JPG", "IMG_3.JPG", "broken.jpg", "IMG_4.JPG"):
        browser.press_until(Keys.ARROW_RIGHT, in_viewer(browser, name))
        shown.append(browser.driver.current_url)
    assert len(set(shown)) == 5
    browser.press_until(Keys.ARROW_LEFT, in_viewer(browser, "broken.jpg"))
    browser.press_until(Keys.ARROW_LEFT, in_viewer(browser, "IMG_3.JPG"))

    browser.press("i")
    browser.wait(lambda: "52.50000° N" in browser.text(".info"))
    facts = browser.text(".info")
    for fact in ("Friday, 17 May 2024, 10:03:00", "DateTimeOriginal", "Canon", "900 × 600", "IMG_3.JPG"):
        assert fact in facts
    browser.picture(ARTEFACTS / "10-viewer-information.png")

    browser.driver.refresh()
    browser.wait_for(".pswp--ui-visible")
    browser.wait(in_viewer(browser, "IMG_3.JPG"))
    browser.press_until(Keys.ESCAPE, lambda: not browser.driver.find_elements(By.CSS_SELECTOR, ".pswp"))
    assert browser.driver.current_url == server.url
    assert browser.evaluate("document.activeElement.getAttribute('aria-label')").startswith("IMG_3.JPG")
    assert browser.complaints() == []


def test_back_button_closes_the_viewer(
    browser: Browser, server: ServerProcess, photos: dict[str, bytes]
) -> None:
    log_in(browser, server)
    open_first(browser)
    browser.press_until(Keys.ARROW_RIGHT, in_viewer(browser, "IMG_1.JPG"))
    browser.driver.back()
    browser.wait_for(".pswp", count=0)
    assert browser.driver.current_url == server.url
    browser.driver.forward()
    browser.wait(in_viewer(browser, "IMG_1.JPG"))
    assert browser.complaints() == []


def test_download_is_byte_identical(
    browser: Browser, server: ServerProcess, photos: dict[str, bytes], tmp_path: Path
) -> None:
    log_in(browser, server)
    open_first(browser)
    browser.click(".pswp__button--download")
    arrived = tmp_path / "IMG_0.JPG"
    browser.wait(lambda: arrived.exists() and arrived.read_bytes() == photos["IMG_0.JPG"])
    assert browser.complaints() == []


@pytest.mark.parametrize(("face", "words"), [("other", "notes.txt"), ("failed", "could not be prepared")])
def test_what_is_no_picture_has_a_plate(
    browser: Browser, server: ServerProcess, photos: dict[str, bytes], face: str, words: str
) -> None:
    log_in(browser, server)
    browser.wait_for(f"a.tile-{face}")
    browser.click(f"a.tile-{face}")
    browser.wait(lambda: words in browser.text(".pswp__item[aria-hidden=false] .plate-card"))
    link = browser.driver.find_element(By.CSS_SELECTOR, ".pswp__item[aria-hidden=false] .plate-card a")
    assert str(link.get_attribute("href")).endswith("/original?download=1")
    browser.picture(ARTEFACTS / f"11-plate-{face}.png")
    assert browser.complaints() == []
