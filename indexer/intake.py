"""The one way in: whole bytes become an original, an item and an entry, or nothing at all.

Every door (share, browser, import) begins here and ends here. When `accept` returns, the bytes and
the rows about them survive a power cut; only the small litter of operating systems does not wait.
"""

from __future__ import annotations

import functools
import logging
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO, Protocol

from indexer import names
from indexer.catalog import Catalog
from indexer.errors import BadName, NoRoom, OriginalMissing, Refused, UploadBroken
from indexer.hashing import Announced, Incoming, Staged, Staging, digest_of
from indexer.identify import identify
from indexer.model import Arrival, Claim, Door, Entry, Hint, MediaType
from indexer.receipt import Mishap
from indexer.receipts import in_flight
from indexer.receipts.mishaps import mishap
from indexer.store import Store

_log = logging.getLogger(__name__)

# What Finder and Explorer leave beside files: it may be lost in a power cut, and costs a tenth.
_PASSING_BYTES = 64 * 1024
_MOST_UNTOLD = 10_000
# The year 3058. File systems hold times of which no protocol can speak.
_LATEST_MTIME = 2.0**35


Record = Callable[[Arrival, Callable[[], object]], Entry]


class Arrived(Protocol):
    def finish(self) -> Staged:
        """The whole bytes, or a refusal: IncompleteUpload, ChecksumMismatch."""


@dataclass(frozen=True, slots=True)
class Ready:
    """Bytes that came in whole before, and whose digest is known."""

    staged: Staged

    def finish(self) -> Staged:
        return self.staged


