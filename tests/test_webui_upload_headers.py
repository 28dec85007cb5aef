"""What tus's headers mean, as tables; the protocol itself is proved in tests/server/test_tus.py."""

from __future__ import annotations

import base64

import pytest

from indexer.errors import NoSuchTransfer
from webui.errors import BadRequest
from webui.upload_headers import Described, checked_id, parse_checksum, parse_metadata, parse_parts

ID = "0123456789abcdef" * 2


def told(**pairs: str) -> str:
    return ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in pairs.items())


@pytest.mark.parametrize(
    ("metadata", "path"),
    [
        ("", ""),
        (told(filetype="image/jpeg"), ""),
        (told(filename="a.jpg"), "a.jpg"),
        (told(name="a.jpg"), "a.jpg"),
        (told(filename="a.jpg", relativePath=""), "a.jpg"),
        (told(filename="a.jpg", relativePath="null"), "a.jpg"),
        (told(filename="a.jpg", relativePath="DCIM/100/a.jpg"), "DCIM/100/a.jpg"),
        (told(relativePath="/DCIM//./a.jpg"), "DCIM/a.jpg"),
        (told(relativePath="../a.jpg"), "../a.jpg"),
        (told(filename="ä, b.jpg") + ",is_confidential,", "ä, b.jpg"),
    ],
)
def test_the_path_of_a_file(metadata: str, path: str) -> None:
    assert parse_metadata(metadata).path == path


@pytest.mark.parametrize(
    ("text", "mtime"),
    [
        ("1700000000123", 1700000000.123),
        ("1700000000", 1700000000.0),
        ("1700000000.5", 1700000000.5),
        ("-86400000", -86400000.0),
        ("-200000000000", -200000000.0),
    ],
)
def test_times_in_milliseconds_and_in_seconds(text: str, mtime: float) -> None:
    assert parse_metadata(told(filename="a", mtime=text)) == Described("a", mtime)


@pytest.mark.parametrize(
    "metadata",
    ["filename a.jpg", "filename /w==", *(told(mtime=text) for text in ("soon", "nan", "inf", "1e300"))],
)
def test_metadata_that_cannot_be_read(metadata: str) -> None:
    with pytest.raises(BadRequest):
        parse_metadata(metadata)


def test_checksums() -> None:
    assert parse_checksum("") is None
    assert parse_checksum("sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0=") == (
        "sha1",
        "2aae6c35c94fcfb415dbe95f408b9ce91ee846ed",
    )
    assert parse_checksum("sha1") == ("sha1", ""), "which no bytes have"
    for text in ("crc32 AAAA", "sha1 ?"):
        with pytest.raises(BadRequest):
            parse_checksum(text)


def test_the_parts_of_a_final_upload() -> None:
    one, two = ID, ID[::-1]
    addresses = f"final;/api/v1/uploads/{one} http://photos:8080/api/v1/uploads/{two}"
    assert parse_parts(addresses) == [one, two]
    with pytest.raises(BadRequest):
        parse_parts("final;")
    for address in ("/elsewhere/" + one, "/api/v1/uploads/", "/api/v1/uploads/x", "http://[x"):
        with pytest.raises(NoSuchTransfer):
            parse_parts(f"final;{address}")


@pytest.mark.parametrize("text", ["", "a", ID + "0", ID.upper(), "../" + ID, ID[:-1] + "\n"])
def test_what_can_be_no_upload(text: str) -> None:
    assert checked_id(ID) == ID
    with pytest.raises(NoSuchTransfer):
        checked_id(text)
