"""What clients announce: lengths, checksums and times, in every way that clients write them."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wsgidav.dav_error import DAVError

from davserver.protocol import headers
from indexer.hashing import Announced


@pytest.mark.parametrize(
    "environ",
    [
        {"HTTP_OC_TOTAL_LENGTH": "8", "CONTENT_LENGTH": "12"},
        {"HTTP_X_EXPECTED_ENTITY_LENGTH": "50", "CONTENT_LENGTH": "1000"},
        {"HTTP_X_EXPECTED_ENTITY_LENGTH": "7", "HTTP_OC_TOTAL_LENGTH": "8"},
    ],
)
def test_lengths_that_contradict_each_other(environ: dict[str, Any]) -> None:
    """Whichever were believed, a cut upload could pass for a whole one."""
    with pytest.raises(DAVError):
        headers.announced(environ)


@pytest.mark.parametrize(
    ("environ", "size_bytes"),
    [
        ({}, None),
        ({"CONTENT_LENGTH": ""}, None),
        ({"CONTENT_LENGTH": "0"}, 0),
        ({"CONTENT_LENGTH": "12"}, 12),
        ({"HTTP_X_EXPECTED_ENTITY_LENGTH": "7"}, 7),
        ({"HTTP_OC_TOTAL_LENGTH": "12", "CONTENT_LENGTH": "12"}, 12),
    ],
)
def test_lengths(environ: dict[str, Any], size_bytes: int | None) -> None:
    assert headers.announced(environ) == Announced(size_bytes)


@pytest.mark.parametrize("text", ["-1", "+1", "1.5", "0x10", "1_000", " 1", "١٢", "²"])
def test_a_length_that_is_no_number(text: str) -> None:
    with pytest.raises(DAVError) as caught:
        headers.announced({"CONTENT_LENGTH": text})
    assert caught.value.value == 400


@pytest.mark.parametrize(
    ("text", "checksums"),
    [
        ("", ()),
        ("SHA1:ABCDEF", (("sha1", "abcdef"),)),
        ("MD5:01 SHA256:02 ADLER32:03", (("md5", "01"), ("sha256", "02"), ("adler32", "03"))),
        ("CRC32:01 sha1:02", (("sha1", "02"),)),
        ("nonsense", ()),
    ],
)
def test_checksums(text: str, checksums: tuple[tuple[str, str], ...]) -> None:
    assert headers.announced({"HTTP_OC_CHECKSUM": text}).checksums == checksums


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("1715963401", 1715963401.0),
        ("1715963401.25", 1715963401.25),
        ("", None),
        ("0", None),
        ("-5", None),
        ("nan", None),
        ("inf", None),
        ("99999999999999", None),
        ("yesterday", None),
    ],
)
def test_epoch_seconds(text: str, moment: float | None) -> None:
    assert headers.epoch_seconds(text) == moment
    assert headers.client_mtime({"HTTP_X_OC_MTIME": text}) == moment


def test_no_time_declared() -> None:
    assert headers.client_mtime({}) is None


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("Fri, 17 May 2024 16:30:01 GMT", 1715963401.0),
        ("Fri, 17 May 2024 18:30:01 +0200", 1715963401.0),
        ("2024-05-17", None),
        ("", None),
        ("Mon, 01 Jan 0001 00:00:00 GMT", None),
        ("Fri, 31 Dec 9999 23:59:59 -2359", None),
        ("Thu, 01 Jan 1970 00:00:00 GMT", None),
    ],
)
def test_http_dates(text: str, moment: float | None) -> None:
    assert headers.parse_http_date(text) == moment


@given(st.text() | st.from_regex(r"\w{3}, \d\d \w{3} \d{1,5} \d\d:\d\d:\d\d [+-]\d{4}"))
def test_no_text_breaks_a_copy(text: str) -> None:
    for moment in (headers.parse_http_date(text), headers.epoch_seconds(text)):
        assert moment is None or math.isfinite(moment)
