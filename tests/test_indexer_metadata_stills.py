"""What still pictures say about themselves, in every container, and what broken ones do not."""

from __future__ import annotations

import io
import struct
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageCms, PngImagePlugin
from PIL.ExifTags import GPS, IFD, Base
from PIL.TiffImagePlugin import IFDRational

from indexer.identify import identify
from indexer.knowledge import Camera, Caption, Exposure, Position, Ties
from indexer.metadata.capture_time import Evidence, Recorded, choose
from indexer.metadata.findings import Findings
from indexer.metadata.readers import read
from indexer.model import Kind
from tests import photos, samples
from tests.photos import Shot

FULL = Shot(
    size=(64, 48),
    taken="2024:05:17 18:30:01",
    subsec="25",
    offset="+02:00",
    gps=(-33.45347, 25.764645),
    make="Canon",
    model="EOS 6D",
)
DATE = Recorded("ExifIFD:DateTimeOriginal", "2024:05:17 18:30:01", "25", "+02:00")

Maker = Callable[[Shot], bytes]
WITH_EXIF: list[Maker] = [photos.jpeg, photos.png, photos.webp, photos.tiff, photos.heic, photos.avif]


def findings_of(folder: Path, content: bytes) -> Findings:
    original = folder / "original"
    original.write_bytes(content)
    return read(original, identify(io.BytesIO(content)))


@samples.needs_samples
@pytest.mark.parametrize("sample", [each for each in samples.load() if each.kind == "image"], ids=str)
def test_samples(sample: samples.Sample) -> None:
    with sample.file.open("rb") as file:
        found = read(sample.file, identify(file))
    captured = choose(Evidence(found.recorded, now=time.time()))
    position = found.position
    assert (found.width, found.height) in ((sample.width, sample.height), sample.size_also_ok)
    assert (captured.taken_at if captured else None) == sample.taken_at
    assert (captured.source if captured else None) == sample.taken_at_source
    if sample.utc_offset or not sample.gps:  # else the satellites' time may have told it
        assert (captured.utc_offset if captured else None) == sample.utc_offset
    assert (found.camera.make, found.camera.model) == (sample.make, sample.model)
    assert ((position.lat, position.lon) if position else None) == sample.gps


@pytest.mark.parametrize("make", WITH_EXIF, ids=lambda make: make.__name__)
def test_every_container(make: Maker, tmp_path: Path) -> None:
    found = findings_of(tmp_path, make(FULL))
    assert (found.width, found.height) == (64, 48)
    assert found.recorded == (DATE,)
    assert found.camera == Camera("Canon", "EOS 6D")
    assert found.position == Position(-33.45347, 25.764645)


@pytest.mark.parametrize("make", [photos.gif, photos.bmp], ids=lambda make: make.__name__)
def test_containers_without_exif(make: Maker, tmp_path: Path) -> None:
    assert findings_of(tmp_path, make(FULL)) == Findings(64, 48)


# In HEIF the container's own rotation decides, and Pillow's writer leaves it out.
@pytest.mark.parametrize(
    "make", [make for make in WITH_EXIF if make is not photos.heic], ids=lambda make: make.__name__
)
@pytest.mark.parametrize("orientation", range(1, 9))
def test_size_is_as_displayed(make: Maker, orientation: int, tmp_path: Path) -> None:
    found = findings_of(tmp_path, make(Shot(orientation=orientation)))
    assert (found.width, found.height) == ((48, 64) if orientation >= 5 else (64, 48))


def test_an_impossible_orientation_is_none(tmp_path: Path) -> None:
    assert findings_of(tmp_path, photos.jpeg(Shot(orientation=99))).width == 64


def test_every_date_is_brought_home(tmp_path: Path) -> None:
    content = photos.jpeg(Shot(modified="2024:05:18 09:00:00"))
    assert findings_of(tmp_path, content).recorded == (
        Recorded("ExifIFD:DateTimeOriginal", "2024:05:17 18:30:01"),
        Recorded("IFD0:ModifyDate", "2024:05:18 09:00:00"),
    )


