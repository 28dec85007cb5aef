"""Reading bodies: bounded, and refused in words."""

from __future__ import annotations

import io
from typing import Any

import pytest

from webui.bodies import read_body, read_form, read_json, text_field
from webui.errors import BadRequest, BodyTooLarge


def _request(body: bytes, announced: str | None = None, **headers: str) -> dict[str, Any]:
    length = str(len(body)) if announced is None else announced
    return {"wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": length, **headers}


def test_body_of_exactly_the_limit_is_read() -> None:
    assert read_body(_request(b"12345"), 5) == b"12345"


def test_too_large_body_is_not_read() -> None:
    request = _request(b"123456")
    with pytest.raises(BodyTooLarge):
        read_body(request, 5)
    assert request["wsgi.input"].tell() == 0


def test_chunked_body_is_bounded_too() -> None:
    chunked = _request(b"x" * 100, announced="", HTTP_TRANSFER_ENCODING="chunked")
    with pytest.raises(BodyTooLarge):
        read_body(chunked, 5)
    assert chunked["wsgi.input"].tell() <= 6


@pytest.mark.parametrize("announced", ["7", "-1", "many", "1e3"])
def test_cut_or_misannounced_body_is_refused(announced: str) -> None:
    with pytest.raises(BadRequest):
        read_body(_request(b"123", announced), 100)


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[1]", b"\xff", b"null", b"[" * 60_000, b'{"a": ["\\ud800"]}', b'{"\xed\xa0\x80": 1}'],
)
def test_anything_but_a_json_object_is_refused(body: bytes) -> None:
    with pytest.raises(BadRequest):
        read_json(_request(body), 64 * 1024)


def test_form() -> None:
    assert read_form(_request(b"user=Zo%C3%AB&next=&user=alice")) == {"user": "alice", "next": ""}


@pytest.mark.parametrize("body", [b"\xff\xfe", b"&".join(b"f%d=1" % n for n in range(50))])
def test_unreadable_form_is_refused(body: bytes) -> None:
    with pytest.raises(BadRequest):
        read_form(_request(body))


@pytest.mark.parametrize("value", [None, 3, ["x"]])
def test_field_that_is_no_text_is_refused(value: object) -> None:
    with pytest.raises(BadRequest):
        text_field({"user": value}, "user")
