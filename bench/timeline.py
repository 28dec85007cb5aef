"""How long the timeline's questions take in a library of many items.

    python -m bench.timeline [ITEMS]

Fills a new catalog with ITEMS (100,000) invented items over ten years and prints the median and the 95th
percentile of each question, in milliseconds, as the library answers it and as the API does.
"""

from __future__ import annotations

import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from config.load import load
from davserver.core import Core, open_core
from webui.wire import item_json

REPETITIONS = 50


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as folder, open_core(load({"data": folder}, {})) as core:
        person_id = core.accounts.add("bench", "a long password").id
        fill(Path(folder) / "catalog.sqlite3", person_id, count)
        print(f"{count:,} items")
        for label, question in questions(core, person_id).items():
            print(f"{label:<44}{timed(question)}")


def questions(core: Core, person_id: int) -> dict[str, Callable[[], object]]:
    library = core.library
    middle = library.timeline(person_id)[1800].day
    deep = library.items(person_id, limit=1000).next_cursor
    return {
        "first page of 200": lambda: library.items(person_id, limit=200),
        "first page of 200, as JSON values": lambda: [
            item_json(item) for item in library.items(person_id, limit=200).items
        ],
        "page of 200 by cursor": lambda: library.items(person_id, limit=200, cursor=deep),
        "a day": lambda: library.items(person_id, day=middle, limit=200),
        "all days with counts": lambda: library.timeline(person_id),
        "status": lambda: library.status(person_id),
        "search that finds one": lambda: library.items(person_id, query=f"img_{count_of(core, person_id)}."),
    }


def count_of(core: Core, person_id: int) -> int:
    return core.library.status(person_id).items - 1


def timed(question: Callable[[], object]) -> str:
    question()
    times_ms = []
    for _ in range(REPETITIONS):
        started = time.perf_counter()
        question()
        times_ms.append((time.perf_counter() - started) * 1000)
    return f"p50 {statistics.median(times_ms):8.2f}   p95 {statistics.quantiles(times_ms, n=20)[-1]:8.2f}"


def fill(catalog: Path, person_id: int, count: int) -> None:
    first = datetime(2014, 1, 1)  # noqa: DTZ001 - a camera's wall clock
    step = timedelta(days=3650) / count
    with sqlite3.connect(catalog) as connection:
        for number in range(count):
            taken_at = (first + step * number).isoformat(timespec="seconds")
            sha256 = f"{number * 2654435761 % 2**64:016x}" * 4
            name = f"IMG_{number}.JPG"
            connection.execute(
                "INSERT INTO original VALUES (?, 4000000, 'image', 'image/jpeg', '.jpg', 0)", [sha256]
            )
            row = {
                "person_id": person_id, "sha256": sha256, "name": name, "search": name.lower(),
                "kind": "image", "mime": "image/jpeg", "size_bytes": 4_000_000, "added_at": 0.0,
                "state": "ready", "width": 6000, "height": 4000, "taken_at": taken_at, "day": taken_at[:10],
                "taken_at_source": "ExifIFD:DateTimeOriginal", "camera_make": "NIKON", "favourite": False,
                "library_name": name, "library_key": name.lower(),
            }  # fmt: skip
            columns, marks = ", ".join(row), ", ".join(f":{column}" for column in row)
            connection.execute(f"INSERT INTO item ({columns}) VALUES ({marks})", row)  # noqa: S608 - our own names


if __name__ == "__main__":
    main()
