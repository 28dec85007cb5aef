"""What grouping knows of an item, as one frozen value, and what follows from it alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import PurePosixPath

from indexer.grouping.file_names import Role, Stem, read
from indexer.model import Kind

# Dates of the file, or of a fix that may be old; the sources without a colon are not of the file at all.
_NOT_OF_THE_MOMENT = frozenset({"XMP-xmp:CreateDate", "IFD0:ModifyDate", "GPS:GPSDateTime"})
_SECOND_CHARACTERS = len("2024-05-17T18:30:01")


@dataclass(frozen=True)
class Picture:
    """``id`` is the item's; ``path`` where it arrived in the Upload share ("DCIM/100CANON/IMG_1.JPG").

    ``taken_at`` is the local capture time by the camera's own word (no file name, no client's mtime), or
    None. ``camera`` names the body as closely as the file does, None when it does not. ``sequence`` and
    ``is_continuous`` are as in `indexer.knowledge.Ties`.
    ``added_at`` is when it was first held, in seconds since the epoch.
    """

    id: str
    path: str
    kind: Kind
    taken_at: str | None = None
    camera: str | None = None
    content_id: str | None = None
    burst_id: str | None = None
    pixels: int = 0
    duration_s: float | None = None
    bias_ev: float | None = None
    added_at: float = 0.0
    sequence: int | None = None
    is_continuous: bool = False

    @cached_property
    def stem(self) -> Stem:
        """What the name says about relatives."""
        return read(self.name)

    @property
    def is_side_file(self) -> bool:
        return self.stem.role is Role.SIDECAR

    @cached_property
    def extension(self) -> str:
        return PurePosixPath(self.name).suffix.lower()

    @cached_property
    def folder(self) -> str:
        return self.path.rpartition("/")[0].casefold() or "."

    @cached_property
    def name(self) -> str:
        return self.path.rpartition("/")[2]

    @property
    def second(self) -> str | None:
        """The capture time to the second."""
        return self.taken_at[:_SECOND_CHARACTERS] if self.taken_at else None

    @cached_property
    def fraction(self) -> str:
        """The digits of the second's fraction, "" when the camera did not record any."""
        return self.taken_at[_SECOND_CHARACTERS + 1 :] if self.taken_at else ""

    @cached_property
    def moment(self) -> datetime | None:
        """The capture time on the camera's clock, to the microsecond."""
        # Python 3.11 wants three or six digits of a fraction; cameras write any number of them.
        return datetime.fromisoformat(f"{self.second}.{self.fraction:0<6.6}") if self.taken_at else None


def is_by_camera(source: str | None) -> bool:
    """Whether a capture time from this source was written down at the moment of capture."""
    return source is not None and ":" in source and source not in _NOT_OF_THE_MOMENT


def best_path(paths: Iterable[str]) -> str:
    """By which of its paths a file that came several times is known: one that no copying made up."""
    known = list(paths)
    if len(known) == 1:  # most of any library
        return known[0]
    return min(known, key=lambda path: (read(path.rpartition("/")[2]).role is Role.COPY, path))


def gap_s(a: Picture, b: Picture) -> float:
    """The seconds from one to the other; infinite where a time is unknown."""
    if a.moment is None or b.moment is None:
        return float("inf")
    return (b.moment - a.moment).total_seconds()


def buckets(pictures: list[Picture], key: Callable[[Picture], Hashable]) -> Iterator[list[Picture]]:
    """Those with the same key, where there are several; None is no key."""
    found: defaultdict[Hashable, list[Picture]] = defaultdict(list)
    for one in pictures:
        if (value := key(one)) is not None:
            found[value].append(one)
    yield from (members for members in found.values() if len(members) > 1)
