"""Posters, clips and playable versions of real videos."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from PIL import Image, ImageStat

from indexer import identify, probe
from indexer.derivatives import film_plan
from indexer.derivatives.files import find
from indexer.derivatives.film_plan import Plan, Way
from indexer.derivatives.videos import make_film, make_poster
from indexer.probe import Streams, VideoTooLarge, VideoUnreadable
from tests import films, samples
from tests.samples import Sample, needs_samples

CLIPS = [sample for sample in samples.load() if sample.kind == "video"]
BANDS = [sample for sample in CLIPS if sample.path.startswith("generated/video/")]  # red on top, blue below
AS_THEY_ARE = {
    "generated/mismatched/mp4_named.jpg",
    "generated/video/black_lead_in.mp4",
    "generated/video/rot090.mp4",
    "generated/video/rot180.mov",
    "generated/video/zero_date.mp4",
    "video/android_rot270_gps.mp4",
    "video/iphone4_rot90.mov",
    "video/iphonex_portrait_gps.mov",
}
BLACK_THEN_BARS = (
    "color=black:size=320x180:rate=15:duration=2[a];testsrc2=size=320x180:rate=15[b];[a][b]concat"
)


def look(file: Path) -> Streams:
    with probe.opened(file, films.media_of(file)) as container:
        return probe.look(container)


def derivative(folder: Path, name: str) -> Path:
    found = find(folder, name)
    assert found is not None, f"no {name}"
    return found[0]


def poster(film: Path, folder: Path) -> Image.Image:
    thumbhash = make_poster(film, films.media_of(film), folder)
    assert thumbhash
    assert 5 <= len(base64.b64decode(thumbhash)) <= 25
    thumbnail = Image.open(derivative(folder, "thumbnail"))
    assert max(thumbnail.size) <= 256
    return Image.open(derivative(folder, "preview"))


def colour_at(picture: Image.Image, across: float, down: float) -> tuple[int, ...]:
    pixel = picture.convert("RGB").getpixel((int(picture.width * across), int(picture.height * down)))
    assert isinstance(pixel, tuple)
    return pixel


def is_red_over_blue(picture: Image.Image) -> bool:
    (red, _, blue), (red_below, _, blue_below) = colour_at(picture, 0.5, 0.03), colour_at(picture, 0.5, 0.97)
    return red > 150 > blue and blue_below > 150 > red_below


@needs_samples
@pytest.mark.parametrize("sample", CLIPS, ids=str)
def test_every_sample_has_a_poster(sample: Sample, tmp_path: Path) -> None:
    picture = poster(sample.file, tmp_path)
    streams = look(sample.file)
    assert picture.size == film_plan.fitted(streams, 1600) or max(picture.size) == 1600
    assert ImageStat.Stat(picture.convert("L")).stddev[0] > 8
    assert is_red_over_blue(picture) or sample not in BANDS


def test_the_clip_is_five_silent_seconds_of_a_long_film(tmp_path: Path) -> None:
    film = films.make_film(tmp_path / "film.mp4", seconds=12)
    assert look(film).audio_codec == "aac"
    make_film(film, films.media_of(film), tmp_path / "made")
    clip = derivative(tmp_path / "made", "clip")
    with probe.opened(clip, films.media_of(clip)) as container:
        assert [stream.type for stream in container.streams] == ["video"]
    assert look(clip).duration_s == pytest.approx(5, abs=0.3)


@needs_samples
@pytest.mark.parametrize("sample", CLIPS, ids=str)
def test_every_sample_becomes_playable(sample: Sample, tmp_path: Path) -> None:
    make_film(sample.file, films.media_of(sample.file), tmp_path)
    original, clip = look(sample.file), look(derivative(tmp_path, "clip"))
    assert (clip.video_codec, clip.audio_codec, clip.pixel_format) == ("h264", None, "yuv420p")
    assert (clip.width, clip.height) == film_plan.fitted(original, 480)
    assert clip.duration_s == pytest.approx(min(5, original.duration_s or 0), abs=0.3)
    if sample.path in AS_THEY_ARE:
        assert find(tmp_path, "playable") is None
        return
    film = derivative(tmp_path, "playable")
    played = look(film)
    assert film_plan.plan(played, identify.MP4) == Plan(Way.AS_IT_IS)
    assert played.rotation_deg == 0
    assert bool(played.audio_codec) == bool(original.audio_codec)
    assert played.duration_s == pytest.approx(original.duration_s, abs=0.2)
    assert film.read_bytes().index(b"moov") < film.read_bytes().index(b"mdat"), "it cannot start at once"


@needs_samples
def test_high_dynamic_range_is_mapped_to_what_screens_show(tmp_path: Path) -> None:
    """Shown as if it were ordinary, such a picture would be grey and pale."""
    picture = poster(samples.named("video/iphone12promax_rot90.mp4").file, tmp_path)
    darkest, brightest = picture.convert("L").getextrema()
    assert isinstance(darkest, int)
    assert darkest < 16
    assert brightest > 230
    assert colour_at(picture, 0.5, 0.25)[0] > 140  # a sheet of white paper


@needs_samples
def test_wide_gamut_is_brought_into_srgb(tmp_path: Path) -> None:
    """Display P3 shown as if it were sRGB is pale: the orange of the chart would have a blue of 39."""
    picture = poster(samples.named("live/IMG_3589.mov").file, tmp_path)
    assert list(colour_at(picture, 0.1, 0.42)) == pytest.approx([255, 121, 0], abs=6)


@pytest.mark.parametrize("keyframes", [("-g", "600", "-sc_threshold", "0"), ("-g", "15")])
def test_a_poster_is_not_black_when_the_film_begins_so(tmp_path: Path, keyframes: tuple[str, ...]) -> None:
    film = films.make_film(
        tmp_path / "film.mp4", *films.H264, *keyframes, picture=BLACK_THEN_BARS, sound=None, seconds=5
    )
    assert ImageStat.Stat(poster(film, tmp_path / "made").convert("L")).mean[0] > 60


def test_a_film_that_is_black_all_along_has_a_black_poster(tmp_path: Path) -> None:
    film = films.make_film(tmp_path / "film.mp4", *films.H264, picture="color=black:size=320x180", sound=None)
    assert ImageStat.Stat(poster(film, tmp_path / "made").convert("L")).mean[0] < 5


def test_a_film_that_was_cut_shows_what_is_there(tmp_path: Path) -> None:
    film = films.make_film(tmp_path / "film.mp4", *films.H264, *films.AAC, "-movflags", "+faststart")
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(film.read_bytes()[: film.stat().st_size // 2])
    assert poster(cut, tmp_path / "made").size == (320, 180)


def test_interlaced_film_is_encoded_without_its_combs(tmp_path: Path) -> None:
    film = films.make_film(
        tmp_path / "film.ts",
        *films.H264,
        "-flags",
        "+ilme+ildct",
        "-vf",
        "setfield=tff",
        sound=None,
        seconds=1,
    )
    assert look(film).is_interlaced
    make_film(film, identify.TS, tmp_path / "made")
    assert not look(derivative(tmp_path / "made", "playable")).is_interlaced


def test_a_bomb_of_pixels_is_refused(tmp_path: Path) -> None:
    bomb = films.make_film(
        tmp_path / "bomb.mov", "-c:v", "png", picture="color=size=8192x8192:rate=1", sound=None, seconds=1
    )
    for make in (make_poster, make_film):
        with pytest.raises(VideoTooLarge):
            make(bomb, identify.MOV, tmp_path / "made")
    assert not (tmp_path / "made").exists()


def test_what_cannot_be_played_leaves_nothing(tmp_path: Path) -> None:
    film = films.make_film(tmp_path / "film.mp4")
    content = bytearray(film.read_bytes())
    start = content.index(b"mdat") + 4
    end = content.index(b"moov") - 4
    content[start:end] = bytes(end - start)
    film.write_bytes(content)
    for make in (make_poster, make_film):
        with pytest.raises(VideoUnreadable):
            make(film, identify.MP4, tmp_path / "made")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [film]
