"""The read-only share: virtual folders by the camera's day, over the original bytes.

``By date/2024/2024-05/2024-05-17/IMG_0001.JPG`` for every item with a believable date,
``Unknown date/`` for the others. Nothing here exists on the disk; `library.py` answers.
"""

from __future__ import annotations

import datetime
import itertools
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, BinaryIO

from wsgidav import util
from wsgidav.dav_provider import DAVCollection

from davserver.read_only import ReadOnlyResource
from davserver.stored_file import StoredFile, ref_url
from indexer.catalog.listings import DayFile, Listed
from indexer.library import Library
from indexer.model import UNKNOWN_DAY, Item, Person

NAME = "Library"
BY_DATE = "By date"
UNKNOWN_DATE = "Unknown date"
_FOLDERS = (BY_DATE, UNKNOWN_DATE)
_PERIOD = re.compile(r"\d{4}(-\d{2}){0,2}")


def contains(path: str) -> bool:
    """Whether a decoded path of the server lies in this share."""
    return path == f"/{NAME}" or path.startswith(f"/{NAME}/")


@dataclass(frozen=True, slots=True)
class LibraryShare:
    """One person's Library share; resolves paths to DAV resources."""

    library: Library
    person: Person

    def resolve(self, path: str, url: str, environ: dict[str, Any]) -> LibraryFolder | LibraryFile | None:
        """The resource of a path ("" is the share itself); ``url`` is the path as the client sent it."""
        folder, *parts = path.split("/")
        if not folder:
            return LibraryFolder(self, url, environ, _FOLDERS)
        if folder == BY_DATE:
            return self._by_date(parts, url, environ)
        if folder == UNKNOWN_DATE:
            return self._of_day(UNKNOWN_DAY, parts, url, environ)
        return None

    def _by_date(
        self, parts: list[str], url: str, environ: dict[str, Any]
    ) -> LibraryFolder | LibraryFile | None:
        periods, names = parts[:3], parts[3:]
        if not _is_nested(periods):
            return None
        if len(periods) == 3:
            return self._of_day(periods[-1], names, url, environ)
        return self._period(periods[-1] if periods else "", url, environ)

    def _of_day(
        self, day: str, names: list[str], url: str, environ: dict[str, Any]
    ) -> LibraryFolder | LibraryFile | None:
        match names:
            case []:
                exists = day == UNKNOWN_DAY or self.library.folder_days(self.person.id, day)
                return LibraryDay(self, url, environ, day) if exists else None
            case [name]:
                item = self.library.day_file(self.person.id, day, name)
                return LibraryFile(self, url, environ, item) if item else None
        return None

    def _period(self, period: str, url: str, environ: dict[str, Any]) -> LibraryFolder | None:
        """The folder of all years (""), of a year's months or of a month's days."""
        days = self.library.folder_days(self.person.id, period)
        if not days and period:
            return None
        length = {0: len("2024"), len("2024"): len("2024-05")}.get(len(period), len("2024-05-17"))
        return LibraryFolder(self, url, environ, tuple(sorted({day[:length] for day in days})))


class LibraryFolder(ReadOnlyResource, DAVCollection):  # type: ignore[misc]  # WsgiDAV has no types
    """A folder of folders, whose names are known."""

    def __init__(
        self, share: LibraryShare, url: str, environ: dict[str, Any], member_names: tuple[str, ...]
    ) -> None:
        super().__init__(url, environ)
        self.share = share
        self._member_names = member_names

    def get_member_names(self) -> list[str]:
        return list(self._member_names)

    def get_member(self, name: str) -> LibraryFolder | LibraryFile | None:
        url = util.join_uri(self.path, name)
        return self.share.resolve(url.strip("/").partition("/")[2], url, self.environ)

    def get_ref_url(self) -> str:
        return ref_url(self.path)

    def listed(self) -> Listed:
        """Its own line of a listing."""
        return _folder_line(util.get_uri_name(self.path))

    def listed_members(self) -> Iterable[Listed]:
        """The lines of what lies in it."""
        return map(_folder_line, self.get_member_names())


class LibraryDay(LibraryFolder):
    """The files of one day, or those of no known day."""

    def __init__(self, share: LibraryShare, url: str, environ: dict[str, Any], day: str) -> None:
        super().__init__(share, url, environ, ())
        self._day = day

    def get_member_names(self) -> list[str]:
        return [line.name for line in self.listed_members()]

    def listed_members(self) -> Iterable[Listed]:
        files = self.share.library.catalog.listings.day(self.share.person.id, self._day)
        return map(_file_line, files)


class LibraryFile(ReadOnlyResource, StoredFile):
    def __init__(self, share: LibraryShare, url: str, environ: dict[str, Any], item: Item) -> None:
        super().__init__(url, environ)
        self._share = share
        self.size_bytes, self.mime, self.etag = item.size_bytes, item.mime, item.sha256
        self.mtime = self.created_at = item.added_at
        if captured := item.metadata.captured:
            self.mtime = capture_moment(captured.taken_at, captured.utc_offset, item.added_at)

    def listed(self) -> Listed:
        """Its line of a listing."""
        name = util.get_uri_name(self.path)
        return Listed(name, name, False, self.mtime, self.created_at, self.etag, self.size_bytes, self.mime)

    def open(self) -> BinaryIO:
        return self._share.library.open_original(self._share.person.id, self.etag)


def capture_moment(taken_at: str | None, utc_offset: str | None, added_at: float) -> float:
    """The time of capture as epoch seconds: by its own offset, else in the server's time zone.

    What has no believable date has the moment it was added.
    """
    try:
        return datetime.datetime.fromisoformat(f"{taken_at or ''}{utc_offset or ''}").timestamp()
    except (ValueError, OverflowError):
        return added_at


def _folder_line(name: str) -> Listed:
    return Listed(name, name, True)


def _file_line(file: DayFile) -> Listed:
    mtime = capture_moment(file.taken_at, file.utc_offset, file.added_at)
    return Listed(file.key, file.name, False, mtime, file.added_at, file.sha256, file.size_bytes, file.mime)


def _is_nested(periods: list[str]) -> bool:
    """2024 / 2024-05 / 2024-05-17: each period begins with the one above it."""
    shapes = all(_PERIOD.fullmatch(period) and len(period) == 4 + 3 * n for n, period in enumerate(periods))
    return shapes and all(inner.startswith(f"{outer}-") for outer, inner in itertools.pairwise(periods))
