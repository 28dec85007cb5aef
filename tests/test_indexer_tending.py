"""The quiet work: places are lent and shelves filled, whatever the order in which pictures come."""

from __future__ import annotations

import random
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexer.knowledge import Camera, CaptureTime, Metadata, Position
from indexer.model import Estimate, JobKind, TvFile
from indexer.tending import Tending
from tests.libraries import NOW, Home, arrival, open_home
from tests.photos import jpeg

LISBON = Position(38.72, -9.14)
PHONE, CAMERA = Camera("Apple", "iPhone 13"), Camera("NIKON CORPORATION", "NIKON D90")
NOON = datetime.fromisoformat("2024-05-17T12:00:00")


def learn(home: Home, name: str, known: Metadata) -> str:
    """An item comes in and is indexed: its id."""
    home.catalog.arrivals.record(arrival(home.alice, name))
    (job,) = (one for one in home.catalog.jobs.claim(10, 60, NOW) if one.kind is JobKind.INDEX)
    assert home.catalog.jobs.finish(job, known, None)
    return job.sha256


def taken(at: datetime, camera: Camera = CAMERA, position: Position | None = None) -> Metadata:
    place = "Lisbon, Portugal" if position else None
    captured = CaptureTime(at.isoformat(), "ExifIFD:DateTimeOriginal")
    return Metadata(captured=captured, camera=camera, position=position, place=place, width=4, height=3)


def tend(home: Home) -> None:
    Tending(home.catalog).finish()


def test_a_camera_is_lent_the_place_of_the_phone(home: Home) -> None:
    phone = learn(home, "IMG_1.JPG", taken(NOON, PHONE, LISBON))
    camera = learn(home, "DSC_1.JPG", taken(NOON + timedelta(minutes=2)))
    late = learn(home, "DSC_2.JPG", taken(NOON + timedelta(minutes=45)))
    tend(home)
    found = home.catalog.aspects.estimates(home.alice, [phone, camera, late])
    assert list(found) == [camera]
    assert (found[camera].position, found[camera].lender) == (LISBON, phone)
    assert (found[camera].place, found[camera].confidence) == ("Lisbon, Portugal", 1.0)


def test_a_lender_that_comes_later_is_found_across_midnight(home: Home) -> None:
    midnight = datetime.fromisoformat("2024-05-18T00:00:00")
    camera = learn(home, "DSC_1.JPG", taken(midnight + timedelta(minutes=10)))
    tend(home)
    assert home.catalog.aspects.estimates(home.alice, [camera]) == {}
    phone = learn(home, "IMG_1.JPG", taken(midnight - timedelta(minutes=10), PHONE, LISBON))
    tend(home)
    assert home.catalog.aspects.estimates(home.alice, [camera])[camera].lender == phone


def test_what_was_looked_at_is_not_stale(home: Home) -> None:
    learn(home, "IMG_1.JPG", taken(NOON))
    learn(home, "notes.txt", Metadata())
    tend(home)
    assert home.catalog.stale_days.of(home.alice) == {}
    counts = home.catalog.aspects.counts(home.alice)
    assert counts["year"] == {"2024": 1, "unkn": 1}
    assert counts["camera"] == {"NIKON D90": 1, None: 1}


def test_the_status_tells_all_that_is_still_to_be_done(home: Home) -> None:
    """From one kind of work to the next: whoever waits for its end sees nothing change after it."""

    def waiting() -> tuple[int, int, int, int]:
        status = home.library.status(home.alice)
        return status.queue.pending, status.ungrouped, status.stale_days, status.for_televisions

    photo = home.bring("IMG_1.JPG", jpeg()).sha256
    assert photo
    assert waiting() == (1, 0, 0, 0)
    (job,) = home.catalog.jobs.claim(1, 60, NOW)
    assert home.catalog.jobs.finish(job, taken(NOON), None)
    assert waiting() == (0, 1, 2, 0)  # the day that it was on, and its own
    while home.catalog.groups.regroup_next():
        pass
    assert waiting() == (0, 0, 2, 0)
    tend(home)
    assert waiting() == (0, 0, 0, 1)
    (job,) = home.catalog.jobs.claim(1, 60, NOW)
    assert (job.sha256, job.kind) == (photo, JobKind.TV)
    assert waiting() == (0, 0, 0, 1)  # while it is made, too
    assert home.catalog.jobs.finish(job, Metadata(), None, made=TvFile(9, photo, "image/jpeg", ""))
    assert waiting() == (0, 0, 0, 0)
    assert [file.name for file in home.catalog.tv.day(home.alice, "2024-05-17")] == ["IMG_1.jpg"]


def test_nothing_is_written_twice(home: Home) -> None:
    learn(home, "IMG_1.JPG", taken(NOON))
    tend(home)
    version = home.catalog.items.version(home.alice)
    tend(home)
    assert home.catalog.items.version(home.alice) == version


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    pictures=st.lists(
        st.tuples(st.integers(-120, 120), st.booleans()), min_size=1, max_size=8, unique_by=lambda one: one[0]
    ),
    seed=st.integers(0, 1000),
)
def test_the_order_of_arrival_changes_nothing(pictures: list[tuple[int, bool]], seed: int) -> None:
    chance, midnight = random.Random(seed), datetime.fromisoformat("2024-05-18T00:00:00")
    lent: list[dict[str, Estimate]] = []
    for order in (pictures, chance.sample(pictures, len(pictures))):
        with tempfile.TemporaryDirectory() as folder, open_home(Path(folder)) as home:
            digests = []
            for minutes, has_place in order:
                at = midnight + timedelta(minutes=minutes)
                known = taken(at, PHONE if has_place else CAMERA, LISBON if has_place else None)
                digests.append(learn(home, f"IMG_{minutes}.JPG", known))
                if chance.random() < 0.3:
                    tend(home)
            tend(home)
            lent.append(home.catalog.aspects.estimates(home.alice, digests))
    assert lent[0] == lent[1]
