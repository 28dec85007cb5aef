"""A real browser puts photos together, takes them apart, and undoes each of it: shots, bursts, favourites.

One server and one browser serve all tests; each test leaves the library as it found it, by Undo, and the
fixture asks the API whether that is so.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from tests.browser import Browser
from tests.photos import Shot, heic, jpeg
from tests.server_process import ROOT, ServerProcess

ARTEFACTS = ROOT / "artefacts" / "browser"


def taken(second: int, subsec: str | None, seed: int) -> Shot:
    return Shot(
        size=(600, 400),
        taken=f"2024:05:17 10:00:{second:02}",
        subsec=subsec,
        seed=seed,
        make="Canon",
        model="Canon EOS R6",
    )


@pytest.fixture(scope="module")
def library(own_server: ServerProcess) -> ServerProcess:
    """Three shots of JPEG and HEIC (one has an edited version too), two photos alone, a burst of four."""
    first, second, third = taken(1, None, 1), taken(9, "34", 2), taken(49, None, 6)
    files = {
        "IMG_0001.JPG": jpeg(first),
        "IMG_0001.HEIC": heic(first),
        "IMG_0002.JPG": jpeg(second),
        "IMG_0002.HEIC": heic(second),
        "IMG_0002-Edit.JPG": jpeg(taken(9, "34", 3)),
        "IMG_0003.JPG": jpeg(taken(20, "10", 4)),
        "IMG_0004.JPG": jpeg(taken(40, "10", 5)),
        "IMG_0005.JPG": jpeg(third),
        "IMG_0005.HEIC": heic(third),
    }
    files |= {f"IMG_00{10 + n}.JPG": jpeg(taken(55, f"{10 + 25 * n}", 50 + n)) for n in range(4)}
    with own_server.client() as dav:
        for name, content in files.items():
            dav.put(f"/Upload/{name}", content)
    own_server.wait_idle()
    return own_server


@pytest.fixture
def browser(shared_browser: Browser, library: ServerProcess) -> Iterator[Browser]:
    """At the timeline; afterwards nothing has been decided, as far as anybody can tell."""
    before = tiles(library)
    shared_browser.show_as(1440, 900)
    shared_browser.driver.get(library.url)
    shared_browser.wait_for("a.tile-picture", count=6)
    yield shared_browser
    assert tiles(library) == before
    assert shared_browser.complaints() == []


def tiles(server: ServerProcess) -> dict[str, tuple[int, int, bool]]:
    """Each cover with the files of its shot, the shots of its burst, and whether it is a favourite."""
    with server.client() as dav:
        items = dav.items("&collapsed=1")
    return {item["name"]: (count(item, "shot"), count(item, "burst"), item["favourite"]) for item in items}


def count(item: dict[str, Any], sort: str) -> int:
    return item[sort]["count"] if item[sort] else 1


def tile(browser: Browser, name: str) -> Any:
    return browser.driver.find_element(By.CSS_SELECTOR, f"a.tile[aria-label^='{name}']")


def open_viewer(browser: Browser, name: str) -> None:
    tile(browser, name).click()
    browser.wait_for(".pswp--ui-visible")
    browser.wait_for(".strip:not([hidden])")


def act(browser: Browser, label: str) -> None:
    """Press an action of the strip, and wait for what is said about it."""
    browser.wait(lambda: press_labelled(browser, ".members:not([hidden]) .members-action", label))
    browser.wait_for(".toast:not([hidden])")


def labelled(browser: Browser, selector: str, label: str) -> list[Any]:
    found = browser.driver.find_elements(By.CSS_SELECTOR, selector)
    return [one for one in found if one.text.strip() == label]


def press_labelled(browser: Browser, selector: str, label: str) -> bool:
    """Whether there was one to press; one that is drawn anew meanwhile raises, and was not pressed."""
    found = labelled(browser, selector, label)
    if found:
        found[0].click()
    return bool(found)


def undo(browser: Browser) -> None:
    browser.click(".toast-undo")
    browser.wait(lambda: browser.text(".toast-words") == "Undone.")


def show_member(browser: Browser, name: str) -> None:
    browser.click(f".member[title='{name}']")
    browser.wait(lambda: browser.driver.title.startswith(name))


def test_tiles_tell_how_much_stands_behind_them(browser: Browser, library: ServerProcess) -> None:
    badges = [one.text for one in browser.driver.find_elements(By.CSS_SELECTOR, ".group-badge")]
    assert sorted(badges) == ["2", "2", "Burst 4", "Edited 3"]
    assert browser.text(".day-count") == "6 · 13 files"
    sizes = tiles(library)
    assert sum(files for files, shots, _ in sizes.values() if shots == 1) + 4 == 13
    assert "Burst of 4 shots" in str(
        browser.driver.find_element(By.CSS_SELECTOR, "a.tile:has(.icon)[aria-label*=Burst]").get_attribute(
            "aria-label"
        )
    )
    browser.picture(ARTEFACTS / "20-groups.png")
    browser.show_as(390, 844, scheme="dark", pixel_ratio=2)
    browser.wait(lambda: browser.evaluate("document.documentElement.scrollWidth <= innerWidth"))
    browser.picture(ARTEFACTS / "21-groups-phone.png")


def test_the_strip_says_why_and_walks_through_the_members(browser: Browser) -> None:
    open_viewer(browser, "IMG_0001")
    browser.wait(lambda: "same name IMG_0001" in browser.text(".members:not([hidden]) .members-why"))
    assert "same camera" in browser.text(".members:not([hidden]) .members-why")
    browser.picture(ARTEFACTS / "22-strip.png")
    shown = browser.driver.title
    browser.press_until(Keys.ARROW_DOWN, lambda: browser.driver.title != shown)
    assert browser.driver.title.startswith("IMG_0001")
    browser.driver.refresh()  # an address of a member finds the tile of its group
    browser.wait(lambda: browser.driver.title != shown and browser.driver.title.startswith("IMG_0001"))
    browser.show_as(390, 844, pixel_ratio=2)
    browser.picture(ARTEFACTS / "23-strip-phone.png")


def test_choose_a_cover(browser: Browser, library: ServerProcess) -> None:
    (cover,) = (name for name in tiles(library) if name.startswith("IMG_0001"))
    other = {"IMG_0001.JPG", "IMG_0001.HEIC"} - {cover}
    open_viewer(browser, "IMG_0001")
    show_member(browser, *other)
    act(browser, "Use as cover")
    assert tiles(library).keys() >= other
    undo(browser)


def test_take_one_out_and_undo_by_the_keyboard(browser: Browser, library: ServerProcess) -> None:
    open_viewer(browser, "IMG_0002")
    show_member(browser, "IMG_0002.HEIC")
    act(browser, "Take this out")
    assert tiles(library)["IMG_0002.HEIC"] == (1, 1, False)
    ActionChains(browser.driver).key_down(Keys.CONTROL).send_keys("z").key_up(Keys.CONTROL).perform()
    browser.wait(lambda: browser.text(".toast-words") == "Undone.")


def test_separate_all(browser: Browser, library: ServerProcess) -> None:
    open_viewer(browser, "IMG_0001")
    act(browser, "Separate all")
    assert len(tiles(library)) == 7
    undo(browser)


def test_separate_all_like_these(browser: Browser, library: ServerProcess) -> None:
    open_viewer(browser, "IMG_0001")
    act(browser, "Separate all like these")
    apart = {"IMG_0001.JPG", "IMG_0001.HEIC", "IMG_0005.JPG", "IMG_0005.HEIC"}
    browser.wait(lambda: apart <= tiles(library).keys())
    undo(browser)
    browser.wait(lambda: len(tiles(library)) == 6)


def test_split_off_what_is_ticked(browser: Browser, library: ServerProcess) -> None:
    open_viewer(browser, "IMG_0002")
    for name in ("IMG_0002.JPG", "IMG_0002.HEIC"):
        browser.click(f".member-tick[aria-label='Choose {name}']")
    act(browser, "Split off 2")
    sizes = sorted(files for name, (files, _, _) in tiles(library).items() if name.startswith("IMG_0002"))
    assert sizes == [1, 2]
    undo(browser)


def test_lock_and_unlock(browser: Browser) -> None:
    open_viewer(browser, "IMG_0001")
    act(browser, "Lock")
    browser.wait(lambda: "Locked" in browser.text(".members:not([hidden]) .members-why"))
    act(browser, "Unlock")
    browser.wait(lambda: "Locked" not in browser.text(".members:not([hidden]) .members-why"))


def test_unstack_a_burst(browser: Browser, library: ServerProcess) -> None:
    open_viewer(browser, "IMG_001")
    browser.wait_for(".members:not([hidden]) .member", count=4)
    act(browser, "Unstack")
    assert len(tiles(library)) == 9
    undo(browser)


def test_merge_by_mouse(browser: Browser, library: ServerProcess) -> None:
    for name in ("IMG_0003", "IMG_0004"):
        ActionChains(browser.driver).move_to_element(tile(browser, name)).perform()
        browser.click(f".tile-check[aria-label^='Choose {name}']")
    assert browser.text(".selection-count") == "2 chosen"
    browser.picture(ARTEFACTS / "24-choosing.png")
    labelled(browser, ".selection-bar .button", "Merge into one shot")[0].click()
    browser.wait_for("a.tile-picture", count=5)
    assert sorted(tiles(library).values())[-2:] == [(2, 1, False), (3, 1, False)]
    undo(browser)
    browser.wait_for("a.tile-picture", count=6)


def test_stack_by_keyboard(browser: Browser, library: ServerProcess) -> None:
    for name in ("IMG_0003", "IMG_0004"):
        browser.driver.execute_script("arguments[0].focus()", tile(browser, name))
        browser.press("x")
    labelled(browser, ".selection-bar .button", "Stack as a burst")[0].send_keys(Keys.ENTER)
    browser.wait_for("a.tile-picture", count=5)
    assert sorted(shots for _, shots, _ in tiles(library).values()) == [1, 1, 1, 2, 4]
    undo(browser)
    browser.wait_for("a.tile-picture", count=6)


def test_a_long_press_chooses_and_a_tap_goes_on(browser: Browser) -> None:
    browser.show_as(390, 844, pixel_ratio=2)
    browser.wait_for("a.tile-picture", count=6)
    for name in ("IMG_0003", "IMG_0004"):
        box = tile(browser, name).rect
        top = box["y"] - browser.evaluate("scrollY")
        point = {"x": box["x"] + box["width"] / 2, "y": top + box["height"] / 2}
        touch = {"touchPoints": [point]}
        browser.driver.execute_cdp_cmd("Input.dispatchTouchEvent", {"type": "touchStart", **touch})
        if name == "IMG_0003":
            browser.wait(lambda: browser.text(".selection-count") == "1 chosen")
        browser.driver.execute_cdp_cmd("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    browser.wait(lambda: browser.text(".selection-count") == "2 chosen")
    browser.picture(ARTEFACTS / "25-choosing-phone.png")
    browser.press(Keys.ESCAPE)
    browser.wait_for(".selection-bar[hidden]")


def test_a_favourite_by_key_and_by_heart(browser: Browser, library: ServerProcess) -> None:
    browser.driver.execute_script("arguments[0].focus()", tile(browser, "IMG_0003"))
    browser.press("f")
    browser.wait_for(".heart-badge")
    assert tiles(library)["IMG_0003.JPG"] == (1, 1, True)
    tile(browser, "IMG_0003").click()
    browser.wait_for(".pswp--ui-visible")
    browser.wait_for(".pswp__button--favourite[aria-pressed=true]")
    browser.click(".pswp__button--favourite")
    browser.wait_for(".pswp__button--favourite[aria-pressed=false]")
    undo(browser)
    browser.wait_for(".pswp__button--favourite[aria-pressed=true]")
    browser.press_until("f", lambda: not tiles(library)["IMG_0003.JPG"][2])


def test_the_window_of_bursts_is_a_slider(browser: Browser, library: ServerProcess) -> None:
    browser.driver.get(f"{library.url}settings")
    browser.wait_for("#bursts:not([hidden])")
    browser.picture(ARTEFACTS / "26-settings.png")
    slider = browser.driver.find_element(By.ID, "burst-window")
    before = browser.text("#burst-window-words")
    assert before == "1 second"
    slider.send_keys(Keys.HOME)
    browser.wait(lambda: "All photos are grouped" in browser.text("#burst-state"))
    browser.wait(lambda: len(tiles(library)) == 9)
    for _ in range(4):
        slider.send_keys(Keys.ARROW_RIGHT)
    assert browser.text("#burst-window-words") == before
    browser.wait(lambda: len(tiles(library)) == 6)
