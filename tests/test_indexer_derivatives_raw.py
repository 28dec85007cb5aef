"""RAW files: the camera's preview where it is good, else the sensor's data; upright, or refused in words."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from indexer.derivatives import raw
from indexer.derivatives.files import find
from indexer.derivatives.makers import make
from indexer.derivatives.raw import RawNotUnderstood
from indexer.identify import identify
from indexer.model import Kind
from tests import photos, raws, samples
from tests.photos import BLUE, GREEN, RED, WHITE, Shot

Colour = tuple[int, int, int]

# Plain sensor values without any mark of what they are; kept as `other`.
HEADLESS = "RAW_KODAK_C330_FORMAT_NONE_YRGB.raw"

# Where the quarters of a picture (red, green; blue, white) are seen once it is turned by its orientation.
SEEN: dict[int, tuple[Colour, Colour, Colour, Colour]] = {
    1: (RED, GREEN, BLUE, WHITE),
    2: (GREEN, RED, WHITE, BLUE),
    3: (WHITE, BLUE, GREEN, RED),
    4: (BLUE, WHITE, RED, GREEN),
    5: (RED, BLUE, GREEN, WHITE),
    6: (BLUE, RED, WHITE, GREEN),
    7: (WHITE, GREEN, BLUE, RED),
    8: (GREEN, WHITE, RED, BLUE),
}


def made(folder: Path, content: bytes, derivative: str) -> Image.Image:
    found = find(derivatives_of(folder, content), derivative)
    assert found is not None
    return Image.open(found[0]).convert("RGB")


def derivatives_of(folder: Path, content: bytes) -> Path:
    original = folder / "original"
    original.write_bytes(content)
    media = identify(io.BytesIO(content))
    assert media.kind is Kind.RAW
    assert make(original, media, folder / "derivatives")
    raw.make_full(original, media, folder / "derivatives")
    return folder / "derivatives"


def mirrored(size: tuple[int, int]) -> Image.Image:
    """What the sensor saw where the preview shows something else."""
    return photos.quarters(size).transpose(Image.Transpose.FLIP_LEFT_RIGHT)


def assert_seen(image: Image.Image, expected: tuple[Colour, ...]) -> None:
    places = [(x, y) for y in (0.25, 0.75) for x in (0.25, 0.75)]
    for (x, y), colour in zip(places, expected, strict=True):
        seen = image.getpixel((int(x * image.width), int(y * image.height)))
        assert isinstance(seen, tuple)
        assert all(abs(one - other) < 40 for one, other in zip(seen, colour, strict=True)), (seen, colour)


@pytest.mark.parametrize("orientation", SEEN)
def test_the_sensor_is_developed_upright_in_its_colours(orientation: int, tmp_path: Path) -> None:
    content = raws.dng(photos.quarters((300, 200)), orientation)
    for derivative in ("thumbnail", "preview", "full"):
        image = made(tmp_path, content, derivative)
        assert (image.width > image.height) == (orientation < 5)
        assert_seen(image, SEEN[orientation])
    assert max(made(tmp_path, content, "full").size) == 300


@pytest.mark.parametrize("orientation", SEEN)
def test_a_large_preview_is_taken_as_the_sensor_lies(orientation: int, tmp_path: Path) -> None:
    preview = photos.jpeg(Shot(size=(1200, 800), orientation=orientation))
    image = made(tmp_path, raws.dng(Image.new("RGB", (1200, 800), "grey"), orientation, preview), "preview")
    assert image.size == ((1200, 800) if orientation < 5 else (800, 1200))
    assert_seen(image, SEEN[orientation])


@pytest.mark.parametrize("mark", [6, None])
def test_a_preview_that_stands_upright_already_is_not_turned_again(mark: int | None, tmp_path: Path) -> None:
    preview = photos.jpeg(Shot(size=(800, 1200), orientation=mark))
    image = made(tmp_path, raws.dng(Image.new("RGB", (1200, 800), "grey"), 6, preview), "preview")
    assert image.size == (800, 1200)
    assert_seen(image, SEEN[1])


def test_a_small_preview_gives_way_to_the_sensor(tmp_path: Path) -> None:
    preview = photos.jpeg(Shot(size=(160, 120)))
    image = made(tmp_path, raws.dng(mirrored((1200, 800)), 1, preview), "preview")
    assert image.size == (1200, 800)
    assert_seen(image, SEEN[2])


@pytest.mark.parametrize(("side", "is_taken"), [(1200, True), (1000, False)])
def test_the_full_size_is_the_cameras_own_only_if_it_is_full(
    side: int, is_taken: bool, tmp_path: Path
) -> None:
    preview = photos.jpeg(Shot(size=(side, side * 2 // 3)))
    image = made(tmp_path, raws.dng(mirrored((1216, 812)), 1, preview), "full")
    assert image.size == ((1200, 800) if is_taken else (1216, 812))
    assert_seen(image, SEEN[1] if is_taken else SEEN[2])


def test_a_small_preview_is_better_than_nothing(tmp_path: Path) -> None:
    content = raws.dng(mirrored((1200, 800)), 1, photos.jpeg(Shot(size=(160, 120))))
    original, media = tmp_path / "original", identify(io.BytesIO(content))
    original.write_bytes(content[: len(content) // 3])
    assert make(original, media, tmp_path)
    found = find(tmp_path, "thumbnail")
    assert found is not None
    image = Image.open(found[0]).convert("RGB")
    assert image.size == (160, 120)
    assert_seen(image, SEEN[1])
    with pytest.raises(RawNotUnderstood):  # in full size it would be a lie
        raw.make_full(original, media, tmp_path)


@pytest.mark.parametrize(
    "picture", [photos.quarters((1200, 800)), Image.new("RGB", (300, 200))], ids=["cut", "blank"]
)
def test_what_cannot_be_shown_is_refused_in_words(picture: Image.Image, tmp_path: Path) -> None:
    content = raws.dng(picture)
    original = tmp_path / "original"
    original.write_bytes(content[: len(content) // 3] if picture.width > 300 else content)
    with pytest.raises(RawNotUnderstood, match=r"^This RAW file .*\.$"):
        make(original, identify(io.BytesIO(content)), tmp_path / "derivatives")
    assert not (tmp_path / "derivatives").exists()


@samples.needs_samples
@pytest.mark.parametrize(
    "sample", [one for one in samples.load() if one.kind == "raw" and one.name != HEADLESS], ids=str
)
def test_samples(sample: samples.Sample, tmp_path: Path) -> None:
    with sample.file.open("rb") as file:
        media = identify(file)
    try:
        make(sample.file, media, tmp_path)
    except RawNotUnderstood:
        assert sample.accepted & {"no-thumbnail", "reject-cleanly"}
        return
    assert "thumbnail" in sample.accepted
    found = find(tmp_path, "preview")
    assert found is not None
    assert sample.width
    assert sample.height
    width, height = Image.open(found[0]).size
    is_square = abs(sample.width - sample.height) < 100
    assert is_square or (width > height) == (sample.width > sample.height)
