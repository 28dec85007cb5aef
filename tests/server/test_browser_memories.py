"""A real browser on the pages of memories, albums and facets: every change made there, and its Undo."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

from tests.browser import Browser
from tests.photos import Shot, jpeg
from tests.server_process import ROOT, ServerProcess

ARTEFACTS = ROOT / "artefacts" / "browser"
HOME, LISBON, OSLO = (52.52, 13.4), (38.72, -9.14), (59.91, 10.75)
# Day, how many photos, where: a library that lives in Berlin and has been away twice.
DAYS = [
    *((f"2024:0{month}:1{day}", 2, HOME) for month in (1, 2, 3) for day in (1, 3, 5, 7)),
    ("2024:05:12", 12, LISBON),
    ("2024:05:13", 12, LISBON),
    ("2024:08:02", 14, OSLO),
    ("2024:08:03", 10, OSLO),
]


@pytest.fixture(scope="module")
def library(own_server: ServerProcess) -> ServerProcess:
    number = 0
    with own_server.client() as dav:
        for day, many, place in DAYS:
            for turn in range(many):
                number += 1
                make, model = ("NIKON", "NIKON D90") if turn % 5 == 4 else ("Apple", "iPhone 13")
                taken = f"{day} {9 + turn // 2:02}:{10 + turn:02}:00"
                shot = Shot((300, 200), taken, gps=place, seed=number, make=make, model=model)
                dav.put(f"/Upload/IMG_{number:04}.JPG", jpeg(shot))
    own_server.wait_idle()
    return own_server


@pytest.fixture
def browser(shared_browser: Browser, library: ServerProcess) -> Iterator[Browser]:
    """Afterwards all memories and albums are as they were: each test undoes what it did."""
    shared_browser.wait(lambda: len(memories(library)) >= 2)
    before = memories(library), albums(library)
    shared_browser.show_as(1440, 900)
    yield shared_browser
    shared_browser.wait(lambda: (memories(library), albums(library)) == before)
    assert shared_browser.complaints() == []


def memories(server: ServerProcess) -> dict[str, int]:
    """The titles of those that are shown, each with its count."""
    with server.client() as dav:
        found = dav.api("memories")["memories"]
    return {one["title"]: one["count"] for one in found}


def albums(server: ServerProcess) -> dict[str, int]:
    with server.client() as dav:
        found = dav.api("albums")["albums"]
    return {one["title"]: one["count"] for one in found}


def title_with(server: ServerProcess, place: str) -> str:
    (found,) = (title for title in memories(server) if place in title)
    return found


def go(browser: Browser, server: ServerProcess, page: str, awaited: str) -> None:
    browser.driver.get(server.url + page)
    browser.wait(lambda: browser.driver.find_elements(By.CSS_SELECTOR, awaited))


def choose_from_menu(browser: Browser, card: Any, label: str) -> None:
    card.find_element(By.CSS_SELECTOR, "summary").click()
    press_labelled(browser, ".collection-menu[open] .menu-item", label)


def press_labelled(browser: Browser, selector: str, label: str) -> None:
    def found() -> list[Any]:
        all_ = browser.driver.find_elements(By.CSS_SELECTOR, selector)
        return [one for one in all_ if one.text.strip() == label]

    browser.wait(found)
    found()[0].click()


def card(browser: Browser, words: str) -> Any:
    cards = browser.driver.find_elements(By.CSS_SELECTOR, "ul:not(.collections-row) > .collection")
    (found,) = (one for one in cards if words in one.text)
    return found


def answer(browser: Browser, text: str) -> None:
    browser.wait_for("dialog[open] input")
    box = browser.driver.find_element(By.CSS_SELECTOR, "dialog[open] input")
    box.clear()
    box.send_keys(text, Keys.ENTER)
    browser.wait_for("dialog[open]", count=0)


def undo(browser: Browser) -> None:
    browser.wait_for(".toast:not([hidden]) .toast-undo:not([hidden])")
    browser.click(".toast-undo")
    browser.wait(lambda: browser.text(".toast-words") == "Undone.")


def choose_tiles(browser: Browser, count: int) -> None:
    for one in browser.driver.find_elements(By.CSS_SELECTOR, "a.tile-picture")[:count]:
        browser.driver.execute_script("arguments[0].focus()", one)
        browser.press("x")
    browser.wait(lambda: browser.text(".selection-count") == f"{count} chosen")


def test_memories_as_cards(browser: Browser, library: ServerProcess) -> None:
    go(browser, library, "memories", ".collection")
    assert "Lisbon" in browser.text("#all-memories")
    assert "24 photos" in card(browser, "Lisbon").text
    browser.picture(ARTEFACTS / "27-memories.png")
    browser.show_as(390, 844, scheme="dark", pixel_ratio=2)
    browser.wait(lambda: browser.evaluate("document.documentElement.scrollWidth <= innerWidth"))
    browser.picture(ARTEFACTS / "28-memories-phone.png")


def test_rename_a_memory(browser: Browser, library: ServerProcess) -> None:
    go(browser, library, "memories", ".collection")
    choose_from_menu(browser, card(browser, "Lisbon"), "Rename")
    answer(browser, "Our summer")
    browser.wait(lambda: "Our summer" in memories(library))
    browser.wait(lambda: "Our summer" in browser.text("#all-memories"))
    undo(browser)


@pytest.mark.parametrize(("label", "is_gone"), [("Hide", True), ("Pin", False)])
def test_hide_and_pin(browser: Browser, library: ServerProcess, label: str, is_gone: bool) -> None:
    go(browser, library, "memories", ".collection")
    before = browser.text("#all-memories .collection-title")
    other = "Lisbon" if "Lisbon" not in before else "Oslo"
    choose_from_menu(browser, card(browser, other), label)
    if is_gone:
        browser.wait(lambda: other not in browser.text("#all-memories"))
    else:
        browser.wait(lambda: other in browser.text("#all-memories .collection-title"))
    undo(browser)


def test_merge_memories(browser: Browser, library: ServerProcess) -> None:
    go(browser, library, "memories", ".collection")
    both = memories(library)[title_with(library, "Lisbon")] + memories(library)[title_with(library, "Oslo")]
    oslo = title_with(library, "Oslo")
    choose_from_menu(browser, card(browser, "Lisbon"), "Merge with…")
    press_labelled(browser, "dialog[open] .picks button", oslo)
    browser.wait(lambda: both in memories(library).values())
    undo(browser)


def open_lisbon(browser: Browser, library: ServerProcess) -> None:
    go(browser, library, "memories", ".collection")
    card(browser, "Lisbon").find_element(By.CSS_SELECTOR, "a").click()
    browser.wait_for("a.tile-picture", count=24)


def test_one_memory_has_its_page_and_viewer(browser: Browser, library: ServerProcess) -> None:
    open_lisbon(browser, library)
    assert "Lisbon" in browser.text("h1.page-title")
    browser.picture(ARTEFACTS / "29-memory.png")
    browser.click("a.tile-picture")
    browser.wait_for(".pswp--ui-visible")
    browser.wait(lambda: browser.driver.title.startswith("IMG_"))
    browser.press_until(Keys.ESCAPE, lambda: not browser.driver.find_elements(By.CSS_SELECTOR, ".pswp"))
    assert "/memories/" in browser.driver.current_url
    assert "item=" not in browser.driver.current_url


def test_split_off_a_memory(browser: Browser, library: ServerProcess) -> None:
    open_lisbon(browser, library)
    choose_tiles(browser, 3)
    press_labelled(browser, ".selection-bar .button", "Split off")
    answer(browser, "The first hour")
    browser.wait(lambda: memories(library).get("The first hour") == 3)
    browser.wait_for("a.tile-picture", count=21)
    undo(browser)


def test_move_to_another_memory(browser: Browser, library: ServerProcess) -> None:
    open_lisbon(browser, library)
    oslo = title_with(library, "Oslo")
    many = memories(library)[oslo]
    choose_tiles(browser, 2)
    press_labelled(browser, ".selection-bar .button", "Move to…")
    press_labelled(browser, "dialog[open] .picks button", oslo)
    browser.wait(lambda: many + 2 in memories(library).values())
    undo(browser)


def test_albums_from_nothing_to_an_order(browser: Browser, library: ServerProcess) -> None:
    go(browser, library, "albums", "#empty:not([hidden])")
    browser.picture(ARTEFACTS / "30-albums-empty.png")
    go(browser, library, "", "a.tile-picture")
    choose_tiles(browser, 3)
    press_labelled(browser, ".selection-bar .button", "Add to album")
    answer(browser, "The best")
    browser.wait(lambda: albums(library) == {"The best": 3})
    go(browser, library, "albums", ".collection")
    card(browser, "The best").find_element(By.CSS_SELECTOR, "a").click()
    browser.wait_for("a.tile-picture", count=3)
    names = order(browser)
    choose_tiles(browser, 1)
    press_labelled(browser, ".selection-bar .button", "Move back")
    browser.wait(lambda: order(browser) == [names[1], names[0], names[2]])
    undo(browser)
    browser.wait(lambda: order(browser) == names)
    press_labelled(browser, ".selection-bar .button", "Take out")
    browser.wait_for("a.tile-picture", count=2)
    undo(browser)
    browser.wait_for("a.tile-picture", count=3)
    browser.picture(ARTEFACTS / "31-album.png")
    go(browser, library, "albums", ".collection")
    choose_from_menu(browser, card(browser, "The best"), "Delete album")
    browser.wait(lambda: albums(library) == {})
    browser.wait_for("#empty:not([hidden])")


def order(browser: Browser) -> list[str]:
    """What the tiles are, in the order in which they stand."""
    found = browser.driver.find_elements(By.CSS_SELECTOR, "a.tile-picture")
    return [str(one.get_attribute("aria-label")).split(",")[0] for one in found]


def test_the_timeline_shows_what_the_facets_say(browser: Browser, library: ServerProcess) -> None:
    go(browser, library, "", "select[name=camera]")
    choose = pick(browser)
    choose("camera", "NIKON D90")
    browser.wait(lambda: browser.text(".filter-fields select.is-on").strip() != "")
    browser.wait(lambda: set(shown_days(browser)) and "12 May 2024" in " ".join(shown_days(browser)))
    browser.wait(lambda: "11 March 2024" not in " ".join(shown_days(browser)))
    browser.picture(ARTEFACTS / "32-filters.png")
    assert "camera=" in browser.driver.current_url
    browser.driver.refresh()
    browser.wait(lambda: browser.driver.find_elements(By.CSS_SELECTOR, "select[name=camera].is-on"))
    press_labelled(browser, ".filters .button", "Show all")
    browser.wait(lambda: browser.driver.current_url == library.url)


def pick(browser: Browser) -> Callable[[str, str], None]:
    def choose(facet: str, words: str) -> None:
        select = Select(browser.driver.find_element(By.NAME, facet))
        (text,) = (one.text for one in select.options if words in one.text)
        select.select_by_visible_text(text)

    return choose


def shown_days(browser: Browser) -> list[str]:
    return [one.text for one in browser.driver.find_elements(By.CSS_SELECTOR, ".day-title")]
