"""The read-only Library share: capture days as folders, original names and bytes, exact facts."""

from __future__ import annotations

import hashlib
import io
import json
import time
from collections.abc import Iterator
from email.utils import parsedate_to_datetime

import pytest
from PIL import Image

from tests.clients import Answer, DavClient
from tests.server_process import ServerProcess, lay_account

DAY = "/Library/By date/2024/2024-05/2024-05-17/"
PHOTO = DAY + "IMG_0001.JPG"
BODIES = {
    "PUT": b"data",
    "LOCK": b'<D:lockinfo xmlns:D="DAV:"><D:lockscope><D:exclusive/></D:lockscope><D:locktype><D:write/>'
    b"</D:locktype></D:lockinfo>",
}
DATE_TIME_ORIGINAL = 0x9003
OFFSET_TIME_ORIGINAL = 0x9011
EXIF_IFD = 0x8769


def photo(taken_at: str | None, colour: str = "teal", utc_offset: str | None = None) -> bytes:
    """A small JPEG, taken at "2024:05:17 18:30:01" as EXIF writes it (None: it does not say)."""
    picture, file = Image.new("RGB", (80, 60), colour), io.BytesIO()
    exif = Image.Exif()
    if taken_at:
        exif.get_ifd(EXIF_IFD)[DATE_TIME_ORIGINAL] = taken_at
    if utc_offset:
        exif.get_ifd(EXIF_IFD)[OFFSET_TIME_ORIGINAL] = utc_offset
    picture.save(file, "JPEG", exif=exif)
    return file.getvalue()


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """Two photos of one day that share a name, one with a known zone, and one that does not know its day."""
    data = tmp_path_factory.mktemp("library") / "data"
    lay_account(data)
    server = ServerProcess(data)
    server.start()
    with server.client() as client:
        for folder in ("100CANON", "101CANON"):
            client.mkcol(f"/Upload/{folder}")
        client.put("/Upload/100CANON/IMG_0001.JPG", photo("2024:05:17 18:30:01"))
        client.put("/Upload/101CANON/IMG_0001.JPG", photo("2024:05:17 19:00:00", "navy"))
        client.put("/Upload/zone.jpg", photo("2024:05:18 18:30:01", utc_offset="+02:00"))
        client.put("/Upload/undated.jpg", photo(None))
        server.wait_idle()
    yield server
    server.stop()


@pytest.fixture
def mounted(filled: ServerProcess) -> Iterator[DavClient]:
    with filled.client() as client:
        yield client


def test_folders_are_years_months_and_days(mounted: DavClient) -> None:
    assert mounted.children("/Library/By date/") == ["/Library/By date/2024/"]
    assert mounted.children("/Library/By date/2024/") == ["/Library/By date/2024/2024-05/"]
    assert mounted.children("/Library/By date/2024/2024-05/")[0] == DAY


def test_a_name_twice_on_a_day_gets_a_number(mounted: DavClient) -> None:
    assert sorted(mounted.children(DAY)) == [DAY + "IMG_0001 (2).JPG", PHOTO]
    bodies = {mounted.get(path).body for path in mounted.children(DAY)}
    assert bodies == {photo("2024:05:17 18:30:01"), photo("2024:05:17 19:00:00", "navy")}


TV_DAY = "/Library/TV/2024/2024-05/2024-05-17/"


def listed_in_time(client: DavClient, folder: str, number: int) -> list[str]:
    """What lies in a folder once so much does: files for televisions are made when nothing else is to do."""
    for _ in range(300):
        answer = client.request("PROPFIND", folder, expect=(207, 404), headers={"Depth": "1"})
        if answer.status == 207 and len(client.children(folder)) >= number:
            return sorted(client.children(folder))
        time.sleep(0.1)
    raise AssertionError(f"{folder} holds less than {number}")


