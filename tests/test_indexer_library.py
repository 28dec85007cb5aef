"""What the faces ask: the timeline, pages by cursor, filters, one item, the Library share."""

from __future__ import annotations

import base64
import random
from pathlib import Path
from typing import Any

import pytest

from indexer.derivatives.files import RECIPES, Derivative, write
from indexer.errors import BadQuery, NoDerivative, NoSuchItem
from indexer.hashing import Announced
from indexer.knowledge import Camera, Metadata
from indexer.library import MOST_ITEMS, derivatives_folder, is_shown_in_full
from indexer.model import Day, Failure, Item, JobKind, Kind, MediaType, Queue, Receiving, State, Tally
from tests import photos
from tests.libraries import NOW, Home, add_person, arrival, counted, digest, index

MP4 = b"\0\0\0\x18ftypisom\0\0\0\0isommp41" + b"\0\0\0\x08moov"
TIMES = [
    "2023-12-31T23:59:59",
    "2024-05-17T18:30:01",
    "2024-05-17T18:30:01.25",
    "2024-05-17T18:30:01.5",
    "2024-05-17T18:30:02",
    "2024-05-18T00:00:00",
    None,
]


def fill(home: Home, each: int = 3) -> None:
    """So many items of each time, in no order; names tell the time's place."""
    names = [f"{place}-{number}.jpg" for place in range(len(TIMES)) for number in range(each)]
    random.Random(1).shuffle(names)
    for name in names:
        home.catalog.arrivals.record(arrival(home.alice, name))
    index(home.catalog, {name: TIMES[int(name[0])] for name in names})


def pages(home: Home, limit: int, **filters: Any) -> list[tuple[Item, ...]]:
    found, cursor = [], None
    while True:
        page = home.library.items(home.alice, cursor=cursor, limit=limit, **filters)
        found.append(page.items)
        cursor = page.next_cursor
        if cursor is None:
            return found


def test_a_thumbnail_costs_no_more_than_looking_it_up(home: Home) -> None:
    """A page of the timeline asks for hundreds: nothing is looked up that only its information shows."""
    sha256 = home.bring("a.jpg", photos.jpeg()).sha256 or ""
    home.worker().drain()
    with counted(home) as statements:
        for name in ("thumbnail", "preview"):
            home.library.open_derivative(home.alice, sha256, name)[0].close()
        home.library.open_original(home.alice, sha256).close()
    assert statements == []


def test_the_timeline(home: Home) -> None:
    assert home.library.timeline(home.alice) == ()
    fill(home)
    assert home.library.timeline(home.alice) == (
        Day("2024-05-18", 3, 3, 3),
        Day("2024-05-17", 12, 12, 12),
        Day("2023-12-31", 3, 3, 3),
        Day("unknown", 3, 3, 3),
    )


@pytest.mark.parametrize("limit", [1, 2, 5, 20, 21, 22, MOST_ITEMS])
def test_pages_are_all_items_once_in_capture_order(limit: int, home: Home) -> None:
    fill(home)
    found = pages(home, limit)
    assert [len(page) for page in found[:-1]] == [limit] * (len(found) - 1)
    items = [item for page in found for item in page]
    assert len({item.sha256 for item in items}) == len(items) == 3 * len(TIMES)
    assert [item.name[0] for item in items] == sorted(item.name[0] for item in items)
    assert items[-1].metadata.captured is None


def test_an_empty_library_has_one_empty_page(home: Home) -> None:
    assert pages(home, 10) == [()]


@pytest.mark.parametrize(
    ("day", "places"),
    [
        ("2024-05-17", "1234"),
        ("2024-05-18", "5"),
        ("unknown", "6"),
        ("2024-05-16", ""),
    ],
)
def test_a_day(day: str, places: str, home: Home) -> None:
    fill(home)
    names = [item.name[0] for page in pages(home, 2, day=day) for item in page]
    assert names == sorted(places * 3)


def test_kinds_and_queries(home: Home) -> None:
    for name, kind in (("Höhe_100%.JPG", Kind.IMAGE), ("clip.mov", Kind.VIDEO), ("x.cr3", Kind.RAW)):
        home.catalog.arrivals.record(arrival(home.alice, name, media=MediaType(kind, "a/b", "")))
    for job in home.catalog.jobs.claim(9, 60, NOW):
        home.catalog.jobs.finish(job, Metadata(camera=Camera("Canon", "EOS R5", "RF 50mm")), None)

    def found(**filters: str) -> set[str]:
        return {item.name for page in pages(home, 1, **filters) for item in page}

    everything = {"Höhe_100%.JPG", "clip.mov", "x.cr3"}
    assert found(kind="video") == {"clip.mov"}
    assert found(kind="other") == set()
    assert found(query="") == found(query="canon eos") == found(query="RF 50") == everything
    assert found(query="HÖHE") == found(query="100%") == found(query="e_1") == {"Höhe_100%.JPG"}
    assert found(query="nikon") == found(query="Canon", kind="other") == set()


