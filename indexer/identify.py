"""Step 1 of an item's way: what is it? Decided by the bytes, never by the name.

This runs in the web process while a file is taken in, on bytes of strangers. So it decodes nothing:
it compares signatures, and walks the two container families that need it (ISO base media "boxes"
and TIFF directories) for a bounded number of small reads.
"""

from __future__ import annotations

import codecs
import struct
from typing import BinaryIO

from indexer.boxes import Extent, boxes, first_box, read_at, whole
from indexer.model import Kind, MediaType
from indexer.tiff import Directory, first_directory

HEAD_BYTES = 4096

JPEG = MediaType(Kind.IMAGE, "image/jpeg", ".jpg")
PNG = MediaType(Kind.IMAGE, "image/png", ".png")
GIF = MediaType(Kind.IMAGE, "image/gif", ".gif")
WEBP = MediaType(Kind.IMAGE, "image/webp", ".webp")
TIFF = MediaType(Kind.IMAGE, "image/tiff", ".tif")
BMP = MediaType(Kind.IMAGE, "image/bmp", ".bmp")
HEIC = MediaType(Kind.IMAGE, "image/heic", ".heic")
HEIC_SEQUENCE = MediaType(Kind.IMAGE, "image/heic-sequence", ".heic")
HEIF = MediaType(Kind.IMAGE, "image/heif", ".heif")
HEIF_SEQUENCE = MediaType(Kind.IMAGE, "image/heif-sequence", ".heif")
AVIF = MediaType(Kind.IMAGE, "image/avif", ".avif")
JPEG_XL = MediaType(Kind.IMAGE, "image/jxl", ".jxl")

CR2 = MediaType(Kind.RAW, "image/x-canon-cr2", ".cr2")
CR3 = MediaType(Kind.RAW, "image/x-canon-cr3", ".cr3")
CRW = MediaType(Kind.RAW, "image/x-canon-crw", ".crw")
RAF = MediaType(Kind.RAW, "image/x-fujifilm-raf", ".raf")
ORF = MediaType(Kind.RAW, "image/x-olympus-orf", ".orf")
RW2 = MediaType(Kind.RAW, "image/x-panasonic-rw2", ".rw2")
MRW = MediaType(Kind.RAW, "image/x-minolta-mrw", ".mrw")
X3F = MediaType(Kind.RAW, "image/x-sigma-x3f", ".x3f")
QTK = MediaType(Kind.RAW, "application/octet-stream", ".qtk")  # Apple QuickTake: no type was ever named
DNG = MediaType(Kind.RAW, "image/x-adobe-dng", ".dng")
GPR = MediaType(Kind.RAW, "image/x-gopro-gpr", ".gpr")
IIQ = MediaType(Kind.RAW, "image/x-phaseone-iiq", ".iiq")
MOS = MediaType(Kind.RAW, "image/x-leaf-mos", ".mos")
UNNAMED_RAW = MediaType(Kind.RAW, "image/x-raw", ".raw")

MP4 = MediaType(Kind.VIDEO, "video/mp4", ".mp4")
M4V = MediaType(Kind.VIDEO, "video/x-m4v", ".m4v")
MOV = MediaType(Kind.VIDEO, "video/quicktime", ".mov")
THREE_GP = MediaType(Kind.VIDEO, "video/3gpp", ".3gp")
THREE_G2 = MediaType(Kind.VIDEO, "video/3gpp2", ".3g2")
AVI = MediaType(Kind.VIDEO, "video/x-msvideo", ".avi")
M2TS = MediaType(Kind.VIDEO, "video/m2ts", ".mts")
TS = MediaType(Kind.VIDEO, "video/mp2t", ".ts")
MPEG = MediaType(Kind.VIDEO, "video/mpeg", ".mpg")
MKV = MediaType(Kind.VIDEO, "video/x-matroska", ".mkv")
WEBM = MediaType(Kind.VIDEO, "video/webm", ".webm")
ASF = MediaType(Kind.VIDEO, "video/x-ms-asf", ".asf")

EMPTY = MediaType(Kind.OTHER, "inode/x-empty", "")
AUDIO_MP4 = MediaType(Kind.OTHER, "audio/mp4", ".m4a")
PDF = MediaType(Kind.OTHER, "application/pdf", ".pdf")
XMP = MediaType(Kind.OTHER, "application/rdf+xml", ".xmp")
AAE = MediaType(Kind.OTHER, "application/vnd.apple.photos", ".aae")
TEXT = MediaType(Kind.OTHER, "text/plain", ".txt")
UNKNOWN = MediaType(Kind.OTHER, "application/octet-stream", "")

