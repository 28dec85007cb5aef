"""One DAV request on its way: what it is about, and the rules that it must pass before anything changes.

The rules of ``If`` and of the conditional headers are WsgiDAV's; locks are asked of the catalog, once.
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
    HTTP_REQUEST_ENTITY_TOO_LARGE,
    DAVError,
)

from davserver.root import PersonTree
from davserver.wsgi import Environ, StartResponse

Answer = Iterable[bytes]

MOST_XML_BYTES = 256 * 1024
_CONDITIONS = ("HTTP_IF_MATCH", "HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_IF_UNMODIFIED_SINCE")


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
        body: bytes = self.environ["wsgi.input"].read(MOST_XML_BYTES + 1)
        if len(body) > MOST_XML_BYTES:
            raise DAVError(HTTP_REQUEST_ENTITY_TOO_LARGE, context_info="The XML of this request is too long.")
        return body

    def refuse_body(self) -> None:
        """DAVError 415 when there is a body that this method does not have."""
        is_announced = self.header("CONTENT_LENGTH", "0") not in ("", "0")
        if is_announced or self.header("HTTP_TRANSFER_ENCODING"):
            raise DAVError(HTTP_MEDIATYPE_NOT_SUPPORTED, context_info="This request takes no description.")

    def check_conditions(self, resource: Any) -> None:
        """RFC 9110 13 and RFC 4918 10.4: DAVError 304 or 412. ``resource`` may be None."""
        if resource is None:
            if "HTTP_IF_MATCH" in self.environ:  # RFC 9110 13.1.1: false when nothing is there
                raise DAVError(HTTP_PRECONDITION_FAILED)
            return
        if any(name in self.environ for name in _CONDITIONS):
            modified = int(resource.get_last_modified() or -1)
            util.evaluate_http_conditionals(resource, modified, resource.get_etag() or "[]", self.environ)
        self.check_if(resource)

    def check_if(self, resource: Any) -> None:
        """RFC 4918 10.4: DAVError 412."""
        if resource is None or "HTTP_IF" not in self.environ:
            return
        url = resource.get_ref_url()
        conditions = self._if_header()["wsgidav.conditions.if"]
        held = self.tree.lock_manager.tokens_on(url)
        if not util.test_if_header_dict(resource, conditions, url, held, resource.get_etag() or "[]"):
            raise DAVError(HTTP_PRECONDITION_FAILED)

    def check_locks(self, resource: Any, *, below: bool = False) -> None:
        """DAVError 423 unless the request names the tokens of the locks on ``resource`` (RFC 4918 7.5)."""
        self.tree.lock_manager.check(resource.get_ref_url(), self.tokens(), below=below)

    def tokens(self) -> list[str]:
        """The lock tokens that the ``If`` header names."""
        if "HTTP_IF" not in self.environ:
            return []
        tokens: list[str] = self._if_header()["wsgidav.ifLockTokenList"]
        return tokens

    def answer(self, status: str, headers: list[tuple[str, str]], body: bytes = b"") -> Answer:
        """A short answer, whole."""
        self.start_response(status, [*headers, ("Content-Length", str(len(body)))])
        return [body]

    def created(self) -> Answer:
        return self.answer("201 Created", [])

    def no_content(self, headers: list[tuple[str, str]] | None = None) -> Answer:
        self.start_response("204 No Content", headers or [])
        return [b""]

    def _if_header(self) -> Environ:
        if "wsgidav.conditions.if" not in self.environ:
            util.parse_if_header_dict(self.environ)
        return self.environ


def with_body(environ: Environ, body: bytes) -> None:
    """Put a body that was read already back, for code that reads it itself."""
    environ["wsgi.input"] = io.BytesIO(body)
    environ["CONTENT_LENGTH"] = str(len(body))
