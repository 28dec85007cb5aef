"""Memories and albums: suggested when a library is quiet, arranged by people, every decision undoable.

What is suggested and what was decided are kept apart; `indexer.grouping.arrangements` makes of both what
holds. So a suggestion never overwrites a decision, and an undone decision leaves no trace.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from indexer.catalog import Catalog
from indexer.catalog.ledger import Scope
from indexer.catalog.memories import Suggestion, View
from indexer.catalog.stale_days import MEMORIES
from indexer.errors import BadQuery, NoSuchCollection, NoSuchItem
from indexer.grouping import arrangements, memories
from indexer.grouping.arrangements import Arranged, Base, Brought, Do, Step
from indexer.grouping.memories import MemoryKind, Scene
from indexer.model import Collection, Sort
from indexer.moments import moment_of

MOST_SHOTS = 10_000
MOST_TITLE_CHARS = 200
_CHANGES = ("title", "cover", "order", "hidden", "pinned")


@dataclass(frozen=True, slots=True)
class Memories:
    """Every call names the person. Safe to share between threads.

    What changes something returns the id of the decision, for `undo`.
    """

    catalog: Catalog
    clock: Callable[[], float] = field(default=time.time)

    def suggest(self, person_id: int) -> None:
        """Look at the whole library anew, if anything has changed."""
        marks = self.catalog.stale_days.of(person_id).get(MEMORIES)
        if marks is None:
            return
        views = {view.shot_id: view for view in self.catalog.memories.views(person_id)}
        scenes = [scene for view in views.values() if (scene := _scene(view))]
        found = memories.suggest(scenes, memories.learn(scenes))
        wanted = [_suggestion(one, views) for one in found]
        self.catalog.memories.suggest(person_id, wanted, {MEMORIES: marks})
        for sort in Sort:
            self.arrange(person_id, sort)

    def on_this_day(self, person_id: int, today: date) -> tuple[Collection, ...]:
        """The memories of earlier years that had this day of the year in them: pinned ones, then the best."""
        known = self.catalog.memories.page(person_id, Sort.MEMORY)
        found = [one for one in known if not one.is_hidden and _had_day(one, today)]
        return tuple(sorted(found, key=lambda one: (not one.is_pinned, -one.score, one.first_day, one.id)))

    def get(self, person_id: int, sort: Sort, id_: str) -> Collection:
        """One memory or album; a memory also by any shot that it holds. Raises NoSuchCollection."""
        found = self.catalog.memories.get(person_id, sort, id_)
        if found is None and sort is Sort.MEMORY:
            shot = self.catalog.memories.shots_of(person_id, [id_]).get(id_, id_)
            holder = self.catalog.memories.holding(person_id, sort, shot)
            found = self.catalog.memories.get(person_id, sort, holder) if holder else None
        if found is None:
            raise NoSuchCollection
        return found

    def make(
        self, person_id: int, sort: Sort, items: Iterable[str], title: str | None = None
    ) -> tuple[str, int]:
        """A new memory or album of these shots: its id, and the decision's. Raises NoSuchItem, BadQuery.

        The shots leave the memory that they were in; albums share theirs.
        """
        shots = self._held(person_id, items)
        if sort is Sort.MEMORY and not shots:
            raise BadQuery("items", "must name at least one item")
        id_ = f"{sort}-{secrets.token_hex(8)}"
        changes = {"title": _title(title)} if title is not None else {}
        return id_, self._decide(person_id, sort, Step(Do.MAKE, id_, shots, changes=changes))

    def change(self, person_id: int, sort: Sort, id_: str, changes: Mapping[str, object]) -> int:
        """Title, cover, order, hidden, pinned. Raises NoSuchCollection, NoSuchItem, BadQuery."""
        one = self.get(person_id, sort, id_)
        return self._decide(
            person_id, sort, Step(Do.CHANGE, one.id, changes=self._checked(person_id, changes))
        )

    def merge(self, person_id: int, id_: str, others: Iterable[str]) -> int:
        """Bring what other memories hold into one. Raises NoSuchCollection, BadQuery."""
        one = self.get(person_id, Sort.MEMORY, id_)
        merged = tuple(dict.fromkeys(self.get(person_id, Sort.MEMORY, other).id for other in others))
        if not set(merged) - {one.id}:
            raise BadQuery("merge", "must name another memory")
        return self._decide(person_id, Sort.MEMORY, Step(Do.MERGE, one.id, others=merged))

    def split(
        self, person_id: int, id_: str, items: Iterable[str], title: str | None = None
    ) -> tuple[str, int]:
        """A memory of its own for these shots of one. Raises NoSuchCollection, NoSuchItem, BadQuery."""
        return self.make(person_id, Sort.MEMORY, self._of_memory(person_id, id_, items, "split"), title)

    def move(self, person_id: int, items: Iterable[str], to: str) -> int:
        """Have these shots in another memory. Raises NoSuchCollection, NoSuchItem."""
        group = self.get(person_id, Sort.MEMORY, to).id
        return self._decide(person_id, Sort.MEMORY, Step(Do.MOVE, group, self._held(person_id, items)))

    def take_out(self, person_id: int, id_: str, items: Iterable[str]) -> int:
        """Have these shots of a memory in none. Raises NoSuchCollection, NoSuchItem, BadQuery."""
        named = self._of_memory(person_id, id_, items, "remove")
        return self._decide(person_id, Sort.MEMORY, Step(Do.MOVE, None, named))

    def put(self, person_id: int, album: str, items: Iterable[str]) -> int:
        """Add shots to an album. Raises NoSuchCollection, NoSuchItem."""
        one = self.get(person_id, Sort.ALBUM, album)
        return self._decide(person_id, Sort.ALBUM, Step(Do.MOVE, one.id, self._held(person_id, items)))

    def take(self, person_id: int, album: str, items: Iterable[str]) -> int:
        """Remove shots from an album; nothing else happens to them. Raises as `put`."""
        one = self.get(person_id, Sort.ALBUM, album)
        return self._decide(person_id, Sort.ALBUM, Step(Do.REMOVE, one.id, self._held(person_id, items)))

    def delete(self, person_id: int, album: str) -> int:
        """Delete an album; its shots stay where they are. Raises NoSuchCollection."""
        one = self.get(person_id, Sort.ALBUM, album)
        return self._decide(person_id, Sort.ALBUM, Step(Do.DELETE, one.id))

    def bring(self, person_id: int, key: str, title: str, items: Iterable[str], *, is_ordered: bool) -> bool:
        """Make an album of what an import found in the album ``key`` of an export, or add what is new of it;
        whether there was anything to decide. See `arrangements.still_to_bring`."""
        steps, shot_of = self._steps(person_id, Scope.ALBUM)
        titles = {one.id: one.title or "" for one in arrangements.albums(steps, shot_of)}
        decided = self.catalog.ledger.all(person_id, Scope.ALBUM)
        earlier = (
            Brought(one.body["imported"], one.subject, tuple(one.body["items"]))
            for one in decided
            if "imported" in one.body
        )
        album, new = arrangements.still_to_bring(key, title, items, earlier, titles)
        if not new:
            return False
        if album is None:
            order = {"order": new} if is_ordered else {}
            made = f"{Sort.ALBUM}-{secrets.token_hex(8)}"
            step = Step(Do.MAKE, made, new, changes={"title": title, **order})
        else:
            step = Step(Do.MOVE, album, new)
        self._decide(person_id, Sort.ALBUM, step, imported=key)
        return True

    def arrange(self, person_id: int, sort: Sort) -> None:
        """Have what holds follow from what is suggested, and decided, now: `indexer.ledger` undoes."""
        arranged = self._memories(person_id) if sort is Sort.MEMORY else self._albums(person_id)
        self.catalog.memories.hold(person_id, sort, arranged)

    def _decide(self, person_id: int, sort: Sort, step: Step, *, imported: str | None = None) -> int:
        named = {step.group, *step.others} if sort is Sort.MEMORY else set()
        bases = [one for one in self._bases(person_id) if one.id in named]
        body = {
            "do": step.do,
            "group": step.group,
            "items": step.items,
            "others": step.others,
            "changes": dict(step.changes),
            "bases": [[base.id, base.kind, base.members] for base in bases],
        } | ({"imported": imported} if imported else {})
        id_ = self.catalog.ledger.add(person_id, Scope(sort), step.group or "", body, self.clock())
        self.arrange(person_id, sort)
        return id_

    def _bases(self, person_id: int) -> tuple[Base, ...]:
        return tuple(
            Base(one.id, one.kind, one.members) for one in self.catalog.memories.suggestions(person_id)
        )

    def _of_memory(self, person_id: int, id_: str, items: Iterable[str], field: str) -> tuple[str, ...]:
        """As `_held`, but of this memory alone."""
        one = self.get(person_id, Sort.MEMORY, id_)
        named = self._held(person_id, items)
        shots = self.catalog.memories.shots_of(person_id, named)
        if not set(shots.values()) <= set(self.catalog.memories.shots(person_id, one.id)):
            raise BadQuery(field, "must name items of this memory")
        return named

    def _held(self, person_id: int, items: Iterable[str]) -> tuple[str, ...]:
        wanted = tuple(dict.fromkeys(items))
        if len(wanted) > MOST_SHOTS:
            raise BadQuery("items", f"may be at most {MOST_SHOTS:,}")
        shots = self.catalog.memories.shots_of(person_id, wanted)
        if set(wanted) - shots.keys():
            raise NoSuchItem
        return wanted

    def _checked(self, person_id: int, changes: Mapping[str, object]) -> dict[str, object]:
        checked = {name: changes[name] for name in _CHANGES if name in changes}
        for name in ("hidden", "pinned"):
            if not isinstance(checked.get(name, True), bool):
                raise BadQuery(name, "must be true or false")
        if "title" in checked:
            checked["title"] = _title(checked["title"])
        if checked.get("cover") is not None:
            self._held(person_id, [str(checked["cover"])])
        order = checked.get("order", [])
        if not isinstance(order, list) or not all(isinstance(one, str) for one in order):
            raise BadQuery("order", "must be a list of items")
        self._held(person_id, order)
        if not checked:
            raise BadQuery("title", "or cover, order, hidden or pinned must be there")
        return checked

    def _memories(self, person_id: int) -> list[tuple[Collection, tuple[str, ...]]]:
        suggested = self.catalog.memories.suggestions(person_id)
        steps, shot_of = self._steps(person_id, Scope.MEMORY)
        arranged = arrangements.memories(
            (Base(one.id, one.kind, one.members) for one in suggested), steps, shot_of
        )
        as_suggested = {one.id: one for one in suggested}
        wanted = []
        for one in arranged:
            plain = as_suggested.get(one.id)
            if plain and not one.is_touched and set(plain.members) == one.members.keys():
                wanted.append((_plain(plain), plain.members))
            else:
                wanted.append(self._made(person_id, Sort.MEMORY, one, plain))
        return wanted

    def _albums(self, person_id: int) -> list[tuple[Collection, tuple[str, ...]]]:
        steps, shot_of = self._steps(person_id, Scope.ALBUM)
        return [self._made(person_id, Sort.ALBUM, one, None) for one in arrangements.albums(steps, shot_of)]

    def _steps(self, person_id: int, scope: Scope) -> tuple[list[Step], Callable[[str], str]]:
        """The decisions that stand, about what is held now, by the shots that hold it now."""
        bodies = [one.body for one in self.catalog.ledger.standing(person_id, scope)]
        named = {item for body in bodies for item in body["items"]}
        named |= {item for body in bodies for base in body["bases"] for item in (base[0], *base[2])}
        named |= {str(item) for body in bodies for item in body["changes"].get("order") or ()}
        named |= {str(body["changes"]["cover"]) for body in bodies if body["changes"].get("cover")}
        shots = self.catalog.memories.shots_of(person_id, named)
        steps = [
            Step(
                Do(body["do"]),
                body["group"],
                tuple(item for item in body["items"] if item in shots),
                tuple(body["others"]),
                body["changes"],
                tuple(
                    Base(id_, kind, tuple(item for item in members if item in shots))
                    for id_, kind, members in body["bases"]
                ),
            )
            for body in bodies
        ]
        return steps, lambda item: shots.get(item, item)

    def _made(
        self, person_id: int, sort: Sort, one: Arranged, plain: Suggestion | None
    ) -> tuple[Collection, tuple[str, ...]]:
        """What somebody arranged, described anew from the shots in it."""
        views = self.catalog.memories.views_of(person_id, one.members)
        shots = tuple(
            shot
            for shot in one.ordered(lambda shot: (views[shot].taken_at if shot in views else "", shot))
            if shot in views
        )
        scenes = sorted(
            (scene for shot in shots if (scene := _scene(views[shot]))),
            key=lambda scene: (scene.taken_at, scene.id),
        )
        first, last = (scenes[0].day, scenes[-1].day) if scenes else (None, None)
        title = one.title or _suggested_title(sort, one.kind, scenes)
        cover = one.cover if one.cover in views else None
        collection = Collection(
            one.id,
            sort,
            one.kind,
            title,
            str(first) if first else "",
            str(last) if last else "",
            cover or (memories.cover_of(scenes) if scenes else next(iter(shots), None)),
            len(shots),
            plain.score if plain else 0.0,
            plain.why if plain else "made by hand",
            one.is_hidden,
            one.is_pinned,
        )
        return collection, shots


def _suggestion(one: memories.Memory, views: Mapping[str, View]) -> Suggestion:
    anchor = min(one.members, key=lambda shot: (views[shot].added_at, shot))
    return Suggestion(
        anchor,
        one.kind,
        str(one.first_day),
        str(one.last_day),
        one.title,
        one.cover,
        one.score,
        one.why,
        one.members,
    )


def _plain(one: Suggestion) -> Collection:
    return Collection(
        one.id,
        Sort.MEMORY,
        one.kind,
        one.title,
        one.first_day,
        one.last_day,
        one.cover,
        len(one.members),
        one.score,
        one.why,
    )


def _scene(view: View) -> Scene | None:
    moment = moment_of(view.taken_at)
    spot = None if view.lat is None or view.lon is None else (view.lat, view.lon)
    return Scene(view.shot_id, moment, spot, view.place, view.camera) if moment else None


def _suggested_title(sort: Sort, kind: str | None, scenes: list[Scene]) -> str:
    if sort is Sort.ALBUM or not scenes:
        return "Untitled"
    place = memories.main_place(scenes)
    return memories.title(MemoryKind(kind or MemoryKind.TRIP), scenes[0].day, scenes[-1].day, place)


def _title(value: object) -> str | None:
    """A title as it is kept; raises BadQuery."""
    if value is None:
        return None
    text = " ".join(value.split()) if isinstance(value, str) else ""
    if not text or len(text) > MOST_TITLE_CHARS or not text.isprintable():
        raise BadQuery("title", f"must be a text of 1 to {MOST_TITLE_CHARS} characters")
    return text


def _had_day(one: Collection, today: date) -> bool:
    if not one.first_day:
        return False
    first, last = date.fromisoformat(one.first_day), date.fromisoformat(one.last_day)
    return memories.is_on_this_day(first, last, today)
