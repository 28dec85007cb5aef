"""Making the whole index anew: originals are looked at again, decisions come from the catalog or a snapshot.

All of it happens in a draft beside the catalog, which takes its place in one step at the end; until then a
power cut or a kill changes nothing. The catalog that was there is kept under another name. Only what decoding
tells (dates, places, thumbnails) is left to the worker, which finds a job for every item.
"""

from __future__ import annotations

import itertools
import logging
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from indexer import maintenance, names, snapshots
from indexer.catalog import Catalog, copies, open_catalog
from indexer.data_folder import DataFolder
from indexer.errors import CatalogDamaged, NobodyKnown, OwnerKnown, SnapshotDamaged
from indexer.hashing import Staging
from indexer.identify import identify
from indexer.intake import Intake
from indexer.library import derivatives_folder
from indexer.model import Arrival, Door, Entry, EntryType, MediaType, Person
from indexer.store import Store
from indexer.verification import Damage, Damaged, damage_of

Report = Callable[[int, int], None]
MakeOwner = Callable[[Catalog], object]

_log = logging.getLogger(__name__)
_RECOVERED = "Recovered"
_SHORT_DIGEST = 16
_IS_ORIGINAL = re.compile(r"[0-9a-f]{64}(\.[a-z0-9]+)?")


class Basis(StrEnum):
    """Where the decisions came from."""

    CATALOG = "catalog"
    SNAPSHOT = "snapshot"
    ORIGINALS = "originals"


