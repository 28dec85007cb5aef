"""What a phone's pictures tell about a camera's: where it was, and how wrong its clock is.

Pure. A phone knows the place and the exact time; a camera that was with it took its pictures at nearly the
same moments. Everything here is an estimate with its confidence, and is shown as one.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from indexer.grouping.memories import Scene, Spot, distance_km

_LENT_WITHIN_S = 1800.0
_SURE_WITHIN_S = 300.0
_STANDING_KM = 1.0
_WIDEST_ERROR_S = 26 * 3600
_BIN_S = 60
_TOGETHER_S = 120.0
_MOST_PICTURES = 1000
_MOST_CANDIDATES = 24
_APART_S = 1200
_SMALLEST_ERROR_S = 300.0
_FEWEST = 8


@dataclass(frozen=True, slots=True)
class Lent:
    """A place for a picture without one. ``confidence`` is from 0 to 1; ``lender`` the shot it comes from."""

    id: str
    spot: Spot
    place: str | None
    confidence: float
    lender: str


def lend_places(scenes: Iterable[Scene]) -> tuple[Lent, ...]:
    """Places for shots without one, from those nearest in time, within half an hour.

    Sure where the shots before and after are at one place; less so with time and with their distance.
    """
    ordered = sorted(scenes, key=lambda scene: (scene.taken_at, scene.id))
    located = [scene for scene in ordered if scene.spot]
    times = [scene.taken_at for scene in located]
    found = []
    for scene in ordered:
        if scene.spot is None:
            at = bisect_left(times, scene.taken_at)
            found.append(_lent(scene, located[max(0, at - 1) : at + 1]))
    return tuple(lent for lent in found if lent)


def _lent(scene: Scene, neighbours: list[Scene]) -> Lent | None:
    near = [one for one in neighbours if _apart_s(scene, one) <= _LENT_WITHIN_S]
    if not near:
        return None
    lender = min(near, key=lambda one: (_apart_s(scene, one), one.id))
    assert lender.spot is not None
    confidence = 1.0 - 0.5 * max(0.0, _apart_s(scene, lender) - _SURE_WITHIN_S) / _LENT_WITHIN_S
    spots = [one.spot for one in near if one.spot]
    has_moved = distance_km(spots[0], spots[-1]) > _STANDING_KM
    return Lent(scene.id, lender.spot, lender.place, confidence / 2 if has_moved else confidence, lender.id)


def _apart_s(a: Scene, b: Scene) -> float:
    return abs((a.taken_at - b.taken_at).total_seconds())


@dataclass(frozen=True, slots=True)
class ClockError:
    """``shift_s`` is to be added to the camera's times; ``matched`` of ``pictures`` then fall together with
    the phone's."""

    shift_s: int
    pictures: int
    matched: int

    @property
    def sentence(self) -> str:
        """Such as "1 h 12 min behind", to be said of the camera."""
        hours, minutes = divmod(round(abs(self.shift_s) / 60), 60)
        parts = [f"{hours} h" if hours else "", f"{minutes} min" if minutes else ""]
        return f"{' '.join(filter(None, parts))} {'behind' if self.shift_s > 0 else 'ahead'}"


def clock_error(camera: Iterable[datetime], phone: Iterable[datetime]) -> ClockError | None:
    """By how much a camera's clock seems wrong, or None where its pictures do not say so clearly.

    The shift that makes most of the camera's pictures fall together with the phone's must do so for half
    of them, for twice as many as now, and clearly better than any other.
    """
    cameras, phones = _thinned(camera), _thinned(phone)
    if len(cameras) < _FEWEST or len(phones) < _FEWEST:
        return None
    matched = {shift: _matched(cameras, phones, shift) for shift in _candidates(cameras, phones)}
    if not matched:
        return None
    best = max(matched, key=lambda shift: (matched[shift], -abs(shift)))
    now = _matched(cameras, phones, 0)
    rival = max((count for shift, count in matched.items() if abs(shift - best) > _APART_S), default=0)
    is_clear = (
        matched[best] * 2 >= len(cameras) and matched[best] >= 2 * now + 1 and matched[best] >= 1.3 * rival
    )
    refined = _refined(cameras, phones, best)
    if not is_clear or abs(refined) < _SMALLEST_ERROR_S:
        return None
    return ClockError(refined, len(cameras), matched[best])


def _thinned(times: Iterable[datetime]) -> list[datetime]:
    """In order, one of each burst, and not so many that comparing all pairs would take long."""
    kept: list[datetime] = []
    for time in sorted(times):
        if not kept or (time - kept[-1]).total_seconds() >= _BIN_S / 2:
            kept.append(time)
    return kept[:: max(1, -(-len(kept) // _MOST_PICTURES))]


def _candidates(cameras: list[datetime], phones: list[datetime]) -> list[int]:
    """The shifts, in whole minutes, that bring most pairs together."""
    pairs: Counter[int] = Counter()
    widest = timedelta(seconds=_WIDEST_ERROR_S)
    for time in cameras:
        within = phones[bisect_left(phones, time - widest) : bisect_left(phones, time + widest)]
        pairs.update({round((other - time).total_seconds() / _BIN_S) for other in within})
    return [minutes * _BIN_S for minutes, _ in pairs.most_common(_MOST_CANDIDATES)]


def _matched(cameras: list[datetime], phones: list[datetime], shift_s: int) -> int:
    return sum(abs(_nearest_s(time, phones, shift_s)) <= _TOGETHER_S for time in cameras)


def _refined(cameras: list[datetime], phones: list[datetime], shift_s: int) -> int:
    """The shift corrected by what is still between the pairs, in the middle."""
    left = [_nearest_s(time, phones, shift_s) for time in cameras]
    close = [seconds for seconds in left if abs(seconds) <= _TOGETHER_S]
    return shift_s + round(median(close)) if close else shift_s


def _nearest_s(time: datetime, phones: list[datetime], shift_s: int) -> float:
    """From the shifted time to the nearest of the phone's."""
    shifted = time + timedelta(seconds=shift_s)
    at = bisect_left(phones, shifted)
    around = phones[max(0, at - 1) : at + 1]
    return min(((other - shifted).total_seconds() for other in around), key=abs, default=float("inf"))


_CORRECTED = ", clock corrected by "
_TO_THE_SECOND = len("2024-05-17T18:30:01")


def shifted(taken_at: str, shift_s: int) -> str:
    """A time of capture by a clock that is put right; the fraction of the second stays as it was written."""
    moment = datetime.fromisoformat(taken_at[:_TO_THE_SECOND]) + timedelta(seconds=shift_s)
    return moment.isoformat(timespec="seconds") + taken_at[_TO_THE_SECOND:]


def said_corrected(source: str, shift_s: int) -> str:
    """The source of a capture time, saying by how much its clock was corrected: "+1 h 12 min"."""
    if not shift_s:
        return source
    hours, rest = divmod(abs(shift_s), 3600)
    minutes, seconds = divmod(rest, 60)
    parts = [
        f"{number} {unit}" for number, unit in ((hours, "h"), (minutes, "min"), (seconds, "s")) if number
    ]
    return f"{source}{_CORRECTED}{'+' if shift_s > 0 else '-'}{' '.join(parts)}"


def own_source(source: str) -> str:
    """The source without such words."""
    return source.partition(_CORRECTED)[0]
