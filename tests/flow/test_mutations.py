"""Promise 9 against damaged files of every format: none hangs, none harms the service, each ends in words.

The files go through the share into the real server and its contained processes. ``PHOTOCLOUD_MUTATIONS``
and ``PHOTOCLOUD_MUTATIONS_SEED`` choose how many, and which; file ``n`` of a seed is always the same.
"""

from __future__ import annotations

import hashlib
import logging
import os
import random
import re
import struct
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests import jpegxl
from tests.photos import exif, jpeg, quarters
from tests.samples import load, needs_samples
from tests.server_process import ServerProcess, lay_account, process_tree

_log = logging.getLogger(__name__)

pytestmark = [needs_samples, pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")]

COUNT = int(os.environ.get("PHOTOCLOUD_MUTATIONS", "60"))
SEED = int(os.environ.get("PHOTOCLOUD_MUTATIONS_SEED", "20240517"))
MOST_BYTES = 1_500_000 if COUNT >= 1000 else 250_000
AT_ONCE = 25
WAITING = 60  # files ahead of the decoders, so that the memory of the catalog's queue is not what is measured
LONGEST_STANDSTILL_S = 400  # two deadlines of a picture, and a busy machine
MOST_DECODER_KIB = 1 << 20
MOST_SERVER_GROWTH_KIB = 64 << 10

Chance = random.Random
EXTREMES = (0, 1, 2, 0x7F, 0xFF, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF)
BOXES = (b"ftyp", b"moov", b"trak", b"mdat", b"meta", b"iloc", b"iinf", b"stsz", b"uuid", b"Exif", b"IHDR")
EXTENSIONS = (".jpg", ".heic", ".png", ".tif", ".nef", ".cr3", ".mp4", ".mov", ".mts", ".avi", ".xmp", "")


def _flip_bits(chance: Chance, data: bytearray) -> None:
    within = len(data) if chance.random() < 0.5 else min(len(data), 4096)
    for _ in range(chance.choice((1, 1, 4, 16, 256))):
        data[chance.randrange(within)] ^= 1 << chance.randrange(8)


def _cut_end(chance: Chance, data: bytearray) -> None:
    del data[chance.randrange(1, len(data)) :]


def _cut_middle(chance: Chance, data: bytearray) -> None:
    at = chance.randrange(len(data))
    del data[at : at + chance.choice((1, 2, 100, 5000, 100_000))]


def _write_extreme(chance: Chance, data: bytearray) -> None:
    within = min(len(data), chance.choice((64, 1024, 16_384, len(data))))
    for _ in range(chance.choice((1, 1, 3, 20))):
        order, width = chance.choice("<>"), chance.choice("BHI")
        number = chance.choice(EXTREMES) & ((1 << 8 * struct.calcsize(width)) - 1)
        at = chance.randrange(within)
        data[at : at + struct.calcsize(width)] = struct.pack(order + width, number)


def _insert_noise(chance: Chance, data: bytearray) -> None:
    at = chance.randrange(len(data))
    data[at:at] = chance.randbytes(chance.choice((1, 3, 64, 4096)))


def _blank(chance: Chance, data: bytearray) -> None:
    at, size = chance.randrange(len(data)), chance.choice((4, 64, 4096, 65_536))
    data[at : at + size] = bytes([chance.choice((0, 0xFF))]) * len(data[at : at + size])


def _repeat(chance: Chance, data: bytearray) -> None:
    at = chance.randrange(len(data))
    data[at:at] = data[at : at + chance.choice((8, 64, 1024))] * chance.choice((1, 4, 100))


def _insert_box(chance: Chance, data: bytearray) -> None:
    """A box of a lying length, many deep at times."""
    box = struct.pack(">I4s", chance.choice((0, 1, 7, 8, 100, 1 << 20, 0xFFFFFFFF)), chance.choice(BOXES))
    at = chance.choice((0, min(len(data), 8), chance.randrange(len(data))))
    data[at:at] = box * chance.choice((1, 1, 2, 3000))


WAYS: tuple[Callable[[Chance, bytearray], None], ...] = (
    _flip_bits,
    _flip_bits,
    _cut_end,
    _cut_middle,
    _write_extreme,
    _write_extreme,
    _insert_noise,
    _blank,
    _repeat,
    _insert_box,
)


class Sound(NamedTuple):
    """A file to damage."""

    name: str
    content: bytes


def by_format() -> dict[str, list[Sound]]:
    """What is to be damaged, in a fixed order: a rare format is damaged as often as JPEG."""
    formats: dict[str, list[Sound]] = {}
    for sample in load():
        if 16 < sample.size_bytes <= MOST_BYTES:
            sound = Sound(sample.name, sample.file.read_bytes())
            formats.setdefault(sample.mime, []).append(sound)
    # No camera writes it yet.
    code = jpegxl.encode(quarters((640, 480)))
    boxed = jpegxl.boxed(code, exif=exif(), parts=3)
    formats["image/jxl"] = [Sound("bare.jxl", code), Sound("boxed.jxl", boxed)]
    return dict(sorted(formats.items()))


def damaged(number: int, formats: dict[str, list[Sound]]) -> tuple[str, bytes]:
    """Name and content of one damaged file."""
    chance = Chance(SEED * 1_000_003 + number)
    one, other = (chance.choice(formats[chance.choice(list(formats))]) for _ in "12")
    data = bytearray(one.content)
    if chance.random() < 0.1:
        data[chance.randrange(1, len(data)) :] = other.content[chance.randrange(len(other.content)) :]
    for _ in range(chance.choice((1, 1, 1, 2, 4))):
        if len(data) > 1:
            chance.choice(WAYS)(chance, data)
    extension = Path(one.name).suffix if chance.random() < 0.7 else chance.choice(EXTENSIONS)
    return f"{number:05} {Path(one.name).stem[:40]}{extension}", bytes(data)


@dataclass(slots=True)
class Watch:
    """Looks at the server while it works: memory, and whether anything still moves."""

    server: ServerProcess
    most_server_kib: int = 0
    most_decoder_kib: int = 0
    most_tree_kib: int = 0
    _queue: dict[str, int] = field(default_factory=dict)
    _moved_at: float = field(default_factory=time.monotonic)

    def look(self) -> int:
        """How many jobs are left."""
        memory = dict(self._memory())
        own = memory.pop(self.server.pid)
        self.most_server_kib = max(self.most_server_kib, own)
        self.most_decoder_kib = max(self.most_decoder_kib, *memory.values(), 0)
        self.most_tree_kib = max(self.most_tree_kib, own + sum(memory.values()))
        queue = self.server.status()["queue"]
        if queue != self._queue:
            self._queue, self._moved_at = queue, time.monotonic()
        stood_s = time.monotonic() - self._moved_at
        assert stood_s < LONGEST_STANDSTILL_S, f"nothing has moved for {stood_s:.0f} s: {queue}"
        return int(queue["pending"] + queue["running"])

    def wait_until_left(self, most: int) -> None:
        while self.look() > most:
            time.sleep(0.2)

    def _memory(self) -> Iterator[tuple[int, int]]:
        """KiB that are resident, of each living process of the tree."""
        for pid in process_tree(self.server.pid):
            with suppress(OSError):
                found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
                if found:
                    yield pid, int(found[1])


def send_all(watch: Watch) -> set[str]:
    """Upload every damaged file, never far ahead of the decoders; their digests."""
    formats, digests = by_format(), set()
    for first in range(0, COUNT, AT_ONCE):
        watch.wait_until_left(WAITING)
        with watch.server.client() as client:
            client.mkcol(f"/Upload/{first:05}")
            for number in range(first, min(first + AT_ONCE, COUNT)):
                name, content = damaged(number, formats)
                client.put(f"/Upload/{first:05}/{name}", content)
                digests.add(hashlib.sha256(content).hexdigest())
    return digests


@pytest.fixture
def server(tmp_path: Path, launch: Callable[..., ServerProcess]) -> ServerProcess:
    """Two decode at the same time, and films beside them."""
    lay_account(tmp_path / "data")
    return launch(tmp_path / "data", arguments=["--workers", "2"])


def test_damaged_files_harm_nothing(server: ServerProcess) -> None:
    watch, began = Watch(server), time.monotonic()
    put_good(watch, "before")
    idle_kib = watch.most_server_kib
    digests = send_all(watch)
    watch.wait_until_left(0)
    put_good(watch, "after")

    with server.client() as client:
        items = [item for item in client.items() if item["sha256"] in digests]
    words = f"{COUNT} files of seed {SEED} in {time.monotonic() - began:.0f} s: {told(items, watch)}"
    _log.info(words)
    assert {item["sha256"] for item in items} == digests
    assert {item["state"] for item in items} <= {"ready", "failed"}
    for item in items:
        assert (item["failure"] is not None) == (item["state"] == "failed"), item
        assert str(server.data) not in str(item["failure"]), item
    assert watch.most_decoder_kib < MOST_DECODER_KIB, words
    assert watch.most_server_kib - idle_kib < MOST_SERVER_GROWTH_KIB, words
    assert "Traceback" not in server.output, server.output[-8000:]


def put_good(watch: Watch, name: str) -> None:
    """A sound photo is shown, whatever came before it."""
    with watch.server.client() as client:
        client.put(f"/Upload/{name}.jpg", jpeg() + name.encode())
        watch.wait_until_left(0)
    with watch.server.client() as client:
        (good,) = (item for item in client.items() if item["name"] == f"{name}.jpg")
        client.request("GET", f"/api/v1/items/{good['id']}/thumbnail", expect=200)


def told(items: list[dict[str, Any]], watch: Watch) -> str:
    states = Counter(f"{item['kind']} {item['state']}" for item in items)
    steps = Counter(item["failure"]["step"] for item in items if item["failure"])
    return (
        f"{dict(sorted(states.items()))}, failed at {dict(steps)}; most KiB: server {watch.most_server_kib}, "
        f"one decoder {watch.most_decoder_kib}, all {watch.most_tree_kib}"
    )