@pytest.mark.parametrize("gps", [(0.0, 0.0), (91.0, 10.0), (10.0, 181.0)])
def test_impossible_positions(gps: tuple[float, float], tmp_path: Path) -> None:
    assert findings_of(tmp_path, photos.jpeg(Shot(gps=gps))).position is None


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        ("  Canon  ", "Canon"),
        ("MAVICA\x00junk", "MAVICA"),
        ("Ca\x01non\x7f", "Canon"),
        ("   ", None),
        ("x" * 5000, "x" * 200),
    ],
)
def test_text_is_cleaned(make: str, expected: str | None, tmp_path: Path) -> None:
    assert findings_of(tmp_path, photos.jpeg(Shot(make=make))).camera.make == expected


def described(**tags: Any) -> bytes:
    """A JPEG with tags by their names in EXIF, in the directories where they belong."""
    exif = Image.Exif()
    for name, value in tags.items():
        directory = exif.get_ifd(IFD.GPSInfo) if name in GPS.__members__ else exif
        if name in CAMERA_TAGS:
            directory = exif.get_ifd(IFD.Exif)
        directory[(GPS if name in GPS.__members__ else Base)[name]] = value
    buffer = io.BytesIO()
    photos.quarters((64, 48)).save(buffer, "JPEG", exif=exif.tobytes())
    return buffer.getvalue()


CAMERA_TAGS = {
    "ExposureTime",
    "FNumber",
    "ISOSpeedRatings",
    "FocalLength",
    "FocalLengthIn35mmFilm",
    "ExposureBiasValue",
    "Flash",
    "LensModel",
    "ColorSpace",
    "DateTimeOriginal",
}


def test_exposure(tmp_path: Path) -> None:
    content = described(
        ExposureTime=IFDRational(1, 125),
        FNumber=IFDRational(28, 10),
        ISOSpeedRatings=400,
        FocalLength=IFDRational(35, 1),
        FocalLengthIn35mmFilm=52,
        ExposureBiasValue=IFDRational(-2, 3),
        Flash=0x19,
        LensModel="EF 35mm",
    )
    found = findings_of(tmp_path, content)
    assert found.exposure == Exposure(0.008, 2.8, 400, 35.0, 52.0, -0.666666667, flash_fired=True)
    assert found.camera.lens == "EF 35mm"


@pytest.mark.parametrize(
    "tags",
    [
        {"ExposureTime": IFDRational(1, 0), "FNumber": IFDRational(0, 1)},
        {"ISOSpeedRatings": 65535, "FocalLength": IFDRational(0, 0)},
        {"ISOSpeedRatings": 0, "FocalLengthIn35mmFilm": 0, "LensModel": "----"},
    ],
)
def test_impossible_exposures(tags: dict[str, Any], tmp_path: Path) -> None:
    found = findings_of(tmp_path, described(**tags))
    assert (found.exposure, found.camera.lens) == (Exposure(), None)


POSITION = {
    "GPSLatitudeRef": "N",
    "GPSLatitude": (48.0, 30.0, 0.0),
    "GPSLongitudeRef": "W",
    "GPSLongitude": (2.0, 15.0, 0.0),
}


@pytest.mark.parametrize(
    ("tags", "altitude_m", "direction_deg"),
    [
        ({"GPSAltitude": IFDRational(1035, 10), "GPSAltitudeRef": b"\x00"}, 103.5, None),
        ({"GPSAltitude": IFDRational(28, 10), "GPSAltitudeRef": b"\x01"}, -2.8, None),
        ({"GPSAltitude": IFDRational(1, 0), "GPSImgDirection": IFDRational(0, 1)}, None, 0.0),
        ({"GPSAltitude": IFDRational(1 << 31, 1), "GPSImgDirection": IFDRational(361, 1)}, None, None),
        ({"GPSImgDirection": IFDRational(30019, 100)}, None, 300.19),
    ],
)
def test_altitude_and_direction(
    tags: dict[str, Any], altitude_m: float | None, direction_deg: float | None, tmp_path: Path
) -> None:
    found = findings_of(tmp_path, described(**POSITION, **tags))
    assert found.position == Position(48.5, -2.25, altitude_m, direction_deg)


def test_the_time_of_satellites(tmp_path: Path) -> None:
    content = described(GPSDateStamp="2024:05:17", GPSTimeStamp=(16.0, 30.0, 1.5))
    assert findings_of(tmp_path, content).recorded == (
        Recorded("GPS:GPSDateTime", "2024:05:17 16:30:01", is_utc=True),
    )


