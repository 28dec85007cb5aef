"""Memories, facets, clocks and what is said of items, by the JSON API over a real library."""

from __future__ import annotations

import hashlib
import io
from datetime import datetime, timedelta
from typing import Any, cast

import pytest
from PIL import Image

from indexer.catalog.clocks import Correction
from indexer.model import Person
from tests.photos import Shot, jpeg, png
from tests.webui_site import Answer, Site

LISBON, BERLIN = (38.72, -9.14), (52.52, 13.40)
NIKON = {"make": "NIKON CORPORATION", "model": "NIKON D90"}


@pytest.fixture
def alice(site: Site) -> Person:
    person = site.add_person()
    assert site.log_in().status == 200
    return person


def photo(at: datetime, seed: int, **more: Any) -> bytes:
    camera = {"make": "Apple", "model": "iPhone 13"} | more
    return jpeg(Shot(size=(8, 6), taken=at.strftime("%Y:%m:%d %H:%M:%S"), seed=seed, **camera))


def trip(site: Site, alice: Person) -> list[str]:
    """Days at home, and six pictures in Lisbon: their ids."""
    start = datetime.fromisoformat("2024-03-01T12:00:00")
    for n in range(6):
        site.bring(alice, f"home {n}.jpg", photo(start + timedelta(days=n), n, gps=BERLIN))
    noon = datetime.fromisoformat("2024-05-12T12:00:00")
    found = [
        site.bring(alice, f"trip {n}.jpg", photo(noon + timedelta(minutes=9 * n), 50 + n, gps=LISBON))
        for n in range(6)
    ]
    site.work()
    return found


def api(site: Site, path: str) -> Any:
    answer = site.get(f"/api/v1/{path}")
    assert answer.status == 200, answer.text
    return answer.json()


def change(site: Site, path: str, value: dict[str, Any]) -> Answer:
    return site.post_json(f"/api/v1/{path}", value)


def test_a_memory_is_suggested_changed_and_restored(site: Site, alice: Person) -> None:
    ids = trip(site, alice)
    (memory,) = api(site, "memories")["memories"]
    assert (memory["title"], memory["count"], memory["kind"]) == ("Lisbon, Sunday 12 May 2024", 6, "trip")
    assert memory["cover"] in ids
    whole = api(site, f"memories/{memory['id']}")
    assert [item["id"] for item in whole["items"]] == ids
    decision = change(site, f"memories/{memory['id']}", {"title": "Honeymoon", "pinned": True}).json()[
        "decision"
    ]
    assert api(site, f"memories/{memory['id']}")["title"] == "Honeymoon"
    assert change(site, f"decisions/{decision}/undo", {}).status == 200
    assert api(site, f"memories/{memory['id']}") == whole


def test_memories_of_this_day(site: Site, alice: Person) -> None:
    trip(site, alice)
    assert len(api(site, "memories?on=2026-05-12")["on_this_day"]) == 1
    assert api(site, "memories?on=2026-05-11")["on_this_day"] == []
    assert site.get("/api/v1/memories?on=yesterday").status == 400


def test_pages_of_memories(site: Site, alice: Person) -> None:
    ids = trip(site, alice)
    made = change(site, "memories", {"items": ids[:2], "title": "Made"})
    assert made.status == 201
    first = api(site, "memories?limit=1")
    second = api(site, f"memories?limit=1&cursor={first['next']}")
    titles = {page["memories"][0]["title"] for page in (first, second)}
    assert titles == {"Made", "Lisbon, Sunday 12 May 2024"}
    assert second["next"] is None


@pytest.mark.parametrize("deed", ["merge", "split", "add", "remove"])
def test_shots_move_between_memories_and_counts_add_up(site: Site, alice: Person, deed: str) -> None:
    ids = trip(site, alice)
    made = change(site, "memories", {"items": ids[:2], "title": "Made"}).json()["id"]
    (other,) = [one["id"] for one in api(site, "memories")["memories"] if one["id"] != made]
    deeds: dict[str, dict[str, Any]] = {
        "merge": {"merge": [other]},
        "split": {"split": ids[:1], "title": "Alone"},
        "add": {"add": ids[2:4]},
        "remove": {"remove": ids[:1]},
    }
    expected = {"merge": [6], "split": [1, 1, 4], "add": [2, 4], "remove": [1, 4]}[deed]
    decision = change(site, f"memories/{made}", deeds[deed]).json()["decision"]
    assert sorted(one["count"] for one in api(site, "memories")["memories"]) == expected
    change(site, f"decisions/{decision}/undo", {})
    assert sorted(one["count"] for one in api(site, "memories")["memories"]) == [2, 4]


