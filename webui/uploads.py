"""Resumable uploads: ``/api/v1/uploads/`` speaks tus 1.0.0, the protocol of tus.io.

All extensions but checksum-trailer and concatenation-unfinished. An upload here is `indexer.resumable`'s;
when its last byte is acknowledged, it is a file of the Upload share like one by any other door, and the
answer names its item.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from email.utils import formatdate
from typing import Any
from urllib.parse import quote

from bottle import HTTPResponse, request

from indexer.blocks import blocks
from indexer.errors import LibraryError
from indexer.growth import Growth
from indexer.model import Resumable
from indexer.resumable import IDLE_S, Resumables
from webui.api import json_answer
from webui.errors import BadRequest, NotLoggedIn, WebError, WrongMethod, problem_of
from webui.upload_headers import (
    ADDRESS,
    ALGORITHMS,
    Described,
    checked_id,
    parse_checksum,
    parse_metadata,
    parse_parts,
)
from webui.visitors import Visitors

VERSION = "1.0.0"
EXTENSIONS = (
    "creation", "creation-with-upload", "creation-defer-length", "checksum", "termination", "expiration",
    "concatenation",
)  # fmt: skip
BYTES_TYPE = "application/offset+octet-stream"
_NO_STORE = {"Tus-Resumable": VERSION, "Cache-Control": "no-store"}


class WrongVersion(WebError):
    status = 412
    code = "wrong_tus_version"

    def __init__(self) -> None:
        super().__init__(f"This server speaks tus {VERSION}; send Tus-Resumable: {VERSION}.")


class WrongType(WebError):
    status = 415
    code = "wrong_type"

    def __init__(self) -> None:
        super().__init__(f"The bytes of an upload come as {BYTES_TYPE}.")


class FinalUpload(WebError):
    status = 403
    code = "final_upload"

    def __init__(self) -> None:
        super().__init__("This upload was joined from others; it takes no bytes of its own.")


Handler = Callable[..., HTTPResponse]


class Uploads:
    """The calls below `ADDRESS`. All are the caller's own uploads; those of others are not there."""

    def __init__(self, uploads: Resumables, visitors: Visitors) -> None:
        self._uploads = uploads
        self._visitors = visitors

    def options(self, upload_id: str = "") -> HTTPResponse:
        """What this server can do."""
        headers = {
            **_NO_STORE,
            "Tus-Version": VERSION,
            "Tus-Extension": ",".join(EXTENSIONS),
            "Tus-Checksum-Algorithm": ",".join(ALGORITHMS),
        }
        limit_bytes = self._uploads.intake.staging.limit_bytes
        if limit_bytes is not None:
            headers["Tus-Max-Size"] = str(limit_bytes)
        return HTTPResponse(status=204, headers=headers)

    def create(self) -> HTTPResponse:
        """Begin an upload, with its first bytes if the request has them; or join whole parts to one."""
        return _told(self._create)

    def head(self, upload_id: str) -> HTTPResponse:
        """How far an upload is."""
        return _told(lambda: self._head(upload_id))

    def patch(self, upload_id: str) -> HTTPResponse:
        """An upload's next bytes."""
        return _told(lambda: self._patch(upload_id))

    def delete(self, upload_id: str) -> HTTPResponse:
        """Forget an upload; a file that it has become stays."""
        return _told(lambda: self._delete(upload_id))

    def override(self, upload_id: str) -> HTTPResponse:
        """For clients whose network lets neither PATCH nor DELETE pass: X-HTTP-Method-Override."""
        methods = {"PATCH": self.patch, "DELETE": self.delete}
        method = _header("X-HTTP-Method-Override").upper()
        if method not in methods:
            raise WrongMethod(method or "POST")
        return methods[method](upload_id)

    def _create(self) -> HTTPResponse:
        person_id = self._changing()
        concat, told = _header("Upload-Concat"), _header("Upload-Metadata")
        described = parse_metadata(told)
        if concat.startswith("final;"):
            return self._join(person_id, parse_parts(concat), described, told)
        if concat not in ("", "partial"):
            raise BadRequest("Upload-Concat is neither “partial” nor “final” with the addresses of parts.")
        target = None if concat else _required(described)
        upload = self._uploads.begin(
            person_id, target, _length_at_creation(), mtime=described.mtime, told=told
        )
        if _has_bytes():
            with self._uploads.grow(person_id, upload.id, 0, **_announced()) as growth:
                upload = _pour(growth)
        return _created(upload)

    def _join(self, person_id: int, parts: list[str], described: Described, told: str) -> HTTPResponse:
        target = _required(described)
        return _created(self._uploads.join(person_id, parts, target, mtime=described.mtime, told=told))

    def _head(self, upload_id: str) -> HTTPResponse:
        person_id = self._visitors.require(request.environ).person.id
        _check_version()
        upload = self._uploads.get(person_id, checked_id(upload_id))
        return HTTPResponse(status=200, headers={**_state(upload), **_nature(upload)})

    def _patch(self, upload_id: str) -> HTTPResponse:
        person_id = self._changing()
        if not _has_bytes():
            raise WrongType
        if self._uploads.get(person_id, checked_id(upload_id)).parts:
            raise FinalUpload
        offset = _number("Upload-Offset")
        if offset is None:
            raise BadRequest("Upload-Offset is missing.")
        size_bytes = _number("Upload-Length")
        with self._uploads.grow(
            person_id, upload_id, offset, size_bytes=size_bytes, **_announced()
        ) as growth:
            return HTTPResponse(status=204, headers=_state(_pour(growth)))

    def _delete(self, upload_id: str) -> HTTPResponse:
        self._uploads.drop(self._changing(), checked_id(upload_id))
        return HTTPResponse(status=204, headers=_NO_STORE)

    def _changing(self) -> int:
        visitor = self._visitors.require_for_call(request.environ)
        _check_version()
        return visitor.person.id


