"""Which shots were taken in quick succession: bursts, exposure brackets, parts of a panorama.

Pure. What was captured once counts once, however many files of it stand alone: RAW and JPEG that somebody
has separated are no burst, and in a burst they stand side by side. A camera's own mark comes first, then
names that phones give to a burst; else the gaps between the shots of one camera tell, where its clock is
fine enough, or a steady cadence where it counts only seconds.
The answer depends on the set of shots only, never on their order.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from indexer.grouping.file_names import Role
from indexer.grouping.pictures import Picture, buckets, gap_s
from indexer.model import Kind

WINDOW_S = 1.0
_FEWEST = 3
_FEWEST_WITHOUT_FRACTIONS = 4
_SLOWEST_CADENCE = 2  # pictures a second
BRACKET_S = 3.0
# The slowest cameras take a picture a second, of which a clock of whole seconds makes two.
_SEQUENCE_S = 2.0
_SEQUENCE_WITH_GAPS_S = 1.0
_DRIVE_S = 0.5
_BRACKET_SIZES = (9, 7, 5, 3)
_PANORAMA_S = 60.0

# Phones that name what belongs to one burst: the group is the burst, whatever follows counts within it.
_BURST_NAMES = (
    re.compile(r".*_burst(\d{14,17})(?:_cover)?"),
    re.compile(r"(img_\d{8}_\d{6})_burst\d+(?:_cover)?"),
    re.compile(r"(\d{8}_\d{6})_\d{3}"),
)
_PANORAMA_NAME = re.compile(r"st([a-z])_(\d{4})")  # Canon's stitch assist: STA_0101, STB_0102, ...
_COUNTED = re.compile(r"(.*?)(\d{4,5})")


class BurstKind(StrEnum):
    BURST = "burst"
    BRACKET = "bracket"
    PANORAMA = "panorama"


@dataclass(frozen=True, slots=True)
class Burst:
    """``members`` are shots by their ids, in the order of capture; ``why`` is a sentence for people.

    ``rule`` is what found it.
    """

    kind: BurstKind
    cover: str
    members: tuple[str, ...]
    why: str
    rule: str


def group(
    covers: Iterable[Picture],
    window_s: float = WINDOW_S,
    without: Collection[str] = (),
    exposure_of: Mapping[str, str] | None = None,
) -> tuple[Burst, ...]:
    """The bursts among shots, each given by a picture of it; a shot is in one of them at most.

    ``window_s`` is the longest gap within a burst whose camera does not mark it. What a rule in ``without``
    would stack is left apart, and no later rule stacks it. ``exposure_of`` names alike the shots that were
    captured as one; what it does not name was captured by itself.
    """
    exposures: defaultdict[str, list[Picture]] = defaultdict(list)
    for one in sorted((one for one in covers if _can_burst(one)), key=_order):
        exposures[(exposure_of or {}).get(one.id, one.id)].append(one)
    whole = {_first_of(members).id: members for members in exposures.values()}
    left = sorted((_first_of(members) for members in exposures.values()), key=_order)
    found: list[Burst] = []
    rules: dict[str, Callable[[list[Picture]], Iterable[Burst]]] = {
        "panorama": _panoramas,
        "mark": _marked,
        "name": _named,
        "sequence": _sequences,
        "bracket": _brackets,
        "cadence": _cadences,
        "window": lambda rest: _runs(rest, window_s),
        "drive": lambda rest: _driven(rest, min(window_s, _DRIVE_S)),
    }
    for name, rule in rules.items():
        bursts = [replace(burst, rule=name) for burst in rule(left)]
        taken = {member for burst in bursts for member in burst.members}
        left = [one for one in left if one.id not in taken]
        if name not in without:
            found += (replace(burst, members=_all_of(burst, whole)) for burst in bursts)
    return tuple(sorted(found, key=lambda burst: burst.members))


def _first_of(exposure: list[Picture]) -> Picture:
    """What an exposure is judged by: what the camera itself made."""
    return min(exposure, key=lambda one: (one.stem.role is not Role.PLAIN, *_order(one)))


def _all_of(burst: Burst, whole: Mapping[str, list[Picture]]) -> tuple[str, ...]:
    return tuple(one.id for member in burst.members for one in whole[member])


def _can_burst(one: Picture) -> bool:
    return one.kind in (Kind.IMAGE, Kind.RAW) and bool(one.taken_at or one.burst_id)


def marks(one: Picture) -> Iterator[Hashable]:
    """What a shot has in common with others of its burst, if its camera has marked or named it so."""
    if one.burst_id:
        yield "mark", one.burst_id
    name = _burst_name(one)
    if name is not None:
        yield "name", name
    if part := _PANORAMA_NAME.fullmatch(one.stem.base):
        # Letter and number count on together, so that their difference stays.
        yield "panorama", one.folder, one.camera, int(part[2]) - ord(part[1])


def _order(one: Picture) -> tuple[str, str, str]:
    return one.taken_at or "", one.name, one.id


def _panoramas(left: list[Picture]) -> Iterator[Burst]:
    for run in _chains(left, lambda one: (one.folder, one.camera), _continues_panorama):
        if len(run) > 1:
            yield _burst(BurstKind.PANORAMA, run, "named as parts of a panorama by the camera")


def _marked(left: list[Picture]) -> Iterator[Burst]:
    for members in buckets(left, lambda one: one.burst_id):
        yield _burst_or_bracket(members, "marked as a burst by the camera")


def _named(left: list[Picture]) -> Iterator[Burst]:
    for members in buckets(left, _burst_name):
        yield _burst_or_bracket(members, "named as a burst by the camera")


def _sequences(left: list[Picture]) -> Iterator[Burst]:
    """The camera counts the pictures of one press of the shutter, and begins anew at the next."""
    counted = [one for one in left if one.sequence]
    for run in _chains(counted, _source, _counts_within):
        if len(run) > 1:
            yield _burst_or_bracket(run, f"{_numbers(run)} of a sequence that the camera counted")


def _driven(left: list[Picture], window_s: float) -> Iterator[Burst]:
    """A camera that says it was set to continuous: two pictures will do, where else there must be more."""
    continuous = [one for one in left if one.is_continuous]

    def goes_on(a: Picture, b: Picture) -> bool:
        if a.fraction and b.fraction:
            return gap_s(a, b) <= window_s and not _is_new_sequence(a, b)
        return gap_s(a, b) == 0 and _counts_on(a, b) and not _is_new_sequence(a, b)

    for run in _chains(continuous, _source, goes_on):
        if len(run) > 1:
            yield _burst(BurstKind.BURST, run, "taken one after the other by a camera set to continuous")


def _brackets(left: list[Picture]) -> Iterator[Burst]:
    """The same view at several exposures, one after the other, once or several times."""
    biased = [one for one in left if one.bias_ev is not None]
    for run in _chains(biased, _source, lambda a, b: gap_s(a, b) <= BRACKET_S):
        size = _bracket_size(run)
        for start in range(0, len(run), size) if size else ():
            members = run[start : start + size]
            yield _burst(BurstKind.BRACKET, members, _why_bracket(members))


def _cadences(left: list[Picture]) -> Iterator[Burst]:
    """A camera that counts only seconds: several pictures in each of them, counted without a gap."""
    coarse = [one for one in left if not one.fraction]
    for run in _chains(coarse, _source, _keeps_pace):
        seconds = gap_s(run[0], run[-1]) + 1
        if len(run) >= max(_FEWEST_WITHOUT_FRACTIONS, _SLOWEST_CADENCE * seconds):
            yield _burst(BurstKind.BURST, run, f"{len(run)} pictures in {seconds:.0f} s, same camera")


def _runs(left: list[Picture], window_s: float) -> Iterator[Burst]:
    fine = [one for one in left if one.fraction]

    def goes_on(a: Picture, b: Picture) -> bool:
        return gap_s(a, b) <= window_s and not _is_new_sequence(a, b)

    for run in _chains(fine, _source, goes_on):
        if len({one.moment for one in run}) >= _FEWEST:
            yield _burst(BurstKind.BURST, run, f"never more than {window_s:g} s apart, same camera")


def _source(one: Picture) -> Hashable:
    return one.camera


def _burst_name(one: Picture) -> Hashable:
    found = (pattern.fullmatch(one.stem.base) for pattern in _BURST_NAMES)
    stamp = next((match[1] for match in found if match), None)
    return stamp and (one.folder, one.camera, stamp)


def _continues_panorama(a: Picture, b: Picture) -> bool:
    before, after = _PANORAMA_NAME.fullmatch(a.stem.base), _PANORAMA_NAME.fullmatch(b.stem.base)
    if not (before and after) or gap_s(a, b) > _PANORAMA_S:
        return False
    return (ord(after[1]) - ord(before[1]), int(after[2]) - int(before[2])) == (1, 1)


def _counts_within(a: Picture, b: Picture) -> bool:
    """Whether the camera counted on from one to the other, though some between them may be gone by now."""
    step = (b.sequence or 0) - (a.sequence or 0)
    return step > 0 and gap_s(a, b) <= (_SEQUENCE_S if step == 1 else _SEQUENCE_WITH_GAPS_S)


def _is_new_sequence(a: Picture, b: Picture) -> bool:
    """Whether the camera began to count anew; some models write the same number with every picture."""
    return bool(a.sequence and b.sequence) and (b.sequence or 0) < (a.sequence or 0)


def _numbers(run: list[Picture]) -> str:
    return f"numbers {run[0].sequence} to {run[-1].sequence}"


def _keeps_pace(a: Picture, b: Picture) -> bool:
    return gap_s(a, b) <= 1 and _counts_on(a, b) and not _is_new_sequence(a, b)


def _counts_on(a: Picture, b: Picture) -> bool:
    before, after = _COUNTED.fullmatch(a.stem.base), _COUNTED.fullmatch(b.stem.base)
    if not (before and after) or before[1] != after[1]:
        return False
    last = int("9" * len(before[2]))
    return int(after[2]) == (int(before[2]) % last) + 1


def _bracket_size(run: list[Picture]) -> int:
    """How many exposures make one bracket, if the whole run is made of such; else 0."""
    for size in _BRACKET_SIZES:
        parts = [{one.bias_ev for one in run[at : at + size]} for at in range(0, len(run), size)]
        if len(run) % size == 0 and all(len(part) == size and part == parts[0] for part in parts):
            return size
    return 0


def _burst_or_bracket(members: list[Picture], why: str) -> Burst:
    if None not in {one.bias_ev for one in members} and _bracket_size(members) == len(members):
        return _burst(BurstKind.BRACKET, members, _why_bracket(members))
    return _burst(BurstKind.BURST, members, why)


def _why_bracket(members: list[Picture]) -> str:
    steps = ", ".join(f"{one.bias_ev:+g}" for one in members)
    return f"one after the other at other exposures ({steps} EV), same camera"


def _burst(kind: BurstKind, members: list[Picture], why: str) -> Burst:
    return Burst(kind, _cover(kind, members).id, tuple(one.id for one in members), why, "")


def _cover(kind: BurstKind, members: list[Picture]) -> Picture:
    if kind is BurstKind.BRACKET:
        return min(members, key=lambda one: abs(one.bias_ev or 0.0))
    chosen = (one for one in members if one.stem.base.endswith("_cover"))
    return next(chosen, members[0] if kind is BurstKind.PANORAMA else members[len(members) // 2])


def _chains(
    ordered: list[Picture],
    source: Callable[[Picture], Hashable],
    continues: Callable[[Picture, Picture], bool],
) -> Iterator[list[Picture]]:
    """Runs of neighbours in time of one source in which each continues the one before."""
    runs: dict[Hashable, list[Picture]] = {}
    for one in ordered:
        key = source(one)
        if key is None or one.moment is None:
            continue
        run = runs.get(key)
        if run and continues(run[-1], one):
            run.append(one)
            continue
        if run:
            yield run
        runs[key] = [one]
    yield from runs.values()
