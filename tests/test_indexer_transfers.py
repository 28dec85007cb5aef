"""Files in parts: what is acknowledged is kept, what is put together is whole, the rest disappears."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from indexer import transfers as module
from indexer.errors import (
    ChecksumMismatch,
    IncompleteUpload,
    NoRoom,
    NoSuchTransfer,
    PartsMissing,
    TooLarge,
    TooManyParts,
    TooManyTransfers,
    TransferBusy,
    TransferExists,
)
from indexer.hashing import Announced, Staging
from indexer.model import Part, Receiving, Transfer
from indexer.transfers import IDLE_S, Transfers, Whole, in_order
from tests.libraries import NOW, Home, add_person, open_home


@dataclass(slots=True)
class Desk:
    """Alice's transfers. Parts are named by their place, and hold what they are given."""

    home: Home
    transfers: Transfers

    def begin(self, name: str = "film", expected_bytes: int | None = None) -> Transfer:
        return self.transfers.begin(self.home.alice, name, target=None, expected_bytes=expected_bytes)

    def put(
        self, transfer: Transfer, place: int, content: bytes, *, is_offset: bool = False, name: str = ""
    ) -> Part:
        with self.transfers.begin_part(transfer, Announced(len(content))) as incoming:
            incoming.write(content)
            return self.transfers.keep_part(
                incoming, transfer, name or str(place), place, is_offset=is_offset
            )

    def read(self, transfer: Transfer, expected_bytes: int | None = None) -> bytes:
        with self.transfers.whole(transfer, expected_bytes) as whole:
            return everything(whole)

    def on_disk(self) -> set[str]:
        return {path.name for path in self.transfers.folder.iterdir()}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_home(tmp_path) as home:
        transfers = Transfers(home.intake.staging, home.catalog, home.folder.staging / "parts")
        transfers.sweep()
        yield Desk(home, transfers)


def everything(whole: Whole) -> bytes:
    view = memoryview(bytearray(3))
    return b"".join(iter(lambda: bytes(view[: whole.readinto(view)]), b""))


def part(place: int, size_bytes: int = 10, *, is_offset: bool = False) -> Part:
    return Part(str(place), place, is_offset, size_bytes, f"file-{place}", NOW)


@pytest.mark.parametrize("places", [[1, 2, 3], [0, 1, 2], [2, 1], [1], [0], list(range(1, 12))])
def test_numbers_follow_each_other(places: list[int]) -> None:
    assert [each.place for each in in_order(tuple(map(part, places)))] == sorted(places)


def test_offsets_follow_each_other() -> None:
    parts = [part(place, is_offset=True) for place in (20, 0, 10)]
    assert [each.place for each in in_order(tuple(parts))] == [0, 10, 20]


@pytest.mark.parametrize(
    "parts",
    [
        [],
        [part(2), part(3)],
        [part(1), part(3)],
        [part(1), part(1)],
        [part(10, is_offset=True)],
        [part(0, is_offset=True), part(11, is_offset=True)],
        [part(0, is_offset=True), part(9, is_offset=True)],
        [part(0), part(10, is_offset=True)],
    ],
)
def test_gaps_overlaps_and_mixtures_are_refused(parts: list[Part]) -> None:
    with pytest.raises(PartsMissing):
        in_order(tuple(parts))


def test_parts_in_any_order_become_the_whole(desk: Desk) -> None:
    film = desk.begin(expected_bytes=11)
    for place in (10, 2, 1, 3, 4, 5, 6, 7, 8, 9):
        desk.put(film, place, str(place).encode())
    with desk.transfers.whole(film) as whole:
        assert whole.size_bytes == 11
        assert everything(whole) == b"12345678910"
        desk.transfers.finish(film)
    assert desk.on_disk() == set()
    with pytest.raises(NoSuchTransfer):
        desk.transfers.get(desk.home.alice, "film")


def test_a_part_sent_again_replaces_the_earlier_one(desk: Desk) -> None:
    film = desk.begin()
    desk.put(film, 0, b"wrong", is_offset=True)
    again = desk.put(film, 0, b"right", is_offset=True)
    assert desk.transfers.parts(film) == (again,)
    assert desk.on_disk() == {again.file}
    assert desk.read(film) == b"right"


def test_what_is_not_put_together_stays_for_another_try(desk: Desk) -> None:
    film = desk.begin()
    desk.put(film, 1, b"one")
    with pytest.raises(PartsMissing), desk.transfers.whole(film, expected_bytes=6):
        pass
    with pytest.raises(RuntimeError), desk.transfers.whole(film):
        raise RuntimeError("the disk broke")
    desk.put(film, 2, b"two")
    assert desk.read(film, expected_bytes=6) == b"onetwo"
    assert desk.read(film) == b"onetwo"


def test_nobody_touches_the_parts_while_they_are_read(desk: Desk) -> None:
    film = desk.begin()
    first = desk.put(film, 1, b"one")
    with desk.transfers.whole(film) as whole:
        for touch in (
            lambda: desk.put(film, 1, b"other"),
            lambda: desk.transfers.drop(film),
            lambda: desk.transfers.drop_part(film, "1"),
            lambda: desk.read(film),
        ):
            with pytest.raises(TransferBusy):
                touch()
        assert everything(whole) == b"one"
    assert desk.on_disk() == {first.file}