def _told(answer: Handler) -> HTTPResponse:
    """The answer, or how an error is told: tus wants its version in both."""
    try:
        return answer()
    except NotLoggedIn:
        raise
    except (WebError, LibraryError) as error:
        problem = problem_of(error)
        version = {"Tus-Version": VERSION} if isinstance(error, WrongVersion) else {}
        return json_answer(problem.as_json(), problem.status, {**problem.headers, **_NO_STORE, **version})


def _pour(growth: Growth) -> Resumable:
    for block in blocks(request.environ["wsgi.input"]):
        growth.write(block)
    return growth.finish()


def _created(upload: Resumable) -> HTTPResponse:
    return HTTPResponse(status=201, headers={**_state(upload), "Location": f"{ADDRESS}{upload.id}"})


def _state(upload: Resumable) -> dict[str, str]:
    """How far it is; until when it waits, or what it has become."""
    headers = {**_NO_STORE, "Upload-Offset": str(upload.received_bytes)}
    if not upload.is_kept:
        headers["Upload-Expires"] = formatdate(upload.used_at + IDLE_S, usegmt=True)
    if upload.stored_path is not None:
        headers["Upload-Path"] = quote(upload.stored_path)
    if upload.sha256 is not None:
        headers["Upload-Item"] = upload.sha256
    return headers


def _nature(upload: Resumable) -> dict[str, str]:
    """What it was said to be when it began."""
    length = {"Upload-Defer-Length": "1"} if upload.size_bytes is None else {}
    if upload.size_bytes is not None:
        length = {"Upload-Length": str(upload.size_bytes)}
    told = {"Upload-Metadata": upload.told} if upload.told else {}
    if upload.is_part:
        return {**length, **told, "Upload-Concat": "partial"}
    if upload.parts:
        parts = " ".join(f"{ADDRESS}{part}" for part in upload.parts.split())
        return {**length, **told, "Upload-Concat": f"final;{parts}"}
    return {**length, **told}


def _length_at_creation() -> int | None:
    size_bytes, deferred = _number("Upload-Length"), _header("Upload-Defer-Length")
    if deferred not in ("", "1") or bool(deferred) == (size_bytes is not None):
        raise BadRequest("Say how long the upload will be: Upload-Length, or Upload-Defer-Length: 1.")
    return size_bytes


def _required(described: Described) -> str:
    if not described.path:
        raise BadRequest("Upload-Metadata names no file: send filename, or relativePath, in base64.")
    return described.path


def _announced() -> dict[str, Any]:
    """What the request says of its bytes before they come."""
    length = request.environ.get("CONTENT_LENGTH") or ""
    more_bytes = int(length) if length.isdecimal() else None
    return {"more_bytes": more_bytes, "checksum": parse_checksum(_header("Upload-Checksum"))}


def _has_bytes() -> bool:
    return str(request.environ.get("CONTENT_TYPE", "")).strip().lower() == BYTES_TYPE


def _check_version() -> None:
    if _header("Tus-Resumable") != VERSION:
        raise WrongVersion


def _header(name: str) -> str:
    return str(request.environ.get("HTTP_" + name.upper().replace("-", "_"), "")).strip()


def _number(header: str) -> int | None:
    text = _header(header)
    if not text:
        return None
    if not re.fullmatch(r"[0-9]{1,18}", text):
        raise BadRequest(f"{header} must be a number of bytes.")
    return int(text)
