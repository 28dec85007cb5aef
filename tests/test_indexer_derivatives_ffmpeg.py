"""ffmpeg under its limits: what it may read, how long, how much; and that it leaves no orphan."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import imageio_ffmpeg
import pytest

from indexer import identify
from indexer.derivatives import ffmpeg
from indexer.derivatives.ffmpeg import Limits, VideoTooSlow, convert
from indexer.model import MediaType
from indexer.probe import VideoUnreadable
from tests import films
from tests.programs import path_of, run
from tests.server_process import ROOT

COPY = ("-map", "0", "-c", "copy", "-f", "mp4")
LIMITS = Limits(deadline_s=20, most_output_bytes=10 << 20)
TYPES = [identify.MP4, identify.MKV, identify.M2TS, identify.MPEG, identify.AVI, identify.ASF, identify.TEXT]


def running_on(file: Path) -> list[int]:
    """The processes whose command names this file, this one left out."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and os.fsencode(file) in (entry / "cmdline").read_bytes():
                found.append(int(entry.name))
        except OSError:  # it has just ended
            continue
    return [pid for pid in found if pid != os.getpid()]


def test_streams_come_over_and_metadata_stays(tmp_path: Path) -> None:
    film = films.make_film(tmp_path / "film.mov", *films.H264, *films.AAC, "-metadata", "title=Our garden")
    output = tmp_path / "output"
    convert(film, identify.MOV, output, COPY, LIMITS)
    assert films.media_of(output) == identify.MP4
    assert b"Our garden" in film.read_bytes()
    assert b"Our garden" not in output.read_bytes()


@pytest.mark.parametrize("media", TYPES, ids=lambda media: media.mime)
def test_a_script_reads_no_other_file_and_calls_nobody(tmp_path: Path, media: MediaType) -> None:
    neighbour = films.make_film(tmp_path / "neighbour.ts", seconds=0.5)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0)
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/clip.ts"
        for target in (neighbour.name, str(neighbour), address):
            for text in (
                f"ffconcat version 1.0\nfile '{target}'\n",
                f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{target}\n#EXT-X-ENDLIST\n",
            ):
                script = tmp_path / "script.mp4"
                script.write_text(text)
                with pytest.raises(VideoUnreadable):
                    convert(script, media, tmp_path / "output", COPY, LIMITS)
        with pytest.raises(BlockingIOError):  # nobody has called
            listener.accept()
    assert not (tmp_path / "output").exists()


def test_a_film_is_only_opened_as_what_it_was_identified(tmp_path: Path) -> None:
    film = films.make_film(tmp_path / "film.mp4", seconds=0.5)
    with pytest.raises(VideoUnreadable):
        convert(film, identify.MKV, tmp_path / "output", COPY, LIMITS)


def test_a_file_that_hangs_is_ended_at_the_deadline(tmp_path: Path) -> None:
    pipe = tmp_path / "never-written"
    os.mkfifo(pipe)
    started = time.monotonic()
    with pytest.raises(VideoTooSlow):
        convert(pipe, identify.MP4, tmp_path / "output", COPY, Limits(0.5, 1 << 20))
    assert time.monotonic() - started < 5
    assert running_on(pipe) == []


def test_it_dies_with_the_process_that_started_it(tmp_path: Path) -> None:
    pipe = tmp_path / "never-written"
    os.mkfifo(pipe)
    program = (
        "from pathlib import Path; from indexer import identify; from indexer.derivatives import ffmpeg;"
        f"ffmpeg.convert(Path({str(pipe)!r}), identify.MP4, Path({str(tmp_path / 'output')!r}), (),"
        " ffmpeg.Limits(300, 1000))"
    )
    worker = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT)
    try:
        deadline = time.monotonic() + 20
        while len(running_on(pipe)) < 2 and time.monotonic() < deadline:
            time.sleep(0.05)
        children = [pid for pid in running_on(pipe) if pid != worker.pid]
        assert len(children) == 1
    finally:
        worker.kill()
        assert worker.wait(10) == -signal.SIGKILL
    while running_on(pipe) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert running_on(pipe) == []


