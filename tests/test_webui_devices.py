"""The Devices page and its calls: who may, what is shown once, what is refused."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest

from indexer.accounts import LOGIN_KEY
from indexer.model import Login
from tests.webui_site import NAME, Answer, Site, open_site
from webui.devices import ago, parse_id, qr_code

PASSWORD_SHOWN = re.compile(r'data-copy="((?:[0-9a-z]{4}-){6}[0-9a-z]{4})"')


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """Alice, logged in by a browser's cookie."""
    with open_site(tmp_path) as site:
        site.add_person()
        site.log_in()
        yield site


def add(site: Site, label: str, **more: str) -> Answer:
    return site.post("/devices", {"label": label, "csrf_token": site.csrf_token, **more})


def listed(site: Site) -> list[tuple[str, bool]]:
    return [(one["label"], one["read_only"]) for one in site.get("/api/v1/devices").json()["devices"]]


def test_a_password_is_shown_once_with_its_code(site: Site) -> None:
    page = add(site, "Living room <TV>", read_only="1")
    assert page.status == 200
    assert page.headers["cache-control"] == "no-store"
    (password,) = PASSWORD_SHOWN.findall(page.text)
    assert "<svg" in page.text
    assert "Living room &lt;TV&gt;" in page.text
    again = site.get("/devices")
    assert password not in again.text
    assert "Living room &lt;TV&gt;" in again.text
    login = site.core.accounts.check(NAME, password)
    assert login is not None
    assert login.is_read_only
    assert listed(site) == [("Living room <TV>", True)]


def test_the_page_knows_its_own_address(site: Site) -> None:
    page = site.call(
        "GET", "/devices", environ={"HTTP_HOST": "[fd00::1]:8443", "wsgi.url_scheme": "https"}
    ).text
    for part in (
        "https://[fd00::1]:8443/",
        'data-copy="[fd00::1]"',
        'data-copy="8443"',
        "davs://[fd00::1]:8443/",
    ):
        assert part in page
    assert "BasicAuthLevel" not in page
    assert "BasicAuthLevel" in site.get("/devices").text


@pytest.mark.parametrize(("label", "status"), [("", 400), ("  ", 400), ("a\nb", 400), ("TV", 409)])
def test_labels_that_cannot_be_are_told_in_the_form(site: Site, label: str, status: int) -> None:
    add(site, "TV")
    page = add(site, label)
    assert page.status == status
    assert 'role="alert"' in page.text
    assert not PASSWORD_SHOWN.search(page.text)
    assert listed(site) == [("TV", False)]


def test_revoking_by_the_form(site: Site) -> None:
    (password,) = PASSWORD_SHOWN.findall(add(site, "TV").text)
    device = site.get("/api/v1/devices").json()["devices"][0]
    address = f"/devices/{device['id']}/revoke"
    assert site.post(address, {"csrf_token": "forged"}).status == 403
    assert listed(site) == [("TV", False)]
    answer = site.post(address, {"csrf_token": site.csrf_token})
    assert (answer.status, answer.headers["location"]) == (303, "/devices")
    assert listed(site) == []
    assert site.core.accounts.check(NAME, password) is None
    assert site.post(address, {"csrf_token": site.csrf_token}).status == 404


def test_the_api(site: Site) -> None:
    made = site.post_json("/api/v1/devices", {"label": "script", "read_only": True})
    assert made.status == 201
    assert made.json()["user"] == NAME
    assert site.core.accounts.check(NAME, made.json()["password"])
    device = made.json()["device"]
    assert device["used_at"] is None
    assert site.get("/api/v1/devices").json()["devices"][0]["used_at"] is not None
    taken = site.post_json("/api/v1/devices", {"label": "script"})
    assert (taken.status, taken.code) == (409, "label_taken")
    path, token = f"/api/v1/devices/{device['id']}", {"X-CSRF-Token": site.csrf_token}
    assert site.call("DELETE", path).code == "csrf"
    assert site.call("DELETE", path, headers=token).status == 204
    assert site.call("DELETE", path, headers=token).status == 404


@pytest.mark.parametrize(
    "wanted", [{}, {"label": 5}, {"label": "a", "read_only": "yes"}, {"label": "\ud800"}]
)
def test_calls_that_cannot_be(site: Site, wanted: dict[str, object]) -> None:
    assert site.post_json("/api/v1/devices", wanted).status == 400
    assert listed(site) == []


@pytest.mark.parametrize("device_id", ["0", "-1", "x", "9" * 11, "²", "1.0"])
def test_numbers_that_no_device_has(site: Site, device_id: str) -> None:
    token = {"X-CSRF-Token": site.csrf_token}
    assert site.call("DELETE", f"/api/v1/devices/{device_id}", headers=token).status == 404


def test_changes_need_the_token(site: Site) -> None:
    assert site.post("/devices", {"label": "TV", "csrf_token": ""}).status == 403
    assert site.post_json("/api/v1/devices", {"label": "TV"}, is_tokened=False).code == "csrf"
    assert listed(site) == []


def test_devices_make_no_devices(site: Site) -> None:
    alice = site.core.accounts.find(NAME)
    assert alice is not None
    site.cookie = ""
    site.environ[LOGIN_KEY] = Login(alice, 7)
    assert site.get("/devices").status == 403
    assert site.get("/api/v1/devices").code == "device_login"
    assert site.post("/devices", {"label": "TV"}).status == 403
    assert site.post_json("/api/v1/devices", {"label": "TV"}).code == "device_login"
    assert site.call("DELETE", "/api/v1/devices/1").code == "device_login"
    assert site.get("/api/v1/status").status == 200


def test_strangers_are_sent_to_log_in(site: Site) -> None:
    site.cookie = ""
    assert site.get("/devices").headers["location"] == "/login?next=/devices"
    assert site.get("/api/v1/devices").status == 401


def test_a_device_password_opens_no_session(site: Site) -> None:
    (password,) = PASSWORD_SHOWN.findall(add(site, "TV").text)
    assert site.log_in(password=password).code == "wrong_password"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "last used just now"),
        (59, "last used just now"),
        (60, "last used 1 minute ago"),
        (3600, "last used 1 hour ago"),
        (5400, "last used 90 minutes ago"),
        (7200, "last used 2 hours ago"),
        (3 * 86400, "last used 3 days ago"),
        (-5, "last used just now"),
    ],
)
def test_last_use_in_words(seconds: float, words: str) -> None:
    assert ago(1_000_000 - seconds, 1_000_000) == words
    assert ago(None, 1_000_000) == "never used"


def test_the_code_is_clean_svg() -> None:
    code = ElementTree.fromstring(str(qr_code("0123-4567-89ab-cdef-ghjk-mnpq-rstv")))
    assert code.tag.endswith("svg")
    # The page's policy allows no inline style.
    assert all("style" not in element.attrib for element in code.iter())


def test_ids_are_numbers() -> None:
    assert parse_id("2147483647") == 2147483647