def test_captions_of_exif(tmp_path: Path) -> None:
    content = described(
        ImageDescription="A beetle\nin the garden",
        XPTitle="Käfer\x00".encode("utf-16-le"),
        XPKeywords="beetle;garden; beetle\x00".encode("utf-16-le"),
        Rating=4,
    )
    caption = Caption("Käfer", "A beetle in the garden", ("beetle", "garden"), 4)
    assert findings_of(tmp_path, content).caption == caption


def test_what_cameras_write_is_no_caption(tmp_path: Path) -> None:
    content = described(ImageDescription="OLYMPUS DIGITAL CAMERA         ", Rating=0)
    assert findings_of(tmp_path, content).caption == Caption()


def test_color_spaces(tmp_path: Path) -> None:
    assert findings_of(tmp_path, described(ColorSpace=1)).color_space == "sRGB"
    assert findings_of(tmp_path, described(ColorSpace=2)).color_space == "Adobe RGB"
    assert findings_of(tmp_path, described(ColorSpace=65535)).color_space is None


@pytest.mark.parametrize("encoder", ["JPEG", "PNG", "WEBP", "TIFF", "HEIF", "AVIF"])
def test_a_profile_in_every_container(encoder: str, tmp_path: Path) -> None:
    buffer = io.BytesIO()
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    photos.quarters((64, 48)).save(buffer, encoder, icc_profile=profile)
    assert findings_of(tmp_path, buffer.getvalue()).color_space == "sRGB built-in"


