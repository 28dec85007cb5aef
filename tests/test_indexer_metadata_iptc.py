"""`iptc.read_iptc`: captions and dates of photo programs from before XMP."""

from __future__ import annotations

import struct

import pytest

from indexer.knowledge import Caption
from indexer.metadata.capture_time import Recorded
from indexer.metadata.iptc import Iptc, read_iptc

DATE = "IPTC:DateTimeCreated"


def dataset(record: int, number: int, value: bytes) -> bytes:
    return struct.pack(">BBBH", 0x1C, record, number, len(value)) + value


def resource(number: int, data: bytes, name: bytes = b"") -> bytes:
    named = bytes([len(name)]) + name + bytes((len(name) + 1) % 2)
    return (
        b"8BIM"
        + struct.pack(">H", number)
        + named
        + struct.pack(">I", len(data))
        + data
        + bytes(len(data) % 2)
    )


def read(*datasets: bytes) -> Iptc:
    return read_iptc(resource(0x03ED, b"odd", b"name") + resource(0x0404, b"".join(datasets)))


def test_a_caption() -> None:
    found = read(
        dataset(1, 90, b"\x1b%G"),
        dataset(2, 5, "Käfer".encode()),
        dataset(2, 25, b"beetle"),
        dataset(2, 25, b"garden"),
        dataset(2, 25, b"beetle"),
        dataset(2, 120, b"K\xe4fer im Garten"),
    )
    assert found == Iptc(Caption("Käfer", "Käfer im Garten", ("beetle", "garden")))


@pytest.mark.parametrize(
    ("time", "recorded"),
    [
        (b"183001+0200", Recorded(DATE, "2024-05-17T18:30:01", None, "+0200")),
        (b"183001+0000", Recorded(DATE, "2024-05-17T18:30:01")),
        (b"183001", Recorded(DATE, "2024-05-17T18:30:01")),
        (b"18", Recorded(DATE, "2024-05-17")),
        (None, Recorded(DATE, "2024-05-17")),
    ],
)
def test_dates(time: bytes | None, recorded: Recorded) -> None:
    clock = [dataset(2, 60, time)] if time is not None else []
    assert read(dataset(2, 55, b"20240517"), *clock).recorded == (recorded,)


def test_no_date() -> None:
    assert read(dataset(2, 55, b"2024"), dataset(2, 60, b"183001")).recorded == ()


@pytest.mark.parametrize(
    "resources",
    [b"", b"8BIM", b"8BIM" + bytes(8), resource(0x0404, b"\x1c\x02"), resource(0x0404, b"zzzzzz")],
)
def test_broken_resources_say_nothing(resources: bytes) -> None:
    assert read_iptc(resources) == Iptc()


def test_cut_and_damaged_resources_raise_nothing() -> None:
    whole = resource(0x03ED, b"odd", b"name") + resource(0x0404, dataset(2, 5, b"title") * 3)
    for place in range(len(whole)):
        read_iptc(whole[:place])
        read_iptc(whole[:place] + b"\xff" + whole[place + 1 :])
