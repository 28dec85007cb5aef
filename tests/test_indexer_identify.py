"""`indexer.identify` tells what bytes are, from bytes alone, whatever they are."""

from __future__ import annotations

import io
import re
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.identify import SIGNATURES, identify
from indexer.model import Kind
from tests import photos, samples

# No bytes at the front of this one: only its length betrays the camera, so it stays `other`.
HEADERLESS = "raw/RAW_KODAK_C330_FORMAT_NONE_YRGB.raw"


EXTENSIONS = {
    "application/octet-stream": {"", ".qtk"},
    "application/pdf": {".pdf"},
    "application/rdf+xml": {".xmp"},
    "application/vnd.apple.photos": {".aae"},
    "audio/mp4": {".m4a"},
    "image/heif-sequence": {".heif"},
    "image/jpeg": {".jpg"},
    "image/tiff": {".tif"},
    "inode/x-empty": {""},
    "text/plain": {".txt"},
    "video/3gpp": {".3gp"},
    "video/m2ts": {".mts"},
    "video/mpeg": {".mpg"},
    "video/quicktime": {".mov"},
    "video/x-matroska": {".mkv"},
    "video/x-msvideo": {".avi"},
}


def kind_and_mime(content: bytes) -> tuple[str, str]:
    media = identify(io.BytesIO(content))
    return media.kind, media.mime


def usual_extension(mime: str) -> str:
    """image/png -> .png, image/x-nikon-nef -> .nef."""
    return f".{re.split('[/-]', mime)[-1]}"


@samples.needs_samples
@pytest.mark.parametrize("sample", samples.load(), ids=str)
def test_samples(sample: samples.Sample) -> None:
    with sample.file.open("rb") as file:
        media = identify(file)
    assert media.mime == sample.mime
    assert media.extension in EXTENSIONS.get(sample.mime, {usual_extension(sample.mime)})
    if sample.kind != "broken":
        assert media.kind == (Kind.OTHER if sample.path == HEADERLESS else sample.kind)


@pytest.mark.parametrize(
    ("content", "mime", "extension"),
    [
        (photos.jpeg(), "image/jpeg", ".jpg"),
        (photos.png(), "image/png", ".png"),
        (photos.gif(), "image/gif", ".gif"),
        (photos.webp(), "image/webp", ".webp"),
        (photos.tiff(), "image/tiff", ".tif"),
        (photos.bmp(), "image/bmp", ".bmp"),
        (photos.heic(), "image/heic", ".heic"),
        (photos.avif(), "image/avif", ".avif"),
    ],
)
def test_pictures(content: bytes, mime: str, extension: str) -> None:
    media = identify(io.BytesIO(content))
    assert (media.kind, media.mime, media.extension) == (Kind.IMAGE, mime, extension)


def ftyp(major: bytes, *compatible: bytes) -> bytes:
    body = b"ftyp" + major + bytes(4) + b"".join(compatible)
    return struct.pack(">I", len(body) + 4) + body


def box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", len(content) + 8, kind) + content


def movie(*handlers: bytes) -> bytes:
    tracks = [box(b"trak", box(b"mdia", box(b"hdlr", bytes(8) + each + bytes(12)))) for each in handlers]
    return ftyp(b"isom", b"mp41") + box(b"free", b"") + box(b"moov", b"".join(tracks))


AAE = b"""<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0"><dict>
<key>adjustmentBaseVersion</key><integer>0</integer>
<key>adjustmentData</key><data>bVQBTsMw</data>
<key>adjustmentFormatIdentifier</key><string>com.apple.photo</string>
</dict></plist>
"""


