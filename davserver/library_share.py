"""The read-only share: virtual folders over what is in a library. Nothing here exists on the disk.

``By date/2024/2024-05/2024-05-17/IMG_0001.JPG`` is every item with a believable date, ``Unknown date/`` the
others, as they came. ``TV/2024/...``, ``Memories/<first day> <title>/``, ``Albums/<title>/`` and
``Favourites/`` hold one file for each shot, of a kind that every television plays.
"""

from __future__ import annotations

import datetime
import itertools
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, BinaryIO

from wsgidav import util
from wsgidav.dav_provider import DAVCollection

from davserver.read_only import ReadOnlyResource
from davserver.stored_file import StoredFile, ref_url
from indexer.catalog.listings import DayFile, Listed
from indexer.catalog.tv import Found
from indexer.library import Library
from indexer.model import UNKNOWN_DAY, Item, Person, Sort

NAME = "Library"
_FOLDERS = ("By date", "TV", "Memories", "Albums", "Favourites", "Unknown date")
_SORTS = {"Memories": Sort.MEMORY, "Albums": Sort.ALBUM}
_PERIOD = re.compile(r"\d{4}(-\d{2}){0,2}")


Opener = Callable[[], BinaryIO]


@dataclass(frozen=True, slots=True)
class Shelf:
    """The files of a folder: all of them, and the one of a name with what opens it."""

    files: Callable[[], Iterable[DayFile]]
    find: Callable[[str], tuple[DayFile, Opener] | None]


@dataclass(frozen=True, slots=True)
class Calendar:
    """A tree of years, months and days: the days that begin with a period, and the files of a day."""

    days: Callable[[str], tuple[str, ...]]
    shelf: Callable[[str], Shelf]


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
        if folder in _SORTS:
            return self._collected(_SORTS[folder], parts, url, environ)
        if folder in ("By date", "TV"):
            calendar = self._by_date() if folder == "By date" else self._for_tv()
            return self._dated(parts, url, environ, calendar)
        shelves = {"Unknown date": self._by_date().shelf(UNKNOWN_DAY), "Favourites": self._favourites()}
        return self._files(parts, url, environ, shelves[folder]) if folder in shelves else None

    def _dated(
        self, parts: list[str], url: str, environ: dict[str, Any], calendar: Calendar
    ) -> LibraryFolder | LibraryFile | None:
        periods, names = parts[:3], parts[3:]
        if not _is_nested(periods):
            return None
        period = periods[-1] if periods else ""
        days = calendar.days(period)
        if not days and period:
            return None
        if len(periods) == 3:
            return self._files(names, url, environ, calendar.shelf(period))
        length = {0: len("2024"), len("2024"): len("2024-05")}.get(len(period), len("2024-05-17"))
        return LibraryFolder(self, url, environ, tuple(sorted({day[:length] for day in days})))

    def _collected(
        self, sort: Sort, parts: list[str], url: str, environ: dict[str, Any]
    ) -> LibraryFolder | LibraryFile | None:
        """The folders of all memories or albums, one of them, or a file in it."""
        collections, tv, person_id = self.library.catalog.memories, self.library.catalog.tv, self.person.id
        if not parts:
            shown = [one.folder for one in collections.page(person_id, sort) if not one.is_hidden]
            return LibraryFolder(self, url, environ, tuple(sorted(shown)))
        found = collections.with_folder(person_id, sort, parts[0])
        if found is None or found.is_hidden:
            return None
        shelf = Shelf(
            lambda: tv.collection(person_id, found.id),
            lambda name: self._tv(tv.of_collection(person_id, found.id, name)),
        )
        return self._files(parts[1:], url, environ, shelf)

    def _files(
        self, names: list[str], url: str, environ: dict[str, Any], shelf: Shelf
    ) -> LibraryFolder | LibraryFile | None:
        match names:
            case []:
                return LibraryShelf(self, url, environ, shelf)
            case [name]:
                found = shelf.find(name)
                return LibraryFile(url, environ, *found) if found else None
        return None

    def _by_date(self) -> Calendar:
        library, person_id = self.library, self.person.id

        def find(day: str, name: str) -> tuple[DayFile, Opener] | None:
            item = library.day_file(person_id, day, name)
            return (_day_file(item), lambda: library.open_original(person_id, item.sha256)) if item else None

        return Calendar(
            lambda period: library.folder_days(person_id, period),
            lambda day: Shelf(
                lambda: library.catalog.listings.day(person_id, day), lambda name: find(day, name)
            ),
        )

    def _for_tv(self) -> Calendar:
        tv, person_id = self.library.catalog.tv, self.person.id
        return Calendar(
            lambda period: tv.days(person_id, period),
            lambda day: Shelf(
                lambda: tv.day(person_id, day), lambda name: self._tv(tv.of_day(person_id, day, name))
            ),
        )

    def _favourites(self) -> Shelf:
        tv, person_id = self.library.catalog.tv, self.person.id
        return Shelf(
            lambda: tv.favourites(person_id), lambda name: self._tv(tv.of_favourites(person_id, name))
        )

    def _tv(self, found: Found | None) -> tuple[DayFile, Opener] | None:
        return (found.file, lambda: self.library.open_tv(self.person.id, found)) if found else None


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


