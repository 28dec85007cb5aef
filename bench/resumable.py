"""What resumable uploads (tus) cost beside a plain PUT: the same bytes by both, in pieces of several sizes.

    python -m bench.resumable HOST PORT USER PASSWORD [MEGABYTES]

Sends files of MEGABYTES (256) to a running server over plain HTTP, by PUT and by tus in turn, and prints
MB/s, and the best of each as a ratio to that of PUT. The page sends pieces of 32 MiB. Their names are removed
again; their originals stay, as always.
"""

from __future__ import annotations

import base64
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator

from tests.clients import DavClient

REPETITIONS = 5
MIB = 1024 * 1024
BLOCK_BYTES = MIB
PIECES_MIB = (64, 32, 16, 8)

Send = Callable[[DavClient, str, bytes], None]


def main() -> None:
    host, port, user, password = sys.argv[1:5]
    size_bytes = int(sys.argv[5]) * MIB if len(sys.argv) > 5 else 256 * MIB
    ways: dict[str, Send] = {"PUT": put}
    ways |= {f"tus, {piece} MiB": by_tus(piece * MIB) for piece in PIECES_MIB}
    paces: dict[str, list[float]] = {label: [] for label in ways}
    with DavClient(host, int(port), user, password) as client:
        for _ in range(REPETITIONS):
            for label, send in ways.items():
                paces[label].append(measure(client, send, size_bytes))
    plain = max(paces["PUT"])
    for label, measured in paces.items():
        middle, best = statistics.median(measured), max(measured)
        print(f"{label:<14}median {middle:5.0f} MB/s, best {best:5.0f} MB/s{best / plain:8.2f} x PUT")


def measure(client: DavClient, send: Send, size_bytes: int) -> float:
    """Send a file that nobody has; MB/s until the server has acknowledged all of it."""
    name, content = f"bench-{os.urandom(8).hex()}.mov", os.urandom(size_bytes)
    started = time.perf_counter()
    send(client, name, content)
    elapsed_s = time.perf_counter() - started
    client.request("DELETE", f"/Upload/{name}", expect=204)
    return size_bytes / elapsed_s / 1e6


def put(client: DavClient, name: str, content: bytes) -> None:
    client.request("PUT", f"/Upload/{name}", body=content, expect=201)


def by_tus(piece_bytes: int) -> Send:
    def send(client: DavClient, name: str, content: bytes) -> None:
        about = base64.b64encode(name.encode()).decode()
        head = {"Tus-Resumable": "1.0.0", "Upload-Length": str(len(content))}
        begun = client.request(
            "POST", "/api/v1/uploads/", expect=201, headers=head | {"Upload-Metadata": f"filename {about}"}
        )
        address = begun.headers["Location"]
        for offset, piece in pieces(content, piece_bytes):
            headers = {
                "Tus-Resumable": "1.0.0",
                "Upload-Offset": str(offset),
                "Content-Type": "application/offset+octet-stream",
            }
            client.request("PATCH", address, body=piece, expect=204, headers=headers)

    return send


def pieces(content: bytes, piece_bytes: int) -> Iterator[tuple[int, memoryview]]:
    """Views, since a sender that copies each piece would be measured with it."""
    for offset in range(0, len(content), piece_bytes):
        yield offset, memoryview(content)[offset : offset + piece_bytes]


if __name__ == "__main__":
    main()
