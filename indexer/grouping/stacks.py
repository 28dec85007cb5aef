"""The shots and bursts of some pictures, by the rules and by what people decided. Pure.

The last word of grouping: what it says of all kin of a picture (see `kinship`) is what the catalog keeps.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from indexer.grouping import bursts, decisions, shots
from indexer.grouping.bursts import BurstKind
from indexer.grouping.decisions import Choice, Decision, Scope
from indexer.grouping.file_names import Role
from indexer.grouping.pictures import Picture
from indexer.grouping.shots import Shot, ShotKind, Tie

BY_HAND = "put together by hand"
TAKEN_OUT = "taken out by hand"


@dataclass(frozen=True, slots=True)
class ShotStack:
    """A shot as it is shown. ``id`` is its member that was added first, ``members`` items, the cover first.

    ``rules`` are what joined it; ``why`` are sentences for people, none for an item alone.
    """

    id: str
    members: tuple[str, ...]
    kind: ShotKind
    why: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    is_locked: bool = False


@dataclass(frozen=True, slots=True)
class BurstStack:
    """A burst as it is shown. ``id`` is its shot that was added first, ``members`` shots, the cover first."""

    id: str
    members: tuple[str, ...]
    kind: BurstKind
    why: tuple[str, ...]
    rules: tuple[str, ...] = ()
    is_locked: bool = False


@dataclass(frozen=True, slots=True)
class Stacks:
    shots: tuple[ShotStack, ...]
    bursts: tuple[BurstStack, ...]


def stack(
    pictures: Iterable[Picture], decided: Iterable[Decision], window_s: float = bursts.WINDOW_S
) -> Stacks:
    """Every picture in one shot, some of the shots in bursts."""
    known = {one.id: one for one in pictures}
    wishes = decisions.in_force(decided)
    found = _shots(known, wishes)
    return Stacks(found, _bursts(known, found, wishes, window_s))


def _shots(known: Mapping[str, Picture], wishes: tuple[Decision, ...]) -> tuple[ShotStack, ...]:
    automatic = shots.group(known.values(), decisions.without(wishes, Scope.SHOT))
    itself = {id_: id_ for id_ in known}
    groups = decisions.redrawn((frozenset(shot.members) for shot in automatic), wishes, Scope.SHOT, itself)
    source = {member: shot for shot in automatic for member in shot.members}
    made = (_shot_stack(group, source, itself, known, wishes) for group in groups)
    return tuple(sorted(made, key=lambda one: one.id))


def _shot_stack(
    group: frozenset[str],
    source: Mapping[str, Shot],
    itself: Mapping[str, str],
    known: Mapping[str, Picture],
    wishes: tuple[Decision, ...],
) -> ShotStack:
    if len(group) == 1 and not wishes:  # most of any library
        (alone,) = group
        return ShotStack(alone, (alone,), ShotKind.SAME)
    members = shots.by_cover(known[id_] for id_ in group)
    wanted = decisions.chosen_cover(group, wishes, Scope.SHOT)
    ties = [
        tie
        for shot in {source[id_].cover: source[id_] for id_ in sorted(group)}.values()
        for tie in shot.ties
    ]
    within = [tie for tie in ties if tie.a in group and tie.b in group]
    return ShotStack(
        _first_added(members).id,
        _first(wanted, tuple(one.id for one in members)),
        shots.kind_of(members),
        _why(group, within, source, wishes),
        tuple(sorted({tie.rule for tie in within})),
        decisions.is_locked(group, wishes, Scope.SHOT, itself),
    )


def _why(
    group: frozenset[str], ties: list[Tie], source: Mapping[str, Shot], wishes: tuple[Decision, ...]
) -> tuple[str, ...]:
    if len(group) == 1:
        return (TAKEN_OUT,) * _is_taken_out(group, wishes)
    is_by_hand = any(not group <= set(source[id_].members) for id_ in group)
    return tuple(dict.fromkeys(tie.why for tie in ties)) + (BY_HAND,) * is_by_hand


def _bursts(
    known: Mapping[str, Picture],
    found: tuple[ShotStack, ...],
    wishes: tuple[Decision, ...],
    window_s: float,
) -> tuple[BurstStack, ...]:
    shot_of = {member: shot.id for shot in found for member in shot.members}
    faces = {shot.id: _face(shot, known) for shot in found}
    automatic = bursts.group(
        faces.values(), window_s, decisions.without(wishes, Scope.BURST), _exposures(known, found, wishes)
    )
    stacked = [frozenset(burst.members) for burst in automatic]
    alone = faces.keys() - frozenset().union(*stacked)
    groups = decisions.redrawn([*stacked, *(frozenset({id_}) for id_ in alone)], wishes, Scope.BURST, shot_of)
    burst_of = {member: burst for burst in automatic for member in burst.members}
    items_of = {shot.id: shot.members for shot in found}
    made = (
        _burst_stack(group, burst_of, faces, shot_of, items_of, known, wishes)
        for group in groups
        if len(group) > 1
    )
    return tuple(sorted(made, key=lambda one: one.id))


def _burst_stack(
    group: frozenset[str],
    burst_of: Mapping[str, bursts.Burst],
    faces: Mapping[str, Picture],
    shot_of: Mapping[str, str],
    items_of: Mapping[str, tuple[str, ...]],
    known: Mapping[str, Picture],
    wishes: tuple[Decision, ...],
) -> BurstStack:
    by_rules = sorted({burst_of[id_].members: burst_of[id_] for id_ in group if id_ in burst_of}.items())
    sources = [burst for _, burst in by_rules]
    is_by_hand = len(sources) != 1 or not group <= set(sources[0].members)
    members = tuple(sorted(group, key=lambda id_: (faces[id_].taken_at or "~", faces[id_].name, id_)))
    items = frozenset(item for id_ in group for item in items_of[id_])
    wanted = decisions.chosen_cover(items, wishes, Scope.BURST)
    automatic = next((burst.cover for burst in sources if burst.cover in group), members[len(members) // 2])
    return BurstStack(
        _first_added(known[id_] for id_ in group).id,
        _first(shot_of[wanted] if wanted else automatic, members),
        sources[0].kind if len(sources) == 1 else BurstKind.BURST,
        tuple(burst.why for burst in sources) + (BY_HAND,) * is_by_hand,
        tuple(sorted({burst.rule for burst in sources})),
        decisions.is_locked(group, wishes, Scope.BURST, shot_of),
    )


def _face(shot: ShotStack, known: Mapping[str, Picture]) -> Picture:
    """What a burst is judged by: the best picture that the camera itself made, whatever the chosen cover."""
    members = shots.by_cover(known[id_] for id_ in shot.members)
    face = min(members, key=lambda one: one.stem.role is not Role.PLAIN)
    return replace(face, id=shot.id)


def _exposures(
    known: Mapping[str, Picture], found: tuple[ShotStack, ...], wishes: tuple[Decision, ...]
) -> dict[str, str]:
    """For each shot what it was captured as: what people separate was still one press of the shutter."""
    if not wishes:  # every shot is what the rules say
        return {}
    captured = {member: shot.cover for shot in shots.group(known.values()) for member in shot.members}
    return {shot.id: captured[shot.id] for shot in found}


def _first(wanted: str | None, members: tuple[str, ...]) -> tuple[str, ...]:
    """The members, the wanted one first."""
    return members if wanted is None else (wanted, *(one for one in members if one != wanted))


def _first_added(pictures: Iterable[Picture]) -> Picture:
    return min(pictures, key=lambda one: (one.added_at, one.id))


def _is_taken_out(group: frozenset[str], wishes: tuple[Decision, ...]) -> bool:
    apart = (Choice.UNGROUP, Choice.SPLIT)
    return any(one.scope is Scope.SHOT and one.choice in apart and group <= set(one.items) for one in wishes)
