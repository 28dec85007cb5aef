"""One DAV request: WsgiDAV's request server, with our PUT, our refusals and one tree per person."""

from __future__ import annotations

import io
import logging
import re
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any, cast
from xml.etree import ElementTree

from wsgidav import util
from wsgidav.dav_error import (
    HTTP_BAD_REQUEST,
    HTTP_CONFLICT,
    HTTP_FORBIDDEN,
    HTTP_MEDIATYPE_NOT_SUPPORTED,
    HTTP_METHOD_NOT_ALLOWED,
    HTTP_NOT_FOUND,
    HTTP_NOT_IMPLEMENTED,
    HTTP_NOT_MODIFIED,
    HTTP_PRECONDITION_FAILED,
    HTTP_RANGE_NOT_SATISFIABLE,
    HTTP_REQUEST_ENTITY_TOO_LARGE,
    DAVError,
)
from wsgidav.request_server import RequestServer

from davserver import headers, library_share, listing, proppatch
from davserver.destination import destination_path
from davserver.errors import Refusal, refusal
from davserver.root import PersonTree
from davserver.upload_share import UploadFolder
from indexer import names
from indexer.accounts import PERSON_KEY
from indexer.errors import LibraryError, ReadOnly, UploadBroken
from indexer.model import Person

_log = logging.getLogger(__name__)

Environ = dict[str, Any]
StartResponse = Callable[..., Any]

BLOCK_BYTES = 256 * 1024
_MOST_XML_BYTES = 256 * 1024
_RANGE = re.compile(r"bytes=(?=\d*-\d*)(?!-$)(\d{0,18})-(\d{0,18})")
_XML_METHODS = frozenset({"PROPFIND", "PROPPATCH", "LOCK"})
_WRITE_METHODS = frozenset({"PUT", "DELETE", "MKCOL", "MOVE", "LOCK", "POST"})
_READ_METHODS = ("OPTIONS", "HEAD", "GET", "PROPFIND")
_MORE_METHODS = ("PUT", "DELETE", "COPY", "MOVE", "MKCOL", "PROPPATCH", "LOCK", "UNLOCK")

# Kodi and others know no namespaces: they look for "D:".
ElementTree.register_namespace("D", "DAV:")


class WebDav:
    """The WSGI application of the shares. The gate in front sets ``photocloud.person``.

    ``tree_of`` makes a person's tree; it is kept, because its lock manager guards running writes.
    """

    def __init__(self, tree_of: Callable[[Person], PersonTree]) -> None:
        self._tree_of = tree_of
        self._trees: dict[int, PersonTree] = {}
        self._growing = threading.Lock()

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        person: Person = environ[PERSON_KEY]
        tree = self._tree(person)
        try:
            _prepare(environ, person, tree)
            answer = _Exchange(tree)(environ, start_response)
            # WsgiDAV works when it is first asked for a part of the answer.
            first = next(answer, b"")
        except (DAVError, LibraryError) as error:
            return _refuse(environ, start_response, refusal(error))
        except RecursionError:
            return _refuse(
                environ, start_response, Refusal(400, "The XML of this request is nested too deeply.")
            )
        except Exception:  # noqa: BLE001 - the wall around one request
            _log.exception("%s %s failed", environ["REQUEST_METHOD"], environ["PATH_INFO"])
            return _refuse(environ, start_response, Refusal(500, "The server failed; nothing was changed."))
        return _rest(first, answer)

    def _tree(self, person: Person) -> PersonTree:
        with self._growing:
            if person.id not in self._trees:
                self._trees[person.id] = self._tree_of(person)
            return self._trees[person.id]


