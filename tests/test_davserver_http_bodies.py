"""Bodies over a real socket pair: announced and in chunks, whole, cut, broken and hostile."""

from __future__ import annotations

import itertools
import socket
import threading
import time
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from davserver.http.bodies import AnnouncedBody, ChunkedBody
from davserver.http.streams import ClientGone, ClientTooSlow, Reader, Wire
from indexer.blocks import blocks
from indexer.errors import UploadBroken
from tests.socket_pairs import Pair, sent

WHOLE = b"5\r\nhello\r\n6;name=value\r\n world\r\n0\r\nTrailer: x\r\n\r\n"


def send(client: socket.socket, parts: list[bytes]) -> None:
    for part in parts:
        client.sendall(part)


def read_all(body: ChunkedBody, size: int | None) -> list[bytes]:
    return list(itertools.takewhile(bool, iter(lambda: body.read(size), None)))


@pytest.mark.parametrize("size", [None, -1, 5, 100])
def test_an_announced_body_ends_where_it_was_announced(size: int | None) -> None:
    with sent(b"helloGET /next") as reader:
        body = AnnouncedBody(reader, 5)
        assert not body.is_at_end
        assert body.read(size) == b"hello"
        assert body.is_at_end
        assert body.read(size) == b""
        assert reader.read(9) == b"GET /next"


def test_an_announced_body_read_into_a_buffer() -> None:
    with sent(b"hello world") as reader:
        body, buffer = AnnouncedBody(reader, 8), bytearray(5)
        counts = [body.readinto(memoryview(buffer)) for _ in range(3)]
        assert counts == [5, 3, 0]
        assert body.is_at_end


def test_an_announced_body_that_breaks_off_is_not_at_its_end() -> None:
    with sent(b"hel") as reader:
        body = AnnouncedBody(reader, 5)
        assert body.read(5) == b"hel"
        assert body.read(5) == b""
        assert not body.is_at_end


@pytest.mark.parametrize(("size", "is_short"), [(10, True), (64 * 1024, True), (64 * 1024 + 1, False)])
def test_only_a_short_rest_is_worth_reading_away(size: int, is_short: bool) -> None:
    with sent(b"") as reader:
        assert AnnouncedBody(reader, size).is_short is is_short


def test_many_tiny_chunks_cost_in_proportion(pair: Pair) -> None:
    server, client = pair
    parts = [b"1\r\nx\r\n" * 50_000, b"0\r\n\r\n"]
    feeder = threading.Thread(target=send, args=(client, parts))
    feeder.start()
    began = time.process_time()
    assert len(ChunkedBody(Reader(Wire(server))).read(100_000)) == 50_000
    assert time.process_time() - began < 5
    feeder.join(10)


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
        b"\x0b5\r\nhello\r\n0\r\n\r\n",
        b" 5\r\nhello\r\n0\r\n\r\n",
        b"5\r;a\r\nhello\r\n0\r\n\r\n",
        b"5\r\nhello\r\n0\r\nTrailer: x\n\r\n",
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


def test_memory_is_bounded_by_the_reads_not_the_chunks(pair: Pair) -> None:
    server, client = pair
    parts = [b"FFFFFFFFFFFFFFFF\r\n", *[bytes(100_000)] * 200]
    feeder = threading.Thread(target=send, args=(client, parts))
    body = ChunkedBody(Reader(Wire(server)))
    tracemalloc.start()
    try:
        feeder.start()
        assert all(len(body.read(100_000)) == 100_000 for _ in range(200))
        assert tracemalloc.get_traced_memory()[1] < 2_000_000
    finally:
        tracemalloc.stop()
    feeder.join(10)


def test_a_body_that_breaks_off_within_a_chunk_is_broken_for_every_door() -> None:
    with sent(WHOLE[:7]) as reader, pytest.raises(UploadBroken):
        list(blocks(ChunkedBody(reader)))


@pytest.mark.parametrize("failure", [ClientGone, ClientTooSlow])
def test_what_a_client_fails_at_is_a_refusal_that_every_face_knows(failure: type[UploadBroken]) -> None:
    """Else the walls of the faces would log it, and answer that the server failed."""
    with pytest.raises(UploadBroken) as refused:
        raise failure
    assert str(refused.value)
