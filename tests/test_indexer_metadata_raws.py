"""`raws.read_raw`: what camera RAW says about itself, against the known facts of the samples."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from indexer.identify import identify
from indexer.knowledge import Camera
from indexer.metadata.capture_time import Evidence, choose
from indexer.metadata.findings import Findings
from indexer.metadata.raws import read_raw
from indexer.metadata.readers import read
from indexer.model import Kind, MediaType
from tests import raw_containers, samples
from tests.raw_containers import CAMERA, MAIN, block

CR3 = MediaType(Kind.RAW, "image/x-canon-cr3", ".cr3")
DNG = MediaType(Kind.RAW, "image/x-adobe-dng", ".dng")
SAMPLES = [
    sample
    for sample in samples.load()
    if sample.mime.startswith("image/x-") and sample.kind in ("raw", "broken")
]


@samples.needs_samples
@pytest.mark.parametrize("sample", SAMPLES, ids=str)
def test_samples(sample: samples.Sample) -> None:
    with sample.file.open("rb") as file:
        found = read(sample.file, identify(file))
    captured = choose(Evidence(found.recorded, now=time.time()))
    position = found.position
    assert (found.width, found.height) == (sample.width, sample.height)
    assert (captured.taken_at if captured else None) == sample.taken_at
    assert (captured.source if captured else None) == sample.taken_at_source
    assert (captured.utc_offset if captured else None) == sample.utc_offset
    assert (found.camera.make, found.camera.model) == (sample.make, sample.model)
    assert ((position.lat, position.lon) if position else None) == sample.gps


@samples.needs_samples
@pytest.mark.parametrize(
    ("path", "lens", "focal_length_mm"),
    [
        ("raw/CanonRaw.cr3", "EF-M15-45mm f/3.5-6.3 IS STM", 15.0),
        ("raw/_DSC2164.ARW", "E 55-210mm F4.5-6.3 OSS", 129.0),
        ("raw/canon_eos_6d.dng", "EF24-105mm f/4L IS USM", 65.0),
    ],
)
def test_lens_and_exposure(path: str, lens: str, focal_length_mm: float) -> None:
    sample = samples.named(path)
    with sample.file.open("rb") as file:
        found = read_raw(sample.file, identify(file))
    assert found.camera.lens == lens
    assert found.exposure.focal_length_mm == focal_length_mm
    assert found.exposure.time_s


def test_captions_of_a_program(tmp_path: Path) -> None:
    packet = (
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        b'<r:Description xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:Rating="4"/></r:RDF></x:xmpmeta>'
    )
    for media, content in (
        (CR3, raw_containers.cr3(block(MAIN), block(CAMERA), xmp=packet)),
        (DNG, block(MAIN | {700: packet})),
    ):
        original = tmp_path / "original"
        original.write_bytes(content)
        found = read_raw(original, media)
        assert (found.caption.rating, found.camera) == (4, Camera("Maker", "Model 1"))


def test_marks_of_apple_in_dng(tmp_path: Path) -> None:
    content_id = b"1EA799FF-8384-4BC4-87AA-139A814D9125\x00"
    note = b"Apple iOS\x00\x00\x01MM\x00\x01" + bytes([0, 17, 0, 2, 0, 0, 0, 37, 0, 0, 0, 32]) + bytes(4)
    original = tmp_path / "original"
    original.write_bytes(block(MAIN | {271: "Apple"}) + note.ljust(32, b"\x00") + content_id)
    assert read_raw(original, DNG).ties.content_id == content_id[:-1].decode()


def test_a_file_that_is_no_raw_says_nothing(tmp_path: Path) -> None:
    original = tmp_path / "original"
    original.write_bytes(b"II*\x00")
    assert read_raw(original, DNG) == Findings()
