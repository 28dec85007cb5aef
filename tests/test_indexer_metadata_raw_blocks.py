"""`raw_blocks.open_raw`: every maker's envelope gives up its EXIF, and broken ones give what they can."""

from __future__ import annotations

import io

import pytest

from indexer.identify import identify
from indexer.knowledge import Camera, Position
from indexer.metadata.capture_time import Recorded
from indexer.metadata.exif import Exif
from indexer.metadata.raw_blocks import Blocks, open_raw
from tests import photos, raw_containers
from tests.raw_containers import CAMERA, MAIN, TAKEN, block, sexagesimal

PACKET = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"/>'
POSITION = block(
    {
        1: "S",
        2: sexagesimal(33, 27, 12.49),
        3: "E",
        4: sexagesimal(25, 45, 52.72),
        6: sexagesimal(252.5)[0],
        7: sexagesimal(16, 30, 1),
        29: "2004:05:17",
    }
)
PREVIEW = photos.jpeg(photos.Shot(taken=TAKEN, subsec="25", offset="+02:00", make="Maker", model="Model 1"))
DATE = Recorded("ExifIFD:DateTimeOriginal", TAKEN, "25", "+02:00")
CR3 = raw_containers.cr3(block(MAIN), block(CAMERA), POSITION, PACKET)
RAF = raw_containers.raf(PREVIEW)
MRW = raw_containers.mrw(block(MAIN | CAMERA))
X3F = raw_containers.x3f(PREVIEW, {})


def blocks_of(content: bytes) -> Blocks:
    file = io.BytesIO(content)
    return open_raw(file, identify(file))


def test_cr3() -> None:
    blocks = blocks_of(CR3)
    assert blocks.xmp == PACKET
    assert blocks.exif.camera == Camera("Maker", "Model 1")
    assert blocks.exif.orientation == 6
    assert blocks.exif.position == Position(-33.453469, 25.764644, altitude_m=252.5)
    assert blocks.exif.recorded == (DATE, Recorded("GPS:GPSDateTime", "2004:05:17 16:30:01", is_utc=True))


@pytest.mark.parametrize("content", [RAF, X3F], ids=["RAF", "X3F"])
def test_blocks_of_a_preview(content: bytes) -> None:
    exif = blocks_of(content).exif
    assert (exif.recorded, exif.camera) == ((DATE,), Camera("Maker", "Model 1"))


def test_mrw() -> None:
    exif = blocks_of(MRW).exif
    assert exif.camera == Camera("Maker", "Model 1")
    assert exif.recorded[0].text == TAKEN


def test_x3f_without_exif_in_its_preview() -> None:
    properties = {"CAMMANUF": "SIGMA", "CAMMODEL": "SIGMA SD9", "TIME": "1084818601"}
    exif = blocks_of(raw_containers.x3f(photos.jpeg(photos.Shot(taken=None)), properties)).exif
    assert exif.camera == Camera("SIGMA", "SIGMA SD9")
    assert exif.recorded == (Recorded("SigmaRaw:DateTimeOriginal", "2004-05-17 18:30:01"),)


@pytest.mark.parametrize("magic", [b"IIRO", b"IIRS", b"IIU\x00"], ids=["ORF", "ORF of old", "RW2"])
def test_tiff_by_another_name(magic: bytes) -> None:
    content = block(MAIN | {700: PACKET})
    blocks = blocks_of(magic + content[4:])
    assert blocks.exif.camera == Camera("Maker", "Model 1")
    assert blocks.xmp == PACKET


@pytest.mark.parametrize(
    "content", [CR3, RAF, MRW, X3F, raw_containers.crw(b"Canon\x00PowerShot\x00", 1084818601)]
)
def test_cut_and_zeroed_files_raise_nothing(content: bytes) -> None:
    media = identify(io.BytesIO(content))
    for place in range(0, len(content), 7):
        for wrong in (b"", bytes(4), b"\xff" * 4):
            open_raw(io.BytesIO(content[:place] + wrong + content[place + 4 :]), media)
        open_raw(io.BytesIO(content[:place]), media)
    assert open_raw(io.BytesIO(b""), media) == Blocks(Exif())
