"""The reader of camera RAW: the maker's blocks for the facts, LibRaw for the size of the picture."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import rawpy

from indexer.metadata.apple import read_apple_note
from indexer.metadata.findings import Findings
from indexer.metadata.iptc import Iptc
from indexer.metadata.raw_blocks import open_raw
from indexer.metadata.stills import put_together
from indexer.metadata.xmp import Xmp, read_xmp
from indexer.model import MediaType

APPLE_NOTE_WITHIN_BYTES = 1 << 18
ON_ITS_SIDE = 4  # the bit of LibRaw's "flip" that exchanges width and height


def read_raw(original: Path, media: MediaType) -> Findings:
    """What a RAW file says about itself; broken parts are left out. Raises OSError."""
    with original.open("rb") as file:
        blocks = open_raw(file, media)
        is_apple = blocks.exif.camera.make == "Apple"
        ties = read_apple_note(_head(file)) if is_apple else blocks.noted
    xmp = read_xmp(blocks.xmp) if blocks.xmp else Xmp()
    width, height = _displayed(original)
    found = put_together(blocks.exif, xmp, Iptc())
    return replace(found, width=width, height=height, ties=ties)


def _head(file: BinaryIO) -> bytes:
    file.seek(0)
    return file.read(APPLE_NOTE_WITHIN_BYTES)


def _displayed(original: Path) -> tuple[int | None, int | None]:
    """The size to which LibRaw develops the picture: cropped, upright, with square pixels."""
    try:
        with rawpy.imread(str(original)) as raw:
            sizes = raw.sizes
    except rawpy.LibRawError:  # making the derivatives will tell the owner
        return None, None
    aspect = sizes.pixel_aspect
    width = round(sizes.width * aspect) if aspect > 1 else sizes.width
    height = round(sizes.height / aspect) if 0 < aspect < 1 else sizes.height
    return (height, width) if sizes.flip & ON_ITS_SIDE else (width, height)
