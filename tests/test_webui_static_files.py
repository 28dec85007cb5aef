"""Static files: kept for ever under their digest, and never anything outside the folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.webui_site import Site
from webui.static_files import StaticFiles


@pytest.mark.parametrize(
    ("name", "mime"),
    [
        ("base.css", "text/css"),
        ("connect.js", "text/javascript"),
        ("logo.svg", "image/svg+xml"),
        ("app.webmanifest", "application/manifest+json"),
    ],
)
def test_types(site: Site, name: str, mime: str) -> None:
    answer = site.get(f"/static/{name}")
    assert answer.status == 200
    assert answer.headers["content-type"].startswith(mime)
    assert answer.headers["cache-control"] == "no-cache"


def test_address_changes_with_the_file(tmp_path: Path) -> None:
    files = StaticFiles(tmp_path)
    (tmp_path / "a.css").write_text("one")
    before = files.address("a.css")
    (tmp_path / "a.css").write_text("two")
    assert before.startswith("/static/a.css?v=")
    assert files.address("a.css") != before


def test_versioned_address_is_kept_for_ever(site: Site) -> None:
    assert "immutable" in site.get(StaticFiles().address("base.css")).headers["cache-control"]


def test_bundle_is_noticed(tmp_path: Path) -> None:
    files = StaticFiles(tmp_path)
    assert not files.has_bundle()
    (tmp_path / "dist").mkdir()
    (tmp_path / "dist" / "app.js").write_text("// built")
    assert files.has_bundle()


@pytest.mark.parametrize("name", ["../pages.py", "..%2fpages.py", "dist/", "", "no-such.css"])
def test_nothing_else(site: Site, name: str) -> None:
    assert site.get(f"/static/{name}").status == 404
