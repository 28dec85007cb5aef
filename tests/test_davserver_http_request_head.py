"""Request heads: what is understood, what is refused and as what, and that it takes linear time."""

from __future__ import annotations

import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from davserver.http.request_head import BadHead, Head, find_end, parse_head

HOST = b"Host: photos\r\n"


def parsed(line: bytes, headers: bytes = HOST) -> Head:
    return parse_head(line + b"\r\n" + headers + b"\r\n")


def status_of(line: bytes, headers: bytes = HOST) -> int:
    with pytest.raises(BadHead) as refused:
        parsed(line, headers)
    return int(refused.value.status[:3])


@pytest.mark.parametrize(
    ("target", "path", "query"),
    [
        (b"/", "/", ""),
        (b"/a%20b?c=%20", "/a b", "c=%20"),
        (b"/a?b?c", "/a", "b?c"),
        (b"/%C3%A9", "/Ã©", ""),
        (b"/\xc3\xa9", "/Ã©", ""),
        (b"/a%2Fb%2fc", "/a%2Fb%2Fc", ""),
        (b"//a", "//a", ""),
        (b"http://photos/x?y", "/x", "y"),
        (b"HTTPS://photos:8443", "/", ""),
    ],
)
def test_targets(target: bytes, path: str, query: str) -> None:
    head = parsed(b"GET " + target + b" HTTP/1.1")
    assert (head.method, head.path, head.query) == ("GET", path, query)


def test_a_host_in_the_target_counts() -> None:
    assert parsed(b"GET http://a.example:1/ HTTP/1.1").fields["HTTP_HOST"] == "a.example:1"


def test_the_server_itself_can_be_asked_for_its_options() -> None:
    assert parsed(b"OPTIONS * HTTP/1.1").path == "/"


def test_fields_are_named_as_in_wsgi() -> None:
    headers = b"Content-Type: a/b\r\nX-One:  1 \t\r\nx-one:2\r\nCookie: a=1\r\ncookie: b=2\r\nEmpty:\r\n"
    fields = parsed(b"GET / HTTP/1.1", HOST + headers).fields
    assert fields == {
        "HTTP_HOST": "photos", "CONTENT_TYPE": "a/b", "HTTP_X_ONE": "1, 2", "HTTP_COOKIE": "a=1; b=2",
        "HTTP_EMPTY": "",
    }  # fmt: skip


def test_an_underscore_cannot_pass_for_a_hyphen() -> None:
    fields = parsed(b"GET / HTTP/1.1", HOST + b"X_Forwarded-For: 6.6.6.6\r\nContent_Length: 5\r\n").fields
    assert fields == {"HTTP_HOST": "photos"}


@pytest.mark.parametrize(
    ("line", "headers", "keeps_alive"),
    [
        (b"GET / HTTP/1.1", b"", True),
        (b"GET / HTTP/1.1", b"Connection: close\r\n", False),
        (b"GET / HTTP/1.1", b"Connection: Upgrade, CLOSE\r\n", False),
        (b"GET / HTTP/1.0", b"", False),
        (b"GET / HTTP/1.0", b"Connection: Keep-Alive\r\n", True),
    ],
)
def test_keeping_the_connection(line: bytes, headers: bytes, keeps_alive: bool) -> None:
    assert parsed(line, HOST + headers).keeps_alive is keeps_alive


@pytest.mark.parametrize(
    ("headers", "length"),
    [
        (b"", 0),
        (b"Content-Length: 0\r\n", 0),
        (b"Content-Length: 007\r\n", 7),
        (b"Transfer-Encoding: chunked\r\n", None),
        (b"Transfer-Encoding:  Chunked \r\n", None),
    ],
)
def test_lengths(headers: bytes, length: int | None) -> None:
    assert parsed(b"PUT /x HTTP/1.1", HOST + headers).length == length


@pytest.mark.parametrize("value", [b"100-continue", b"100-Continue", b"100-CONTINUE"])
def test_expectations_in_any_case(value: bytes) -> None:
    assert parsed(b"PUT /x HTTP/1.1", HOST + b"Expect: " + value + b"\r\n").expects_continue
    assert not parsed(b"PUT /x HTTP/1.0", HOST + b"Expect: " + value + b"\r\n").expects_continue
    assert not parsed(b"PUT /x HTTP/1.1").expects_continue


