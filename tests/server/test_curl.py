"""curl: announced and chunked uploads, times, ranges, resumed downloads, conditional writes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.programs import require, run
from tests.server_process import ServerProcess

PHOTO = bytes(range(256)) * 20_000


class Curl:
    """curl logged in at a server; answers with what ``--write-out`` was asked for, or the body."""

    def __init__(self, server: ServerProcess) -> None:
        require("curl")
        self._login = f"{server.user}:{server.password}"
        self._url = server.url

    def __call__(self, path: str, *arguments: str | Path) -> str:
        silent = ["curl", "--silent", "--show-error", "--disable", "--user", self._login]
        return run(*silent, *arguments, self._url + path)

    def status(self, path: str, *arguments: str | Path) -> int:
        return int(self(path, "--output", "/dev/null", "--write-out", "%{http_code}", *arguments))


@pytest.fixture
def curl(shared_server: ServerProcess) -> Curl:
    return Curl(shared_server)


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    (tmp_path / "photo.jpg").write_bytes(PHOTO)
    return tmp_path / "photo.jpg"


@pytest.mark.parametrize("framing", ["announced", "chunked", "expecting"])
def test_an_upload_comes_back(curl: Curl, photo: Path, tmp_path: Path, framing: str) -> None:
    header = {
        "announced": "X-Nothing: more",
        "chunked": "Transfer-Encoding: chunked",
        "expecting": "Expect: 100-continue",
    }[framing]
    path = f"Upload/curl-{framing}.jpg"
    assert curl.status(path, "--upload-file", photo, "--header", header) == 201
    assert curl.status(path, "--upload-file", photo, "--header", header) == 204
    curl(path, "--output", tmp_path / "back.jpg")
    assert (tmp_path / "back.jpg").read_bytes() == PHOTO


def test_a_cut_download_is_resumed(curl: Curl, photo: Path, tmp_path: Path) -> None:
    curl.status("Upload/curl-resume.jpg", "--upload-file", photo)
    (tmp_path / "back.jpg").write_bytes(PHOTO[:1_000_000])
    curl("Upload/curl-resume.jpg", "--continue-at", "-", "--output", tmp_path / "back.jpg")
    assert (tmp_path / "back.jpg").read_bytes() == PHOTO


@pytest.mark.parametrize("sent", ["1715956201", "1715956201.75"])
def test_the_time_of_change_travels_and_is_confirmed(curl: Curl, photo: Path, sent: str) -> None:
    """Nextcloud's apps send fractions, and sync clients look for the confirmation (fact 10)."""
    answer = curl(
        "Upload/curl-time.jpg", "--include", "--upload-file", photo, "--header", f"X-OC-MTime: {sent}"
    )
    assert "x-oc-mtime: accepted" in answer.lower()
    head = curl("Upload/curl-time.jpg", "--head")
    assert "Last-Modified: Fri, 17 May 2024 14:30:01 GMT" in head


def test_a_write_can_be_made_conditional(curl: Curl, photo: Path) -> None:
    new_only = ["--upload-file", str(photo), "--header", "If-None-Match: *"]
    assert curl.status("Upload/curl-once.jpg", *new_only) == 201
    assert curl.status("Upload/curl-once.jpg", *new_only) == 412
    other = ["--upload-file", str(photo), "--header", 'If-Match: "some other version"']
    assert curl.status("Upload/curl-once.jpg", *other) == 412


def test_a_refused_login_does_not_hang_a_large_upload(curl: Curl, photo: Path) -> None:
    assert curl.status("Upload/curl-refused.jpg", "--user", "alice:wrong", "--upload-file", photo) == 401