@pytest.mark.parametrize("deed", ["split", "remove"])
def test_shots_of_another_memory_are_refused(site: Site, alice: Person, deed: str) -> None:
    ids = trip(site, alice)
    made = change(site, "memories", {"items": ids[:2], "title": "Made"}).json()["id"]
    assert change(site, f"memories/{made}", {deed: ids[2:3]}).status == 400
    assert sorted(one["count"] for one in api(site, "memories")["memories"]) == [2, 4]


def test_hidden_memories_are_shown_when_asked_for(site: Site, alice: Person) -> None:
    trip(site, alice)
    (memory,) = api(site, "memories")["memories"]
    change(site, f"memories/{memory['id']}", {"hidden": True})
    assert api(site, "memories")["memories"] == []
    assert len(api(site, "memories?hidden=1")["memories"]) == 1


@pytest.mark.parametrize(
    ("path", "value", "status"),
    [
        ("memories/nothing", {"title": "x"}, 404),
        ("memories", {"items": ["f" * 64]}, 404),
        ("memories", {"items": "all"}, 400),
        ("memories", {"items": []}, 400),
        ("decisions/99/undo", {}, 404),
        ("clock-suggestions/nothing", {}, 404),
        (f"items/{'f' * 64}", {"favourite": True}, 404),
    ],
)
def test_refusals(site: Site, alice: Person, path: str, value: dict[str, Any], status: int) -> None:
    assert change(site, path, value).status == status


def test_facets_count_and_filter(site: Site, alice: Person) -> None:
    trip(site, alice)
    facets = api(site, "facets")
    assert {one["value"]: one["count"] for one in facets["category"]} == {"photo": 12, "landscape": 12}
    assert facets["camera"] == [{"value": "Apple iPhone 13", "count": 12}]
    assert facets["year"] == [{"value": "2024", "count": 12}]
    place = "place=Lisbon,%20Portugal"
    assert len(api(site, f"items?{place}&category=photo&year=2024")["items"]) == 6
    assert api(site, f"timeline?{place}&collapsed=1")["days"][0]["count"] == 6
    assert api(site, f"facets?{place}")["category"][0]["count"] == 6
    assert api(site, "items?category=screenshot")["items"] == []
    assert site.get("/api/v1/items?category=cats").status == 400


def test_a_lent_place_is_told_as_such(site: Site, alice: Person) -> None:
    noon = datetime.fromisoformat("2024-05-12T12:00:00")
    phone = site.bring(alice, "IMG_1.jpg", photo(noon, 1, gps=LISBON))
    camera = site.bring(alice, "DSC_1.jpg", photo(noon + timedelta(minutes=1), 2, **NIKON))
    site.work()
    item = api(site, f"items/{camera}")
    assert (item["gps"], item["place"]) == (None, None)
    estimate = item["estimated_place"]
    assert (estimate["place"], estimate["lender"], estimate["confidence"]) == ("Lisbon, Portugal", phone, 1.0)
    assert [each["id"] for each in api(site, "items?place=Lisbon,%20Portugal")["items"]] == [phone, camera]


def test_what_people_say_of_an_item(site: Site, alice: Person) -> None:
    item = site.bring(alice, "IMG_1.jpg", photo(datetime.fromisoformat("2024-05-12T12:00:00"), 1))
    site.work()
    before = api(site, f"items/{item}")
    decision = change(site, f"items/{item}", {"favourite": True, "title": "Us", "rating": 5}).json()[
        "decision"
    ]
    said = api(site, f"items/{item}")
    assert (said["favourite"], said["title"], said["rating"]) == (True, "Us", 5)
    assert [one["id"] for one in api(site, "items?query=us")["items"]] == [item]
    site.core.catalog.reindexing.begin(set(), 2_000_000_000.0)
    site.work()
    assert [one["id"] for one in api(site, "items?query=us")["items"]] == [item]
    assert change(site, f"items/{item}", {"rating": 9}).status == 400
    change(site, f"decisions/{decision}/undo", {})
    assert api(site, f"items/{item}") == before
    assert api(site, "items?query=us")["items"] == []


def shown(site: Site, item: str, name: str = "preview") -> tuple[tuple[int, int], int, str]:
    """The size of a derivative, where its red corner is (0 top left, then clockwise), and its tag."""
    answer = site.get(f"/api/v1/items/{item}/{name}")
    assert answer.status == 200, answer.text
    picture = Image.open(io.BytesIO(answer.body)).convert("RGB")
    width, height = picture.size
    corners = [(2, 2), (width - 3, 2), (width - 3, height - 3), (2, height - 3)]
    colours = [cast(tuple[int, int, int], picture.getpixel(corner)) for corner in corners]
    return (
        picture.size,
        colours.index(max(colours, key=lambda one: one[0] - one[1] - one[2])),
        answer.headers["etag"],
    )


