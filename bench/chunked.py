"""Whether the size of a client's chunks matters: the same bytes, sent in small chunks and in huge ones.

    python -m bench.chunked HOST PORT USER PASSWORD [MEGABYTES]

Puts files of MEGABYTES (256) into the Upload folder of a running server over plain HTTP, in chunks of 64 KiB,
4 MiB and 64 MiB, and prints the median MB/s of each and how much faster the fastest is than the slowest.
The files are removed again; their originals stay, as always.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Iterator

from tests.clients import DavClient

REPETITIONS = 3
KIB, MIB = 1024, 1024 * 1024
NOISE_BYTES = 64 * MIB
CHUNKS = {"64 KiB": 64 * KIB, "4 MiB": 4 * MIB, "64 MiB": 64 * MIB}


def main() -> None:
    host, port, user, password = sys.argv[1:5]
    size_bytes = int(sys.argv[5]) * MIB if len(sys.argv) > 5 else 256 * MIB
    paces: dict[str, list[float]] = {label: [] for label in CHUNKS}
    with DavClient(host, int(port), user, password) as client:
        for _ in range(REPETITIONS):
            for label, chunk_bytes in CHUNKS.items():
                paces[label].append(upload(client, size_bytes, chunk_bytes))
    medians = {label: statistics.median(measured) for label, measured in paces.items()}
    for label, pace in medians.items():
        print(f"chunks of {label:<8}{pace:8.0f} MB/s")
    print(f"fastest to slowest {max(medians.values()) / min(medians.values()):7.2f}")


def upload(client: DavClient, size_bytes: int, chunk_bytes: int) -> float:
    """Put a file that nobody has in chunks of this size; MB/s until the server has acknowledged it."""
    path, noise = f"/Upload/bench-{os.urandom(8).hex()}.mov", os.urandom(NOISE_BYTES)
    started = time.perf_counter()
    client.put(path, chunks(noise, size_bytes, chunk_bytes))
    elapsed_s = time.perf_counter() - started
    client.request("DELETE", path, expect=204)
    return size_bytes / elapsed_s / 1e6


def chunks(noise: bytes, size_bytes: int, chunk_bytes: int) -> Iterator[bytes]:
    for at in range(0, size_bytes, chunk_bytes):
        start = at % len(noise)
        yield noise[start : start + min(chunk_bytes, size_bytes - at)]


if __name__ == "__main__":
    main()
