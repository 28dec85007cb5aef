"""Mutated requests against the real server: no 500, no hang, no growth, whatever comes.

``PHOTOCLOUD_FUZZ_REQUESTS`` and ``PHOTOCLOUD_FUZZ_SEED`` choose how many, and which.
"""

from __future__ import annotations

import logging
import os
import random
import re
import socket
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.clients import DavClient, basic
from tests.server_process import PASSWORD, USER, ServerProcess

_log = logging.getLogger(__name__)

REQUESTS = int(os.environ.get("PHOTOCLOUD_FUZZ_REQUESTS", "20000"))
SEED = int(os.environ.get("PHOTOCLOUD_FUZZ_SEED", "20240517"))
CONNECTIONS = 4
_LONGEST_S = 8.0
# Clients that send no more and do not end: none waits longer than a head or a short body may take to come.
_LEFT_OPEN = 50
_LONGEST_OPEN_S = 45.0
_STATUS = re.compile(rb"HTTP/1\.1 (\d{3}) ")
_LOCK = (
    b'<?xml version="1.0"?><D:lockinfo xmlns:D="DAV:"><D:lockscope><D:exclusive/></D:lockscope>'
    b"<D:locktype><D:write/></D:locktype></D:lockinfo>"
)
_FIND = b'<?xml version="1.0"?><D:propfind xmlns:D="DAV:"><D:prop><D:getetag/></D:prop></D:propfind>'
_PATCH = (
    b'<?xml version="1.0"?><D:propertyupdate xmlns:D="DAV:" xmlns:Z="urn:schemas-microsoft-com:"><D:set>'
    b"<D:prop><Z:Win32LastModifiedTime>Fri, 17 May 2024 10:00:00 GMT</Z:Win32LastModifiedTime></D:prop>"
    b"</D:set></D:propertyupdate>"
)
_TOKENS = (
    b"\r\n", b"\n", b"\r", b"\0", b" ", b"\t", b":", b"%", b"%00", b"%2e%2e/", b"/", b"?", b"#", b"\xff",
    b"HTTP/1.1", b"HTTP/1.0", b"Content-Length: 5\r\n", b"Content-Length: 99999999999999\r\n", b"-1",
    b"Transfer-Encoding: chunked\r\n", b"Transfer-Encoding: gzip\r\n", b"Expect: 100-continue\r\n",
    b"Range: bytes=-5\r\n", b"Depth: infinity\r\n", b"If: (<x>)\r\n", b"Connection: close\r\n", b"\xc3",
    b"FFFFFFFFFFFFFFFF\r\n", b"0\r\n\r\n", b"Host: x\r\n", b"X-OC-Mtime: nan\r\n", b"<", b"&", b"]]>",
    b"Destination: http://x/y\r\n", b"<!DOCTYPE a>",
)  # fmt: skip


def _request(method: str, path: str, body: bytes = b"", **headers: str) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: photos", "Authorization: @"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    if body and "Transfer_Encoding" not in headers:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


SEEDS = (
    _request("PUT", "/Upload/fuzz/a.jpg", b"\xff\xd8" + bytes(200), X_OC_Mtime="1700000000"),
    _request("PUT", "/Upload/fuzz/b.jpg", b"5\r\nhello\r\n0\r\n\r\n", Transfer_Encoding="chunked"),
    _request("PUT", "/Upload/fuzz/c.jpg", b"data", If="(<opaquelocktoken:x>)", Expect="100-continue"),
    _request("PROPFIND", "/Upload/fuzz/", _FIND, Depth="1"),
    _request("LOCK", "/Upload/fuzz/d.jpg", _LOCK, Depth="0", Timeout="Second-60"),
    _request("PROPPATCH", "/Upload/fuzz/a.jpg", _PATCH),
    _request("MOVE", "/Upload/fuzz/a.jpg", Destination="http://photos/Upload/fuzz/e.jpg", Overwrite="F"),
    _request("MKCOL", "/Upload/fuzz/folder"),
    _request("GET", "/Upload/fuzz/kept.jpg", Range="bytes=0-9", If_None_Match='"x"'),
    _request("HEAD", "/Library/"),
    _request("OPTIONS", "/"),
    _request("GET", "/api/v1/status"),
    _request("POST", "/api/v1/originals/check", b'{"digests": []}', Content_Type="application/json"),
    _request("DELETE", "/Upload/fuzz/none.jpg"),
)


def _insert(chance: random.Random, data: bytes) -> bytes:
    at = chance.randrange(len(data) + 1)
    return data[:at] + chance.choice(_TOKENS) + data[at:]


def _overwrite(chance: random.Random, data: bytes) -> bytes:
    at = chance.randrange(len(data))
    return data[:at] + bytes([chance.randrange(256)]) + data[at + 1 :]


