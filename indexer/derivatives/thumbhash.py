"""A picture in some 25 bytes: what a tile shows until its thumbnail is there (step 3).

The ThumbHash format (https://evanw.github.io/thumbhash/): the average colour, and the few lowest
frequencies of lightness, of blue against yellow, of red against green, and of opacity, each in four
bits. webui/frontend/thumbhash.js draws it.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import mul

from PIL import Image

SAMPLED_PX = 32  # seven frequencies at most: more pixels would be averaged away
NOISE = 1e-9  # what rounding leaves of the frequencies of a plain colour

Plane = list[float]


@dataclass(frozen=True, slots=True)
class Channel:
    """The cosine transform of one plane: its mean, its largest frequency, all of them within 0 to 1."""

    mean: float
    scale: float
    frequencies: tuple[float, ...]


def of(picture: Image.Image) -> str:
    """The hash of an upright RGB or RGBA picture, in base64."""
    small = _sampled(picture)
    width, height = small.size
    planes, has_alpha = _planes(small)
    across, down = _detail(width, height, 5 if has_alpha else 7)
    light = _transform(planes[0], width, max(3, across), max(3, down))
    hues = [_transform(plane, width, 3, 3) for plane in planes[1:3]]
    alpha = [_transform(planes[3], width, 5, 5)] if has_alpha else []
    is_landscape = width > height
    head = _head(light, hues, has_alpha, down if is_landscape else across, is_landscape)
    head += bytes(_level(15, channel.mean) | _level(15, channel.scale) << 4 for channel in alpha)
    return base64.b64encode(head + _nibbles([light, *hues, *alpha])).decode("ascii")


def _sampled(picture: Image.Image) -> Image.Image:
    scale = min(1.0, SAMPLED_PX / max(picture.size))
    width, height = (max(1, round(side * scale)) for side in picture.size)
    wanted = picture if picture.mode in ("RGB", "RGBA") else picture.convert("RGB")
    return wanted.resize((width, height), Image.Resampling.BOX, reducing_gap=2.0)


def _planes(small: Image.Image) -> tuple[tuple[Plane, ...], bool]:
    """Lightness, blue-yellow, red-green and opacity; what is transparent takes the average colour."""
    red, green, blue = (list(band.tobytes()) for band in small.split()[:3])
    opacity = small.getchannel("A").tobytes() if small.mode == "RGBA" else b""
    has_alpha = bool(opacity) and min(opacity) < 255
    alpha = [level / 255 for level in opacity] if has_alpha else []
    colours = [_over_average(band, alpha) for band in (red, green, blue)]
    r, g, b = colours
    light = [(x + y + z) / 3 for x, y, z in zip(r, g, b, strict=True)]
    yellow = [(x + y) / 2 - z for x, y, z in zip(r, g, b, strict=True)]
    redness = [x - y for x, y in zip(r, g, strict=True)]
    return (light, yellow, redness, alpha), has_alpha


def _over_average(band: Sequence[int], alpha: Plane) -> Plane:
    if not alpha:
        return [level / 255 for level in band]
    seen = sum(alpha)
    average = sum(map(mul, band, alpha)) / (255 * seen) if seen else 0.0
    return [average * (1 - a) + a * level / 255 for level, a in zip(band, alpha, strict=True)]


def _detail(width: int, height: int, most: int) -> tuple[int, int]:
    longest = max(width, height)
    return max(1, _round(most * width / longest)), max(1, _round(most * height / longest))


def _transform(plane: Plane, width: int, across: int, down: int) -> Channel:
    """Cosine transform of the triangle of low frequencies, rows first, then columns."""
    height = len(plane) // width
    waves, falls = _waves(width, across), _waves(height, down)
    rows = [plane[start : start + width] for start in range(0, len(plane), width)]
    columns = [[sum(map(mul, row, wave)) for row in rows] for wave in waves]
    found = [
        sum(map(mul, columns[x], falls[y])) / len(plane)
        for y in range(down)
        for x in range(across)
        if x * down < across * (down - y)
    ]
    largest = max(map(abs, found[1:]))
    scale = largest if largest > NOISE else 0.0
    share = 0.5 / scale if scale else 0.0
    return Channel(found[0], scale, tuple(0.5 + share * value for value in found[1:]))


@lru_cache(maxsize=512)
def _waves(length: int, count: int) -> tuple[tuple[float, ...], ...]:
    return tuple(
        tuple(math.cos(math.pi / length * number * (place + 0.5)) for place in range(length))
        for number in range(count)
    )


def _head(light: Channel, hues: list[Channel], has_alpha: bool, shorter: int, is_landscape: bool) -> bytes:
    yellow, redness = hues
    first = _level(63, light.mean) | _level(63, (1 + yellow.mean) / 2) << 6
    first |= _level(63, (1 + redness.mean) / 2) << 12 | _level(31, light.scale) << 18 | has_alpha << 23
    second = shorter | _level(63, yellow.scale) << 3 | _level(63, redness.scale) << 9 | is_landscape << 15
    return first.to_bytes(3, "little") + second.to_bytes(2, "little")


def _nibbles(channels: list[Channel]) -> bytes:
    levels = [_level(15, value) for channel in channels for value in channel.frequencies]
    levels += [0] * (len(levels) % 2)
    return bytes(_pairs(levels))


def _pairs(levels: list[int]) -> Iterator[int]:
    for low, high in zip(levels[::2], levels[1::2], strict=True):
        yield low | high << 4


def _level(most: int, value: float) -> int:
    return min(most, max(0, _round(most * value)))


def _round(value: float) -> int:
    """Halves go up, as in JavaScript, where the format comes from."""
    return math.floor(value + 0.5)
