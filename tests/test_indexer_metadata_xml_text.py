"""`xml_text.root_of`: whole texts are parsed, broken and hostile ones are nothing."""

from __future__ import annotations

import pytest

from indexer.metadata.xml_text import MOST_TEXT_BYTES, root_of


@pytest.mark.parametrize(
    "text",
    [
        b"<a b='c'/>",
        b"\x00\r\n <a b='c'/>\n\x00\x00",
        b"<a b='c'/>" + b" " * (MOST_TEXT_BYTES - 10),
    ],
)
def test_whole_texts(text: bytes) -> None:
    root = root_of(text)
    assert root is not None
    assert (root.tag, root.attrib) == ("a", {"b": "c"})


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"\x00",
        b"<a",
        b"no text of XML",
        b'<?xml version="1.0" encoding="no-such"?><a/>',
        b'<?xml version="1.0" encoding="utf-7"?><a/>',
        b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
        b"<a/>" + b" " * MOST_TEXT_BYTES,
    ],
)
def test_broken_and_hostile_texts(text: bytes) -> None:
    assert root_of(text) is None
