"""The rows of uploads that grow, each question by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from indexer.catalog import Catalog
from indexer.errors import NoSuchTransfer, TooManyTransfers
from indexer.model import Receiving, Resumable
from tests.libraries import NOW, add_person, opened_catalog

UPLOAD = Resumable("a" * 32, 1, "DCIM/a.jpg", None, 10, 0, "", "", NOW)


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    with opened_catalog(tmp_path) as catalog:
        assert add_person(catalog) == 1
        yield catalog


def test_a_row_comes_back_as_it_was(catalog: Catalog) -> None:
    part = replace(UPLOAD, id="b" * 32, target=None, mtime=1.5, size_bytes=None, told="filename eA==")
    for upload in (UPLOAD, part):
        catalog.resumables.begin(upload, 9)
        assert catalog.resumables.get(1, upload.id) == upload
    assert (UPLOAD.is_part, part.is_part) == (False, True)
    assert catalog.resumables.ids() == {UPLOAD.id, part.id}


def test_it_grows_and_is_kept(catalog: Catalog) -> None:
    catalog.resumables.begin(UPLOAD, 9)
    grown = catalog.resumables.grow(UPLOAD, 10, 10, NOW + 1)
    assert grown == replace(UPLOAD, received_bytes=10, used_at=NOW + 1)
    assert (grown.is_whole, grown.is_kept) == (True, False)
    kept = catalog.resumables.keep(grown, "DCIM/a (2).jpg", "0" * 64, NOW + 2)
    assert (kept.is_kept, kept.stored_path, kept.sha256) == (True, "DCIM/a (2).jpg", "0" * 64)


def test_one_that_was_dropped_is_missed(catalog: Catalog) -> None:
    catalog.resumables.begin(UPLOAD, 9)
    assert catalog.resumables.drop([UPLOAD.id, "unknown"]) == (UPLOAD.id,)
    questions: list[Callable[[], object]] = [
        lambda: catalog.resumables.get(1, UPLOAD.id),
        lambda: catalog.resumables.grow(UPLOAD, 1, None, NOW),
        lambda: catalog.resumables.keep(UPLOAD, "a", None, NOW),
    ]
    for question in questions:
        with pytest.raises(NoSuchTransfer):
            question()


def test_only_unfinished_ones_count_against_the_limit(catalog: Catalog) -> None:
    catalog.resumables.begin(UPLOAD, 1)
    with pytest.raises(TooManyTransfers):
        catalog.resumables.begin(replace(UPLOAD, id="b" * 32), 1)
    catalog.resumables.keep(UPLOAD, "a", None, NOW)
    catalog.resumables.begin(replace(UPLOAD, id="b" * 32), 1)


def test_what_is_idle_and_what_arrives(catalog: Catalog) -> None:
    catalog.resumables.begin(UPLOAD, 9)
    catalog.resumables.begin(replace(UPLOAD, id="b" * 32, target=None, used_at=NOW - 100), 9)
    assert catalog.resumables.idle(NOW) == ("b" * 32,)
    assert catalog.resumables.receiving(1, NOW - 1) == (Receiving("DCIM/a.jpg", 0, 10),)
    assert catalog.resumables.receiving(1, NOW) == ()
    assert catalog.resumables.receiving(1, 0) == (Receiving("DCIM/a.jpg", 0, 10),), "a part is no file"


def test_a_joined_one_is_found_by_its_parts(catalog: Catalog) -> None:
    catalog.resumables.begin(replace(UPLOAD, parts="x y"), 9)
    assert catalog.resumables.joined(1, "x y") == replace(UPLOAD, parts="x y")
    assert catalog.resumables.joined(1, "y x") is None
    assert catalog.resumables.joined(2, "x y") is None
