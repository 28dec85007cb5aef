"""ffmpeg, as players use it: a film in the Library is read and sought over HTTP as if it lay on the disk.

The index of the film is at its end, as cameras write it: a player asks for the beginning, the end and
the place of each seek, and drops every answer half read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import imageio_ffmpeg
import pytest

from tests.programs import run
from tests.server_process import ServerProcess

FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()
LENGTH_S = 20
_BYTES_READ = re.compile(r"Statistics: (\d+) bytes read")


@dataclass(frozen=True, slots=True)
class Film:
    """The same film on this disk and in the Library."""

    local: Path
    url: str


@pytest.fixture(scope="module")
def film(shared_server: ServerProcess, tmp_path_factory: pytest.TempPathFactory) -> Film:
    local = tmp_path_factory.mktemp("ffmpeg") / "ffmpeg film.mp4"
    picture, sound = "testsrc2=size=640x360:rate=25", "sine=frequency=440"
    run(
        FFMPEG, "-v", "error", "-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", sound, "-t", str(LENGTH_S),
        "-c:v", "mpeg4", "-b:v", "6M", "-g", "25", "-c:a", "aac", local,
    )  # fmt: skip
    content = local.read_bytes()
    assert content.index(b"moov") > content.index(b"mdat"), "the index is not at the end"
    with shared_server.client() as client:
        client.put("/Upload/ffmpeg film.mp4", content)
        shared_server.wait_idle()
        shelves = [*client.files_below("/Library/By date"), *client.files_below("/Library/Unknown date")]
    (found,) = [path for path in shelves if path.endswith("/ffmpeg film.mp4")]
    login = f"{shared_server.user}:{shared_server.password}"
    address = f"http://{login}@{shared_server.host}:{shared_server.port}"
    return Film(local, address + quote(found))


def frames(source: Path | str, *options: str) -> str:
    """The checksums of all frames that are decoded, sound as well."""
    asked = [FFMPEG, "-v", "error", *options, "-i", source, "-map", "0", "-c:v", "rawvideo"]
    return run(*asked, "-f", "framemd5", "-")


def test_every_frame_is_the_same(film: Film) -> None:
    over_http = frames(film.url)
    assert over_http.count("\n") > LENGTH_S * 25
    assert over_http == frames(film.local)


@pytest.mark.parametrize("at_s", [1, LENGTH_S - 4, LENGTH_S - 1])
def test_a_seek_shows_the_same_picture(film: Film, at_s: int) -> None:
    options = ("-ss", str(at_s), "-t", "0.5")
    assert frames(film.url, *options) == frames(film.local, *options)


def test_a_seek_reads_only_what_it_needs(film: Film) -> None:
    late = str(LENGTH_S - 4)
    said = run(FFMPEG, "-v", "verbose", "-ss", late, "-i", film.url, "-frames:v", "1", "-f", "null", "-")
    read_bytes = sum(int(count) for count in _BYTES_READ.findall(said))
    assert 0 < read_bytes < film.local.stat().st_size / 2