class LibraryShelf(LibraryFolder):
    """A folder of files."""

    def __init__(self, share: LibraryShare, url: str, environ: dict[str, Any], shelf: Shelf) -> None:
        super().__init__(share, url, environ, ())
        self._shelf = shelf

    def get_member_names(self) -> list[str]:
        return [line.name for line in self.listed_members()]

    def listed_members(self) -> Iterable[Listed]:
        return map(_file_line, self._shelf.files())


class LibraryFile(ReadOnlyResource, StoredFile):
    """A file whose bytes are those of ``file.sha256``."""

    def __init__(self, url: str, environ: dict[str, Any], file: DayFile, opener: Opener) -> None:
        super().__init__(url, environ)
        self._opener = opener
        self.size_bytes, self.mime, self.etag = file.size_bytes, file.mime, file.sha256
        self.created_at = file.added_at
        self.mtime = capture_moment(file.taken_at, file.utc_offset, file.added_at)

    def listed(self) -> Listed:
        """Its line of a listing."""
        name = util.get_uri_name(self.path)
        return Listed(name, name, False, self.mtime, self.created_at, self.etag, self.size_bytes, self.mime)

    def open(self) -> BinaryIO:
        return self._opener()


def capture_moment(taken_at: str | None, utc_offset: str | None, added_at: float) -> float:
    """The time of capture as epoch seconds: by its own offset, else in the server's time zone.

    What has no believable date has the moment it was added.
    """
    try:
        return datetime.datetime.fromisoformat(f"{taken_at or ''}{utc_offset or ''}").timestamp()
    except (ValueError, OverflowError):
        return added_at


def _day_file(item: Item) -> DayFile:
    captured, name = item.metadata.captured, item.library_name or item.name
    taken_at, utc_offset = (captured.taken_at, captured.utc_offset) if captured else (None, None)
    return DayFile(name, name, item.size_bytes, item.mime, item.sha256, taken_at, utc_offset, item.added_at)


def _folder_line(name: str) -> Listed:
    return Listed(name, name, True)


def _file_line(file: DayFile) -> Listed:
    mtime = capture_moment(file.taken_at, file.utc_offset, file.added_at)
    return Listed(file.key, file.name, False, mtime, file.added_at, file.sha256, file.size_bytes, file.mime)


def _is_nested(periods: list[str]) -> bool:
    """2024 / 2024-05 / 2024-05-17: each period begins with the one above it."""
    shapes = all(_PERIOD.fullmatch(period) and len(period) == 4 + 3 * n for n, period in enumerate(periods))
    return shapes and all(inner.startswith(f"{outer}-") for outer, inner in itertools.pairwise(periods))
