"""The words of the product as frozen values; every layer speaks in these.

An *original* is the bytes of one file, named by their SHA-256 (*digest*, 64 lower-case hex
digits). An *item* is one original in one person's library; since a person holds an original at
most once, **an item's id is its digest**, so links, albums and decisions outlive a rebuilt index.
An *entry* is a name in someone's Upload share.

Times of capture are ISO 8601 text of the camera's wall clock ("2024-05-17T18:30:01.25"), as long
as the camera recorded them. Moments on the server are seconds since the epoch (float, UTC).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from indexer.knowledge import Metadata, Position

UNKNOWN_DAY = "unknown"


class Kind(StrEnum):
    """What the content of an original is; decided by its bytes, never by its name."""

    IMAGE = "image"
    RAW = "raw"
    VIDEO = "video"
    OTHER = "other"


class State(StrEnum):
    """How far the indexer is with an item."""

    PENDING = "pending"
    READY = "ready"
    FAILED = "failed"


class JobKind(StrEnum):
    """What a job does: all that costs little, the film of a video, a full-size picture on demand."""

    INDEX = "index"  # metadata and still derivatives
    FILM = "film"  # hover clip and playable version
    FULL = "full"  # a JPEG in full size of what browsers cannot show
    TV = "tv"  # what every television plays


class Door(StrEnum):
    """The way by which a file came in."""

    SHARE = "share"
    BROWSER = "browser"
    IMPORT = "import"


class EntryType(StrEnum):
    FOLDER = "folder"
    FILE = "file"
    PLACEHOLDER = "placeholder"


@dataclass(frozen=True, slots=True)
class MediaType:
    """What `indexer.identify` found: ``extension`` starts with a dot ("" when unknown)."""

    kind: Kind
    mime: str
    extension: str


@dataclass(frozen=True, slots=True)
class Failure:
    """Why an item could not be finished: the pipeline step and a sentence for its owner."""

    step: str
    reason: str


@dataclass(frozen=True, slots=True)
class Upload:
    """One arrival of an original in a person's library."""

    path: str
    at: float
    door: Door


@dataclass(frozen=True, slots=True)
class Grouped:
    """How many belong together with an item, and what makes them so (None for a shot of one item).

    ``count`` is of items in a shot, of shots in a burst.
    """

    id: str
    kind: str | None
    count: int


@dataclass(frozen=True, slots=True)
class Estimate:
    """A place lent to an item by the item ``lender``, taken at nearly the same time.

    ``confidence`` is from 0 to 1; ``place`` is a name in English.
    """

    position: Position
    place: str | None
    confidence: float
    lender: str


@dataclass(frozen=True, slots=True)
class Item:
    """One original in one person's library.

    ``library_name`` is its name in the Library share, unique in its day; None until it is indexed.
    ``estimated_place`` is for one whose file tells no position; ``decided`` has the title and rating that
    people gave it in place of the file's own, and how they had it turned and its time shifted. ``burst`` is
    None outside of bursts.
    """

    sha256: str
    name: str
    kind: Kind
    mime: str
    size_bytes: int
    state: State
    metadata: Metadata
    added_at: float
    failure: Failure | None = None
    favourite: bool = False
    uploads: tuple[Upload, ...] = ()
    library_name: str | None = None
    estimated_place: Estimate | None = None
    decided: Mapping[str, Any] = field(default_factory=dict)
    shot: Grouped | None = None
    burst: Grouped | None = None

    @property
    def turn_deg(self) -> int:
        """How far people had it turned, clockwise, beyond what is upright by its file: 0, 90, 180 or 270."""
        return int(self.decided.get("rotation") or 0)

    @property
    def shot_id(self) -> str:
        """The shot that it is in; its own where it is alone."""
        return self.shot.id if self.shot else self.sha256

    @property
    def day(self) -> str:
        """The local day of capture, "2024-05-17", or ``UNKNOWN_DAY``."""
        captured = self.metadata.captured
        return captured.taken_at[:10] if captured else UNKNOWN_DAY


class Sort(StrEnum):
    """What shots are collected in."""

    MEMORY = "memory"
    ALBUM = "album"


