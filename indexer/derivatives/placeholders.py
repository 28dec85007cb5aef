"""Makes the placeholder of a picture that waits, from the thumbnail that its camera put in (step 3).

It is replaced by that of the picture itself when its turn has come, so it may be rough.
"""

from __future__ import annotations

import io

from PIL import Image

from indexer.derivatives import stills, thumbhash

MOST_PIXELS = 1 << 20
_ENOUGH_PX = 160
_DARK = 40  # black bars, with what JPEG adds at their edges
_MOST_BAR = 6  # the part of the height that one may take: 16:9 within 4:3 leaves an eighth


def of_thumbnail(jpeg: bytes, orientation: int, turn_deg: int) -> str | None:
    """The thumbhash of a camera's thumbnail, upright and turned as people want it; None if it is too large.

    Raises what Pillow does, when it is damaged.
    """
    with Image.open(io.BytesIO(jpeg), formats=("JPEG",)) as image:
        if image.width * image.height > MOST_PIXELS:
            return None
        image.draft("RGB", (_ENOUGH_PX, _ENOUGH_PX))
        picture = _without_bars(image.convert("RGB"))
    return thumbhash.of(stills.wanted(stills.turned(picture, orientation), turn_deg))


def _without_bars(picture: Image.Image) -> Image.Image:
    """Without the black above and below with which cameras fill thumbnails of another shape."""
    lit = picture.convert("L").point(lambda value: 255 if value > _DARK else 0).getbbox()
    if lit is None:
        return picture
    bar = min(lit[1], picture.height - lit[3], picture.height // _MOST_BAR)
    return picture.crop((0, bar, picture.width, picture.height - bar)) if bar else picture
