"""`indexer.derivatives.placeholders`: upright, without black bars, and never of anything large."""

from __future__ import annotations

import base64
import io

import pytest
from PIL import Image

from indexer.derivatives import thumbhash
from indexer.derivatives.placeholders import of_thumbnail
from indexer.derivatives.stills import TURNS
from tests.photos import quarters


def encoded(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=95)
    return buffer.getvalue()


def head_of(picture: Image.Image, bar: int = 0) -> bytes:
    """The shape and the mean colours, which edges of the bars leave alone."""
    framed = Image.new("RGB", (picture.width, picture.height + 2 * bar))
    framed.paste(picture, (0, bar))
    return base64.b64decode(of_thumbnail(encoded(framed), 1, 0) or "")[:5]


def as_decoded(picture: Image.Image) -> str:
    with Image.open(io.BytesIO(encoded(picture))) as decoded:
        return thumbhash.of(decoded)


@pytest.mark.parametrize("orientation", [1, *TURNS, 0, 99])
def test_it_is_upright(orientation: int) -> None:
    lying = quarters((160, 112))
    upright = lying.transpose(TURNS[orientation]) if orientation in TURNS else lying
    assert of_thumbnail(encoded(lying), orientation, 0) == as_decoded(upright)


def test_people_had_it_turned() -> None:
    lying = quarters((160, 112))
    turned = as_decoded(lying.transpose(Image.Transpose.ROTATE_270))
    assert of_thumbnail(encoded(lying), 1, 90) == turned == of_thumbnail(encoded(lying), 6, 0)


def test_black_bars_are_cut_off() -> None:
    """3:2 within 160 x 120: the shape and the colours are those of the picture."""
    picture = quarters((160, 104))
    assert head_of(picture, bar=8) == head_of(picture) != head_of(picture, bar=30)


def test_a_night_is_no_bar() -> None:
    assert head_of(Image.new("RGB", (160, 120), "black"))
    dark = Image.new("RGB", (160, 120))
    dark.paste((250, 240, 200), (70, 58, 74, 62))
    assert head_of(dark)


def test_a_grey_one_is_a_picture() -> None:
    assert of_thumbnail(encoded(quarters((160, 112)).convert("L")), 1, 0)


def test_a_large_one_is_not_decoded() -> None:
    assert of_thumbnail(encoded(Image.new("RGB", (1100, 1000))), 1, 0) is None


def test_a_damaged_one_raises() -> None:
    with pytest.raises(OSError, match="Truncated"):
        of_thumbnail(encoded(quarters((160, 120)))[:60], 1, 0)
