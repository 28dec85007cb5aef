"""One DAV file over one original: exact size, strong ETag, ranges; used by both shares."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import BinaryIO
from urllib.parse import quote

from wsgidav.dav_provider import DAVNonCollection

from davserver.http.dates import http_date
from davserver.protocol.headers import repr_digest
from indexer import names


class StoredFile(DAVNonCollection):  # type: ignore[misc]  # WsgiDAV has no types
    """Subclasses say what the file is; here stands how DAV is told so."""

    size_bytes: int
    mime: str
    etag: str
    mtime: float
    created_at: float

    def open(self) -> BinaryIO:
        """The bytes, seekable."""
        raise NotImplementedError

    def get_content_length(self) -> int:
        return self.size_bytes

    def get_content(self) -> BinaryIO:
        return self.open()

    def get_etag(self) -> str:
        return self.etag

    def get_last_modified(self) -> float:
        return self.mtime

    def support_etag(self) -> bool:
        return True

    def get_ref_url(self) -> str:
        return ref_url(self.path)

    def headers(self) -> list[tuple[str, str]]:
        """What GET and HEAD say of the whole file, without its length."""
        told = [
            ("Content-Type", self.mime),
            ("Last-Modified", http_date(int(self.mtime))),
            ("ETag", f'"{self.etag}"'),
            ("Accept-Ranges", "bytes"),
            # A file of unknown content must not run as a page of this server.
            ("X-Content-Type-Options", "nosniff"),
        ]
        if self.size_bytes:
            told.append(("Repr-Digest", repr_digest(self.etag)))
        if not self.mime.startswith(("image/", "video/")) or self.mime == "image/svg+xml":
            name = quote(PurePosixPath(self.path).name)
            told.append(("Content-Disposition", f"attachment; filename*=UTF-8''{name}"))
        return told


def ref_url(path: str) -> str:
    """The one URL by which locks know a path, whatever Unicode form the client sent."""
    return quote(names.key(path))
