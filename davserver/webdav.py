"""WebDAV for one person at a time: which method does what, what is refused early, and in which words.

RFC 4918 classes 1 and 2. The methods themselves are in `files` (bytes), `folders` (names), `locking`
and `listing` (properties).
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable

from wsgidav.dav_error import HTTP_METHOD_NOT_ALLOWED, DAVError

from davserver import library_share, listing
from davserver.errors import refusal, refused
from davserver.methods import files, folders, locking, proppatch
from davserver.methods.dav_request import Answer, DavRequest, with_body
from davserver.root import PersonTree
from davserver.wsgi import Environ, ShortAnswer, StartResponse
from indexer.accounts import LOGIN_KEY
from indexer.errors import LibraryError, ReadOnly
from indexer.model import Person

_log = logging.getLogger(__name__)

_WRITE_METHODS = frozenset({"PUT", "DELETE", "MKCOL", "MOVE", "LOCK", "POST"})


def options(request: DavRequest) -> Answer:
    """RFC 4918 10.1. Without class 2 Finder mounts read-only, as the Library wants it."""
    is_writable = not (request.environ[LOGIN_KEY].is_read_only or library_share.contains(request.path))
    allowed = METHODS if is_writable else ("OPTIONS", "HEAD", "GET", "PROPFIND")
    answer = [("DAV", "1,2" if is_writable else "1"), ("Allow", ", ".join(allowed))]
    return request.answer("200 OK", [*answer, ("MS-Author-Via", "DAV")])


def _propfind(request: DavRequest) -> Answer:
    with_body(request.environ, request.xml())
    resource = request.existing()
    return listing.answer(resource, request.environ, request.start_response)


def _proppatch(request: DavRequest) -> Answer:
    with_body(request.environ, request.xml())
    resource = request.existing()
    request.check_conditions(resource)
    request.check_locks(resource)
    return proppatch.answer(resource, request.environ, request.start_response)


METHODS: dict[str, Callable[[DavRequest], Answer]] = {
    "OPTIONS": options,
    "HEAD": files.head,
    "GET": files.get,
    "PUT": files.put,
    "PROPFIND": _propfind,
    "PROPPATCH": _proppatch,
    "DELETE": folders.delete,
    "COPY": folders.copy,
    "MOVE": folders.move,
    "MKCOL": folders.mkcol,
    "LOCK": locking.lock,
    "UNLOCK": locking.unlock,
}


class WebDav:
    """The WSGI application of the shares. The gate in front sets the login.

    ``tree_of`` makes a person's tree; it is kept.
    """

    def __init__(self, tree_of: Callable[[Person], PersonTree]) -> None:
        self._tree_of = tree_of
        self._trees: dict[int, PersonTree] = {}
        self._growing = threading.Lock()

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        try:
            tree = environ["wsgidav.provider"] = self._tree(environ[LOGIN_KEY].person)
            request = DavRequest(tree, environ, start_response)
            return _method(request)(request)
        except (DAVError, LibraryError) as error:
            return _refuse(environ, start_response, refusal(error))
        except RecursionError:
            return _refuse(
                environ, start_response, refused(400, "The XML of this request is nested too deeply.")
            )
        except Exception:  # noqa: BLE001 - the wall around one request
            _log.exception("%s %s failed", environ["REQUEST_METHOD"], environ["PATH_INFO"])
            return _refuse(environ, start_response, refused(500, "The server failed; nothing was changed."))

    def _tree(self, person: Person) -> PersonTree:
        with self._growing:
            if person.id not in self._trees:
                self._trees[person.id] = self._tree_of(person)
            return self._trees[person.id]


def _method(request: DavRequest) -> Callable[[DavRequest], Answer]:
    name = request.environ["REQUEST_METHOD"]
    if name in _WRITE_METHODS and library_share.contains(request.path):
        raise ReadOnly
    if name not in METHODS:
        raise DAVError(HTTP_METHOD_NOT_ALLOWED, context_info="A network drive knows no such request.")
    return METHODS[name]


def _refuse(environ: Environ, start_response: StartResponse, answer: ShortAnswer) -> Iterable[bytes]:
    start_response(answer.status, list(answer.headers))
    return [b"" if environ["REQUEST_METHOD"] == "HEAD" else answer.body]
