"""The methods that change names: MKCOL, DELETE, MOVE and COPY. Each is all or nothing."""

from __future__ import annotations

from typing import Any

from wsgidav import util
from wsgidav.dav_error import (
    HTTP_BAD_REQUEST,
    HTTP_FORBIDDEN,
    HTTP_METHOD_NOT_ALLOWED,
    HTTP_PRECONDITION_FAILED,
    DAVError,
)

from davserver import library_share
from davserver.methods.dav_request import Answer, DavRequest
from davserver.protocol.destination import destination_path
from davserver.read_only import ReadOnlyResource
from indexer import names
from indexer.errors import ReadOnly


def mkcol(request: DavRequest) -> Answer:
    """RFC 4918 9.3."""
    path = request.path.rstrip("/")
    request.refuse_body()
    if request.resource(path or "/") is not None:
        raise DAVError(HTTP_METHOD_NOT_ALLOWED, context_info="There is something of this name already.")
    folder = request.folder_of(path)
    request.check_conditions(None)
    request.check_locks(folder)
    folder.create_collection(util.get_uri_name(path))
    return request.created()


def delete(request: DavRequest) -> Answer:
    """RFC 4918 9.6: all of it or, when a part is locked, nothing."""
    resource = request.existing()
    request.refuse_body()
    if request.header("HTTP_DEPTH", "infinity") != "infinity" and resource.is_collection:
        raise DAVError(HTTP_BAD_REQUEST, context_info="A folder is removed with all it holds.")
    request.check_conditions(resource)
    _check_removable(request, resource)
    resource.remove()
    return request.no_content()


def move(request: DavRequest) -> Answer:
    """RFC 4918 9.9; locks stay behind."""
    source, target_path, is_new = _source_and_target(request)
    if request.header("HTTP_DEPTH", "infinity") != "infinity" and source.is_collection:
        raise DAVError(HTTP_BAD_REQUEST, context_info="A folder is moved with all it holds.")
    _check_removable(request, source)
    source.move(target_path)
    return request.created() if is_new else request.no_content()


def copy(request: DavRequest) -> Answer:
    """RFC 4918 9.8; the bytes are not copied."""
    source, target_path, is_new = _source_and_target(request)
    depth = request.header("HTTP_DEPTH", "infinity")
    if depth not in ("0", "infinity"):
        raise DAVError(HTTP_BAD_REQUEST, context_info="The Depth of a copy is 0 or infinity.")
    source.copy(target_path, is_deep=depth == "infinity")
    return request.created() if is_new else request.no_content()


def _source_and_target(request: DavRequest) -> tuple[Any, str, bool]:
    """What COPY and MOVE share: the source, the path of the target, and whether that is new."""
    target_path = destination_path(request.environ).rstrip("/")
    overwrite = request.header("HTTP_OVERWRITE", "T").upper()
    source = request.existing()
    if overwrite not in ("T", "F"):
        raise DAVError(HTTP_BAD_REQUEST, context_info="Overwrite is T or F.")
    if library_share.contains(target_path):
        raise ReadOnly
    folder, target = request.folder_of(target_path), request.resource(target_path)
    if isinstance(target, ReadOnlyResource):
        raise DAVError(HTTP_FORBIDDEN, context_info=target.refusal)
    _check_apart(request.path, target_path)
    request.check_conditions(source)
    if target is None:
        request.check_locks(folder)
        return source, target_path, True
    request.check_locks(target, below=True)
    if overwrite == "F":
        raise DAVError(HTTP_PRECONDITION_FAILED, context_info="A file of this name exists already.")
    return source, target_path, False


def _check_apart(path: str, target_path: str) -> None:
    source_key, target_key = names.key(path.rstrip("/")), names.key(target_path)
    if target_key == source_key or target_key.startswith(f"{source_key}/"):
        raise DAVError(HTTP_FORBIDDEN, context_info="A file or folder cannot go onto or into itself.")


def _check_removable(request: DavRequest, resource: Any) -> None:
    folder = request.parent_of(request.path)
    if folder is not None:
        request.check_locks(folder)
    request.check_locks(resource, below=True)
