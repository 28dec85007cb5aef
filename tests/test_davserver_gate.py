"""The gate's decisions as tables; who gets through it is proved by tests/server/test_root.py."""

from __future__ import annotations

import base64

import pytest

from davserver.gate import basic_credentials, is_for_looking, is_for_mounts, wants_digest


@pytest.mark.parametrize(
    ("method", "path", "mounts"),
    [
        ("GET", "/", False),
        ("POST", "/", False),
        ("PROPFIND", "/", True),
        ("OPTIONS", "/", True),
        ("GET", "/Upload/IMG_1.JPG", True),
        ("GET", "/Upload", True),
        ("HEAD", "/Library/", True),
        ("GET", "/upload/", False),
        ("GET", "/Uploads/", False),
        ("PUT", "/elsewhere.jpg", True),
        ("DELETE", "/api/v1/items/1", False),
        ("OPTIONS", "/api/v1/items", False),
        ("PUT", "/apiary", True),
        ("GET", "/remote.php/dav/files/alice/IMG_1.JPG", True),
        ("GET", "/remote.phpx", False),
        ("GET", "/static/app.js", False),
    ],
)
def test_who_answers(method: str, path: str, mounts: bool) -> None:
    assert is_for_mounts(method, path) is mounts


def basic(text: str, encoding: str = "utf-8") -> str:
    return base64.b64encode(text.encode(encoding)).decode()


@pytest.mark.parametrize(
    ("header", "credentials"),
    [
        (f"Basic {basic('alice:secret')}", ("alice", "secret")),
        (f"basic  {basic('alice:a:b')}", ("alice", "a:b")),
        (f"BASIC {basic('Zoë:pässword')}", ("Zoë", "pässword")),
        (f"Basic {basic('alice')}", ("alice", "")),
        (f"Basic {basic(':')}", ("", "")),
        (f"Basic {basic('Zoë:x', 'latin-1')}", None),
        (f"Bearer {basic('alice:secret')}", None),
        ("Basic", ("", "")),
        ("Basic %%%", None),
        ("Basic YWxpY2U6€", None),
        ("", None),
    ],
)
def test_credentials(header: str, credentials: tuple[str, str] | None) -> None:
    assert basic_credentials(header) == credentials


@pytest.mark.parametrize(
    ("method", "path", "is_allowed"),
    [
        ("PROPFIND", "/", True),
        ("OPTIONS", "/", True),
        ("PROPFIND", "/Library/", True),
        ("GET", "/Library/By date/2024/a.jpg", True),
        ("HEAD", "//Library/a.jpg", True),
        ("PROPFIND", "/Upload", False),
        ("GET", "//Upload/a.jpg", False),
        ("GET", "/Libraryx", False),
        ("PROPFIND", "/remote.php/dav/files/alice", False),
        ("COPY", "/Library/a.jpg", False),
        ("LOCK", "/Library/a.jpg", False),
        ("PUT", "/a.jpg", False),
        ("PROPPATCH", "/", False),
        ("GET", "/", False),
        ("HEAD", "/", False),
        ("GET", "/connect", False),
        ("GET", "/api/v1/items", False),
        ("POST", "/api/v1/session", False),
        ("GET", "/static/base.css", False),
        ("PROPFIND", "/remote.php/webdav/", False),
        ("GET", "/remote.php/dav/files/alice/a.jpg", False),
    ],
)
def test_what_a_read_only_device_may(method: str, path: str, is_allowed: bool) -> None:
    assert is_for_looking(method, path) is is_allowed


@pytest.mark.parametrize(
    ("scheme", "agent", "authorization", "is_digest"),
    [
        ("http", "Microsoft-WebDAV-MiniRedir/10.0.19045", "", True),
        ("https", "Microsoft-WebDAV-MiniRedir/10.0.19045", "", False),
        ("http", "WebDAVFS/3.0.0 (03008000) Darwin/23.0.0", "", False),
        ("http", "", "", False),
        ("http", "curl/8", 'Digest username="alice"', True),
        ("https", "curl/8", 'Digest username="alice"', False),
        ("http", "curl/8", "Basic eA==", False),
    ],
)
def test_which_challenge(scheme: str, agent: str, authorization: str, is_digest: bool) -> None:
    environ = {"wsgi.url_scheme": scheme, "HTTP_USER_AGENT": agent, "HTTP_AUTHORIZATION": authorization}
    assert wants_digest(environ) is is_digest
