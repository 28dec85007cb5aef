"""JPEG XL: shown upright, in its colours, and refused when it is too large or broken."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from indexer.derivatives import colours, images
from indexer.derivatives.stills import TURNS, PictureTooLarge, PictureUnreadable
from indexer.identify import JPEG_XL
from indexer.metadata.readers import read
from tests import photos
from tests.jpegxl import boxed, encode, turned
from tests.likeness import ssim

PICTURE, LARGE = photos.quarters((96, 64)), photos.quarters((480, 320))
EXIF = photos.exif(photos.Shot())


def shown(content: bytes, folder: Path, longest_px: int | None = None) -> Image.Image:
    file = folder / "a.jxl"
    file.write_bytes(content)
    return images.upright(file, JPEG_XL, longest_px)


@pytest.mark.parametrize(
    "pack",
    [lambda code: code, boxed, lambda code: boxed(code, parts=3), lambda code: boxed(code, exif=EXIF)],
    ids=["bare", "boxed", "in parts", "with EXIF that says it is turned"],
)
def test_it_is_shown(pack: Callable[[bytes], bytes], tmp_path: Path) -> None:
    assert ssim(shown(pack(encode(PICTURE)), tmp_path), PICTURE) > 0.95


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("longest_px", [None, 240])
def test_every_turn(orientation: int, longest_px: int | None, tmp_path: Path) -> None:
    upright = LARGE.transpose(TURNS[orientation]) if orientation > 1 else LARGE
    if longest_px:
        upright = upright.reduce(2)
    upright_size = (320, 480) if orientation >= 5 else (480, 320)
    content = turned(LARGE, orientation)
    assert ssim(shown(content, tmp_path, longest_px), upright) > 0.95
    found = read(tmp_path / "a.jxl", JPEG_XL)
    assert (found.width, found.height) == upright_size


def test_its_exif_is_read(tmp_path: Path) -> None:
    file = tmp_path / "a.jxl"
    file.write_bytes(boxed(encode(PICTURE), exif=EXIF))
    found = read(file, JPEG_XL)
    assert found.camera.make == photos.Shot().make
    assert [each.text for each in found.recorded if "DateTimeOriginal" in each.source]


def test_transparency_is_kept(tmp_path: Path) -> None:
    picture = PICTURE.convert("RGBA")
    picture.paste((0, 0, 0, 0), (0, 0, 48, 64))
    alpha = shown(encode(picture), tmp_path).getchannel("A")
    assert (alpha.getpixel((10, 30)), alpha.getpixel((80, 30))) == (0, 255)


P3_GREEN = (117, 251, 76)  # the green of sRGB, in Display P3


@pytest.mark.parametrize("way", ["profile", "code points"])
def test_wide_gamut_is_mapped(way: str, tmp_path: Path) -> None:
    picture = Image.new("RGB", (64, 64), P3_GREEN)
    if way == "profile":
        content = encode(picture, profile=colours.named_profile(12, 13))
    else:
        content = encode(picture, "-vf", "setparams=color_primaries=smpte432:color_trc=iec61966-2-1")
    red, green, blue = shown(content, tmp_path).getpixel((32, 32))  # type: ignore[misc]
    assert red < 20
    assert green > 245
    assert blue < 20


def test_what_is_too_large_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    bits = 0 | 3 << 1 | (30_000 - 1) << 3 | 0 << 33 | 3 << 36 | (40_000 - 1) << 38 | 1 << 68
    with pytest.raises(PictureTooLarge):
        shown(b"\xff\x0a" + bits.to_bytes(16, "little") + bytes(100), tmp_path)


@pytest.mark.parametrize("pack", [lambda code: code, boxed], ids=["bare", "boxed"])
@pytest.mark.parametrize("share", [0.05, 0.5, 0.95])
def test_one_that_is_cut_is_refused_in_words_and_soon(
    share: float, pack: Callable[[bytes], bytes], tmp_path: Path
) -> None:
    """ffmpeg itself would try for ever."""
    content = pack(encode(Image.effect_noise((480, 320), 60).convert("RGB")))
    begun = time.monotonic()
    with pytest.raises(PictureUnreadable):
        shown(content[: int(share * len(content))], tmp_path)
    assert time.monotonic() - begun < 15


def test_another_format_in_its_name_is_not_opened(tmp_path: Path) -> None:
    """The type is what `identify` found; ffmpeg is held to it."""
    buffer = io.BytesIO()
    PICTURE.save(buffer, "PNG")
    with pytest.raises(PictureUnreadable):
        shown(boxed(buffer.getvalue()), tmp_path)
