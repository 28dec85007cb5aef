"""Originals and derivatives on the wire: exact bytes, ranges, conditions and names."""

from __future__ import annotations

import hashlib
import io
import os

import pytest
from PIL import Image

from indexer.derivatives.files import RECIPES, Derivative, find
from indexer.library import derivatives_folder
from indexer.model import Person
from tests.photos import Shot, jpeg
from tests.test_indexer_metadata_motion import CLIP, MOTION, samsung
from tests.webui_site import Site
from webui.media import disposition, names_etag, parse_range


@pytest.fixture
def alice(site: Site) -> Person:
    person = site.add_person()
    site.log_in()
    return person


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", None),
        ("bytes=0-0", range(1)),
        ("bytes=2-", range(2, 10)),
        ("bytes=-3", range(7, 10)),
        ("bytes=-99", range(10)),
        ("bytes=8-99", range(8, 10)),
        ("bytes=10-", range(0)),
        ("bytes=-0", range(0)),
        ("bytes=5-4", None),
        ("bytes=0-1,3-4", None),
        ("bytes=-", None),
        ("items=0-1", None),
        ("bytes=a-b", None),
        ("bytes=" + "9" * 30 + "-", None),
    ],
)
def test_ranges(header: str, expected: range | None) -> None:
    assert parse_range(header, 10) == expected


@pytest.mark.parametrize(
    ("header", "is_named"),
    [
        ('"a"', True),
        ('W/"a"', True),
        ('"b", "a"', True),
        ("*", True),
        ('"b"', False),
        ("", False),
        ("a", False),
    ],
)
def test_etags(header: str, is_named: bool) -> None:
    assert names_etag(header, '"a"') is is_named


@pytest.mark.parametrize(
    ("name", "plain", "exact"),
    [
        ("IMG_1.JPG", "IMG_1.JPG", "IMG_1.JPG"),
        ("Zürich 1.jpg", "Z_rich 1.jpg", "Z%C3%BCrich%201.jpg"),
        ('a"b\\c%.jpg', "a_b_c_.jpg", "a%22b%5Cc%25.jpg"),
        ("x\r\nSet-Cookie: a=b", "x__Set-Cookie: a=b", "x%0D%0ASet-Cookie%3A%20a%3Db"),
    ],
)
def test_names_survive_the_header(name: str, plain: str, exact: str) -> None:
    assert disposition("inline", name) == f"inline; filename=\"{plain}\"; filename*=UTF-8''{exact}"


def test_original_is_what_came_in(site: Site, alice: Person) -> None:
    content = jpeg()
    item_id = site.bring(alice, "Zürich.jpg", content)
    answer = site.get(f"/api/v1/items/{item_id}/original")
    assert answer.body == content
    assert answer.headers["etag"] == f'"{hashlib.sha256(content).hexdigest()}"'
    assert answer.headers["content-length"] == str(len(content))
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["content-disposition"].startswith("inline;")
    assert "sandbox" in answer.headers["content-security-policy"]


def test_head_tells_the_same_without_bytes(site: Site, alice: Person) -> None:
    path = f"/api/v1/items/{site.bring(alice, 'one.jpg', jpeg())}/original"
    got, head = site.get(path), site.call("HEAD", path)
    assert head.body == b""
    assert head.headers == got.headers


def test_every_part_of_an_original(site: Site, alice: Person) -> None:
    content = bytes(range(256)) * 2500  # more than one block
    path = f"/api/v1/items/{site.bring(alice, 'data.bin', content)}/original"
    for first, last in [(0, 0), (1, 300_000), (len(content) - 1, len(content) + 5)]:
        answer = site.get(path, Range=f"bytes={first}-{last}")
        assert answer.status == 206
        assert answer.body == content[first : last + 1]
        end = min(last, len(content) - 1)
        assert answer.headers["content-range"] == f"bytes {first}-{end}/{len(content)}"


def test_range_outside(site: Site, alice: Person) -> None:
    path = f"/api/v1/items/{site.bring(alice, 'data.bin', b'0123456789')}/original"
    answer = site.get(path, Range="bytes=10-")
    assert (answer.status, answer.headers["content-range"], answer.body) == (416, "bytes */10", b"")


