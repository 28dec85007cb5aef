"""What people made of the memories that were suggested to them, and their albums. Pure.

What holds is a function of the suggestions and of the decisions that stand, in the order in which they
were made. So undoing one restores exactly what would be without it, and new pictures flow into a memory
whose title somebody has chosen. A memory's id is the shot in it that was added first; a decision that names
it finds the memory in which this shot is now.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Do(StrEnum):
    """What a decision about a memory or an album does."""

    MAKE = "make"  # a new one of these shots
    CHANGE = "change"  # title, cover, order, hidden, pinned
    MERGE = "merge"  # what the others hold, too
    MOVE = "move"  # these shots: here, or nowhere
    REMOVE = "remove"  # these shots leave the album
    DELETE = "delete"  # the album


@dataclass(frozen=True, slots=True)
class Base:
    """A memory as it was suggested when somebody decided about it: from then on it does not fall apart."""

    id: str
    kind: str
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One decision. ``group`` is the memory or album that it is about, None for no memory.

    ``items`` are shots, by any item of theirs; ``others`` memories to be merged.
    """

    do: Do
    group: str | None
    items: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    changes: Mapping[str, object] = field(default_factory=dict)
    bases: tuple[Base, ...] = ()


@dataclass(slots=True)
class Arranged:
    """A memory or album as it is to be. ``kind`` is None for one that people made.

    ``members`` are in no order but that of ``order``, where it names them. ``title`` and ``cover`` are None
    where nobody has chosen them; ``is_touched`` tells whether anybody has decided anything about it.
    """

    id: str
    kind: str | None
    members: dict[str, None]
    title: str | None = None
    cover: str | None = None
    order: tuple[str, ...] = ()
    is_hidden: bool = False
    is_pinned: bool = False
    is_touched: bool = False

    def change(self, changes: Mapping[str, object], shot_of: Callable[[str], str]) -> None:
        """Title, cover, order, hidden and pinned, as far as they are named."""
        if "title" in changes:
            self.title = str(changes["title"]) if changes["title"] else None
        if "cover" in changes:
            self.cover = shot_of(str(changes["cover"])) if changes["cover"] else None
        if isinstance(wanted := changes.get("order"), list | tuple):
            self.order = tuple(shot_of(str(item)) for item in wanted)
        self.is_hidden = bool(changes.get("hidden", self.is_hidden))
        self.is_pinned = bool(changes.get("pinned", self.is_pinned))
        self.is_touched = True

    def ordered(self, by: Callable[[str], tuple[str, str]]) -> tuple[str, ...]:
        """The members: as somebody has put them, and those nobody has placed behind, ordered ``by`` time."""
        places = {shot: number for number, shot in enumerate(self.order)}
        return tuple(sorted(self.members, key=lambda shot: (places.get(shot, len(places)), by(shot), shot)))


def memories(
    suggested: Iterable[Base], steps: Iterable[Step], shot_of: Callable[[str], str]
) -> tuple[Arranged, ...]:
    """The memories that hold, by id; a shot is in one of them at most.

    ``steps`` are in the order in which they were decided; ``shot_of`` names the shot that an item is in now.
    """
    decided = tuple(steps)
    board = _Board(shot_of)
    for one in suggested:
        board.add(Arranged(one.id, one.kind, {}), one.members)
    held: set[str] = set()
    for base in (base for step in decided for base in step.bases):
        board.hold(base, held)
    for step in decided:
        board.apply(step)
    return tuple(board.groups[id_] for id_ in sorted(board.groups) if board.groups[id_].members)


def albums(steps: Iterable[Step], shot_of: Callable[[str], str]) -> tuple[Arranged, ...]:
    """The albums that hold, by id; a shot may be in many. Steps as for `memories`."""
    found: dict[str, Arranged] = {}
    for step in steps:
        if step.group is None:
            continue
        if step.do is Do.MAKE:
            found[step.group] = Arranged(step.group, None, {})
        album = found.get(step.group)
        if album is None:
            continue
        shots = dict.fromkeys(map(shot_of, step.items))
        if step.do is Do.DELETE:
            del found[step.group]
        elif step.do is Do.REMOVE:
            album.members = {shot: None for shot in album.members if shot not in shots}
        else:
            album.members |= shots
        album.change(step.changes, shot_of)
    return tuple(found[id_] for id_ in sorted(found))


@dataclass(frozen=True, slots=True)
class Brought:
    """What an import once put into the album ``group``, for the album ``key`` of an export."""

    key: str
    group: str
    items: tuple[str, ...]


def still_to_bring(
    key: str, title: str, items: Iterable[str], earlier: Iterable[Brought], titles: Mapping[str, str]
) -> tuple[str | None, tuple[str, ...]]:
    """Into which album (None: a new one) an import puts an album of an export, and which items of it.

    ``earlier`` is all that imports ever decided, undone or not, ``titles`` the albums that there are.
    Nothing comes twice: neither what somebody took out since, nor an album that is gone. An album that
    people made under the same title takes in what the export has; that of another export stays apart.
    """
    known = tuple(earlier)
    mine = [one for one in known if one.key == key]
    brought = {item for one in mine for item in one.items}
    new = tuple(item for item in dict.fromkeys(items) if item not in brought)
    if mine:
        return mine[0].group, new if mine[0].group in titles else ()
    taken = {one.group for one in known}
    same = (id_ for id_, its in titles.items() if its.casefold() == title.casefold() and id_ not in taken)
    return min(same, default=None), new


@dataclass(slots=True)
class _Board:
    """Memories being arranged; ``place`` tells which of them a shot is in."""

    shot_of: Callable[[str], str]
    groups: dict[str, Arranged] = field(default_factory=dict)
    place: dict[str, str] = field(default_factory=dict)

    def add(self, group: Arranged, shots: Iterable[str]) -> None:
        self.groups[group.id] = group
        for shot in shots:
            self.put(shot, group.id)

    def put(self, shot: str, group_id: str | None) -> None:
        if before := self.place.pop(shot, None):
            del self.groups[before].members[shot]
        if group_id is not None:
            self.place[shot] = group_id
            self.groups[group_id].members[shot] = None

    def hold(self, base: Base, held: set[str]) -> None:
        """Bring together again what somebody saw together; what an older decision holds stays there."""
        if base.id not in self.groups:
            self._rename(self.place.get(self.shot_of(base.id)), base)
        for shot in map(self.shot_of, base.members):
            if shot not in held:
                held.add(shot)
                self.put(shot, base.id)

    def apply(self, step: Step) -> None:
        if step.do is Do.MAKE and step.group is not None:
            self.groups.setdefault(step.group, Arranged(step.group, None, {}))
        target = self.groups.get(step.group) if step.group is not None else None
        if target is None and step.group is not None:
            return  # the decision that made it was undone
        shots = [self.shot_of(item) for item in step.items]
        for other in step.others:
            shots += self.groups[other].members if other in self.groups else ()
        for shot in shots:
            self.put(shot, step.group)
        if target is not None:
            target.change(step.changes, self.shot_of)

    def _rename(self, old_id: str | None, base: Base) -> None:
        """The memory in which the one that was named went on, under the name that people know."""
        old = self.groups.pop(old_id) if old_id and not self.groups[old_id].is_touched else None
        self.add(Arranged(base.id, base.kind, {}, is_touched=True), ())
        for shot in old.members if old else ():
            self.place[shot] = base.id
            self.groups[base.id].members[shot] = None
