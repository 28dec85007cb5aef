"""Libraries without any face, for tests of the core: a real data folder, catalog, stores and intake."""

from __future__ import annotations

import functools
import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa
from argon2 import PasswordHasher

from indexer.catalog import Catalog, open_catalog
from indexer.data_folder import DataFolder
from indexer.hashing import Announced, Staging
from indexer.intake import Intake
from indexer.knowledge import CaptureTime, Metadata
from indexer.library import Library
from indexer.model import Arrival, Door, Entry, Failure, Kind, MediaType
from indexer.store import Store
from indexer.worker import Worker

NOW = datetime(2026, 11, 1, tzinfo=UTC).timestamp()
# As the real one, but in microseconds.
CHEAP_HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
JPEG = MediaType(Kind.IMAGE, "image/jpeg", ".jpg")


class Clock:
    """It stands still until a test moves it."""

    now = NOW

    def __call__(self) -> float:
        return self.now


@dataclass(slots=True)
class Home:
    """Alice's library. ``wakes`` grows by one with each call of the worker."""

    folder: DataFolder
    catalog: Catalog
    intake: Intake
    library: Library
    alice: int
    wakes: list[None] = field(default_factory=list)

    def bring(self, path: str, content: bytes, *, mtime: float | None = None) -> Entry:
        """A file comes in through the real intake."""
        with self.intake.begin(self.alice, path, Announced(len(content))) as incoming:
            incoming.write(content)
            return self.intake.accept(incoming, self.alice, path, door=Door.SHARE, client_mtime=mtime)

    def worker(self, processes: int = 1) -> Worker:
        return Worker(self.catalog, self.intake.originals, self.folder.derivatives, processes)

    def staged(self) -> list[Path]:
        return list(self.folder.staging.iterdir())

    def originals(self) -> set[str]:
        """The digests of what the store holds."""
        return {path.name[:64] for path in self.intake.originals.enumerate()}


@functools.cache
def _empty_catalog() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "catalog.sqlite3"
        open_catalog(file).close()
        return file.read_bytes()


def lay_catalog(file: Path) -> Path:
    """Put an empty catalog there, unless there is one: a copy, since making one takes a tenth of a second."""
    if not file.exists():
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file.write_bytes(_empty_catalog())
    return file


@contextmanager
def open_home(root: Path) -> Iterator[Home]:
    """A library without any item."""
    folder = DataFolder(root)
    folder.prepare()
    catalog = open_catalog(lay_catalog(folder.catalog))
    wakes: list[None] = []
    staging, originals = Staging(folder.staging), Store(folder.originals)
    intake = Intake(staging, originals, Store(folder.junk), catalog, lambda: wakes.append(None))
    library = Library(catalog, originals, folder.derivatives, staging)
    try:
        yield Home(folder, catalog, intake, library, add_person(catalog), wakes)
    finally:
        catalog.close()


@contextmanager
def opened_catalog(folder: Path) -> Iterator[Catalog]:
    """A catalog in a file of this folder, closed in the end."""
    catalog = open_catalog(f"sqlite:///{lay_catalog(folder / 'catalog.sqlite3')}")
    try:
        yield catalog
    finally:
        catalog.close()


@contextmanager
def counted(home: Home) -> Iterator[list[str]]:
    """The statements that are run meanwhile, but for the `Prepared` ones."""
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    engine = home.catalog._database.engine
    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)


def add_person(catalog: Catalog, name: str = "alice") -> int:
    """An account that nobody can log in to; its id."""
    return catalog.people.add(name, name, "no password", NOW).id


def digest(content: bytes | str) -> str:
    return hashlib.sha256(content.encode() if isinstance(content, str) else content).hexdigest()


def arrival(person_id: int, path: str, **changes: object) -> Arrival:
    """What intake would say about bytes that are named by their path, unless told otherwise."""
    name = path.rpartition("/")[2]
    plain = Arrival(person_id, path, name, Door.SHARE, NOW, digest(path), 100, JPEG, None)
    return replace(plain, **changes)  # type: ignore[arg-type]


def index(catalog: Catalog, learnt: dict[str, str | None], failure: Failure | None = None) -> None:
    """Finish all jobs: each item (by its name) was taken at the time that is told, or at an unknown one."""
    while jobs := catalog.jobs.claim(100, 60, NOW):
        for job in jobs:
            item = catalog.items.get(job.person_id, job.sha256)
            assert item is not None
            taken_at = learnt.get(item.name)
            captured = CaptureTime(taken_at, "ExifIFD:DateTimeOriginal") if taken_at else None
            assert catalog.jobs.finish(job, Metadata(captured=captured), failure)
