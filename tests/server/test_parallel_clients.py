"""64 clients at once, each with a folder of its own and all with one in common: nothing acknowledged is lost.

Every client knows what its folder must hold after each answer, and compares. PHOTOCLOUD_SOAK_SEED and
PHOTOCLOUD_SOAK_PARALLEL_S choose another or a longer run (two minutes are a good long one).
"""

from __future__ import annotations

import hashlib
import os
import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.clients import DavClient, RawConnection, basic
from tests.photos import jpeg
from tests.server_process import ServerProcess, process_tree

SEED = int(os.environ.get("PHOTOCLOUD_SOAK_SEED", "2024"))
LENGTH_S = float(os.environ.get("PHOTOCLOUD_SOAK_PARALLEL_S", "20"))
CLIENTS = 64
MOST_FILES = 12
SIZES = (1, 4_000, 60_000, 250_000)
COMMON = "/Upload/common"
COMMON_NAMES = 3
COMMON_CONTENTS = tuple(random.Random(seed).randbytes(80_000) for seed in range(8))
MOST_GROWTH_BYTES = 256 << 20  # of all processes; a decoder may take a hundred while it works


@dataclass
class Person:
    """One client: what it did so far, and what the server must therefore show to it."""

    server: ServerProcess
    dav: DavClient
    folder: str
    chance: random.Random
    files: dict[str, bytes] = field(default_factory=dict)
    acknowledged: set[str] = field(default_factory=set)
    done: Counter[str] = field(default_factory=Counter)
    names: int = 0

    def work(self, until: float) -> None:
        self.dav.mkcol(self.folder)
        while time.monotonic() < until:
            act = self.chance.choices(list(ACTS), list(ACTS.values()))[0]
            act(self)
            self.done[act.__name__] += 1
        self.check()

    def check(self) -> None:
        """All that was acknowledged is there, byte for byte, and nothing else."""
        self.list_folder()
        for path, content in self.files.items():
            assert self.dav.get(path).body == content, path

    # What a client does. Each compares the answer with what must be so.

    def put_new(self) -> None:
        if len(self.files) >= MOST_FILES:
            return self.delete()
        return self._put(self._new_name(), self.chance.randbytes(self.chance.choice(SIZES)), expect=201)

    def put_duplicate(self) -> None:
        self._put(self._new_name(), self.chance.choice(COMMON_CONTENTS), expect=201)

    def put_again(self) -> None:
        if path := self._any():
            self._put(path, self.chance.randbytes(self.chance.choice(SIZES)), expect=204)

    def put_in_common(self) -> None:
        content = self.chance.choice(COMMON_CONTENTS)
        self.dav.put(f"{COMMON}/{self.chance.randrange(COMMON_NAMES)}.jpg", content)
        self.acknowledged.add(_digest(content))

    def put_and_break_off(self) -> None:
        """Half of a file comes, under a new name or in place of an older version."""
        path = self._any() or self._new_name()
        half = self.chance.randbytes(50_000)
        login = basic(self.server.user, self.server.password)
        head = f"PUT {path} HTTP/1.1\r\nHost: x\r\nAuthorization: {login}\r\nContent-Length: 100000\r\n\r\n"
        with RawConnection(self.server.host, self.server.port) as connection:
            connection.send(head.encode() + half)
            if self.chance.random() < 0.5:
                connection.reset()
                return
            connection.finish()
            with suppress(ConnectionError):
                answer = connection.answer()
                assert answer is None or answer.status >= 400, answer

    def get(self) -> None:
        if path := self._any():
            assert self.dav.get(path).body == self.files[path], path

    def get_range(self) -> None:
        path = self._any()
        if not path:
            return
        content = self.files[path]
        first = self.chance.randrange(len(content))
        last = self.chance.randrange(first, len(content))
        answer = self.dav.get(path, expect=206, headers={"Range": f"bytes={first}-{last}"})
        assert answer.body == content[first : last + 1], path

    def get_in_common(self) -> None:
        path = f"{COMMON}/{self.chance.randrange(COMMON_NAMES)}.jpg"
        answer = self.dav.request("GET", path, expect=(200, 404))
        assert answer.status == 404 or answer.body in COMMON_CONTENTS, "a version that nobody sent"

    def list_folder(self) -> None:
        assert set(self.dav.children(self.folder)) == set(self.files)

    def move(self) -> None:
        if path := self._any():
            target = self._new_name()
            self.dav.move(path, target, expect=201)
            self.files[target] = self.files.pop(path)

    def delete(self) -> None:
        if path := self._any():
            self.dav.delete(path)
            del self.files[path]

    def put_under_lock(self) -> None:
        path, content = self._new_name(), self.chance.randbytes(10_000)
        token = self.dav.lock(path, expect=201)
        self.dav.put(path, b"without the token", expect=423)
        self._put(path, content, expect=204, headers={"If": f"(<{token}>)"})
        self.dav.unlock(path, token)

    def _put(self, path: str, content: bytes, *, expect: int, headers: dict[str, str] | None = None) -> None:
        self.dav.put(path, content, expect=expect, headers=headers)
        self.files[path] = content
        self.acknowledged.add(_digest(content))

    def _any(self) -> str | None:
        return self.chance.choice(list(self.files)) if self.files else None

    def _new_name(self) -> str:
        self.names += 1
        return f"{self.folder}/{self.names}.jpg"


