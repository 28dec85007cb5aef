"""What videos say about themselves: every sample as its manifest has it, and each tag in turn."""

from __future__ import annotations

import time
from datetime import UTC
from pathlib import Path

import pytest

from indexer.identify import MP4
from indexer.knowledge import Camera, Caption, Film, Position, Ties
from indexer.metadata.capture_time import Evidence, Recorded, choose
from indexer.metadata.findings import Findings
from indexer.metadata.readers import read
from indexer.metadata.video import dates, position
from tests import films, samples
from tests.samples import Sample, needs_samples

CLIPS = [sample for sample in samples.load() if sample.kind == "video"]


def read_film(file: Path) -> Findings:
    return read(file, films.media_of(file))


@needs_samples
@pytest.mark.parametrize("sample", CLIPS, ids=str)
def test_every_sample_is_read_as_its_manifest_has_it(sample: Sample) -> None:
    found = read_film(sample.file)
    assert (found.width, found.height) == (sample.width, sample.height)
    assert found.duration_s == pytest.approx(sample.duration_s, abs=0.05)
    assert found.camera.model == sample.model
    assert found.camera.make == (sample.make or ("Sony" if sample.model == "ILCE-7M3" else None))
    assert found.film is not None
    assert found.film.video_codec == sample.facts["video_codec"]
    assert found.film.rotation_deg == sample.facts["rotation_cw"]
    assert found.ties.content_id == sample.facts.get("content_identifier")
    place = (found.position.lat, found.position.lon) if found.position else None
    assert place == (pytest.approx(sample.gps, abs=1e-4) if sample.gps else None)


@needs_samples
@pytest.mark.parametrize("sample", CLIPS, ids=str)
def test_every_sample_tells_its_date(sample: Sample) -> None:
    """As the manifest has it: the wall clock where one is recorded, else UTC."""
    found = choose(Evidence(read_film(sample.file).recorded, now=time.time(), zone=UTC))
    if sample.taken_at is None:
        assert found is None
        return
    assert found is not None
    assert (found.taken_at, found.source) == (sample.taken_at, sample.taken_at_source)
    assert found.utc_offset == sample.utc_offset


def test_tags_of_a_telephone(tmp_path: Path) -> None:
    tags = {
        "make": "Apple",
        "model": "iPhone 15",
        "location.ISO6709": "+52.4597+013.3220+051.178/",
        "creationdate": "2023-09-22T18:34:05+0200",
        "content.identifier": "1EA799FF-8384-4BC4-87AA-139A814D9125",
        "title": "At the lake",
    }
    options = [
        part for name, text in tags.items() for part in ("-metadata", f"com.apple.quicktime.{name}={text}")
    ]
    film = films.make_film(
        tmp_path / "film.mov", *films.H264, *films.AAC, "-movflags", "use_metadata_tags", *options
    )
    found = read_film(film)
    assert found.duration_s == pytest.approx(2, abs=0.05)
    assert found == Findings(
        width=320,
        height=180,
        recorded=(Recorded("Keys:CreationDate", "2023-09-22T18:34:05+0200"),),
        camera=Camera("Apple", "iPhone 15"),
        position=Position(52.4597, 13.322, 51.178),
        duration_s=found.duration_s,
        caption=Caption("At the lake"),
        film=Film("h264", "aac", 15.0),
        ties=Ties(content_id="1EA799FF-8384-4BC4-87AA-139A814D9125"),
    )


@pytest.mark.parametrize(
    ("container", "tags", "found"),
    [
        ("mov", {}, []),
        ("mov", {"creation_time": "2020-02-29T10:00:00.000000Z"}, [("QuickTime:CreateDate (UTC)", True)]),
        ("mov", {"date": "2011-09-25T12:09:54+0200"}, [("UserData:ContentCreateDate", False)]),
        ("matroska", {"date": "2011"}, []),
        ("matroska", {"creation_time": "2008-08-08T08:08:08Z"}, [("Matroska:DateTimeOriginal (UTC)", True)]),
        ("avi", {"creation_time": "2021-03-26 21:19:07"}, [("RIFF:DateTimeOriginal", False)]),
        ("mpegts", {"creation_time": "2021-03-26 21:19:07"}, []),
        (
            "mov",
            {"creation_time": "2020-02-29T10:00:00Z", "handler_name": "\tGoPro AVC"},
            [("QuickTime:CreateDate", False)],
        ),
    ],
)
def test_dates_by_container(container: str, tags: dict[str, str], found: list[tuple[str, bool]]) -> None:
    assert [(date.source, date.is_utc) for date in dates(tags, container)] == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("+37.5002+127.0362/", Position(37.5002, 127.0362)),
        ("-33.8688+151.2093+012.5CRSWGS_84/", Position(-33.8688, 151.2093, 12.5)),
        ("-33.8688+151.2093+1" + "0" * 400, Position(-33.8688, 151.2093)),
        ("+00.0000+000.0000/", None),
        ("+91.0000+000.0000/", None),
        ("+10.0000+181.0000/", None),
        ("Berlin", None),
        ("", None),
    ],
)
def test_positions(text: str, found: Position | None) -> None:
    assert position(text) == found


def test_a_broken_video_says_nothing(tmp_path: Path) -> None:
    film = films.make_film(tmp_path / "film.mp4")
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(film.read_bytes()[:2000])
    assert read(broken, MP4) == Findings()
