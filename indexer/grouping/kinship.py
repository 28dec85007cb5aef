"""Who may belong together at all: the keys that relatives share, and how far apart in time they may be.

Pure. The rules of `shots` and `bursts` join nothing beyond what is said here, so that a new picture concerns
its kin, the kin of its kin, and nobody else. More kin than needed is harmless; a missing one is not.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from datetime import datetime, timedelta
from hashlib import blake2b

from indexer.grouping import bursts
from indexer.grouping.pictures import Picture

_KEY_BYTES = 8
_TIME = "|"  # between camera and time; no other key has it


def keys(one: Picture) -> frozenset[str]:
    """Texts that two pictures have in common if a name, an identifier or a mark may tie them.

    One of them tells camera and time, where they are known; see `reach`.
    """
    shutter = {_digest(one.camera) + _TIME + one.taken_at} if one.camera and one.taken_at else set()
    return frozenset({_digest(mark) for mark in _marks(one)} | shutter)


def reach(key: str, window_s: float) -> tuple[str, str] | None:
    """For a key of camera and time: the keys, from the first to before the second, which a burst may reach.

    None for any other key: only the same one counts.
    """
    camera, is_time, time = key.partition(_TIME)
    if not is_time:
        return None
    second = datetime.fromisoformat(time[:19])
    far = timedelta(seconds=max(window_s, bursts.BRACKET_S) + 1)
    first, end = _limited(second, -far), _limited(second, far + timedelta(seconds=1))
    return f"{camera}{_TIME}{first}", f"{camera}{_TIME}{end}"


def _marks(one: Picture) -> Iterator[Hashable]:
    yield "beside", one.folder, one.stem.base
    if one.second:
        yield "name", one.stem.base, one.second
    if one.content_id:
        yield "content", one.content_id
    yield from (("burst", mark) for mark in bursts.marks(one))


def _limited(second: datetime, far: timedelta) -> str:
    """The second so far away, or that of the calendar's end."""
    try:
        return (second + far).isoformat(timespec="seconds")
    except OverflowError:
        return (datetime.min if far < timedelta() else datetime.max).isoformat(timespec="seconds")  # noqa: DTZ901 - wall clocks


def _digest(mark: Hashable) -> str:
    """Of one length, so that nothing is the beginning of something else."""
    return blake2b(repr(mark).encode("utf-8", "replace"), digest_size=_KEY_BYTES).hexdigest()