# What is done, and how often beside the others.
ACTS: dict[Callable[[Person], None], int] = {
    Person.put_new: 6,
    Person.put_duplicate: 3,
    Person.put_again: 3,
    Person.put_in_common: 2,
    Person.put_and_break_off: 2,
    Person.get: 5,
    Person.get_range: 3,
    Person.get_in_common: 2,
    Person.list_folder: 4,
    Person.move: 3,
    Person.delete: 3,
    Person.put_under_lock: 1,
}


@dataclass
class Memory:
    """The resident memory of a server's process tree, watched from the outside."""

    server: ServerProcess
    first_bytes: int = 0
    most_bytes: int = 0

    def watch(self, stop: threading.Event) -> None:
        self.first_bytes = self.most_bytes = self._now()
        while not stop.wait(0.5):
            self.most_bytes = max(self.most_bytes, self._now())

    def _now(self) -> int:
        return sum(_resident_bytes(pid) for pid in process_tree(self.server.pid))


def _resident_bytes(pid: int) -> int:
    with suppress(OSError, IndexError):
        return int(Path(f"/proc/{pid}/status").read_text().split("VmRSS:")[1].split()[0]) * 1024
    return 0


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def test_nothing_is_lost_among_many_clients(
    server: ServerProcess, record_testsuite_property: Callable[[str, object], None]
) -> None:
    people = [
        Person(server, server.client(), f"/Upload/{number}", random.Random(SEED * CLIENTS + number))
        for number in range(CLIENTS)
    ]
    with server.client() as client:
        client.mkcol(COMMON)
        client.put(f"{COMMON}/first.jpg", jpeg(), expect=201)
        server.wait_idle()  # the decoding processes are there, and have loaded what they need
        client.delete(f"{COMMON}/first.jpg")
    people[0].acknowledged.add(_digest(jpeg()))
    memory, stop = Memory(server), threading.Event()
    watcher = threading.Thread(target=memory.watch, args=[stop])
    watcher.start()
    try:
        until = time.monotonic() + LENGTH_S
        with ThreadPoolExecutor(CLIENTS) as threads:
            list(threads.map(lambda person: person.work(until), people))
    finally:
        stop.set()
        watcher.join()

    done = sum((person.done for person in people), Counter[str]())
    record_testsuite_property("acts", dict(done))
    record_testsuite_property(
        "memory at first and at most, MiB", (memory.first_bytes >> 20, memory.most_bytes >> 20)
    )
    assert set(done) == {act.__name__ for act in ACTS}
    assert memory.most_bytes - memory.first_bytes < MOST_GROWTH_BYTES
    server.wait_idle(timeout_s=60 + 10 * LENGTH_S)
    assert server.staged() == []
    with server.client() as client:
        items = {item["sha256"] for item in client.items()}
    assert items == set().union(*(person.acknowledged for person in people))
    for person in people:
        person.check()
        person.dav.close()