@pytest.mark.parametrize(
    ("content", "kind", "mime"),
    [
        (ftyp(b"mif1", b"heic"), "image", "image/heif"),
        (ftyp(b"mif1", b"avif"), "image", "image/avif"),
        (ftyp(b"hevc"), "image", "image/heic-sequence"),
        (ftyp(b"avis"), "image", "image/avif"),
        (ftyp(b"crx ", b"isom"), "raw", "image/x-canon-cr3"),
        (ftyp(b"qt  "), "video", "video/quicktime"),
        (ftyp(b"M4V "), "video", "video/x-m4v"),
        (ftyp(b"3gp6"), "video", "video/3gpp"),
        (ftyp(b"3g2a"), "video", "video/3gpp2"),
        (ftyp(b"zzzz"), "video", "video/mp4"),
        (movie(b"vide", b"soun"), "video", "video/mp4"),
        (movie(b"soun"), "other", "audio/mp4"),
        (ftyp(b"M4A "), "other", "audio/mp4"),
        (box(b"wide", b"") + box(b"mdat", b"x"), "video", "video/quicktime"),
    ],
)
def test_iso_media(content: bytes, kind: str, mime: str) -> None:
    assert kind_and_mime(content) == (kind, mime)


def tiff(order: str, tags: dict[int, int], make: bytes) -> bytes:
    """A TIFF of one directory of SHORTs, and a Make."""
    make += b"\x00"
    entries = [struct.pack(order + "HHIHH", tag, 3, 1, value, 0) for tag, value in sorted(tags.items())]
    text_at = 8 + 2 + 12 * (len(entries) + 1) + 4
    entries.append(struct.pack(order + "HHII", 0x010F, 2, len(make), text_at))
    magic = b"II*\x00" if order == "<" else b"MM\x00*"
    directory = struct.pack(order + "IH", 8, len(entries)) + b"".join(entries) + bytes(4)
    return magic + directory + make


SMALL_FIRST = {0x00FE: 1, 0x014A: 500}


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(
    ("tags", "make", "mime"),
    [
        ({}, b"NIKON CORPORATION", "image/tiff"),  # exported by a program that kept the camera's name
        ({0x0106: 2}, b"Canon", "image/tiff"),
        (SMALL_FIRST, b"NIKON CORPORATION", "image/x-nikon-nef"),
        (SMALL_FIRST, b"NIKON", "image/x-nikon-nef"),  # NRW too
        (SMALL_FIRST, b"SONY", "image/x-sony-arw"),  # SR2 too
        (SMALL_FIRST, b"Hasselblad", "image/x-hasselblad-3fr"),
        (SMALL_FIRST, b"EASTMAN KODAK COMPANY", "image/x-kodak-kdc"),
        (SMALL_FIRST, b"Somebody", "image/tiff"),
        ({0x0106: 32803}, b"Somebody", "image/x-raw"),
        ({0x0103: 65535}, b"PENTAX Corporation", "image/x-pentax-pef"),
        ({0x0106: 32803}, b"SAMSUNG", "image/x-samsung-srw"),
        ({0xC612: 1}, b"LEICA", "image/x-adobe-dng"),
        ({0xC612: 1}, b"GoPro", "image/x-gopro-gpr"),
    ],
)
def test_tiff_and_its_raw_children(order: str, tags: dict[int, int], make: bytes, mime: str) -> None:
    kind = "image" if mime == "image/tiff" else "raw"
    assert kind_and_mime(tiff(order, tags, make)) == (kind, mime)


