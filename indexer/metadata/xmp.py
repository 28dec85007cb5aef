"""Reads an XMP packet (ISO 16684-1), where programs and telephones keep what EXIF lacks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from xml.etree.ElementTree import Element

from indexer.knowledge import Caption
from indexer.metadata.capture_time import Recorded
from indexer.metadata.texts import clean_text, written_by_people
from indexer.metadata.xml_text import root_of

MOST_KEYWORDS = 200
MOST_ENTRIES = 1000

RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
DC = "{http://purl.org/dc/elements/1.1/}"
EXIF = "{http://ns.adobe.com/exif/1.0/}"
XAP = "{http://ns.adobe.com/xap/1.0/}"
CAMERA = "{http://ns.google.com/photos/1.0/camera/}"
ITEM = "{http://ns.google.com/photos/1.0/container/item/}"

ORIENTATION = "{http://ns.adobe.com/tiff/1.0/}Orientation"
LENS = "{http://ns.adobe.com/exif/1.0/aux/}Lens"
DATES: dict[str, str] = {
    f"{EXIF}DateTimeOriginal": "XMP-exif:DateTimeOriginal",
    "{http://ns.adobe.com/photoshop/1.0/}DateCreated": "XMP-photoshop:DateCreated",
    f"{XAP}CreateDate": "XMP-xmp:CreateDate",
}


@dataclass(frozen=True, slots=True)
class Xmp:
    """``clip_bytes`` is how far before the end of the file the clip of a Motion Photo begins."""

    recorded: tuple[Recorded, ...] = ()
    orientation: int | None = None
    caption: Caption = field(default_factory=Caption)
    lens: str | None = None
    burst_id: str | None = None
    clip_bytes: int | None = None


def read_xmp(packet: bytes) -> Xmp:
    """The facts of a packet; nothing of one that is broken, too large or hostile."""
    root = root_of(packet)
    if root is None:
        return Xmp()
    simple: dict[str, str] = {}
    recorded = []
    for name, text in _properties(root):
        simple.setdefault(name, text)
        if name in DATES:
            recorded.append(Recorded(DATES[name], text))
    return Xmp(
        tuple(recorded),
        _whole_number(simple.get(ORIENTATION), range(1, 9)),
        _caption(root, simple),
        simple.get(LENS),
        simple.get(f"{CAMERA}BurstID"),
        _clip_bytes(root, simple),
    )


def _properties(root: Element) -> Iterator[tuple[str, str]]:
    """Simple properties, which RDF lets stand as attributes or as elements."""
    for element in root.iter():
        for name, value in (*element.attrib.items(), (element.tag, element.text or "")):
            text = clean_text(value)
            if text:
                yield name, text


def _caption(root: Element, simple: dict[str, str]) -> Caption:
    keywords = (clean_text(word) for word in _listed(root, f"{DC}subject")[:MOST_KEYWORDS])
    return Caption(
        title=next((text for text in map(written_by_people, _listed(root, f"{DC}title")) if text), None),
        description=next(
            (text for text in map(written_by_people, _listed(root, f"{DC}description")) if text), None
        ),
        keywords=tuple(dict.fromkeys(word for word in keywords if word)),
        rating=_whole_number(simple.get(f"{XAP}Rating"), (-1, 1, 2, 3, 4, 5)),
    )


def _listed(root: Element, name: str) -> list[str]:
    """The entries of a list, the one in the default language first."""
    found = (entry for holder in root.iter(name) for entry in holder.iter(f"{RDF}li"))
    entries = list(islice(found, MOST_ENTRIES))  # lists within lists name each entry again and again
    language = "{http://www.w3.org/XML/1998/namespace}lang"
    entries.sort(key=lambda entry: entry.get(language) not in (None, "x-default"))
    return [entry.text for entry in entries if entry.text]


def _whole_number(text: str | None, allowed: range | tuple[int, ...]) -> int | None:
    try:
        number = int(float(text or ""))
    except (ValueError, OverflowError):
        return None
    return number if number in allowed else None


def _clip_bytes(root: Element, simple: dict[str, str]) -> int | None:
    """By the list of what was appended (Motion Photo 1.0), or the older single number."""
    items = [element for element in root.iter() if element.get(f"{ITEM}Semantic")]
    kinds = [item.get(f"{ITEM}Semantic") for item in items]
    if "MotionPhoto" in kinds:
        behind = items[kinds.index("MotionPhoto") :]
        return sum(_length(item.get(f"{ITEM}{part}")) for item in behind for part in ("Length", "Padding"))
    return _length(simple.get(f"{CAMERA}MicroVideoOffset")) or None


def _length(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 16 else 0