def test_televisions_see_one_file_for_each_shot(mounted: DavClient) -> None:
    assert listed_in_time(mounted, TV_DAY, 2) == [TV_DAY + "IMG_0001 (2).jpg", TV_DAY + "IMG_0001.jpg"]
    for path in mounted.children(TV_DAY):
        head, whole = mounted.head(path), mounted.get(path)
        listed = mounted.propfind(path, depth="0").resources()[path]
        assert int(head.headers["Content-Length"]) == len(whole.body)
        assert listed["{DAV:}getcontentlength"].text == str(len(whole.body))
        assert listed["{DAV:}getetag"].text == head.headers["ETag"] == whole.headers["ETag"]
        assert hashlib.sha256(whole.body).hexdigest() in (head.headers["ETag"] or "")
        part = mounted.get(path, expect=206, headers={"Range": "bytes=10-19"})
        assert part.body == whole.body[10:20]
        assert Image.open(io.BytesIO(whole.body)).format == "JPEG"


def test_albums_memories_and_favourites_are_folders(filled: ServerProcess, mounted: DavClient) -> None:
    listed_in_time(mounted, TV_DAY, 2)
    api = "/api/v1"
    items = json.loads(mounted.get(f"{api}/items").body)["items"]
    first, second = (item["id"] for item in items if item["name"] == "IMG_0001.JPG")
    wanted = {"title": "Best: of / all", "items": [first, second]}
    answer = mounted.request("POST", f"{api}/albums", expect=201, body=json.dumps(wanted).encode())
    assert mounted.children("/Library/Albums/") == ["/Library/Albums/Best- of - all/"]
    album = mounted.children("/Library/Albums/Best- of - all/")
    assert len(album) == 2
    assert all(mounted.get(path).body for path in album)
    undone = f"{api}/decisions/{json.loads(answer.body)['decision']}/undo"
    mounted.request("POST", undone, expect=200, body=b"{}")
    assert mounted.children("/Library/Albums/") == []
    mounted.request("POST", f"{api}/items/{first}", expect=200, body=b'{"favourite": true}')
    (favourite,) = mounted.children("/Library/Favourites/")
    assert favourite.startswith("/Library/Favourites/2024-05-17 IMG_0001")
    assert mounted.children("/Library/Memories/") == []
    mounted.get("/Library/Albums/Best- of - all/", expect=404)


def test_an_unknown_date_has_a_shelf_of_its_own(mounted: DavClient) -> None:
    assert mounted.children("/Library/Unknown date/") == ["/Library/Unknown date/undated.jpg"]
    assert mounted.get("/Library/Unknown date/undated.jpg").body == photo(None)


def test_facts_are_exact_in_headers_and_listing_alike(mounted: DavClient) -> None:
    data = photo("2024:05:17 18:30:01")
    path = next(path for path in mounted.children(DAY) if mounted.get(path).body == data)
    answer = mounted.head(path)
    listed = mounted.propfind(path, depth="0").resources()[path]
    assert int(answer.headers["Content-Length"]) == len(data)
    assert listed["{DAV:}getcontentlength"].text == str(len(data))
    assert listed["{DAV:}getetag"].text == answer.headers["ETag"]
    assert answer.headers["ETag"].startswith('"')
    assert listed["{DAV:}getlastmodified"].text == answer.headers["Last-Modified"]
    assert answer.headers["Content-Type"] == listed["{DAV:}getcontenttype"].text == "image/jpeg"


def test_last_modified_is_the_capture_time(mounted: DavClient) -> None:
    """Exactly so where the camera knew its zone; else its wall clock is read in the zone of the server."""
    (known,) = mounted.children("/Library/By date/2024/2024-05/2024-05-18/")
    assert mounted.head(known).headers["Last-Modified"] == "Sat, 18 May 2024 16:30:01 GMT"
    modified = parsedate_to_datetime(mounted.head(PHOTO).headers["Last-Modified"])
    assert {at.strftime("%Y-%m-%d %H") for at in (modified, modified.astimezone())} & {
        "2024-05-17 18",
        "2024-05-17 19",
    }


@pytest.mark.parametrize(
    ("asked", "first", "last"), [("0-0", 0, 0), ("100-199", 100, 199), ("-50", -50, -1), ("200-", 200, -1)]
)
def test_ranges(mounted: DavClient, asked: str, first: int, last: int) -> None:
    data = mounted.get(PHOTO).body
    answer = mounted.get(PHOTO, expect=206, headers={"Range": f"bytes={asked}"})
    first, last = (at % len(data) for at in (first, last))
    assert answer.body == data[first : last + 1]
    assert answer.headers["Content-Range"] == f"bytes {first}-{last}/{len(data)}"


