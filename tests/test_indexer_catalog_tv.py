"""What televisions get: one file for each shot, small enough, told exactly, under names that stay."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import pytest
from PIL import Image

from indexer.catalog.tv import Found
from indexer.memories import Memories
from indexer.model import Sort
from tests.films import AAC, H264, make_film
from tests.libraries import NOW, Home
from tests.photos import Shot, heic, jpeg

DAY = "2024-05-17"


def names(home: Home, day: str = DAY) -> list[str]:
    return [file.name for file in home.catalog.tv.day(home.alice, day)]


def content(home: Home, found: Found | None) -> bytes:
    assert found
    with home.library.open_tv(home.alice, found) as file:
        read = file.read()
    assert (len(read), hashlib.sha256(read).hexdigest()) == (found.file.size_bytes, found.file.sha256)
    return read


def shown(home: Home, name: str, day: str = DAY) -> bytes:
    return content(home, home.catalog.tv.of_day(home.alice, day, name))


def test_a_plain_jpeg_is_sent_as_it_is_and_all_else_is_made(home: Home) -> None:
    plain = jpeg(Shot(seed=1))
    home.bring("plain.JPG", plain)
    home.bring("turned.jpg", jpeg(Shot(seed=2, orientation=6)))
    home.bring("phone.heic", heic(Shot(seed=3)))
    home.bring("large.jpg", jpeg(Shot(seed=4, size=(4000, 100))))
    home.worker().drain()
    assert names(home) == ["large.jpg", "phone.jpg", "plain.jpg", "turned.jpg"]
    assert shown(home, "plain.jpg") == plain
    sizes = {name: Image.open(io.BytesIO(shown(home, name))).size for name in names(home)}
    assert sizes == {
        "large.jpg": (3840, 96),
        "phone.jpg": (64, 48),
        "plain.jpg": (64, 48),
        "turned.jpg": (48, 64),
    }


def test_names_of_a_day_are_apart_whatever_the_originals_were_called(home: Home) -> None:
    home.bring("IMG_1.jpg", jpeg(Shot(seed=1, taken="2024:05:17 10:00:00")))
    home.bring("img_1.heic", heic(Shot(seed=2, taken="2024:05:17 11:00:00")))
    home.worker().drain()
    assert sorted(name.casefold() for name in names(home)) == ["img_1 (2).jpg", "img_1.jpg"]
    before = {name: shown(home, name) for name in names(home)}
    home.bring("IMG_1.JPG", jpeg(Shot(seed=3, taken="2024:05:17 09:00:00")))
    home.worker().drain()
    assert len(names(home)) == 3
    assert {name: shown(home, name) for name in before} == before


def test_a_shot_is_one_file(home: Home) -> None:
    home.bring("IMG_1.jpg", jpeg(Shot(seed=1, subsec="25", make="Canon", model="EOS")))
    home.bring("IMG_1.heic", heic(Shot(seed=2, subsec="25", make="Canon", model="EOS")))
    home.worker().drain()
    assert len(home.library.items(home.alice, is_collapsed=True).items) == 1
    assert names(home) == ["IMG_1.jpg"]


@pytest.mark.parametrize(
    ("suffix", "encoding", "is_original"),
    [
        (".mp4", (*H264, *AAC, "-movflags", "+faststart"), True),
        (".mp4", (*H264, *AAC), False),
        (".mov", (*H264, *AAC), False),
        (".avi", ("-c:v", "mpeg4", "-c:a", "mp3"), False),
    ],
)
def test_films_are_mp4_that_start_at_once(
    home: Home, tmp_path: Path, suffix: str, encoding: tuple[str, ...], is_original: bool
) -> None:
    made = "-metadata", "creation_time=2024-05-17T10:00:00Z"
    film = make_film(tmp_path / f"MOV_1{suffix}", *encoding, *made, seconds=1).read_bytes()
    home.bring(f"MOV_1{suffix}", film, mtime=NOW)
    home.worker().drain()
    (item,) = home.library.items(home.alice).items
    assert names(home, item.day) == ["MOV_1.mp4"]
    sent = shown(home, "MOV_1.mp4", item.day)
    assert sent.find(b"moov") < sent.find(b"mdat")
    assert (sent == film) is is_original


def test_albums_and_favourites_hold_files_named_by_day(home: Home) -> None:
    ids = [
        home.bring(f"IMG_{n}.jpg", jpeg(Shot(seed=n, taken=f"2024:05:1{n} 10:00:00"))).sha256 or ""
        for n in range(3)
    ]
    home.worker().drain()
    memories = Memories(home.catalog, lambda: NOW)
    album, _ = memories.make(home.alice, Sort.ALBUM, ids[:2], "Best")
    home.catalog.own_words.say(home.alice, ids[2], {"favourite": True}, NOW)
    tv = home.catalog.tv
    assert [file.name for file in tv.collection(home.alice, album)] == [
        "2024-05-10 IMG_0.jpg",
        "2024-05-11 IMG_1.jpg",
    ]
    assert [file.name for file in tv.favourites(home.alice)] == ["2024-05-12 IMG_2.jpg"]
    assert content(home, tv.of_collection(home.alice, album, "2024-05-11 IMG_1.jpg"))
    assert content(home, tv.of_favourites(home.alice, "2024-05-12 IMG_2.jpg"))
    assert tv.of_favourites(home.alice, "2024-05-11 IMG_1.jpg") is None


def test_nothing_is_listed_before_it_is_made(home: Home) -> None:
    home.bring("broken.jpg", jpeg(Shot())[:200])
    home.bring("notes.txt", b"nothing for televisions")
    assert names(home) == []
    home.worker().drain()
    assert home.catalog.tv.days(home.alice) == ()