def test_a_part_that_is_cut_or_changed_is_not_kept(desk: Desk) -> None:
    film = desk.begin()
    for announced, error in (
        (Announced(10), IncompleteUpload),
        (Announced(3, (("sha1", "00" * 20),)), ChecksumMismatch),
    ):
        with desk.transfers.begin_part(film, announced) as incoming:
            incoming.write(b"one")
            with pytest.raises(error):
                desk.transfers.keep_part(incoming, film, "1", 1, is_offset=False)
    assert desk.transfers.parts(film) == ()
    assert desk.on_disk() == set()


def test_a_late_part_does_not_come_into_another_transfer_of_the_name(desk: Desk) -> None:
    """rclone names its transfers by the path: a retry drops the first try and begins anew."""
    first = desk.begin()
    with desk.transfers.begin_part(first, Announced(3)) as incoming:
        incoming.write(b"old")
        desk.transfers.drop(first)
        second = desk.begin()
        with pytest.raises(NoSuchTransfer):
            desk.transfers.keep_part(incoming, first, "1", 1, is_offset=False)
    assert desk.transfers.parts(second) == ()
    assert desk.on_disk() == set()


def test_the_same_part_many_times_at_once(desk: Desk) -> None:
    film, failed = desk.begin(), []

    def send() -> None:
        try:
            desk.put(film, 1, b"one" * 1000)
        except Exception as error:  # noqa: BLE001
            failed.append(error)

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    (kept,) = desk.transfers.parts(film)
    assert desk.on_disk() == {kept.file}
    assert desk.read(film) == b"one" * 1000


def test_a_start_keeps_what_was_acknowledged_and_sweeps_the_rest(desk: Desk) -> None:
    film = desk.begin()
    kept = desk.put(film, 1, b"one")
    claimed = desk.begin("claimed")
    desk.put(claimed, 1, b"uno")
    desk.home.catalog.transfers.claim(claimed, NOW, NOW * 2)  # as a server that died leaves it
    (desk.transfers.folder / "unrecorded").write_bytes(b"lost")
    assert desk.transfers.sweep() == 1
    assert kept.file in desk.on_disk()
    assert len(desk.on_disk()) == 2
    assert desk.read(desk.transfers.get(desk.home.alice, "claimed")) == b"uno"


def test_idle_transfers_are_dropped(desk: Desk) -> None:
    film = desk.begin()
    at = desk.put(film, 1, b"one").at
    desk.transfers.drop_idle(at + IDLE_S - 1)
    assert desk.read(film) == b"one"
    desk.transfers.drop_idle(film.begun_at + IDLE_S + 3600)
    assert desk.transfers.all_of(desk.home.alice) == ()
    assert desk.on_disk() == set()


def test_dropping(desk: Desk) -> None:
    film = desk.begin()
    desk.put(film, 1, b"one")
    desk.put(film, 2, b"two")
    assert [desk.transfers.drop_part(film, "2") for _ in range(2)] == [True, False]
    assert desk.read(film) == b"one"
    desk.transfers.drop(film)
    assert desk.on_disk() == set()
    with pytest.raises(NoSuchTransfer):
        desk.transfers.drop(film)


def test_transfers_are_their_persons_own(desk: Desk) -> None:
    bob = add_person(desk.home.catalog, "bob")
    film = desk.begin()
    desk.put(film, 1, b"one")
    with pytest.raises(NoSuchTransfer):
        desk.transfers.get(bob, "film")
    other = desk.transfers.begin(bob, "film", target=None, expected_bytes=None)
    assert desk.transfers.parts(other) == ()
    desk.transfers.drop(other)
    assert desk.read(film) == b"one"


def test_limits(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_PARTS", 2)
    monkeypatch.setattr(module, "MOST_TRANSFERS", 2)
    film = desk.begin()
    with pytest.raises(TransferExists):
        desk.begin()
    desk.begin("second")
    with pytest.raises(TooManyTransfers):
        desk.begin("third")
    for place in (1, 2):
        desk.put(film, place, b"x")
    with pytest.raises(TooManyParts):
        desk.put(film, 3, b"x")
    desk.put(film, 2, b"y")
    assert desk.read(film) == b"xy"
    assert len(desk.on_disk()) == 2


def test_sizes_are_refused_early(desk: Desk) -> None:
    small = Transfers(
        replace(desk.home.intake.staging, limit_bytes=10), desk.home.catalog, desk.transfers.folder
    )
    with pytest.raises(TooLarge):
        small.begin(desk.home.alice, "film", target=None, expected_bytes=11)
    film = desk.begin()
    desk.put(film, 1, b"123456")
    with pytest.raises(TooLarge):
        small.begin_part(film, Announced(5))
    full = Transfers(Staging(desk.home.folder.staging, keep_free_bytes=0), desk.home.catalog, small.folder)
    free = full.staging.available_bytes()
    with pytest.raises(NoRoom):
        full.begin(desk.home.alice, "vast", target=None, expected_bytes=free * 2 // 3)
    with pytest.raises(NoRoom):
        full.begin_part(replace(film, expected_bytes=free), Announced(5))


def test_a_transfer_is_shown_as_one_file(desk: Desk) -> None:
    film = desk.begin(expected_bytes=20)
    desk.put(replace(film, target="A/film.mp4"), 1, b"0123456789")
    with desk.transfers.begin_part(film, Announced(10)) as incoming:
        incoming.write(b"01")
        assert desk.home.intake.staging.receiving(desk.home.alice) == ()
        seen = desk.home.catalog.transfers.receiving(desk.home.alice, film.begun_at - 1)
    assert seen == (Receiving("A/film.mp4", 10, 20),)
