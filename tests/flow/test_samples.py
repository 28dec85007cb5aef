"""Every sample file comes in whole, goes out whole by four ways, and is known for what it is.

Each sample lies in a folder of its own on the share, since the collection holds names that differ
by case or Unicode form only.
"""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from indexer.names import is_junk
from tests.samples import Sample, load, needs_samples
from tests.server_process import ServerProcess, lay_account

pytestmark = needs_samples

# Bare sensor data without any header: nothing in its content says what it is.
FORMLESS = {"raw/RAW_KODAK_C330_FORMAT_NONE_YRGB.raw"}
# AVCHD tells the maker as a number within its stream, which the manifest leaves out.
NAMED_BY_ITS_STREAM = {"video/Sony ILCE-7M3 (A7M3).mts"}

SAMPLES = load()
STORED = [sample for sample in SAMPLES if sample.size_bytes]
ITEMS = [sample for sample in STORED if not is_junk(sample.name)]
JUDGED = [sample for sample in ITEMS if sample.kind != "broken"]
IMAGES = [sample for sample in JUDGED if sample.kind == "image"]
MEDIA = [
    sample for sample in JUDGED if sample.kind in ("image", "raw", "video") and sample.path not in FORMLESS
]
BROKEN = [sample for sample in ITEMS if sample.kind == "broken"]


def each(chosen: list[Sample]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("sample", chosen, ids=str)


def share_path(sample: Sample) -> str:
    return f"/Upload/{SAMPLES.index(sample):03}/{sample.name}"


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A server that received every sample and has come to rest."""
    data = tmp_path_factory.mktemp("samples") / "data"
    lay_account(data)
    server = ServerProcess(data, arguments=["--workers", "2"])
    server.start()
    with server.client() as client:
        for sample in SAMPLES:
            client.mkcol(share_path(sample).rpartition("/")[0])
            client.put(share_path(sample), sample.file.read_bytes(), expect=201)
    server.wait_idle(timeout_s=600)
    yield server
    server.stop()


@pytest.fixture(scope="module")
def items(filled: ServerProcess) -> dict[str, dict[str, Any]]:
    """What the API says about each item, by digest."""
    with filled.client() as client:
        return {item["sha256"]: client.api(f"items/{item['id']}") for item in client.items()}


@pytest.fixture(scope="module")
def library_digests(filled: ServerProcess) -> dict[str, list[str]]:
    """Every file of the date tree: its paths, by the digest of what a GET gives."""
    found: dict[str, list[str]] = {}
    with filled.client() as client:
        for tree in ("/Library/By date/", "/Library/Unknown date/"):
            for path in client.files_below(tree):
                found.setdefault(sha256(client.get(path).body), []).append(path)
    return found


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def test_every_sample_is_one_item_and_nothing_else_is(items: dict[str, dict[str, Any]]) -> None:
    assert set(items) == {sample.sha256 for sample in ITEMS}


@each(STORED)
def test_upload_share_gives_the_bytes_back(filled: ServerProcess, sample: Sample) -> None:
    with filled.client() as client:
        assert sha256(client.get(share_path(sample)).body) == sample.sha256


@each(ITEMS)
def test_api_gives_the_bytes_back(
    filled: ServerProcess, items: dict[str, dict[str, Any]], sample: Sample
) -> None:
    with filled.client() as client:
        answer = client.get(f"/api/v1/items/{items[sample.sha256]['id']}/original")
    assert sha256(answer.body) == sample.sha256
    assert sample.sha256 in (answer.headers["ETag"] or "")


@each(ITEMS)
def test_library_gives_the_bytes_back_once(library_digests: dict[str, list[str]], sample: Sample) -> None:
    assert len(library_digests.get(sample.sha256, [])) == 1


@each(ITEMS)
def test_disk_has_the_bytes_once_read_only_and_named_by_digest(filled: ServerProcess, sample: Sample) -> None:
    digest = sample.sha256
    folder = filled.data / "originals" / digest[:2] / digest[2:4]
    (original,) = folder.glob(f"{digest}*")
    assert sha256(original.read_bytes()) == digest
    assert not stat.S_IMODE(original.stat().st_mode) & 0o222


def test_disk_has_nothing_but_originals(filled: ServerProcess) -> None:
    digests = {sample.sha256 for sample in STORED}
    assert {path.name[:64] for path in filled.originals()} <= digests
    assert filled.staged() == []


@each([sample for sample in JUDGED if sample.path not in FORMLESS])
def test_kind_and_type_are_seen_by_content(items: dict[str, dict[str, Any]], sample: Sample) -> None:
    item = items[sample.sha256]
    assert (item["kind"], item["mime"]) == (sample.kind, sample.mime)
    assert item["size_bytes"] == sample.size_bytes
    assert Path(item["name"]).name in names_of_digest(sample.sha256)


@each(MEDIA)
def test_facts(items: dict[str, dict[str, Any]], sample: Sample) -> None:
    item = items[sample.sha256]
    if sample.accepted == {"thumbnail"}:
        right_sizes = {(sample.width, sample.height), sample.size_also_ok}
        assert (item["width"], item["height"]) in right_sizes
    if sample.path not in NAMED_BY_ITS_STREAM:
        assert (item["camera"]["make"], item["camera"]["model"]) == (sample.make, sample.model)
    if sample.taken_at is None:
        assert item["taken_at"] is None or item["taken_at_source"] == "file name"
        return
    assert item["taken_at_source"] == sample.taken_at_source
    if item["taken_at_source"].endswith("(UTC)"):  # we tell the wall clock of the place
        assert moment(item["taken_at"], item["utc_offset"]) == moment(sample.taken_at, sample.utc_offset)
        return
    assert item["taken_at"] == sample.taken_at
    if sample.utc_offset or not sample.gps:  # a position knows the offset that the camera did not write
        assert item["utc_offset"] == sample.utc_offset


def moment(taken_at: str, utc_offset: str | None) -> datetime:
    assert utc_offset is not None
    return datetime.fromisoformat(taken_at + utc_offset)


@each([sample for sample in MEDIA if sample.gps])
def test_places_have_a_name(items: dict[str, dict[str, Any]], sample: Sample) -> None:
    assert items[sample.sha256]["place"]
    assert items[sample.sha256]["utc_offset"]


@each(MEDIA)
def test_position(items: dict[str, dict[str, Any]], sample: Sample) -> None:
    gps = items[sample.sha256]["gps"]
    found = (gps["lat"], gps["lon"]) if gps else None
    assert found == (pytest.approx(sample.gps, abs=1e-5) if sample.gps else None)


@each(IMAGES)
def test_images_have_a_thumbnail(
    filled: ServerProcess, items: dict[str, dict[str, Any]], sample: Sample
) -> None:
    item = items[sample.sha256]
    if sample.accepted != {"thumbnail"} and item["state"] == "failed":
        assert item["failure"]["step"]
        return
    assert item["state"] == "ready", item["failure"]
    with filled.client() as client:
        answer = client.get(f"/api/v1/items/{item['id']}/thumbnail")
    assert answer.headers["Content-Type"].startswith("image/")


@each(BROKEN)
def test_a_broken_file_is_contained_and_says_why(items: dict[str, dict[str, Any]], sample: Sample) -> None:
    item = items[sample.sha256]
    assert item["state"] in ("ready", "failed")
    assert bool(item["failure"]) == (item["state"] == "failed")
    if item["failure"]:
        assert item["failure"]["step"]
        assert len(item["failure"]["reason"].split()) >= 3


def names_of_digest(digest: str) -> set[str]:
    return {sample.name for sample in ITEMS if sample.sha256 == digest}
