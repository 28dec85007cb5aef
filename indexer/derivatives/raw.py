"""Makes the derivatives of RAW files: from the preview that the camera put in, else from the sensor's data.

The camera's own JPEG is found in a millisecond and looks as the photographer knows it; developing takes
half a second for 24 megapixels, and is done only where that JPEG is missing or tiny. Step 3; runs in a
worker process, with OMP_NUM_THREADS=1, since LibRaw would otherwise take every core.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import rawpy
from PIL import Image

from indexer.derivatives import images, large, stills
from indexer.derivatives.images import Decoded
from indexer.derivatives.stills import PREVIEW_PX, PictureTooLarge, PictureUnreadable, Size
from indexer.errors import LibraryError
from indexer.model import MediaType

GOOD_PREVIEW_PX = 1000
LEAST_PREVIEW_PX = 64  # below it stands a dummy
FULL_SHARE = 0.95  # cameras crop a few rows off their own full-size JPEG
LEAST_BITS_PER_PIXEL = 0.05  # what a sensor says takes a hundred times that, even when all is black

# LibRaw's flip -> EXIF; its bits are: mirrored left to right, mirrored top to bottom, transposed.
ORIENTATIONS = {1: 2, 2: 4, 3: 3, 4: 5, 5: 8, 6: 6, 7: 7}
TRANSPOSED = 4


class RawNotUnderstood(LibraryError):
    def __init__(self) -> None:
        super().__init__(
            "This RAW file holds no preview, and its sensor data is damaged or of a kind that cannot be "
            "developed."
        )


def make_stills(original: Path, media: MediaType, folder: Path, turn_deg: int = 0) -> str:
    """Write preview and thumbnail, upright, in sRGB, never larger than the picture; returns the thumbhash.

    Raises RawNotUnderstood, PictureTooLarge, and OSError when the disk fails.
    """
    return stills.write(_picture(original, PREVIEW_PX), folder, turn_deg)


def make_full(original: Path, media: MediaType, folder: Path, turn_deg: int = 0) -> None:
    """Write the whole picture as a JPEG: the camera's own if it is as large as the sensor, else developed.

    Raises as `make_stills` does, also where only a small preview can be shown.
    """
    stills.write_full(_picture(original, None), folder, turn_deg)


def picture(original: Path, longest_px: int) -> Image.Image:
    """The whole picture if it can be had, else the preview; may be larger. Raises as `make_stills` does."""
    try:
        return _picture(original, None)
    except RawNotUnderstood:
        return _picture(original, longest_px)


def pixels_at_once(original: Path, media: MediaType, longest_px: int | None) -> int:
    """How many pixels of the sensor are developed for this; 0 where the camera's own preview will do."""
    try:
        with _opened(original) as raw:
            sensor: Size = (raw.sizes.width, raw.sizes.height)
            pixels = sensor[0] * sensor[1]
            # Only then is it worth a look at the preview.
            if pixels < large.FROM_PIXELS or (longest_px and _has_good_preview(raw, sensor, longest_px)):
                return 0
            return pixels
    except RawNotUnderstood:
        return 0


def _has_good_preview(raw: Any, sensor: Size, longest_px: int) -> bool:
    preview = _preview(raw, longest_px)
    return preview is not None and max(preview.size) >= min(GOOD_PREVIEW_PX, max(sensor))


def _picture(original: Path, longest_px: int | None) -> Image.Image:
    with _opened(original) as raw:
        size: Size = (raw.sizes.width, raw.sizes.height)
        if size[0] * size[1] > stills.MOST_PIXELS:
            raise PictureTooLarge
        preview = _preview(raw, longest_px)
        enough_px = FULL_SHARE * max(size) if longest_px is None else min(GOOD_PREVIEW_PX, max(size))
        if preview is not None and max(preview.size) >= enough_px:
            return preview
        developed = _developed(raw, size, longest_px) if _has_sensor_data(original, size) else None
        picture = developed or preview
    least_px = GOOD_PREVIEW_PX if longest_px is None else LEAST_PREVIEW_PX
    if picture is None or max(picture.size) < min(least_px, FULL_SHARE * max(size)):
        raise RawNotUnderstood
    return picture


@contextmanager
def _opened(original: Path) -> Iterator[Any]:
    try:
        raw = rawpy.imread(str(original))
    except rawpy.LibRawError as error:
        raise RawNotUnderstood from error
    with raw:
        yield raw


def _preview(raw: Any, longest_px: int | None) -> Image.Image | None:
    """The largest embedded picture, upright; None when there is none that can be shown."""
    try:
        found = raw.extract_thumb()
        if found.format == rawpy.ThumbFormat.BITMAP:
            orientation = ORIENTATIONS.get(raw.sizes.flip, 1)
            return stills.turned(Image.fromarray(found.data).convert("RGB"), orientation)
        decoded = images.decode(io.BytesIO(found.data), longest_px)
    except (rawpy.LibRawError, rawpy.NotSupportedError, PictureUnreadable, PictureTooLarge, ValueError):
        return None
    return images.finished(_as_the_sensor_lies(decoded, raw))


def _as_the_sensor_lies(decoded: Decoded, raw: Any) -> Decoded:
    """Some cameras embed a preview that is upright already, yet marked as if it were not."""
    is_sideways = bool(raw.sizes.flip & TRANSPOSED)
    is_tall = (raw.sizes.height > raw.sizes.width) != is_sideways
    image = decoded.image
    is_upright = image.width != image.height and (image.height > image.width) == is_tall
    if decoded.orientation >= 5 and is_upright:
        return Decoded(image, decoded.profile)
    return decoded


def _has_sensor_data(original: Path, size: Size) -> bool:
    """LibRaw develops noise from files whose pixels were cut out; such a file is far too small."""
    return original.stat().st_size * 8 >= size[0] * size[1] * LEAST_BITS_PER_PIXEL


def _developed(raw: Any, size: Size, longest_px: int | None) -> Image.Image | None:
    """The sensor's data as an upright sRGB picture with the camera's white; None when LibRaw cannot."""
    is_half_enough = longest_px is not None and max(size) >= 2 * GOOD_PREVIEW_PX
    try:
        pixels = raw.postprocess(half_size=is_half_enough, use_camera_wb=True, output_bps=8)
    except (rawpy.LibRawError, rawpy.NotSupportedError):
        return None
    raw.close()  # what it holds is several times the picture
    picture = Image.fromarray(pixels)
    if all(low == high for low, high in picture.convert("RGB").getextrema()):  # type: ignore[misc]
        return None
    return stills.resized(picture, longest_px) if longest_px else picture
