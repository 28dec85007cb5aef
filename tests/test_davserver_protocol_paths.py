"""Paths of requests: what is text, and what no share or page can have."""

from __future__ import annotations

import pytest

from davserver.protocol.paths import BadPath, check_query, decoded_path


def wsgi(path: str) -> str:
    """A path as WSGI hands it over: its bytes as Latin-1."""
    return path.encode("utf-8", "surrogateescape").decode("latin-1")


@pytest.mark.parametrize(
    "path", ["", "/", "/Upload/Ferien/Höhe – 🏔.jpg", "/Upload/...", "/a//b/", "/.hidden/x"]
)
def test_paths(path: str) -> None:
    assert decoded_path(wsgi(path)) == path


@pytest.mark.parametrize(
    "path",
    [
        "/a\x00b",
        "/a\nb",
        "/a\x7f",
        "/Upload/../x",
        "/..",
        "/./x",
        "/a/.",
        "/\ufffe",
        "/\uffff",
        "/\udcff",
        "/\udcc3(",
        "/\udced\udca0\udc80",
    ],
)
def test_paths_that_cannot_be(path: str) -> None:
    with pytest.raises(BadPath):
        decoded_path(wsgi(path))


def test_text_that_is_no_bytes() -> None:
    with pytest.raises(BadPath):
        decoded_path("/€")


@pytest.mark.parametrize("query", ["", "day=2024-05-17", "query=H%C3%B6he&x", "a=%41", "100%"])
def test_queries(query: str) -> None:
    check_query(query)


@pytest.mark.parametrize("query", ["query=%FF", "next=%C3%28", "%ED%A0%80"])
def test_queries_that_cannot_be(query: str) -> None:
    with pytest.raises(BadPath):
        check_query(query)
