"""Files that are not sent, because the library holds them: named and on the receipt, and never by a lie."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from indexer.hashing import Announced
from indexer.model import Claim, Door, Person
from indexer.receipts.copies import Receipts
from indexer.receipts.readback import Reader
from tests.libraries import Home, digest
from tests.photos import Shot, jpeg
from tests.receipts import Desk, damage
from tests.test_webui_openapi import check
from tests.webui_site import NAME, Site, intake_of

PHOTO, OTHER = jpeg(), jpeg(Shot(seed=1))
AT = 1_600_000_000.0


@pytest.fixture
def alice(site: Site) -> Person:
    person = site.add_person()
    site.log_in()
    return person


def told(path: str, content: bytes = PHOTO, **changes: object) -> dict[str, object]:
    plain = {"path": path, "sha256": digest(content), "size_bytes": len(content), "mtime": AT}
    return plain | changes


def held(site: Site, *files: dict[str, object]) -> list[bool]:
    answer = site.post_json("/api/v1/originals/held", {"files": list(files)})
    assert answer.status == 200, answer.text
    found: list[bool] = answer.json()["held"]
    return found


def finished(site: Site, person: Person, folder: str) -> Any:
    """The receipt of this folder, read back."""
    receipts = Receipts(site.core.catalog, site.core.staging)
    for receipt in receipts.page(person, None, 100)[0]:
        receipts.end(person, receipt.id)
    Reader(receipts, site.core.originals).read_back(lambda: True)
    (id_,) = (one.id for one in receipts.page(person, None, 100)[0] if one.folder == folder)
    return site.get(f"/api/v1/receipts/{id_}").json()


def test_they_arrive_like_duplicates_that_were_sent(site: Site, alice: Person) -> None:
    site.bring(alice, "before.jpg", PHOTO)
    assert held(site, told("card/DCIM/a.jpg"), told("card/b.jpg"), told("card/new.jpg", OTHER)) == [
        True, True, False,
    ]  # fmt: skip
    entry = site.core.catalog.entries.get(alice.id, "card/DCIM/a.jpg")
    assert entry is not None
    assert (entry.sha256, entry.size_bytes, entry.mtime) == (digest(PHOTO), len(PHOTO), AT)
    assert site.core.catalog.entries.get(alice.id, "card/new.jpg") is None
    uploads = site.core.library.item(alice.id, digest(PHOTO)).uploads
    assert {(one.path, one.door) for one in uploads} == {
        ("before.jpg", Door.SHARE), ("card/DCIM/a.jpg", Door.BROWSER), ("card/b.jpg", Door.BROWSER),
    }  # fmt: skip
    receipt = finished(site, alice, "card")
    check(receipt, {"$ref": "#/components/schemas/WholeReceipt"}, "receipt")
    assert (receipt["door"], receipt["files"], receipt["held"], receipt["by_digest"]) == ("browser", 2, 2, 2)
    assert receipt["verdict"] == (
        "All 2 files are stored and verified. Safe to format the card. "
        "Of these, the browser sent 0 and compared 2 by digest."
    )
    assert [(one["outcome"], one["by_digest"], one["verified"]) for one in receipt["entries"]] == [
        ("held", True, True)
    ] * 2
    assert receipt["entries"][0]["first_at"] is not None
    page = site.get(f"/receipts/{receipt['id']}").text
    assert page.count(">not sent</span>") == 2
    assert "not sent, but compared by digest" in (
        site.core.catalog.receipts.text(alice.id, receipt["id"]) or ""
    )


def test_what_is_sent_and_what_is_not_stand_on_one_receipt(site: Site, alice: Person) -> None:
    site.bring(alice, "before.jpg", PHOTO)
    assert held(site, told("card/a.jpg")) == [True]
    send(site, "card/b.jpg", OTHER)
    receipt = finished(site, alice, "card")
    assert (receipt["files"], receipt["new"], receipt["held"], receipt["by_digest"]) == (2, 1, 1, 1)
    assert receipt["safe_to_format"]
    assert receipt["bytes"] == len(PHOTO) + len(OTHER)


def send(site: Site, path: str, content: bytes) -> None:
    """As an upload of the page ends."""
    person = site.core.accounts.require(NAME)
    intake = intake_of(site.core)
    with intake.begin(person.id, path, Announced(len(content)), door=Door.BROWSER) as incoming:
        incoming.write(content)
        intake.accept(incoming, person.id, path, door=Door.BROWSER, client_mtime=AT)


@pytest.mark.parametrize("is_sent_first", [True, False])
def test_what_was_sent_once_was_seen(site: Site, alice: Person, is_sent_first: bool) -> None:
    site.bring(alice, "before.jpg", PHOTO)
    steps: list[Callable[[], object]] = [
        lambda: send(site, "card/a.jpg", PHOTO),
        lambda: held(site, told("card/a.jpg")),
    ]
    for step in steps if is_sent_first else reversed(steps):
        step()
    receipt = finished(site, alice, "card")
    assert (receipt["files"], receipt["held"], receipt["by_digest"]) == (1, 1, 0)


def test_a_new_file_stays_new_when_its_sender_asks_again(site: Site, alice: Person) -> None:
    send(site, "card/a.jpg", PHOTO)
    assert held(site, told("card/a.jpg")) == [True]
    receipt = finished(site, alice, "card")
    assert (receipt["new"], receipt["held"], receipt["by_digest"]) == (1, 0, 0)


def test_a_second_time_the_name_stays_as_it_was(site: Site, alice: Person) -> None:
    site.bring(alice, "before.jpg", PHOTO)
    for _ in range(2):
        assert held(site, told("card/a.jpg")) == [True]
        first = site.core.catalog.entries.get(alice.id, "card/a.jpg")
        assert held(site, told("card/a.jpg", mtime=AT + 9)) == [True]
        assert site.core.catalog.entries.get(alice.id, "card/a.jpg") == first
    assert [one.path for one in site.core.catalog.entries.children(alice.id, "card")] == ["card/a.jpg"]


def test_no_file_loses_its_name(site: Site, alice: Person) -> None:
    site.bring(alice, "before.jpg", PHOTO)
    send(site, "card/a.jpg", OTHER)
    assert held(site, told("card/a.jpg")) == [True]
    names = {one.path: one.sha256 for one in site.core.catalog.entries.children(alice.id, "card")}
    assert names == {"card/a.jpg": digest(OTHER), "card/a (2).jpg": digest(PHOTO)}


@pytest.mark.parametrize(
    "file",
    [
        told("a.jpg", OTHER),
        told("a.jpg", size_bytes=len(PHOTO) + 1),
        told("a.jpg", size_bytes=0),
        told("a\u0001.jpg"),
        told("../a.jpg"),
        told(""),
        told("x" * 300),
        told(".DS_Store"),
        told("before.jpg/a.jpg"),
    ],
    ids=str,
)
def test_what_must_be_sent_changes_nothing(site: Site, alice: Person, file: dict[str, object]) -> None:
    site.bring(alice, "before.jpg", PHOTO)
    version = site.core.catalog.items.version(alice.id)
    assert held(site, file, told("before.jpg", OTHER)) == [False, False]
    assert site.core.catalog.items.version(alice.id) == version
    assert [one.path for one in site.core.catalog.entries.children(alice.id, "")] == ["before.jpg"]


def test_nothing_is_learnt_of_what_others_hold(site: Site, alice: Person) -> None:
    bob = site.add_person("bob", "another-password")
    site.bring(bob, "secret.jpg", PHOTO)
    assert held(site, told("a.jpg")) == [False]
    assert site.get("/api/v1/receipts").json()["receipts"] == []
    assert site.core.catalog.entries.children(alice.id, "") == ()


def test_it_is_a_change_that_needs_the_token(site: Site, alice: Person) -> None:
    site.bring(alice, "before.jpg", PHOTO)
    answer = site.post_json("/api/v1/originals/held", {"files": [told("a.jpg")]}, is_tokened=False)
    assert (answer.status, answer.code) == (403, "csrf")
    site.cookie = ""
    assert site.post_json("/api/v1/originals/held", {"files": []}).status == 401


@pytest.mark.parametrize(
    "files",
    [
        None, "a", [1], [{}], [told("a.jpg", sha256="x")], [told("a.jpg", sha256=digest(PHOTO).upper())],
        [told("a.jpg", size_bytes=-1)], [told("a.jpg", size_bytes="7")], [told("a.jpg", size_bytes=True)],
        [told("a.jpg", size_bytes=2**63)], [told("a.jpg", mtime=10**400)],
        [told("a.jpg", mtime="now")], [told("a.jpg", mtime=float("nan"))], [told("a.jpg") | {"path": None}],
        [told("a\ud800.jpg")], [told("a.jpg")] * 501,
    ],
)  # fmt: skip
def test_what_is_no_list_of_files_is_refused(site: Site, alice: Person, files: object) -> None:
    answer = site.post_json("/api/v1/originals/held", {"files": files})
    assert (answer.status, answer.code) == (400, "bad_request")


def test_five_hundred_at_once_with_odd_times(site: Site, alice: Person) -> None:
    site.bring(alice, "before.jpg", PHOTO)
    files = [told(f"card/{n}.jpg", mtime=None if n % 2 else -1e13) for n in range(500)]
    assert held(site, *files) == [True] * 500
    assert finished(site, alice, "card")["files"] == 500


def claim(home: Home, content: bytes, path: str = "card/a.jpg") -> list[bool]:
    wanted = Claim(path, digest(content), len(content), AT)
    return home.intake.accept_claims(home.alice, [wanted], door=Door.BROWSER)


def test_damaged_or_missing_bytes_must_be_sent(home: Home) -> None:
    home.bring("before.jpg", PHOTO)
    home.intake.originals.require(digest(PHOTO)).unlink()
    assert claim(home, PHOTO) == [False]
    home.bring("other.jpg", OTHER)
    damage(home, OTHER)
    desk = Desk(home)
    assert not desk.finish().is_safe_to_format
    assert claim(home, OTHER) == [False]


def test_bytes_that_rot_meanwhile_are_not_called_safe(home: Home) -> None:
    home.bring("before.jpg", PHOTO)
    assert claim(home, PHOTO) == [True]
    damage(home, PHOTO)
    desk = Desk(home)
    desk.finish()
    (receipt,) = (one for one in desk.all() if one.folder == "card")
    assert (receipt.totals.by_digest, receipt.totals.damaged) == (1, 1)
    assert not receipt.is_safe_to_format
