"""What sorts of pictures and films an item is: the shelves beside the timeline. Pure.

Precision first: an item is a screenshot, a selfie or a time-lapse only where camera or name says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath

from indexer.model import Kind

_PANORAMA_RATIO = 2.0
_SQUARE_RATIO = 1.02  # a few rows that a program has cropped leave it a square
_WIDE_FILM_RATIO = 1.7  # 16:9 is 1.78
_SLOW_MOTION_FPS = 99.0

# As telephones and desktops name what shows their own screen, in the languages most met.
_SCREENSHOT = re.compile(
    r"screen[ _-]?shot|screen[ _-]?capture|screenrecord|screen[ _-]recording|bildschirmfoto"
    r"|bildschirmaufnahme|captura de (?:pantalla|tela|ecr[aã])|capture d.[eé]cran|schermata|schermafbeelding"
    r"|skärmavbild|skjermbilde|skærmbillede|näyttökuva|zrzut ekranu|снимок экрана"
    r"|スクリーンショット|屏幕截图|截屏|스크린샷|simplescreenrecorder",
    re.IGNORECASE,
)
_SELFIE_LENS = re.compile(r"\bfront\b", re.IGNORECASE)  # "iPhone 13 front camera 2.71mm f/2.2"
_SELFIE_NAME = re.compile(r"(?:^|[^a-z])selfies?(?:[^a-z]|$)", re.IGNORECASE)
_SLOW_MOTION_NAME = re.compile(r"slo[-_]?mo(?:tion)?|slow[-_ ]?motion", re.IGNORECASE)
_TIME_LAPSE_NAME = re.compile(r"time[-_ ]?lapse|hyper[-_ ]?lapse|^gtl\d", re.IGNORECASE)


class Category(StrEnum):
    """The words of the API; an item is in several of them."""

    PHOTO = "photo"
    VIDEO = "video"
    RAW = "raw"
    PANORAMA = "panorama"
    PORTRAIT = "portrait"
    LANDSCAPE = "landscape"
    SQUARE = "square"
    SCREENSHOT = "screenshot"
    SELFIE = "selfie"
    BURST = "burst"
    SLOW_MOTION = "slow-motion"
    TIME_LAPSE = "time-lapse"
    WIDE_SCREEN = "wide-screen"
    NON_MEDIA = "non-media"


_BITS = {category: 1 << number for number, category in enumerate(Category)}
COVER = 1 << 40  # among the bits of an item: it is what is shown of its shot and burst


def bits_of(categories: Iterable[Category]) -> int:
    """A set of categories as one number; new ones must be added at the end of `Category`."""
    return sum(_BITS[category] for category in set(categories))


def categories_in(bits: int) -> frozenset[Category]:
    """The categories of such a number."""
    return frozenset(category for category, bit in _BITS.items() if bits & bit)


@dataclass(frozen=True, slots=True)
class Traits:
    """What tells the categories of an item.

    ``path`` is where it arrived, ``width`` and ``height`` are as displayed, ``frame_rate`` is a second's.
    """

    kind: Kind
    path: str
    width: int | None = None
    height: int | None = None
    lens: str | None = None
    frame_rate: float | None = None
    is_in_burst: bool = False


def categories_of(one: Traits) -> frozenset[Category]:
    """Every category of an item; at least one."""
    if one.kind is Kind.OTHER:
        return frozenset({Category.NON_MEDIA})
    found = {_SORTS[one.kind]} | _shapes(one) | (_of_film(one) if one.kind is Kind.VIDEO else set())
    if one.is_in_burst:
        found.add(Category.BURST)
    if _is_screenshot(one):
        found.add(Category.SCREENSHOT)
    if _SELFIE_LENS.search(one.lens or "") or _SELFIE_NAME.search(_name(one)):
        found.add(Category.SELFIE)
    return frozenset(found)


def camera_name(make: str | None, model: str | None) -> str | None:
    """A camera as people call it, the maker once: "NIKON D90", "Apple iPhone 13"; None for an unknown one."""
    if not model:
        return make
    brand = (make or "").split(" ")[0]
    return model if model.casefold().startswith(brand.casefold()) else f"{brand} {model}"


def _shapes(one: Traits) -> set[Category]:
    if not one.width or not one.height:
        return set()
    ratio = one.width / one.height
    if max(ratio, 1 / ratio) < _SQUARE_RATIO:
        return {Category.SQUARE}
    shapes = {Category.LANDSCAPE if ratio > 1 else Category.PORTRAIT}
    if one.kind is not Kind.VIDEO and ratio >= _PANORAMA_RATIO:
        shapes.add(Category.PANORAMA)
    return shapes


def _of_film(one: Traits) -> set[Category]:
    found = set()
    if one.width and one.height and one.width / one.height >= _WIDE_FILM_RATIO:
        found.add(Category.WIDE_SCREEN)
    if (one.frame_rate or 0.0) >= _SLOW_MOTION_FPS or _SLOW_MOTION_NAME.search(_name(one)):
        found.add(Category.SLOW_MOTION)
    if _TIME_LAPSE_NAME.search(_name(one)):
        found.add(Category.TIME_LAPSE)
    return found


def _is_screenshot(one: Traits) -> bool:
    folder = PurePosixPath(one.path).parent.name
    return bool(_SCREENSHOT.search(_name(one)) or _SCREENSHOT.match(folder))


def _name(one: Traits) -> str:
    return PurePosixPath(one.path).name


_SORTS = {Kind.IMAGE: Category.PHOTO, Kind.RAW: Category.RAW, Kind.VIDEO: Category.VIDEO}
