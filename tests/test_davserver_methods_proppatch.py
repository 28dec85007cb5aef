"""What each change of a PROPPATCH means by itself. (The whole method: tests/server/test_propfind.py.)"""

from __future__ import annotations

import pytest

from davserver.methods.proppatch import judge
from davserver.protocol.dav_xml import Change

WIN32 = "{urn:schemas-microsoft-com:}"
SENT = "Tue, 14 May 2024 10:00:00 GMT"
SENT_S = 1715680800.0


@pytest.mark.parametrize(
    ("name", "text", "status", "mtime"),
    [
        (f"{WIN32}Win32LastModifiedTime", SENT, "200", SENT_S),
        (f"{WIN32}Win32LastModifiedTime", "Mon, 01 Jan 0001 00:00:00 GMT", "200", None),
        (f"{WIN32}Win32LastModifiedTime", None, "200", None),
        (f"{WIN32}Win32CreationTime", SENT, "200", None),
        ("{DAV:}getlastmodified", SENT, "200", SENT_S),
        ("{DAV:}getlastmodified", "yesterday", "409", None),
        ("{DAV:}getlastmodified", None, "403", None),
        ("{DAV:}lastmodified", "1715680800", "200", SENT_S),
        ("{DAV:}lastmodified", "1715680800.25", "200", SENT_S + 0.25),
        ("{DAV:}lastmodified", "nan", "409", None),
        ("{DAV:}getetag", "x", "403", None),
        ("{DAV:}displayname", "x", "403", None),
        ("{DAV:}unheard-of", "x", "403", None),
        ("{http://owncloud.org/ns}checksums", "x", "403", None),
        ("{http://owncloud.org/ns}favorite", "1", "200", None),
        ("{x}y", "1", "200", None),
        ("{x}y", None, "200", None),
        ("y", "1", "200", None),
    ],
)
def test_verdicts(name: str, text: str | None, status: str, mtime: float | None) -> None:
    verdict = judge(Change(name, text, None if text is None else "<y/>"))
    assert verdict.status.split()[0] == status
    assert verdict.mtime == mtime
    assert bool(verdict.error) == (status == "403")
