"""What it costs to read a picture's metadata: CPU time per file, decoding nothing.

    python -m bench.metadata FOLDER

Reads every JPEG below FOLDER whose EXIF names a camera, seven times, and prints the median over the files of
each one's median, the slowest files, and the budget.
"""

from __future__ import annotations

import statistics
import sys
import time
from pathlib import Path

from indexer.identify import JPEG, identify
from indexer.metadata.readers import read

REPETITIONS = 7
BUDGET_MS = 2.0
SHOWN = 3


def main() -> None:
    files = [path for path in sorted(Path(sys.argv[1]).rglob("*")) if path.is_file() and is_of_a_camera(path)]
    costs = sorted((cost_ms(path), path.name) for path in files)
    print(f"{len(costs)} camera JPEGs, median {statistics.median(cost for cost, _ in costs):.2f} ms", end="")
    print(f" of CPU time each (budget {BUDGET_MS} ms)")
    for cost, name in costs[-SHOWN:]:
        print(f"{cost:8.2f} ms  {name}")


def is_of_a_camera(path: Path) -> bool:
    with path.open("rb") as file:
        return identify(file) == JPEG and read(path, JPEG).camera.make is not None


def cost_ms(path: Path) -> float:
    measured = []
    for _ in range(REPETITIONS):
        started = time.process_time()
        read(path, JPEG)
        measured.append(time.process_time() - started)
    return statistics.median(measured) * 1000


if __name__ == "__main__":
    main()
