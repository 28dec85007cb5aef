"""Receipts for browsers and programs: pages that say it, JSON as described, files to check with."""

from __future__ import annotations

import csv
import io
import time

import pytest

from indexer import names
from indexer.errors import TooLarge
from indexer.model import Person
from indexer.receipts.copies import Receipts
from indexer.receipts.readback import Reader
from tests.libraries import digest
from tests.photos import Shot, jpeg
from tests.test_webui_openapi import check
from tests.webui_site import Site

EVIL = "<img src=x onerror=alert(1)>.jpg"


@pytest.fixture
def alice(site: Site) -> Person:
    person = site.add_person()
    site.log_in()
    return person


def bring(site: Site, person: Person, *paths: str) -> None:
    """Files with bytes of their own arrive."""
    for path in paths:
        folder = names.parent(path)
        if folder and site.core.catalog.entries.get(person.id, folder) is None:
            site.core.catalog.entries.make_folder(person.id, folder, 1.0)
        site.bring(person, path, jpeg(Shot(make=path)))


def finish(site: Site, person: Person) -> None:
    """End all copies that run, and read them back."""
    receipts = Receipts(site.core.catalog, site.core.staging)
    for receipt in receipts.page(person, None, 100)[0]:
        receipts.end(person, receipt.id)
    Reader(receipts, site.core.originals).read_back(lambda: True)


def test_strangers_learn_nothing(site: Site) -> None:
    site.add_person()
    for path in ("/api/v1/receipts", "/api/v1/receipts/1", "/api/v1/receipts/1.csv"):
        assert site.get(path).status == 401
    assert site.get("/receipts/1").headers["location"] == "/login?next=/receipts/1"


def test_answers_fit_their_description(site: Site, alice: Person) -> None:
    bring(site, alice, "DCIM/a.jpg", "DCIM/b.txt", "c.jpg")
    site.bring(alice, "DCIM/again.jpg", jpeg(Shot(make="c.jpg")))
    for _ in range(2):
        check(site.get("/api/v1/receipts").json(), {"$ref": "#/components/schemas/Receipts"}, "receipts")
        whole = site.get("/api/v1/receipts/1").json()
        check(whole, {"$ref": "#/components/schemas/WholeReceipt"}, "receipt")
        finish(site, alice)
    assert (whole["state"], whole["files"], whole["verified"], whole["safe_to_format"]) == (
        "closed",
        3,
        3,
        True,
    )
    assert whole["prepared"] == 0
    again = next(entry for entry in whole["entries"] if entry["name"] == "again.jpg")
    assert (again["outcome"], again["verified"]) == ("held", True)
    assert again["item_id"] == again["sha256"] == digest(jpeg(Shot(make="c.jpg")))


def test_pages_of_receipts_and_files(site: Site, alice: Person) -> None:
    bring(
        site, alice, *(f"F{number}/a.jpg" for number in range(3)), *(f"G/{number}.jpg" for number in range(5))
    )
    page = site.get("/api/v1/receipts?limit=3").json()
    rest = site.get(f"/api/v1/receipts?limit=3&cursor={page['next']}").json()
    assert [one["folder"] for one in page["receipts"] + rest["receipts"]] == ["G", "F2", "F1", "F0"]
    assert rest["next"] is None
    own = f"/api/v1/receipts/{page['receipts'][0]['id']}?limit=3"
    first = site.get(own).json()
    last = site.get(f"{own}&cursor={first['next']}").json()
    assert [entry["name"] for entry in first["entries"] + last["entries"]] == [f"{n}.jpg" for n in range(5)]
    assert last["next"] is None
    assert site.get(f"{own}&only=troubled").json()["entries"] == []


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("receipts?limit=0", 400), ("receipts?limit=201", 400), ("receipts?limit=x", 400),
        ("receipts?cursor=x", 400), ("receipts/1?cursor=x", 400), ("receipts/1?limit=9999", 400),
        ("receipts/1?cursor=%ff", 200), ("receipts/1?cursor=%2F%2F", 400), ("receipts/1?cursor=_w==", 400),
        ("receipts/2", 404), ("receipts/x", 404), ("receipts/99999999999999999999", 404),
        ("receipts/2.csv", 404), ("receipts/2/SHA256SUMS", 404),
    ],
)  # fmt: skip
def test_odd_questions(site: Site, alice: Person, path: str, status: int) -> None:
    bring(site, alice, "DCIM/a.jpg")
    site.get("/api/v1/receipts")
    assert site.get(f"/api/v1/{path}").status == status


