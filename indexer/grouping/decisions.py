"""What people decided about shots and bursts, and how that changes what the rules found. Pure.

A decision names items by their digests, so that it outlives a rebuilt index and holds again when its files
come back. Decisions are never merged or overwritten: what holds now follows from those that are not undone,
one after the other (`in_force`), and undoing one is leaving it out.
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
    UNLOCK = "unlock"  # what was locked of these is not any more
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


def in_force(decisions: Iterable[Decision]) -> tuple[Decision, ...]:
    """Those that hold, in the order in which they were made: not undone, no lock that was opened later."""
    standing = sorted((one for one in decisions if one.undone_at is None), key=lambda one: one.id)
    opened = [one for one in standing if one.choice is Choice.UNLOCK]
    return tuple(one for one in standing if not any(_opens(later, one) for later in opened))


def _opens(unlock: Decision, lock: Decision) -> bool:
    if lock.choice is not Choice.LOCK or lock.scope is not unlock.scope or lock.id > unlock.id:
        return False
    return not set(unlock.items).isdisjoint(lock.items)


def without(decisions: Iterable[Decision], scope: Scope) -> frozenset[str]:
    """The rules that do not count."""
    likes = (one for one in decisions if one.scope is scope and one.choice is Choice.UNGROUP_LIKE)
    return frozenset(rule for one in likes for rule in one.rules)


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
    for decision in decisions:
        if decision.scope is scope:
            meant = frozenset(element_of[item] for item in decision.items if item in element_of)
            group_of |= _moved(group_of, decision.choice, meant)
    return tuple(dict.fromkeys(group_of.values()))


def chosen_cover(members: frozenset[str], decisions: Iterable[Decision], scope: Scope) -> str | None:
    """The item among ``members`` that was last chosen to be shown."""
    chosen = [
        one.items[0]
        for one in decisions
        if (one.scope, one.choice) == (scope, Choice.COVER) and one.items[0] in members
    ]
    return chosen[-1] if chosen else None


def is_locked(
    members: frozenset[str], decisions: Iterable[Decision], scope: Scope, element_of: Mapping[str, str]
) -> bool:
    """Whether somebody wants exactly these members, as far as they are here, to stay together."""
    return any(
        frozenset(element_of[item] for item in one.items if item in element_of) == members
        for one in decisions
        if (one.scope, one.choice) == (scope, Choice.LOCK)
    )


def _moved(
    group_of: Mapping[str, frozenset[str]], choice: Choice, meant: frozenset[str]
) -> dict[str, frozenset[str]]:
    """The new groups of the elements that a decision moves."""
    if not meant or choice in (Choice.COVER, Choice.UNLOCK, Choice.UNGROUP_LIKE):
        return {}
    if choice is Choice.MERGE:
        whole = frozenset().union(*(group_of[element] for element in meant))
        return dict.fromkeys(whole, whole)
    touched = {group_of[element] for element in meant}
    left = {element: group - meant for group in touched for element in group - meant}
    if choice is Choice.UNGROUP:
        return left | {element: frozenset({element}) for element in meant}
    return left | dict.fromkeys(meant, meant)