def test_a_cut_picture_still_tells_what_came(tmp_path: Path) -> None:
    content = photos.jpeg(FULL)
    for length in range(0, len(content), 7):
        findings_of(tmp_path, content[:length])
    assert findings_of(tmp_path, content[: len(content) * 2 // 3]).camera.make == "Canon"


def test_fill_bytes_between_segments(tmp_path: Path) -> None:
    content = photos.jpeg(FULL)
    assert findings_of(tmp_path, content[:2] + b"\xff\xff\xff" + content[2:]).camera.make == "Canon"


def packet(*properties: str) -> bytes:
    return (
        '<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<r:Description xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:tiff="http://ns.adobe.com/tiff/1.0/" '
        f'xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" {properties[0]}>{"".join(properties[1:])}'
        '</r:Description></r:RDF></x:xmpmeta><?xpacket end="w"?>'
    ).encode()


XMP_DATE = Recorded("XMP-xmp:CreateDate", "2024-05-17T18:30:01+02:00")
XMP = packet('xmp:CreateDate="2024-05-17T18:30:01+02:00"')


def picture_with_xmp(encoder: str, xmp: bytes) -> bytes:
    buffer = io.BytesIO()
    image = photos.quarters((64, 48))
    if encoder == "PNG":
        text = PngImagePlugin.PngInfo()
        text.add_itxt("XML:com.adobe.xmp", xmp.decode(), zip=len(xmp) % 2 == 0)
        image.save(buffer, encoder, pnginfo=text)
    elif encoder == "TIFF":
        image.save(buffer, encoder, tiffinfo={700: xmp})
    else:
        image.save(buffer, encoder, xmp=xmp)
    return buffer.getvalue()


@pytest.mark.parametrize("encoder", ["JPEG", "PNG", "WEBP", "TIFF", "HEIF", "AVIF"])
@pytest.mark.parametrize("padding", [b"", b" "], ids=["odd", "even"])
def test_xmp_in_every_container(encoder: str, padding: bytes, tmp_path: Path) -> None:
    assert findings_of(tmp_path, picture_with_xmp(encoder, XMP + padding)).recorded == (XMP_DATE,)


def test_xmp_properties_as_elements_and_its_orientation(tmp_path: Path) -> None:
    xmp = packet('tiff:Orientation="6"', "<photoshop:DateCreated>2024-05-17</photoshop:DateCreated>")
    found = findings_of(tmp_path, picture_with_xmp("JPEG", xmp))
    assert found.recorded == (Recorded("XMP-photoshop:DateCreated", "2024-05-17"),)
    assert (found.width, found.height) == (48, 64)


CAPTION = packet(
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmp:Rating="5"',
    '<dc:title><r:Alt><r:li xml:lang="de">Käfer</r:li>',
    '<r:li xml:lang="x-default">Beetle</r:li></r:Alt></dc:title>',
    "<dc:description><r:Alt><r:li>In the garden</r:li></r:Alt></dc:description>",
    "<dc:subject><r:Bag><r:li>beetle</r:li><r:li>garden</r:li><r:li/></r:Bag></dc:subject>",
)


def test_captions_of_xmp(tmp_path: Path) -> None:
    found = findings_of(tmp_path, picture_with_xmp("JPEG", CAPTION))
    assert found.caption == Caption("Beetle", "In the garden", ("beetle", "garden"), 5)


@pytest.mark.parametrize(
    ("rating", "expected"), [("-1", -1), ("0", None), ("3.0", 3), ("6", None), ("nan", None), ("good", None)]
)
def test_ratings_of_xmp(rating: str, expected: int | None, tmp_path: Path) -> None:
    found = findings_of(tmp_path, picture_with_xmp("JPEG", packet(f'xmp:Rating="{rating}"')))
    assert found.caption.rating == expected


def iptc_segment(keyword: bytes, title: bytes) -> bytes:
    datasets = b"".join(
        struct.pack(">BBBH", 0x1C, 2, number, len(value)) + value
        for number, value in ((25, keyword), (5, title))
    )
    block = b"8BIM\x04\x04\x00\x00" + struct.pack(">I", len(datasets)) + datasets
    payload = b"Photoshop 3.0\x00" + block
    return b"\xff\xed" + struct.pack(">H", len(payload) + 2) + payload


def test_captions_of_all_are_put_together(tmp_path: Path) -> None:
    """The newest way of writing wins; keywords of all are kept."""
    content = picture_with_xmp("JPEG", CAPTION)
    found = findings_of(tmp_path, content[:2] + iptc_segment(b"insect", b"An older title") + content[2:])
    assert found.caption == Caption("Beetle", "In the garden", ("beetle", "garden", "insect"), 5)


CLIP = b"\x00\x00\x00\x18ftypmp42" + bytes(60)
GOOGLE = 'xmlns:GCamera="http://ns.google.com/photos/1.0/camera/"'
ITEMS = (
    'xmlns:Container="http://ns.google.com/photos/1.0/container/" '
    'xmlns:Item="http://ns.google.com/photos/1.0/container/item/"'
)


@pytest.mark.parametrize(
    "xmp",
    [
        packet(f'{GOOGLE} GCamera:MicroVideo="1" GCamera:MicroVideoOffset="{len(CLIP)}"'),
        packet(
            ITEMS,
            "<Container:Directory><r:Seq>",
            '<r:li><Container:Item Item:Semantic="Primary" Item:Length="0" Item:Padding="0"/></r:li>',
            f'<r:li><Container:Item Item:Semantic="MotionPhoto" Item:Length="{len(CLIP)}"/></r:li>',
            "</r:Seq></Container:Directory>",
        ),
    ],
    ids=["Micro Video", "Motion Photo"],
)
def test_clips_of_motion_photos(xmp: bytes, tmp_path: Path) -> None:
    picture = picture_with_xmp("JPEG", xmp)
    assert findings_of(tmp_path, picture + CLIP).ties == Ties(clip_offset=len(picture))
    assert findings_of(tmp_path, picture).ties == Ties()


def test_bursts_of_pixel_telephones(tmp_path: Path) -> None:
    xmp = packet(f'{GOOGLE} GCamera:BurstID="abc-1"')
    assert findings_of(tmp_path, picture_with_xmp("JPEG", xmp)).ties == Ties(burst_id="abc-1")


@samples.needs_samples
@pytest.mark.parametrize(
    "sample", [each for each in samples.load() if each.facts.get("motion_photo")], ids=str
)
def test_clips_of_samples_are_movies(sample: samples.Sample) -> None:
    with sample.file.open("rb") as file:
        offset = read(sample.file, identify(file)).ties.clip_offset
    assert offset is not None
    assert identify(io.BytesIO(sample.file.read_bytes()[offset:])).kind is Kind.VIDEO


@pytest.mark.parametrize(
    "xmp",
    [
        b"",
        b"<x",
        b"\xff\xfe\x00",
        b'<?xml version="1.0" encoding="none"?><x/>',
        b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><x>&b;</x>',
        b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><x/>',
        b"<x>" * 5000,
    ],
)
def test_broken_and_hostile_xmp(xmp: bytes, tmp_path: Path) -> None:
    assert findings_of(tmp_path, picture_with_xmp("JPEG", xmp)) == Findings(64, 48)


def test_lists_within_lists_of_xmp_cost_no_more_than_they_say(tmp_path: Path) -> None:
    """Each of the entries stands in each of the lists: 64 million altogether."""
    lists = 8000
    packet = (
        b'<x xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        b'xmlns:dc="http://purl.org/dc/elements/1.1/">'
        + b"<dc:subject>" * lists
        + b"<rdf:li>k</rdf:li>" * lists
        + b"</dc:subject>" * lists
        + b"</x>"
    )
    began_s = time.process_time()
    assert findings_of(tmp_path, picture_with_xmp("PNG", packet)).caption == Caption(keywords=("k",))
    assert time.process_time() - began_s < 2


def test_exif_of_imagemagick_in_png(tmp_path: Path) -> None:
    exif = io.BytesIO(photos.jpeg(FULL)).getvalue()
    start = exif.index(b"Exif\x00\x00")
    block = exif[start : start + int.from_bytes(exif[start - 2 : start], "big") - 2]
    text = PngImagePlugin.PngInfo()
    text.add_text("Raw profile type exif", f"\nexif\n{len(block):8}\n{block.hex()}\n", zip=True)
    buffer = io.BytesIO()
    photos.quarters((64, 48)).save(buffer, "PNG", pnginfo=text)
    assert findings_of(tmp_path, buffer.getvalue()).recorded == (DATE,)


def with_exif(block: bytes) -> bytes:
    payload = b"Exif\x00\x00" + block
    return b"\xff\xd8\xff\xe1" + struct.pack(">H", len(payload) + 2) + payload + photos.jpeg(Shot())[2:]


def directory(*entries: bytes, following: int = 0) -> bytes:
    return struct.pack("<H", len(entries)) + b"".join(entries) + struct.pack("<I", following)


HEADER = b"II*\x00\x08\x00\x00\x00"
ENDLESS = HEADER + directory(struct.pack("<HHII", 0x8769, 4, 1, 8), following=8)
GREEDY = HEADER + directory(*[struct.pack("<HHII", 0x9290 + n, 5, 900, 8) for n in range(2000)])
LONG_TEXTS = HEADER + directory(*[struct.pack("<HHII", 0x9000 + n, 2, 1 << 31, 8) for n in range(2000)])


@pytest.mark.parametrize(
    "block",
    [b"", b"II*\x00", b"MM\x00*\xff\xff\xff\xff", b"Exif?", bytes(60_000), ENDLESS, GREEDY, LONG_TEXTS],
    ids=["empty", "short", "outside", "no tiff", "zeros", "endless", "greedy", "long texts"],
)
def test_hostile_exif_costs_little_and_hides_nothing_else(block: bytes, tmp_path: Path) -> None:
    start = time.process_time()
    found = findings_of(tmp_path, with_exif(block))
    assert time.process_time() - start < 1
    assert (found.width, found.height) == (64, 48)


def test_greedy_tiff_costs_little(tmp_path: Path) -> None:
    start = time.process_time()
    findings_of(tmp_path, GREEDY + bytes(4 << 20))
    assert time.process_time() - start < 2


def test_a_packed_bomb_in_png_is_not_unpacked(tmp_path: Path) -> None:
    bomb = b"XML:com.adobe.xmp\x00\x01\x00\x00\x00" + zlib.compress(bytes(64 << 20), 9)
    chunk = struct.pack(">I", len(bomb)) + b"iTXt" + bomb + struct.pack(">I", zlib.crc32(b"iTXt" + bomb))
    content = photos.png(Shot(taken=None))
    assert findings_of(tmp_path, content[:33] + chunk + content[33:]) == Findings(64, 48)


def test_sizes_of_every_kind_of_webp(tmp_path: Path) -> None:
    for options in ({"lossless": True}, {"lossless": False}):
        buffer = io.BytesIO()
        Image.new("RGB", (300, 77)).save(buffer, "WEBP", **options)
        assert findings_of(tmp_path, buffer.getvalue()) == Findings(300, 77)


def test_kinds_without_a_reader_say_nothing(tmp_path: Path) -> None:
    content = b"Shopping list\n"
    assert identify(io.BytesIO(content)).kind is Kind.OTHER
    assert findings_of(tmp_path, content) == Findings()


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        read(tmp_path / "missing", identify(io.BytesIO(photos.jpeg())))
