"""What we know, in SQL: the only package that imports SQLAlchemy. Answers are `indexer.model` values."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from indexer.catalog.arrivals import Arrivals
from indexer.catalog.aspects import Aspects
from indexer.catalog.clocks import Clocks
from indexer.catalog.damage import DamagedOriginals
from indexer.catalog.database import Database, is_damage, sqlite_url
from indexer.catalog.decisions import Decisions
from indexer.catalog.devices import Devices
from indexer.catalog.entries import Entries
from indexer.catalog.failures import Failures
from indexer.catalog.gathering import Gathering
from indexer.catalog.glimpses import Glimpses
from indexer.catalog.groups import Groups
from indexer.catalog.hints import Hints
from indexer.catalog.items import Items
from indexer.catalog.jobs import Jobs
from indexer.catalog.ledger import Ledger
from indexer.catalog.listings import Listings
from indexer.catalog.locks import Locks
from indexer.catalog.memories import Memories
from indexer.catalog.migrations import migrate
from indexer.catalog.mishaps import Mishaps
from indexer.catalog.own_words import OwnWords
from indexer.catalog.people import People
from indexer.catalog.receipts import Receipts
from indexer.catalog.reindexing import Reindexing
from indexer.catalog.resumables import Resumables
from indexer.catalog.stale_days import StaleDays
from indexer.catalog.transfers import Transfers
from indexer.catalog.tv import Tv
from indexer.errors import CatalogDamaged


@dataclass(frozen=True, slots=True)
class Catalog:
    """One database, by topic. Each method is one transaction. Safe to share between threads."""

    people: People
    devices: Devices
    entries: Entries
    listings: Listings
    arrivals: Arrivals
    items: Items
    hints: Hints
    groups: Groups
    decisions: Decisions
    jobs: Jobs
    glimpses: Glimpses
    locks: Locks
    transfers: Transfers
    resumables: Resumables
    failures: Failures
    reindexing: Reindexing
    stale_days: StaleDays
    aspects: Aspects
    ledger: Ledger
    memories: Memories
    own_words: OwnWords
    clocks: Clocks
    tv: Tv
    receipts: Receipts
    gathering: Gathering
    mishaps: Mishaps
    damage: DamagedOriginals
    _database: Database

    def close(self) -> None:
        self._database.close()


def open_catalog(location: Path | str) -> Catalog:
    """Connect, bring the tables up to date, and hand out the catalog.

    ``location`` is an SQLite file, or the SQLAlchemy URL of another database. Raises CatalogTooNew,
    CatalogDamaged.
    """
    if isinstance(location, Path):
        location.touch(mode=0o600)  # what proves who somebody is lies in it
    database = Database(sqlite_url(location) if isinstance(location, Path) else location)
    try:
        migrate(database.engine)
    except BaseException as error:
        database.close()
        if isinstance(location, Path) and is_damage(error):
            raise CatalogDamaged(location) from error
        raise
    return Catalog(
        People(database),
        Devices(database),
        Entries(database),
        Listings(database),
        Arrivals(database),
        Items(database),
        Hints(database),
        Groups(database),
        Decisions(database),
        Jobs(database),
        Glimpses(database),
        Locks(database),
        Transfers(database),
        Resumables(database),
        Failures(database),
        Reindexing(database),
        StaleDays(database),
        Aspects(database),
        Ledger(database),
        Memories(database),
        OwnWords(database),
        Clocks(database),
        Tv(database),
        Receipts(database),
        Gathering(database),
        Mishaps(database),
        DamagedOriginals(database),
        database,
    )
