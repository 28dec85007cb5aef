"""Properties as XML text: what each kind of line has, and what no name or value may break."""

from __future__ import annotations

import json
import unicodedata
from datetime import UTC, datetime
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest

from davserver.protocol.properties import (
    CHECKSUMS,
    MULTISTATUS,
    MULTISTATUS_END,
    QUOTA_AVAILABLE,
    QUOTA_USED,
    Extras,
    Form,
    Mode,
    Question,
    element,
    escaped,
    href,
    href_part,
    timestamp,
)
from indexer.catalog.listings import Listed
from indexer.model import Lock

DIGEST = "ab" * 32
FILE = Listed("DCIM/a.jpg", "a.jpg", False, 1715700000.5, 1715700001.5, DIGEST, 1234, "image/jpeg")
EMPTY = Listed("a.jpg", "a.jpg", False, 1715700000.0, 1715700001.0, None, 0, "application/octet-stream")
FOLDER = Listed("DCIM", "DCIM", True, 1715700000.0, 1715700001.0)
TIMELESS = Listed("", "Upload", True)
ALLPROP = Question(Mode.ALLPROP)
LOCK = Lock("urn:uuid:1", "/Upload/a b.jpg", '<?xml version="1.0"?>\n<o/>', "0", "exclusive", 600.0, 2.0**33)
RFC_4918 = {
    "resourcetype", "displayname", "getcontentlength", "getcontenttype", "getetag", "getlastmodified",
    "creationdate", "supportedlock", "lockdiscovery",
}  # fmt: skip


def answer(
    question: Question, line: Listed, extras: Extras | None = None
) -> dict[str, dict[str, ElementTree.Element]]:
    """One line's answer as {status: {property: element}}."""
    text = Form(question, extras or Extras(True)).response("/x", line)
    (response,) = ElementTree.fromstring(MULTISTATUS + text + MULTISTATUS_END)
    assert response.findtext("{DAV:}href") == "/x"
    stats = response.findall("{DAV:}propstat")
    return {
        part.findtext("{DAV:}status", ""): {prop.tag: prop for prop in part.findall("{DAV:}prop/*")}
        for part in stats
    }


def found(question: Question, line: Listed, extras: Extras | None = None) -> dict[str, ElementTree.Element]:
    return answer(question, line, extras).get("HTTP/1.1 200 OK", {})


def dav(*names: str) -> tuple[str, ...]:
    return tuple(f"{{DAV:}}{name}" for name in names)


@pytest.mark.parametrize(
    ("line", "absent"),
    [
        (FILE, set()),
        (EMPTY, set()),
        (FOLDER, {"getcontentlength", "getetag"}),
        (TIMELESS, {"getcontentlength", "getetag", "getlastmodified", "creationdate"}),
    ],
)
def test_allprop_is_what_rfc_4918_defines(line: Listed, absent: set[str]) -> None:
    stats = answer(ALLPROP, line, Extras(True, None, lambda: (1, 2)))
    assert set(stats) == {"HTTP/1.1 200 OK"}
    assert set(stats["HTTP/1.1 200 OK"]) == set(dav(*(RFC_4918 - absent)))


def test_the_values_of_a_file() -> None:
    values = {name: prop.text for name, prop in found(ALLPROP, FILE).items()}
    assert values["{DAV:}getcontentlength"] == "1234"
    assert values["{DAV:}getetag"] == f'"{DIGEST}"'
    assert values["{DAV:}getlastmodified"] == "Tue, 14 May 2024 15:20:00 GMT"
    assert values["{DAV:}creationdate"] == "2024-05-14T15:20:01Z"
    assert values["{DAV:}getcontenttype"] == "image/jpeg"
    assert values["{DAV:}displayname"] == "a.jpg"
    assert values["{DAV:}resourcetype"] is None


def test_a_folder_is_one_in_both_ways_that_players_know() -> None:
    text = Form(ALLPROP, Extras()).response("/x/", FOLDER)
    assert "<D:resourcetype><D:collection/></D:resourcetype>" in text
    assert "<D:getcontenttype>httpd/unix-directory</D:getcontenttype>" in text


def test_what_is_not_there_is_a_404_of_its_own() -> None:
    stats = answer(Question(Mode.PROP, ("{DAV:}getetag", "{x}y", "{DAV:}nonsense", "plain")), FILE)
    assert set(stats["HTTP/1.1 200 OK"]) == {"{DAV:}getetag"}
    assert set(stats["HTTP/1.1 404 Not Found"]) == {"{x}y", "{DAV:}nonsense", "plain"}
    assert set(answer(Question(Mode.PROP, ("{x}y",)), FILE)) == {"HTTP/1.1 404 Not Found"}
    assert answer(Question(Mode.PROP), FILE) == {"HTTP/1.1 200 OK": {}}


def test_a_minimal_answer_leaves_out_what_is_missing() -> None:
    assert set(answer(Question(Mode.PROP, ("{x}y", "{DAV:}getetag"), True), FILE)) == {"HTTP/1.1 200 OK"}
    assert answer(Question(Mode.PROP, ("{x}y",), True), FILE) == {"HTTP/1.1 200 OK": {}}


def test_propname_names_everything_and_tells_nothing() -> None:
    line = FILE._replace(properties=json.dumps({"{x}y": "<y xmlns='x'>1</y>"}))
    names = found(Question(Mode.PROPNAME), line)
    assert set(names) == {*dav(*RFC_4918), CHECKSUMS, "{x}y"}
    assert not any(prop.text or len(prop) for prop in names.values())


