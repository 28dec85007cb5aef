"""Shots and bursts, for the people whose they are: why files are together, and what they want instead.

A shot or a burst is asked for by its id, or by any item in it: ids may change with what people decide.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from indexer.catalog import Catalog
from indexer.catalog.groups import Group
from indexer.errors import BadQuery, NoSuchGroup, NotGrouped
from indexer.grouping.decisions import Choice, Decision, Scope
from indexer.model import Item

LONGEST_WINDOW_S = 10.0


@dataclass(frozen=True, slots=True)
class Shown:
    """A group with what there is to show of it; ``members`` are items, of a burst the covers of its shots.

    ``decisions`` are those that stand and name something in it.
    """

    group: Group
    members: tuple[Item, ...]
    decisions: tuple[Decision, ...]


@dataclass(frozen=True, slots=True)
class Groups:
    """Every question names the person; nobody sees another's. Safe to share between threads.

    What decides answers with the number of the decision, which undoes it. Raises NoSuchGroup for what is not
    there, NotGrouped for items that are not in the group.
    """

    catalog: Catalog
    clock: Callable[[], float] = time.time

    def get(self, person_id: int, scope: Scope, id_: str) -> Shown:
        """One shot or burst, with its members, the cover first."""
        group = self._group(person_id, scope, id_)
        members = (self.catalog.items.get(person_id, cover) for cover in group.covers)
        about = self.catalog.decisions.about(person_id, group.items)
        decisions = tuple(one for one in about if one.scope is scope)
        return Shown(group, tuple(item for item in members if item), decisions)

    def choose_cover(self, person_id: int, scope: Scope, id_: str, item: str) -> int:
        """Show this item of it."""
        group = self._group(person_id, scope, id_)
        return self._decide(person_id, scope, Choice.COVER, self._among(group, [item]))

    def lock(self, person_id: int, scope: Scope, id_: str, *, is_locked: bool) -> int:
        """Let new files change nothing about it, or let them again."""
        choice = Choice.LOCK if is_locked else Choice.UNLOCK
        return self._decide(person_id, scope, choice, self._group(person_id, scope, id_).items)

    def ungroup(self, person_id: int, scope: Scope, id_: str, items: Iterable[str] | None = None) -> int:
        """Have these of its items, or all, stand alone."""
        group = self._group(person_id, scope, id_)
        apart = group.items if items is None else self._among(group, items)
        return self._decide(person_id, scope, Choice.UNGROUP, apart)

    def ungroup_like(self, person_id: int, scope: Scope, id_: str) -> int:
        """Have the rules that made this group count no more, in the whole library; the rest follows soon.

        Raises NotGrouped also where people, not rules, put it together.
        """
        group = self._group(person_id, scope, id_)
        if not group.rules:
            raise NotGrouped
        return self._decide(person_id, scope, Choice.UNGROUP_LIKE, group.items, group.rules)

    def split(self, person_id: int, scope: Scope, id_: str, items: Iterable[str]) -> int:
        """Make these a group of their own; what arrives later joins the others."""
        group = self._group(person_id, scope, id_)
        return self._decide(person_id, scope, Choice.SPLIT, self._among(group, items))

    def merge(self, person_id: int, scope: Scope, ids: Iterable[str]) -> int:
        """Make one of several shots, or one burst of several shots and their bursts."""
        shots = [self._group(person_id, Scope.SHOT, id_) for id_ in ids]
        if len({shot.id for shot in shots}) < 2:
            raise NotGrouped
        items = (item for shot in shots for item in shot.items)
        return self._decide(person_id, scope, Choice.MERGE, items)

    def undo(self, person_id: int, decision: Decision) -> None:
        """Put everything back as it would be without this decision."""
        self.catalog.groups.undo(person_id, decision, self.clock())

    def burst_window_s(self, person_id: int) -> float:
        """The longest gap within a burst that its camera did not mark, in seconds."""
        return self.catalog.groups.burst_window_s(person_id)

    def set_burst_window_s(self, person_id: int, window_s: float) -> None:
        """Change it, and have the whole library grouped anew soon; raises BadQuery."""
        if not 0.0 <= window_s <= LONGEST_WINDOW_S:
            raise BadQuery("burst_window_s", f"must be between 0 and {LONGEST_WINDOW_S:g}")
        self.catalog.groups.set_burst_window_s(person_id, window_s)

    def _group(self, person_id: int, scope: Scope, id_: str) -> Group:
        find = self.catalog.groups.shot if scope is Scope.SHOT else self.catalog.groups.burst
        group = find(person_id, id_)
        if group is None:
            raise NoSuchGroup(scope)
        return group

    def _among(self, group: Group, items: Iterable[str]) -> tuple[str, ...]:
        wanted = tuple(items)
        if not wanted or not set(wanted) <= set(group.items):
            raise NotGrouped
        return wanted

    def _decide(
        self,
        person_id: int,
        scope: Scope,
        choice: Choice,
        items: Iterable[str],
        rules: Iterable[str] = (),
    ) -> int:
        return self.catalog.groups.decide(person_id, scope, choice, items, self.clock(), rules)