def televised(site: Site, alice: Person, item: str) -> tuple[tuple[int, int], str]:
    """The size of the picture for televisions, as exact as its listing says, and its name."""
    tv = site.core.catalog.tv
    (file,) = tv.day(alice.id, "2024-05-17")
    found = tv.of_day(alice.id, "2024-05-17", file.name)
    assert found
    assert found.item_id == item
    with site.core.library.open_tv(alice.id, found) as opened:
        content = opened.read()
    assert (len(content), hashlib.sha256(content).hexdigest()) == (file.size_bytes, file.sha256)
    return Image.open(io.BytesIO(content)).size, file.name


def test_televisions_get_a_picture_that_was_turned_so_before(site: Site, alice: Person) -> None:
    """A PNG is for no television, so there is one for each turn, and a wrong one could be taken."""
    item = site.bring(alice, "IMG_1.png", png())
    site.work()
    televised(site, alice, item)
    for rotation, size in [(90, (48, 64)), (180, (64, 48)), (0, (64, 48)), (90, (48, 64))]:
        change(site, f"items/{item}", {"rotation": rotation})
        site.work()
        assert televised(site, alice, item)[0] == size


@pytest.mark.parametrize("title", ["\ud800", "\x00", "a\uffff", "a\nb", " ", "x" * 201, 5])
def test_a_title_is_a_line_of_text(site: Site, alice: Person, title: object) -> None:
    item = site.bring(alice, "IMG_1.jpg", jpeg())
    assert change(site, f"items/{item}", {"title": title}).status == 400
    assert api(site, f"items/{item}")["title"] is None


@pytest.mark.parametrize(
    ("rotation", "corner", "size"), [(90, 1, (48, 64)), (180, 2, (64, 48)), (270, 3, (48, 64))]
)
def test_a_picture_is_turned_and_back(
    site: Site, alice: Person, rotation: int, corner: int, size: tuple[int, int]
) -> None:
    item = site.bring(alice, "IMG_1.jpg", jpeg())
    bob = site.add_person("bob")
    site.bring(bob, "same.jpg", jpeg())
    site.work()
    before, upright = api(site, f"items/{item}"), shown(site, item)
    assert (upright[:2], televised(site, alice, item)) == (((64, 48), 0), ((64, 48), "IMG_1.jpg"))
    decision = change(site, f"items/{item}", {"rotation": rotation}).json()["decision"]
    assert site.get(f"/api/v1/items/{item}/thumbnail").code == "not_ready"
    assert televised(site, alice, item)[0] == (64, 48)  # as long as there is no other
    site.work()
    turned = api(site, f"items/{item}")
    (listed,) = api(site, "items")["items"]
    assert turned["rotation"] == listed["rotation"] == rotation
    assert (turned["width"], turned["height"]) == (listed["width"], listed["height"]) == size
    assert shown(site, item)[:2] == shown(site, item, "thumbnail")[:2] == (size, corner)
    assert shown(site, item)[2] != upright[2]
    assert televised(site, alice, item) == (size, "IMG_1.jpg")
    assert site.get(f"/api/v1/items/{item}/original").body == jpeg()
    assert site.get(f"/api/v1/items/{item}/full").code == "not_ready"  # browsers would not turn the original
    site.work()
    assert shown(site, item, "full")[:2] == (size, corner)
    assert site.core.library.item(bob.id, item).metadata.width == 64

    site.core.catalog.reindexing.begin({item}, 2_000_000_000.0)
    site.work()
    assert (api(site, f"items/{item}"), shown(site, item)[:2]) == (turned, (size, corner))

    change(site, f"decisions/{decision}/undo", {})
    site.work()
    assert (api(site, f"items/{item}"), shown(site, item)[:2]) == (before, upright[:2])
    assert televised(site, alice, item) == ((64, 48), "IMG_1.jpg")


def test_a_picture_on_its_side_is_turned_from_what_is_upright(site: Site, alice: Person) -> None:
    item = site.bring(alice, "IMG_1.jpg", jpeg(Shot(orientation=6)))
    site.work()
    assert shown(site, item)[0] == (48, 64)
    change(site, f"items/{item}", {"rotation": 90})
    site.work()
    assert shown(site, item)[:2] == ((64, 48), 2)


