"""LOCK and UNLOCK (RFC 4918 9.10, 9.11)."""

from __future__ import annotations

import time
from typing import Any

from wsgidav import util
from wsgidav.dav_error import (
    HTTP_BAD_REQUEST,
    HTTP_CONFLICT,
    HTTP_FORBIDDEN,
    HTTP_PRECONDITION_FAILED,
    DAVError,
    DAVErrorCondition,
)

from davserver import locks
from davserver.methods.dav_request import Answer, DavRequest
from davserver.protocol.properties import active_lock
from davserver.stored_file import ref_url
from indexer.model import Lock

_MISMATCH = "{DAV:}lock-token-matches-request-uri"


def lock(request: DavRequest) -> Answer:
    """A new lock, or with an empty body more time for one. A new name becomes a placeholder."""
    resource = request.resource(request.path)
    depth = request.header("HTTP_DEPTH", "infinity").lower()
    if depth not in ("0", "infinity"):
        raise DAVError(HTTP_BAD_REQUEST, context_info="The Depth of a lock is 0 or infinity.")
    if resource is not None and resource.prevent_locking():
        raise DAVError(HTTP_FORBIDDEN, context_info="This cannot be locked.")
    request.check_conditions(resource)
    timeout_s = locks.timeout_s(request.header("HTTP_TIMEOUT"))
    wanted = locks.parse_lockinfo(request.xml())
    if wanted is None:
        return _answer(request, "200 OK", _refreshed(request, resource, timeout_s))
    if resource is not None:
        granted = request.tree.lock_manager.grant(resource.get_ref_url(), wanted, depth, timeout_s)
        return _answer(request, "200 OK", granted, granted.token)
    granted = _lock_new_name(request, wanted, depth, timeout_s)
    return _answer(request, "201 Created", granted, granted.token)


def unlock(request: DavRequest) -> Answer:
    resource = request.existing()
    request.refuse_body()
    # Old versions of Explorer leave out the angle brackets.
    token = request.header("HTTP_LOCK_TOKEN").strip().strip("<>")
    if not token:
        raise DAVError(HTTP_BAD_REQUEST, context_info="A Lock-Token header is missing.")
    request.check_conditions(resource)
    manager = request.tree.lock_manager
    if token not in manager.tokens_on(resource.get_ref_url()):
        raise DAVError(
            HTTP_CONFLICT, "This lock is not on this file.", err_condition=DAVErrorCondition(_MISMATCH)
        )
    manager.release(token)
    return request.no_content()


def _lock_new_name(request: DavRequest, wanted: locks.Wanted, depth: str, timeout_s: float) -> Lock:
    folder = request.folder_of(request.path)
    request.check_locks(folder)
    manager = request.tree.lock_manager
    granted: Lock = manager.grant(ref_url(request.path), wanted, depth, timeout_s)
    try:
        folder.create_empty_resource(util.get_uri_name(request.path))
    except BaseException:
        manager.release(granted.token)
        raise
    return granted


def _refreshed(request: DavRequest, resource: Any, timeout_s: float) -> Lock:
    if resource is None:
        raise DAVError(HTTP_BAD_REQUEST, context_info="There is no lock here that could be refreshed.")
    refreshed: Lock | None = request.tree.lock_manager.refresh(
        resource.get_ref_url(), request.tokens(), timeout_s
    )
    if refreshed is None:
        raise DAVError(
            HTTP_PRECONDITION_FAILED, "This lock is not on this file, or has run out.",
            err_condition=DAVErrorCondition(_MISMATCH),
        )  # fmt: skip
    return refreshed


def _answer(request: DavRequest, status: str, lock: Lock, token: str = "") -> Answer:
    active = active_lock(lock, time.time())
    body = (
        '<?xml version="1.0" encoding="utf-8"?>'
        f'<D:prop xmlns:D="DAV:"><D:lockdiscovery>{active}</D:lockdiscovery></D:prop>'
    ).encode()
    headers = [("Content-Type", "application/xml; charset=utf-8")]
    if token:
        headers.append(("Lock-Token", f"<{token}>"))
    return request.answer(status, headers, body)
