"""Streams over a real socket pair: exact reads, lines with limits, and bodies in chunks."""

from __future__ import annotations

import itertools
import socket
import threading
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from davserver.streams import ChunkedBody, Reader, Writer, open_stream

WHOLE = b"5\r\nhello\r\n6;name=value\r\n world\r\n0\r\nTrailer: x\r\n\r\n"


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    """The server's end and the client's end of a connection."""
    server, client = socket.socketpair()
    with server, client:
        server.settimeout(10)
        yield server, client


@contextmanager
def sent(data: bytes) -> Iterator[Reader]:
    """A reader of a client that sends this and ends; the data must fit into the socket's buffer."""
    server, client = socket.socketpair()
    with server:
        with client:
            client.sendall(data)
        yield Reader(server)


def send(client: socket.socket, parts: list[bytes]) -> None:
    for part in parts:
        client.sendall(part)


def read_all(body: ChunkedBody, size: int | None) -> list[bytes]:
    return list(itertools.takewhile(bool, iter(lambda: body.read(size), None)))


def test_reads_are_exact(pair: tuple[socket.socket, socket.socket]) -> None:
    server, client = pair
    reader = Reader(server)
    client.sendall(b"first\nsecond")
    assert reader.readline() == b"first\n"
    assert reader.has_data()
    assert reader.read(0) == b""
    assert reader.read(3) == b"sec"
    feeder = threading.Thread(target=client.sendall, args=(b"x" * 1_000_000,))
    feeder.start()
    assert reader.read(1_000_003) == b"ond" + b"x" * 1_000_000
    feeder.join()
    assert not reader.has_data()
    assert reader.bytes_read == 6 + 3 + 1_000_003


@pytest.mark.parametrize("size", [1, 4, 5, 6, 100])
def test_fewer_bytes_only_at_the_end(size: int) -> None:
    with sent(b"12345") as reader:
        assert reader.read(size) == b"12345"[:size]
        assert reader.read(10) == b"12345"[size:]
        assert reader.read(10) == b""


@pytest.mark.parametrize(
    ("data", "limit", "lines"),
    [
        (b"a\nbc\n", -1, [b"a\n", b"bc\n", b""]),
        (b"abc", -1, [b"abc", b""]),
        (b"abcdef\n", 3, [b"abc", b"def", b"\n", b""]),
        (b"abc\n", 4, [b"abc\n", b""]),
        (b"abc\n", 0, [b"", b""]),
        (b"\n\n", 1, [b"\n", b"\n", b""]),
    ],
)
def test_lines(data: bytes, limit: int, lines: list[bytes]) -> None:
    with sent(data) as reader:
        assert [reader.readline(limit) for _ in lines] == lines


def test_a_line_that_comes_in_pieces(pair: tuple[socket.socket, socket.socket]) -> None:
    server, client = pair
    feeder = threading.Thread(target=send, args=(client, [b"y" * 50_000] * 8))
    feeder.start()
    assert len(Reader(server).readline(300_000)) == 300_000
    server.recv(400_000)
    feeder.join(10)


def test_writing(pair: tuple[socket.socket, socket.socket]) -> None:
    server, client = pair
    writer = open_stream(server, "wb")
    assert isinstance(writer, Writer)
    assert writer.write(b"answer") == 6
    writer.flush()
    assert client.recv(100) == b"answer"
    assert writer.bytes_written == 6
    writer.close()
    assert writer.closed
    assert isinstance(open_stream(server, "rb"), Reader)


@pytest.mark.parametrize("size", [None, 1, 2, 5, 6, 11, 12, 1000])
def test_a_body_in_chunks(size: int | None) -> None:
    with sent(WHOLE + b"GET /next") as reader:
        body = ChunkedBody(reader)
        parts = read_all(body, size)
        assert b"".join(parts) == b"hello world"
        assert size is None or {len(part) for part in parts[:-1]} <= {size}
        assert body.read(5) == b""
        assert reader.read(9) == b"GET /next"


@given(st.lists(st.binary(min_size=1, max_size=50), max_size=20), st.integers(1, 60))
def test_any_chunks_are_their_bytes(chunks: list[bytes], size: int) -> None:
    framed = b"".join(b"%X\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks) + b"0\r\n\r\n"
    with sent(framed) as reader:
        assert b"".join(read_all(ChunkedBody(reader), size)) == b"".join(chunks)


@pytest.mark.parametrize("end", range(len(WHOLE)))
def test_an_end_anywhere_is_not_whole(end: int) -> None:
    with sent(WHOLE[:end]) as reader, pytest.raises(ValueError, match="chunk"):
        ChunkedBody(reader).read()


@pytest.mark.parametrize(
    "data",
    [
        b"\r\nhello\r\n0\r\n\r\n",
        b"zz\r\nhello\r\n0\r\n\r\n",
        b"-5\r\nhello\r\n0\r\n\r\n",
        b"+5\r\nhello\r\n0\r\n\r\n",
        b"0x5\r\nhello\r\n0\r\n\r\n",
        b"5_0\r\nhello\r\n0\r\n\r\n",
        b"1" * 17 + b"\r\nhello",
        b"5;" + b"x" * 5000 + b"\r\nhello\r\n0\r\n\r\n",
        b"4\r\nhello\r\n0\r\n\r\n",
        b"5\r\nhello0\r\n\r\n",
        b"0\r\n" + b"A: b\r\n" * 101 + b"\r\n",
        b"0\r\nA: " + b"b" * 5000 + b"\r\n\r\n",
    ],
)
def test_broken_framing(data: bytes) -> None:
    with sent(data) as reader, pytest.raises(ValueError, match="chunk"):
        ChunkedBody(reader).read(100)


def test_a_broken_body_stays_broken() -> None:
    """Else the rest of it could be taken for whole, and what follows for the next request."""
    with sent(b"zz\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\n\r\n") as reader:
        body = ChunkedBody(reader)
        for _ in range(3):
            with pytest.raises(ValueError, match="chunk"):
                body.read(100)


def test_memory_is_bounded_by_the_reads_not_the_chunks(pair: tuple[socket.socket, socket.socket]) -> None:
    server, client = pair
    parts = [b"FFFFFFFFFFFFFFFF\r\n", *[bytes(100_000)] * 200]
    feeder = threading.Thread(target=send, args=(client, parts))
    body = ChunkedBody(Reader(server))
    tracemalloc.start()
    try:
        feeder.start()
        assert all(len(body.read(100_000)) == 100_000 for _ in range(200))
        assert tracemalloc.get_traced_memory()[1] < 2_000_000
    finally:
        tracemalloc.stop()
    feeder.join(10)
