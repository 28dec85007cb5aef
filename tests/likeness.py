"""How alike two pictures are, for those that are compared with references: SSIM, and the worst patch."""

from __future__ import annotations

from typing import Any

import numpy as np
from PIL import Image

Plane = np.ndarray[Any, np.dtype[np.float64]]

BLOCK = 8
C1, C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2


def ssim(one: Image.Image, other: Image.Image) -> float:
    """The mean structural similarity (Wang et al. 2004) of all colours over blocks of 8 x 8; 1 is equal."""
    assert one.size == other.size, (one.size, other.size)
    a, b = _blocks(one), _blocks(other)
    mean_a, mean_b = a.mean(axis=(1, 3)), b.mean(axis=(1, 3))
    var_a, var_b = a.var(axis=(1, 3)), b.var(axis=(1, 3))
    both = (a * b).mean(axis=(1, 3)) - mean_a * mean_b
    light = (2 * mean_a * mean_b + C1) / (mean_a**2 + mean_b**2 + C1)
    return float((light * (2 * both + C2) / (var_a + var_b + C2)).mean())


def worst_error(one: Image.Image, other: Image.Image) -> float:
    """The largest difference of any colour's mean in a block of 8 x 8, of 255."""
    return float(np.abs(_blocks(one).mean(axis=(1, 3)) - _blocks(other).mean(axis=(1, 3))).max())


def _blocks(image: Image.Image) -> Plane:
    pixels = np.asarray(image.convert("RGB"), dtype=np.float64)
    height, width = (side - side % BLOCK for side in pixels.shape[:2])
    return pixels[:height, :width].reshape(height // BLOCK, BLOCK, width // BLOCK, BLOCK, 3)