@dataclass(frozen=True, slots=True)
class Recovered:
    """An original that was in no row, and whose it is now, under which path of the Upload share."""

    sha256: str
    user: str
    path: str


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What a rebuild did.

    ``source`` is the file whose decisions were taken, ``aside`` the catalog that was there before.
    """

    basis: Basis
    source: Path | None
    items: int
    originals: int
    recovered: tuple[Recovered, ...]
    damaged: tuple[Damaged, ...]
    aside: Path | None


@dataclass(slots=True)
class _Found:
    """What a look at the originals brought to light."""

    seen: set[str] = field(default_factory=set)
    retyped: list[tuple[str, MediaType]] = field(default_factory=list)
    unknown: list[Path] = field(default_factory=list)
    unprepared: set[str] = field(default_factory=set)
    damaged: dict[str, Damage] = field(default_factory=dict)


def rebuild(
    folder: DataFolder,
    now: float,
    report: Report,
    *,
    snapshot: Path | None = None,
    owner: MakeOwner | None = None,
) -> Rebuilt:
    """Put a catalog made anew in the place of the one of this folder, which nobody else may use meanwhile.

    Decisions are those of the catalog, or of the newest snapshot when it is damaged or lost, or of
    ``snapshot`` if one is given. ``owner`` makes the owner's account where none of them knows anybody:
    without it NobodyKnown is raised, and OwnerKnown where it is not needed. Raises also SnapshotDamaged (of
    the given one), CatalogTooNew, CatalogInUse, NoRoom. Whatever is raised, the catalog is as it was.
    ``report(done, total)`` is called after each original.
    """
    draft = folder.catalog.with_name(f"{folder.catalog.name}.rebuilding")
    aside = _aside(folder, now) if folder.catalog.exists() else None
    copies.remove(draft)
    try:
        source = _begin(folder, draft, snapshot, owner)
        catalog = open_catalog(draft)
        try:
            if source is None and owner:
                owner(catalog)
            rebuilt = _fill(folder, catalog, _basis(folder, source), now, report)
        finally:
            catalog.close()
        copies.put_in_place(draft, folder.catalog, aside or _aside(folder, now))
    finally:
        copies.remove(draft)
    return replace(rebuilt, source=source, aside=aside)


def _begin(folder: DataFolder, draft: Path, snapshot: Path | None, owner: MakeOwner | None) -> Path | None:
    """Copy the first source that knows somebody to ``draft``, and tell which; None leaves no draft."""
    sources = (snapshot,) if snapshot else (folder.catalog, *snapshots.newest_first(folder))
    source = _copied(draft, sources)
    if source is None and snapshot is not None:
        raise SnapshotDamaged(snapshot)
    if source is None and owner is None:
        raise NobodyKnown
    if source is not None and owner is not None:
        raise OwnerKnown
    return source


def _copied(draft: Path, sources: Iterable[Path]) -> Path | None:
    for source in sources:
        try:
            copies.copy(source, draft)
            catalog = open_catalog(draft)
        except CatalogDamaged as error:
            _log.warning("not used: %s", error)
            continue
        is_empty = catalog.people.is_empty()
        catalog.close()
        if not is_empty:
            return source
    copies.remove(draft)
    return None


def _basis(folder: DataFolder, source: Path | None) -> Basis:
    if source is None:
        return Basis.ORIGINALS
    return Basis.CATALOG if source == folder.catalog else Basis.SNAPSHOT


def _fill(folder: DataFolder, catalog: Catalog, basis: Basis, now: float, report: Report) -> Rebuilt:
    """Make the catalog say what the originals say."""
    originals = Store(folder.originals)
    if basis is Basis.CATALOG:
        # What its rows do not know was never acknowledged; what a snapshot does not know may have been.
        maintenance.sweep_staging(_intake(folder, catalog, originals))
    else:
        catalog.reindexing.forget_logins()
    expected = catalog.reindexing.originals()
    found = _look(folder, originals, expected, report)
    catalog.reindexing.retype(found.retyped)
    sound = [path for path in found.unknown if _digest(path) not in found.damaged]
    recovered = _recover(folder, catalog, sound)
    items = catalog.reindexing.begin(found.unprepared, now)
    lost = found.damaged | dict.fromkeys(expected.keys() - found.seen, Damage.MISSING)
    damaged = tuple(
        Damaged(sha256, damage, catalog.arrivals.names_of(sha256)) for sha256, damage in sorted(lost.items())
    )
    return Rebuilt(basis, None, items, len(found.seen), recovered, damaged, None)


def _intake(folder: DataFolder, catalog: Catalog, originals: Store) -> Intake:
    return Intake(Staging(folder.staging), originals, Store(folder.junk), catalog, lambda: None)


def _look(
    folder: DataFolder, originals: Store, expected: dict[str, tuple[int, MediaType]], report: Report
) -> _Found:
    """Look at every file in the store: what it is, and whether the catalog knows it."""
    found = _Found()
    paths = sorted(path for path in originals.enumerate() if _IS_ORIGINAL.fullmatch(path.name))
    for done, path in enumerate(paths, start=1):
        sha256 = _digest(path)
        found.seen.add(sha256)
        damage = _note(found, path, expected.get(sha256))
        if damage is not None:
            found.damaged[sha256] = damage
        if not derivatives_folder(folder.derivatives, sha256).is_dir():
            found.unprepared.add(sha256)
        report(done, len(paths))
    return found


def _note(found: _Found, path: Path, known: tuple[int, MediaType] | None) -> Damage | None:
    sha256 = _digest(path)
    if known is None:
        # A power cut may have come between name and bytes, so only reading tells whether it is whole.
        found.unknown.append(path)
        return damage_of(path, sha256)
    try:
        size_bytes, media = path.stat().st_size, _identified(path)
    except OSError:
        _log.exception("could not read %s", path)
        return Damage.UNREADABLE
    if size_bytes != known[0]:
        return Damage.CHANGED
    if media != known[1]:
        found.retyped.append((sha256, media))
    return None


def _digest(path: Path) -> str:
    """The digest that an original is named by."""
    return path.name[:64]


def _identified(path: Path) -> MediaType:
    with path.open("rb", buffering=0) as file:
        return identify(file)


def _recover(folder: DataFolder, catalog: Catalog, paths: Sequence[Path]) -> tuple[Recovered, ...]:
    """Give these originals to whoever brought them, if anything left tells, else to the owner."""
    if not paths:
        return ()
    told = _told(folder)
    owner = next(person for person in catalog.people.list() if person.is_owner)
    recovered = []
    for file in paths:
        sha256 = _digest(file)
        name_key, path = told.get(sha256, ("", sha256[:_SHORT_DIGEST] + file.suffix))
        found = catalog.people.find(name_key)
        person = found[0] if found else owner
        arrival = _arrival(file, person, names.join(_recovered_folder(catalog, person), path))
        recovered.append(Recovered(sha256, person.name, catalog.arrivals.record(arrival).path))
    return tuple(recovered)


def _told(folder: DataFolder) -> dict[str, tuple[str, str]]:
    """Who brought what: even a damaged catalog may tell, and it knows more than any snapshot."""
    told: dict[str, tuple[str, str]] = {}
    for source in (folder.catalog, *snapshots.newest_first(folder)):
        told = copies.arrivals(source) | told
    return told


def _recovered_folder(catalog: Catalog, person: Person) -> str:
    """A folder that may hold what is recovered: one of that name that no file has."""
    candidates = (names.numbered(_RECOVERED, number) for number in itertools.count(1))
    return next(name for name in candidates if _may_be_folder(catalog.entries.get(person.id, name)))


def _may_be_folder(entry: Entry | None) -> bool:
    return entry is None or entry.type is EntryType.FOLDER


def _arrival(file: Path, person: Person, path: str) -> Arrival:
    """What is known about an original whose rows are lost; it arrived when its bytes were written."""
    facts = file.stat()
    return Arrival(
        person.id,
        path,
        names.last(path),
        Door.IMPORT,
        facts.st_mtime,
        _digest(file),
        facts.st_size,
        _identified(file),
        client_mtime=None,
    )


def _aside(folder: DataFolder, now: float) -> Path:
    """A name that no catalog kept by an earlier rebuild has."""
    moment = datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%dT%H%M%SZ")
    kept = folder.catalog.with_name(f"{folder.catalog.name}.before-rebuild-{moment}")
    numbers = itertools.count(2)
    while kept.exists():
        kept = kept.with_name(f"{folder.catalog.name}.before-rebuild-{moment}-{next(numbers)}")
    return kept
