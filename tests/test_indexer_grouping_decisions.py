"""What decisions make of groups, as a table; groups are written as words, their members as letters."""

from __future__ import annotations

import pytest

from indexer.grouping.decisions import (
    Choice,
    Decision,
    Scope,
    chosen_cover,
    in_force,
    is_locked,
    redrawn,
    without,
)

ITSELF = {letter: letter for letter in "abcdefgh"}
M, S, L, U, OPEN, C = Choice.MERGE, Choice.SPLIT, Choice.LOCK, Choice.UNGROUP, Choice.UNLOCK, Choice.COVER


def made(*told: tuple[Choice, str], scope: Scope = Scope.SHOT) -> list[Decision]:
    """Decisions in this order; those in capitals were undone."""
    return [
        Decision(number, 0.0, scope, choice, tuple(items.lower()), undone_at=1.0 if items.isupper() else None)
        for number, (choice, items) in enumerate(told, 1)
    ]


def after(groups: str, *told: tuple[Choice, str]) -> str:
    apart = [frozenset(word) for word in groups.split()]
    wishes = in_force(reversed(made(*told)))
    return " ".join(sorted("".join(sorted(one)) for one in redrawn(apart, wishes, Scope.SHOT, ITSELF)))


@pytest.mark.parametrize(
    ("before", "told", "expected"),
    [
        ("ab c", [], "ab c"),
        ("ab c", [(M, "bc")], "abc"),
        ("ab cd e", [(M, "bd")], "abcd e"),
        ("ab c", [(M, "BC")], "ab c"),
        ("ab c", [(M, "bz")], "ab c"),
        ("abcd", [(S, "ab")], "ab cd"),
        ("abc d", [(S, "cd")], "ab cd"),
        ("abcd", [(S, "ab"), (S, "bc")], "a bc d"),
        ("abcd", [(U, "a")], "a bcd"),
        ("abcd", [(U, "abcd")], "a b c d"),
        ("abcd", [(U, "ab"), (M, "ab")], "ab cd"),
        ("abcd", [(M, "ab"), (U, "ab")], "a b cd"),
        ("abc", [(L, "ab")], "ab c"),
        ("a b c", [(L, "ab")], "ab c"),
        ("abc", [(L, "ab"), (OPEN, "ab")], "abc"),
        ("abc", [(L, "ab"), (OPEN, "AB")], "ab c"),
        ("abc", [(L, "ab"), (OPEN, "b"), (L, "ab")], "ab c"),
        ("abc", [(OPEN, "ab"), (L, "ab")], "ab c"),
        ("abc", [(C, "a")], "abc"),
        ("abc", [(Choice.UNGROUP_LIKE, "abc")], "abc"),
    ],
)  # fmt: skip
def test_groups_become_what_people_want(before: str, told: list[tuple[Choice, str]], expected: str) -> None:
    assert after(before, *told) == expected


def test_what_is_decided_of_bursts_leaves_shots_alone() -> None:
    wishes = made((U, "ab"), scope=Scope.BURST)
    assert redrawn([frozenset("ab")], wishes, Scope.SHOT, ITSELF) == (frozenset("ab"),)


def test_items_stand_for_what_they_are_part_of() -> None:
    shot_of = {"a": "1", "b": "1", "c": "2"}
    wishes = made((M, "bc"), scope=Scope.BURST)
    groups = [frozenset("1"), frozenset("2")]
    assert redrawn(groups, wishes, Scope.BURST, shot_of) == (frozenset("12"),)


def test_the_last_chosen_cover_counts_where_it_is() -> None:
    wishes = in_force(made((C, "a"), (C, "b"), (C, "d"), (C, "A")))
    assert chosen_cover(frozenset("abc"), wishes, Scope.SHOT) == "b"
    assert chosen_cover(frozenset("c"), wishes, Scope.SHOT) is None
    assert chosen_cover(frozenset("abc"), wishes, Scope.BURST) is None


def test_locked_is_what_has_exactly_the_members_that_are_here() -> None:
    wishes = in_force(made((L, "abz")))
    assert is_locked(frozenset("ab"), wishes, Scope.SHOT, ITSELF)
    assert not is_locked(frozenset("abc"), wishes, Scope.SHOT, ITSELF)
    assert not is_locked(frozenset("ab"), wishes, Scope.BURST, ITSELF)


def test_rules_that_do_not_count() -> None:
    like = [
        Decision(1, 0.0, Scope.SHOT, Choice.UNGROUP_LIKE, ("a",), ("same name",)),
        Decision(2, 0.0, Scope.BURST, Choice.UNGROUP_LIKE, ("a",), ("window",)),
        Decision(3, 0.0, Scope.SHOT, Choice.UNGROUP_LIKE, ("a",), ("side file",), undone_at=1.0),
    ]
    assert without(in_force(like), Scope.SHOT) == {"same name"}
