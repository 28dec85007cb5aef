"""Streams over a real socket pair: exact reads, lines with limits, waits that end, files sent."""

from __future__ import annotations

import io
import socket
import threading
import time
import tracemalloc
from contextlib import nullcontext
from pathlib import Path

import pytest

from davserver.http.request_head import BadHead
from davserver.http.streams import ClientGone, ClientTooSlow, Reader, StoredBytes, Wire, Writer
from tests.socket_pairs import Pair, sent


def send_slowly(client: socket.socket, parts: list[bytes]) -> None:
    for part in parts:
        time.sleep(0.02)
        client.sendall(part)


def receive_all(client: socket.socket, into: bytearray) -> None:
    while block := client.recv(1 << 20):
        into += block


def test_reads_are_exact(pair: Pair) -> None:
    server, client = pair
    reader = Reader(Wire(server))
    client.sendall(b"first\nsecond")
    assert reader.readline(100) == b"first\n"
    assert reader.has_data()
    assert reader.read(0) == b""
    assert reader.read(3) == b"sec"
    feeder = threading.Thread(target=client.sendall, args=(b"x" * 1_000_000,))
    feeder.start()
    assert reader.read(1_000_003) == b"ond" + b"x" * 1_000_000
    feeder.join()
    assert not reader.has_data()


@pytest.mark.parametrize("size", [1, 4, 5, 6, 100])
def test_fewer_bytes_only_at_the_end(size: int) -> None:
    with sent(b"12345") as reader:
        assert reader.read(size) == b"12345"[:size]
        assert reader.read(10) == b"12345"[size:]
        assert reader.read(10) == b""


def test_reading_into_a_buffer_takes_what_is_here_first(pair: Pair) -> None:
    server, client = pair
    reader = Reader(Wire(server))
    client.sendall(b"a\nbcd")
    assert reader.readline(10) == b"a\n"
    client.sendall(b"efgh")
    buffer = bytearray(7)
    assert reader.readinto(memoryview(buffer)) == 7
    assert buffer == b"bcdefgh"


@pytest.mark.parametrize(
    ("data", "limit", "lines"),
    [
        (b"a\nbc\n", 100, [b"a\n", b"bc\n", b""]),
        (b"abc", 100, [b"abc", b""]),
        (b"abcdef\n", 3, [b"abc", b"def", b"\n", b""]),
        (b"abc\n", 4, [b"abc\n", b""]),
        (b"abc\n", 0, [b"", b""]),
        (b"\n\n", 1, [b"\n", b"\n", b""]),
    ],
)
def test_lines(data: bytes, limit: int, lines: list[bytes]) -> None:
    with sent(data) as reader:
        assert [reader.readline(limit) for _ in lines] == lines


def test_a_line_that_comes_in_pieces(pair: Pair) -> None:
    server, client = pair
    feeder = threading.Thread(target=send_slowly, args=(client, [b"ab", b"cd", b"\nrest"]))
    feeder.start()
    assert Reader(Wire(server)).readline(100) == b"abcd\n"
    feeder.join()


def test_a_head_is_known_when_it_is_whole(pair: Pair) -> None:
    server, client = pair
    reader = Reader(Wire(server))
    for part, length in ((b"\r\n", 0), (b"GET / HTTP/1.1\r", 0), (b"\n\r", 0), (b"\nbody", 18)):
        client.sendall(part)
        assert reader.fill()
        assert reader.head_bytes() == length
    assert reader.read(18) == b"GET / HTTP/1.1\r\n\r\n"
    assert reader.read(4) == b"body"


def test_taking_what_has_come_never_waits_and_tells_the_end(pair: Pair) -> None:
    server, client = pair
    reader = Reader(Wire(server))
    assert reader.fill()
    client.close()
    assert not reader.fill()


def test_what_is_no_request_is_known_at_its_first_byte() -> None:
    with sent(b"\x16\x03\x01") as reader:
        assert reader.fill()
        with pytest.raises(BadHead):
            reader.head_bytes()


def test_a_silent_client_is_given_up(pair: Pair) -> None:
    reader = Reader(Wire(pair[0]))
    reader.expect(0.1)
    with pytest.raises(TimeoutError):
        reader.read(1)


def test_a_trickle_is_given_up_as_well(pair: Pair) -> None:
    """Each wait alone would be short enough: what counts is the pace of the whole."""
    server, client = pair
    reader = Reader(Wire(server))
    reader.expect(0.2)
    feeder = threading.Thread(target=send_slowly, args=(client, [b"x"] * 30))
    feeder.start()
    began = time.monotonic()
    with pytest.raises(TimeoutError):
        reader.read(30)
    assert time.monotonic() - began < 10
    feeder.join()


def test_what_comes_in_small_pieces_counts_whole(pair: Pair) -> None:
    """A line and what lies behind it come at once: a chunk of an upload, for one."""
    server, client = pair
    reader = Reader(Wire(server))
    reader.expect(0.3, is_long=True)
    feeder = threading.Thread(target=send_slowly, args=(client, [b"x\n" + b"y" * 998] * 40))
    feeder.start()
    for _ in range(40):  # 40 kilobytes in twice the time of grace
        assert reader.readline(10) == b"x\n"
        assert len(reader.read(998)) == 998
    feeder.join()


def test_only_a_long_body_may_take_longer_than_its_grace(pair: Pair) -> None:
    server, client = pair
    for is_long in (True, False):
        reader = Reader(Wire(server))
        reader.expect(0.2, is_long=is_long)
        feeder = threading.Thread(target=send_slowly, args=(client, [b"x" * 200] * 20))
        feeder.start()
        with nullcontext() if is_long else pytest.raises(ClientTooSlow):
            assert len(reader.read(20 * 200)) == 20 * 200
        feeder.join()


