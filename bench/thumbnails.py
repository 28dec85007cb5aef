"""Images a second: our preview and thumbnail from one decode, against vipsthumbnail making both sizes.

    python -m bench.thumbnails FOLDER [--processes N] [--repetitions N]

FOLDER holds camera JPEGs. Ours is the whole step as the worker runs it: decode, colour, rotation, both
encodings, the thumbhash, both files safe on the disk. vipsthumbnail (Debian: libvips-tools) is given the
files at once for each size, and takes a single thread. Runs alternate; the best of each counts.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import resource
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

SIZES_PX = (256, 1600)

Share = tuple[list[Path], Path]
Maker = Callable[[Share], float]


@dataclass(frozen=True, slots=True)
class Rate:
    images_per_s: float
    cpu_ms: float


def ours(share: Share) -> float:
    """Make the pictures of a share; how many seconds of processor time it took."""
    from indexer.derivatives.images import make_stills
    from indexer.identify import JPEG

    pictures, folder = share
    start = time.process_time()
    for picture in pictures:
        make_stills(picture, JPEG, folder / picture.stem)
    return time.process_time() - start


def vipsthumbnail(share: Share) -> float:
    """The same by one program for each size."""
    pictures, folder = share
    folder.mkdir(parents=True, exist_ok=True)
    start = _children_s()
    for size_px in SIZES_PX:
        target = f"{folder}/%s-{size_px}.jpg[Q=80,strip]"
        command = ["vipsthumbnail", "--size", f"{size_px}x{size_px}", "--rotate", "-o", target]
        subprocess.run([*command, *map(str, pictures)], check=True, stderr=subprocess.DEVNULL)
    return _children_s() - start


def _children_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def measure(maker: Maker, pictures: list[Path], processes: int, folder: Path, repetitions: int) -> Rate:
    """The best of some repetitions; starting processes and importing decoders do not count."""
    context = multiprocessing.get_context("spawn")
    shares = [(pictures[number::processes], folder / str(number)) for number in range(processes)]
    with context.Pool(processes) as pool:
        pool.map(maker, [(pictures[:1], folder / str(number)) for number in range(processes)], chunksize=1)
        rates = []
        for _ in range(repetitions):
            start = time.perf_counter()
            used_s = sum(pool.map(maker, shares, chunksize=1))
            took_s = time.perf_counter() - start
            rates.append(Rate(len(pictures) / took_s, 1000 * used_s / len(pictures)))
    return best(rates)


def best(rates: list[Rate]) -> Rate:
    return Rate(max(rate.images_per_s for rate in rates), min(rate.cpu_ms for rate in rates))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--repetitions", type=int, default=3)
    arguments = parser.parse_args()
    os.environ["VIPS_CONCURRENCY"] = "1"  # processes give the parallelism
    pictures = sorted(path for path in arguments.folder.iterdir() if path.suffix.lower() in (".jpg", ".jpeg"))
    with tempfile.TemporaryDirectory() as scratch:
        rates = [
            measure(maker, pictures, arguments.processes, Path(scratch), arguments.repetitions)
            for maker in (vipsthumbnail, ours, vipsthumbnail, ours)
        ]
    theirs, mine = best(rates[::2]), best(rates[1::2])
    print(f"{len(pictures)} pictures, both sizes, {arguments.processes} processes")
    for name, rate in (("vipsthumbnail", theirs), ("ours", mine)):
        print(f"{name:<14} {rate.images_per_s:6.1f} images/s {rate.cpu_ms:6.0f} ms of processor time each")
    by_time, by_processor = mine.images_per_s / theirs.images_per_s, theirs.cpu_ms / mine.cpu_ms
    print(f"ratio {by_time:.2f}; by processor time {by_processor:.2f}")


if __name__ == "__main__":
    main()
