"""Colours against references worked out from the published primaries and curves, by other means than lcms."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image, ImageCms

from indexer.derivatives import colours
from tests.likeness import Plane, ssim, worst_error

D65 = (0.3127, 0.3290)
SRGB = ((0.64, 0.33), (0.30, 0.60), (0.15, 0.06))
P3 = ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060))
ADOBE = ((0.64, 0.33), (0.21, 0.71), (0.15, 0.06))
REC_2020 = ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046))

Primaries = tuple[tuple[float, float], ...]


def to_xyz(primaries: Primaries) -> Plane:
    """The matrix from linear RGB to XYZ, both under D65 (SMPTE RP 177)."""
    columns = np.array([[x / y, 1, (1 - x - y) / y] for x, y in primaries]).T
    white = np.array([D65[0] / D65[1], 1, (1 - sum(D65)) / D65[1]])
    scaled: Plane = columns * np.linalg.solve(columns, white)
    return scaled


def srgb_light(code: Plane) -> Plane:
    return np.where(code <= 0.04045, code / 12.92, ((code + 0.055) / 1.055) ** 2.4)


def srgb_code(light: Plane) -> Plane:
    return np.where(light <= 0.0031308, light * 12.92, 1.055 * np.maximum(light, 0) ** (1 / 2.4) - 0.055)


def adobe_code(light: Plane) -> Plane:
    powered: Plane = np.maximum(light, 0) ** (256 / 563)
    return powered


def scene() -> Image.Image:
    """Soft runs of colours well within sRGB, so that every wider space can hold them."""
    x, y = np.meshgrid(np.linspace(0, 1, 160), np.linspace(0, 1, 120))
    bands = (0.15 + 0.7 * x, 0.15 + 0.7 * y, 0.5 + 0.3 * np.sin(7 * x + 5 * y))
    return Image.fromarray(np.round(np.dstack(bands) * 255).astype(np.uint8))


def coded(image: Image.Image, primaries: Primaries, curve: Callable[[Plane], Plane]) -> Image.Image:
    """The same colours, in the codes of another space."""
    light = srgb_light(np.asarray(image, dtype=np.float64) / 255)
    there = light @ (np.linalg.inv(to_xyz(primaries)) @ to_xyz(SRGB)).T
    return Image.fromarray(np.round(np.clip(curve(there), 0, 1) * 255).astype(np.uint8))


@pytest.mark.parametrize(
    ("primaries", "curve", "profile"),
    [
        (P3, srgb_code, colours.named_profile(12, 13)),
        (REC_2020, srgb_code, colours.named_profile(9, 1)),
        (ADOBE, adobe_code, colours.adobe_rgb()),
    ],
    ids=["display p3", "bt.2020", "adobe rgb"],
)
def test_wide_colours_come_back_as_srgb(
    primaries: Primaries, curve: Callable[[Plane], Plane], profile: bytes
) -> None:
    wide = coded(scene(), primaries, curve)
    assert worst_error(wide, scene()) > 10
    result = colours.to_srgb(wide, profile)
    assert ssim(result, scene()) > 0.995
    assert worst_error(result, scene()) < 2


@pytest.mark.parametrize("points", [(1, 13), (1, 1), (2, 2), (1, 6), (77, 13)])
def test_code_points_that_mean_srgb_or_nothing_need_no_profile(points: tuple[int, int]) -> None:
    assert colours.named_profile(*points) is None


@pytest.mark.parametrize(("transfer", "white_code"), [(16, 0.5807), (18, 0.75)], ids=["pq", "hlg"])
def test_hdr_paper_white_is_nearly_white_and_highlights_are_brighter(
    transfer: int, white_code: float
) -> None:
    profile = colours.named_profile(9, transfer)
    codes = [0, round(white_code * 255 * 0.6), round(white_code * 255), round(white_code * 255) + 20, 255]
    greys = Image.new("RGB", (len(codes), 1))
    for place, code in enumerate(codes):
        greys.putpixel((place, 0), (code, code, code))
    result = colours.to_srgb(greys, profile)
    levels = [max(pixel) for pixel in (result.getpixel((x, 0)) for x in range(5)) if isinstance(pixel, tuple)]
    assert levels == sorted(set(levels))
    assert levels[0] == 0
    assert 215 <= levels[2] <= 245
    assert levels[4] >= 254


def test_a_profile_is_one_that_others_read() -> None:
    profile = ImageCms.ImageCmsProfile(io.BytesIO(colours.adobe_rgb())).profile
    assert (profile.xcolor_space.strip(), profile.connection_space.strip()) == ("RGB", "XYZ")
    assert ImageCms.isIntentSupported(
        ImageCms.ImageCmsProfile(io.BytesIO(colours.adobe_rgb())),
        ImageCms.Intent.RELATIVE_COLORIMETRIC,
        ImageCms.Direction.INPUT,
    )


def test_lab_is_understood_without_a_profile() -> None:
    transform = ImageCms.buildTransform(
        ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), "RGB", "LAB"
    )
    lab = transform.apply(scene())
    assert lab.mode == "LAB"
    result = colours.to_srgb(lab, None)  # eight bits are coarse for Lab
    assert worst_error(result, scene()) < 12
    assert ssim(result, scene()) > 0.98


@pytest.mark.parametrize("profile", [b"junk", colours.adobe_rgb()[:200], b""])
def test_a_broken_profile_is_passed_over(profile: bytes) -> None:
    assert colours.to_srgb(scene(), profile).tobytes() == scene().tobytes()


@pytest.mark.parametrize(
    ("image", "mode"),
    [
        (Image.new("1", (4, 4), 1), "L"),
        (Image.new("I;16", (4, 4), 0xFFFF), "L"),
        (Image.new("I", (4, 4), 0xFFFF), "L"),
        (Image.new("LA", (4, 4), (255, 255)), "RGBA"),
        (Image.new("RGB", (4, 4), "white").quantize(2), "RGB"),
        (Image.new("YCbCr", (4, 4), (255, 128, 128)), "RGB"),
        (Image.new("HSV", (4, 4), (0, 0, 255)), "RGB"),
        (Image.new("CMYK", (4, 4)), "CMYK"),
    ],
)
def test_every_mode_becomes_one_that_can_be_resized(image: Image.Image, mode: str) -> None:
    made = colours.smooth(image)
    assert made.mode == mode
    assert colours.to_srgb(made, None).convert("RGB").getpixel((1, 1)) == (255, 255, 255)
