"""The groups of the samples are all found, and nothing else is one: real files through the real readers.

Each group of the manifest lies in a folder of its own, as on a card; so does every other sample.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from typing import Any

import pytest

from indexer import pipeline
from indexer.catalog.jobs import STILLS
from indexer.model import MediaType, Task
from indexer.names import is_junk
from tests.libraries import Home, open_home
from tests.samples import Sample, load, needs_samples

pytestmark = needs_samples

SAMPLES = [sample for sample in load() if sample.size_bytes and not is_junk(sample.name)]
SHOTS = ("shot-", "rawjpeg-", "live-", "clip-", "dup-")
# Two groups of the manifest are one shot (the original and Apple's edited version of it), and one picture is
# there as JPEG and, with all its EXIF, as WebP.
SAME = {"dup-IMG_4120-edited": "dup-IMG_4120"}
ALSO = {"jpeg/HTC Desire.jpg": "rawjpeg-HTC", "other-images/HTC Desire.webp": "rawjpeg-HTC"}


@pytest.fixture(scope="module", params=["as listed", "shuffled"])
def home(request: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """All samples, arrived in some order, their metadata read and grouped, one after the other."""
    ordered = list(SAMPLES)
    if request.param == "shuffled":
        random.Random(6).shuffle(ordered)
    with open_home(tmp_path_factory.mktemp("groups")) as home:
        for sample in ordered:
            bring(home, sample)
        while home.catalog.groups.regroup_next(most=1):
            pass
        yield home


def bring(home: Home, sample: Sample) -> None:
    folder = group_of(sample) or f"{SAMPLES.index(sample):03}"
    if home.catalog.entries.get(home.alice, folder) is None:
        home.catalog.entries.make_folder(home.alice, folder, time.time())
    home.bring(f"{folder}/{sample.name}", sample.file.read_bytes())
    for job in home.catalog.jobs.claim(1, 600, time.time(), STILLS):
        item = home.library.item(home.alice, job.sha256)
        original = home.library.originals.find(job.sha256)
        assert original is not None
        media = MediaType(item.kind, item.mime, original.suffix)
        task = Task(
            original, media, item.name, None, home.folder.derivatives, time.time(), metadata_only=True
        )
        outcome = pipeline.run(task)
        home.catalog.jobs.finish(job, outcome.metadata, outcome.failure)


def group_of(sample: Sample) -> str | None:
    return SAME.get(sample.group or "", sample.group) or ALSO.get(sample.path)


def expected(*kinds: str) -> set[frozenset[str]]:
    found: dict[str, set[str]] = {}
    for sample in SAMPLES:
        group = group_of(sample)
        if group and group.startswith(kinds):
            found.setdefault(group, set()).add(sample.sha256)
    return {frozenset(members) for members in found.values()}


def test_shots_are_all_found_and_nothing_else(home: Home) -> None:
    shots = [home.catalog.groups.shot(home.alice, sample.sha256) for sample in SAMPLES]
    assert {frozenset(one.members) for one in shots if one and len(one.members) > 1} == expected(*SHOTS)
    assert all(one.why for one in shots if one and len(one.members) > 1)


def test_bursts_are_all_found_and_nothing_else(home: Home) -> None:
    bursts = [home.catalog.groups.burst(home.alice, sample.sha256) for sample in SAMPLES]
    assert {frozenset(one.items) for one in bursts if one} == expected("burst-")


def test_every_item_is_counted_once(home: Home) -> None:
    days = home.library.timeline(home.alice)
    assert sum(day.items for day in days) == len({sample.sha256 for sample in SAMPLES})
    covers = home.library.items(home.alice, limit=1000, is_collapsed=True).items
    assert sum(day.covers for day in days) == len(covers)
    assert sum(one.burst.count if one.burst else 1 for one in covers) == sum(day.shots for day in days)