@dataclass(frozen=True, slots=True)
class Collection:
    """A memory or an album. ``cover`` is a shot; days are "" where no shot is dated.

    ``kind`` is "trip" or "day" for a memory that was suggested, and ``why`` says why; ``folder`` is its name
    in the Library share.
    """

    id: str
    sort: Sort
    kind: str | None
    title: str
    first_day: str
    last_day: str
    cover: str | None
    count: int
    score: float = 0.0
    why: str = ""
    is_hidden: bool = False
    is_pinned: bool = False
    folder: str = ""


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the timeline and how much it holds: items, the shots that these are, and their ``covers``.

    A collapsed timeline shows the covers: one for each burst, and for each shot outside of bursts. All three
    count what lies on this day, so that the sums over all days are those of the library.
    """

    day: str
    items: int
    shots: int
    covers: int


@dataclass(frozen=True, slots=True)
class Page:
    """Some items in capture order; ``next_cursor`` asks for those after them (None: no more)."""

    items: tuple[Item, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Tally:
    count: int
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Queue:
    pending: int
    running: int
    failed: int


@dataclass(frozen=True, slots=True)
class Receiving:
    """A file in flight; ``expected_bytes`` is None when the client did not announce it."""

    path: str
    received_bytes: int
    expected_bytes: int | None


@dataclass(frozen=True, slots=True)
class Status:
    """A person's library in numbers. ``version`` changes whenever an answer about it may.

    ``is_paused`` tells that the owner has stopped the work on all that waits; ``ungrouped`` items are still
    to be grouped, ``stale_days`` to be looked at again (memories count as one), and ``for_televisions`` files
    to be made.
    """

    version: int
    items: int
    originals: Tally
    duplicates: Tally
    queue: Queue
    receiving: tuple[Receiving, ...] = ()
    is_paused: bool = False
    ungrouped: int = 0
    stale_days: int = 0
    for_televisions: int = 0


@dataclass(frozen=True, slots=True)
class Person:
    """Someone with an account; the first one is the owner."""

    id: int
    name: str
    is_owner: bool


@dataclass(frozen=True, slots=True)
class Device:
    """Something that mounts a share with a password of its own; ``used_at`` is true to about a minute."""

    id: int
    label: str
    is_read_only: bool
    created_at: float
    used_at: float | None


@dataclass(frozen=True, slots=True)
class Login:
    """Who is asking, and with what: ``device_id`` is None for the account's own password."""

    person: Person
    device_id: int | None = None
    is_read_only: bool = False