def test_range_of_another_version_sends_all(site: Site, alice: Person) -> None:
    path = f"/api/v1/items/{site.bring(alice, 'data.bin', b'0123456789')}/original"
    assert site.get(path, Range="bytes=0-1", If_Range='"other"').status == 200
    own = site.get(path).headers["etag"]
    assert site.get(path, Range="bytes=0-1", If_Range=own).body == b"01"


def test_known_bytes_are_not_sent_again(site: Site, alice: Person) -> None:
    item_id = site.bring(alice, "one.jpg", jpeg())
    answer = site.get(f"/api/v1/items/{item_id}/original", If_None_Match=f'"{item_id}"')
    assert (answer.status, answer.body) == (304, b"")
    assert "immutable" in answer.headers["cache-control"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("page.html", b"<!doctype html><script>alert(1)</script>"),
        ("image.svg", b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'),
        ("script.js", b"alert(1)"),
    ],
)
def test_what_is_no_picture_or_film_is_only_saved(
    site: Site, alice: Person, name: str, content: bytes
) -> None:
    answer = site.get(f"/api/v1/items/{site.bring(alice, name, content)}/original")
    assert answer.body == content
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_download_is_saved_whatever_it_is(site: Site, alice: Person) -> None:
    answer = site.get(f"/api/v1/items/{site.bring(alice, 'one.jpg', jpeg())}/original?download=1")
    assert answer.headers["content-disposition"].startswith("attachment;")


@pytest.mark.parametrize("name", ["thumbnail", "preview"])
def test_derivatives_come_when_they_are_made(site: Site, alice: Person, name: str) -> None:
    item_id = site.bring(alice, "one.jpg", jpeg(Shot(size=(640, 480))))
    path = f"/api/v1/items/{item_id}/{name}"
    early = site.get(path)
    assert (early.status, early.code) == (404, "not_ready")
    assert early.json()["error"]["state"] == "pending"
    site.work()
    answer = site.get(path)
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("image/")
    assert Image.open(io.BytesIO(answer.body)).width <= 640
    assert site.get(path, If_None_Match=answer.headers["etag"]).status == 304


def test_a_derivative_made_anew_is_sent_anew(site: Site, alice: Person) -> None:
    item_id = site.bring(alice, "one.jpg", jpeg(Shot(size=(640, 480))))
    site.work()
    path = f"/api/v1/items/{item_id}/thumbnail"
    first = site.get(path)
    assert "immutable" not in first.headers["cache-control"]
    assert "must-revalidate" in first.headers["cache-control"]
    folder = derivatives_folder(site.core.folder.derivatives, item_id)
    found = find(folder, "thumbnail")
    assert found is not None
    newer = RECIPES[Derivative.THUMBNAIL] + 1
    better = folder / f"thumbnail-{newer}{found[0].suffix}"
    better.write_bytes(first.body)
    answer = site.get(path, If_None_Match=first.headers["etag"])
    assert (answer.status, answer.headers["etag"] == first.headers["etag"]) == (200, False)
    better.write_bytes(first.body[::-1])
    os.utime(better, (1, 1))
    assert site.get(path, If_None_Match=answer.headers["etag"]).body == first.body[::-1]


def test_derivative_that_never_comes(site: Site, alice: Person) -> None:
    item_id = site.bring(alice, "notes.txt", b"plain words")
    site.work()
    answer = site.get(f"/api/v1/items/{item_id}/thumbnail")
    assert (answer.status, answer.code) == (404, "no_derivative")


def test_the_clip_within_a_motion_photo_is_its_clip(site: Site, alice: Person) -> None:
    content = samsung(MOTION)
    start = content.index(CLIP)
    item_id = site.bring(alice, "20240517_183001.jpg", content)
    site.work()
    whole = site.get(f"/api/v1/items/{item_id}/clip")
    assert (whole.body, whole.headers["content-type"]) == (content[start:], "video/mp4")
    part = site.get(f"/api/v1/items/{item_id}/clip", Range="bytes=4-11")
    assert (part.status, part.body) == (206, CLIP[4:12])
    assert part.headers["content-range"] == f"bytes 4-11/{len(content) - start}"
    assert part.headers["etag"] == whole.headers["etag"] != f'"{item_id}"'
