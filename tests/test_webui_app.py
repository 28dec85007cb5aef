"""The application as a whole: safe headers everywhere, friendly refusals, and the wall."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from indexer.library import Library
from indexer.resumable import Resumables
from tests.webui_site import Site, intake_of, open_site
from webui.app import SetupGate, create_app


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with open_site(tmp_path) as site:
        site.add_person()
        yield site


@pytest.mark.parametrize(
    "path", ["/", "/login", "/static/base.css", "/nowhere", "/api/v1/status", "/api/v1/x"]
)
def test_every_answer_is_harmless(site: Site, path: str) -> None:
    headers = site.get(path).headers
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "script-src 'self';" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"


def test_unknown_api_path_is_json(site: Site) -> None:
    answer = site.get("/api/v1/nothing/here")
    assert (answer.status, answer.code) == (404, "not_found")
    assert answer.headers["content-type"].startswith("application/json")


def test_unknown_page_is_friendly(site: Site) -> None:
    answer = site.get("/nothing/<script>")
    assert answer.status == 404
    assert "Nothing here" in answer.text
    assert "<script>" not in answer.text


def test_wrong_method_names_the_right_ones(site: Site) -> None:
    answer = site.call("POST", "/api/v1/status")
    assert (answer.status, answer.code) == (405, "wrong_method")
    assert "GET" in answer.headers["allow"]


@pytest.mark.parametrize(
    "path", ["/nowhere\xff", "/static/../app.py", "/static//etc/passwd", "/static/a\x00b"]
)
def test_odd_paths_are_not_found(site: Site, path: str) -> None:
    assert site.get(path).status == 404


@pytest.mark.parametrize("path", ["/api/v1/timeline", "/login?next=x"])
def test_the_unforeseen_is_logged_and_worded(
    site: Site, path: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def break_down(*_: Any) -> Any:
        raise RuntimeError("disk on fire")

    site.log_in()
    monkeypatch.setattr(type(site.core.accounts), "find_session", break_down)
    answer = site.get(path)
    assert answer.status == 500
    assert "Something went wrong" in answer.text
    assert "fire" not in answer.text
    assert "Traceback" not in answer.text
    assert "disk on fire" in caplog.text


def test_app_keeps_no_global_state(tmp_path: Path, site: Site) -> None:
    with open_site(tmp_path / "other") as other:
        assert isinstance(other.core.library, Library)
        assert site.get("/").headers["location"] == "/login"
        assert other.get("/").headers["location"] == "/setup"
        resumables = Resumables(intake_of(other.core), tmp_path / "resumable")
        again = create_app(other.core.library, other.core.accounts, SetupGate("x"), resumables)
        assert again is not other.app