@dataclass(frozen=True, slots=True)
class Intake:
    """``junk`` keeps the bytes of junk names apart, so that sweeping it can never touch an original.

    ``wake`` tells the worker that there is something to do; it must return at once.
    """

    staging: Staging
    originals: Store
    junk: Store
    catalog: Catalog
    wake: Callable[[], None]
    _untold: deque[Mishap] = field(default_factory=lambda: deque(maxlen=_MOST_UNTOLD), init=False)

    def begin(self, person_id: int, path: str, announced: Announced, *, door: Door = Door.SHARE) -> Incoming:
        """Open the way for one file; raises BadName, TooLarge, NoRoom before any byte is read.

        A file that is refused here or does not come in afterwards is remembered for its receipt.
        """
        tell = functools.partial(self.remember, person_id, path, door, announced.size_bytes)
        try:
            names.check(path)
            mark = in_flight.mark(person_id, path, door)
            incoming = self.staging.begin(person_id, path, announced, mark)
        except Refused as error:
            tell(0, error)
            raise
        incoming.on_failure(tell)
        return incoming

    def accept(
        self,
        incoming: Arrived,
        person_id: int,
        path: str,
        *,
        door: Door,
        client_mtime: float | None,
        is_favourite: bool = False,
        hint: Hint | None = None,
        name: str | None = None,
    ) -> Entry:
        """Keep a file that came in whole, under this path of the person's Upload share.

        Bytes already held cost nothing and are answered the same. No bytes make a placeholder. By any door
        but the share, no other file loses its name to this one: see `Arrivals.record`. ``client_mtime``
        counts if calendars know it; ``name`` is the item's where the path does not tell it.
        Raises IncompleteUpload, ChecksumMismatch, NoRoom, NoSuchEntry (the folder is gone),
        NameOccupied; then nothing was changed.
        """
        staged = incoming.finish()
        now = time.time()
        client_mtime = _believable(client_mtime)
        if staged.size_bytes == 0:
            mtime = now if client_mtime is None else client_mtime
            return self._place_empty(person_id, path, mtime, now, door)
        arrival = _arrival(staged, person_id, path, door, now, client_mtime)
        arrival = replace(arrival, is_favourite=is_favourite, hint=hint, name=name or arrival.name)
        if names.is_junk(path):
            is_passing = names.is_litter(path) and staged.size_bytes <= _PASSING_BYTES
            record_junk = functools.partial(self.catalog.arrivals.record_junk, durable=not is_passing)
            return self._keep(self.junk, staged, arrival, record_junk, durable=not is_passing)
        entry = self._keep(self.originals, staged, arrival, self.catalog.arrivals.record)
        self.wake()
        return entry

    def accept_claims(self, person_id: int, claims: Sequence[Claim], *, door: Door) -> list[bool]:
        """Which of these files have arrived without being sent, as duplicates do: with a name, on a receipt.

        Whatever speaks against one makes it a file that must be sent, and its sending tells what it is.
        """
        # Whether the bytes are on the disk is asked only of what this person holds: it takes its time.
        mine = self.catalog.items.held(person_id, {claim.sha256 for claim in claims})
        here = {sha256 for sha256 in mine if self.originals.find(sha256)}
        kept = {
            place: replace(claim, mtime=_believable(claim.mtime))
            for place, claim in enumerate(claims)
            if claim.sha256 in here and _is_for_keeps(claim.path)
        }
        told = self.catalog.arrivals.record_claims(person_id, door, [*kept.values()], time.time())
        self.wake()
        arrived = dict(zip(kept, told, strict=True))
        return [arrived.get(place, False) for place in range(len(claims))]

    def open(self, entry: Entry) -> BinaryIO:
        """The bytes of a file in the Upload share; raises OriginalMissing."""
        store = self.junk if entry.is_junk else self.originals
        return store.open(entry.sha256 or "")

    def adopt(self, person_id: int, entry: Entry) -> None:
        """Make an item of a file that came under a junk name and has a real one now.

        Copy programs write ``name.part`` and rename it when it is whole. Any other entry is left as it is.
        Raises OriginalMissing.
        """
        if not entry.is_junk or entry.sha256 is None or names.is_junk(entry.path):
            return
        staged = Staged(self.junk.require(entry.sha256), entry.sha256, entry.size_bytes)
        if staged.size_bytes <= _PASSING_BYTES and digest_of(staged.path) != staged.sha256:
            raise OriginalMissing(staged.sha256)  # it was only passing, and a power cut came
        arrival = _arrival(staged, person_id, entry.path, Door.SHARE, time.time(), entry.mtime)
        self._keep(self.originals, staged, arrival, self.catalog.arrivals.record_adopted)
        self.wake()

    def _place_empty(self, person_id: int, path: str, mtime: float, now: float, door: Door) -> Entry:
        if door is Door.SHARE:
            return self.catalog.entries.place_placeholder(person_id, path, mtime, now)
        self.catalog.entries.make_way(person_id, path, now)
        return self.catalog.entries.place_placeholder(person_id, path, mtime, now, only_new=True)

    def _keep(
        self, store: Store, staged: Staged, arrival: Arrival, record: Record, *, durable: bool = True
    ) -> Entry:
        sha256, extension = staged.sha256, arrival.media.extension
        # Junk may be only passing. Of originals only this person's own count, because how long it takes
        # must not tell what somebody else holds.
        is_safe = store is not self.junk and self.catalog.arrivals.is_held(arrival.person_id, sha256)

        def commit() -> Path:
            return store.commit(staged, extension, is_recorded=is_safe, durable=durable)

        def ensure() -> None:
            # Another upload of these bytes may have failed just now and undone them; ours are staged.
            if not place.exists():
                commit()

        try:
            place = commit()
            return record(arrival, ensure)
        except BaseException:
            self._undo(store, sha256)
            raise

    def remember_cut(self, staged: Path) -> None:
        """Have a receipt tell of a staging file that a crash has left."""
        if whose := in_flight.read(staged.name):
            found = staged.stat()
            person_id, path, door = whose
            self.remember(person_id, path, door, None, found.st_size, UploadBroken(), at=found.st_mtime)

    def remember(
        self,
        person_id: int,
        path: str,
        door: Door,
        expected_bytes: int | None,
        received_bytes: int,
        error: BaseException,
        *,
        at: float | None = None,
    ) -> None:
        """Have a receipt tell of a file that did not come in, and why; never raises.

        It may go on and come in after all: then the receipt tells that.
        """
        if names.is_litter(path):
            return
        happened = mishap(
            person_id, path, door, time.time() if at is None else at, error,
            received_bytes=received_bytes, expected_bytes=expected_bytes,
        )  # fmt: skip
        self._untold.append(happened)
        try:
            self.tell_mishaps()
        except NoRoom as error:
            _log.warning("that %s did not come in is remembered later: %s", happened.path, error)
        except Exception:  # noqa: BLE001 - the client is told what went wrong with its file, not with this
            _log.exception("could not remember that %s did not come in", happened.path)

    def tell_mishaps(self) -> None:
        """Write down what receipts are to tell, also what a full disk has kept back; raises NoRoom."""
        while self._untold:
            happened = self._untold.popleft()
            try:
                self.catalog.mishaps.record(happened)
            except BaseException:
                self._untold.appendleft(happened)
                raise

    def _undo(self, store: Store, sha256: str) -> None:
        # What failed for this client may have succeeded on the disk, or by another upload: rows decide.
        try:
            forget = functools.partial(store.remove, sha256)
            self.catalog.arrivals.unless_recorded(sha256, forget, as_junk=store is self.junk)
        except Exception:  # noqa: BLE001 - any doubt keeps the bytes
            _log.exception("could not tell whether %s is needed; keeping it", sha256)


def _is_for_keeps(path: str) -> bool:
    """Whether a path may be the name of an original."""
    try:
        names.check(path)
    except BadName:
        return False
    return not names.is_junk(path)


def _believable(mtime: float | None) -> float | None:
    return mtime if mtime is not None and 0 < mtime < _LATEST_MTIME else None


def _arrival(
    staged: Staged,
    person_id: int,
    path: str,
    door: Door,
    now: float,
    client_mtime: float | None,
) -> Arrival:
    return Arrival(
        person_id, path, names.last(path), door, now, staged.sha256, staged.size_bytes, _identified(staged),
        client_mtime, staged.checksums,
    )  # fmt: skip


def _identified(staged: Staged) -> MediaType:
    with staged.path.open("rb", buffering=0) as file:
        return identify(file)
