"""The JSON API over a real library."""

from __future__ import annotations

import base64

import pytest

from indexer.accounts import LOGIN_KEY
from indexer.model import Login, Person
from tests.photos import Shot, jpeg
from tests.webui_site import NAME, PASSWORD, Site


@pytest.fixture
def alice(site: Site) -> Person:
    person = site.add_person()
    assert site.log_in().status == 200
    return person


def test_login_gives_cookie_and_token(site: Site) -> None:
    site.add_person()
    answer = site.log_in()
    assert answer.status == 200
    assert answer.json() == {"user": NAME, "is_owner": True, "csrf_token": site.csrf_token}
    assert "HttpOnly" in answer.headers["set-cookie"]
    assert site.get("/api/v1/session").json() == answer.json()


@pytest.mark.parametrize(("name", "password"), [(NAME, "wrong-password"), ("nobody", PASSWORD), ("", "")])
def test_wrong_login(site: Site, name: str, password: str) -> None:
    site.add_person()
    answer = site.log_in(name, password)
    assert (answer.status, answer.code) == (401, "wrong_password")
    assert site.cookie == ""


def test_guessing_is_slowed_down(site: Site) -> None:
    site.add_person()
    answers = [site.log_in(NAME, f"guess-{n}") for n in range(8)]
    assert answers[-1].status == 429
    assert int(answers[-1].headers["retry-after"]) >= 1


@pytest.mark.parametrize(
    "body", [b"", b"{}", b'{"user": 1, "password": "x"}', b'{"user": "a", "password": "\\ud800"}']
)
def test_malformed_login(site: Site, body: bytes) -> None:
    site.add_person()
    assert site.call("POST", "/api/v1/session", body=body).status == 400


def test_oversized_login(site: Site) -> None:
    assert site.call("POST", "/api/v1/session", body=b"x" * 70_000).status == 413


def test_login_from_another_site_is_refused(site: Site) -> None:
    site.add_person()
    answer = site.call("POST", "/api/v1/session", body=b"{}", headers={"Origin": "http://evil.example"})
    assert (answer.status, answer.code) == (403, "csrf")


def test_logout_needs_the_token_and_ends_the_session(site: Site, alice: Person) -> None:
    cookie = site.cookie
    refused = site.call("DELETE", "/api/v1/session")
    assert (refused.status, refused.code) == (403, "csrf")
    assert site.get("/api/v1/session").status == 200
    done = site.call("DELETE", "/api/v1/session", headers={"X-CSRF-Token": site.csrf_token})
    assert done.status == 204
    site.cookie = cookie
    assert site.get("/api/v1/session").status == 401


@pytest.mark.parametrize(
    "path", ["session", "status", "timeline", "items", f"items/{'a' * 64}", f"items/{'a' * 64}/original"]
)
def test_nothing_without_login(site: Site, path: str) -> None:
    answer = site.get(f"/api/v1/{path}")
    assert (answer.status, answer.code) == (401, "not_logged_in")


def test_programs_are_challenged_and_pages_are_not(site: Site) -> None:
    program = site.get("/api/v1/status", User_Agent="curl/8.5.0")
    page = site.get("/api/v1/status", User_Agent="Mozilla/5.0")
    assert program.headers["www-authenticate"].startswith("Basic realm=")
    assert "www-authenticate" not in page.headers


def test_person_verified_by_the_gate_needs_no_token(site: Site) -> None:
    site.environ[LOGIN_KEY] = Login(site.add_person())
    assert site.get("/api/v1/session").json() == {"user": NAME, "is_owner": True, "csrf_token": None}
    assert site.post_json("/api/v1/originals/check", {"digests": []}).json() == {"held": {}}


def test_password_in_a_header_is_the_gates_business(site: Site) -> None:
    site.add_person()
    basic = base64.b64encode(f"{NAME}:{PASSWORD}".encode()).decode()
    assert site.get("/api/v1/status", Authorization=f"Basic {basic}").status == 401


def test_status_counts(site: Site, alice: Person) -> None:
    before = site.get("/api/v1/status").json()
    content = jpeg()
    site.bring(alice, "one.jpg", content)
    site.bring(alice, "again.jpg", content)
    status = site.get("/api/v1/status").json()
    assert status["items"] == 1
    assert status["originals"] == {"count": 1, "bytes": len(content)}
    assert status["duplicates"] == {"count": 1, "bytes": len(content)}
    assert status["queue"] == {"pending": 1, "running": 0, "failed": 0}
    assert status["version"] != before["version"]


def test_timeline_is_newest_first_and_unknown_last(site: Site, alice: Person) -> None:
    site.bring(alice, "old.jpg", jpeg(Shot(taken="2019:01:02 10:00:00")))
    site.bring(alice, "new.jpg", jpeg(Shot(taken="2024:05:17 10:00:00")))
    site.bring(alice, "newer.jpg", jpeg(Shot(taken="2024:05:17 11:00:00", seed=1)))
    site.bring(alice, "never.jpg", jpeg(Shot(taken=None)))
    site.work()
    days = site.get("/api/v1/timeline").json()["days"]
    assert days == [
        {"day": "2024-05-17", "count": 2, "items": 2},
        {"day": "2019-01-02", "count": 1, "items": 1},
        {"day": "unknown", "count": 1, "items": 1},
    ]