def test_a_range_behind_the_end_is_416(mounted: DavClient) -> None:
    for asked in ("99999999-", "-0"):
        mounted.get(PHOTO, expect=416, headers={"Range": f"bytes={asked}"})


@pytest.mark.parametrize("asked", ["bytes=5-2", "bytes=-", "lines=1-2", "bytes=1-2-3", "bytes=0-1,4-5"])
def test_ranges_that_are_none_get_the_whole_file(mounted: DavClient, asked: str) -> None:
    """RFC 9110 14.2 allows to ignore them; a part that nobody asked for would be worse."""
    answer = mounted.get(PHOTO, expect=200, headers={"Range": asked})
    assert len(answer.body) == int(answer.headers["Content-Length"])


def test_an_unchanged_file_is_not_sent_again(mounted: DavClient) -> None:
    headers = mounted.head(PHOTO).headers
    mounted.get(PHOTO, expect=304, headers={"If-None-Match": headers["ETag"]})
    mounted.get(PHOTO, expect=304, headers={"If-Modified-Since": headers["Last-Modified"]})


@pytest.mark.parametrize("path", [PHOTO, DAY, "/Library/By date/"])
@pytest.mark.parametrize("method", ["PUT", "DELETE", "MKCOL", "MOVE", "COPY", "LOCK"])
def test_every_change_is_403_with_a_sentence(mounted: DavClient, method: str, path: str) -> None:
    headers = {"Destination": mounted.base_url + "/Library/elsewhere.jpg"}
    body = BODIES.get(method, b"")
    # MKCOL on what exists is 405 (RFC 4918 9.3.1), as PUT on a folder is.
    expect = (403, 405) if method in ("MKCOL", "PUT") else (403,)
    answer = mounted.request(method, path, expect=expect, body=body, headers=headers)
    assert says_a_sentence(answer) or answer.status == 405, answer.reason
    assert len(mounted.children(DAY)) == 2


@pytest.mark.parametrize("path", [DAY + "new.jpg", "/Library/new", "/Library/Unknown date/new.jpg"])
@pytest.mark.parametrize("method", ["PUT", "MKCOL", "LOCK"])
def test_nothing_new_can_be_made(mounted: DavClient, method: str, path: str) -> None:
    answer = mounted.request(method, path, expect=403, body=BODIES.get(method, b""))
    assert says_a_sentence(answer), answer.reason
    mounted.get(path, expect=404)


def test_properties_are_refused_one_by_one(mounted: DavClient) -> None:
    """Inside a 207, as Explorer needs it (fact 11 of the client reference)."""
    body = b'<D:propertyupdate xmlns:D="DAV:"><D:set><D:prop><D:x>1</D:x></D:prop></D:set></D:propertyupdate>'
    assert b" 403 " in mounted.proppatch(PHOTO, body).body
    assert mounted.propfind(PHOTO, depth="0").resources()[PHOTO].get("{DAV:}x") is None


def test_a_copy_out_of_it_is_refused_in_words(mounted: DavClient) -> None:
    """Its files are views; whoever wants one downloads it."""
    assert says_a_sentence(mounted.copy(PHOTO, "/Upload/from the library.jpg", expect=403))
    mounted.get("/Upload/from the library.jpg", expect=404)


def test_nothing_is_moved_or_copied_into_it(mounted: DavClient) -> None:
    for verb in (mounted.move, mounted.copy):
        assert says_a_sentence(verb("/Upload/undated.jpg", DAY + "here.jpg", expect=403))
    assert mounted.get("/Upload/undated.jpg").body == photo(None)


def test_locks_are_not_even_offered(mounted: DavClient) -> None:
    """DAV class 1 makes Finder mount it read-only, without a lock that could never be granted."""
    offered = mounted.options("/Library/By date/").headers
    assert "PUT" not in (offered["Allow"] or "")
    assert "2" not in {part.strip() for part in (offered["DAV"] or "").split(",")}


def says_a_sentence(answer: Answer) -> bool:
    return "read-only" in (answer.reason + answer.text).lower() and len(answer.reason.split()) >= 3
