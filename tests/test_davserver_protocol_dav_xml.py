"""The XML of requests: what it means, and what is refused."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from wsgidav.dav_error import DAVError

from davserver.protocol.dav_xml import Change, parse_propfind, parse_proppatch
from davserver.protocol.properties import Mode, Question

BOMB = b"""<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>
<propfind xmlns="DAV:"><prop><x>&b;</x></prop></propfind>"""


@pytest.mark.parametrize(
    ("inside", "wanted"),
    [
        ("<allprop/>", Question(Mode.ALLPROP)),
        ("<propname/>", Question(Mode.PROPNAME)),
        ("<prop/>", Question(Mode.PROP)),
        ("<prop><getetag/><y xmlns='x'/><getetag/></prop>", Question(Mode.PROP, ("{DAV:}getetag", "{x}y"))),
        ("<allprop/><include><y xmlns='x'/></include>", Question(Mode.ALLPROP, ("{x}y",))),
        ("<new xmlns='later'/><prop><a xmlns=''/></prop>", Question(Mode.PROP, ("a",))),
    ],
)
def test_what_a_propfind_asks(inside: str, wanted: Question) -> None:
    assert parse_propfind(f'<propfind xmlns="DAV:">{inside}</propfind>'.encode()) == wanted


def test_no_body_asks_for_everything() -> None:
    assert parse_propfind(b"") == parse_propfind(b" \r\n") == Question(Mode.ALLPROP)
    assert parse_propfind(b"", is_minimal=True).is_minimal


@pytest.mark.parametrize(
    "body",
    [
        b"<foo>",
        b"not xml",
        b'<propfind xmlns="DAV:"/>',
        b'<propfind xmlns="DAV:"><prop/><allprop/></propfind>',
        b'<propfind xmlns="DAV:"><prop/><prop/></propfind>',
        b'<propfind xmlns="other"><prop/></propfind>',
        b'<D:propfind xmlns:D="DAV:"><D:prop><bar:foo xmlns:bar=""/></D:prop></D:propfind>',
        b'<?xml version="1.0" encoding="no-such"?><propfind xmlns="DAV:"><prop/></propfind>',
        b'<?xml version="1.0" encoding="utf-8"?><propfind xmlns="DAV:"><prop>\xff</prop></propfind>',
        b'<!DOCTYPE propfind SYSTEM "file:///etc/passwd"><propfind xmlns="DAV:"><prop/></propfind>',
        b'<propfind xmlns="DAV:"><prop>' + b"<a>" * 40_000 + b"</a>" * 40_000 + b"</prop></propfind>",
        b'<propfind xmlns="DAV:"><prop>'
        + b"".join(b"<a%d/>" % n for n in range(1001))
        + b"</prop></propfind>",
        BOMB,
    ],
    ids=lambda body: body[:30].decode(errors="replace"),
)
def test_a_bad_propfind_is_refused_in_words(body: bytes) -> None:
    with pytest.raises(DAVError) as caught:
        parse_propfind(body)
    assert caught.value.value == 400
    assert caught.value.context_info.endswith(".")


def update(inside: str) -> bytes:
    return f'<propertyupdate xmlns="DAV:" xmlns:z="z">{inside}</propertyupdate>'.encode()


def test_changes_in_their_order() -> None:
    changes = parse_proppatch(
        update(
            "<set><prop><z:a>1</z:a> tail <z:b/></prop></set><remove><prop><z:a/></prop></remove>"
            "<later/><set><prop><lastmodified>5</lastmodified></prop></set>"
        )
    )
    assert [(change.name, change.text) for change in changes] == [
        ("{z}a", "1"), ("{z}b", ""), ("{z}a", None), ("{DAV:}lastmodified", "5"),
    ]  # fmt: skip
    assert changes[2] == Change("{z}a", None, None)
    assert ElementTree.fromstring(changes[0].xml or "").tail is None


def test_a_value_is_kept_with_all_that_is_in_it() -> None:
    (change,) = parse_proppatch(
        update('<set><prop xml:lang="de"><z:a k="v">x<z:b>&amp;</z:b>y</z:a></prop></set>')
    )
    value = ElementTree.fromstring(change.xml or "")
    assert value.tag == "{z}a"
    assert value.attrib == {"k": "v", "{http://www.w3.org/XML/1998/namespace}lang": "de"}
    assert (value.text, value[0].text, value[0].tail) == ("x", "&", "y")


@pytest.mark.parametrize(
    "body",
    [b"", b"<", update(""), update("<set/>"), update("<set><prop/></set>"), b'<propfind xmlns="DAV:"/>'],
)
def test_a_bad_proppatch_is_refused(body: bytes) -> None:
    with pytest.raises(DAVError) as caught:
        parse_proppatch(body)
    assert caught.value.value == 400
