"""Which items are one picture to the photographer: RAW+JPEG, Live Photos, edits, side files.

Pure. Two files join only on evidence of two kinds: a name or an identifier in common, and a capture time
and camera that agree; or the very same fraction of a second of one camera. Seconds alone join nothing.
The answer depends on the set of pictures only, never on their order.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import chain

from indexer.grouping.file_names import Role, is_counter
from indexer.grouping.pictures import Picture, buckets, gap_s
from indexer.model import Kind

_LIVE_CLIP_S = 6.0
_SIDE_PICTURE_LATE_S = 3.0
_TELLING_DIGITS = 2


class ShotKind(StrEnum):
    """What makes several files one shot, in a word."""

    RAW = "raw"  # a RAW and a picture of it
    LIVE = "live"  # a picture and its clip
    EDIT = "edit"  # a picture and later versions or copies of it
    SIDE = "side"  # a file and its side files
    SAME = "same"  # pictures of the same moment


@dataclass(frozen=True, slots=True)
class Tie:
    """Why two items of a shot are together: a sentence for people, and the rule that said so."""

    a: str
    b: str
    why: str
    rule: str


@dataclass(frozen=True, slots=True)
class _Bunch:
    """Pictures that a rule ties, and what it says of any two of them: the sentence and the rule's name."""

    members: list[Picture]
    why: Callable[[list[Picture]], tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Shot:
    """``members`` are item ids, the cover first, then by name; ``ties`` explain every join."""

    cover: str
    members: tuple[str, ...]
    ties: tuple[Tie, ...] = ()


def group(pictures: Iterable[Picture], without: Collection[str] = ()) -> tuple[Shot, ...]:
    """Every picture in exactly one shot, in the order of the covers' ids.

    What a rule in ``without`` would tie is left apart, and no later rule ties it, not even by way of another.
    """
    known = sorted(pictures, key=lambda picture: picture.id)
    stills = [one for one in known if one.kind in (Kind.IMAGE, Kind.RAW) and not one.is_side_file]
    bunches = chain(
        _same_content(known),
        _same_name(stills),
        _same_moment(stills),
        _live_by_name(known),
        _side_files(known),
    )
    first_reasons: dict[frozenset[str], Tie] = {}
    for tie in _kept(bunches, without):
        first_reasons.setdefault(frozenset((tie.a, tie.b)), tie)
    shots = (_shot(*found) for found in _connected(known, list(first_reasons.values())))
    return tuple(sorted(shots, key=lambda shot: shot.cover))


def by_cover(pictures: Iterable[Picture]) -> tuple[Picture, ...]:
    """The members of one shot, the best to look at first, then by name."""
    return tuple(sorted(pictures, key=_cover_order))


def kind_of(members: Collection[Picture]) -> ShotKind:
    """What these members of one shot are to each other."""
    kinds = {one.kind for one in members if not one.is_side_file}
    if kinds >= {Kind.RAW, Kind.IMAGE}:
        return ShotKind.RAW
    if kinds >= {Kind.VIDEO, Kind.IMAGE}:
        return ShotKind.LIVE
    if any(one.stem.role in (Role.EDIT, Role.COPY) for one in members):
        return ShotKind.EDIT
    return ShotKind.SIDE if any(one.is_side_file for one in members) else ShotKind.SAME


def _same_content(pictures: list[Picture]) -> Iterator[_Bunch]:
    """Apple gives the picture and the clip of a Live Photo one identifier."""
    for members in buckets(pictures, lambda one: one.content_id):
        yield _Bunch(members, lambda _: ("parts of one Live Photo", "Live Photo"))


def _same_name(stills: list[Picture]) -> Iterator[_Bunch]:
    """One base name, one capture time, one camera: RAW+JPEG, and later versions of a picture."""
    for namesakes in buckets(stills, lambda one: one.second and (one.stem.base, one.second)):
        for of_one_camera in _by_camera(namesakes):
            for of_one_moment in _by_fraction(of_one_camera):
                for members in _apart_where_doubtful(of_one_moment):
                    yield _Bunch(members, _why_same_name)


def _same_moment(stills: list[Picture]) -> Iterator[_Bunch]:
    """The same fraction of a second of one camera, whatever the names: exports under other names."""
    for members in buckets(stills, _telling_moment):
        counters = {one.stem.base for one in members if is_counter(one.stem.base)}
        if len(counters) <= 1:  # a camera that has counted on has made another picture
            yield _Bunch(members, _why_same_moment)


def _live_by_name(pictures: list[Picture]) -> Iterator[_Bunch]:
    """A Live Photo whose identifier some program has dropped: a phone's picture and its short clip."""
    for members in buckets(pictures, lambda one: (one.folder, one.stem.base, one.camera)):
        stills = [one for one in members if one.kind is Kind.IMAGE and one.stem.role is Role.PLAIN]
        clips = [one for one in members if _may_be_live_clip(one)]
        if len(stills) == len(clips) == 1 and _is_near(stills[0], clips[0], _LIVE_CLIP_S):
            yield _Bunch([*stills, *clips], _why_clip)


def _side_files(pictures: list[Picture]) -> Iterator[_Bunch]:
    """Notes and small pictures that lie beside the file they were made for."""
    for relatives in buckets(pictures, lambda one: (one.folder, one.stem.base)):
        owners = [one for one in relatives if not one.is_side_file]
        for side in relatives:
            if side.is_side_file and (owner := _owner(side, owners)):
                yield _Bunch([owner, side], _why_side_file)


def _owner(side: Picture, owners: list[Picture]) -> Picture | None:
    named = [one for one in owners if side.stem.owner in (None, one.name.casefold())]
    fitting = [one for one in named if _is_near(one, side, _SIDE_PICTURE_LATE_S)]
    return min(
        fitting,
        key=lambda one: (_OWNER_ORDER[one.kind], one.stem.role is not Role.PLAIN, one.id),
        default=None,
    )


def _by_camera(pictures: list[Picture]) -> Iterator[list[Picture]]:
    """Apart by camera. One that tells none goes with the only camera of its folder, never with one of two."""
    if len({one.camera for one in pictures if one.camera}) == 1:
        folders = {one.folder for one in pictures if one.camera}
        yield [one for one in pictures if one.camera or one.folder in folders]
    else:
        yield from buckets(pictures, lambda one: (one.camera, one.camera or one.folder))


def _by_fraction(pictures: list[Picture]) -> Iterator[list[Picture]]:
    """Apart by the fraction of the second, as far as all know it; who knows none goes with the only one."""
    digits = min((len(one.fraction) for one in pictures if one.fraction), default=0)
    known = {one.fraction[:digits] for one in pictures if one.fraction}
    if len(known) <= 1:
        yield pictures
    else:
        yield from buckets(pictures, lambda one: one.fraction[:digits] or None)


def _apart_where_doubtful(pictures: list[Picture]) -> Iterator[list[Picture]]:
    """Files of one name and type, with only the second to compare, may come from two cameras of a kind."""
    plain = [one.extension for one in pictures if one.stem.role is Role.PLAIN]
    is_doubtful = len(plain) > len(set(plain)) and not all(one.fraction for one in pictures)
    yield from buckets(pictures, lambda one: one.folder) if is_doubtful else [pictures]


def _telling_moment(one: Picture) -> Hashable:
    is_telling = len(one.fraction) >= _TELLING_DIGITS and one.fraction.strip("0")
    return (one.camera, one.taken_at) if one.camera and is_telling else None


def _may_be_live_clip(one: Picture) -> bool:
    is_short = one.duration_s is not None and one.duration_s <= _LIVE_CLIP_S
    return one.kind is Kind.VIDEO and is_short and (one.camera or "").startswith("apple")


def _is_near(a: Picture, b: Picture, most_s: float) -> bool:
    """Whether the times, where both are known, allow that one was made with the other."""
    return not (a.taken_at and b.taken_at) or abs(gap_s(a, b)) <= most_s


def _why_same_name(pair: list[Picture]) -> tuple[str, str]:
    rules = sorted({one.stem.rule for one in pair if one.stem.role is not Role.PLAIN})
    name = f"same name {pair[0].stem.base.upper()}" + (f" ({', '.join(rules)})" if rules else "")
    cameras = {one.camera for one in pair}
    why = f"{name}, same time to {_precision(pair)}" + (", same camera" if None not in cameras else "")
    return why, ", ".join(rules) or "same name"


def _why_same_moment(pair: list[Picture]) -> tuple[str, str]:
    return f"same time to {_precision(pair)}, same camera", "same moment"


def _why_clip(pair: list[Picture]) -> tuple[str, str]:
    return f"same name {pair[0].stem.base.upper()}, a clip of its moment", "clip by name"


def _why_side_file(pair: list[Picture]) -> tuple[str, str]:
    owner = next(one for one in pair if not one.is_side_file)
    return f"side file of {owner.name}", "side file"


def _precision(members: list[Picture]) -> str:
    digits = min(len(one.fraction) for one in members)
    return {0: "the second", 1: "100 ms", 2: "10 ms"}.get(digits, "the millisecond")


def _shot(members: list[Picture], ties: list[Tie]) -> Shot:
    ordered = by_cover(members)
    return Shot(ordered[0].id, tuple(one.id for one in ordered), tuple(ties))


def _cover_order(one: Picture) -> tuple[int, int, int, str, str]:
    """The best to look at first: a picture before a RAW, the edited version, the larger one."""
    return (
        _COVER_KINDS[one.kind] + one.is_side_file * len(Kind),
        _COVER_ROLES[one.stem.role],
        -one.pixels,
        one.name,
        one.id,
    )


def _star(members: list[Picture], why: Callable[[list[Picture]], tuple[str, str]]) -> Iterator[Tie]:
    """Each tied to the one that the camera made, so that every tie tells of these two only."""
    if not members:
        return
    hub = min(members, key=lambda one: (one.stem.role is not Role.PLAIN, one.id))
    for one in members:
        if one is not hub:
            yield Tie(hub.id, one.id, *why([hub, one]))


@dataclass(slots=True)
class _Sets:
    """Ids, each in a set of its own until two are joined."""

    _leader: dict[str, str] = field(default_factory=dict)

    def find(self, id_: str) -> str:
        """The same id for all that are in one set."""
        while (above := self._leader.get(id_, id_)) != id_:
            self._leader[id_] = id_ = self._leader.get(above, above)
        return id_

    def join(self, a: str, b: str) -> None:
        self._leader[self.find(a)] = self.find(b)


@dataclass(slots=True)
class _Bound:
    """What the ties so far connect."""

    _sets: _Sets = field(default_factory=_Sets)
    _members: dict[str, list[str]] = field(default_factory=dict)

    def join_unless(self, tie: Tie, apart: _Sets) -> bool:
        """Connect two, unless that brings some together that ``apart`` has in one set; whether they are."""
        a, b = self._sets.find(tie.a), self._sets.find(tie.b)
        if a == b:
            return True
        of_a, of_b = self._members.get(a, [a]), self._members.get(b, [b])
        if not set(map(apart.find, of_a)).isdisjoint(map(apart.find, of_b)):
            return False
        self._sets.join(a, b)
        self._members[self._sets.find(a)] = [*of_a, *of_b]
        return True


def _kept(bunches: Iterable[_Bunch], without: Collection[str]) -> Iterator[Tie]:
    """The ties of all rules that count, save between those whom an earlier rule that does not left apart."""
    apart, tied = _Sets(), _Bound()
    for bunch in bunches:
        free = _in_sets_of_their_own(bunch.members, apart)
        counting = (tie for tie in _star(free, bunch.why) if tie.rule not in without)
        yield from (tie for tie in counting if not without or tied.join_unless(tie, apart))
        for tie in _star(bunch.members, bunch.why):
            if tie.rule in without:
                apart.join(tie.a, tie.b)


def _in_sets_of_their_own(members: list[Picture], sets: _Sets) -> list[Picture]:
    """Those that share their set with no other of them: what could go with either of two goes to neither."""
    sizes = Counter(sets.find(one.id) for one in members)
    return [one for one in members if sizes[sets.find(one.id)] == 1]


def _connected(pictures: list[Picture], ties: list[Tie]) -> Iterator[tuple[list[Picture], list[Tie]]]:
    """The pictures by what the ties connect, each with the ties within."""
    sets = _Sets()
    for tie in ties:
        sets.join(tie.a, tie.b)
    members: defaultdict[str, list[Picture]] = defaultdict(list)
    within: defaultdict[str, list[Tie]] = defaultdict(list)
    for one in pictures:
        members[sets.find(one.id)].append(one)
    for tie in ties:
        within[sets.find(tie.a)].append(tie)
    yield from ((found, within[key]) for key, found in members.items())


_OWNER_ORDER = {Kind.RAW: 0, Kind.VIDEO: 1, Kind.IMAGE: 2, Kind.OTHER: 3}
_COVER_KINDS = {Kind.IMAGE: 0, Kind.RAW: 1, Kind.VIDEO: 2, Kind.OTHER: 3}
_COVER_ROLES = {Role.EDIT: 0, Role.PLAIN: 1, Role.COPY: 2, Role.SIDECAR: 3}
