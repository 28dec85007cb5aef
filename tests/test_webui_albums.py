"""Albums by the JSON API over a real library."""

from __future__ import annotations

from typing import Any

import pytest

from tests.photos import Shot, jpeg
from tests.webui_site import Site


@pytest.fixture
def items(site: Site) -> list[str]:
    """Four pictures of a minute each."""
    alice = site.add_person()
    assert site.log_in().status == 200
    found = [
        site.bring(alice, f"IMG_{n}.jpg", jpeg(Shot(size=(8, 6), taken=f"2024:05:12 12:0{n}:00", seed=n)))
        for n in range(4)
    ]
    site.work()
    return found


def album(site: Site, id_: str) -> dict[str, Any]:
    value: dict[str, Any] = site.get(f"/api/v1/albums/{id_}").json()
    return value


def ids(site: Site, id_: str) -> list[str]:
    return [item["id"] for item in album(site, id_)["items"]]


def test_an_album_from_first_to_last(site: Site, items: list[str]) -> None:
    made = site.post_json("/api/v1/albums", {"title": "Best", "items": [items[2], items[0]]})
    assert made.status == 201
    id_ = made.json()["id"]
    assert ids(site, id_) == [items[0], items[2]]
    site.post_json(f"/api/v1/albums/{id_}", {"add": [items[3]]})
    site.post_json(f"/api/v1/albums/{id_}", {"order": [items[3], items[2]]})
    assert ids(site, id_) == [items[3], items[2], items[0]]
    decision = site.post_json(f"/api/v1/albums/{id_}", {"remove": [items[2]]}).json()["decision"]
    assert ids(site, id_) == [items[3], items[0]]
    site.post_json(f"/api/v1/decisions/{decision}/undo", {})
    assert ids(site, id_) == [items[3], items[2], items[0]]
    site.post_json(f"/api/v1/albums/{id_}", {"title": "Very best", "cover": items[0]})
    (listed,) = site.get("/api/v1/albums").json()["albums"]
    assert (listed["title"], listed["cover"], listed["count"]) == ("Very best", items[0], 3)
    headers = {"X-CSRF-Token": site.csrf_token}
    deleted = site.call("DELETE", f"/api/v1/albums/{id_}", headers=headers)
    assert site.get("/api/v1/albums").json()["albums"] == []
    assert len(site.get("/api/v1/items").json()["items"]) == 4
    site.post_json(f"/api/v1/decisions/{deleted.json()['decision']}/undo", {})
    assert ids(site, id_) == [items[3], items[2], items[0]]


def test_an_album_may_be_empty(site: Site, items: list[str]) -> None:
    id_ = site.post_json("/api/v1/albums", {"title": "Later"}).json()["id"]
    assert (album(site, id_)["count"], album(site, id_)["cover"], album(site, id_)["first_day"]) == (
        0,
        None,
        None,
    )


@pytest.mark.parametrize("value", [{}, {"title": ""}, {"title": "x", "items": ["nothing"]}, {"title": 3}])
def test_what_is_no_album_is_refused(site: Site, items: list[str], value: dict[str, Any]) -> None:
    assert site.post_json("/api/v1/albums", value).status in (400, 404)
    assert site.get("/api/v1/albums").json()["albums"] == []


def test_nobody_else_sees_it(site: Site, items: list[str]) -> None:
    id_ = site.post_json("/api/v1/albums", {"title": "Mine", "items": items}).json()["id"]
    site.add_person("bob", "another-password")
    site.cookie = site.csrf_token = ""
    assert site.log_in("bob", "another-password").status == 200
    assert site.get(f"/api/v1/albums/{id_}").status == 404
    assert site.post_json(f"/api/v1/albums/{id_}", {"title": "Ours"}).status == 404
    assert site.post_json("/api/v1/albums", {"title": "x", "items": items}).status == 404