@pytest.mark.parametrize(
    ("content", "kind", "mime"),
    [
        (b"", "other", "inode/x-empty"),
        (b"Shopping list\n", "other", "text/plain"),
        ("Grüße ".encode() * 2000, "other", "text/plain"),
        (b"Gr\xfc\xdfe", "other", "application/octet-stream"),
        (b"a\x00b", "other", "application/octet-stream"),
        (b"%PDF-1.7", "other", "application/pdf"),
        (b'<x:xmpmeta xmlns:x="adobe:ns:meta/"/>', "other", "application/rdf+xml"),
        (b"<plist><key>adjustmentData</key></plist>", "other", "application/vnd.apple.photos"),
        (AAE, "other", "application/vnd.apple.photos"),
        (b"\x00\x05\x16\x07\x00\x02\x00\x00Mac OS X", "other", "application/octet-stream"),
        (b"BM, said the driver of it.", "other", "text/plain"),
        (b"MM", "other", "text/plain"),
        (b"II*\x00\x08\x00\x00\x00", "image", "image/tiff"),
        (b"FUJIFILMCCD-RAW 0201", "raw", "image/x-fujifilm-raf"),
        (b"II*\x00\x10\x00\x00\x00CR\x02\x00", "raw", "image/x-canon-cr2"),
        (b"IIRO\x08\x00\x00\x00", "raw", "image/x-olympus-orf"),
        (b"FOVb", "raw", "image/x-sigma-x3f"),
        (b"\x00MRM", "raw", "image/x-minolta-mrw"),
        (b"II\x1a\x00\x00\x00HEAPCCDR", "raw", "image/x-canon-crw"),
        (b"II*\x00\x08\x00\x00\x00IIIITa", "raw", "image/x-phaseone-iiq"),
        (b"MM\x00*\x00\x00\x00\x08MMMMRa", "raw", "image/x-phaseone-iiq"),
        (b"IIU\x00\x18\x00\x00\x00", "raw", "image/x-panasonic-rw2"),
        (b"\xff\x0a\xfa\x1f\x41", "image", "image/jxl"),
        (b"\x00\x00\x00\x0cJXL \r\n\x87\n\x00\x00\x00\x14ftypjxl ", "image", "image/jxl"),
        (b"\x1a\x45\xdf\xa3\x9f\x42\x82\x84webm", "video", "video/webm"),
        (b"\x1a\x45\xdf\xa3\xa3\x42\x82\x88matroska", "video", "video/x-matroska"),
        (b"\x00\x00\x01\xba\x44", "video", "video/mpeg"),
        (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "video", "video/x-ms-asf"),
        ((b"G" + bytes(187)) * 4, "video", "video/mp2t"),
        ((bytes(4) + b"G" + bytes(187)) * 4, "video", "video/m2ts"),
        (b"RIFF\x10\x00\x00\x00AVI LIST", "video", "video/x-msvideo"),
        (b"RIFF\x10\x00\x00\x00WAVEfmt ", "other", "application/octet-stream"),
    ],
)
def test_by_a_few_bytes(content: bytes, kind: str, mime: str) -> None:
    assert kind_and_mime(content) == (kind, mime)


STARTS = [signature for signature, _ in SIGNATURES] + [
    b"II*\x00",
    b"MM\x00*",
    b"RIFF",
    b"\x1a\x45\xdf\xa3",
    b"BM",
    ftyp(b"isom"),
    ftyp(b"isom") + box(b"moov", b"")[:4],
]


@given(st.sampled_from([b"", *STARTS]), st.binary(max_size=200))
def test_no_bytes_make_it_raise(start: bytes, rest: bytes) -> None:
    media = identify(io.BytesIO(start + rest))
    assert media.mime
    assert media.extension == "" or media.extension.startswith(".")


class CountingFile(io.BytesIO):
    bytes_read = 0
    reads = 0

    def read(self, size: int | None = -1) -> bytes:
        data = super().read(size)
        self.bytes_read += len(data)
        self.reads += 1
        return data


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(ftyp(b"isom") + box(b"free", b"") * 100_000, id="boxes"),
        pytest.param(ftyp(b"isom") + box(b"moov", box(b"trak", box(b"mdia", b"")) * 20_000), id="tracks"),
        pytest.param(b"II*\x00\x08\x00\x00\x00\xff\xff" + bytes(800_000), id="tags"),
        pytest.param(photos.jpeg() + bytes(10_000_000), id="long"),
    ],
)
def test_a_long_file_is_not_read(content: bytes) -> None:
    file = CountingFile(content)
    identify(file)
    assert file.bytes_read < 32_768
    assert file.reads < 1_000


def test_position_of_the_file_does_not_matter() -> None:
    file = io.BytesIO(photos.png())
    file.seek(0, io.SEEK_END)
    assert identify(file).mime == "image/png"
