"""Originals and derivatives on their way out: ETags from digests, byte ranges, honest file names.

An original never changes under its address, so browsers may keep it for ever. A derivative may be
made anew by a better recipe, so they ask again after a while. RFC 9110 sections 13 (conditions) and
14 (ranges), RFC 6266 and 8187 (file names).
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO
from urllib.parse import quote

from bottle import HTTPResponse, request

from indexer.library import Library, is_shown_in_full
from indexer.model import Item, Kind
from webui.visitors import Visitors

_BLOCK_BYTES = 256 * 1024
_KEEP_FOR_EVER = "private, max-age=31536000, immutable"
_KEEP_AND_ASK = "private, max-age=300, must-revalidate"
_CLIP_HEADERS = {
    "Content-Type": "video/mp4",
    "Content-Disposition": "inline",
    "Cache-Control": _KEEP_FOR_EVER,
}
# Whatever a stored file contains, opened in a tab it may not run, load or send anything.
_INERT = (
    "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"
)


class Media:
    """The calls that answer with bytes."""

    def __init__(self, library: Library, visitors: Visitors) -> None:
        self._library = library
        self._visitors = visitors

    def original(self, item_id: str) -> HTTPResponse:
        """The bytes as they came; ``?download=1`` has the browser save and never show them."""
        person = self._visitors.require(request.environ).person
        item = self._library.item(person.id, item_id)
        headers = original_headers(item, is_download=request.query.get("download") == "1")
        file = self._library.open_original(person.id, item_id)
        return send_file(request.environ, file, f'"{item.sha256}"', headers)

    def thumbnail(self, item_id: str) -> HTTPResponse:
        """The small derivative; raises NoDerivative with the item's state until it is made."""
        return self._derivative(item_id, "thumbnail")

    def preview(self, item_id: str) -> HTTPResponse:
        """The screen-sized derivative, likewise."""
        return self._derivative(item_id, "preview")

    def clip(self, item_id: str) -> HTTPResponse:
        """Some silent seconds of a video, likewise; of a Motion Photo the clip that lies in its file."""
        person = self._visitors.require(request.environ).person
        item = self._library.item(person.id, item_id)
        if (start := item.metadata.ties.clip_offset) is None:
            return self._derivative(item_id, "clip")
        file = self._library.open_original(person.id, item_id)
        return send_file(request.environ, file, f'"{item.sha256}-clip"', _CLIP_HEADERS, start)

    def playable(self, item_id: str) -> HTTPResponse:
        """A video as every browser plays it, likewise; the original itself where it does."""
        return self._derivative(item_id, "playable")

    def full(self, item_id: str) -> HTTPResponse:
        """A picture in full size as every browser shows it, made on demand; the original where it does."""
        person = self._visitors.require(request.environ).person
        if is_shown_in_full(self._library.item(person.id, item_id)):
            return self.original(item_id)
        return self._derivative(item_id, "full")

    def _derivative(self, item_id: str, name: str) -> HTTPResponse:
        person = self._visitors.require(request.environ).person
        file, mime = self._library.open_derivative(person.id, item_id, name)
        headers = {"Content-Type": mime, "Content-Disposition": "inline", "Cache-Control": _KEEP_AND_ASK}
        return send_file(request.environ, file, derivative_etag(item_id, file), headers)


def original_headers(item: Item, *, is_download: bool) -> dict[str, str]:
    """Type, disposition and keeping: pictures and films may show in the browser, all else is only saved.

    Other kinds go out as plain bytes, so that no stored script or page can act under our address;
    SVG is a page in this sense, whatever its type says.
    """
    is_shown = item.mime.startswith(("image/", "video/")) and item.mime != "image/svg+xml"
    is_inline = is_shown and item.kind is not Kind.OTHER
    sort = "attachment" if is_download or not is_inline else "inline"
    return {
        "Content-Type": item.mime if is_inline else "application/octet-stream",
        "Content-Disposition": disposition(sort, item.name),
        "Cache-Control": _KEEP_FOR_EVER,
    }


def derivative_etag(item_id: str, file: BinaryIO) -> str:
    """A tag that changes with the recipe (which the file's name carries) and with each making."""
    making = os.fstat(file.fileno())
    name = os.path.basename(file.name)
    return f'"{item_id[:32]}-{name}-{making.st_size:x}-{making.st_mtime_ns:x}"'


def disposition(sort: str, name: str) -> str:
    """``Content-Disposition`` with the name twice: ASCII for old programs, UTF-8 for the rest (RFC 8187)."""
    plain = re.sub(r'[^ -~]|["\\%/]', "_", name)
    exact = quote(name, safe="!#$&+-.^_`|~", errors="replace")
    return f"{sort}; filename=\"{plain}\"; filename*=UTF-8''{exact}"


def send_file(
    environ: dict[str, Any], file: BinaryIO, etag: str, headers: dict[str, str], start: int = 0
) -> HTTPResponse:
    """Answer a GET or HEAD with a file, the part asked for, or 304; the file is closed in the end.

    What lies before ``start`` is no part of it.
    """
    size_bytes = max(0, _size_of(file) - start)
    common = {
        **headers,
        "ETag": etag,
        "Accept-Ranges": "bytes",
        "Content-Security-Policy": _INERT,
    }
    if names_etag(environ.get("HTTP_IF_NONE_MATCH", ""), etag):
        file.close()
        return HTTPResponse(status=304, headers=common)
    is_range_wanted = environ.get("HTTP_IF_RANGE", etag) == etag
    wanted = parse_range(environ.get("HTTP_RANGE", ""), size_bytes) if is_range_wanted else None
    if wanted is None:
        body = FilePart(file, start, size_bytes)
        return HTTPResponse(body, 200, headers={**common, "Content-Length": str(size_bytes)})
    if not wanted:
        file.close()
        return HTTPResponse(status=416, headers={**common, "Content-Range": f"bytes */{size_bytes}"})
    span = f"bytes {wanted.start}-{wanted.stop - 1}/{size_bytes}"
    partial = {**common, "Content-Range": span, "Content-Length": str(len(wanted))}
    return HTTPResponse(FilePart(file, start + wanted.start, len(wanted)), 206, headers=partial)


def names_etag(header: str, etag: str) -> bool:
    """True when an ``If-None-Match`` header names this tag (weak comparison) or any (RFC 9110 13.1.2)."""
    tags = [tag.strip().removeprefix("W/") for tag in header.split(",")]
    return etag in tags or "*" in tags


def parse_range(header: str, size_bytes: int) -> range | None:
    """The bytes a ``Range`` header asks for; empty when none exist (416), None to send everything.

    Several ranges at once, other units and nonsense are ignored, as RFC 9110 14.2 allows.
    """
    match = re.fullmatch(r"bytes=\s*(\d{0,18})-(\d{0,18})\s*", header)
    if match is None or not any(match.groups()):
        return None
    first, last = match.groups()
    if not first:
        return range(max(0, size_bytes - int(last)), size_bytes)
    if last and int(last) < int(first):
        return None
    end = min(int(last) + 1, size_bytes) if last else size_bytes
    return range(int(first), end)


@dataclass(slots=True)
class FilePart:
    """A stretch of an open file as a WSGI body; the server closes it, and with it the file."""

    file: BinaryIO
    start: int
    length: int

    def __iter__(self) -> Iterator[bytes]:
        self.file.seek(self.start)
        left = self.length
        while left > 0 and (block := self.file.read(min(_BLOCK_BYTES, left))):
            left -= len(block)
            yield block

    def close(self) -> None:
        self.file.close()


def _size_of(file: BinaryIO) -> int:
    return file.seek(0, os.SEEK_END)
