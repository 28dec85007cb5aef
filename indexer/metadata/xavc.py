"""Reads what Sony's cameras add to an MP4 (XAVC): an XML text with the wall clock, its zone and the camera.

It lies in a `meta` box of the file itself, beside the movie: version and flags, and within it a box
`xml ` with version and flags of its own. The movie's own date is in UTC only, and names no camera.
"""

from __future__ import annotations

from pathlib import Path

from indexer.boxes import first_box, read_at, whole
from indexer.knowledge import Camera
from indexer.metadata.capture_time import Recorded
from indexer.metadata.findings import Findings
from indexer.metadata.texts import clean_text
from indexer.metadata.xml_text import MOST_TEXT_BYTES, root_of

VERSION_BYTES = 4


def read_xavc(original: Path) -> Findings:
    """Date and camera of the text; nothing where there is none, or where it is broken. Raises OSError."""
    with original.open("rb") as file:
        start, end = first_box(file, b"meta", whole(file))
        text_start, text_end = first_box(file, b"xml ", (start + VERSION_BYTES, end))
        text_bytes = text_end - text_start - VERSION_BYTES
        if not 0 < text_bytes <= MOST_TEXT_BYTES:
            return Findings()
        return parse_text(read_at(file, text_start + VERSION_BYTES, text_bytes))


def parse_text(text: bytes) -> Findings:
    """What such a text says; the first element of a name counts, in whatever namespace."""
    root = root_of(text)
    if root is None:
        return Findings()
    found: dict[str, dict[str, str]] = {}
    for element in root.iter():
        found.setdefault(element.tag.rpartition("}")[2], element.attrib)
    device, lens = found.get("Device", {}), found.get("Lens", {})
    make, model, lens_model = device.get("manufacturer"), device.get("modelName"), lens.get("modelName")
    camera = Camera(*(clean_text(name or "") for name in (make, model, lens_model)))
    created = clean_text(found.get("CreationDate", {}).get("value", ""))
    return Findings(recorded=(Recorded("XML:CreationDate", created),) if created else (), camera=camera)