def _remove(chance: random.Random, data: bytes) -> bytes:
    at = chance.randrange(len(data))
    return data[:at] + data[at + chance.randrange(1, 20) :]


def _repeat(chance: random.Random, data: bytes) -> bytes:
    at = chance.randrange(len(data))
    part = data[at : at + chance.randrange(1, 60)]
    return data[:at] + part * chance.choice((2, 2, 3, 400)) + data[at:]


def _swap_lines(chance: random.Random, data: bytes) -> bytes:
    lines = data.split(b"\r\n")
    one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]
    return b"\r\n".join(lines)


def _graft(chance: random.Random, data: bytes) -> bytes:
    """The head of one request before the body of another."""
    return data.partition(b"\r\n\r\n")[0] + b"\r\n\r\n" + chance.choice(SEEDS).partition(b"\r\n\r\n")[2]


_WAYS: tuple[Callable[[random.Random, bytes], bytes], ...] = (
    _insert, _insert, _overwrite, _overwrite, _remove, _repeat, _swap_lines, _graft,
)  # fmt: skip


def mutated(chance: random.Random) -> bytes:
    data = chance.choice(SEEDS)
    for _ in range(chance.choice((1, 1, 1, 2, 3, 6))):
        data = chance.choice(_WAYS)(chance, data) or b"x"
    # Filled in at the end: a hundred mutated passwords would lock the account, and hide what lies behind.
    return data.replace(b"Authorization: @", b"Authorization: " + basic(USER, PASSWORD).encode())


def converse(server: ServerProcess, seed: int, count: int) -> Counter[str]:
    """Send that many requests, several to a connection; count the statuses, and what took too long."""
    chance, statuses = random.Random(seed), Counter[str]()
    left_open: list[socket.socket] = []
    while count > 0:
        if len(left_open) < _LEFT_OPEN and (data := mutated(chance))[:1] != b"P":  # an upload may pause
            left_open.append(socket.create_connection((server.host, server.port)))
            left_open[-1].sendall(data)
            count -= 1
        with socket.create_connection((server.host, server.port), timeout=_LONGEST_S) as client:
            batch = [mutated(chance) for _ in range(min(count, chance.randrange(1, 4)))]
            count -= len(batch)
            began = time.monotonic()
            try:
                client.sendall(b"".join(batch))
                client.shutdown(socket.SHUT_WR)
                received = b"".join(iter(lambda: client.recv(1 << 16), b""))
            except TimeoutError:
                statuses["hung"] += 1
                continue
            except OSError:
                received = b""
            statuses.update(status.decode() for status in _STATUS.findall(received))
            statuses["slow"] += time.monotonic() - began > _LONGEST_S
    return statuses + await_answers(left_open)


def await_answers(clients: list[socket.socket]) -> Counter[str]:
    """What each was answered; "hung" for one that is neither answered nor let go."""
    statuses, deadline = Counter[str](), time.monotonic() + _LONGEST_OPEN_S
    for client in clients:
        with client:
            client.settimeout(max(0.1, deadline - time.monotonic()))
            try:
                statuses.update(status.decode() for status in _STATUS.findall(client.recv(1 << 16)))
            except TimeoutError:
                statuses["hung"] += 1
            except OSError:
                statuses["cut"] += 1
    return statuses


def converse_in_parallel(server: ServerProcess, seed: int, count: int) -> Counter[str]:
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        seeds, shares = range(seed, seed + CONNECTIONS), [count // CONNECTIONS] * CONNECTIONS
        return sum(pool.map(converse, [server] * CONNECTIONS, seeds, shares), Counter[str]())


def memory_kib(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(re.findall(r"VmRSS:\s+(\d+)", status)[0])


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc")
def test_no_request_breaks_the_server(server: ServerProcess, dav: DavClient) -> None:
    dav.mkcol("/Upload/fuzz")
    dav.put("/Upload/fuzz/kept.jpg", b"kept" * 100)
    statuses = converse_in_parallel(server, SEED, REQUESTS // 2)
    memory_before = memory_kib(server.pid)  # all threads and caches are warm now
    statuses += converse_in_parallel(server, SEED + CONNECTIONS, REQUESTS // 2)
    told = f"{REQUESTS} requests from seed {SEED}: {dict(sorted(statuses.items()))}"
    assert sum(statuses[status] for status in ("200", "201", "207", "400")) > REQUESTS / 10, told
    assert statuses["500"] == statuses["hung"] == statuses["slow"] == 0, f"{told}\n{server.output[-4000:]}"
    grown_kib = memory_kib(server.pid) - memory_before
    _log.info("%s; %s KiB more memory", told, grown_kib)
    assert grown_kib < 24 * 1024
    with server.client() as client:
        assert client.get("/Upload/").status == 200
