"""What is seen of a video's streams, agrees with ffprobe, and leads nowhere else."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from indexer import identify, probe
from indexer.probe import Streams, VideoUnreadable
from tests import films, samples
from tests.programs import path_of, run
from tests.samples import Sample, needs_samples

CLIPS = [sample for sample in samples.load() if sample.kind == "video"]


def look(file: Path) -> Streams:
    with probe.opened(file, films.media_of(file)) as container:
        return probe.look(container)


def by_ffprobe(file: Path) -> dict[str, Any]:
    """The first moving picture of a file, with the facts of its container, as ffprobe tells them."""
    arguments = ["-v", "error", "-show_streams", "-show_format", "-of", "json", str(file)]
    told = json.loads(run(path_of("ffprobe"), *arguments))
    streams = told["streams"]
    video = next(stream for stream in streams if stream["codec_type"] == "video")
    sound = next((stream["codec_name"] for stream in streams if stream["codec_type"] == "audio"), None)
    matrices = [data["rotation"] for data in video.get("side_data_list", []) if "rotation" in data]
    return {
        "size": (video["width"], video["height"]),
        "codecs": (video["codec_name"], sound),
        "pixel_format": video["pix_fmt"],
        "rotation_deg": -int(matrices[0]) % 360 if matrices else 0,
        "duration_s": float(told["format"]["duration"]),
        "is_hdr": video.get("color_transfer") in ("smpte2084", "arib-std-b67"),
        "is_interlaced": video.get("field_order", "progressive") not in ("progressive", "unknown"),
    }


@needs_samples
@pytest.mark.parametrize("sample", CLIPS, ids=str)
def test_every_sample_is_seen_as_ffprobe_sees_it(sample: Sample) -> None:
    seen, told = look(sample.file), by_ffprobe(sample.file)
    assert seen.duration_s == pytest.approx(told.pop("duration_s"), abs=0.05)
    assert told == {
        "size": (seen.width, seen.height),
        "codecs": (seen.video_codec, seen.audio_codec),
        "pixel_format": seen.pixel_format,
        "rotation_deg": seen.rotation_deg,
        "is_hdr": seen.is_hdr,
        "is_interlaced": seen.is_interlaced,
    }


def test_pixels_that_are_not_square(tmp_path: Path) -> None:
    film = films.make_film(tmp_path / "film.mp4", *films.H264, "-vf", "setsar=4/3", sound=None)
    assert look(film) == replace(look(film), pixel_aspect=Fraction(4, 3), audio_codec=None)


def test_pixels_of_no_shape_are_square(tmp_path: Path) -> None:
    film = films.make_film(tmp_path / "film.mp4", *films.H264, "-vf", "setsar=4/3", sound=None)
    head, mark, tail = film.read_bytes().partition(b"pasp")
    film.write_bytes(head + mark + (0x7FFFFFFF).to_bytes(4, "big") + (1).to_bytes(4, "big") + tail[8:])
    assert look(film).pixel_aspect == 1


@pytest.mark.parametrize("counterclockwise_deg", [0, 90, 180, 270])
def test_the_turn_of_the_telephone(tmp_path: Path, counterclockwise_deg: int) -> None:
    lying = films.make_film(tmp_path / "lying.mp4", seconds=0.5)
    seen = look(films.turn(lying, tmp_path / "film.mov", counterclockwise_deg))
    assert seen.rotation_deg == -counterclockwise_deg % 360
    assert seen.is_turned == (counterclockwise_deg in (90, 270))


def test_a_script_named_like_a_video_opens_no_other_file(tmp_path: Path) -> None:
    neighbour = films.make_film(tmp_path / "neighbour.mp4", seconds=0.5)
    for text in (
        f"ffconcat version 1.0\nfile '{neighbour}'\n",
        f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile://{neighbour}\n#EXT-X-ENDLIST\n",
    ):
        script = tmp_path / "script.mp4"
        script.write_text(text)
        for media in (identify.MP4, identify.MKV, identify.M2TS, identify.MPEG, identify.AVI, identify.ASF):
            with pytest.raises(VideoUnreadable), probe.opened(script, media):
                pass


def test_a_type_that_is_no_video_is_refused(tmp_path: Path) -> None:
    film = films.make_film(tmp_path / "film.mp4", seconds=0.5)
    with pytest.raises(VideoUnreadable), probe.opened(film, identify.JPEG):
        pass


def test_sound_alone_is_no_video(tmp_path: Path) -> None:
    sound = films.make_film(tmp_path / "sound.mkv", "-vn", "-c:a", "aac", seconds=0.5)
    with pytest.raises(VideoUnreadable, match="no moving picture"):
        look(sound)


def test_the_disk_s_errors_stay_its_own(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), probe.opened(tmp_path / "missing", identify.MP4):
        pass


def test_a_codec_that_nobody_knows(tmp_path: Path) -> None:
    film = films.make_film(tmp_path / "film.mp4", seconds=0.5)
    film.write_bytes(film.read_bytes().replace(b"avc1", b"zzz9"))
    with pytest.raises(VideoUnreadable):
        look(film)


def test_a_stream_that_begins_later_ends_the_look(tmp_path: Path) -> None:
    """libav adds it to the streams, which PyAV has counted before."""
    noise = "testsrc2=size=640x360:rate=15,noise=alls=90:allf=t"  # much more than libav reads ahead
    silent = films.make_film(
        tmp_path / "silent.ts", *films.H264, "-qp", "4", picture=noise, sound=None, seconds=4
    )
    loud = films.make_film(tmp_path / "loud.ts", *films.H264, "-c:a", "mp2", "-b:a", "384k", seconds=1)
    film = tmp_path / "film.ts"
    film.write_bytes(silent.read_bytes() + loud.read_bytes() + silent.read_bytes())
    with probe.opened(film, identify.TS) as container:
        assert probe.look(container).audio_codec is None
        assert len(list(probe.first_packets(container, 1000))) >= 4 * 15
