"""Opens the envelope: size, EXIF block and XMP packet of a still picture, without decoding it.

The formats that are simple to walk are walked here, with bounds, so that a broken picture still
tells its date; HEIF, AVIF and TIFF are left to their libraries, which parse without decoding too.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import BinaryIO

import pillow_heif
from PIL import ExifTags, Image

from indexer import jpegxl
from indexer.boxes import boxes, read_at, whole
from indexer.model import MediaType

MOST_BLOCK_BYTES = 1 << 20
MOST_SEGMENTS = 1024
MOST_CHUNKS = 1 << 14

EXIF_PREFIX = b"Exif\x00\x00"
XMP_PREFIX = b"http://ns.adobe.com/xap/1.0/\x00"
PNG_XMP_KEYWORD = b"XML:com.adobe.xmp\x00"
PNG_RAW_EXIF_KEYWORDS = (b"Raw profile type exif\x00", b"Raw profile type APP1\x00")
JPEG_BLOCKS = frozenset({0xE1, 0xE2, 0xED})  # APP1, APP2, APP13
ICC_PREFIX = b"ICC_PROFILE\x00\x01"  # of the first part of a profile, which holds its name
IPTC_PREFIX = b"Photoshop 3.0\x00"
JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}

pillow_heif.register_heif_opener()


@dataclass(frozen=True, slots=True)
class Container:
    """``width`` and ``height`` as stored. ``exif`` begins with its TIFF header.

    ``orientation`` (1-8) is set where the container rules, whatever the EXIF says. ``icc`` is the colour
    profile, of which the end may be missing, ``iptc`` Photoshop's list of resources.
    """

    width: int | None = None
    height: int | None = None
    exif: bytes | None = None
    xmp: bytes | None = None
    orientation: int | None = None
    icc: bytes | None = None
    iptc: bytes | None = None


def open_container(file: BinaryIO, media: MediaType) -> Container:
    """What the envelope of a picture, a seekable file, holds.

    A damaged one gives what came before the damage, where we walk it ourselves; the libraries raise
    what they like.
    """
    file.seek(0)
    walk = WALKERS.get(media.mime)
    return walk(file) if walk else Container()


def _walk_jpeg(file: BinaryIO) -> Container:
    found = Container()
    for marker, length in _jpeg_segments(file):
        if marker in JPEG_BLOCKS:
            found = _with_block(found, file.read(length))
        elif marker in JPEG_FRAMES:
            frame = file.read(5)
            if len(frame) == 5:
                height, width = struct.unpack(">xHH", frame)
                return replace(found, width=width or None, height=height or None)
    return found


def _jpeg_segments(file: BinaryIO) -> Iterator[tuple[int, int]]:
    """(marker, bytes of payload) of each segment up to the scan, the file standing at the payload."""
    start = 2
    for _ in range(MOST_SEGMENTS):
        file.seek(start)
        head = file.read(4)
        if len(head) < 4 or head[0] != 0xFF or head[1] == 0xDA:
            return
        if head[1] == 0xFF:  # fill byte
            start += 1
            continue
        length = max(int.from_bytes(head[2:], "big"), 2)
        yield head[1], length - 2
        start += 2 + length


def _with_block(found: Container, payload: bytes) -> Container:
    """The first block of each sort counts."""
    if payload.startswith(EXIF_PREFIX) and found.exif is None:
        return replace(found, exif=payload[len(EXIF_PREFIX) :])
    if payload.startswith(XMP_PREFIX) and found.xmp is None:
        return replace(found, xmp=payload[len(XMP_PREFIX) :])
    if payload.startswith(ICC_PREFIX) and found.icc is None:
        return replace(found, icc=payload[len(ICC_PREFIX) + 1 :])  # one byte tells how many parts there are
    if payload.startswith(IPTC_PREFIX) and found.iptc is None:
        return replace(found, iptc=payload[len(IPTC_PREFIX) :])
    return found


def _walk_png(file: BinaryIO) -> Container:
    found = Container()
    for kind, length in _chunks(file, start=8, layout=">I4s", trailer_bytes=4):
        if kind == b"IHDR" and length >= 8:
            width, height = struct.unpack(">II", file.read(8).ljust(8, b"\x00"))
            found = replace(found, width=width or None, height=height or None)
        elif kind == b"eXIf":
            found = replace(found, exif=file.read(length))
        elif kind == b"iCCP":
            found = replace(found, icc=_unpack(file.read(length).partition(b"\x00")[2][1:]))
        elif kind in (b"iTXt", b"zTXt", b"tEXt"):
            found = _with_png_text(found, kind, file.read(length))
        elif kind == b"IEND":
            break
    return found


def _with_png_text(found: Container, kind: bytes, payload: bytes) -> Container:
    """XMP, or EXIF in the manner of ImageMagick: hexadecimal text after a line each of name and length."""
    if kind == b"iTXt" and payload.startswith(PNG_XMP_KEYWORD):
        is_packed, _, rest = payload[18:19] == b"\x01", payload[19:20], payload[20:]
        text = rest.split(b"\x00", 2)[-1]
        return replace(found, xmp=_unpack(text) if is_packed else text)
    keyword = next((word for word in PNG_RAW_EXIF_KEYWORDS if payload.startswith(word)), None)
    if keyword is None or found.exif is not None:
        return found
    text = _unpack(payload[len(keyword) + 1 :]) if kind == b"zTXt" else payload[len(keyword) :]
    lines = text.split(b"\n", 3)
    try:
        block = bytes.fromhex(lines[-1].decode("ascii"))
    except ValueError:
        return found
    return replace(found, exif=block.removeprefix(EXIF_PREFIX))


def _unpack(packed: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(packed, MOST_BLOCK_BYTES)
    except zlib.error:
        return b""


def _walk_webp(file: BinaryIO) -> Container:
    found = Container()
    for kind, length in _chunks(file, start=12, layout="<4sI", trailer_bytes=0):
        if kind in WEBP_SIZES and found.width is None:
            width, height = WEBP_SIZES[kind](file.read(10).ljust(10, b"\x00"))
            found = replace(found, width=width, height=height)
        elif kind == b"EXIF":
            found = replace(found, exif=file.read(length).removeprefix(EXIF_PREFIX))
        elif kind == b"ICCP":
            found = replace(found, icc=file.read(length))
        elif kind == b"XMP ":
            found = replace(found, xmp=file.read(length))
    return found


def _webp_extended(head: bytes) -> tuple[int, int]:
    return int.from_bytes(head[4:7], "little") + 1, int.from_bytes(head[7:10], "little") + 1


def _webp_lossy(head: bytes) -> tuple[int, int]:
    return int.from_bytes(head[6:8], "little") & 0x3FFF, int.from_bytes(head[8:10], "little") & 0x3FFF


def _webp_lossless(head: bytes) -> tuple[int, int]:
    bits = int.from_bytes(head[1:5], "little")
    return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1


WEBP_SIZES: dict[bytes, Callable[[bytes], tuple[int, int]]] = {
    b"VP8X": _webp_extended,
    b"VP8 ": _webp_lossy,
    b"VP8L": _webp_lossless,
}


def _chunks(file: BinaryIO, *, start: int, layout: str, trailer_bytes: int) -> Iterator[tuple[bytes, int]]:
    """(kind, bytes to read at most) of the chunks of PNG and RIFF, the file standing at the payload."""
    for _ in range(MOST_CHUNKS):
        file.seek(start)
        head = file.read(8)
        if len(head) < 8:
            return
        first, second = struct.unpack(layout, head)
        kind, length = (first, second) if isinstance(first, bytes) else (second, first)
        yield kind, min(length, MOST_BLOCK_BYTES)
        padding = length % 2 if trailer_bytes == 0 else 0
        start += 8 + length + padding + trailer_bytes


def _walk_gif(file: BinaryIO) -> Container:
    head = file.read(10).ljust(10, b"\x00")
    width, height = struct.unpack_from("<HH", head, 6)
    return Container(width or None, height or None)


def _walk_bmp(file: BinaryIO) -> Container:
    head = file.read(26).ljust(26, b"\x00")
    if head[14] == 12:  # the header of OS/2
        width, height = struct.unpack_from("<HH", head, 18)
    else:
        width, height = struct.unpack_from("<ii", head, 18)
    return Container(abs(width) or None, abs(height) or None)  # a negative height: top row first


def _walk_heif(file: BinaryIO) -> Container:
    """HEIF and AVIF: their own rotation boxes decide, and Pillow's EXIF tells how they stand."""
    with Image.open(file, formats=("HEIF", "AVIF")) as image:
        exif: bytes | None = image.info.get("exif")
        xmp = image.info.get("xmp")
        return Container(
            image.width,
            image.height,
            (exif or b"")[:MOST_BLOCK_BYTES].removeprefix(EXIF_PREFIX) or None,
            xmp if isinstance(xmp, bytes) else None,
            orientation=image.getexif().get(ExifTags.Base.Orientation, 1),
            icc=image.info.get("icc_profile"),
        )