def test_items_in_pages(site: Site, alice: Person) -> None:
    for minute in range(5):
        site.bring(alice, f"{minute}.jpg", jpeg(Shot(taken=f"2024:05:17 10:0{minute}:00", seed=minute)))
    site.work()
    names, cursor = [], ""
    while cursor is not None:
        page = site.get(f"/api/v1/items?day=2024-05-17&limit=2&cursor={cursor}").json()
        assert len(page["items"]) <= 2
        names += [item["name"] for item in page["items"]]
        cursor = page["next"]
    assert names == ["0.jpg", "1.jpg", "2.jpg", "3.jpg", "4.jpg"]


def test_items_are_searched_in_any_case_and_script(site: Site, alice: Person) -> None:
    site.bring(alice, "Zürich.JPG", jpeg())
    site.bring(alice, "notes.txt", b"plain words")
    site.work()
    assert [i["name"] for i in site.get("/api/v1/items?query=z%C3%BCrich").json()["items"]] == ["Zürich.JPG"]
    assert [i["name"] for i in site.get("/api/v1/items?kind=other").json()["items"]] == ["notes.txt"]


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=1001", "limit=ten", "limit=-1", "kind=song", "cursor=%21%21", "query=a%00"]
)
def test_wrong_parameters_are_refused_in_words(site: Site, alice: Person, query: str) -> None:
    answer = site.get(f"/api/v1/items?{query}")
    assert answer.status == 400
    assert answer.json()["error"]["message"].endswith(".")


def test_one_item_tells_all(site: Site, alice: Person) -> None:
    shot = Shot(subsec="25", offset="+02:00", make="Canon", model="EOS 5D", gps=(52.5, 13.4), orientation=6)
    item_id = site.bring(alice, "IMG_1.JPG", jpeg(shot))
    site.work()
    item = site.get(f"/api/v1/items/{item_id}").json()
    assert item["id"] == item["sha256"] == item["shot_id"] == item_id
    assert (item["name"], item["kind"], item["mime"], item["state"]) == (
        "IMG_1.JPG",
        "image",
        "image/jpeg",
        "ready",
    )
    assert (item["width"], item["height"]) == (48, 64)
    assert item["taken_at"] == "2024-05-17T18:30:01.25"
    assert item["utc_offset"] == "+02:00"
    assert (item["camera"]["make"], item["camera"]["model"]) == ("Canon", "EOS 5D")
    assert item["gps"] == {"lat": pytest.approx(52.5, abs=1e-4), "lon": pytest.approx(13.4, abs=1e-4)}
    [upload] = item["uploads"]
    assert (upload["path"], upload["door"]) == ("IMG_1.JPG", "share")
    assert upload["at"].endswith("Z")


def test_others_items_do_not_exist(site: Site, alice: Person) -> None:
    bob = site.add_person("bob", "another-password")
    theirs = site.bring(bob, "secret.jpg", jpeg(Shot(seed=9)))
    assert site.get(f"/api/v1/items/{theirs}").status == 404
    assert site.get(f"/api/v1/items/{theirs}/original").status == 404
    assert site.post_json("/api/v1/originals/check", {"digests": [theirs]}).json() == {"held": {}}


def test_check_says_what_is_held(site: Site, alice: Person) -> None:
    held = site.bring(alice, "one.jpg", jpeg())
    answer = site.post_json("/api/v1/originals/check", {"digests": [held, "0" * 64]})
    assert answer.json() == {"held": {held: held}}


def test_check_needs_the_token(site: Site, alice: Person) -> None:
    answer = site.post_json("/api/v1/originals/check", {"digests": []}, is_tokened=False)
    assert (answer.status, answer.code) == (403, "csrf")


@pytest.mark.parametrize(
    "digests",
    [None, "a" * 64, ["a" * 63], ["A" * 64], [7], ["g" * 64], ["a" * 64 + "\n"], ["0" * 64] * 10_001],
)
def test_what_is_no_list_of_digests_is_refused(site: Site, alice: Person, digests: object) -> None:
    answer = site.post_json("/api/v1/originals/check", {"digests": digests})
    assert (answer.status, answer.code) == (400, "bad_request")


def test_check_takes_ten_thousand(site: Site, alice: Person) -> None:
    digests = [f"{n:064x}" for n in range(10_000)]
    assert site.post_json("/api/v1/originals/check", {"digests": digests}).json() == {"held": {}}


def test_the_owner_pauses_and_goes_on(site: Site, alice: Person) -> None:
    assert site.get("/api/v1/status").json()["indexing"] == {"paused": False}
    for is_paused in (True, True, False):
        answer = site.post_json("/api/v1/indexing", {"paused": is_paused})
        assert (answer.status, answer.json()) == (200, {"paused": is_paused})
        assert site.get("/api/v1/status").json()["indexing"] == {"paused": is_paused}


@pytest.mark.parametrize("body", [{}, {"paused": "yes"}, {"paused": 1}, {"paused": None}])
def test_a_pause_that_is_none(site: Site, alice: Person, body: dict[str, object]) -> None:
    assert site.post_json("/api/v1/indexing", body).status == 400


def test_nobody_but_the_owner_pauses(site: Site, alice: Person) -> None:
    device = {LOGIN_KEY: Login(alice, device_id=1)}
    answer = site.post_json("/api/v1/indexing", {"paused": True}, environ=device)
    assert (answer.status, answer.code) == (403, "owner_only")
    assert site.post_json("/api/v1/indexing", {"paused": True}, is_tokened=False).status == 403
    site.add_person("bob", "another password")
    site.log_in("bob", "another password")
    answer = site.post_json("/api/v1/indexing", {"paused": True})
    assert (answer.status, answer.code) == (403, "owner_only")
    assert site.get("/api/v1/status").json()["indexing"] == {"paused": False}
