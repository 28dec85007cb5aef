"""Transfers as rows: who has which parts, who may touch them, and what is shown of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from indexer.catalog import Catalog
from indexer.errors import NoSuchTransfer, TransferBusy
from indexer.model import Part, Receiving, Transfer
from tests.libraries import NOW, add_person, opened_catalog

ALICE, BOB = 1, 2
FILM = Transfer(ALICE, "film", None, None, NOW)
FIRST = Part("1", 1, False, 3_000_000_000, "file-1", NOW + 1)
SECOND = Part("2", 2, False, 2_000_000_000, "file-2", NOW + 2)


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    with opened_catalog(tmp_path) as catalog:
        assert (add_person(catalog), add_person(catalog, "bob")) == (ALICE, BOB)
        catalog.transfers.begin(FILM, most=10)
        yield catalog


def test_parts_and_their_sum(catalog: Catalog) -> None:
    assert catalog.transfers.put(FILM, FIRST, most=10) is None
    assert catalog.transfers.put(FILM, SECOND, most=10) is None
    assert catalog.transfers.put(FILM, replace(SECOND, file="file-3"), most=10) == "file-2"
    assert catalog.transfers.parts(ALICE, "film") == (FIRST, replace(SECOND, file="file-3"))
    assert catalog.transfers.received_bytes(ALICE, "film") == 5_000_000_000
    assert catalog.transfers.files() == {"file-1", "file-3"}
    assert catalog.transfers.parts(BOB, "film") == ()
    assert catalog.transfers.received_bytes(BOB, "film") == 0


def test_a_part_may_tell_what_was_not_known(catalog: Catalog) -> None:
    told = replace(FILM, target="A/film.mp4", expected_bytes=6_000_000_000)
    catalog.transfers.put(told, FIRST, most=10)
    assert catalog.transfers.get(ALICE, "film") == told
    assert catalog.transfers.all_of(ALICE) == (told,)
    assert catalog.transfers.all_of(BOB) == ()


def test_a_claim_until_it_is_released_or_runs_out(catalog: Catalog) -> None:
    catalog.transfers.put(FILM, FIRST, most=10)
    assert catalog.transfers.claim(FILM, NOW + 3, NOW + 100) == (FIRST,)
    with pytest.raises(TransferBusy):
        catalog.transfers.put(FILM, SECOND, most=10)
    with pytest.raises(TransferBusy):
        catalog.transfers.claim(FILM, NOW + 99, NOW + 200)
    assert catalog.transfers.claim(FILM, NOW + 100, NOW + 200) == (FIRST,)
    catalog.transfers.release(FILM)
    assert catalog.transfers.drop(FILM, NOW + 101) == ("file-1",)


def test_the_same_name_again_is_another_transfer(catalog: Catalog) -> None:
    catalog.transfers.put(FILM, FIRST, most=10)
    catalog.transfers.drop(FILM, NOW)
    again = replace(FILM, begun_at=NOW + 50)
    catalog.transfers.begin(again, most=10)
    for late in (
        lambda: catalog.transfers.put(FILM, SECOND, most=10),
        lambda: catalog.transfers.claim(FILM, NOW, NOW + 1),
        lambda: catalog.transfers.drop_part(FILM, "1", NOW),
        lambda: catalog.transfers.drop(FILM, NOW),
    ):
        with pytest.raises(NoSuchTransfer):
            late()
    assert catalog.transfers.finish(FILM) == ()
    assert catalog.transfers.get(ALICE, "film") == again


def test_only_the_idle_are_dropped(catalog: Catalog) -> None:
    catalog.transfers.put(FILM, FIRST, most=10)
    busy, claimed = replace(FILM, name="busy"), replace(FILM, name="claimed")
    for transfer in (busy, claimed):
        catalog.transfers.begin(transfer, most=10)
    catalog.transfers.put(busy, replace(SECOND, at=NOW + 500), most=10)
    catalog.transfers.claim(claimed, NOW, NOW + 5000)
    assert catalog.transfers.drop_idle(NOW + 500, NOW + 1000) == ("file-1",)
    assert catalog.transfers.all_of(ALICE) == (busy, claimed)


def test_what_is_shown_as_arriving(catalog: Catalog) -> None:
    catalog.transfers.put(replace(FILM, target="A/film.mp4", expected_bytes=9_000_000_000), FIRST, most=10)
    silent = replace(FILM, name="silent", begun_at=NOW - 1000)
    catalog.transfers.begin(silent, most=10)
    assert catalog.transfers.receiving(ALICE, NOW - 100) == (
        Receiving("A/film.mp4", 3_000_000_000, 9_000_000_000),
    )
    assert catalog.transfers.receiving(BOB, NOW - 100) == ()
    assert len(catalog.transfers.receiving(ALICE, NOW - 1001)) == 2
    catalog.transfers.claim(FILM, NOW + 2, NOW + 100)
    assert catalog.transfers.receiving(ALICE, NOW - 100) == (), "it is shown as the file it becomes"
    catalog.transfers.release_all()
    assert len(catalog.transfers.receiving(ALICE, NOW - 100)) == 1