class _Exchange(RequestServer):  # type: ignore[misc]  # WsgiDAV has no types
    """WsgiDAV's methods, with those replaced that a photo share must do otherwise."""

    def __init__(self, tree: PersonTree) -> None:
        super().__init__(tree)
        self.allow_propfind_infinite = False

    def do_PUT(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """RFC 4918 9.7. Nothing exists under the name until all bytes came; then it is durable."""
        path = environ["PATH_INFO"]
        target = self._davProvider.get_resource_inst(path, environ)
        folder = self._folder_of(path, environ)
        _check_put(environ, path, target, folder)
        self._evaluate_if_headers(target, environ)
        self._check_write_permission(target or folder, "0", environ)
        announced, mtime = headers.announced(environ), headers.client_mtime(environ)
        with self._write_transaction(target, environ):
            entry = folder.share.receive(
                names.join(folder.upload_path, util.get_uri_name(path)), announced, mtime, _blocks(environ)
            )
        answer = [
            ("ETag", f'"{entry.etag}"'),
            ("Last-Modified", util.get_rfc1123_time(entry.mtime)),
            ("Content-Length", "0"),
        ]
        if mtime is not None:
            answer.append(("X-OC-MTime", "accepted"))
        start_response("204 No Content" if target else "201 Created", answer)
        return [b""]

    def do_MKCOL(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """RFC 4918 9.3."""
        path = environ["PATH_INFO"].rstrip("/")
        folder = self._folder_of(path, environ)
        if util.get_content_length(environ):
            raise DAVError(HTTP_MEDIATYPE_NOT_SUPPORTED, context_info="A new folder takes no description.")
        if self._davProvider.get_resource_inst(path or "/", environ) is not None:
            raise DAVError(HTTP_METHOD_NOT_ALLOWED, context_info="There is something of this name already.")
        if folder is None or not folder.is_collection:
            raise DAVError(HTTP_CONFLICT)
        self._evaluate_if_headers(None, environ)
        self._check_write_permission(folder, "0", environ)
        folder.create_collection(util.get_uri_name(path))
        return _created(start_response)

    def do_DELETE(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """RFC 4918 9.6: all of it or, when a part is locked, nothing."""
        path = environ["PATH_INFO"]
        resource = self._existing(path, environ)
        if util.get_content_length(environ):
            raise DAVError(HTTP_MEDIATYPE_NOT_SUPPORTED)
        if environ.get("HTTP_DEPTH", "infinity") != "infinity" and resource.is_collection:
            raise DAVError(HTTP_BAD_REQUEST, context_info="A folder is removed with all it holds.")
        self._evaluate_if_headers(resource, environ)
        self._check_removable(resource, path, environ)
        resource.remove()
        return _no_content(start_response)

    def do_MOVE(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """RFC 4918 9.9, in one transaction; locks stay behind."""
        source, target_path, is_new = self._transfer(environ)
        if environ.get("HTTP_DEPTH", "infinity") != "infinity" and source.is_collection:
            raise DAVError(HTTP_BAD_REQUEST, context_info="A folder is moved with all it holds.")
        self._check_removable(source, environ["PATH_INFO"], environ)
        source.move(target_path)
        return _created(start_response) if is_new else _no_content(start_response)

    def do_COPY(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """RFC 4918 9.8, in one transaction; the bytes are not copied."""
        source, target_path, is_new = self._transfer(environ)
        depth = environ.get("HTTP_DEPTH", "infinity")
        if depth not in ("0", "infinity"):
            raise DAVError(HTTP_BAD_REQUEST, context_info="The Depth of a copy is 0 or infinity.")
        source.copy(target_path, is_deep=depth == "infinity")
        return _created(start_response) if is_new else _no_content(start_response)

    def _transfer(self, environ: Environ) -> tuple[Any, str, bool]:
        """What COPY and MOVE share: the source, the path of the target, and whether that is new."""
        path, target_path = environ["PATH_INFO"], destination_path(environ).rstrip("/")
        overwrite = environ.get("HTTP_OVERWRITE", "T")
        source = self._existing(path, environ)
        folder = self._folder_of(target_path, environ)
        target = self._davProvider.get_resource_inst(target_path, environ)
        _check_transfer(path, target_path, overwrite, folder)
        self._evaluate_if_headers(source, environ)
        self._evaluate_if_headers(target, environ)
        if target is None:
            self._check_write_permission(folder, "0", environ)
            return source, target_path, True
        self._check_write_permission(target, "infinity", environ)
        if overwrite == "F":
            raise DAVError(HTTP_PRECONDITION_FAILED, context_info="A file of this name exists already.")
        return source, target_path, False

    def _folder_of(self, path: str, environ: Environ) -> Any:
        """The resource that a path lies in; None for the root, and where there is nothing."""
        parent = util.get_uri_parent(path)
        return self._davProvider.get_resource_inst(parent, environ) if parent else None

    def _existing(self, path: str, environ: Environ) -> Any:
        resource = self._davProvider.get_resource_inst(path, environ)
        if resource is None:
            raise DAVError(HTTP_NOT_FOUND)
        return resource

    def _check_removable(self, resource: Any, path: str, environ: Environ) -> None:
        self._check_write_permission(self._folder_of(path, environ), "0", environ)
        self._check_write_permission(resource, "infinity", environ)

    def do_PROPFIND(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """RFC 4918 9.1."""
        resource = self._existing(environ["PATH_INFO"], environ)
        self._evaluate_if_headers(resource, environ)
        return listing.answer(resource, environ, start_response)

    def do_PROPPATCH(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """RFC 4918 9.2."""
        resource = self._existing(environ["PATH_INFO"], environ)
        self._evaluate_if_headers(resource, environ)
        self._check_write_permission(resource, "0", environ)
        with self._write_transaction(resource, environ):
            return proppatch.answer(resource, environ, start_response)

    def do_LOCK(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """RFC 4918 9.10. A new name becomes a placeholder, but not under somebody's lock on its folder."""
        path = environ["PATH_INFO"]
        if self._davProvider.get_resource_inst(path, environ) is None:
            self._check_write_permission(self._folder_of(path, environ), "0", environ)
        return cast(Iterable[bytes], super().do_LOCK(environ, start_response))

    def do_GET(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        resource = self._davProvider.get_resource_inst(environ["PATH_INFO"], environ)
        if resource is not None and resource.is_collection:
            return _folder_page(start_response)
        _check_modified(resource, environ)
        if resource is not None:
            resource.open().close()  # a lost original must be told before the answer has begun
        _simplify_range(environ)
        return cast(Iterable[bytes], super().do_GET(environ, start_response))

    def do_HEAD(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        _check_modified(self._davProvider.get_resource_inst(environ["PATH_INFO"], environ), environ)
        return cast(Iterable[bytes], super().do_HEAD(environ, start_response))

    def do_OPTIONS(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """RFC 4918 10.1. Without class 2 Finder mounts read-only, as the Library wants it."""
        is_writable = not _is_in_library(environ["PATH_INFO"])
        allowed = _READ_METHODS + (_MORE_METHODS if is_writable else ())
        answer = [("DAV", "1,2" if is_writable else "1"), ("Allow", ", ".join(allowed))]
        start_response("200 OK", [*answer, ("MS-Author-Via", "DAV"), ("Content-Length", "0")])
        return [b""]


def _prepare(environ: Environ, person: Person, tree: PersonTree) -> None:
    """Set what WsgiDAV expects in the environment; refuse early what can be refused early."""
    if environ["REQUEST_METHOD"] in _WRITE_METHODS and _is_in_library(environ["PATH_INFO"]):
        raise ReadOnly
    if environ["REQUEST_METHOD"] in _XML_METHODS:
        _bound_xml(environ)
    environ["wsgidav.config"] = {"block_size": BLOCK_BYTES}
    environ["wsgidav.provider"] = tree
    environ["wsgidav.verbose"] = 1
    environ["wsgidav.auth.user_name"] = person.name


def _is_in_library(path: str) -> bool:
    return path == f"/{library_share.NAME}" or path.startswith(f"/{library_share.NAME}/")


def _check_put(environ: Environ, path: str, target: Any, folder: Any) -> None:
    if "HTTP_CONTENT_ENCODING" in environ:
        raise DAVError(HTTP_NOT_IMPLEMENTED, context_info="Encoded uploads are not supported.")
    if "HTTP_CONTENT_RANGE" in environ:  # RFC 9110 14.5
        raise DAVError(HTTP_BAD_REQUEST, context_info="A file is uploaded whole; Content-Range is refused.")
    if path.endswith("/") or (target is not None and target.is_collection):
        raise DAVError(HTTP_METHOD_NOT_ALLOWED, context_info="There is a folder of this name.")
    if folder is None:
        raise DAVError(HTTP_CONFLICT)
    if not isinstance(folder, UploadFolder):
        raise DAVError(HTTP_FORBIDDEN, context_info="Files can be copied into the Upload folder only.")
    if target is None and "HTTP_IF_MATCH" in environ:  # RFC 9110 13.1.1: false when nothing is there
        raise DAVError(HTTP_PRECONDITION_FAILED)


def _check_modified(resource: Any, environ: Environ) -> None:
    """RFC 9110 13.1.3: not modified means not later, so an equal time is 304; WsgiDAV wants it earlier."""
    since = headers.http_date(environ.get("HTTP_IF_MODIFIED_SINCE", ""))
    if resource is None or resource.is_collection or since is None or "HTTP_IF_NONE_MATCH" in environ:
        return
    if int(resource.get_last_modified()) <= since:
        raise DAVError(HTTP_NOT_MODIFIED)


def _simplify_range(environ: Environ) -> None:
    """RFC 9110 14.2: a Range that is malformed, or more than one, may be ignored; WsgiDAV guesses instead."""
    found = _RANGE.fullmatch(environ.get("HTTP_RANGE", "").replace(" ", ""))
    if found is None or (found[1] and found[2] and int(found[1]) > int(found[2])):
        environ.pop("HTTP_RANGE", None)
    elif not found[1] and int(found[2]) == 0:
        raise DAVError(HTTP_RANGE_NOT_SATISFIABLE, context_info="The last zero bytes are not a range.")


def _check_transfer(path: str, target_path: str, overwrite: str, folder: Any) -> None:
    if overwrite not in ("T", "F"):
        raise DAVError(HTTP_BAD_REQUEST, context_info="Overwrite is T or F.")
    if _is_in_library(target_path):
        raise ReadOnly
    if folder is None or not folder.is_collection:
        raise DAVError(HTTP_CONFLICT)
    source_key, target_key = names.key(path.rstrip("/")), names.key(target_path)
    if target_key == source_key or target_key.startswith(f"{source_key}/"):
        raise DAVError(HTTP_FORBIDDEN, context_info="A file or folder cannot go onto or into itself.")


def _blocks(environ: Environ) -> Iterator[bytes]:
    """The body; raises UploadBroken when the connection or the chunks break off."""
    while block := _next_block(environ["wsgi.input"]):
        yield block


def _next_block(body: Any) -> bytes:
    try:
        return bytes(body.read(BLOCK_BYTES))
    except (OSError, ValueError) as error:
        raise UploadBroken from error


def _bound_xml(environ: Environ) -> None:
    """Read the XML body, announced or chunked, so far as it may be read at all."""
    body = environ["wsgi.input"].read(_MOST_XML_BYTES + 1)
    if len(body) > _MOST_XML_BYTES:
        raise DAVError(HTTP_REQUEST_ENTITY_TOO_LARGE, context_info="The XML of this request is too long.")
    environ["wsgi.input"] = io.BytesIO(body)
    environ["CONTENT_LENGTH"] = str(len(body))


def _created(start_response: StartResponse) -> Iterable[bytes]:
    start_response("201 Created", [("Content-Length", "0")])
    return [b""]


def _no_content(start_response: StartResponse) -> Iterable[bytes]:
    start_response("204 No Content", [])
    return [b""]


def _folder_page(start_response: StartResponse) -> Iterable[bytes]:
    text = (
        b"This is a network drive: mount this address in Finder, Explorer or Files. Photos are shown at /\n"
    )
    start_response(
        "200 OK", [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(text)))]
    )
    return [text]


def _refuse(environ: Environ, start_response: StartResponse, answer: Refusal) -> Iterable[bytes]:
    if answer.status.startswith("304"):
        start_response("304 Not Modified", [])
        return [b""]
    start_response(answer.status, answer.headers)
    return [b"" if environ["REQUEST_METHOD"] == "HEAD" else answer.body]


def _rest(first: bytes, answer: Any) -> Iterator[bytes]:
    try:
        yield first
        yield from answer
    finally:
        answer.close()