def test_pictures_beyond_all_size_are_refused(tmp_path: Path) -> None:
    bomb = films.make_film(
        tmp_path / "bomb.mov", "-c:v", "png", picture="color=size=8192x8192:rate=1", sound=None, seconds=1
    )
    with pytest.raises(VideoUnreadable):
        convert(bomb, identify.MOV, tmp_path / "output", ("-vf", "scale=64:64", "-f", "mp4"), LIMITS)


def test_memory_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    film = films.make_film(
        tmp_path / "film.mov", "-c:v", "png", picture="color=size=6000x6000:rate=1", sound=None
    )
    monkeypatch.setattr(ffmpeg, "MOST_MEMORY_BYTES", 300 << 20)
    with pytest.raises(VideoUnreadable, match="memory"):
        convert(film, identify.MOV, tmp_path / "output", ("-vf", "scale=64:64", "-f", "mp4"), LIMITS)


def test_output_is_bounded(tmp_path: Path) -> None:
    film = films.make_film(tmp_path / "film.mp4")
    with pytest.raises(VideoUnreadable, match="too large"):
        convert(film, identify.MP4, tmp_path / "output", COPY, Limits(20, 5000))
    assert (tmp_path / "output").stat().st_size <= 5000


def test_a_full_disk_is_not_the_fault_of_the_video(tmp_path: Path) -> None:
    film = films.make_film(tmp_path / "film.mp4")
    with pytest.raises(OSError, match="No space left"):
        convert(film, identify.MP4, Path("/dev/full"), ("-c", "copy", "-f", "mpegts"), LIMITS)


@pytest.fixture
def damaged(tmp_path: Path) -> Path:
    """A video of which ffmpeg says far more than is kept."""
    film = films.make_film(tmp_path / "film.mkv", "-c:v", "mjpeg", sound=None, seconds=60)
    content = bytearray(film.read_bytes())
    content[2000::150] = bytes(len(content[2000::150]))
    film.write_bytes(content)
    return film


DECODE = ("-map", "0:v", "-vf", "scale=32:32", "-c:v", "mpeg4", "-f", "mp4")


def test_a_video_that_complains_without_end_does_not_block(damaged: Path, tmp_path: Path) -> None:
    """A pipe holds 64 KiB: who does not read what ffmpeg says waits for ever."""
    complaints = run(
        path_of("ffmpeg"), "-v", "error", "-i", damaged, *DECODE, tmp_path / "other", expect=None
    )
    assert len(complaints) > 64 << 10
    convert(damaged, identify.MKV, tmp_path / "output", DECODE, LIMITS)


def test_why_it_failed_is_a_whole_line_however_much_is_said(damaged: Path, tmp_path: Path) -> None:
    beyond_its_end = ("-ss", "1000", *DECODE)
    with pytest.raises(VideoUnreadable) as caught:
        convert(damaged, identify.MKV, tmp_path / "output", beyond_its_end, LIMITS)
    said = subprocess.run(
        [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", damaged, *DECODE, tmp_path / "other"],
        capture_output=True,
        text=True,
        check=False,
    ).stderr
    lines = {re.sub(r"^(\[[^\]]*\] *)+", "", line) for line in said.splitlines()}
    (reason,) = re.findall(r"\((.*)\)\.$", str(caught.value))
    assert reason in lines


def test_why_it_failed_is_said_without_where_the_file_lies(tmp_path: Path) -> None:
    film = films.make_film(tmp_path / "film.mp4", seconds=0.5)
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(film.read_bytes()[:3000])
    with pytest.raises(VideoUnreadable) as caught:
        convert(cut, identify.MP4, tmp_path / "output", COPY, LIMITS)
    assert str(tmp_path) not in str(caught.value)
    assert not re.search(r"0x[0-9a-f]{6}", str(caught.value))
    assert "moov atom not found" in str(caught.value)