@dataclass(frozen=True, slots=True)
class Session:
    """A browser's login. ``csrf_token`` must come with every change it makes."""

    person: Person
    csrf_token: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A name in someone's Upload share.

    ``path`` is the NFC key ("DCIM/100CANON/IMG_1.JPG", no leading slash), ``name`` the last part as
    it was sent. A placeholder or folder has no ``sha256`` and no bytes. ``is_junk`` entries (see
    `indexer.names.is_junk`) keep their bytes apart from the originals. ``properties`` are the dead
    properties that clients left, as (name in Clark notation, XML) pairs; ``checksums`` those that the
    client declared and we verified ("SHA1:... MD5:...").
    """

    path: str
    name: str
    type: EntryType
    mtime: float
    created_at: float
    sha256: str | None = None
    size_bytes: int = 0
    mime: str = "application/octet-stream"
    is_junk: bool = False
    properties: tuple[tuple[str, str], ...] = ()
    checksums: str = ""

    @property
    def etag(self) -> str:
        """A strong entity tag without quotes; the digest wherever there are bytes."""
        return entity_tag(self.sha256, self.created_at)


def entity_tag(sha256: str | None, created_at: float) -> str:
    """What changes whenever the bytes do: the digest, or for a name without bytes the moment it was made."""
    return sha256 or f"empty-{int(created_at * 1_000_000)}"


@dataclass(frozen=True, slots=True)
class Hint:
    """What came beside a file about it, from ``source`` ("Google Takeout"); counts where the file is silent.

    ``taken_at`` is in seconds since the epoch.
    """

    source: str
    taken_at: float | None = None
    position: Position | None = None
    title: str | None = None
    description: str | None = None


@dataclass(frozen=True, slots=True)
class Arrival:
    """Whole, verified bytes and where they belong; what `catalog.arrivals` records in one transaction.

    ``client_mtime`` is the modification time that the client declared (None: it declared none, and
    the moment of arrival is no evidence of capture). ``checksums`` were declared and have been verified
    ("SHA1:... MD5:..."). ``is_by_digest`` tells that the bytes were not sent again, see `Claim`.
    """

    person_id: int
    path: str
    name: str
    door: Door
    at: float
    sha256: str
    size_bytes: int
    media: MediaType
    client_mtime: float | None
    checksums: str = ""
    is_favourite: bool = False
    hint: Hint | None = None
    is_by_digest: bool = False


@dataclass(frozen=True, slots=True)
class Claim:
    """A file that its sender keeps back, since its digest is that of an original held; nobody here saw it."""

    path: str
    sha256: str
    size_bytes: int
    mtime: float | None = None


@dataclass(frozen=True, slots=True)
class Transfer:
    """A file that arrives in parts.

    ``name`` is what its sender calls it; ``target`` its path in the Upload share and ``expected_bytes``
    its whole size, as soon as they were told.
    """

    person_id: int
    name: str
    target: str | None
    expected_bytes: int | None
    begun_at: float


@dataclass(frozen=True, slots=True)
class Part:
    """Some bytes of a transfer, safe on the disk in ``file`` (a name in the folder of parts).

    ``place`` is its first byte in the whole file if ``is_offset``, else its number in the row.
    """

    name: str
    place: int
    is_offset: bool
    size_bytes: int
    file: str
    at: float


@dataclass(frozen=True, slots=True)
class Resumable:
    """An upload that grows from its beginning and goes on after whatever interrupts it.

    ``target`` is its path in the Upload share; None for a part, which only ever becomes a piece of
    another upload. ``size_bytes`` is None until it is told. ``received_bytes`` are safe on the disk.
    ``told`` is what its sender said of it, kept for the sender alone; ``parts`` names the uploads that it
    was joined from. ``stored_path`` is where it lies in the Upload share once it is whole and kept, and
    ``sha256`` its item (None for an empty file and for junk).
    """

    id: str
    person_id: int
    target: str | None
    mtime: float | None
    size_bytes: int | None
    received_bytes: int
    told: str
    parts: str
    used_at: float
    stored_path: str | None = None
    sha256: str | None = None

    @property
    def is_part(self) -> bool:
        return self.target is None

    @property
    def is_whole(self) -> bool:
        """Whether all of its bytes are here."""
        return self.received_bytes == self.size_bytes

    @property
    def is_kept(self) -> bool:
        """Whether it has become a file of the Upload share."""
        return self.stored_path is not None


@dataclass(frozen=True, slots=True)
class Job:
    """A claimed piece of work on an item. ``token`` proves the claim when it is finished."""

    id: int
    token: str
    person_id: int
    sha256: str
    attempts: int
    kind: JobKind = JobKind.INDEX


@dataclass(frozen=True, slots=True)
class Task:
    """All that the pipeline needs to know about one item; sent to a decoding process.

    ``derivatives`` is the folder for this original's derivatives, made when absent. ``metadata_only``
    leaves them out: decoding has crashed before, but the date may still be read. ``now`` (epoch
    seconds) bounds believable dates. ``turn_deg`` is as in `Item`. Whoever decodes a very large picture
    locks ``lock_folder`` for so long.
    """

    original: Path
    media: MediaType
    name: str
    client_mtime: float | None
    derivatives: Path
    now: float
    metadata_only: bool = False
    kind: JobKind = JobKind.INDEX
    hint: Hint | None = None
    turn_deg: int = 0
    lock_folder: Path | None = None


@dataclass(frozen=True, slots=True)
class Glimpse:
    """A picture that waits, of which a placeholder is to be found meanwhile; ``turn_deg`` as in `Item`."""

    original: Path
    media: MediaType
    turn_deg: int = 0


@dataclass(frozen=True, slots=True)
class TvFile:
    """What televisions get of an original; ``derivative`` is the file in the original's folder, without
    recipe and extension ("tv", "turned-90/tv"), "" the original itself."""

    size_bytes: int
    digest: str
    mime: str
    derivative: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the pipeline learnt; ``failure`` is the first step that failed, the others ran all the same.

    ``metadata`` is for INDEX alone. With ``found_no_room`` nothing counts: the disk was full, which says
    nothing about the file; nor with ``must_wait``: others held up a very large picture. ``tv`` is for TV.
    """

    metadata: Metadata
    failure: Failure | None
    found_no_room: bool = False
    must_wait: bool = False
    tv: TvFile | None = None


@dataclass(frozen=True, slots=True)
class Lock:
    """A WebDAV lock (RFC 4918 section 6) in one person's tree; ``root`` is a decoded path."""

    token: str
    root: str
    owner_xml: str
    depth: str
    scope: str
    timeout_s: float
    expires_at: float