def _walk_tiff(file: BinaryIO) -> Container:
    """TIFF is an EXIF block itself, so only size (which Pillow gives as displayed) and XMP are left."""
    with Image.open(file, formats=("TIFF",)) as image:
        xmp = image.info.get("xmp")
        return Container(
            image.width,
            image.height,
            xmp=xmp if isinstance(xmp, bytes) else None,
            orientation=1,
            icc=image.info.get("icc_profile"),
        )


def _walk_jpegxl(file: BinaryIO) -> Container:
    """A bare code has no envelope; its own head rules how it is turned."""
    head = jpegxl.read_head(file)
    found = Container(head.width, head.height, orientation=head.orientation) if head else Container()
    for kind, (start, end) in boxes(file, whole(file)):
        if kind == b"Exif" and found.exif is None:
            offset = int.from_bytes(read_at(file, start, 4), "big")
            block = read_at(file, start + 4 + offset, min(end - start, MOST_BLOCK_BYTES))
            found = replace(found, exif=block.removeprefix(EXIF_PREFIX))
        elif kind == b"xml " and found.xmp is None:
            found = replace(found, xmp=read_at(file, start, min(end - start, MOST_BLOCK_BYTES)))
    return found


WALKERS: dict[str, Callable[[BinaryIO], Container]] = {
    "image/jpeg": _walk_jpeg,
    "image/png": _walk_png,
    "image/webp": _walk_webp,
    "image/gif": _walk_gif,
    "image/bmp": _walk_bmp,
    "image/tiff": _walk_tiff,
    "image/heic": _walk_heif,
    "image/heif": _walk_heif,
    "image/heic-sequence": _walk_heif,
    "image/heif-sequence": _walk_heif,
    "image/avif": _walk_heif,
    "image/jxl": _walk_jpegxl,
}
