"""Parses XML that strangers wrote: XMP packets, and the texts that cameras put into videos."""

from __future__ import annotations

from xml.etree.ElementTree import Element, ParseError

import defusedxml.ElementTree
from defusedxml.common import DefusedXmlException

MOST_TEXT_BYTES = 1 << 20
PADDING = b"\x00 \r\n\t"


def root_of(text: bytes) -> Element | None:
    """The root of a text, padded or not; None for one that is broken, too long, or defines entities."""
    if len(text) > MOST_TEXT_BYTES:
        return None
    try:
        root: Element = defusedxml.ElementTree.fromstring(text.strip(PADDING))
    except (ParseError, DefusedXmlException, ValueError, LookupError):  # the last two: odd encodings
        return None
    return root