def test_each_format_for_those_who_accept_it(site: Site, alice: Person) -> None:
    bring(site, alice, "DCIM/a.jpg", "DCIM/=b.jpg")
    site.get("/api/v1/receipts")
    browser = site.get("/api/v1/receipts/1", Accept="text/html,application/xhtml+xml,*/*;q=0.8")
    assert (browser.status, browser.headers["location"]) == (303, "/receipts/1")
    sheet = site.get("/api/v1/receipts/1", Accept="text/csv")
    assert sheet.body == site.get("/api/v1/receipts/1.csv").body
    assert sheet.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(sheet.text, newline="")))
    assert [(row["path"], row["outcome"]) for row in rows] == [("DCIM/=b.jpg", "new"), ("DCIM/a.jpg", "new")]
    assert site.get("/api/v1/receipts/1", Accept="*/*").json()["files"] == 2
    sums = site.get("/api/v1/receipts/1/SHA256SUMS")
    assert "attachment" in sums.headers["content-disposition"]
    assert [line.partition("  ")[2] for line in sums.text.splitlines()] == ["=b.jpg", "a.jpg"]


def test_a_receipt_without_files_has_empty_checksums(site: Site, alice: Person) -> None:
    site.core.staging.limit_bytes = 1
    with pytest.raises(TooLarge):
        bring(site, alice, "a.jpg")
    site.get("/api/v1/receipts")
    assert site.get("/api/v1/receipts/1/SHA256SUMS").body == b""
    assert site.get("/api/v1/receipts/1").json()["failed"] == 1


def test_ending_a_copy_needs_the_token(site: Site, alice: Person) -> None:
    bring(site, alice, "DCIM/a.jpg")
    site.get("/api/v1/receipts")
    assert site.post_json("/api/v1/receipts/1/close", {}, is_tokened=False).status == 403
    assert site.post("/receipts/1/close", {"csrf_token": "wrong"}).status == 403
    assert site.get("/api/v1/receipts/1").json()["state"] == "open"
    ended = site.post_json("/api/v1/receipts/1/close", {})
    assert (ended.status, ended.json()["state"]) == (202, "verifying")


def test_a_copy_is_ended_from_its_page(site: Site, alice: Person) -> None:
    bring(site, alice, "DCIM/a.jpg")
    assert 'href="/receipts/1"' in site.get("/receipts").text
    assert "verify it now" in site.get("/receipts/1").text
    answer = site.post("/receipts/1/close", {"csrf_token": site.csrf_token})
    assert (answer.status, answer.headers["location"]) == (303, "/receipts/1")
    assert "verify it now" not in site.get("/receipts/1").text
    finish(site, alice)
    assert "Safe to format the card." in site.get("/receipts/1").text


def test_trouble_stands_on_top(site: Site, alice: Person) -> None:
    bring(site, alice, "DCIM/a.jpg")
    now = time.time()
    site.core.catalog.entries.place_placeholder(alice.id, "DCIM/zero.jpg", now, now)
    finish(site, alice)
    page = site.get("/receipts/1").text
    assert "Do not format the card yet." in page
    assert "zero.jpg" in page[page.index("Copy these again") : page.index('id="files-title"')]
    troubled = site.get("/api/v1/receipts/1?only=troubled").json()["entries"]
    assert [entry["name"] for entry in troubled] == ["zero.jpg"]


def test_names_cannot_become_markup(site: Site, alice: Person) -> None:
    bring(site, alice, f"<b>x/{EVIL}")
    finish(site, alice)
    for page in (site.get("/receipts").text, site.get("/receipts/1").text):
        assert "<img src=x" not in page
        assert "<b>x" not in page


def test_nobody_sees_anothers(site: Site, alice: Person) -> None:
    bring(site, alice, "DCIM/a.jpg")
    site.get("/api/v1/receipts")
    site.add_person("bob")
    site.log_in("bob")
    assert site.get("/api/v1/receipts").json() == {"receipts": [], "next": None}
    for path in (
        "/api/v1/receipts/1",
        "/api/v1/receipts/1.csv",
        "/api/v1/receipts/1/SHA256SUMS",
        "/receipts/1",
    ):
        assert site.get(path).status == 404
    assert site.post_json("/api/v1/receipts/1/close", {}).status == 404


def test_no_receipts_yet(site: Site, alice: Person) -> None:
    assert "None yet" in site.get("/receipts").text
