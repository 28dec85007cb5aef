"""One DAV request on its way: what it is about, and the rules that it must pass before anything changes.

Conditions are judged by `conditions`, locks are asked of the catalog.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from wsgidav import util
from wsgidav.dav_error import (
    HTTP_CONFLICT,
    HTTP_MEDIATYPE_NOT_SUPPORTED,
    HTTP_NOT_FOUND,
    HTTP_PRECONDITION_FAILED,
    DAVError,
)

from davserver.protocol import conditions, dav_xml
from davserver.protocol.conditions import ConditionList, State
from davserver.protocol.destination import path_of
from davserver.root import PersonTree
from davserver.stored_file import ref_url
from davserver.wsgi import Environ, StartResponse

Answer = Iterable[bytes]


@dataclass(frozen=True, slots=True)
class DavRequest:
    """A request, the tree it looks into, and its answer. Each check raises DAVError with its status."""

    tree: PersonTree
    environ: Environ
    start_response: StartResponse

    @property
    def path(self) -> str:
        path: str = self.environ["PATH_INFO"]
        return path

    def header(self, name: str, default: str = "") -> str:
        """A request header by its name in WSGI ("HTTP_DEPTH")."""
        value: str = self.environ.get(name, default)
        return value

    def resource(self, path: str) -> Any:
        """What has this path; None when nothing has."""
        return self.tree.get_resource_inst(path, self.environ)

    def existing(self) -> Any:
        """What the request is about; DAVError 404."""
        resource = self.resource(self.path)
        if resource is None:
            raise DAVError(HTTP_NOT_FOUND)
        return resource

    def parent_of(self, path: str) -> Any:
        """What a path lies in; None for the root, and where there is nothing."""
        parent = util.get_uri_parent(path)
        return self.resource(parent) if parent else None

    def folder_of(self, path: str) -> Any:
        """The folder that a path lies in; DAVError 409 when there is none."""
        folder = self.parent_of(path)
        if folder is None or not folder.is_collection:
            raise DAVError(HTTP_CONFLICT)
        return folder

    def xml(self) -> bytes:
        """The body of a request that may have one; DAVError 413 for a long one."""
        return dav_xml.read(self.environ)

    def refuse_body(self) -> None:
        """DAVError 415 when there is a body that this method does not have."""
        is_announced = self.header("CONTENT_LENGTH", "0") not in ("", "0")
        if is_announced or self.header("HTTP_TRANSFER_ENCODING"):
            raise DAVError(HTTP_MEDIATYPE_NOT_SUPPORTED, context_info="This request takes no description.")

    def check_conditions(self, resource: Any) -> bool:
        """RFC 9110 13 and RFC 4918 10.4: DAVError 412, or 400. ``resource`` may be None.

        True when the answer is 304: a GET or HEAD of what its client has already.
        """
        verdict = conditions.judge(self.environ, _state(resource, ()))
        lists = self._if_lists()
        if verdict == conditions.FAILED or (lists and not conditions.holds(lists, self._state_of)):
            raise DAVError(HTTP_PRECONDITION_FAILED)
        return verdict == conditions.NOT_MODIFIED

    def check_locks(self, resource: Any, *, below: bool = False) -> None:
        """DAVError 423 unless the request names the tokens of the locks on ``resource`` (RFC 4918 7.5)."""
        self.tree.lock_manager.check(resource.get_ref_url(), self.tokens(), below=below)

    def check_name(self) -> None:
        """As `check_locks` for the request's own path, whether or not something has it by now."""
        self.tree.lock_manager.check(ref_url(self.path), self.tokens())

    def tokens(self) -> list[str]:
        """The lock tokens that the ``If`` header names; DAVError 400."""
        return conditions.tokens_of(self._if_lists())

    def answer(self, status: str, headers: list[tuple[str, str]], body: bytes = b"") -> Answer:
        """A short answer, whole."""
        self.start_response(status, [*headers, ("Content-Length", str(len(body)))])
        return [body]

    def created(self) -> Answer:
        return self.answer("201 Created", [])

    def no_content(self, headers: list[tuple[str, str]] | None = None) -> Answer:
        self.start_response("204 No Content", headers or [])
        return [b""]

    def _if_lists(self) -> tuple[ConditionList, ...]:
        return conditions.parse_if(self.environ["HTTP_IF"]) if "HTTP_IF" in self.environ else ()

    def _state_of(self, address: str | None) -> State:
        path = self.path if address is None else path_of(address, self.environ)
        return _state(self.resource(path), tuple(self.tree.lock_manager.tokens_on(ref_url(path))))


def _state(resource: Any, tokens: tuple[str, ...]) -> State:
    if resource is None:
        return State(False, tokens=tokens)
    modified = resource.get_last_modified()
    return State(True, resource.get_etag() or "", None if modified is None else int(modified), tokens)


def with_body(environ: Environ, body: bytes) -> None:
    """Put a body that was read already back, for code that reads it itself."""
    environ["wsgi.input"] = io.BytesIO(body)
    environ["CONTENT_LENGTH"] = str(len(body))
