"""The server as Nextcloud's clients and rclone's Nextcloud mode address it.

``/remote.php/dav/files/NAME/`` and ``/remote.php/webdav/`` are other names of the Upload share: requests are
passed on under its own path, and what they are told is translated back. Files in chunks
(``/remote.php/dav/uploads/NAME/``) are answered by `chunks`.
"""

from __future__ import annotations

import io
import itertools
import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from wsgidav.dav_error import DAVError

from davserver.errors import refusal, refused
from davserver.nextcloud.addresses import NAME, SHARE, Alias, destination_in_share, route, under_share
from davserver.nextcloud.chunks import ChunkFolders
from davserver.protocol.properties import href
from davserver.wsgi import Environ, ShortAnswer, StartResponse, WsgiApp
from indexer import names
from indexer.accounts import LOGIN_KEY
from indexer.errors import LibraryError
from indexer.transfers import Transfers

_log = logging.getLogger(__name__)


class Nextcloud:
    """The WSGI application in front of ``dav``, to which it leaves everything outside ``/remote.php``."""

    def __init__(self, dav: WsgiApp, transfers: Transfers) -> None:
        self._dav = dav
        self._chunks = ChunkFolders(transfers, self._put)

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if not path.startswith(f"/{NAME}/"):
            return self._dav(environ, start_response)
        try:
            at = route(path, environ[LOGIN_KEY].person.name)
            if isinstance(at, Alias):
                return self._pass_on(at, environ, start_response)
            answer = self._chunks.answer(at, environ)
        except (DAVError, LibraryError) as error:
            answer = refusal(error)
        except Exception:  # noqa: BLE001 - the wall around one request
            _log.exception("%s %s failed", environ["REQUEST_METHOD"], path)
            answer = refused(500, "The server failed; nothing was changed.")
        return _send(answer, start_response)

    def _pass_on(self, alias: Alias, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        method, own = environ["REQUEST_METHOD"], under_share(environ, alias.rest)
        if method in ("COPY", "MOVE") and "HTTP_DESTINATION" in environ:
            own["HTTP_DESTINATION"] = quote(f"{SHARE}/{destination_in_share(environ)}")
        if method in ("GET", "HEAD"):
            return self._dav(own, start_response)
        if method == "PUT":
            return _send(self._put(own), start_response)
        return self._with_hrefs(own, start_response, alias.base)

    def _put(self, environ: Environ) -> ShortAnswer:
        """A PUT in the Upload share; the folders that are missing are made, if the client wants that."""
        if environ.get("HTTP_X_NC_WEBDAV_AUTO_MKCOL", "").strip() == "1":
            self._make_folders(environ, names.parent(environ["PATH_INFO"]))
        answer = _ask(self._dav, environ)
        etags = tuple(("OC-ETag", value) for name, value in answer.headers if name == "ETag")
        return replace(answer, headers=answer.headers + etags)

    def _make_folders(self, environ: Environ, folder: str) -> None:
        """A folder and those above it. What cannot be made, the PUT that follows tells in better words."""
        if not self._make_folder(environ, folder) and names.parent(folder) != "":
            self._make_folders(environ, names.parent(folder))
            self._make_folder(environ, folder)

    def _make_folder(self, environ: Environ, folder: str) -> bool:
        """False when the folder above is missing."""
        about_the_file = ("HTTP_IF_", "HTTP_TRANSFER_ENCODING", "HTTP_CONTENT_")
        mkcol = {name: value for name, value in environ.items() if not name.startswith(about_the_file)}
        mkcol |= {"PATH_INFO": folder, "CONTENT_LENGTH": "0", "wsgi.input": io.BytesIO()}
        return not _ask(self._dav, mkcol | {"REQUEST_METHOD": "MKCOL"}).status.startswith("409")

    def _with_hrefs(self, environ: Environ, start_response: StartResponse, base: str) -> Iterable[bytes]:
        """The share's answer, with the addresses in its XML as this client spells them.

        rclone passes over whatever does not begin with the address that it asked.
        """
        begun: list[Any] = []
        answer = self._dav(environ, lambda status, headers, *_: begun.extend([status, headers]))
        blocks = iter(answer)
        first = next(blocks, b"")
        status, headers = begun
        replaced = _replaced(
            itertools.chain([first], blocks),
            f"<D:href>{SHARE}".encode(),
            f"<D:href>{href(base)}".encode(),
            getattr(answer, "close", lambda: None),
        )
        if any(name == "Content-Length" for name, _ in headers):
            return _send(ShortAnswer(status, tuple(headers), b"".join(replaced)), start_response)
        start_response(status, headers)
        return replaced


def _replaced(blocks: Iterable[bytes], old: bytes, new: bytes, close: Callable[[], None]) -> Iterator[bytes]:
    """The blocks with ``old`` replaced, also where it lies across two of them."""
    kept = b""
    try:
        for block in blocks:
            text = (kept + block).replace(old, new)
            cut = max(0, len(text) - len(old) + 1)
            kept = text[cut:]
            yield text[:cut]
        yield kept
    finally:
        close()


def _ask(app: WsgiApp, environ: Environ) -> ShortAnswer:
    """An application's whole answer, which is short."""
    begun: list[Any] = []
    answer = app(environ, lambda status, headers, *_: begun.extend([status, headers]))
    try:
        body = b"".join(answer)
    finally:
        getattr(answer, "close", lambda: None)()
    status, headers = begun
    return ShortAnswer(status, tuple(headers), body)


def _send(answer: ShortAnswer, start_response: StartResponse) -> Iterable[bytes]:
    headers = [(name, value) for name, value in answer.headers if name != "Content-Length"]
    if not answer.status.startswith("204"):
        headers.append(("Content-Length", str(len(answer.body))))
    start_response(answer.status, headers)
    return [answer.body]
