"""The text that Sony's cameras put into their MP4 files, as exiftool reads it too."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from indexer.knowledge import Camera
from indexer.metadata.capture_time import Recorded
from indexer.metadata.findings import Findings
from indexer.metadata.readers import read
from indexer.metadata.xavc import parse_text, read_xavc
from tests import films
from tests.programs import path_of, run

TEXT = b"""<?xml version="1.0" encoding="UTF-8"?>
<NonRealTimeMeta xmlns="urn:schemas-professionalDisc:nonRealTimeMeta:ver.2.00">
  <CreationDate value="2016-01-03T06:10:57-04:00"/>
  <Device manufacturer="Sony" modelName="FDR-AX100" serialNo="1"/>
  <Lens modelName="E 18-105mm"/>
</NonRealTimeMeta>"""
FOUND = Findings(
    recorded=(Recorded("XML:CreationDate", "2016-01-03T06:10:57-04:00"),),
    camera=Camera("Sony", "FDR-AX100", "E 18-105mm"),
)


def box(kind: bytes, payload: bytes) -> bytes:
    return (len(payload) + 8).to_bytes(4, "big") + kind + payload


def with_text(film: Path, text: bytes) -> Path:
    handler = box(b"hdlr", bytes(8) + b"nrtm" + bytes(13))
    with film.open("ab") as file:
        file.write(box(b"meta", bytes(4) + handler + box(b"xml ", bytes(4) + text + b"\x00")))
    return film


def test_text_in_the_file(tmp_path: Path) -> None:
    film = with_text(films.make_film(tmp_path / "film.mp4", seconds=0.5), TEXT)
    assert read_xavc(film) == FOUND
    found = read(film, films.media_of(film))
    assert (found.recorded, found.camera) == (FOUND.recorded, FOUND.camera)


def test_exiftool_reads_the_same(tmp_path: Path) -> None:
    film = with_text(films.make_film(tmp_path / "film.mp4", seconds=0.5), TEXT)
    (told,) = json.loads(run(path_of("exiftool"), "-json", "-XML:all", str(film)))
    assert told["CreationDateValue"] == "2016:01:03 06:10:57-04:00"
    assert (told["DeviceManufacturer"], told["DeviceModelName"]) == ("Sony", "FDR-AX100")


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"<broken",
        b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        b"<NonRealTimeMeta/>",
        TEXT + bytes(1 << 20),
    ],
)
def test_a_text_that_is_broken_or_hostile_says_nothing(tmp_path: Path, text: bytes) -> None:
    file = tmp_path / "film.mp4"
    file.touch()
    assert read_xavc(with_text(file, text)) == Findings()


def test_a_text_that_names_only_the_camera() -> None:
    assert parse_text(b'<a><Device modelName="ZV-1"/></a>') == Findings(camera=Camera(model="ZV-1"))


def test_a_video_without_such_a_text(tmp_path: Path) -> None:
    assert read_xavc(films.make_film(tmp_path / "film.mp4", seconds=0.5)) == Findings()
