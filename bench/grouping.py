"""What it costs to group a library: all of it from scratch, and each item that is added to it.

    python -m bench.grouping [ITEMS]

Makes a library of ITEMS (100,000 unless told otherwise) with the habits of real ones: days of RAW+JPEG pairs,
Live Photos, bursts, edited versions, side files and scans without dates. Prints the seconds of the pure
rules, of grouping into the catalog from scratch, and of each of a thousand items added later.
"""

from __future__ import annotations

import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from indexer.catalog import Catalog, open_catalog
from indexer.catalog.jobs import STILLS
from indexer.grouping.pictures import Picture
from indexer.grouping.stacks import stack
from indexer.knowledge import Camera, CaptureTime, Metadata, Ties
from indexer.model import Arrival, Door, Kind, MediaType

ITEMS, ADDED = 100_000, 1000
BUDGET_S, BUDGET_MS = 30.0, 20.0
FIRST_DAY = datetime(2015, 1, 1, 10)  # noqa: DTZ001 - a wall clock
TYPES = {
    ".jpg": MediaType(Kind.IMAGE, "image/jpeg", ".jpg"),
    ".nef": MediaType(Kind.RAW, "image/x-nikon-nef", ".nef"),
    ".mov": MediaType(Kind.VIDEO, "video/quicktime", ".mov"),
    ".xmp": MediaType(Kind.OTHER, "application/rdf+xml", ".xmp"),
}


class File(NamedTuple):
    path: str
    taken_at: str | None
    camera: Camera
    content_id: str | None = None


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else ITEMS
    files = list(_library(count + ADDED, random.Random(7)))
    old, new = files[:count], files[count : count + ADDED]
    pictures = [_picture(file) for file in old]
    started = time.process_time()
    made = stack(pictures, ())
    pure_s = time.process_time() - started
    print(
        f"{count:,} items: {len(made.shots):,} shots, {len(made.bursts):,} bursts; rules alone {pure_s:.1f} s"
    )
    with TemporaryDirectory() as folder:
        catalog = open_catalog(Path(folder) / "catalog.sqlite3")
        person = catalog.people.add("somebody", "somebody", "no password", 0.0).id
        _fill(catalog, person, old)
        whole_s = _cpu_s(lambda: _settle(catalog))
        print(f"from scratch, with the catalog's rows: {whole_s:.1f} s of CPU (budget {BUDGET_S:g} s)")
        costs = sorted(_add(catalog, person, file) for file in new)
        median, slowest = statistics.median(costs), costs[len(costs) * 99 // 100]
        print(f"an added item: median {median:.1f} ms, 99% {slowest:.1f} ms (budget {BUDGET_MS:g} ms)")
        catalog.close()


def _library(count: int, chance: random.Random) -> Iterator[File]:
    made, day = 0, 0
    while made < count:
        moment = FIRST_DAY + timedelta(days=day)
        for number in range(chance.randint(5, 60)):
            moment += timedelta(seconds=chance.expovariate(1 / 90))
            scene = list(_scene(day, number, moment, chance))
            made += len(scene)
            yield from scene
        day += 1


def _scene(day: int, number: int, moment: datetime, chance: random.Random) -> Iterator[File]:
    """What somebody shoots at one time, each as (end of the name, milliseconds later, is dated)."""
    nikon, phone = Camera("NIKON CORPORATION", "NIKON D850"), Camera("Apple", "iPhone 14 Pro")
    counter, content_id = (day * 60 + number) * 10 % 10_000, f"live-{day}-{number}"
    raw, jpeg = (f"{counter:04}.nef", 0, True), (f"{counter:04}.jpg", 0, True)
    burst = [(f"{counter + shot:04}.jpg", 140 * shot, True) for shot in range(chance.randint(3, 10))]
    habits = (
        ("IMG_", phone, None, [jpeg]),
        ("IMG_", phone, content_id, [jpeg, (f"{counter:04}.mov", 0, True)]),
        ("DSC_", nikon, None, [raw, jpeg, (f"{counter:04}.xmp", 0, False)]),
        ("DSC_", nikon, None, burst),
        ("DSC_", nikon, None, [jpeg, (f"{counter:04}-Edit.jpg", 0, True)]),
        ("scan", Camera(), None, [(f"{counter:04}.jpg", 0, False)]),
    )
    prefix, camera, tie, shots = chance.choices(habits, (30, 25, 25, 8, 8, 4))[0]
    for end, late_ms, is_dated in shots:
        at = moment + timedelta(milliseconds=late_ms)
        yield File(f"{day:05}/DCIM/{prefix}{end}", _time(at) if is_dated else None, camera, tie)


def _time(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds")


def _picture(file: File) -> Picture:
    kind = TYPES[file.path[-4:]].kind
    camera = f"{file.camera.make} {file.camera.model}".casefold() if file.camera.make else None
    return Picture(file.path, file.path, kind, file.taken_at, camera, file.content_id, duration_s=2.0)


def _fill(catalog: Catalog, person: int, files: list[File]) -> None:
    for number, file in enumerate(files):
        _bring(catalog, person, file, float(number))


def _bring(catalog: Catalog, person: int, file: File, at: float) -> None:
    """It arrives and is indexed."""
    name = file.path.rpartition("/")[2]
    # A digest that is as random as a real one, and cheap.
    digest = f"{random.Random(file.path).getrandbits(256):064x}"
    media = TYPES[file.path[-4:]]
    catalog.arrivals.record(Arrival(person, file.path, name, Door.IMPORT, at, digest, 1000, media, None))
    (job,) = catalog.jobs.claim(1, 60.0, at, STILLS)
    captured = CaptureTime(file.taken_at, "ExifIFD:DateTimeOriginal") if file.taken_at else None
    known = Metadata(4000, 3000, captured, file.camera, duration_s=2.0, ties=Ties(file.content_id))
    catalog.jobs.finish(job, known, None)
    if media.kind is Kind.VIDEO:
        (film,) = catalog.jobs.claim(1, 60.0, at)
        catalog.jobs.finish(film, known, None)


def _add(catalog: Catalog, person: int, file: File) -> float:
    """How many milliseconds it takes to group one more."""
    _bring(catalog, person, file, 1e6)
    return _cpu_s(lambda: _settle(catalog)) * 1000


def _settle(catalog: Catalog) -> None:
    while catalog.groups.regroup_next():
        pass


def _cpu_s(work: Callable[[], None]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


if __name__ == "__main__":
    main()