@pytest.mark.parametrize("names", [(), ("{x}y",), ("{x}y", "{x}z")])
def test_dead_properties_come_back_as_they_were_left(names: tuple[str, ...]) -> None:
    """Rows of older versions have an XML declaration before each value."""
    value = "<?xml version='1.0' encoding='UTF-8'?>\n<n:y xmlns:n=\"x\" a=\"100%\">5 % &amp; more</n:y>"
    line = FILE._replace(properties=json.dumps({"{x}y": value}))
    stats = answer(Question(Mode.PROP, names) if names else ALLPROP, line)
    prop = stats["HTTP/1.1 200 OK"]["{x}y"]
    assert (prop.text, prop.get("a")) == ("5 % & more", "100%")
    assert set(stats.get("HTTP/1.1 404 Not Found", {})) == set(names) - {"{x}y"}


def test_quota_is_told_of_folders_and_only_when_named() -> None:
    extras = Extras(quota=lambda: (500, 20))
    named = Question(Mode.PROP, (QUOTA_AVAILABLE, QUOTA_USED, "{DAV:}quota"))
    assert [prop.text for prop in found(named, FOLDER, extras).values()] == ["500", "20"]
    assert found(named, FILE, extras) == {}
    assert found(named, FOLDER, Extras()) == {}


@pytest.mark.parametrize(
    ("declared", "told"),
    [("", f"SHA256:{DIGEST}"), ("SHA1:11 MD5:22", f"SHA1:11 MD5:22 SHA256:{DIGEST}")],
)
def test_checksums_as_rclone_reads_them(declared: str, told: str) -> None:
    question = Question(Mode.PROP, (CHECKSUMS,))
    prop = found(question, FILE._replace(checksums=declared))[CHECKSUMS]
    assert prop.findtext("{http://owncloud.org/ns}checksum") == told
    assert found(question, EMPTY) == found(question, FOLDER) == {}


def test_locks_are_discovered_with_what_is_left_of_their_time() -> None:
    extras = Extras(True, lambda line: [LOCK] if line is FILE else [])
    lock = found(ALLPROP, FILE, extras)["{DAV:}lockdiscovery"][0]
    assert [child.tag for child in lock] == [
        *dav("locktype", "lockscope", "depth"), "o", *dav("timeout", "locktoken", "lockroot"),
    ]  # fmt: skip
    assert lock.findtext("{DAV:}lockroot/{DAV:}href") == "/Upload/a%20b.jpg"
    assert lock.findtext("{DAV:}locktoken/{DAV:}href") == "urn:uuid:1"
    assert lock.findtext("{DAV:}timeout", "").startswith("Second-")
    assert len(found(ALLPROP, EMPTY, extras)["{DAV:}lockdiscovery"]) == 0


def test_what_can_be_locked_says_so() -> None:
    scopes = [
        scope.tag for scope in found(ALLPROP, FILE)["{DAV:}supportedlock"].findall(".//{DAV:}lockscope/*")
    ]
    assert scopes == ["{DAV:}exclusive", "{DAV:}shared"]
    assert len(found(ALLPROP, FILE, Extras())["{DAV:}supportedlock"]) == 0


NAMES = [
    "IMG_1.JPG", "a b & <c> \"d\" 'e'.jpg", "100%.jpg", "(1) #?.jpg", "Überlingen.jpg", "写真 😀.jpg",
    "~$x;=+@.jpg", unicodedata.normalize("NFD", "é.jpg"), "]]>.jpg",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_names_come_through_whole(name: str) -> None:
    assert unquote(href_part(name)) == name
    assert href_part(name).isascii()
    assert found(ALLPROP, FILE._replace(name=name))["{DAV:}displayname"].text == name
    assert href(f"/Upload/{name}/x") == f"/Upload/{href_part(name)}/x"


@pytest.mark.parametrize("name", ["a\x01b", "a\x1fb", "a\ufffeb", "a\ud800b"])
def test_what_xml_cannot_carry_breaks_nothing(name: str) -> None:
    assert found(ALLPROP, FILE._replace(name=name))["{DAV:}displayname"].text == "a\ufffdb"
    assert href_part(name).isascii()


def test_line_ends_survive_the_parser() -> None:
    text = "x\ry"
    assert ElementTree.fromstring(f"<a>{escaped(text)}</a>").text == text


XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


@pytest.mark.parametrize(
    "name", ["{DAV:}x", "{urn:a&b\"<'}x", "{http://a}x", "x", "{http://a/%s%(b)d}x", XML_LANG]
)
def test_an_element_has_the_name_that_was_asked_for(name: str) -> None:
    holder = f'<D:prop xmlns:D="DAV:">{element(name)}{element(name, "1")}</D:prop>'
    assert [child.tag for child in ElementTree.fromstring(holder)] == [name, name]
    assert set(answer(Question(Mode.PROP, (name,)), FILE)["HTTP/1.1 404 Not Found"]) == {name}


@pytest.mark.parametrize("second", [0, 1, 951782400, 1715700000, 1735689599, 2**33, -1])
def test_dates(second: int) -> None:
    assert datetime.fromisoformat(timestamp(second)) == datetime.fromtimestamp(second, UTC)
