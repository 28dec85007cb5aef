"""Behind nginx, which ends TLS: complete addresses in Destination, and bodies passed on as they come."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest

from tests.clients import DavClient
from tests.server.cards import make_card
from tests.server.fronts import Front
from tests.server.rclone import Rclone

BLOCK = random.Random(5).randbytes(1 << 20)


@pytest.fixture
def dav(nginx_front: Front) -> DavClient:
    return nginx_front.client()


@pytest.mark.parametrize("method", ["MOVE", "COPY"])
@pytest.mark.parametrize("host", ["{host}", "{upper}"])
def test_a_destination_as_the_client_sees_it_is_understood(
    nginx_front: Front, dav: DavClient, method: str, host: str
) -> None:
    """The client says https and the server hears http; Windows changes the case of host names."""
    there = host.format(host=nginx_front.host, upper=nginx_front.host.upper())
    dav.put("/Upload/nginx source.jpg", b"photo")
    headers = {"Destination": f"https://{there}/Upload/nginx%20target.jpg"}
    dav.request(method, "/Upload/nginx source.jpg", headers=headers, expect=(201, 204))
    assert dav.get("/Upload/nginx target.jpg").body == b"photo"
    dav.get("/Upload/nginx source.jpg", expect=404 if method == "MOVE" else 200)


@pytest.mark.parametrize(
    "destination", ["https://elsewhere.example/Upload/x.jpg", "http://{host}:1/Upload/x"]
)
def test_a_destination_elsewhere_is_refused(nginx_front: Front, dav: DavClient, destination: str) -> None:
    dav.put("/Upload/nginx stays.jpg", b"photo")
    headers = {"Destination": destination.format(host=nginx_front.host.partition(":")[0])}
    dav.request("MOVE", "/Upload/nginx stays.jpg", headers=headers, expect=502)
    assert dav.get("/Upload/nginx stays.jpg").body == b"photo"


def test_rclone_copies_and_moves_a_card(nginx_front: Front, tmp_path: Path) -> None:
    card = make_card(tmp_path / "card")
    rclone = Rclone(f"{nginx_front.url}Upload", tmp_path, "owncloud", nginx_front.certificate)
    rclone("copy", card, ":webdav:nginx card")
    rclone("check", "--download", card, ":webdav:nginx card")
    rclone("moveto", ":webdav:nginx card", ":webdav:nginx moved")
    rclone("check", "--download", card, ":webdav:nginx moved")


def test_a_large_body_in_chunks_arrives_whole(dav: DavClient) -> None:
    size_mib = 24
    announced = {"X-Expected-Entity-Length": str(size_mib << 20)}
    dav.put("/Upload/nginx film.mov", (BLOCK for _ in range(size_mib)), expect=201, headers=announced)
    assert dav.head("/Upload/nginx film.mov").headers["Content-Length"] == str(size_mib << 20)
    asked = {"Range": f"bytes={5 << 20}-{(5 << 20) + 9}"}
    assert dav.request("GET", "/Upload/nginx film.mov", headers=asked, expect=206).body == BLOCK[:10]


def test_an_early_refusal_reaches_the_client(dav: DavClient) -> None:
    """The body is still on its way when the answer is given."""
    started_at = time.monotonic()
    dav.request("PUT", "/Library/film.mov", body=BLOCK * 16, expect=403)
    assert time.monotonic() - started_at < 10
