"""The gate's decisions as tables; who gets through it is proved by tests/server/test_root.py."""

from __future__ import annotations

import base64

import pytest

from davserver.gate import basic_credentials, is_for_mounts


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
        (f"Basic {basic('Zoë:x', 'latin-1')}", ("", "")),
        (f"Bearer {basic('alice:secret')}", ("", "")),
        ("Basic", ("", "")),
        ("Basic %%%", ("", "")),
        ("Basic YWxpY2U6€", ("", "")),
        ("", ("", "")),
    ],
)
def test_credentials(header: str, credentials: tuple[str, str]) -> None:
    assert basic_credentials(header) == credentials
