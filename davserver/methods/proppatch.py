"""PROPPATCH (RFC 4918 9.2): what clients say of a file beside its bytes; all of it is kept, or nothing.

Once the resource exists the answer is a 207, whatever became of the changes: Explorer gives up a copy
at any other status.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from wsgidav.dav_error import HTTP_NOT_FOUND, DAVError

from davserver.errors import status_of
from davserver.protocol import dav_xml, headers
from davserver.protocol.dav_xml import Change
from davserver.protocol.properties import (
    CHECKSUMS,
    MULTISTATUS,
    MULTISTATUS_END,
    element,
    escaped,
    href,
    propstat,
)  # fmt: skip
from davserver.read_only import ReadOnlyResource
from indexer.errors import LibraryError, NoSuchEntry, TooManyProperties

_OK, _FAILED_DEPENDENCY = "200 OK", "424 Failed Dependency"
_FORBIDDEN, _CONFLICT = "403 Forbidden", "409 Conflict"
_PROTECTED = "<D:error><D:cannot-modify-protected-property/></D:error>"
# The modification time comes from Explorer, from anybody, and from rclone.
_MTIME = {
    "{urn:schemas-microsoft-com:}Win32LastModifiedTime": headers.parse_http_date,
    "{DAV:}getlastmodified": headers.parse_http_date,
    "{DAV:}lastmodified": headers.epoch_seconds,
}
_REASONS = {507: "507 Insufficient Storage", 404: "404 Not Found"}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What would become of one change: ``mtime`` is the modification time that it declares."""

    status: str
    sentence: str = ""
    error: str = ""
    mtime: float | None = None


def answer(resource: Any, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Apply the changes to an existing, writable resource and tell; raises DAVError 400, 404."""
    changes = dav_xml.parse_proppatch(environ["wsgi.input"].read())
    url = href(resource.path.rstrip("/")) + ("/" if resource.is_collection else "")
    body = _multistatus(url, changes, _apply(resource, changes)).encode()
    start_response(
        "207 Multi-Status",
        [("Content-Type", "application/xml; charset=utf-8"), ("Content-Length", str(len(body)))],
    )
    return [body]


def judge(change: Change) -> Verdict:
    """What a change means for a file or folder of the Upload share, for itself alone."""
    if change.name in _MTIME and change.text is not None:
        mtime = _MTIME[change.name](change.text)
        if mtime is None and change.name.startswith("{DAV:}"):
            return Verdict(_CONFLICT, "This is not a time that a file can have.")
        return Verdict(_OK, mtime=mtime)
    if change.name.startswith("{DAV:}") or change.name == CHECKSUMS:
        return Verdict(_FORBIDDEN, "This property is the server's own.", _PROTECTED)
    return Verdict(_OK)


def _apply(resource: Any, changes: tuple[Change, ...]) -> list[Verdict]:
    if isinstance(resource, ReadOnlyResource):
        return [Verdict(_FORBIDDEN, resource.refusal) for _ in changes]
    if resource.entry is None:
        return [Verdict(_FORBIDDEN, "The share itself takes no properties.") for _ in changes]
    verdicts = [judge(change) for change in changes]
    if any(verdict.status != _OK for verdict in verdicts):
        return _none_applied(verdicts)
    try:
        _annotate(resource, changes, verdicts)
    except NoSuchEntry as error:  # somebody has removed it in this moment
        raise DAVError(HTTP_NOT_FOUND) from error
    except LibraryError as error:
        return _refused(error, changes)
    return verdicts


def _annotate(resource: Any, changes: tuple[Change, ...], verdicts: list[Verdict]) -> None:
    """In one transaction; of changes to the same property the last one counts."""
    kept = {change.name: change.xml for change in changes if not change.name.startswith("{DAV:}")}
    mtimes = [verdict.mtime for verdict in verdicts if verdict.mtime is not None]
    share = resource.share
    share.tree.annotate(share.person.id, resource.upload_path, kept, mtimes[-1] if mtimes else None)


def _none_applied(verdicts: list[Verdict]) -> list[Verdict]:
    return [Verdict(_FAILED_DEPENDENCY) if verdict.status == _OK else verdict for verdict in verdicts]


def _refused(error: LibraryError, changes: tuple[Change, ...]) -> list[Verdict]:
    """Too many or too long properties are not the fault of those that are removed."""
    status = status_of(error)
    refused = Verdict(_REASONS.get(status, f"{status} Refused"), str(error))
    is_innocent = [isinstance(error, TooManyProperties) and change.xml is None for change in changes]
    return [Verdict(_FAILED_DEPENDENCY) if innocent else refused for innocent in is_innocent]


def _multistatus(url: str, changes: tuple[Change, ...], verdicts: list[Verdict]) -> str:
    by_verdict: dict[tuple[str, str, str], dict[str, None]] = {}
    for change, verdict in zip(changes, verdicts, strict=True):
        kind = verdict.status, verdict.error, verdict.sentence
        by_verdict.setdefault(kind, {})[change.name] = None
    propstats = "".join(
        propstat(status, "".join(map(element, names)), error + _description(sentence))
        for (status, error, sentence), names in by_verdict.items()
    )
    return f"{MULTISTATUS}<D:response><D:href>{url}</D:href>{propstats}</D:response>{MULTISTATUS_END}"


def _description(sentence: str) -> str:
    return f"<D:responsedescription>{escaped(sentence)}</D:responsedescription>" if sentence else ""