def test_the_time_of_an_item_is_shifted_and_back(site: Site, alice: Person) -> None:
    item = site.bring(alice, "DSC_1.jpg", photo(datetime.fromisoformat("2024-05-12T23:30:00"), 1, **NIKON))
    site.work()
    before, days = api(site, f"items/{item}"), api(site, "timeline")
    decision = change(site, f"items/{item}", {"shift_s": 3600}).json()["decision"]
    site.work()
    later = api(site, f"items/{item}")
    assert (later["taken_at"], later["shift_s"]) == ("2024-05-13T00:30:00", 3600)
    assert [one["day"] for one in api(site, "timeline")["days"]] == ["2024-05-13"]
    assert site.core.library.day_file(alice.id, "2024-05-13", "DSC_1.jpg")

    correction = Correction(NIKON["make"], NIKON["model"], None, 60)
    clock = site.core.catalog.clocks.decide(alice.id, correction, 0.0)
    assert api(site, f"items/{item}")["taken_at"] == "2024-05-13T00:31:00"
    site.core.catalog.reindexing.begin(set(), 2_000_000_000.0)
    site.work()
    assert api(site, f"items/{item}")["taken_at"] == "2024-05-13T00:31:00"
    change(site, f"decisions/{decision}/undo", {})
    assert api(site, f"items/{item}")["taken_at"] == "2024-05-12T23:31:00"
    change(site, f"decisions/{clock}/undo", {})
    site.work()
    assert (api(site, f"items/{item}"), api(site, "timeline")) == (before, days)


def test_what_cannot_be_said_of_an_item(site: Site, alice: Person) -> None:
    photo_ = site.bring(alice, "IMG_1.jpg", photo(datetime.fromisoformat("9999-12-31T12:00:00"), 1))
    text = site.bring(alice, "notes.txt", b"no picture, no date")
    site.work()
    for wanted in (
        {"rotation": 45}, {"rotation": True}, {"rotation": -90}, {"rotation": "90"}, {"shift_s": 1.5},
        {"shift_s": 10**12}, {"shift_s": True}, {"rating": 6}, {"title": ""}, {"favourite": 1}, {},
    ):  # fmt: skip
        assert change(site, f"items/{photo_}", wanted).status == 400, wanted
    assert change(site, f"items/{photo_}", {"shift_s": 86400 * 400}).status == 400
    assert "pictures alone" in change(site, f"items/{text}", {"rotation": 90}).text
    assert "tells none" in change(site, f"items/{text}", {"shift_s": 60}).text
    assert change(site, f"items/{'0' * 64}", {"rotation": 90}).status == 404


def test_a_wrong_clock_is_found_corrected_and_wrong_again(site: Site, alice: Person) -> None:
    noon = datetime.fromisoformat("2024-05-12T12:00:00")
    sights = [noon + timedelta(minutes=minutes) for minutes in (0, 7, 31, 45, 90, 131, 140, 188, 230, 301)]
    for n, sight in enumerate(sights):
        site.bring(alice, f"IMG_{n}.jpg", photo(sight, n, gps=LISBON))
        site.bring(alice, f"DSC_{n}.jpg", photo(sight - timedelta(hours=13, minutes=12), 100 + n, **NIKON))
    site.work()
    before = {item["name"]: item for item in api(site, "items")["items"]}
    (wrong,) = api(site, "clock-suggestions")["suggestions"]
    assert (wrong["camera"], wrong["sentence"]) == ("NIKON D90", "13 h 12 min behind")
    decision = change(site, f"clock-suggestions/{wrong['id']}", {}).json()["decision"]
    item = next(one for one in api(site, "items")["items"] if one["name"] == "DSC_0.jpg")
    assert item["taken_at"] == "2024-05-12T12:00:00"
    assert item["taken_at_source"].endswith("clock corrected by +13 h 12 min")
    (applied,) = api(site, "clock-suggestions")["suggestions"]
    assert (applied["applied"], applied["decision"]) == (True, decision)
    late = site.bring(alice, "DSC_99.jpg", photo(noon - timedelta(hours=13, minutes=12), 99, **NIKON))
    site.work()
    assert api(site, f"items/{late}")["taken_at"] == "2024-05-12T12:00:00"
    change(site, f"decisions/{decision}/undo", {})
    site.work()
    after = {item["name"]: item for item in api(site, "items")["items"]}
    assert after.pop("DSC_99.jpg")["taken_at"] == "2024-05-11T22:48:00"
    assert {name: one["taken_at"] for name, one in after.items()} == {
        name: one["taken_at"] for name, one in before.items()
    }
    assert len(api(site, "timeline")["days"]) == 2
