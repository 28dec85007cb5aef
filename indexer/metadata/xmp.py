"""Reads an XMP packet (ISO 16684-1): dates and orientation, where programs keep what EXIF lacks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element, ParseError

import defusedxml.ElementTree
from defusedxml.common import DefusedXmlException

from indexer.metadata.capture_time import Recorded
from indexer.metadata.exif import clean_text

MOST_PACKET_BYTES = 1 << 20

ORIENTATION = "{http://ns.adobe.com/tiff/1.0/}Orientation"
DATES: dict[str, str] = {
    "{http://ns.adobe.com/exif/1.0/}DateTimeOriginal": "XMP-exif:DateTimeOriginal",
    "{http://ns.adobe.com/photoshop/1.0/}DateCreated": "XMP-photoshop:DateCreated",
    "{http://ns.adobe.com/xap/1.0/}CreateDate": "XMP-xmp:CreateDate",
}


@dataclass(frozen=True, slots=True)
class Xmp:
    recorded: tuple[Recorded, ...] = ()
    orientation: int | None = None


def read_xmp(packet: bytes) -> Xmp:
    """The dates and the orientation of a packet; nothing of one that is broken, too large or hostile."""
    if len(packet) > MOST_PACKET_BYTES:
        return Xmp()
    try:
        root = defusedxml.ElementTree.fromstring(packet.strip(b"\x00 \r\n\t"))
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        return Xmp()
    properties = list(_properties(root))
    recorded = tuple(Recorded(DATES[name], text) for name, text in properties if name in DATES)
    orientations = [int(text) for name, text in properties if name == ORIENTATION and text in "12345678"]
    return Xmp(recorded, orientations[0] if orientations else None)


def _properties(root: Element) -> Iterator[tuple[str, str]]:
    """Simple properties, which RDF lets stand as attributes or as elements."""
    for element in root.iter():
        for name, value in (*element.attrib.items(), (element.tag, element.text or "")):
            text = clean_text(value)
            if text:
                yield name, text
