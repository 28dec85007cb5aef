"""The Failures page and its calls: what is listed, what another try does, who may."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.photos import Shot, jpeg
from tests.webui_site import Answer, Site, open_site

BROKEN = [jpeg(Shot(model=f"Model {number}"))[:300] for number in range(3)]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """Alice, logged in by a browser's cookie; a sound photo of hers, and a broken one of Bob's."""
    with open_site(tmp_path) as site:
        alice, bob = site.add_person(), site.add_person("bob")
        site.log_in()
        site.bring(alice, "sound.jpg", jpeg())
        site.bring(bob, "of-bob.jpg", jpeg(Shot(model="Bob's"))[:300])
        site.work()
        yield site


def bring_broken(site: Site, count: int = 3) -> list[str]:
    """Broken photos of Alice's, worked on; their ids."""
    alice = site.core.accounts.require("alice")
    ids = [site.bring(alice, f"broken <{number}>.jpg", BROKEN[number]) for number in range(count)]
    site.work()
    return ids


def retry(site: Site, path: str, token: str | None = None) -> Answer:
    return site.post(path, {"csrf_token": site.csrf_token if token is None else token})


def listed(site: Site, query: str = "") -> Any:
    return site.get(f"/api/v1/failures{query}").json()


def test_each_is_listed_with_name_reason_and_original(site: Site) -> None:
    ids = bring_broken(site)
    page = site.get("/failures")
    assert page.status == 200
    for number, item_id in enumerate(ids):
        assert f"broken &lt;{number}&gt;.jpg" in page.text
        assert f"/api/v1/items/{item_id}/original?download=1" in page.text
        failure = site.get(f"/api/v1/items/{item_id}").json()["failure"]
        assert failure["step"] in page.text
        assert failure["reason"] in page.text
    assert "sound.jpg" not in page.text
    assert "of-bob.jpg" not in page.text


def test_a_page_without_failures_says_so(site: Site) -> None:
    page = site.get("/failures")
    assert "Nothing has failed" in page.text
    assert "/retry" not in page.text


def test_the_api_lists_by_pages(site: Site) -> None:
    ids = bring_broken(site)
    first = listed(site, "?limit=2")
    second = listed(site, f"?limit=2&cursor={first['next']}")
    assert [item["id"] for page in (first, second) for item in page["items"]] == ids[::-1]
    assert (first["count"], second["count"], second["next"]) == (3, 3, None)
    assert first["items"][0]["uploads"][0]["path"] == "broken <2>.jpg"


@pytest.mark.parametrize("query", ["?limit=0", "?limit=x", "?cursor=mine"])
def test_nonsense_is_refused(site: Site, query: str) -> None:
    assert site.get(f"/api/v1/failures{query}").status == 400


def test_one_is_tried_again_by_its_button(site: Site) -> None:
    ids = bring_broken(site)
    answer = retry(site, f"/failures/{ids[0]}/retry")
    assert (answer.status, answer.headers["location"]) == (303, "/failures?retried=1")
    assert site.get(f"/api/v1/items/{ids[0]}").json()["state"] == "pending"
    page = site.get("/failures?retried=1")
    assert 'role="status"' in page.text
    assert ids[0] not in page.text
    assert listed(site)["count"] == 2
    site.work()
    assert listed(site)["count"] == 3


def test_all_are_tried_again_by_one_button(site: Site) -> None:
    bring_broken(site)
    assert retry(site, "/failures/retry").headers["location"] == "/failures?retried=3"
    assert listed(site)["count"] == 0
    assert "3 files are" in site.get("/failures?retried=3").text


def test_what_has_been_mended_is_ready(site: Site) -> None:
    """The disk had lost a file, and somebody put it back."""
    alice = site.core.accounts.require("alice")
    item_id = site.bring(alice, "lost.jpg", jpeg(Shot(seed=5)))
    place = site.core.originals.require(item_id)
    content = place.read_bytes()
    place.unlink()
    site.work()
    assert listed(site)["items"][0]["failure"]["step"] == "original"
    place.write_bytes(content)
    answer = site.post_json(f"/api/v1/items/{item_id}/retry", {})
    assert (answer.status, answer.json()["state"], answer.json()["failure"]) == (202, "pending", None)
    site.work()
    assert site.get(f"/api/v1/items/{item_id}").json()["state"] == "ready"
    assert listed(site)["count"] == 0


def test_all_by_the_api(site: Site) -> None:
    bring_broken(site, 2)
    answer = site.post_json("/api/v1/failures/retry", {})
    assert (answer.status, answer.json()) == (202, {"retried": 2})


def test_what_is_not_mine_is_not_there(site: Site) -> None:
    (of_bob,) = site.core.catalog.items.held(
        site.core.accounts.require("bob").id, [path.name[:64] for path in site.core.originals.enumerate()]
    )
    assert site.post_json(f"/api/v1/items/{of_bob}/retry", {}).status == 404
    assert retry(site, f"/failures/{of_bob}/retry").status == 404


def test_another_sites_page_changes_nothing(site: Site) -> None:
    (item_id,) = bring_broken(site, 1)
    for path in (f"/failures/{item_id}/retry", "/failures/retry"):
        assert retry(site, path, token="guessed").status == 403
    for path in (f"/api/v1/items/{item_id}/retry", "/api/v1/failures/retry"):
        assert site.post_json(path, {}, is_tokened=False).code == "csrf"
    assert listed(site)["count"] == 1


def test_strangers_are_asked_who_they_are(site: Site) -> None:
    site.cookie = ""
    assert site.get("/failures").headers["location"].startswith("/login")
    assert site.get("/api/v1/failures").status == 401


def test_the_owner_pauses_for_everybody_and_goes_on(site: Site) -> None:
    token = {"csrf_token": site.csrf_token}
    assert site.post("/failures/pause", {**token, "pause": "1"}).headers["location"] == "/failures"
    assert site.get("/api/v1/status").json()["indexing"] == {"paused": True}
    assert 'name="pause"' not in site.get("/failures").text
    site.post("/failures/pause", token)
    assert site.get("/api/v1/status").json()["indexing"] == {"paused": False}
    assert 'name="pause"' in site.get("/failures").text


def test_only_the_owner_pauses(site: Site) -> None:
    site.cookie = ""
    site.add_person("carol", "another-password-1")
    site.log_in("carol", "another-password-1")
    assert "/failures/pause" not in site.get("/failures").text
    assert site.post("/failures/pause", {"csrf_token": site.csrf_token, "pause": "1"}).status == 403
    assert not site.core.catalog.jobs.is_paused()
