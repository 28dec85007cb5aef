"""The last steps of every picture: fitted, shrunk in strips, turned, written."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat

from indexer.derivatives import stills
from indexer.derivatives.files import find
from tests import photos


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((4000, 3000), (1600, 1200)),
        ((1600, 1600), (1600, 1600)),
        ((30_000, 2000), (1600, 107)),
        ((30_000, 2), (1600, 1)),
        ((3, 2), (3, 2)),
    ],
)
def test_fitted(size: tuple[int, int], expected: tuple[int, int]) -> None:
    assert stills.fitted(size, 1600) == expected


def difference(one: Image.Image, other: Image.Image) -> float:
    assert (one.mode, one.size) == (other.mode, other.size)
    return max(ImageStat.Stat(ImageChops.difference(one, other)).mean)


@pytest.mark.parametrize("size", [(3000, 2000), (2000, 3001), (6000, 1000), (1700, 1700)])
@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "P", "CMYK", "1"])
def test_strip_by_strip_gives_the_same_as_at_once(mode: str, size: tuple[int, int]) -> None:
    image = photos.quarters(size).convert(mode, dither=Image.Dither.NONE)
    shrunk = stills.shrunk(image.size, lambda top, bottom: image.crop((0, top, image.width, bottom)), 400)
    smooth = image.convert({"P": "RGB", "1": "L"}.get(mode, mode))
    assert difference(shrunk, smooth.resize(stills.fitted(size, 400), Image.Resampling.LANCZOS)) < 1


def test_only_a_strip_is_in_memory_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stills, "STRIP_PIXELS", 100_000)
    asked: list[int] = []

    def cut(top: int, bottom: int) -> Image.Image:
        asked.append(bottom - top)
        return Image.new("L", (5000, bottom - top), top % 256)

    shrunk = stills.shrunk((5000, 40_000), cut, 400)
    assert shrunk.size == (50, 400)
    assert sum(asked) == 40_000
    assert max(asked) <= 100


@pytest.mark.parametrize(
    ("mode", "extension"), [("RGB", ".jpg"), ("RGBA", ".webp")], ids=["opaque", "transparent"]
)
def test_written(mode: str, extension: str, tmp_path: Path) -> None:
    picture = photos.quarters((2000, 1000)).convert(mode)
    assert stills.write(picture, tmp_path)
    assert picture.size == (2000, 1000)
    preview, thumbnail = find(tmp_path, "preview"), find(tmp_path, "thumbnail")
    assert preview is not None
    assert thumbnail is not None
    assert preview[0].suffix == extension
    assert Image.open(preview[0]).size == (1600, 800)
    assert Image.open(thumbnail[0]).size == (256, 128)


def test_the_full_size_of_a_transparent_picture_is_on_white_paper(tmp_path: Path) -> None:
    picture = Image.new("RGBA", (40, 20), (0, 0, 0, 0))
    picture.paste((200, 0, 0, 255), (0, 0, 20, 20))
    stills.write_full(picture, tmp_path)
    found = find(tmp_path, "full")
    assert found is not None
    full = Image.open(found[0])
    assert (full.format, full.size) == ("JPEG", (40, 20))
    red, white = full.getpixel((5, 10)), full.getpixel((35, 10))
    assert isinstance(red, tuple)
    assert isinstance(white, tuple)
    assert red[0] > 180 > 30 > red[1]
    assert min(white) > 245


@pytest.mark.parametrize("orientation", [0, 1, 9, -1])
def test_a_strange_orientation_turns_nothing(orientation: int) -> None:
    picture = photos.quarters((40, 20))
    assert stills.turned(picture, orientation) is picture
