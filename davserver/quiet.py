"""Empty files at the top of the drive and of each share, by which a Mac leaves it alone.

Finder asks for them by name; without them Spotlight reads every photo through the network to index it,
and Finder does so for its previews. They are in no listing, and a real file of such a name goes first.
"""

from __future__ import annotations

import io
from typing import Any, BinaryIO

from wsgidav import util

from davserver.read_only import ReadOnlyResource
from davserver.stored_file import StoredFile
from indexer.catalog.listings import Listed
from indexer.model import entity_tag

_NAMES = frozenset({".metadata_never_index", ".ql_disablethumbnails", ".ql_disablecache"})
_FOLDERS = frozenset({"", "/Upload", "/Library"})
_METHODS = frozenset({"GET", "HEAD", "PROPFIND"})


def quiet_file(path: str, environ: dict[str, Any]) -> QuietFile | None:
    """The file of this decoded path, for a request that only looks."""
    folder, _, name = path.rpartition("/")
    if name not in _NAMES or folder not in _FOLDERS or environ["REQUEST_METHOD"] not in _METHODS:
        return None
    return QuietFile(path, environ)


class QuietFile(ReadOnlyResource, StoredFile):
    size_bytes = 0
    mime = "application/octet-stream"
    # The same for ever, so that nobody fetches it twice.
    mtime = created_at = 1_000_000_000.0
    etag = entity_tag(None, created_at)

    def open(self) -> BinaryIO:
        return io.BytesIO()

    def listed(self) -> Listed:
        """Its line of a listing of itself."""
        name = util.get_uri_name(self.path)
        return Listed(name, name, False, self.mtime, self.created_at, None, 0, self.mime)
