"""Which shelves an item stands on: a table of names, shapes and films, and what holds for all of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.grouping.categories import (
    COVER,
    Category,
    Traits,
    bits_of,
    camera_name,
    categories_in,
    categories_of,
)
from indexer.model import Kind

IMAGE, RAW, VIDEO, OTHER = Kind.IMAGE, Kind.RAW, Kind.VIDEO, Kind.OTHER
FRONT = "iPhone 13 front camera 2.71mm f/2.2"
BACK = "iPhone 13 back dual wide camera 5.1mm f/1.6"

TABLE = [
    (Traits(IMAGE, "DCIM/IMG_0001.JPG", 4000, 3000), "photo landscape"),
    (Traits(IMAGE, "DCIM/IMG_0001.JPG", 3000, 4000), "photo portrait"),
    (Traits(IMAGE, "DCIM/IMG_0001.JPG", 3000, 3000), "photo square"),
    (Traits(IMAGE, "insta.jpg", 1080, 1079), "photo square"),
    (Traits(IMAGE, "DCIM/IMG_0001.JPG"), "photo"),
    (Traits(RAW, "DCIM/IMG_0001.CR2", 6000, 4000), "raw landscape"),
    (Traits(IMAGE, "PANO_1.jpg", 8000, 4000), "photo landscape panorama"),
    (Traits(IMAGE, "PANO_1.jpg", 7999, 4000), "photo landscape"),
    (Traits(IMAGE, "long page.png", 1000, 9000), "photo portrait"),
    (Traits(IMAGE, "Screenshot_20240517-183001.png", 1080, 2400), "photo portrait screenshot"),
    (Traits(IMAGE, "Screen Shot 2014-05-17 at 18.30.01.png", 2880, 1800), "photo landscape screenshot"),
    (Traits(IMAGE, "Bildschirmfoto 2024-05-17 um 18.30.01.png", 100, 80), "photo landscape screenshot"),
    (Traits(IMAGE, "Capture d’écran 2024.png", 100, 80), "photo landscape screenshot"),
    (Traits(IMAGE, "Pictures/Screenshots/20240517.png", 100, 80), "photo landscape screenshot"),
    (Traits(IMAGE, "Screen doors/IMG_1.jpg", 100, 80), "photo landscape"),
    (Traits(VIDEO, "Screen Recording 2024-05-17.mov", 1000, 800), "video landscape screenshot"),
    (Traits(IMAGE, "IMG_0001.HEIC", 100, 80, FRONT), "photo landscape selfie"),
    (Traits(IMAGE, "IMG_0001.HEIC", 100, 80, BACK), "photo landscape"),
    (Traits(IMAGE, "selfie_1.jpg", 80, 100), "photo portrait selfie"),
    (Traits(IMAGE, "himselfies.jpg", 80, 100), "photo portrait"),
    (Traits(IMAGE, "IMG_0001.JPG", 100, 80, is_in_burst=True), "photo landscape burst"),
    (Traits(VIDEO, "MVI_0001.MOV", 1920, 1080, frame_rate=25.0), "video landscape wide-screen"),
    (Traits(VIDEO, "MVI_0001.MOV", 640, 480, frame_rate=25.0), "video landscape"),
    (Traits(VIDEO, "VID_1.mp4", 1080, 1920, frame_rate=29.97), "video portrait"),
    (Traits(VIDEO, "wide.mp4", 2560, 1080), "video landscape wide-screen"),
    (Traits(VIDEO, "IMG_1.MOV", 1920, 1080, frame_rate=239.8), "video landscape wide-screen slow-motion"),
    (Traits(VIDEO, "IMG_1.MOV", 1920, 1080, frame_rate=60.0), "video landscape wide-screen"),
    (Traits(VIDEO, "SLO_MO_1.mp4", 640, 480), "video landscape slow-motion"),
    (Traits(VIDEO, "DJI_TIMELAPSE_1.mp4", 640, 480), "video landscape time-lapse"),
    (Traits(VIDEO, "GTL_0001.mp4", 640, 480), "video landscape"),
    (Traits(VIDEO, "hyperlapse-2.mp4", 640, 480), "video landscape time-lapse"),
    (Traits(IMAGE, "timelapse_0001.jpg", 640, 480), "photo landscape"),
    (Traits(OTHER, "Screenshot manual.pdf"), "non-media"),
]  # fmt: skip


@pytest.mark.parametrize(("traits", "expected"), TABLE)
def test_categories(traits: Traits, expected: str) -> None:
    assert categories_of(traits) == {Category(word) for word in expected.split()}


@given(
    kind=st.sampled_from(Kind),
    path=st.text(),
    width=st.none() | st.integers(0, 100_000),
    height=st.none() | st.integers(0, 100_000),
    frame_rate=st.none() | st.floats(0, 1000),
    is_in_burst=st.booleans(),
)
def test_everything_has_one_sort_and_one_shape_at_most(
    kind: Kind,
    path: str,
    width: int | None,
    height: int | None,
    frame_rate: float | None,
    is_in_burst: bool,
) -> None:
    found = categories_of(Traits(kind, path, width, height, None, frame_rate, is_in_burst))
    sorts = {Category.PHOTO, Category.RAW, Category.VIDEO, Category.NON_MEDIA}
    shapes = {Category.PORTRAIT, Category.LANDSCAPE, Category.SQUARE}
    assert len(found & sorts) == 1
    assert len(found & shapes) == (kind is not Kind.OTHER and bool(width and height))


@given(categories=st.sets(st.sampled_from(Category)))
def test_a_number_tells_its_categories(categories: set[Category]) -> None:
    assert categories_in(bits_of(categories)) == categories
    assert categories_in(bits_of(categories) | COVER) == categories


@pytest.mark.parametrize(
    ("make", "model", "name"),
    [
        ("NIKON CORPORATION", "NIKON D90", "NIKON D90"),
        ("Canon", "Canon EOS 5D", "Canon EOS 5D"),
        ("Apple", "iPhone 13", "Apple iPhone 13"),
        (None, "DMC-FZ50", "DMC-FZ50"),
        ("Panasonic", None, "Panasonic"),
        (None, None, None),
    ],
)
def test_a_camera_is_named_with_its_maker_once(make: str | None, model: str | None, name: str | None) -> None:
    assert camera_name(make, model) == name
