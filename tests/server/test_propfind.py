"""PROPFIND and PROPPATCH of the running server, as clients meet them."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from tests.clients import DAV, Answer, DavClient, RawConnection, basic
from tests.server_process import PASSWORD, USER, ServerProcess

SENT = "Tue, 14 May 2024 10:00:00 GMT"


def asking(*names: str) -> bytes:
    """A PROPFIND for these properties, as they stand in XML."""
    return f'<D:propfind xmlns:D="DAV:"><D:prop>{"".join(names)}</D:prop></D:propfind>'.encode()


def update(inside: str) -> bytes:
    return f'<D:propertyupdate xmlns:D="DAV:" xmlns:z="z">{inside}</D:propertyupdate>'.encode()


def setting(*properties: str) -> str:
    return f"<D:set><D:prop>{''.join(properties)}</D:prop></D:set>"


def verdicts(answer: Answer) -> dict[str, str]:
    """A multistatus of one resource as {property name: status code}."""
    (response,) = ElementTree.fromstring(answer.body).findall(f"{DAV}response")
    return {
        prop.tag: part.findtext(f"{DAV}status", "").split()[1]
        for part in response.findall(f"{DAV}propstat")
        for prop in part.findall(f"{DAV}prop/*")
    }


def test_a_listing_in_the_form_that_the_plainest_players_read(shared_dav: DavClient) -> None:
    shared_dav.mkcol("/Upload/pf form")
    shared_dav.mkcol("/Upload/pf form/sub & (1)")
    shared_dav.put("/Upload/pf form/Überlingen #1 100%.jpg", b"photo")
    answer = shared_dav.propfind("/Upload/pf form/")
    assert answer.headers["Content-Type"] == "application/xml; charset=utf-8"
    assert '<D:multistatus xmlns:D="DAV:"><D:response><D:href>/Upload/pf%20form/</D:href>' in answer.text
    assert "<D:href>/Upload/pf%20form/sub%20%26%20(1)/</D:href>" in answer.text
    assert "<D:href>/Upload/pf%20form/%C3%9Cberlingen%20%231%20100%25.jpg</D:href>" in answer.text
    assert "<D:status>HTTP/1.1 200 OK</D:status>" in answer.text
    assert next(iter(answer.resources())) == "/Upload/pf form/"
    assert shared_dav.propfind("/Upload/pf form").resources().keys() == answer.resources().keys()


def test_a_name_is_told_as_the_other_methods_tell_it(shared_dav: DavClient) -> None:
    put = shared_dav.put("/Upload/pf-facts.jpg", b"photo", headers={"X-OC-Mtime": "1715680800"})
    facts = shared_dav.propfind("/Upload/pf-facts.jpg", depth="0").resources()["/Upload/pf-facts.jpg"]
    head = shared_dav.head("/Upload/pf-facts.jpg").headers
    assert facts[f"{DAV}getetag"].text == put.headers["ETag"] == head["ETag"]
    assert facts[f"{DAV}getlastmodified"].text == head["Last-Modified"] == SENT
    assert facts[f"{DAV}getcontentlength"].text == head["Content-Length"] == "5"


def test_one_more_question_than_there_are_answers(shared_dav: DavClient) -> None:
    answer = shared_dav.propfind(
        "/Upload/", depth="0", body=asking("<D:resourcetype/>", "<D:quota-used-bytes/>", '<x xmlns="y"/>')
    )
    assert verdicts(answer) == {f"{DAV}resourcetype": "200", f"{DAV}quota-used-bytes": "200", "{y}x": "404"}


@pytest.mark.parametrize(
    ("path", "depth", "status"),
    [
        ("/Upload/pf-nowhere", "0", 404),
        ("/Upload/pf-nowhere", "1", 404),
        ("/Library/nowhere", "1", 404),
        ("/Upload/", "infinity", 403),
        ("/", "infinity", 403),
    ],
)
def test_refusals_are_plain_statuses(shared_dav: DavClient, path: str, depth: str, status: int) -> None:
    answer = shared_dav.propfind(path, depth=depth, expect=status)
    assert (b"propfind-finite-depth" in answer.body) is (status == 403)


def test_folders_without_a_depth_are_refused_and_files_are_not(shared_dav: DavClient) -> None:
    shared_dav.put("/Upload/pf-depth.jpg", b"photo")
    shared_dav.request("PROPFIND", "/Upload/", expect=403)
    shared_dav.request("PROPFIND", "/Upload/pf-depth.jpg", expect=207)


@pytest.mark.parametrize("method", ["PROPFIND", "PROPPATCH"])
def test_xml_that_could_hurt_is_refused(shared_dav: DavClient, method: str) -> None:
    shared_dav.put("/Upload/pf-xml.jpg", b"photo")
    deep = b'<D:propfind xmlns:D="DAV:">' + b"<D:prop>" * 10_000 + b"</D:prop>" * 10_000 + b"</D:propfind>"
    bomb = b'<!DOCTYPE a [<!ENTITY b "ha">]><D:propfind xmlns:D="DAV:"><D:prop>&b;</D:prop></D:propfind>'
    for body in (deep, bomb, b"<", b'<wrong xmlns="DAV:"/>'):
        shared_dav.request(method, "/Upload/pf-xml.jpg", expect=400, body=body, headers={"Depth": "0"})


def test_a_long_listing_is_whole_in_both_versions_of_http(server: ServerProcess, dav: DavClient) -> None:
    """In chunks for HTTP/1.1; in HTTP/1.0 the end of the connection is the end of the listing."""
    number = 400
    for n in range(number):
        dav.put(f"/Upload/{n:03}.jpg", b"", expect=201)
    modern = dav.propfind("/Upload/")
    assert len(modern.resources()) == number + 1
    assert modern.headers["Transfer-Encoding"] == "chunked"
    with RawConnection(server.host, server.port) as old:
        login = basic(USER, PASSWORD)
        old.send(f"PROPFIND /Upload/ HTTP/1.0\r\nAuthorization: {login}\r\nDepth: 1\r\n\r\n".encode())
        answer = old.answer()
    assert answer is not None
    assert answer.body == modern.body


def test_properties_come_back(shared_dav: DavClient) -> None:
    shared_dav.put("/Upload/pf-dead.jpg", b"photo")
    answer = shared_dav.proppatch(
        "/Upload/pf-dead.jpg", update(setting("<z:a k='1'>x &amp; <z:b/></z:a>", "<z:c/>"))
    )
    assert verdicts(answer) == {"{z}a": "200", "{z}c": "200"}
    value = shared_dav.propfind("/Upload/", body=asking('<z:a xmlns:z="z"/>')).resources()[
        "/Upload/pf-dead.jpg"
    ]["{z}a"]
    assert (value.text, value.get("k"), value[0].tag) == ("x & ", "1", "{z}b")
    shared_dav.proppatch("/Upload/pf-dead.jpg", update("<D:remove><D:prop><z:a/></D:prop></D:remove>"))
    listed = shared_dav.propfind("/Upload/pf-dead.jpg").resources()["/Upload/pf-dead.jpg"]
    assert "{z}a" not in listed
    assert "{z}c" in listed


def test_all_of_a_proppatch_or_nothing(shared_dav: DavClient) -> None:
    shared_dav.put("/Upload/pf-atomic.jpg", b"photo")
    body = update(
        setting("<z:a/>", "<D:getetag>mine</D:getetag>", f"<D:getlastmodified>{SENT}</D:getlastmodified>")
    )
    answer = shared_dav.proppatch("/Upload/pf-atomic.jpg", body)
    assert verdicts(answer) == {"{z}a": "424", f"{DAV}getetag": "403", f"{DAV}getlastmodified": "424"}
    assert b"<D:cannot-modify-protected-property/>" in answer.body
    listed = shared_dav.propfind("/Upload/pf-atomic.jpg").resources()["/Upload/pf-atomic.jpg"]
    assert "{z}a" not in listed
    assert listed[f"{DAV}getlastmodified"].text != SENT


def test_too_many_properties_are_507_inside(shared_dav: DavClient) -> None:
    shared_dav.put("/Upload/pf-many.jpg", b"photo")
    many = [f"<z:p{n}/>" for n in range(101)]
    answer = shared_dav.proppatch("/Upload/pf-many.jpg", update(setting(*many)))
    assert set(verdicts(answer).values()) == {"507"}
    assert verdicts(shared_dav.proppatch("/Upload/pf-many.jpg", update(setting(*many[:100])))) == {
        f"{{z}}p{n}": "200" for n in range(100)
    }


@pytest.mark.parametrize("path", ["/", "/Upload", "/Upload/", "/Library", "/Library/By date/"])
def test_read_only_places_say_so_inside(shared_dav: DavClient, path: str) -> None:
    answer = shared_dav.proppatch(path, update(setting("<z:a/>")))
    assert verdicts(answer) == {"{z}a": "403"}


def test_rclone_sets_a_time_afterwards(shared_dav: DavClient) -> None:
    shared_dav.put("/Upload/pf-rclone.jpg", b"photo")
    body = update(setting("<D:lastmodified>1715680800</D:lastmodified>"))
    assert verdicts(shared_dav.proppatch("/Upload/pf-rclone.jpg", body)) == {f"{DAV}lastmodified": "200"}
    assert shared_dav.head("/Upload/pf-rclone.jpg").headers["Last-Modified"] == SENT


def test_a_locked_file_takes_properties_from_its_holder_only(shared_dav: DavClient) -> None:
    token = shared_dav.lock("/Upload/pf-locked.jpg")
    body = update(setting("<z:a/>"))
    shared_dav.proppatch("/Upload/pf-locked.jpg", body, expect=423)
    shared_dav.proppatch("/Upload/pf-locked.jpg", body, headers={"If": f"(<{token}>)"})
    for depth, path in (("0", "/Upload/pf-locked.jpg"), ("1", "/Upload/")):
        found = shared_dav.propfind(path, depth=depth).resources()["/Upload/pf-locked.jpg"]
        assert found[f"{DAV}lockdiscovery"].findtext(f".//{DAV}locktoken/{DAV}href") == token
    shared_dav.unlock("/Upload/pf-locked.jpg", token)


def test_checksums_are_told_when_asked_for(shared_dav: DavClient) -> None:
    etag = shared_dav.put("/Upload/pf-sums.jpg", b"photo").headers["ETag"].strip('"')
    asked = asking('<oc:checksums xmlns:oc="http://owncloud.org/ns"/>')
    sums = shared_dav.propfind("/Upload/pf-sums.jpg", body=asked).resources()["/Upload/pf-sums.jpg"]
    assert f"SHA256:{etag}" in "".join(sums["{http://owncloud.org/ns}checksums"].itertext())
