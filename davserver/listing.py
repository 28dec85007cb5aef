"""PROPFIND (RFC 4918 9.1): a folder, or one name, told as XML while it is read from the catalog.

Nothing is built for a name but its own lines of text, so a folder of any size costs a page of rows
and a piece of text at a time.
"""

from __future__ import annotations

import functools
import itertools
import json
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from wsgidav.dav_error import (
    HTTP_BAD_REQUEST,
    HTTP_FORBIDDEN,
    DAVError,
    PRECONDITION_CODE_PropfindFiniteDepth,
)

from davserver import upload_share
from davserver.locks import UPLOAD_ROOT
from davserver.protocol import dav_xml
from davserver.protocol.properties import (
    LOCK_DISCOVERY,
    MULTISTATUS,
    MULTISTATUS_END,
    Extras,
    Form,
    Question,
    href,
    member_href,
)  # fmt: skip
from davserver.root import Root
from davserver.upload_share import UploadFile, UploadFolder
from indexer.catalog.listings import Listed
from indexer.model import Entry, EntryType, Lock

_PIECE_CHARS = 64 * 1024
# Old clients trust a length more than chunks; of what is longer, nobody waits for the end.
_LONGEST_WHOLE_BYTES = 256 * 1024


def answer(resource: Any, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """The multistatus of a resource and, at Depth 1, of what lies in it; raises DAVError 400, 403."""
    depth = _depth(resource, environ)
    question = dav_xml.parse_propfind(environ["wsgi.input"].read(), is_minimal=_is_minimal(environ))
    pieces = _pieces(_responses(resource, question, depth))
    headers = [("Content-Type", "application/xml; charset=utf-8")]
    if question.is_minimal:
        headers.append(("Preference-Applied", "return=minimal"))
    begun, is_whole = _beginning(pieces)
    if is_whole:
        headers.append(("Content-Length", str(len(begun))))
    start_response("207 Multi-Status", headers)
    return itertools.chain([begun], pieces)


def _depth(resource: Any, environ: dict[str, Any]) -> str:
    depth: str = environ.get("HTTP_DEPTH", "infinity").strip().lower()
    if depth not in ("0", "1", "infinity"):
        raise DAVError(HTTP_BAD_REQUEST, context_info="The Depth of a PROPFIND is 0 or 1.")
    if not resource.is_collection:
        return "0"  # nothing lies below a file, however deep a client looks
    if depth == "infinity":
        raise DAVError(
            HTTP_FORBIDDEN,
            context_info="Folders are listed one at a time: send Depth 0 or 1.",
            err_condition=PRECONDITION_CODE_PropfindFiniteDepth,
        )
    return depth


def _is_minimal(environ: dict[str, Any]) -> bool:
    """RFC 8144 2.1, and the header that Microsoft had for it before."""
    preferences = environ.get("HTTP_PREFER", "").replace(" ", "").lower().split(",")
    return "return=minimal" in preferences or environ.get("HTTP_BRIEF", "").strip().lower() == "t"


def _beginning(pieces: Iterator[bytes]) -> tuple[bytes, bool]:
    """What can be sent at once, and whether that is all; an error until here is still told properly."""
    begun = bytearray()
    for piece in pieces:
        begun += piece
        if len(begun) > _LONGEST_WHOLE_BYTES:
            return bytes(begun), False
    return bytes(begun), True


def _pieces(responses: Iterator[str]) -> Iterator[bytes]:
    texts, length = [MULTISTATUS], 0
    for response in responses:
        texts.append(response)
        length += len(response)
        if length >= _PIECE_CHARS:
            yield "".join(texts).encode()
            texts, length = [], 0
    texts.append(MULTISTATUS_END)
    yield "".join(texts).encode()


def _responses(resource: Any, question: Question, depth: str) -> Iterator[str]:
    url, own_line = href(resource.path.rstrip("/")), _own_line(resource)
    own, members = _extras(resource, question)
    if not resource.is_collection:
        yield Form(question, own).response(url, own_line)
        return
    yield Form(question, own).response(f"{url}/", own_line)
    if depth == "1":
        respond = Form(question, members).response
        for line in _members(resource):
            yield respond(member_href(url, line), line)


def _own_line(resource: Any) -> Listed:
    if not isinstance(resource, UploadFolder | UploadFile):
        line: Listed = resource.listed()
        return line
    entry = resource.entry
    return _line(entry) if entry else Listed("", upload_share.NAME, True)


def _line(entry: Entry) -> Listed:
    return Listed(
        entry.path, entry.name, entry.type is EntryType.FOLDER, entry.mtime, entry.created_at, entry.sha256,
        entry.size_bytes, entry.mime, json.dumps(dict(entry.properties)), entry.checksums,
    )  # fmt: skip


def _members(resource: Any) -> Iterable[Listed]:
    if not isinstance(resource, UploadFolder):
        lines: Iterable[Listed] = resource.listed_members()
        return lines
    share = resource.share
    entries = share.intake.catalog.listings.folder(share.person.id, resource.upload_path)
    return itertools.chain(entries, resource.listed_receipts())


def _extras(resource: Any, question: Question) -> tuple[Extras, Extras]:
    """What does not stand in the lines: of the resource itself, and of what lies in it."""
    if isinstance(resource, Root):
        return Extras(quota=_quota(resource)), Extras()
    if not isinstance(resource, UploadFolder | UploadFile):
        return Extras(), Extras()
    quota = _quota(resource) if resource.is_collection else None
    on_own, on_members = _locks(resource, question)
    return Extras(resource.entry is not None, on_own, quota), Extras(True, on_members, quota)


def _quota(folder: Any) -> Callable[[], tuple[int, int]]:
    """Asked once, and only if a property needs it."""
    return functools.cache(lambda: (folder.get_available_bytes(), folder.get_used_bytes()))


_LocksOf = Callable[[Listed], list[Lock]]


def _locks(
    resource: UploadFolder | UploadFile, question: Question
) -> tuple[_LocksOf | None, _LocksOf | None]:
    """Who has locked the resource, and what lies in it, by one look into the catalog; None: nobody."""
    if not question.wants(LOCK_DISCOVERY):
        return None, None
    share, entry = resource.share, resource.entry
    own = f"{UPLOAD_ROOT}/{entry.path}" if entry else UPLOAD_ROOT
    found = share.intake.catalog.locks.around(share.person.id, own, time.time(), below=True)
    if not found:
        return None, None
    above = [lock for lock in found if lock.depth == "infinity" and own.startswith(f"{lock.root}/")]
    over_members = above + [lock for lock in found if lock.depth == "infinity" and lock.root == own]
    return _locks_of(found, above), _locks_of(found, over_members)


def _locks_of(found: Iterable[Lock], inherited: list[Lock]) -> _LocksOf:
    on_root: dict[str, list[Lock]] = {}
    for lock in found:
        on_root.setdefault(lock.root, []).append(lock)
    return lambda line: on_root.get(f"{UPLOAD_ROOT}/{line.key}", []) + inherited
