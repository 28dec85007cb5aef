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
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

SIZES_PX = (256, 1600)

Share = tuple[list[Path], Path]


def ours(share: Share) -> None:
    from indexer.derivatives.images import make_stills
    from indexer.identify import JPEG

    pictures, folder = share
    for picture in pictures:
        make_stills(picture, JPEG, folder / picture.stem)


def vipsthumbnail(share: Share) -> None:
    pictures, folder = share
    folder.mkdir(parents=True, exist_ok=True)
    for size_px in SIZES_PX:
        target = f"{folder}/%s-{size_px}.jpg[Q=80,strip]"
        command = ["vipsthumbnail", "--size", f"{size_px}x{size_px}", "--rotate", "-o", target]
        subprocess.run([*command, *map(str, pictures)], check=True)


def images_per_s(
    maker: Callable[[Share], None], pictures: list[Path], processes: int, folder: Path, repetitions: int
) -> float:
    """The best of some repetitions; starting processes and importing decoders do not count."""
    context = multiprocessing.get_context("spawn")
    shares = [(pictures[number::processes], folder / str(number)) for number in range(processes)]
    with context.Pool(processes) as pool:
        pool.map(maker, [(pictures[:1], folder / str(number)) for number in range(processes)], chunksize=1)
        return max(_once(pool.map, maker, shares, len(pictures)) for _ in range(repetitions))


def _once(
    run: Callable[..., object], maker: Callable[[Share], None], shares: list[Share], count: int
) -> float:
    start = time.perf_counter()
    run(maker, shares, chunksize=1)
    return count / (time.perf_counter() - start)


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
            images_per_s(maker, pictures, arguments.processes, Path(scratch), arguments.repetitions)
            for maker in (vipsthumbnail, ours, vipsthumbnail, ours)
        ]
    theirs, mine = max(rates[::2]), max(rates[1::2])
    print(f"{len(pictures)} pictures, {arguments.processes} processes: both sizes, images/s")
    print(f"vipsthumbnail {theirs:.1f}, ours {mine:.1f}, ratio {mine / theirs:.2f}")


if __name__ == "__main__":
    main()
