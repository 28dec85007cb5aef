"""One DAV request: WsgiDAV's request server, with our PUT, our refusals and one tree per person."""

from __future__ import annotations

import io
import logging
from collections.abc import Callable, Iterable, Iterator
from typing import Any, cast
from xml.etree import ElementTree

from wsgidav import util
from wsgidav.dav_error import (
    HTTP_BAD_GATEWAY,
    HTTP_BAD_REQUEST,
    HTTP_CONFLICT,
    HTTP_FORBIDDEN,
    HTTP_METHOD_NOT_ALLOWED,
    HTTP_NOT_IMPLEMENTED,
    HTTP_PRECONDITION_FAILED,
    HTTP_REQUEST_ENTITY_TOO_LARGE,
    DAVError,
)  # fmt: skip
from wsgidav.request_server import RequestServer

from davserver import headers, library_share
from davserver.errors import Refusal, refusal
from davserver.root import PersonTree
from davserver.upload_share import UploadFolder
from indexer import names
from indexer.errors import LibraryError, ReadOnly
from indexer.model import Person

_log = logging.getLogger(__name__)

Environ = dict[str, Any]
StartResponse = Callable[..., Any]

BLOCK_BYTES = 1 << 20
_MOST_XML_BYTES = 256 * 1024
_XML_METHODS = frozenset({"PROPFIND", "PROPPATCH", "LOCK"})
_WRITE_METHODS = frozenset({"PUT", "DELETE", "MKCOL", "MOVE", "LOCK", "POST"})

# Kodi and others know no namespaces: they look for "D:".
ElementTree.register_namespace("D", "DAV:")


class WebDav:
    """The WSGI application of the shares. The gate in front sets ``photocloud.person``.

    ``tree_of`` makes a person's tree; it is kept, because its lock manager guards running writes.
    """

    def __init__(self, tree_of: Callable[[Person], PersonTree]) -> None:
        self._tree_of = tree_of
        self._trees: dict[int, PersonTree] = {}

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        person: Person = environ["photocloud.person"]
        tree = self._trees.setdefault(person.id, self._tree_of(person))
        try:
            _prepare(environ, person, tree)
            answer = _Exchange(tree)(environ, _with_created(environ, start_response))
            # WsgiDAV works when it is first asked for a part of the answer.
            first = next(answer, b"")
        except (DAVError, LibraryError) as error:
            return _refuse(environ, start_response, refusal(error))
        except Exception:  # noqa: BLE001 - the wall around one request
            _log.exception("%s %s failed", environ["REQUEST_METHOD"], environ["PATH_INFO"])
            return _refuse(environ, start_response, Refusal(500, "The server failed; nothing was changed."))
        return _rest(first, answer)


class _Exchange(RequestServer):  # type: ignore[misc]  # WsgiDAV has no types
    """WsgiDAV's methods, with those replaced that a photo share must do otherwise."""

    def __init__(self, tree: PersonTree) -> None:
        super().__init__(tree)
        self.allow_propfind_infinite = False

    def do_PUT(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """RFC 4918 9.7. Nothing exists under the name until all bytes came; then it is durable."""
        path = environ["PATH_INFO"]
        target = self._davProvider.get_resource_inst(path, environ)
        folder = self._davProvider.get_resource_inst(util.get_uri_parent(path), environ)
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

    def do_LOCK(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """RFC 4918 9.10. A new name becomes a placeholder, but not under somebody's lock on its folder."""
        path = environ["PATH_INFO"]
        if self._davProvider.get_resource_inst(path, environ) is None:
            folder = self._davProvider.get_resource_inst(util.get_uri_parent(path), environ)
            self._check_write_permission(folder, "0", environ)
        return cast(Iterable[bytes], super().do_LOCK(environ, start_response))

    def do_GET(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        resource = self._davProvider.get_resource_inst(environ["PATH_INFO"], environ)
        if resource is not None and resource.is_collection:
            return _folder_page(start_response)
        return cast(Iterable[bytes], super().do_GET(environ, start_response))

    def _send_response(
        self,
        environ: Environ,
        start_response: StartResponse,
        root_res: Any,
        success_code: int,
        error_list: Any,
    ) -> Iterable[bytes]:
        # An error about the resource itself is answered like any other refusal.
        if error_list and len(error_list) == 1:
            raise error_list[0][1]
        return cast(
            Iterable[bytes],
            super()._send_response(environ, start_response, root_res, success_code, error_list),
        )


def _prepare(environ: Environ, person: Person, tree: PersonTree) -> None:
    """Set what WsgiDAV expects in the environment; refuse early what can be refused early."""
    if environ["REQUEST_METHOD"] in _WRITE_METHODS and _is_in_library(environ["PATH_INFO"]):
        raise ReadOnly
    if environ["REQUEST_METHOD"] in _XML_METHODS:
        _bound_xml(environ)
    environ["wsgidav.app"] = _OneTree(tree)
    environ["wsgidav.config"] = {"block_size": BLOCK_BYTES, "add_header_MS_Author_Via": True}
    environ["wsgidav.provider"] = tree
    environ["wsgidav.verbose"] = 1
    environ["wsgidav.auth.user_name"] = person.name
    if "HTTP_DESTINATION" in environ and "HTTP_HOST" not in environ:
        raise DAVError(HTTP_BAD_REQUEST, context_info="A Destination needs a Host header.")


class _OneTree:
    """Where WsgiDAV looks up the provider of a Destination: there is only this person's tree."""

    def __init__(self, tree: PersonTree) -> None:
        self._tree = tree

    def resolve_provider(self, path: str) -> tuple[str, PersonTree]:
        if _is_in_library(path):
            raise DAVError(HTTP_FORBIDDEN, context_info=str(ReadOnly()))
        if not path.startswith("/"):
            raise DAVError(HTTP_BAD_GATEWAY, context_info="The Destination is not on this server.")
        return "/", self._tree


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


def _blocks(environ: Environ) -> Iterator[bytes]:
    while block := environ["wsgi.input"].read(BLOCK_BYTES):
        yield block


def _bound_xml(environ: Environ) -> None:
    """Read the XML body, announced or chunked, so far as it may be read at all."""
    body = environ["wsgi.input"].read(_MOST_XML_BYTES + 1)
    if len(body) > _MOST_XML_BYTES:
        raise DAVError(HTTP_REQUEST_ENTITY_TOO_LARGE, context_info="The XML of this request is too long.")
    environ["wsgi.input"] = io.BytesIO(body)
    environ["CONTENT_LENGTH"] = str(len(body))


def _with_created(environ: Environ, start_response: StartResponse) -> StartResponse:
    def start(status: str, answer_headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
        if environ.get("photocloud.created") and status.startswith("204"):
            status = "201 Created"
        return start_response(status, answer_headers, exc_info)

    return start


def _folder_page(start_response: StartResponse) -> Iterable[bytes]:
    text = (
        b"This is a network drive: mount this address in Finder, Explorer or Files. Photos are shown at /\n"
    )
    start_response(
        "200 OK", [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(text)))]
    )
    return [text]


def _refuse(environ: Environ, start_response: StartResponse, answer: Refusal) -> Iterable[bytes]:
    start_response(answer.status, answer.headers)
    return [b"" if environ["REQUEST_METHOD"] == "HEAD" else answer.body]


def _rest(first: bytes, answer: Any) -> Iterator[bytes]:
    try:
        yield first
        yield from answer
    finally:
        answer.close()