@pytest.mark.parametrize(
    "asked",
    [
        {"limit": 0},
        {"limit": -1},
        {"limit": MOST_ITEMS + 1},
        {"kind": "picture"},
        {"kind": ""},
        {"day": ""},
        {"day": "2024"},
        {"day": "2024-05-17T18:30:02"},
        {"day": "2024-05-17\n"},
        {"cursor": "!"},
        {"cursor": "é"},
        {"cursor": "\udc80"},
        {"cursor": "YWJj"},
        {"cursor": base64.urlsafe_b64encode(b"a b c").decode()},
        {"cursor": base64.urlsafe_b64encode(b"\xff \xff").decode()},
    ],
)
def test_bad_queries(asked: dict[str, object], home: Home) -> None:
    with pytest.raises(BadQuery):
        home.library.items(home.alice, **asked)  # type: ignore[arg-type]


def test_one_item_and_its_bytes(home: Home) -> None:
    photo = photos.jpeg()
    item_id = home.bring("IMG_1.JPG", photo).sha256 or ""
    item = home.library.item(home.alice, item_id)
    assert (item.name, [upload.path for upload in item.uploads]) == ("IMG_1.JPG", ["IMG_1.JPG"])
    with home.library.open_original(home.alice, item_id) as file:
        assert file.read() == photo


def test_nobody_sees_anothers(home: Home) -> None:
    bob = add_person(home.catalog, "bob")
    item_id = home.bring("IMG_1.JPG", photos.jpeg()).sha256 or ""
    index(home.catalog, {})
    for ask in (
        lambda: home.library.item(bob, item_id),
        lambda: home.library.open_original(bob, item_id),
        lambda: home.library.open_derivative(bob, item_id, "thumbnail"),
    ):
        with pytest.raises(NoSuchItem):
            ask()
    assert home.library.timeline(bob) == ()
    assert home.library.items(bob).items == ()
    assert home.library.held(bob, [item_id]) == {}
    assert home.library.held(home.alice, [item_id, digest("x")]) == {item_id: item_id}
    assert list(home.catalog.listings.day(bob, "unknown")) == []
    assert home.library.day_file(bob, "unknown", "IMG_1.JPG") is None


def test_derivatives(home: Home) -> None:
    item_id = home.bring("IMG_1.JPG", photos.jpeg()).sha256 or ""
    with pytest.raises(NoDerivative) as caught:
        home.library.open_derivative(home.alice, item_id, "thumbnail")
    assert caught.value.state == State.PENDING
    write(derivatives_folder(home.library.derivatives, item_id), Derivative.THUMBNAIL, ".webp", b"small")
    with pytest.raises(NoDerivative):
        # Made for somebody else: that others hold the same photo is not this person's to know.
        home.library.open_derivative(home.alice, item_id, "thumbnail")
    index(home.catalog, {})
    file, mime = home.library.open_derivative(home.alice, item_id, "thumbnail")
    with file:
        assert (file.read(), mime) == (b"small", "image/webp")


def test_the_library_share(home: Home) -> None:
    fill(home, each=1)
    assert home.library.folder_days(home.alice) == ("2023-12-31", "2024-05-17", "2024-05-18")
    assert home.library.folder_days(home.alice, "2024") == ("2024-05-17", "2024-05-18")
    assert [file.name for file in home.catalog.listings.day(home.alice, "2024-05-18")] == ["5-0.jpg"]
    assert home.library.day_file(home.alice, "2024-05-18", "5-0.jpg") is not None
    assert home.library.day_file(home.alice, "unknown", "6-0.jpg") is not None


def test_the_library_in_numbers(home: Home) -> None:
    photo = photos.jpeg()
    home.bring("IMG_1.JPG", photo)
    home.bring("IMG_2.JPG", photo)
    with home.intake.begin(home.alice, "IMG_3.JPG", Announced(10)) as incoming:
        incoming.write(b"abc")
        status = home.library.status(home.alice)
    assert (status.items, status.originals, status.duplicates) == (
        1,
        Tally(1, len(photo)),
        Tally(1, len(photo)),
    )
    assert (status.queue, status.receiving) == (Queue(1, 0, 0), (Receiving("IMG_3.JPG", 3, 10),))
    before = status.version
    index(home.catalog, {})
    assert home.library.status(home.alice).version > before


def content_of(home: Home, sha256: str, name: str) -> bytes:
    file, _ = home.library.open_derivative(home.alice, sha256, name)
    with file:
        return file.read()


def why_not(home: Home, sha256: str, name: str) -> str:
    """The state with which a derivative is refused."""
    with pytest.raises(NoDerivative) as refused:
        home.library.open_derivative(home.alice, sha256, name)
    return refused.value.state


def jobs_of(home: Home) -> list[JobKind]:
    return [job.kind for job in home.catalog.jobs.claim(9, 60, NOW)]


