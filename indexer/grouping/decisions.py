"""What people decided about shots and bursts, and how that changes what the rules found. Pure.

A decision names items by their digests, so that it outlives a rebuilt index and holds again when its files
come back. Decisions are never merged or overwritten: what holds now follows from those that are not undone,
one after the other, and undoing one is leaving it out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Scope(StrEnum):
    """What a decision is about: items within shots, or shots within bursts."""

    SHOT = "shot"
    BURST = "burst"


class Choice(StrEnum):
    COVER = "cover"  # the item to be shown
    MERGE = "merge"  # everything that these items are part of becomes one
    SPLIT = "split"  # exactly these become one of their own
    LOCK = "lock"  # exactly these stay together, whatever comes
    UNGROUP = "ungroup"  # each of these stands alone
    UNGROUP_LIKE = "ungroup like"  # these rules count no more, in the whole library


@dataclass(frozen=True, slots=True)
class Decision:
    """``rules`` are those of UNGROUP_LIKE; ``items`` are then only what it was decided for."""

    id: int
    at: float
    scope: Scope
    choice: Choice
    items: tuple[str, ...]
    rules: tuple[str, ...] = ()
    undone_at: float | None = None

    @property
    def is_standing(self) -> bool:
        return self.undone_at is None


def without(decisions: Iterable[Decision], scope: Scope) -> frozenset[str]:
    """The rules that do not count."""
    likes = (one for one in decisions if one.scope is scope and one.choice is Choice.UNGROUP_LIKE)
    return frozenset(rule for one in likes if one.is_standing for rule in one.rules)


def redrawn(
    groups: Iterable[frozenset[str]],
    decisions: Iterable[Decision],
    scope: Scope,
    element_of: Mapping[str, str],
) -> tuple[frozenset[str], ...]:
    """The groups as the decisions want them; every element is in exactly one, before and after.

    ``element_of`` tells which element an item stands for; items that it does not know are not here now.
    """
    group_of = {element: group for group in groups for element in group}
    for decision in sorted(decisions, key=lambda one: one.id):
        if decision.scope is scope and decision.is_standing:
            meant = frozenset(element_of[item] for item in decision.items if item in element_of)
            group_of |= _moved(group_of, decision.choice, meant)
    return tuple(dict.fromkeys(group_of.values()))


def chosen_cover(members: frozenset[str], decisions: Iterable[Decision], scope: Scope) -> str | None:
    """The item among ``members`` that was last chosen to be shown."""
    covers = [
        one
        for one in decisions
        if (one.scope, one.choice) == (scope, Choice.COVER) and one.is_standing and one.items[0] in members
    ]
    return max(covers, key=lambda one: one.id).items[0] if covers else None


def is_locked(
    members: frozenset[str], decisions: Iterable[Decision], scope: Scope, element_of: Mapping[str, str]
) -> bool:
    """Whether somebody wants exactly these members, as far as they are here, to stay together."""
    return any(
        frozenset(element_of[item] for item in one.items if item in element_of) == members
        for one in decisions
        if (one.scope, one.choice) == (scope, Choice.LOCK) and one.is_standing
    )


def _moved(
    group_of: Mapping[str, frozenset[str]], choice: Choice, meant: frozenset[str]
) -> dict[str, frozenset[str]]:
    """The new groups of the elements that a decision moves."""
    if not meant or choice in (Choice.COVER, Choice.UNGROUP_LIKE):
        return {}
    if choice is Choice.MERGE:
        whole = frozenset().union(*(group_of[element] for element in meant))
        return dict.fromkeys(whole, whole)
    touched = {group_of[element] for element in meant}
    left = {element: group - meant for group in touched for element in group - meant}
    if choice is Choice.UNGROUP:
        return left | {element: frozenset({element}) for element in meant}
    return left | dict.fromkeys(meant, meant)
