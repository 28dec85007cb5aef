"""The pages as a browser without JavaScript meets them."""

from __future__ import annotations

import re

import pytest

from tests.webui_site import NAME, PASSWORD, TOKEN, Site
from webui.pages import local_path
from webui.static_files import StaticFiles


def _setup(**changes: str) -> dict[str, str]:
    return {"user": NAME, "password": PASSWORD, "repeat": PASSWORD, "token": TOKEN} | changes


@pytest.mark.parametrize("path", ["/", "/login"])
def test_first_visit_leads_to_setup(site: Site, path: str) -> None:
    answer = site.get(path)
    assert (answer.status, answer.headers["location"]) == (303, "/setup")


def test_setup_creates_the_owner_who_is_logged_in_and_shown_how_to_mount(site: Site) -> None:
    form = site.get(f"/setup?token={TOKEN}")
    assert form.status == 200
    assert f'value="{TOKEN}"' in form.text
    done = site.post("/setup", _setup())
    assert (done.status, done.headers["location"]) == (303, "/connect?welcome=1")
    welcome = site.get("/connect?welcome=1")
    assert "You are all set, alice" in welcome.text
    for address in ("http://photos:8080/", "dav://photos:8080/", "webdav://photos:8080/"):
        assert f'data-copy="{address}"' in welcome.text
    assert site.get("/api/v1/session").json()["is_owner"] is True


def test_setup_is_closed_to_strangers(site: Site) -> None:
    assert site.get("/setup").status == 403
    assert "not the code" in site.get("/setup?token=guess").text
    assert site.post("/setup", _setup(token="guess")).status == 403
    assert site.core.accounts.is_empty()


def test_setup_is_open_on_the_server_itself(site: Site) -> None:
    site.environ |= {"REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "localhost:8080"}
    assert site.get("/setup").status == 200
    assert site.post("/setup", _setup(token="")).headers["location"] == "/connect?welcome=1"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"password": "short", "repeat": "short"}, "at least 8 characters"),
        ({"repeat": "something-else"}, "passwords differ"),
        ({"user": "a:b"}, "no colon"),
    ],
)
def test_setup_refuses_in_words_and_keeps_what_was_typed(
    site: Site, changes: dict[str, str], words: str
) -> None:
    answer = site.post("/setup", _setup(**changes))
    assert answer.status == 400
    assert words in answer.text
    assert f'value="{changes.get("user", NAME)}"' in answer.text
    assert PASSWORD not in answer.text
    assert site.core.accounts.is_empty()


def test_setup_happens_once(site: Site) -> None:
    site.post("/setup", _setup())
    site.cookie = ""
    assert site.get(f"/setup?token={TOKEN}").headers["location"] == "/login"
    assert site.post("/setup", _setup(user="mallory")).headers["location"] == "/login"
    assert [person.name for person in site.core.accounts.list()] == [NAME]


def test_setup_from_another_site_is_refused(site: Site) -> None:
    answer = site.post("/setup", _setup(), headers={"Origin": "http://evil.example"})
    assert answer.status == 403
    assert site.core.accounts.is_empty()


def test_login_and_logout_without_script(site: Site) -> None:
    site.add_person()
    assert site.get("/").headers["location"] == "/login"
    assert site.post("/login", {"user": NAME, "password": PASSWORD}).headers["location"] == "/"
    page = site.get("/").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token is not None
    assert site.post("/logout", {"csrf_token": "forged"}).status == 403
    assert site.get("/").status == 200
    assert site.post("/logout", {"csrf_token": token[1]}).headers["location"] == "/login"
    assert site.get("/").headers["location"] == "/login"


def test_wrong_password_is_told_on_the_form(site: Site) -> None:
    site.add_person()
    answer = site.post("/login", {"user": "<b>alice", "password": "wrong-password", "next": "/connect"})
    assert answer.status == 401
    assert "do not match" in answer.text
    assert 'value="&lt;b&gt;alice"' in answer.text
    assert 'value="/connect"' in answer.text
    assert "set-cookie" not in answer.headers


def test_guessing_on_the_form_is_slowed_down(site: Site) -> None:
    site.add_person()
    answers = [site.post("/login", {"user": NAME, "password": f"guess-{n}"}) for n in range(8)]
    assert answers[-1].status == 429
    assert "try again in" in answers[-1].text


def test_login_from_another_site_is_refused(site: Site) -> None:
    site.add_person()
    form = {"user": NAME, "password": PASSWORD}
    assert site.post("/login", form, headers={"Origin": "http://evil.example"}).status == 403


def test_login_leads_back_to_where_the_visitor_wanted_to_go(site: Site) -> None:
    site.add_person()
    wanted = site.get("/?item=abc123").headers["location"]
    assert wanted == "/login?next=/%3Fitem%3Dabc123"
    assert 'value="/?item=abc123"' in site.get(wanted).text
    done = site.post("/login", {"user": NAME, "password": PASSWORD, "next": "/?item=abc123"})
    assert done.headers["location"] == "/?item=abc123"


@pytest.mark.parametrize(
    ("came_for", "path"),
    [
        ("/connect", "/connect"),
        ("", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example/", "/"),
        ("/\r\nSet-Cookie: a=b", "/"),
    ],
)
def test_login_leads_nowhere_else(came_for: str, path: str) -> None:
    assert local_path(came_for) == path


def test_timeline_without_bundle_says_so(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.add_person()
    site.log_in()
    monkeypatch.setattr(StaticFiles, "has_bundle", lambda self: False)
    page = site.get("/").text
    assert "npm run build" in page
    assert "dist/app.js" not in page


def test_pages_carry_no_inline_script_or_style(site: Site) -> None:
    pages = [
        site.get(f"/setup?token={TOKEN}"),
        site.post("/setup", _setup()),
        site.get("/"),
        site.get("/connect"),
    ]
    pages += [site.get("/nowhere")]
    site.cookie = ""
    pages += [site.get("/login")]
    for page in pages:
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=|javascript:", page.text)
        assert not re.search(r'(?:src|href)="(?:https?:)?//', page.text)


@pytest.mark.parametrize("path", ["/memories", "/memories/m-1", "/albums", "/albums/a-1", "/settings"])
def test_pages_of_groups_are_for_those_who_are_logged_in(site: Site, path: str) -> None:
    site.add_person()
    assert site.get(path).headers["location"].startswith("/login?next=")
    site.log_in()
    page = site.get(path)
    assert page.status == 200
    assert (f'data-id="{path.split("/")[-1]}"' in page.text) is (path.count("/") == 2)
