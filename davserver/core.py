"""The lower half of the composition root: the library on a data folder, without any face.

Commands and the worker need no more than this, and should not load more.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from config.settings import Settings
from indexer import snapshots
from indexer.accounts import Accounts
from indexer.catalog import Catalog, open_catalog
from indexer.data_folder import DataFolder
from indexer.devices import Devices
from indexer.errors import CatalogDamaged
from indexer.hashing import Staging
from indexer.library import Library
from indexer.store import Store


@dataclass(frozen=True, slots=True)
class Core:
    """The library on a data folder, without any face; what commands work with."""

    catalog: Catalog
    accounts: Accounts
    devices: Devices
    originals: Store
    staging: Staging
    library: Library
    folder: DataFolder


@contextmanager
def open_core(settings: Settings) -> Iterator[Core]:
    """The data folder made ready and its catalog opened.

    Raises DataFolderUnusable, CatalogTooNew, CatalogDamaged.
    """
    folder = DataFolder(settings.data)
    folder.prepare()
    if not folder.catalog.exists() and snapshots.taken(folder):
        raise CatalogDamaged(folder.catalog)  # an empty one would look as if all were lost
    catalog = open_catalog(folder.catalog)
    try:
        originals = Store(folder.originals)
        staging = Staging(folder.staging, settings.max_file_bytes or None, settings.keep_free_bytes)
        library = Library(catalog, originals, folder.derivatives, staging)
        accounts = Accounts(catalog.people, catalog.devices)
        yield Core(catalog, accounts, Devices(catalog.devices), originals, staging, library, folder)
    finally:
        catalog.close()
