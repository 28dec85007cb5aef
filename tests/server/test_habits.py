"""Small habits of clients, and details of RFC 4918 that servers often get wrong, each on a running server."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from email.utils import parsedate_to_datetime
from urllib.parse import quote
from xml.etree import ElementTree

import pytest

from tests.clients import DAV, Answer, DavClient
from tests.server_process import ServerProcess

HOME = "/Upload/habits"
FILE = f"{HOME}/photo & co.jpg"
PROPNAME = b'<D:propfind xmlns:D="DAV:"><D:propname/></D:propfind>'
QUOTA = (
    b'<D:propfind xmlns:D="DAV:">'
    b"<D:prop><D:quota-available-bytes/><D:quota-used-bytes/></D:prop></D:propfind>"
)
LOCK = (
    b'<D:lockinfo xmlns:D="DAV:"><D:lockscope><D:exclusive/></D:lockscope>'
    b"<D:locktype><D:write/></D:locktype></D:lockinfo>"
)


@pytest.fixture
def dav(shared_dav: DavClient) -> Iterator[DavClient]:
    """A client of a share in which FILE is the only file of HOME."""
    shared_dav.mkcol(HOME, expect=(201, 405))
    shared_dav.put(FILE, b"a photo")
    yield shared_dav
    shared_dav.delete(HOME)


def condition(answer: Answer) -> str:
    """The element that names the condition which was not met (RFC 4918 16)."""
    (found,) = ElementTree.fromstring(answer.body)
    return found.tag.removeprefix(DAV)


# Listings


def test_a_collection_is_in_its_own_listing_and_ends_in_a_slash(dav: DavClient) -> None:
    for asked in (HOME, f"{HOME}/"):
        assert list(dav.propfind(asked).resources()) == [f"{HOME}/", FILE]


@pytest.mark.parametrize("name", ["100%.jpg", "a+b#1?.jpg", "日本語 😀.jpg", "it's <&>.jpg", "U\u0308.jpg"])
def test_addresses_are_encoded_so_that_they_can_be_asked_for_again(dav: DavClient, name: str) -> None:
    dav.put(f"{HOME}/{name}", name.encode(), expect=201)
    listed = re.findall(r"<D:href>([^<]*)</D:href>", dav.propfind(HOME).text)
    (address,) = (href for href in listed if href not in (f"{HOME}/", quote(FILE)))
    assert re.fullmatch(r"(/([A-Za-z0-9._~!$'()*+,;=:@-]|&amp;|%[0-9A-F]{2})+)+", address)
    target = address.replace("&amp;", "&")
    assert dav.request("GET", "", target=target, expect=200).body == name.encode()


def test_a_name_is_shown_as_the_last_part_of_its_address(dav: DavClient) -> None:
    """Old versions of Explorer mix up files whose displayname is another."""
    for path, told in dav.propfind(HOME).resources().items():
        assert told[f"{DAV}displayname"].text == path.rstrip("/").rpartition("/")[2]


def test_times_have_the_forms_of_their_standards(dav: DavClient) -> None:
    told = dav.propfind(FILE, depth="0").resources()[FILE]
    modified, created = told[f"{DAV}getlastmodified"].text or "", told[f"{DAV}creationdate"].text or ""
    assert modified.endswith("GMT")
    assert parsedate_to_datetime(modified).tzinfo is not None
    assert datetime.fromisoformat(created).tzinfo is not None


def test_lock_support_is_told_where_it_is(dav: DavClient) -> None:
    told = dav.propfind(FILE, depth="0").resources()[FILE]
    assert told[f"{DAV}supportedlock"].find(f"{DAV}lockentry") is not None
    options = dav.options(FILE).headers
    assert {"1", "2"} <= set(options["DAV"].replace(" ", "").split(","))
    assert options["MS-Author-Via"] == "DAV"


def test_only_names_are_told_where_only_names_are_asked_for(dav: DavClient) -> None:
    told = dav.propfind(FILE, depth="0", body=PROPNAME).resources()[FILE]
    assert {f"{DAV}getetag", f"{DAV}getcontentlength", f"{DAV}resourcetype"} <= set(told)
    assert all(element.text is None and len(element) == 0 for element in told.values())


def test_quota_is_told_of_folders_and_only_when_asked_for(dav: DavClient) -> None:
    """RFC 4331: it is not part of allprop. The Finder rule: used and available as they are, on any folder."""
    told = dav.propfind(HOME, depth="0", body=QUOTA).resources()[f"{HOME}/"]
    assert int(told[f"{DAV}quota-available-bytes"].text or 0) > 0
    assert int(told[f"{DAV}quota-used-bytes"].text or 0) > 0
    assert not [name for name in dav.propfind(HOME, depth="0").resources()[f"{HOME}/"] if "quota" in name]
    assert not dav.propfind(FILE, depth="0", body=QUOTA).resources()[FILE]


def test_a_question_in_chunks_is_read(dav: DavClient) -> None:
    body = b'<D:propfind xmlns:D="DAV:"><D:prop><D:getetag/></D:prop></D:propfind>'
    headers = {"Depth": "0"}
    answer = dav.request("PROPFIND", FILE, body=iter([body[:20], body[20:]]), headers=headers, expect=207)
    assert set(answer.resources()[FILE]) == {f"{DAV}getetag"}


@pytest.mark.parametrize("method", ["OPTIONS", "PROPFIND", "GET", "HEAD", "DELETE"])
def test_a_missing_slash_is_never_a_redirect(dav: DavClient, method: str) -> None:
    """Finder follows none for most methods."""
    dav.mkcol(f"{HOME}/folder")
    depth = "infinity" if method == "DELETE" else "0"
    dav.request(method, f"{HOME}/folder", headers={"Depth": depth}, expect=range(200, 300))


# Writing


def test_a_new_file_is_told_in_full(dav: DavClient) -> None:
    """Without both headers Finder asks once more, and forgets the answer."""
    answer = dav.put(f"{HOME}/new.jpg", b"new", expect=201)
    head = dav.head(f"{HOME}/new.jpg").headers
    for name in ("ETag", "Last-Modified"):
        assert answer.headers[name] == head[name]
    assert re.fullmatch(r'"[^"]+"', head["ETag"])
    assert head["Content-Length"] == "3"


def test_a_client_that_cleans_up_destroys_no_photo(shared_server: ServerProcess, dav: DavClient) -> None:
    """rclone removes the name when a PUT failed; Finder does when a copy is cancelled."""
    dav.put(f"{HOME}/cleaned up.jpg", b"kept for ever")
    shared_server.wait_idle()
    dav.delete(f"{HOME}/cleaned up.jpg")
    dav.get(f"{HOME}/cleaned up.jpg", expect=404)
    (item,) = dav.items("&query=cleaned")
    assert dav.get(f"/api/v1/items/{item['id']}/original").body == b"kept for ever"


def test_if_match_of_what_is_not_there_creates_nothing(dav: DavClient) -> None:
    dav.put(f"{HOME}/ghost.jpg", b"x", expect=412, headers={"If-Match": "*"})
    dav.get(f"{HOME}/ghost.jpg", expect=404)
    dav.put(FILE, b"x", expect=412, headers={"If-None-Match": "*"})
    assert dav.get(FILE).body == b"a photo"


@pytest.mark.parametrize("method", ["COPY", "MOVE"])
def test_what_a_copy_or_a_move_may_not_do(dav: DavClient, method: str) -> None:
    there = f"{HOME}/there.jpg"
    dav.put(there, b"there")

    def to(path: str, expect: int, **headers: str) -> None:
        address = path if path.startswith("http") else dav.base_url + quote(path)
        dav.request(method, FILE, headers={"Destination": address, **headers}, expect=expect)

    to(there, 412, Overwrite="F")
    to(FILE, 403)
    to(f"{HOME}/nowhere/photo.jpg", 409)
    to("http://elsewhere.example/Upload/photo.jpg", 502)
    assert dav.get(there).body == b"there"
    # Host names change their case on the way, and without a header the target is replaced.
    to(dav.base_url.upper().replace("HTTP", "http") + quote(there), 204)
    assert dav.get(there).body == b"a photo"


def test_what_a_new_folder_may_not_be(dav: DavClient) -> None:
    dav.mkcol(HOME, expect=405)
    dav.mkcol(FILE, expect=405)
    dav.mkcol(f"{HOME}/nowhere/folder", expect=409)
    dav.request("MKCOL", f"{HOME}/described", body=b"<D:mkcol xmlns:D='DAV:'/>", expect=415)
    dav.put(f"{HOME}/nowhere/photo.jpg", b"x", expect=409)
    assert dav.children(HOME) == [FILE]


# Locks


@pytest.mark.parametrize("asked", ["Infinite", "Second-4100000000", "", "Second-600"])
def test_no_lock_outlives_an_hour_of_silence(dav: DavClient, asked: str) -> None:
    headers = {"Depth": "0"} | ({"Timeout": asked} if asked else {})
    answer = dav.request("LOCK", FILE, body=LOCK, headers=headers, expect=200)
    told = re.search(r"<D:timeout>Second-(\d+)</D:timeout>", answer.text)
    assert told is not None
    assert 0 < int(told[1]) <= 3600
    dav.request("UNLOCK", FILE, headers={"Lock-Token": answer.headers["Lock-Token"]}, expect=204)


def test_a_lock_that_is_in_the_way_is_named(dav: DavClient) -> None:
    """RFC 4918 16: a token that is missing is another thing than a lock that stands in the way."""
    token = dav.lock(FILE, expect=200)
    assert condition(dav.put(FILE, b"x", expect=423)) == "lock-token-submitted"
    assert condition(dav.request("DELETE", FILE, expect=423)) == "lock-token-submitted"
    assert condition(dav.request("LOCK", FILE, body=LOCK, expect=423)) == "no-conflicting-lock"
    dav.unlock(FILE, token)


def test_a_move_takes_no_lock_along(dav: DavClient) -> None:
    token = dav.lock(FILE, expect=200)
    headers = {"Destination": dav.base_url + quote(f"{HOME}/moved.jpg"), "If": f"(<{token}>)"}
    dav.request("MOVE", FILE, headers=headers, expect=201)
    dav.put(f"{HOME}/moved.jpg", b"free to change", expect=204)
    dav.put(FILE, b"free to create", expect=201)


# Probes


@pytest.mark.parametrize(
    "name", ["._photo.jpg", ".localized", ".Spotlight-V100", "Backups.backupdb", "Contents", "mach_kernel"]
)
def test_probes_of_finder_find_nothing(dav: DavClient, name: str) -> None:
    dav.propfind(f"{HOME}/{name}", depth="0", expect=404)


# macOS


@pytest.mark.parametrize("folder", ["/", "/Upload/", "/Library/"])
@pytest.mark.parametrize("name", [".metadata_never_index", ".ql_disablethumbnails"])
def test_a_mac_is_told_to_leave_the_drive_alone(dav: DavClient, folder: str, name: str) -> None:
    """Spotlight and Finder's previews would read every photo through the network."""
    (found,) = dav.propfind(f"{folder}{name}", depth="0").resources().values()
    assert found[f"{DAV}getcontentlength"].text == "0"
    assert f"{folder}{name}" not in dav.propfind(folder).resources()
    dav.propfind(f"{HOME}/{name}", depth="0", expect=404)


def test_a_real_file_of_such_a_name_goes_first(dav: DavClient) -> None:
    dav.put("/Upload/.metadata_never_index", b"mine", expect=201)
    assert dav.get("/Upload/.metadata_never_index").body == b"mine"
    dav.delete("/Upload/.metadata_never_index")
    assert dav.get("/Upload/.metadata_never_index").body == b""
