"""Everything that a person has decided, the newest first, each to be undone."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from indexer.catalog import Catalog
from indexer.catalog.ledger import AnyDecision, Scope
from indexer.errors import NoSuchDecision
from indexer.grouping.arrangements import Do
from indexer.grouping.decisions import Choice
from indexer.groups import Groups
from indexer.memories import Memories
from indexer.model import Sort

MOST_LISTED = 1000


@dataclass(frozen=True, slots=True)
class Ledger:
    """Every question names the person; nobody sees another's. Safe to share between threads."""

    catalog: Catalog
    clock: Callable[[], float] = time.time

    def newest(self, person_id: int, limit: int) -> tuple[AnyDecision, ...]:
        """The last decisions, undone ones too, the newest first."""
        return self.catalog.ledger.newest(person_id, min(limit, MOST_LISTED))

    def undo(self, person_id: int, id_: int) -> None:
        """Have everything as if it had never been decided; again is no mistake. Raises NoSuchDecision."""
        about_groups = self.catalog.decisions.get(person_id, id_)
        if about_groups:
            Groups(self.catalog, self.clock).undo(person_id, about_groups)
            return
        undone = self.catalog.ledger.undo(person_id, id_, self.clock())
        if undone is None:
            raise NoSuchDecision
        self._follow(person_id, undone)

    def _follow(self, person_id: int, undone: AnyDecision) -> None:
        """Have everything follow from what is left of the decisions; those about groups did already."""
        if undone.scope is Scope.ITEM:
            self.catalog.own_words.apply(person_id, undone.subject, self.clock())
        elif undone.scope is Scope.CLOCK:
            self.catalog.clocks.apply(person_id, undone.body["make"], undone.body["model"])
        else:
            Memories(self.catalog, self.clock).arrange(person_id, Sort(undone.scope))


def words(one: AnyDecision) -> str:
    """A decision in a sentence."""
    if one.scope in (Scope.SHOT, Scope.BURST):
        return _of_groups(one)
    if one.scope in (Scope.MEMORY, Scope.ALBUM):
        return f"{_DEEDS[Do(one.body['do'])]} {_ARTICLES[one.scope]}."
    return f"Changed {_ARTICLES[one.scope]}."


def _of_groups(one: AnyDecision) -> str:
    choice, count = Choice(one.subject), len(one.body["items"])
    files = "1 file" if count == 1 else f"{count} files"
    whole = _ARTICLES[one.scope]
    return {
        Choice.COVER: f"Chose the cover of {whole}.",
        Choice.MERGE: f"Put {files} together into {whole}.",
        Choice.SPLIT: f"Split {files} off as {whole} of their own.",
        Choice.LOCK: f"Locked {whole} of {files}.",
        Choice.UNLOCK: f"Unlocked {whole} of {files}.",
        Choice.UNGROUP: f"Took {files} out of {whole}.",
        Choice.UNGROUP_LIKE: f"Separated every {one.scope} made by the rule: {', '.join(one.body['rules'])}.",
    }[choice]


_ARTICLES = {
    Scope.SHOT: "a shot",
    Scope.BURST: "a burst",
    Scope.MEMORY: "a memory",
    Scope.ALBUM: "an album",
    Scope.CLOCK: "the clock of a camera",
    Scope.ITEM: "a file",
}
_DEEDS = {
    Do.MAKE: "Made",
    Do.CHANGE: "Changed",
    Do.MERGE: "Merged others into",
    Do.MOVE: "Moved shots to",
    Do.REMOVE: "Took shots out of",
    Do.DELETE: "Deleted",
}
