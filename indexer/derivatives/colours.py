"""Every picture ends as sRGB: modes that cannot be resized, profiles, and colours named by a number (step 3).

A profile in the file rules. Where there is none, HEIF and AVIF may name their colours by code points
(ITU-T H.273), and Adobe RGB JPEGs by an EXIF mark; for these a profile is made here.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from functools import lru_cache

from PIL import Image, ImageCms

Colorants = tuple[tuple[float, float, float], ...]  # the XYZ of red, green and blue, adapted to D50

ADOBE_RGB: Colorants = ((0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087), (0.14919, 0.06322, 0.74457))
BT_709: Colorants = ((0.43607, 0.22249, 0.01392), (0.38515, 0.71687, 0.09708), (0.14307, 0.06061, 0.71410))
BT_2020: Colorants = ((0.67348, 0.27904, -0.00194), (0.16566, 0.67535, 0.02998), (0.12505, 0.04561, 0.79686))
DISPLAY_P3: Colorants = (
    (0.51512, 0.24120, -0.00105),
    (0.29198, 0.69225, 0.04189),
    (0.15710, 0.06657, 0.78407),
)

PRIMARIES: dict[int, Colorants] = {1: BT_709, 2: BT_709, 9: BT_2020, 11: DISPLAY_P3, 12: DISPLAY_P3}

WHITE_NITS = 203  # what a sheet of paper shines with in HDR (ITU-R BT.2408)
HLG_PEAK_NITS = 1000
KNEE = 0.6  # linear light above this is bent towards white instead of being cut
CURVE_STEPS = 1024

_SRGB = ImageCms.createProfile("sRGB")
_LAB = ImageCms.createProfile("LAB")


def smooth(image: Image.Image) -> Image.Image:
    """The picture in a mode that can be resized smoothly: L, RGB, RGBA, CMYK or LAB, of eight bits."""
    if image.mode in ("L", "CMYK", "LAB", "RGBA"):
        return image
    if image.mode == "RGB":
        return image.convert("RGBA") if "transparency" in image.info else image
    if image.mode.startswith("I;16") or image.mode == "I":  # 16 bits of grey, which convert() would clip
        return image.point(lambda level: level * (1 / 256)).convert("L")
    if image.mode in ("1", "F"):
        return image.convert("L")
    if image.mode in ("PA", "LA", "La", "RGBa") or "transparency" in image.info:
        return image.convert("RGBA")
    return image.convert("RGB")


def to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """RGB or RGBA in sRGB, of a picture that `smooth` has seen.

    A profile that is broken or made for other colours is passed over; opacity that hides nothing is dropped.
    """
    alpha = image.getchannel("A") if image.mode == "RGBA" else None
    opaque = image.convert("RGB") if alpha is not None else image
    coloured = _converted(opaque, profile)
    if alpha is not None and alpha.getextrema() != (255, 255):
        coloured = coloured.copy() if coloured is image else coloured
        coloured.putalpha(alpha)
    return coloured


def _converted(image: Image.Image, profile: bytes | None) -> Image.Image:
    """RGB, by the profile, by Lab's own meaning, or as well as it goes."""
    try:
        transform = _transform(profile, image.mode) if profile or image.mode == "LAB" else None
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        transform = _transform(None, image.mode) if image.mode == "LAB" else None
    if transform is not None:
        return transform.apply(image)
    return image if image.mode == "RGB" else image.convert("RGB")


@lru_cache(maxsize=8)
def _transform(profile: bytes | None, mode: str) -> ImageCms.ImageCmsTransform | None:
    """None when the profile is sRGB already. Raises what lcms raises about a bad profile."""
    source = ImageCms.ImageCmsProfile(io.BytesIO(profile)) if profile else _LAB
    described = source.profile.profile_description if isinstance(source, ImageCms.ImageCmsProfile) else ""
    if mode == "RGB" and (described or "").startswith("sRGB"):
        return None
    return ImageCms.buildTransform(source, _SRGB, mode, "RGB")


