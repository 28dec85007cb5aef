"""The last steps of every picture, whatever it was decoded from: shrunk, turned, written (step 3).

Still pictures, RAW files and posters of videos all end here, so that they look alike.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

from PIL import Image

from indexer.derivatives import files, thumbhash
from indexer.derivatives.colours import smooth
from indexer.derivatives.files import Derivative
from indexer.errors import LibraryError

PREVIEW_PX = 1600
THUMBNAIL_PX = 256
MOST_PIXELS = 256_000_000  # telephones make 200 megapixels; what is larger is a bomb or a poster
FULL_QUALITY = 92
STRIP_PIXELS = 4_000_000
_NEARLY = 1.2  # shrinking by less than this, a short kernel blurs

Size = tuple[int, int]

TURNS: dict[int, Image.Transpose] = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_AS_WANTED = {90: 6, 180: 3, 270: 8}


class PictureTooLarge(LibraryError):
    def __init__(self) -> None:
        super().__init__(f"The picture has more than {MOST_PIXELS // 1_000_000} megapixels.")


class PictureUnreadable(LibraryError):
    def __init__(self, detail: str) -> None:
        super().__init__(f"The picture is damaged or not understood ({detail}).")


def write(picture: Image.Image, folder: Path, turn_deg: int = 0) -> str:
    """Write preview and thumbnail of an upright RGB or RGBA picture in sRGB; returns its thumbhash.

    Neither is larger than the picture. A transparent one becomes WebP, any other preview JPEG. ``turn_deg``
    clockwise, 0 to 270, is as people want it. Raises OSError when the disk fails.
    """
    preview = wanted(resized(picture, PREVIEW_PX), turn_deg)
    thumbnail = resized(preview, THUMBNAIL_PX)
    if preview.mode == "RGBA":
        files.write(folder, Derivative.PREVIEW, ".webp", webp(preview))
    else:
        files.write(folder, Derivative.PREVIEW, ".jpg", jpeg(preview))
    files.write(folder, Derivative.THUMBNAIL, ".webp", webp(thumbnail))
    return thumbhash.of(thumbnail)


def write_full(picture: Image.Image, folder: Path, turn_deg: int = 0) -> None:
    """Write an upright sRGB picture as the full-size JPEG, on white paper where it is transparent."""
    files.write(folder, Derivative.FULL, ".jpg", jpeg(on_white(wanted(picture, turn_deg)), FULL_QUALITY))


def on_white(picture: Image.Image) -> Image.Image:
    """The picture without transparency."""
    if picture.mode != "RGBA":
        return picture
    opaque = Image.new("RGB", picture.size, "white")
    opaque.paste(picture, mask=picture.getchannel("A"))
    return opaque


def fitted(size: Size, longest_px: int) -> Size:
    """The largest size of this shape within a square of ``longest_px``, never larger than it is."""
    scale = min(1.0, longest_px / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def resized(image: Image.Image, longest_px: int) -> Image.Image:
    """The picture fitted into a square; itself if it fits already."""
    wanted = fitted(image.size, longest_px)
    return image if wanted == image.size else image.resize(wanted, Image.Resampling.LANCZOS, reducing_gap=2.0)


def shrunk(size: Size, cut: Callable[[int, int], Image.Image], longest_px: int) -> Image.Image:
    """A picture of any mode, fitted into a square, in a mode of `colours.smooth`.

    ``cut`` gives its rows from one number to before another. Far larger pictures than needed are brought
    down strip by strip, so that beside what their decoder holds nothing large is ever in memory.
    """
    wanted = fitted(size, longest_px)
    across, down = size[0] // wanted[0], size[1] // wanted[1]
    reduced = smooth(cut(0, size[1])) if across * down == 1 else _reduced(size, cut, (across, down))
    if reduced.size == wanted:
        return reduced
    # The last row and column may stand for less than a whole pixel. What is left to do is less than halving:
    # after the encoding, Lanczos is no better to the eye, at twice the cost.
    exact = (0.0, 0.0, size[0] / across, size[1] / down)
    is_nearly_there = exact[2] < _NEARLY * wanted[0]
    kernel = Image.Resampling.BICUBIC if is_nearly_there else Image.Resampling.HAMMING
    return reduced.resize(wanted, kernel, box=exact)


def _reduced(size: Size, cut: Callable[[int, int], Image.Image], factors: Size) -> Image.Image:
    down = factors[1]
    rows = max(1, STRIP_PIXELS // (size[0] * down)) * down
    whole: Image.Image | None = None
    for top in range(0, size[1], rows):
        strip = smooth(cut(top, min(top + rows, size[1]))).reduce(factors)
        if whole is None:
            whole = Image.new(strip.mode, (strip.width, -(-size[1] // down)))
        whole.paste(strip, (0, top // down))
    assert whole is not None
    return whole


def turned(image: Image.Image, orientation: int) -> Image.Image:
    """Upright, by the EXIF orientation (1-8; others mean upright already)."""
    turn = TURNS.get(orientation)
    return image if turn is None else image.transpose(turn)


def wanted(image: Image.Image, turn_deg: int) -> Image.Image:
    """Turned clockwise as people want it: by 0, 90, 180 or 270 degrees."""
    return turned(image, _AS_WANTED.get(turn_deg, 1))


def jpeg(image: Image.Image, quality: int = 82) -> bytes:
    """An encoded picture without metadata, like `webp`."""
    return _encoded(image, "JPEG", quality=quality)


def webp(image: Image.Image) -> bytes:
    return _encoded(image, "WEBP", quality=75, method=2)


def _encoded(image: Image.Image, encoder: str, **options: int) -> bytes:
    image.info.clear()  # encoders copy comments and profiles from here; a derivative carries none
    buffer = io.BytesIO()
    image.save(buffer, encoder, **options)
    return buffer.getvalue()
