"""A real browser on what people say of single files and cameras: turns, times, clocks; and "on this day"."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

from tests.browser import Browser
from tests.photos import Shot, jpeg, png
from tests.server_process import ROOT, ServerProcess

ARTEFACTS = ROOT / "artefacts" / "browser"
HOME, LISBON = (52.52, 13.4), (38.72, -9.14)
SIGHTS_MIN = (0, 7, 31, 45, 90, 131, 140, 188, 230, 301)
BEHIND = timedelta(hours=1, minutes=12)
TODAY = datetime.now().astimezone().date()
# The same day of an earlier year that has it, too.
PAST = date(TODAY.year - (4 if (TODAY.month, TODAY.day) == (2, 29) else 2), TODAY.month, TODAY.day)


def shot(taken: datetime, place: tuple[float, float] | None, seed: int, make: str, model: str) -> bytes:
    written = taken.strftime("%Y:%m:%d %H:%M:%S")
    return jpeg(Shot((300, 200), written, gps=place, seed=seed, make=make, model=model))


@pytest.fixture(scope="module")
def library(own_server: ServerProcess) -> ServerProcess:
    """At home, and a day in Lisbon with a telephone and a camera whose clock is 72 minutes behind."""
    noon = datetime.combine(PAST, time(12))
    with own_server.client() as dav:
        for number in range(16):
            at_home = noon - timedelta(days=60 + 3 * (number // 2), minutes=20 * number)
            dav.put(f"/Upload/HOME_{number:04}.JPG", shot(at_home, HOME, number, "Apple", "iPhone 13"))
        for number, minutes in enumerate(SIGHTS_MIN):
            there = noon + timedelta(minutes=minutes)
            dav.put(f"/Upload/IMG_{number:04}.JPG", shot(there, LISBON, 20 + number, "Apple", "iPhone 13"))
            late = shot(there - BEHIND, None, 40 + number, "NIKON CORPORATION", "NIKON D90")
            dav.put(f"/Upload/DSC_{number:04}.JPG", late)
        dav.put("/Upload/Screenshot 1.png", png(Shot((300, 200), "2023:05:01 10:00:00", seed=99)))
    own_server.wait_idle()
    return own_server


@pytest.fixture
def browser(shared_browser: Browser, library: ServerProcess) -> Iterator[Browser]:
    """Afterwards every item is as it was: each test undoes what it did."""
    before = items(library)
    shared_browser.show_as(1440, 900)
    yield shared_browser
    library.wait_idle()
    assert items(library) == before
    assert shared_browser.complaints() == []


def items(server: ServerProcess) -> dict[str, dict[str, Any]]:
    """All that is known of each, by name."""
    with server.client() as dav:
        return {item["name"]: dav.api(f"items/{item['id']}") for item in dav.items()}


def taken(server: ServerProcess, name: str) -> str:
    return str(items(server)[name]["taken_at"])


def press_labelled(browser: Browser, selector: str, label: str) -> None:
    def found() -> list[Any]:
        all_ = browser.driver.find_elements(By.CSS_SELECTOR, selector)
        return [one for one in all_ if one.text.strip() == label]

    browser.wait(found)
    found()[0].click()


def undo(browser: Browser) -> None:
    browser.wait_for(".toast:not([hidden]) .toast-undo:not([hidden])")
    browser.click(".toast-undo")
    browser.wait(lambda: browser.text(".toast-words") == "Undone.")


def open_item(browser: Browser, server: ServerProcess, name: str) -> None:
    browser.driver.get(f"{server.url}?item={items(server)[name]['id']}")
    browser.wait_for(".pswp--ui-visible")
    browser.wait(lambda: browser.driver.title.startswith(name))
    browser.wait(lambda: natural_size(browser))


def natural_size(browser: Browser) -> list[int] | None:
    """Of the picture that the viewer shows, once it is there; None before."""
    size: list[int] | None = browser.evaluate(
        "(() => {"
        " const image = [...document.querySelectorAll('.pswp__item[aria-hidden=false] img.pswp__img')]"
        ".find((one) => one.complete && one.naturalWidth && one.src.includes('preview'));"
        " return image ? [image.naturalWidth, image.naturalHeight] : null; })()"
    )
    return size


def test_a_clock_is_corrected_with_one_click_and_wrong_again_with_one(
    browser: Browser, library: ServerProcess
) -> None:
    before = datetime.fromisoformat(taken(library, "DSC_0000.JPG"))
    browser.driver.get(f"{library.url}settings")
    browser.wait(lambda: "NIKON D90 seems 1 h 12 min behind" in browser.text("#clocks-list"))
    browser.picture(ARTEFACTS / "33-clock.png")
    press_labelled(browser, "#clocks-list button", "Apply")
    browser.wait(lambda: "NIKON D90 was 1 h 12 min behind: corrected" in browser.text("#clocks-list"))
    library.wait_idle()
    assert datetime.fromisoformat(taken(library, "DSC_0000.JPG")) - before == BEHIND
    open_item(browser, library, "DSC_0000.JPG")
    open_panel(browser)
    browser.wait(lambda: "Place (estimated)\nLisbon, Portugal" in browser.text(".info"))
    assert "Estimated from a picture taken at nearly the same time" in browser.text(".info")
    browser.driver.get(f"{library.url}settings")
    browser.wait(lambda: "NIKON D90 was 1 h 12 min behind: corrected" in browser.text("#clocks-list"))
    press_labelled(browser, "#clocks-list button", "Undo")
    browser.wait(lambda: "NIKON D90 seems 1 h 12 min behind" in browser.text("#clocks-list"))
    assert datetime.fromisoformat(taken(library, "DSC_0000.JPG")) == before


def test_on_this_day(browser: Browser, library: ServerProcess) -> None:
    browser.driver.get(f"{library.url}memories")
    browser.wait_for("#on-this-day:not([hidden]) .collection")
    card = browser.driver.find_element(By.CSS_SELECTOR, "#on-this-day .collection")
    assert "Lisbon" in card.text
    browser.picture(ARTEFACTS / "34-on-this-day.png")
    card.find_element(By.CSS_SELECTOR, "a").click()
    browser.wait(lambda: "Lisbon" in browser.text("h1.page-title"))


def test_a_picture_is_turned_by_key_and_button(browser: Browser, library: ServerProcess) -> None:
    open_item(browser, library, "IMG_0003.JPG")
    assert natural_size(browser) == [300, 200]
    browser.press("r")
    browser.wait(lambda: natural_size(browser) == [200, 300])
    assert items(library)["IMG_0003.JPG"]["rotation"] == 90
    browser.picture(ARTEFACTS / "35-turned.png")
    browser.click(".pswp__button--turn-left")
    browser.wait(lambda: natural_size(browser) == [300, 200])
    undo(browser)
    browser.wait(lambda: natural_size(browser) == [200, 300])
    with library.client() as dav:
        (newest,) = [one for one in dav.api("decisions")["decisions"] if not one["undone_at"]]
        dav.post_json(f"/api/v1/decisions/{newest['id']}/undo", {}, expect=200)
    browser.wait(lambda: natural_size(browser) == [300, 200])
    browser.press_until(Keys.ESCAPE, lambda: not browser.driver.find_elements(By.CSS_SELECTOR, ".pswp"))


def test_title_rating_and_time_are_edited_in_the_panel(browser: Browser, library: ServerProcess) -> None:
    open_item(browser, library, "IMG_0004.JPG")
    open_panel(browser)
    browser.click(".info-edit")
    browser.wait_for(".info-form")
    title = browser.driver.find_element(By.CSS_SELECTOR, ".info-form [name=title]")
    title.send_keys("From inside, firmly")  # keys that mean something elsewhere
    browser.click(".info-form [name=rating]")
    browser.driver.find_element(By.CSS_SELECTOR, ".info-form option[value='4']").click()
    day = date.isoformat(PAST + timedelta(days=1))
    browser.evaluate(f"document.querySelector('.info-form [name=date]').value = '{day}T08:00:05'")
    browser.picture(ARTEFACTS / "36-edit.png")
    title.send_keys(Keys.ENTER)
    browser.wait_for(".info-form", count=0)
    browser.wait(lambda: "From inside, firmly" in facts(browser))
    browser.wait(lambda: "★★★★" in facts(browser))
    said = items(library)["IMG_0004.JPG"]
    assert (said["title"], said["rating"], said["rotation"]) == ("From inside, firmly", 4, 0)
    assert said["taken_at"] == f"{day}T08:00:05"
    assert not said["favourite"]
    undo(browser)
    browser.wait(lambda: items(library)["IMG_0004.JPG"]["title"] is None)
    browser.press_until(Keys.ESCAPE, lambda: not browser.driver.find_elements(By.CSS_SELECTOR, ".pswp"))


def open_panel(browser: Browser) -> None:
    if not browser.driver.find_elements(By.CSS_SELECTOR, ".info:not([hidden])"):
        browser.press("i")
    browser.wait(lambda: facts(browser))


def test_the_timeline_is_filtered_by_category(browser: Browser, library: ServerProcess) -> None:
    browser.driver.get(library.url)
    browser.wait_for("select[name=category]")
    select = Select(browser.driver.find_element(By.NAME, "category"))
    (words,) = (one.text for one in select.options if "creenshot" in one.text)
    assert "1" in words
    select.select_by_visible_text(words)
    browser.wait_for("a.tile-picture", count=1)
    label = browser.driver.find_element(By.CSS_SELECTOR, "a.tile-picture").get_attribute("aria-label")
    assert label.startswith("Screenshot 1.png")


def facts(browser: Browser) -> list[str]:
    return [one.text for one in browser.driver.find_elements(By.CSS_SELECTOR, ".info .fact-line")]