def named_profile(primaries: int, transfer: int) -> bytes | None:
    """An ICC profile for code points of H.273; None when they mean sRGB, or nothing known.

    HDR curves (PQ, HLG) are bent so that paper white is nearly white and highlights keep their drawing.
    """
    colorants = PRIMARIES.get(primaries)
    curve = CURVES.get(transfer, _srgb)
    if colorants is None or (colorants is BT_709 and curve is _srgb):
        return None
    return matrix_profile(colorants, curve)


def adobe_rgb() -> bytes:
    """A profile of Adobe RGB (1998), which many cameras mean without including one."""
    return matrix_profile(ADOBE_RGB, lambda code: code ** (563 / 256))


@lru_cache(maxsize=8)
def matrix_profile(colorants: Colorants, curve: Callable[[float], float]) -> bytes:
    """The smallest ICC profile (version 2) of three colorants and one curve from code to linear light."""
    steps = (min(1.0, max(0.0, curve(step / (CURVE_STEPS - 1)))) for step in range(CURVE_STEPS))
    table = struct.pack(f">{CURVE_STEPS}H", *(round(65535 * light) for light in steps))
    blocks = [b"XYZ \0\0\0\0" + _fixed(colorant) for colorant in colorants]
    blocks += [b"XYZ \0\0\0\0" + _fixed((0.9642, 1.0, 0.8249))]
    blocks += [b"curv\0\0\0\0" + struct.pack(">I", CURVE_STEPS) + table]
    tags = ((b"rXYZ", 0), (b"gXYZ", 1), (b"bXYZ", 2), (b"wtpt", 3), (b"rTRC", 4), (b"gTRC", 4), (b"bTRC", 4))
    starts = [132 + 12 * len(tags) + sum(map(len, blocks[:number])) for number in range(len(blocks))]
    index = struct.pack(">I", len(tags))
    for name, number in tags:
        index += name + struct.pack(">II", starts[number], len(blocks[number]))
    body = index + b"".join(blocks)
    return _profile_head(128 + len(body)) + body


def _profile_head(size_bytes: int) -> bytes:
    head = struct.pack(">II", size_bytes, 0) + b"\x02\x40\0\0mntrRGB XYZ "
    head += struct.pack(">6H", 2000, 1, 1, 0, 0, 0) + b"acsp" + bytes(28) + _fixed((0.9642, 1.0, 0.8249))
    return head.ljust(128, b"\0")


def _fixed(values: tuple[float, ...]) -> bytes:
    return struct.pack(f">{len(values)}i", *(round(value * 65536) for value in values))


def _srgb(code: float) -> float:
    return code / 12.92 if code <= 0.04045 else float(((code + 0.055) / 1.055) ** 2.4)


def _gamma_22(code: float) -> float:
    return float(code**2.2)


def _linear(code: float) -> float:
    return code


def _pq(code: float) -> float:
    """SMPTE ST 2084, where a code stands for a luminance of up to 10,000 nits."""
    root = code ** (1 / 78.84375)
    nits = 10_000 * (max(root - 0.8359375, 0) / (18.8515625 - 18.6875 * root)) ** (1 / 0.1593017578125)
    return _bend(nits / WHITE_NITS)


def _hlg(code: float) -> float:
    """ITU-R BT.2100 hybrid log-gamma, as a display of 1,000 nits shows it."""
    scene = (
        code * code / 3
        if code <= 0.5
        else (2.718281828 ** ((code - 0.55991073) / 0.17883277) + 0.28466892) / 12
    )
    return _bend(HLG_PEAK_NITS * scene**1.2 / WHITE_NITS)


def _bend(light: float) -> float:
    if light <= KNEE:
        return light
    return 1 - (1 - KNEE) * float(2.718281828 ** ((KNEE - light) / (1 - KNEE)))


CURVES: dict[int, Callable[[float], float]] = {4: _gamma_22, 8: _linear, 16: _pq, 18: _hlg}
