"""The methods that move bytes: PUT, GET and HEAD. The short path: a few look-ups, then the bytes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from wsgidav import util
from wsgidav.dav_error import (
    HTTP_BAD_REQUEST,
    HTTP_FORBIDDEN,
    HTTP_METHOD_NOT_ALLOWED,
    HTTP_NOT_IMPLEMENTED,
    DAVError,
)

from davserver.http.dates import http_date
from davserver.http.streams import StoredBytes
from davserver.methods.dav_request import Answer, DavRequest
from davserver.protocol import headers
from davserver.read_only import ReadOnlyResource
from davserver.stored_file import StoredFile
from davserver.upload_share import UploadFolder
from indexer import names
from indexer.blocks import blocks

_RANGE = re.compile(r"bytes=(?=\d*-\d*)(?!-$)(\d{0,18})-(\d{0,18})")


def put(request: DavRequest) -> Answer:
    """RFC 4918 9.7. Nothing exists under the name until all bytes came; then it is durable."""
    path = request.path
    target, folder = request.resource(path), request.parent_of(path)
    _check_put(request, target)
    if not isinstance(folder, UploadFolder):
        request.folder_of(path)
        raise DAVError(HTTP_FORBIDDEN, context_info="Files can be copied into the Upload folder only.")
    request.check_conditions(target)
    request.check_locks(target or folder)
    declared = headers.declared(request.environ)
    entry = folder.share.receive(
        names.join(folder.upload_path, util.get_uri_name(path)), declared, _blocks(request)
    )
    answer = [
        ("ETag", f'"{entry.etag}"'),
        ("Last-Modified", http_date(int(entry.mtime))),
    ]
    if entry.sha256:
        answer.append(("Repr-Digest", headers.repr_digest(entry.sha256)))
    if declared.mtime is not None:
        answer.append(("X-OC-MTime", "accepted"))
    if target is None:
        return request.answer("201 Created", answer)
    return request.no_content(answer)


def get(request: DavRequest) -> Answer:
    """RFC 9110 9.3.1: a whole file or one range of it; a folder says what it is for."""
    resource = request.existing()
    if resource.is_collection:
        return _folder_page(request)
    if request.check_conditions(resource):
        return _not_modified(request, resource)
    span = _range(request, resource)
    if span is not None and not span:
        return request.answer(
            "416 This file is shorter than that.", [("Content-Range", f"bytes */{resource.size_bytes}")]
        )
    file = resource.open()  # a lost original must be told before the answer has begun
    answer = resource.headers()
    if span is None:
        span = range(resource.size_bytes)
        status = "200 OK"
    else:
        status = "206 Partial Content"
        answer.append(("Content-Range", f"bytes {span.start}-{span.stop - 1}/{resource.size_bytes}"))
    request.start_response(status, [*answer, ("Content-Length", str(len(span)))])
    return StoredBytes(file, start=span.start, size_bytes=len(span))


def head(request: DavRequest) -> Answer:
    """RFC 9110 9.3.2."""
    resource = request.existing()
    if resource.is_collection:
        _folder_page(request)
        return [b""]
    if request.check_conditions(resource):
        return _not_modified(request, resource)
    request.start_response("200 OK", [*resource.headers(), ("Content-Length", str(resource.size_bytes))])
    return [b""]


def _check_put(request: DavRequest, target: Any) -> None:
    if "HTTP_CONTENT_ENCODING" in request.environ:
        raise DAVError(HTTP_NOT_IMPLEMENTED, context_info="Encoded uploads are not supported.")
    if "HTTP_CONTENT_RANGE" in request.environ:  # RFC 9110 14.5
        raise DAVError(HTTP_BAD_REQUEST, context_info="A file is uploaded whole; Content-Range is refused.")
    if isinstance(target, ReadOnlyResource):
        raise DAVError(HTTP_FORBIDDEN, context_info=target.refusal)
    if request.path.endswith("/") or (target is not None and target.is_collection):
        raise DAVError(HTTP_METHOD_NOT_ALLOWED, context_info="There is a folder of this name.")


def _blocks(request: DavRequest) -> Iterator[memoryview]:
    """The body. At its end locks and conditions are asked again: others may have come in meanwhile."""
    came = False
    for block in blocks(request.environ["wsgi.input"]):
        came = True
        yield block
    if came:
        request.check_name()
        request.check_conditions(request.resource(request.path))


def _not_modified(request: DavRequest, resource: StoredFile) -> Answer:
    told = [("ETag", f'"{resource.etag}"'), ("Last-Modified", http_date(int(resource.mtime)))]
    request.start_response("304 Not Modified", told)
    return [b""]


def _range(request: DavRequest, resource: StoredFile) -> range | None:
    """The bytes that one Range asks for (RFC 9110 14.2): None for all, an empty range for none of them.

    A malformed one, more than one, or one for another version (If-Range) may be ignored.
    """
    found = _RANGE.fullmatch(request.header("HTTP_RANGE").replace(" ", ""))
    if found is None or not _is_same_version(request, resource):
        return None
    first, last, size = found[1], found[2], resource.size_bytes
    if not first:
        return range(max(0, size - int(last)), size)
    if last and int(first) > int(last):
        return None
    return range(int(first), min(int(last) + 1, size) if last else size)


def _is_same_version(request: DavRequest, resource: StoredFile) -> bool:
    """RFC 9110 13.1.5: a strong entity tag, or the exact date."""
    validator = request.header("HTTP_IF_RANGE").strip()
    if not validator:
        return True
    if validator.startswith('"'):
        return validator == f'"{resource.etag}"'
    return headers.parse_http_date(validator) == int(resource.mtime)


def _folder_page(request: DavRequest) -> Answer:
    text = (
        b"This is a network drive: mount this address in Finder, Explorer or Files. Photos are shown at /\n"
    )
    return request.answer("200 OK", [("Content-Type", "text/plain; charset=utf-8")], text)
