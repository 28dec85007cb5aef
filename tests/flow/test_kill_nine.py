"""Promise 1, acknowledged means safe: SIGKILL to every process at random moments loses nothing acknowledged.

PHOTOCLOUD_SOAK_SEED and PHOTOCLOUD_SOAK_ROUNDS choose another or a longer run.
"""

from __future__ import annotations

import hashlib
import http.client
import io
import os
import random
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count

from PIL import Image

from tests.clients import DavClient
from tests.server_process import ServerProcess

SEED = int(os.environ.get("PHOTOCLOUD_SOAK_SEED", "2024"))
ROUNDS = int(os.environ.get("PHOTOCLOUD_SOAK_ROUNDS", "20"))
UPLOADS = 300
CLIENTS = 4


@dataclass
class Round:
    """What four clients sent in one life of the server, and what it promised to keep."""

    files: dict[str, bytes]
    acknowledged: set[str] = field(default_factory=set)

    def upload(self, server: ServerProcess, share: list[str]) -> None:
        """Send these files until all are there or the server is gone."""
        with server.client() as client:
            for path in share:
                try:
                    client.put(path, self.files[path], expect=(201, 204))
                except (OSError, http.client.HTTPException):
                    return
                self.acknowledged.add(path)

    def run(self, server: ServerProcess, kill_after: int, pause_s: float) -> None:
        """Upload with all clients at once; kill the server when so many files are acknowledged."""
        paths = list(self.files)
        clients = [
            threading.Thread(target=self.upload, args=(server, paths[first::CLIENTS]))
            for first in range(CLIENTS)
        ]
        for client in clients:
            client.start()
        while len(self.acknowledged) < kill_after and any(client.is_alive() for client in clients):
            time.sleep(0.001)
        time.sleep(pause_s)
        server.kill9()
        for client in clients:
            client.join()


def tiny_jpeg() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (64, 48), "teal").save(file, "JPEG")
    return file.getvalue()


def contents(chance: random.Random) -> Iterator[bytes]:
    """Endless files: mostly noise of every size, some decodable pictures, some sent before."""
    sent: list[bytes] = []
    picture = tiny_jpeg()
    for number in count():
        if sent and number % 5 == 0:
            yield chance.choice(sent[-40:])
            continue
        start = picture if number % 10 == 1 else b""
        sent.append(start + chance.randbytes(chance.choice((1, 100, 5_000, 60_000, 300_000))))
        yield sent[-1]


def check(server: ServerProcess, client: DavClient, done: Round) -> None:
    """After the restart: all that was acknowledged, and of the rest only whole files."""
    assert server.staged() == []
    for path, data in done.files.items():
        if path in done.acknowledged:
            assert client.get(path).body == data, f"{path} was acknowledged"
            continue
        answer = client.request("GET", path, expect=(200, 404))
        assert answer.status == 404 or answer.body == data, f"{path} is there, but not whole"
    listed = set(client.files_below("/Upload/"))
    assert done.acknowledged <= listed


def check_disk(server: ServerProcess) -> None:
    """Every original is what its name says, and no digest is there twice."""
    originals = server.originals()
    digests = [path.name[:64] for path in originals]
    assert len(set(digests)) == len(digests)
    for path, digest in zip(originals, digests, strict=True):
        assert hashlib.sha256(path.read_bytes()).hexdigest() == digest, path


def test_nothing_acknowledged_is_lost(server: ServerProcess) -> None:
    chance = random.Random(SEED)
    files = contents(chance)
    rounds: list[Round] = []
    for number in range(ROUNDS):
        with server.client() as client:
            client.mkcol(f"/Upload/{number}")
        done = Round({f"/Upload/{number}/{name}.jpg": next(files) for name in range(UPLOADS)})
        rounds.append(done)
        done.run(server, kill_after=chance.randrange(UPLOADS), pause_s=chance.uniform(0, 0.03))
        server.start()
        with server.client() as client:
            check(server, client, done)
        check_disk(server)

    status = server.wait_idle(timeout_s=300)
    assert status["queue"]["failed"] == 0
    everything = {path: data for done in rounds for path, data in done.files.items()}
    acknowledged = set().union(*(done.acknowledged for done in rounds))
    with server.client() as client:
        listed = set(client.files_below("/Upload/"))
        items = {item["sha256"] for item in client.items()}
    assert acknowledged <= listed <= set(everything)
    assert items == {hashlib.sha256(everything[path]).hexdigest() for path in listed}
    assert status["items"] == len(items)