def bring_video(home: Home) -> tuple[str, Path]:
    """A video whose metadata and poster are done, and the folder of its derivatives."""
    sha256 = home.bring("film.mp4", MP4).sha256 or ""
    (job,) = home.catalog.jobs.claim(9, 60, NOW)
    home.catalog.jobs.finish(job, Metadata(thumbhash="hash"), None)
    return sha256, derivatives_folder(home.library.derivatives, sha256)


def test_the_film_of_a_video(home: Home) -> None:
    sha256, folder = bring_video(home)
    assert [why_not(home, sha256, name) for name in ("clip", "playable")] == ["pending", "pending"]
    (film,) = home.catalog.jobs.claim(9, 60, NOW)
    write(folder, Derivative.PLAYABLE, ".mp4", b"film")
    assert why_not(home, sha256, "clip") == "pending"
    write(folder, Derivative.CLIP, ".mp4", b"clip")
    home.catalog.jobs.finish(film, Metadata(), None)
    assert [content_of(home, sha256, name) for name in ("clip", "playable")] == [b"clip", b"film"]
    assert jobs_of(home) == []


def test_a_video_that_plays_everywhere_is_its_own_playable_version(home: Home) -> None:
    sha256, folder = bring_video(home)
    (film,) = home.catalog.jobs.claim(9, 60, NOW)
    write(folder, Derivative.CLIP, ".mp4", b"clip")
    home.catalog.jobs.finish(film, Metadata(), None)
    file, mime = home.library.open_derivative(home.alice, sha256, "playable")
    with file:
        assert (file.read(), mime) == (MP4, "video/mp4")


def test_a_film_that_could_not_be_made(home: Home) -> None:
    sha256, _ = bring_video(home)
    (film,) = home.catalog.jobs.claim(9, 60, NOW)
    home.catalog.jobs.finish(film, Metadata(), Failure("film", "It is broken."))
    assert [why_not(home, sha256, name) for name in ("clip", "playable")] == ["failed", "failed"]
    assert jobs_of(home) == []


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("thumbnail", JobKind.INDEX), ("preview", JobKind.INDEX),
        ("clip", JobKind.FILM), ("playable", JobKind.FILM),
    ],
)  # fmt: skip
def test_what_somebody_deleted_is_made_anew(home: Home, name: str, kind: JobKind) -> None:
    sha256, _ = bring_video(home)
    (film,) = home.catalog.jobs.claim(9, 60, NOW)
    home.catalog.jobs.finish(film, Metadata(), None)
    assert [why_not(home, sha256, name) for _ in range(3)] == ["pending"] * 3
    assert jobs_of(home) == [kind]


def test_what_is_no_derivative_is_made_anew(home: Home) -> None:
    """A folder or an empty file has its name."""
    sha256 = home.bring("IMG_1.JPG", photos.jpeg()).sha256 or ""
    home.worker().drain()
    made = content_of(home, sha256, "thumbnail")
    folder = derivatives_folder(home.folder.derivatives, sha256)
    (thumbnail,), (preview,) = folder.glob("thumbnail-*"), folder.glob("preview-*")
    thumbnail.unlink()
    thumbnail.mkdir()
    preview.write_bytes(b"")
    assert [why_not(home, sha256, name) for name in ("thumbnail", "preview")] == ["pending", "pending"]
    home.worker().drain()
    assert content_of(home, sha256, "thumbnail") == made
    assert content_of(home, sha256, "preview")


def test_a_picture_in_full_size_is_made_on_demand(home: Home) -> None:
    sha256 = home.bring("IMG_1.HEIC", photos.heic()).sha256 or ""
    home.worker().drain()
    assert not is_shown_in_full(home.library.item(home.alice, sha256))
    assert why_not(home, sha256, "full") == "pending"
    home.worker().drain()
    assert content_of(home, sha256, "full").startswith(b"\xff\xd8")
    assert jobs_of(home) == []


def test_a_picture_in_full_size_of_an_older_recipe_serves_until_the_new_is_there(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    sha256 = home.bring("IMG_1.HEIC", photos.heic()).sha256 or ""
    home.worker().drain()
    folder = derivatives_folder(home.folder.derivatives, sha256)
    write(folder, Derivative.FULL, ".jpg", b"old")
    monkeypatch.setitem(RECIPES, Derivative.FULL, RECIPES[Derivative.FULL] + 1)
    assert content_of(home, sha256, "full") == b"old"
    home.worker().drain()
    assert content_of(home, sha256, "full").startswith(b"\xff\xd8")
    assert jobs_of(home) == []
    assert len(list(folder.glob("full-*"))) == 1


@pytest.mark.parametrize("name", ["clip", "playable", "full", "poster", "../../catalog"])
def test_what_no_picture_has(home: Home, name: str) -> None:
    sha256 = home.bring("IMG_1.JPG", photos.jpeg()).sha256 or ""
    home.worker().drain()
    assert is_shown_in_full(home.library.item(home.alice, sha256))
    assert why_not(home, sha256, name) == "ready"
    assert jobs_of(home) == []