SIGNATURES: tuple[tuple[bytes, MediaType], ...] = (
    (b"\xff\xd8\xff", JPEG),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
    (b"II\x1a\x00\x00\x00HEAPCCDR", CRW),
    (b"FUJIFILMCCD-RAW", RAF),
    (b"IIRO", ORF),
    (b"IIRS", ORF),
    (b"MMOR", ORF),
    (b"IIU\x00", RW2),
    (b"\x00MRM", MRW),
    (b"FOVb", X3F),
    (b"qktk", QTK),
    (b"qktn", QTK),
    (b"\x00\x00\x01\xba", MPEG),
    (b"\x00\x00\x01\xb3", MPEG),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", ASF),
    (b"\xff\x0a", JPEG_XL),
    (b"\x00\x00\x00\x0cJXL \r\n\x87\n", JPEG_XL),
    (b"%PDF-", PDF),
)

# By the major brand, ISO/IEC 14496-12 and 23008-12 (https://mp4ra.org lists the rest, which are MP4).
BRANDS: dict[bytes, MediaType] = {
    b"heic": HEIC,
    b"heim": HEIC,
    b"heis": HEIC,
    b"heix": HEIF,
    b"mif1": HEIF,
    b"mif2": HEIF,
    b"miaf": HEIF,
    b"hevc": HEIC_SEQUENCE,
    b"hevm": HEIC_SEQUENCE,
    b"hevs": HEIC_SEQUENCE,
    b"hevx": HEIC_SEQUENCE,
    b"msf1": HEIF_SEQUENCE,
    b"avif": AVIF,
    b"avis": AVIF,
    b"crx ": CR3,
    b"qt  ": MOV,
    b"M4V ": M4V,
    b"M4VH": M4V,
    b"M4VP": M4V,
    b"M4A ": AUDIO_MP4,
    b"M4B ": AUDIO_MP4,
}
OLD_QUICKTIME_BOXES = frozenset({b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"})

# Camera makers who write their RAW as TIFF, by the start of the Make tag in lower case.
TIFF_RAW_MAKERS: tuple[tuple[str, MediaType], ...] = (
    ("nikon", MediaType(Kind.RAW, "image/x-nikon-nef", ".nef")),
    ("sony", MediaType(Kind.RAW, "image/x-sony-arw", ".arw")),
    ("pentax", MediaType(Kind.RAW, "image/x-pentax-pef", ".pef")),
    ("ricoh", MediaType(Kind.RAW, "image/x-pentax-pef", ".pef")),
    ("samsung", MediaType(Kind.RAW, "image/x-samsung-srw", ".srw")),
    ("hasselblad", MediaType(Kind.RAW, "image/x-hasselblad-3fr", ".3fr")),
    ("phase one", IIQ),
    ("leaf", MOS),
    ("mamiya", MediaType(Kind.RAW, "image/x-mamiya-mef", ".mef")),
    ("seiko epson", MediaType(Kind.RAW, "image/x-epson-erf", ".erf")),
    ("eastman kodak", MediaType(Kind.RAW, "image/x-kodak-kdc", ".kdc")),
    ("kodak", MediaType(Kind.RAW, "image/x-kodak-dcr", ".dcr")),
    ("canon", MediaType(Kind.RAW, "image/x-canon-tif", ".tif")),
)

TIFFS = (b"II*\x00", b"MM\x00*")
BIG_TIFFS = (b"II+\x00", b"MM\x00+")  # no camera writes it
LONGEST_MAKE_BYTES = 64
OLD_JPEG = 6
TAG_NEW_SUBFILE_TYPE = 0x00FE
TAG_COMPRESSION = 0x0103
TAG_PHOTOMETRIC = 0x0106
TAG_MAKE = 0x010F
TAG_SUB_IFDS = 0x014A
TAG_LEAF_DATA = 0x8606
TAG_DNG_VERSION = 0xC612
SENSOR_PHOTOMETRIC = frozenset({32803, 34892})  # colour filter array, linear raw
SENSOR_COMPRESSION = frozenset({262, 32767, 32769, 32770, 34713, 65000, 65535})  # the makers' own codes


def identify(file: BinaryIO) -> MediaType:
    """What the content of a seekable binary file is; no bytes make it raise, unknown ones are `other`.

    Reads from the start whatever the position is, and leaves it anywhere. A few KiB are read of an honest
    file; of a movie made to keep us busy, at most 150 KiB in pieces of 16 bytes.
    """
    file.seek(0)
    head = file.read(HEAD_BYTES)
    return (
        _by_signature(head)
        or _riff(head)
        or _iso_media(file, head)
        or _tiff(file, head)
        or _matroska(head)
        or _transport_stream(head)
        or _bitmap(head)
        or _text(head)
        or UNKNOWN
    )


def _by_signature(head: bytes) -> MediaType | None:
    if not head:
        return EMPTY
    return next((media for signature, media in SIGNATURES if head.startswith(signature)), None)


def _riff(head: bytes) -> MediaType | None:
    if head[:4] != b"RIFF":
        return None
    return {b"WEBP": WEBP, b"AVI ": AVI}.get(head[8:12])


def _matroska(head: bytes) -> MediaType | None:
    if not head.startswith(b"\x1a\x45\xdf\xa3"):
        return None
    return WEBM if b"\x42\x82\x84webm" in head[:128] else MKV


def _transport_stream(head: bytes) -> MediaType | None:
    """MPEG transport packets of 188 bytes, or of 192 with the time stamp of Blu-ray and AVCHD in front."""
    if len(head) > 580 and head[4] == head[196] == head[388] == head[580] == 0x47:
        return M2TS
    if len(head) > 564 and head[0] == head[188] == head[376] == head[564] == 0x47:
        return TS
    return None


def _bitmap(head: bytes) -> MediaType | None:
    if head[:2] != b"BM" or len(head) < 26:
        return None
    (header_bytes,) = struct.unpack_from("<I", head, 14)
    return BMP if header_bytes in (12, 40, 52, 56, 64, 108, 124) else None


def _text(head: bytes) -> MediaType | None:
    """Side files of photo programs, and plain text in UTF-8."""
    try:  # a full head may end within a character, which is not final then
        text = codecs.getincrementaldecoder("utf-8")().decode(head, final=len(head) < HEAD_BYTES)
    except UnicodeDecodeError:
        return None
    if "<x:xmpmeta" in text or "http://www.w3.org/1999/02/22-rdf-syntax-ns#" in text:
        return XMP
    if "<plist" in text and "adjustment" in text:
        return AAE
    return None if any(ord(letter) < 32 and letter not in "\t\n\v\f\r\x1b" for letter in text) else TEXT


def _iso_media(file: BinaryIO, head: bytes) -> MediaType | None:
    """HEIF, AVIF, CR3, MP4 and QuickTime: by `ftyp` brands, or by the boxes of old QuickTime."""
    box = head[4:8]
    if box in OLD_QUICKTIME_BOXES:
        return MOV
    if box != b"ftyp" or len(head) < 12:
        return None
    major, length = head[8:12], int.from_bytes(head[:4], "big")
    compatible = head[16 : min(max(length, 16), 256)]
    brands = {compatible[at : at + 4] for at in range(0, len(compatible) - 3, 4)}
    media = BRANDS.get(major, MP4)
    if major in (b"mif1", b"miaf", b"mif2", b"msf1") and brands & {b"avif", b"avis"}:
        return AVIF
    if major in (b"3g2a", b"3g2b", b"3g2c"):
        media = THREE_G2
    elif major[:3] == b"3gp":
        media = THREE_GP
    return AUDIO_MP4 if media.kind is Kind.VIDEO and _is_only_sound(file) else media


def _is_only_sound(file: BinaryIO) -> bool:
    """True when the movie box names tracks of sound and none with pictures."""
    movie = first_box(file, b"moov", whole(file))
    tracks = [extent for kind, extent in boxes(file, movie) if kind == b"trak"]
    handlers = {_handler(file, track) for track in tracks}
    return b"soun" in handlers and b"vide" not in handlers


def _handler(file: BinaryIO, track: Extent) -> bytes:
    """What a track holds: "vide", "soun", "meta", ..."""
    start, _ = first_box(file, b"hdlr", first_box(file, b"mdia", track))
    return read_at(file, start + 8, 4)


def _tiff(file: BinaryIO, head: bytes) -> MediaType | None:
    """TIFF, and the many RAW formats that are TIFF, told apart by the tags of the first directory."""
    if head[:4] not in TIFFS:
        return TIFF if head[:4] in BIG_TIFFS else None
    if head[8:10] == b"CR":
        return CR2
    if head[8:12] in (b"IIII", b"MMMM"):
        return IIQ
    return _by_tags(first_directory(file))


def _by_tags(tags: Directory) -> MediaType:
    make = tags.content(TAG_MAKE, LONGEST_MAKE_BYTES).decode("ascii", "ignore").strip(" \x00").lower()
    if TAG_DNG_VERSION in tags:
        return GPR if make.startswith("gopro") else DNG
    if TAG_LEAF_DATA in tags:
        return MOS
    known = next((media for prefix, media in TIFF_RAW_MAKERS if make.startswith(prefix)), None)
    if _holds_sensor_data(tags):
        return known or UNNAMED_RAW
    return known if known and _starts_small(tags) else TIFF


def _holds_sensor_data(tags: Directory) -> bool:
    """The first directory itself is a sensor's picture, or coded in a way only camera makers know."""
    return (
        tags.number(TAG_PHOTOMETRIC) in SENSOR_PHOTOMETRIC
        or tags.number(TAG_COMPRESSION) in SENSOR_COMPRESSION
    )


def _starts_small(tags: Directory) -> bool:
    """A small picture comes first and a larger one in a sub-directory, as cameras do it.

    A TIFF that a program exported from a RAW keeps the camera's Make, so the Make alone proves nothing.
    """
    is_reduced = tags.number(TAG_NEW_SUBFILE_TYPE) == 1
    return TAG_SUB_IFDS in tags and (is_reduced or tags.number(TAG_COMPRESSION) == OLD_JPEG)
