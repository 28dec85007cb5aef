"""Google Takeout's pairs of pictures and JSON files, by the names that real exports have."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from indexer.importing.takeout import SOURCE, album_title, pair, parse, read
from indexer.importing.told import Told
from indexer.knowledge import Position
from indexer.model import Hint

LONG = "Screenshot_20190517-183000_A very long name of an app"  # 53 characters


@pytest.mark.parametrize(
    ("media", "sidecar"),
    [
        ("IMG_1.jpg", "IMG_1.jpg.json"),
        ("IMG_1.jpg", "IMG_1.jpg.supplemental-metadata.json"),
        ("IMG_1.jpg", "IMG_1.jpg.supplemental-met.json"),
        ("IMG_1.jpg", "IMG_1.jpg.s.json"),
        ("IMG_1.jpg", "IMG_1.jpg..json"),
        ("IMG_1(1).jpg", "IMG_1.jpg(1).json"),
        ("IMG_1(2).jpg", "IMG_1.jpg.supplemental-metadata(2).json"),
        ("IMG_1-edited.jpg", "IMG_1.jpg.json"),
        ("IMG_1-bearbeitet.jpg", "IMG_1.jpg.supplemental-metadata.json"),
        ("IMG_1-edited(1).jpg", "IMG_1.jpg(1).json"),
        ("IMG_1.MOV", "IMG_1.HEIC.supplemental-metadata.json"),
        ("IMG_1.mp4", "IMG_1.JPG.json"),
        ("PXL_1.MP", "PXL_1.MP.jpg.json"),
        ("PXL_1.MP~2", "PXL_1.MP.jpg.supplemental-metadata.json"),
        ("PXL_1.MP.COVER.jpg", "PXL_1.MP.jpg.json"),
        (LONG[:47] + ".jpg", LONG[:46] + ".json"),
        (LONG[:47] + ".jpg", LONG[:47] + ".jpg.json"),
        ("no extension", "no extension.json"),
    ],
)
def test_pairs(media: str, sidecar: str) -> None:
    assert pair([media], [sidecar]) == {media: sidecar}


@pytest.mark.parametrize(
    ("media", "sidecar"),
    [
        ("IMG_1.jpg", "IMG_1.jpg(1).json"),
        ("IMG_1(1).jpg", "IMG_1.jpg.json"),
        ("IMG_10.jpg", "IMG_1.jpg.json"),
        ("IMG_1.jpg", "IMG_10.jpg.json"),
        ("IMG_1.jpg", "metadata.json"),
        ("I.jpg", "I.json"),
    ],
)
def test_strangers(media: str, sidecar: str) -> None:
    assert pair([media], [sidecar]) == {}


def test_each_of_many_finds_its_own() -> None:
    names = ["a.jpg", "a(1).jpg", "a-edited.jpg", "a.mp4", "b.jpg"]
    sidecars = ["a.jpg.json", "a.jpg(1).json", "b.jpg.supplemental-metadata.json", "metadata.json"]
    assert pair(names, sidecars) == {
        "a.jpg": "a.jpg.json",
        "a(1).jpg": "a.jpg(1).json",
        "a-edited.jpg": "a.jpg.json",
        "a.mp4": "a.jpg.json",
        "b.jpg": "b.jpg.supplemental-metadata.json",
    }


def test_what_a_sidecar_says() -> None:
    said = {
        "title": "IMG_1.jpg",
        "description": " At the river ",
        "photoTakenTime": {"timestamp": "1558110600", "formatted": "17.05.2019, 16:30:00 UTC"},
        "geoData": {"latitude": 38.7, "longitude": -9.1, "altitude": 20.0},
        "favorited": True,
        "people": [{"name": "Bob"}],
    }
    hint = Hint(SOURCE, 1558110600.0, Position(38.7, -9.1, 20.0), None, "At the river")
    assert parse(said, "IMG_1.jpg") == Told(hint, None, True)
    nowhere = {"geoData": {"latitude": 0.0, "longitude": 0.0}, "geoDataExif": {"latitude": 1, "longitude": 2}}
    found = parse(nowhere, "x")
    assert found is not None
    assert found.hint == Hint(SOURCE, None, Position(1.0, 2.0))


@pytest.mark.parametrize(
    ("title", "name", "true_name"),
    [
        ("IMG_1.jpg", "IMG_1.jpg", None),
        ("IMG_1.jpg", "IMG_1(1).jpg", "IMG_1.jpg"),
        (LONG + ".jpg", LONG[:47] + ".jpg", LONG + ".jpg"),
        ("IMG_1.HEIC", "IMG_1.MOV", None),
        ("IMG_1.jpg", "IMG_1-edited.jpg", None),
        ("a/b.jpg", "b.jpg", None),
        ("other.jpg", "IMG_1.jpg", None),
    ],
)
def test_the_true_name(title: str, name: str, true_name: str | None) -> None:
    found = parse({"title": title, "photoTakenTime": {}}, name)
    assert found is not None
    assert found.name == true_name


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{",
        b"[" * 100_000,
        b'{"title": "album"}',
        b"\xff\xfe",
        b'{"a":' + b" " * (1 << 20) + b"1}",
    ],
)
def test_what_is_no_sidecar(tmp_path: Path, content: bytes) -> None:
    place = tmp_path / "x.json"
    place.write_bytes(content)
    assert read(place, "x") is None
    assert read(tmp_path / "missing.json", "x") is None


def test_values_that_make_no_sense_count_for_nothing(tmp_path: Path) -> None:
    place = tmp_path / "x.json"
    odd = {
        "photoTakenTime": {"timestamp": "soon"},
        "geoData": {"latitude": 99, "longitude": None},
        "title": 5,
    }
    place.write_text(json.dumps(odd))
    assert read(place, "x") == Told()


@pytest.mark.parametrize(
    ("description", "kept"),
    [
        ("\ud800\x00x", None),
        ("at the\x1b[2J river\x00x", "at the[2J river"),
        (" two\nlines ", "two lines"),
        ("x" * 100_000, "x" * 2000),
        (["x"], None),
    ],
)
def test_descriptions_are_texts_that_everything_can_hold(description: object, kept: str | None) -> None:
    found = parse({"description": description, "photoTakenTime": {"timestamp": 7}}, "x.jpg")
    assert found is not None
    assert found.hint == Hint(SOURCE, 7.0, None, None, kept)


@pytest.mark.parametrize(
    ("said", "name", "title"),
    [
        ({"title": "Lisbon", "access": "protected"}, "Metadaten.json", "Lisbon"),
        ({"title": "Lisbon", "date": {"timestamp": "1"}}, "métadonnées.json", "Lisbon"),
        ({"title": "Lisbon"}, "metadata.json", "Lisbon"),
        (
            {"albumData": {"title": " Lisbon\n2019 ", "access": ""}, "media": []},
            "métadonnées.json",
            "Lisbon 2019",
        ),
        ({"title": "Lisbon"}, "other.json", None),
        ({"title": "a.jpg", "photoTakenTime": {}, "access": ""}, "a.jpg.json", None),
        ({"title": "Fotos von 2019", "access": ""}, "Metadaten.json", None),
        ({"title": "2019-05-17 #3", "access": ""}, "metadata.json", None),
        ({"title": "Berlin 2019", "access": ""}, "metadata.json", "Berlin 2019"),
        ({"title": "\x00", "access": ""}, "metadata.json", None),
        ({"title": 5, "access": ""}, "metadata.json", None),
        ({"access": ""}, "metadata.json", None),
    ],
)
def test_the_title_of_an_album(said: dict[str, object], name: str, title: str | None) -> None:
    assert album_title(said, name) == title


@pytest.mark.parametrize("strange", ["\x00", "\n", "\ud800", "/", "y" * 300])
def test_a_title_that_no_file_can_have_is_no_name(strange: str) -> None:
    stem = "x" * 47
    found = parse({"title": f"{stem}{strange}.jpg", "photoTakenTime": {}}, f"{stem}.jpg")
    assert found == Told()
