"""Shots and bursts as they are shown: ids, covers, and the sentences that tell why."""

from __future__ import annotations

from dataclasses import replace

import pytest

from indexer.grouping.decisions import Choice, Decision, Scope
from indexer.grouping.pictures import Picture
from indexer.grouping.shots import ShotKind
from indexer.grouping.stacks import BY_HAND, TAKEN_OUT, stack
from indexer.model import Kind

KINDS = {"jpg": Kind.IMAGE, "nef": Kind.RAW, "mov": Kind.VIDEO, "xmp": Kind.OTHER}


def pic(
    name: str, taken_at: str | None = None, added_at: float = 0.0, content_id: str | None = None
) -> Picture:
    kind = KINDS[name.rpartition(".")[2]]
    return Picture(name, f"a/{name}", kind, taken_at, "d90", content_id, added_at=added_at)


def decision(scope: Scope, choice: Choice, *items: str, rules: tuple[str, ...] = ()) -> Decision:
    return Decision(1, 0.0, scope, choice, items, rules)


PAIR = [pic("D_1.nef", "2024-05-17T12:00:00.25", 1.0), pic("D_1.jpg", "2024-05-17T12:00:00.25", 2.0)]
SERIES = [pic(f"I_{n}.jpg", f"2024-05-18T12:00:00.{n}", float(n)) for n in range(1, 6)]


def test_a_shot_is_named_by_its_first_and_shown_by_its_best() -> None:
    (shot,) = stack(PAIR, ()).shots
    assert (shot.id, shot.members) == ("D_1.nef", ("D_1.jpg", "D_1.nef"))
    (later,) = stack([replace(PAIR[0], added_at=3.0), PAIR[1]], ()).shots
    assert later.id == "D_1.jpg"


def test_one_alone_has_no_reason() -> None:
    (shot,) = stack(PAIR[:1], ()).shots
    assert (shot.why, shot.rules, shot.is_locked) == ((), (), False)


@pytest.mark.parametrize(
    ("members", "kind"),
    [
        (PAIR, ShotKind.RAW),
        ([pic("L.jpg", None, content_id="A"), pic("L.mov", None, content_id="A")], ShotKind.LIVE),
        ([PAIR[1], pic("D_1-Edit.jpg", "2024-05-17T12:00:00.25")], ShotKind.EDIT),
        ([PAIR[1], pic("D_1.xmp")], ShotKind.SIDE),
        ([PAIR[1], pic("export.jpg", "2024-05-17T12:00:00.25")], ShotKind.SAME),
    ],
)
def test_what_makes_them_one(members: list[Picture], kind: ShotKind) -> None:
    (shot,) = stack(members, ()).shots
    assert shot.kind is kind


def test_what_people_did_is_told() -> None:
    merged = stack([*PAIR, SERIES[0]], [decision(Scope.SHOT, Choice.MERGE, "D_1.nef", "I_1.jpg")])
    assert merged.shots[0].why[-1] == BY_HAND
    apart = stack(PAIR, [decision(Scope.SHOT, Choice.UNGROUP, "D_1.nef", "D_1.jpg")])
    assert [shot.why for shot in apart.shots] == [(TAKEN_OUT,), (TAKEN_OUT,)]


def test_like_these_are_all_with_the_same_reason() -> None:
    other = [
        replace(one, id=f"x{one.id}", path=f"b/x{one.name}", taken_at="2020-01-01T00:00:00.5") for one in PAIR
    ]
    wishes = [decision(Scope.SHOT, Choice.UNGROUP_LIKE, "D_1.nef", rules=("same name",))]
    made = stack([*PAIR, *other, pic("D_1.xmp")], wishes)
    assert sorted(len(shot.members) for shot in made.shots) == [1, 1, 1, 2]  # the side file stays


EDITED = [*PAIR, pic("D_1-Edit.jpg", "2024-05-17T12:00:00.25"), pic("D_1 copy.jpg", "2024-05-17T12:00:00.25")]


@pytest.mark.parametrize(
    "wish",
    [
        decision(Scope.SHOT, Choice.UNGROUP, *(one.id for one in EDITED)),
        decision(
            Scope.SHOT, Choice.UNGROUP_LIKE, "D_1.nef", rules=("same name", "Lightroom's version", "a copy")
        ),
    ],
)
def test_a_shot_that_is_separated_does_not_become_a_burst(wish: Decision) -> None:
    marked = [replace(one, burst_id="A") for one in EDITED]
    for files in (EDITED, marked):
        assert len(stack(files, ()).shots) == 1
        made = stack(files, [wish])
        assert (len(made.shots), made.bursts) == (4, ())


def test_a_burst_holds_all_that_was_separated_of_it() -> None:
    raws = [replace(one, id=f"{one.id}.nef", path=one.path.replace("jpg", "nef")) for one in SERIES]
    wishes = [decision(Scope.SHOT, Choice.UNGROUP_LIKE, "I_1.jpg", rules=("same name",))]
    (burst,) = stack([*SERIES, *raws], wishes).bursts
    assert len(burst.members) == 10


def test_a_burst_is_shown_by_its_middle_or_by_what_was_chosen() -> None:
    (burst,) = stack(SERIES, ()).bursts
    assert (burst.id, burst.members[0], len(burst.members)) == ("I_1.jpg", "I_3.jpg", 5)
    (chosen,) = stack(SERIES, [decision(Scope.BURST, Choice.COVER, "I_5.jpg")]).bursts
    assert chosen.members == ("I_5.jpg", "I_1.jpg", "I_2.jpg", "I_3.jpg", "I_4.jpg")


def test_the_cover_of_a_shot_does_not_change_its_burst() -> None:
    note = pic("I_2.xmp")
    (before,) = stack([*SERIES, note], ()).bursts
    (after,) = stack([*SERIES, note], [decision(Scope.SHOT, Choice.COVER, "I_2.xmp")]).bursts
    assert before == after


@pytest.mark.parametrize(
    ("taken_out", "left"), [(("I_3.jpg",), 4), (("I_1.jpg", "I_2.jpg", "I_3.jpg", "I_4.jpg"), 0)]
)
def test_a_burst_of_one_is_none(taken_out: tuple[str, ...], left: int) -> None:
    made = stack(SERIES, [decision(Scope.BURST, Choice.UNGROUP, *taken_out)])
    assert sum(len(burst.members) for burst in made.bursts) == left
    assert len(made.shots) == 5


def test_bursts_made_by_hand_say_so() -> None:
    made = stack([*PAIR, *SERIES], [decision(Scope.BURST, Choice.MERGE, "D_1.jpg", "I_1.jpg")])
    (burst,) = made.bursts
    assert len(burst.members) == 6
    assert burst.why[-1] == BY_HAND


def test_no_rule_no_burst() -> None:
    wishes = [decision(Scope.BURST, Choice.UNGROUP_LIKE, "I_1.jpg", rules=("window",))]
    assert stack(SERIES, wishes).bursts == ()


def test_a_wider_window_takes_more_in() -> None:
    slow = [pic(f"S_{n}.jpg", f"2024-05-18T12:00:{2 * n:02}.5") for n in range(4)]
    assert [len(stack(slow, (), window_s).bursts) for window_s in (1.0, 2.0)] == [0, 1]