def test_a_dripping_client_is_held_up_and_a_steady_one_is_not(pair: Pair) -> None:
    server, client = pair
    wire = Wire(server)
    held_up_s = {}
    for size in (1, 4000):
        reader = Reader(wire)
        reader.expect(60)
        feeder = threading.Thread(target=send_slowly, args=(client, [b"x" * size] * 20))
        feeder.start()
        reader.read(20 * size)
        held_up_s[size] = wire.held_up_s()
        feeder.join()
    assert held_up_s[1] > 0.2
    assert held_up_s[4000] < 0.05


def test_a_client_that_is_gone_is_told_from_a_failing_disk(pair: Pair) -> None:
    server, client = pair
    client.close()
    with pytest.raises(ClientGone):
        Writer(Wire(server)).write(bytes(1000), 1)


@pytest.mark.parametrize("way", ["read", "readinto", "readline"])
def test_the_invitation_goes_out_when_the_first_byte_is_wanted(pair: Pair, way: str) -> None:
    server, client = pair
    reader = Reader(Wire(server))
    reader.expect(1, is_invitation_due=True)
    assert reader.is_invitation_due
    client.sendall(b"\n")
    {"read": reader.read, "readline": reader.readline}.get(
        way, lambda size: reader.readinto(memoryview(bytearray(size)))
    )(1)
    assert client.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
    assert not reader.is_invitation_due


def test_waiting_can_be_seen_and_ended_from_outside(pair: Pair) -> None:
    wire = Wire(pair[0])
    assert wire.held_up_s() == 0
    got: list[bytes] = []
    thread = threading.Thread(target=lambda: got.append(Reader(wire).read(1)))
    thread.start()
    deadline = time.monotonic() + 10
    while wire.held_up_s() < 0.05 and time.monotonic() < deadline:
        time.sleep(0.01)
    wire.abort()
    thread.join(10)
    assert got == [b""]


def test_writing_everything_to_a_slow_client(pair: Pair) -> None:
    server, client = pair
    data = bytes(range(256)) * 20_000
    received = bytearray()
    thread = threading.Thread(target=receive_all, args=(client, received))
    thread.start()
    Writer(Wire(server)).write(data, 10)
    server.shutdown(socket.SHUT_WR)
    thread.join(10)
    assert received == data


def test_a_client_that_takes_nothing_is_given_up(pair: Pair) -> None:
    with pytest.raises(TimeoutError):
        Writer(Wire(pair[0])).write(bytes(10_000_000), 0.1)


class Unaided(Wire):
    """As over TLS: the kernel cannot send files here."""

    takes_files = False


@pytest.mark.parametrize("wire", [Wire, Unaided])
@pytest.mark.parametrize(
    ("start", "size"), [(0, None), (0, 3_000_000), (1_234_567, 1_500_000), (2_999_999, 1)]
)
def test_a_stored_file_is_sent_in_part_or_whole(
    pair: Pair, tmp_path: Path, start: int, size: int | None, wire: type[Wire]
) -> None:
    server, client = pair
    data = bytes(range(250)) * 12_000
    (tmp_path / "file").write_bytes(data)
    received = bytearray()
    thread = threading.Thread(target=receive_all, args=(client, received))
    thread.start()
    stored = StoredBytes((tmp_path / "file").open("rb"), start=start, size_bytes=size)
    assert Writer(wire(server)).write_stored(stored, 10) == stored.size_bytes
    assert b"".join(stored) == data[start : start + stored.size_bytes]
    stored.close()
    assert stored.file.closed
    server.shutdown(socket.SHUT_WR)
    thread.join(10)
    assert received == data[start : start + stored.size_bytes]


def test_a_file_shorter_than_announced_is_told(pair: Pair) -> None:
    stored = StoredBytes(io.BytesIO(b"short"), size_bytes=10)
    assert Writer(Wire(pair[0])).write_stored(stored, 10) == 5


def test_a_real_file_shorter_than_announced_is_told(pair: Pair, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"short")
    with (tmp_path / "file").open("rb") as file:
        assert Writer(Wire(pair[0])).write_stored(StoredBytes(file, size_bytes=10), 10) == 5


def test_a_client_that_leaves_during_a_file_is_known_as_gone(pair: Pair, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(bytes(10_000_000))
    pair[1].close()
    with (tmp_path / "file").open("rb") as file, pytest.raises(ClientGone):
        Writer(Wire(pair[0])).write_stored(StoredBytes(file), 10)


def test_a_client_that_takes_nothing_of_a_file_is_given_up(pair: Pair, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(bytes(10_000_000))
    with (tmp_path / "file").open("rb") as file, pytest.raises(ClientTooSlow):
        Writer(Wire(pair[0])).write_stored(StoredBytes(file), 0.1)


@pytest.mark.parametrize("wire", [Wire, Unaided])
def test_a_paused_download_costs_no_memory(pair: Pair, tmp_path: Path, wire: type[Wire]) -> None:
    """And goes on where it was, however long the pause."""
    server, client = pair
    data = bytes(range(250)) * 40_000
    (tmp_path / "file").write_bytes(data)
    stored = StoredBytes((tmp_path / "file").open("rb"))
    writer = Writer(wire(server))
    tracemalloc.start()
    try:
        thread = threading.Thread(target=writer.write_stored, args=(stored, 30))
        thread.start()
        time.sleep(1.5)
        assert tracemalloc.get_traced_memory()[0] < 500_000
    finally:
        tracemalloc.stop()
    received = bytearray()
    while len(received) < len(data):
        received += client.recv(1 << 20)
    thread.join(10)
    stored.close()
    assert received == data
