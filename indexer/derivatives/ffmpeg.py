"""Runs ffmpeg over a video that may be hostile: the one place where another program is started (step 3).

ffmpeg knows hundreds of formats, some of which name other files or addresses to read. It is held to
the formats of the identified type and to local files, to one thread, and to limits of time, memory,
pixels and output; and it dies with the process that started it, whichever way that ends.
"""

from __future__ import annotations

import errno
import os
import re
import resource
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import imageio_ffmpeg

from indexer.containment import die_with_parent
from indexer.errors import LibraryError
from indexer.model import MediaType
from indexer.probe import FORMATS, MOST_PIXELS, VideoUnreadable

MOST_MEMORY_BYTES = 1536 << 20  # of address space; what is resident is far less
MOST_WORDS_BYTES = 4096  # kept of what ffmpeg complains, which of a damaged file can be without end

_PREFIX = re.compile(r"^(?:\[[^\]]*\] *)+", re.MULTILINE)  # "[h264 @ 0x55d0c8a3b0c0] "


class VideoTooSlow(LibraryError):
    def __init__(self, deadline_s: float) -> None:
        super().__init__(f"Preparing the video took longer than {deadline_s:.0f} seconds.")


@dataclass(frozen=True, slots=True)
class Limits:
    """What one run may cost: seconds on the wall (and two of computing for each), bytes of output.

    Pictures of more than ``most_pixels`` are refused. What it says when it would go on for ever without any
    hope, ``hopeless``, ends it.
    """

    deadline_s: float
    most_output_bytes: int
    most_pixels: int = MOST_PIXELS
    hopeless: bytes = b""


def convert(
    original: Path,
    media: MediaType,
    output: Path,
    encoding: Sequence[str],
    limits: Limits,
    *,
    decoding: Sequence[str] = (),
) -> None:
    """Have ffmpeg make ``output`` from a video, by its options for writing and for reading (``decoding``).

    No metadata of the original is copied. Raises VideoUnreadable when ffmpeg gives up or finds nothing
    to write, VideoTooSlow, and OSError.
    """
    command = [imageio_ffmpeg.get_ffmpeg_exe(), *_COMMON]
    command += ["-format_whitelist", FORMATS.get(media.mime, "none"), "-protocol_whitelist", "file"]
    command += ["-max_pixels", str(limits.most_pixels), "-threads", "1", *decoding, "-i", f"file:{original}"]
    command += ["-map_metadata", "-1", "-map_chapters", "-1", "-threads", "1", *encoding, f"file:{output}"]
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
        preexec_fn=_bounds(limits),
    )
    with process:
        words = _attend(process, limits)
    if process.returncode:
        for full in (errno.ENOSPC, errno.EDQUOT):
            if os.strerror(full) in words:
                raise OSError(full, os.strerror(full))
        raise VideoUnreadable(_reason(process.returncode, words.replace(str(original), "the file")))


_COMMON = (
    *("-nostdin", "-hide_banner", "-nostats", "-loglevel", "error", "-y"),
    *("-filter_threads", "1", "-abort_on", "empty_output"),
)


def _bounds(limits: Limits) -> Callable[[], None]:
    """What the child does to itself between fork and exec."""
    parent = os.getpid()
    wanted = {
        resource.RLIMIT_AS: MOST_MEMORY_BYTES,
        resource.RLIMIT_CPU: 2 * int(limits.deadline_s) + 1,
        resource.RLIMIT_FSIZE: limits.most_output_bytes,
        resource.RLIMIT_CORE: 0,
    }

    def bound() -> None:
        die_with_parent()
        if os.getppid() != parent:  # it died before we asked to die with it
            os._exit(1)
        for kind, value in wanted.items():
            _, most = resource.getrlimit(kind)
            allowed = value if most == resource.RLIM_INFINITY else min(value, most)
            resource.setrlimit(kind, (allowed, allowed))

    return bound


def _attend(process: subprocess.Popen[bytes], limits: Limits) -> str:
    """Wait for the end, reading what it says lest it blocks; the last of its words.

    Raises VideoTooSlow, and VideoUnreadable once it has said that there is no hope.
    """
    deadline = time.monotonic() + limits.deadline_s
    words = b""
    try:
        assert process.stderr is not None
        while block := _read(process.stderr, deadline):
            words = (words + block)[-MOST_WORDS_BYTES:]
            if limits.hopeless and limits.hopeless in words:
                raise VideoUnreadable(_reason(1, words.decode("utf-8", "replace")))
        process.wait(max(0.0, deadline - time.monotonic()))
    except (TimeoutError, subprocess.TimeoutExpired):
        raise VideoTooSlow(limits.deadline_s) from None
    finally:
        process.kill()  # has no effect on one that has ended
    return _whole_lines(words).decode("utf-8", "replace")


def _whole_lines(words: bytes) -> bytes:
    """Of what was kept, all but a line whose beginning is lost: it would be no sentence, or half a path."""
    return words if len(words) < MOST_WORDS_BYTES else words.partition(b"\n")[2]


def _read(pipe: IO[bytes], deadline: float) -> bytes:
    """What can be read; nothing at the end. Raises TimeoutError at the deadline."""
    with selectors.DefaultSelector() as selector:
        selector.register(pipe, selectors.EVENT_READ)
        if not selector.select(max(0.0, deadline - time.monotonic())):
            raise TimeoutError
    return os.read(pipe.fileno(), MOST_WORDS_BYTES)


def _reason(exit_code: int, words: str) -> str:
    """Why ffmpeg gave up, for the owner of the file."""
    if exit_code in (-signal.SIGXFSZ, -signal.SIGXCPU):
        return "it would become far too large"
    if "Cannot allocate memory" in words or exit_code < 0:
        return "it needs more memory than one file may take"
    lines = _PREFIX.sub("", words).replace("file:", "").strip().splitlines()
    return lines[0][:200] if lines else f"ffmpeg ended with {exit_code}"
