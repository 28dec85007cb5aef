"""Videos in a real browser: clips under mouse and keyboard, playing in the viewer, waiting in words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from tests import films
from tests.browser import Browser
from tests.photos import jpeg
from tests.programs import require
from tests.server_process import ROOT, ServerProcess
from webui.static_files import StaticFiles

ARTEFACTS = ROOT / "artefacts" / "browser"
PLAYER = "document.querySelector('.pswp__item[aria-hidden=false] video')"


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
def videos(server: ServerProcess, tmp_path: Path) -> dict[str, bytes]:
    """One that plays as it is, held upright; one that has to be encoded; and a photo. All prepared."""
    lying = films.make_film(tmp_path / "lying.mp4", seconds=3)
    upright = films.turn(lying, tmp_path / "upright.mov", 90)
    old = films.make_film(tmp_path / "old.avi", "-c:v", "mjpeg", "-c:a", "pcm_s16le", seconds=2)
    content = {"upright.mov": upright.read_bytes(), "old.avi": old.read_bytes(), "photo.jpg": jpeg()}
    with server.client() as dav:
        for name, data in content.items():
            dav.put(f"/Upload/{name}", data)
    server.wait_idle()
    return content


def log_in(browser: Browser, server: ServerProcess) -> None:
    browser.driver.get(server.url)
    browser.fill(user=server.user, password=server.password)
    browser.wait_for("a.tile-picture", count=3)


def tile(name: str) -> str:
    return f"a.tile[aria-label^='{name}']"


def plays(browser: Browser, video: str) -> bool:
    return bool(browser.evaluate(f"{video}?.currentTime > 0.1"))


def open_video(browser: Browser, name: str) -> None:
    browser.click(tile(name))
    browser.wait_for(".pswp--ui-visible")
    browser.wait(lambda: browser.driver.title.startswith(name))
    browser.wait(lambda: browser.evaluate(f"{PLAYER}?.readyState >= 1"))


def test_a_tile_shows_its_clip_under_the_mouse(
    browser: Browser, server: ServerProcess, videos: dict[str, bytes]
) -> None:
    log_in(browser, server)
    assert "0:03" in browser.text(tile("upright.mov"))
    hovered = browser.driver.find_element(By.CSS_SELECTOR, tile("upright.mov"))
    ActionChains(browser.driver).move_to_element(hovered).perform()
    browser.wait(lambda: plays(browser, "document.querySelector('.tile-clip')"))
    assert browser.evaluate("document.querySelector('.tile-clip').muted") is True
    browser.picture(ARTEFACTS / "12-hover-clip.png")
    photo = browser.driver.find_element(By.CSS_SELECTOR, tile("photo.jpg"))
    ActionChains(browser.driver).move_to_element(photo).perform()
    browser.wait_for(".tile-clip", count=0)
    assert browser.complaints() == []


def test_a_tile_shows_its_clip_under_the_keyboard(
    browser: Browser, server: ServerProcess, videos: dict[str, bytes]
) -> None:
    log_in(browser, server)
    browser.driver.execute_script("document.querySelector('#library').focus()")
    browser.press_until(Keys.TAB, lambda: browser.evaluate("!!document.querySelector('.tile-clip')"))
    browser.wait(lambda: plays(browser, "document.querySelector('.tile-clip')"))
    name = browser.evaluate("document.activeElement.getAttribute('aria-label')")
    assert name.startswith(("upright.mov", "old.avi"))
    assert "Video" in name
    assert browser.complaints() == []


def test_nothing_moves_for_those_who_ask_for_calm(
    browser: Browser, server: ServerProcess, videos: dict[str, bytes]
) -> None:
    calm = {"name": "prefers-reduced-motion", "value": "reduce"}
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [calm]})
    log_in(browser, server)
    hovered = browser.driver.find_element(By.CSS_SELECTOR, tile("upright.mov"))
    ActionChains(browser.driver).move_to_element(hovered).pause(1).perform()
    browser.wait_for(".tile-clip", count=0)


@pytest.mark.parametrize(
    ("name", "size", "onward"),
    [("upright.mov", [180, 320], Keys.ARROW_LEFT), ("old.avi", [320, 180], Keys.ARROW_RIGHT)],
)
def test_the_viewer_plays_videos(
    browser: Browser, server: ServerProcess, videos: dict[str, bytes], name: str, size: list[int], onward: str
) -> None:
    log_in(browser, server)
    open_video(browser, name)
    assert browser.evaluate(f"[{PLAYER}.videoWidth, {PLAYER}.videoHeight]") == size
    assert browser.evaluate(f"{PLAYER}.paused && {PLAYER}.controls") is True
    browser.press(Keys.SPACE)
    browser.wait(lambda: plays(browser, PLAYER))
    browser.picture(ARTEFACTS / f"13-viewer-{name}.png")
    browser.press_until(Keys.SPACE, lambda: browser.evaluate(f"{PLAYER}.paused"))
    browser.press_until(Keys.SPACE, lambda: browser.evaluate(f"!{PLAYER}.paused"))
    browser.driver.execute_script(f"window.left = {PLAYER}; left.loop = true")
    browser.press_until(onward, lambda: not browser.driver.title.startswith(name))
    assert browser.evaluate("left.paused") is True
    browser.press_until(Keys.ESCAPE, lambda: not browser.driver.find_elements(By.CSS_SELECTOR, ".pswp"))
    assert browser.complaints() == []


def test_the_viewer_waits_in_words_for_what_is_not_ready(
    browser: Browser, server: ServerProcess, videos: dict[str, bytes]
) -> None:
    for made in (*server.data.rglob("playable-*.mp4"), *server.data.rglob("clip-*.mp4")):
        made.unlink()
    log_in(browser, server)
    browser.click(tile("old.avi"))
    note = ".pswp__item[aria-hidden=false] .film-note"
    browser.wait_for(note)
    assert "still being prepared" in browser.text(note)
    browser.picture(ARTEFACTS / "14-viewer-waits.png")
    browser.wait(lambda: browser.evaluate(f"{PLAYER}?.readyState >= 1"))
    browser.wait_for(note, count=0)
