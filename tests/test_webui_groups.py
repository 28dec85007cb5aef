"""Shots, bursts and decisions over the API: each is asked for, changed and undone, by its owner alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.photos import Shot, jpeg
from tests.webui_site import Site, open_site

BURST = [f"IMG_{number:04}.JPG" for number in range(1, 5)]
PAIR = ["DSC_0042.JPG", "DSC_0042-Edit.JPG"]


def picture(number: int) -> bytes:
    """One of a series, a tenth of a second apart."""
    return jpeg(Shot(taken="2024:05:17 12:00:00", subsec=str(number), model="EOS R5", make="Canon"))


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """Alice has a burst of four and a picture with its edited version; Bob has one photo."""
    with open_site(tmp_path) as site:
        alice, bob = site.add_person(), site.add_person("bob")
        site.log_in()
        for number, name in enumerate(BURST):
            site.bring(alice, name, picture(number))
        for seed, name in enumerate(PAIR):
            shot = Shot(taken="2019:03:01 10:00:00", subsec="25", model="D90", make="Nikon", seed=seed)
            site.bring(alice, name, jpeg(shot))
        site.bring(bob, "of-bob.jpg", jpeg(Shot(model="Bob's")))
        site.work()
        yield site


def item(site: Site, name: str) -> Any:
    (found,) = (one for one in site.get("/api/v1/items").json()["items"] if one["name"] == name)
    return found


def shot_of(site: Site, name: str) -> Any:
    answer = site.get(f"/api/v1/shots/{item(site, name)['shot_id']}")
    assert answer.status == 200
    return answer.json()


def burst_of(site: Site, name: str) -> Any:
    return site.get(f"/api/v1/bursts/{item(site, name)['burst']['id']}").json()


def names(group: Any) -> list[str]:
    return [member["name"] for member in group["members"]]


def tiles(site: Site) -> list[str]:
    return [one["name"] for one in site.get("/api/v1/items?collapsed=1").json()["items"]]


def changed(site: Site, path: str, body: Any) -> int:
    answer = site.post_json(f"/api/v1/{path}", body)
    assert answer.status == 200, answer.text
    site.work()
    number: int = answer.json()["decision"]
    return number


def undo(site: Site, number: int) -> None:
    assert changed(site, f"decisions/{number}/undo", {}) == number


def all_groups(site: Site) -> list[Any]:
    return [
        (one["id"], one["shot_id"], one["shot"], one["burst"])
        for one in site.get("/api/v1/items").json()["items"]
    ]


def test_a_shot_says_what_is_in_it_and_why(site: Site) -> None:
    shot = shot_of(site, PAIR[0])
    assert names(shot) == [PAIR[1], PAIR[0]]
    assert (shot["id"], shot["cover"]) == (item(site, PAIR[0])["id"], item(site, PAIR[1])["id"])
    assert shot["kind"] == "edit"
    assert shot["why"] == ["same name DSC_0042 (Lightroom's version), same time to 10 ms, same camera"]
    assert (shot["locked"], shot["burst_id"], shot["decisions"]) == (False, None, [])


def test_an_item_tells_its_group(site: Site) -> None:
    group = site.get(f"/api/v1/items/{item(site, PAIR[0])['id']}").json()["group"]
    shot = shot_of(site, PAIR[0])
    assert group["members"] == [member["id"] for member in shot["members"]]
    assert (group["cover"], group["why"], group["locked"]) == (shot["cover"], shot["why"], False)


def test_a_burst_says_what_is_in_it_and_why(site: Site) -> None:
    burst = burst_of(site, BURST[2])
    assert sorted(names(burst)) == BURST
    assert burst["cover"] == burst["members"][0]["id"]
    assert burst["kind"] == "burst"
    assert burst["why"]


def test_a_collapsed_timeline_shows_covers_with_their_numbers(site: Site) -> None:
    (cover,) = (one for one in site.get("/api/v1/items?collapsed=1").json()["items"] if one["burst"])
    assert cover["burst"]["count"] == 4
    assert PAIR[1] in tiles(site)
    assert PAIR[0] not in tiles(site)
    days = site.get("/api/v1/timeline").json()["days"]
    assert [(day["count"], day["items"]) for day in days] == [(4, 4), (1, 2)]
    collapsed = site.get("/api/v1/timeline?collapsed=1").json()["days"]
    assert [(day["count"], day["items"]) for day in collapsed] == [(1, 4), (1, 2)]


@pytest.mark.parametrize(
    ("kind", "name", "body", "left"),
    [
        ("shots", PAIR[0], {"ungroup": "all"}, 3),
        ("shots", PAIR[0], {"ungroup": "like"}, 3),
        ("shots", PAIR[0], {"lock": True}, 2),
        ("bursts", BURST[0], {"ungroup": "all"}, 5),
        ("bursts", BURST[0], {"ungroup": "like"}, 5),
        ("bursts", BURST[0], {"lock": True}, 2),
    ],
)
def test_what_is_changed_is_changed_back(site: Site, kind: str, name: str, body: Any, left: int) -> None:
    before = all_groups(site)
    one = shot_of(site, name) if kind == "shots" else burst_of(site, name)
    number = changed(site, f"{kind}/{one['id']}", body)
    assert len(tiles(site)) == left
    (decision,) = site.get("/api/v1/decisions").json()["decisions"]
    assert (decision["id"], decision["undone_at"]) == (number, None)
    assert decision["words"]
    undo(site, number)
    assert all_groups(site) == before
    (decision,) = site.get("/api/v1/decisions").json()["decisions"]
    assert decision["undone_at"]


def test_a_cover_is_chosen(site: Site) -> None:
    raw_first = changed(site, f"shots/{shot_of(site, PAIR[0])['id']}", {"cover": item(site, PAIR[0])["id"]})
    changed(site, f"bursts/{burst_of(site, BURST[0])['id']}", {"cover": item(site, BURST[3])["id"]})
    assert sorted(tiles(site)) == [PAIR[0], BURST[3]]
    assert shot_of(site, PAIR[0])["decisions"] == [raw_first]
    undo(site, raw_first)
    assert sorted(tiles(site)) == [PAIR[1], BURST[3]]


def test_one_is_taken_out(site: Site) -> None:
    number = changed(
        site, f"bursts/{burst_of(site, BURST[0])['id']}", {"ungroup": item(site, BURST[1])["id"]}
    )
    assert sorted(names(burst_of(site, BURST[0]))) == [BURST[0], BURST[2], BURST[3]]
    assert item(site, BURST[1])["burst"] is None
    undo(site, number)
    assert len(names(burst_of(site, BURST[1]))) == 4


def test_shots_are_merged_and_split(site: Site) -> None:
    ids = [item(site, name)["shot_id"] for name in (PAIR[0], BURST[0])]
    merged = changed(site, "shots", {"merge": ids})
    shot = shot_of(site, BURST[0])
    assert set(names(shot)) == {*PAIR, BURST[0]}
    assert "put together by hand" in shot["why"]
    part = changed(site, f"shots/{shot['id']}/split", {"items": [item(site, name)["id"] for name in PAIR]})
    assert set(names(shot_of(site, PAIR[0]))) == set(PAIR)
    undo(site, part)
    undo(site, merged)
    assert names(shot_of(site, BURST[0])) == [BURST[0]]


def test_bursts_are_merged_and_split(site: Site) -> None:
    before = all_groups(site)
    merged = changed(site, "bursts", {"merge": [item(site, name)["shot_id"] for name in (PAIR[0], BURST[0])]})
    assert item(site, PAIR[0])["burst"]["count"] == 5
    part = changed(
        site,
        f"bursts/{item(site, PAIR[0])['burst']['id']}/split",
        {"items": [item(site, n)["id"] for n in BURST[:2]]},
    )
    assert [item(site, name)["burst"]["count"] for name in (PAIR[0], BURST[0])] == [3, 2]
    undo(site, merged)
    assert [item(site, name)["burst"] for name in PAIR] == [None, None]
    undo(site, part)
    assert all_groups(site) == before


def test_a_locked_shot_takes_nothing_in_until_it_is_unlocked(site: Site) -> None:
    shot_id = shot_of(site, PAIR[0])["id"]
    changed(site, f"shots/{shot_id}", {"lock": True})
    assert shot_of(site, PAIR[0])["locked"]
    alice = site.core.accounts.require("alice")
    shot = Shot(taken="2019:03:01 10:00:00", subsec="25", model="D90", make="Nikon", seed=9)
    site.bring(alice, "DSC_0042-HDR.JPG", jpeg(shot))
    site.work()
    assert len(names(shot_of(site, PAIR[0]))) == 2
    unlocked = changed(site, f"shots/{shot_id}", {"lock": False})
    assert len(names(shot_of(site, PAIR[0]))) == 3
    undo(site, unlocked)
    assert len(names(shot_of(site, PAIR[0]))) == 2


def test_the_window_of_bursts_is_set_and_loses_nothing(site: Site) -> None:
    before = all_groups(site)
    assert site.get("/api/v1/grouping").json() == {"burst_window_s": 1.0}
    answer = site.post_json("/api/v1/grouping", {"burst_window_s": 0.01})
    assert answer.json() == {"burst_window_s": 0.01}
    assert site.get("/api/v1/status").json()["grouping"]["pending"] == 6
    site.work()
    assert item(site, BURST[0])["burst"] is None
    site.post_json("/api/v1/grouping", {"burst_window_s": 1})
    site.work()
    assert all_groups(site) == before


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("shots/PAIR", {}, 400),
        ("shots/PAIR", {"lock": "yes"}, 400),
        ("shots/PAIR", {"cover": "PAIR", "lock": True}, 400),
        ("shots/PAIR", {"cover": "BURST"}, 409),
        ("shots/PAIR", {"cover": 3}, 400),
        ("shots/PAIR", {"ungroup": "BURST"}, 409),
        ("shots/PAIR/split", {"items": []}, 409),
        ("shots/PAIR/split", {"items": ["x"]}, 400),
        ("shots", {"merge": ["PAIR"]}, 409),
        ("shots", {"merge": ["PAIR", "0" * 64]}, 404),
        ("shots/BURST", {"ungroup": "like"}, 409),
        (f"shots/{'0' * 64}", {"lock": True}, 404),
        ("bursts/PAIR", {"lock": True}, 404),
        ("grouping", {"burst_window_s": -1}, 400),
        ("grouping", {"burst_window_s": 11}, 400),
        ("grouping", {"burst_window_s": True}, 400),
        ("grouping", {}, 400),
        ("decisions/7/undo", {}, 404),
        ("decisions/x/undo", {}, 404),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(site: Site, path: str, body: Any, status: int) -> None:
    ids = {"PAIR": item(site, PAIR[0])["id"], "BURST": item(site, BURST[0])["id"]}
    before = all_groups(site)

    def filled(value: Any) -> Any:
        return [filled(one) for one in value] if isinstance(value, list) else ids.get(value, value)

    for word, id_ in ids.items():
        path = path.replace(word, id_)
    answer = site.post_json(f"/api/v1/{path}", {name: filled(value) for name, value in body.items()})
    assert answer.status == status, answer.text
    site.work()
    assert all_groups(site) == before
    assert site.get("/api/v1/decisions").json() == {"decisions": []}


def test_nobody_sees_or_changes_what_is_anothers(site: Site) -> None:
    shot, burst = shot_of(site, PAIR[0])["id"], burst_of(site, BURST[0])["id"]
    number = changed(site, f"shots/{shot}", {"lock": True})
    site.log_in("bob")
    assert site.get(f"/api/v1/shots/{shot}").status == 404
    assert site.get(f"/api/v1/bursts/{burst}").status == 404
    assert site.post_json(f"/api/v1/shots/{shot}", {"lock": False}).status == 404
    assert site.post_json(f"/api/v1/decisions/{number}/undo", {}).status == 404
    assert site.get("/api/v1/decisions").json() == {"decisions": []}


def test_a_change_needs_the_token(site: Site) -> None:
    shot = shot_of(site, PAIR[0])["id"]
    for path in (f"shots/{shot}", "shots", f"shots/{shot}/split", "decisions/1/undo", "grouping"):
        assert site.post_json(f"/api/v1/{path}", {"lock": True}, is_tokened=False).status == 403