@pytest.mark.parametrize(
    ("line", "status"),
    [
        (b"", 400),
        (b"GET", 400),
        (b"GET /", 400),
        (b"get / HTTP/1.1", 400),
        (b"GET  / HTTP/1.1", 400),
        (b"GET / HTTP/1.1 ", 400),
        (b" GET / HTTP/1.1", 400),
        (b"GET / b HTTP/1.1", 400),
        (b"GET / HTTP/1", 400),
        (b"GET / http/1.1", 400),
        (b"GET / HTTP/2.0", 505),
        (b"GET / HTTP/1.2", 505),
        (b"GET / HTTP/0.9", 505),
        (b"GET x HTTP/1.1", 400),
        (b"GET * HTTP/1.1", 400),
        (b"GET /#a HTTP/1.1", 400),
        (b"GET ftp://photos/ HTTP/1.1", 400),
        (b"GET http:/// HTTP/1.1", 400),
        (b"GET http://a@b/ HTTP/1.1", 400),
        (b"CONNECT photos:80 HTTP/1.1", 400),
        (b"GET /%zz HTTP/1.1", 400),
        (b"GET /% HTTP/1.1", 400),
        (b"GET /%4 HTTP/1.1", 400),
        (b"GET /\x00 HTTP/1.1", 400),
        (b"GET /\x7f HTTP/1.1", 400),
        (b"GET /a\rb HTTP/1.1", 400),
        (b"GET /" + b"a" * 16 * 1024 + b" HTTP/1.1", 414),
    ],
)
def test_refused_request_lines(line: bytes, status: int) -> None:
    assert status_of(line) == status


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (b"", 400),
        (b"Host: a\r\nHost: a\r\n", 400),
        (HOST + b" folded: x\r\n", 400),
        (HOST + b"A: b\r\n c\r\n", 400),
        (HOST + b"A : b\r\n", 400),
        (HOST + b": b\r\n", 400),
        (HOST + b"A\r\n", 400),
        (HOST + b"A(: b\r\n", 400),
        (HOST + b"A: b\rc\r\n", 400),
        (HOST + b"A: b\nC: d\r\n", 400),
        (HOST + b"A: b\x00\r\n", 400),
        (HOST + b"A: b\n", 400),
        (HOST + b"Content-Length: 5\r\nContent-Length: 5\r\n", 400),
        (HOST + b"Content-Length: 5, 5\r\n", 400),
        (HOST + b"Content-Length: -1\r\n", 400),
        (HOST + b"Content-Length: +1\r\n", 400),
        (HOST + b"Content-Length: 1_0\r\n", 400),
        (HOST + b"Content-Length: 0x1\r\n", 400),
        (HOST + b"Content-Length: \r\n", 400),
        (HOST + "Content-Length: ٣\r\n".encode(), 400),
        (HOST + b"Content-Length: 1" + b"0" * 18 + b"\r\n", 400),
        (HOST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", 400),
        (HOST + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", 400),
        (HOST + b"Transfer-Encoding: chunked, chunked\r\n", 400),
        (HOST + b"Transfer-Encoding: gzip, chunked\r\n", 501),
        (HOST + b"Transfer-Encoding: identity\r\n", 501),
        (HOST + b"Transfer-Encoding: \xa0chunked\r\n", 501),
        (HOST + b"Transfer-Encoding: chunked\x85\r\n", 501),
        (HOST + b"Transfer-Encoding:\r\n", 501),
        (HOST + b"Authorization: a\r\nAuthorization: b\r\n", 400),
        (HOST + b"A: b\r\n" * 100, 431),
    ],
)
def test_refused_headers(headers: bytes, status: int) -> None:
    assert status_of(b"PUT /x HTTP/1.1", headers) == status


def test_a_length_in_chunks_needs_http_1_1() -> None:
    assert status_of(b"PUT /x HTTP/1.0", HOST + b"Transfer-Encoding: chunked\r\n") == 400


@pytest.mark.parametrize(
    ("received", "end"),
    [
        (b"", 0),
        (b"GET / HTTP/1.1\r\n", 0),
        (b"GET / HTTP/1.1\r\n\r", 0),
        (b"GET / HTTP/1.1\r\n\r\nbody", 18),
        (b"GET /\n\nbody", 7),
    ],
)
def test_the_end_is_found_wherever_the_search_went_on(received: bytes, end: int) -> None:
    for searched in range(min(len(received), end or len(received)) + 1):
        assert find_end(received, searched if not end else min(searched, end - 1)) == end


@pytest.mark.parametrize(
    ("received", "status"),
    [
        (b"\x16\x03\x01", 400),
        (b"\x00", 400),
        (b"GET /" + b"a" * 70_000, 414),
        (b"GET / HTTP/1.1\r\nA: " + b"a" * 70_000, 431),
        (b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 12_000 + b"\r\n", 431),
    ],
)
def test_what_will_never_be_a_head_is_refused_at_once(received: bytes, status: int) -> None:
    with pytest.raises(BadHead) as refused:
        find_end(received, 0)
    assert int(refused.value.status[:3]) == status


@pytest.mark.parametrize(
    "stuff", [b" " * 60_000, b"\t " * 30_000, b"%20" * 20_000, b":" * 60_000, b"," * 60_000]
)
def test_no_header_takes_long(stuff: bytes) -> None:
    began = time.process_time()
    for name in (b"X", b"Connection", b"Forwarded", b"Expect"):
        parsed(b"GET / HTTP/1.1", HOST + name + b": x" + stuff + b"x\r\n")
    assert time.process_time() - began < 0.5


@given(st.binary(max_size=300))
def test_anything_is_either_understood_or_refused(data: bytes) -> None:
    for head in (data + b"\r\n\r\n", b"GET / HTTP/1.1\r\n" + data + b"\r\n\r\n"):
        with suppress(BadHead):
            assert parse_head(head).path.startswith("/")
